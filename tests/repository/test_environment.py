"""environment.yml, pyproject.toml and the locks say the same."""

import re
import tomllib
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.repository.checkout import ROOT, text

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock")
NAMES_IN_CONDA = {"python-duckdb>=2": "duckdb>=2"}
NOT_IN_CONDA = {"typst"}  # pip brings it with the editable install
_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)(?: ; ([^\\]+))?", re.MULTILINE)


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads(text("pyproject.toml"))


@pytest.fixture(scope="module")
def conda() -> list[Any]:
    loaded: dict[str, Any] = yaml.safe_load(text("environment.yml"))
    assert loaded["channels"] == ["conda-forge", "nodefaults"]
    dependencies: list[Any] = loaded["dependencies"]
    return dependencies


def _bounds(specifications: list[str]) -> dict[str, SpecifierSet]:
    parsed = [Requirement(item) for item in specifications]
    return {canonicalize_name(item.name): item.specifier for item in parsed}


def pins(lock: str) -> dict[str, set[str]]:
    """Pinned versions by name; several where they differ by Python version or platform."""
    found: dict[str, set[str]] = {}
    for name, version, _ in _PIN.findall(text(lock)):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def test_conda_names_the_same_dependencies_with_the_same_bounds(
    project: dict[str, Any], conda: list[Any]
) -> None:
    named = [item for item in conda if isinstance(item, str) and not re.fullmatch(r"pip|python=.*", item)]
    wanted = _bounds(project["project"]["dependencies"])
    assert _bounds([NAMES_IN_CONDA.get(item, item) for item in named]) == {
        name: bound for name, bound in wanted.items() if name not in NOT_IN_CONDA
    }


def test_conda_python_is_one_that_the_package_takes(project: dict[str, Any], conda: list[Any]) -> None:
    (python,) = [item for item in conda if isinstance(item, str) and item.startswith("python=")]
    assert Version(python.removeprefix("python=")) in SpecifierSet(project["project"]["requires-python"])


def test_conda_installs_the_package_itself(conda: list[Any]) -> None:
    assert "pip" in conda
    assert {"pip": ["--editable ."]} in conda


@pytest.mark.parametrize("name", [*LOCKS, "environment.yml", "pyproject.toml", "tools/build.in"])
def test_no_host_is_named(name: str) -> None:
    assert "://" not in text(name)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", text(lock))
    bare = [entry.split("\n")[0] for entry in entries if "--hash=sha256:" not in entry]
    assert bare == []


@pytest.mark.parametrize(("lock", "extra"), [("requirements.lock", None), ("requirements-dev.lock", "dev")])
def test_locks_satisfy_the_project(project: dict[str, Any], lock: str, extra: str | None) -> None:
    wanted = _bounds(project["project"]["dependencies"])
    if extra:
        wanted |= _bounds(project["project"]["optional-dependencies"][extra])
    pinned = pins(lock)
    missing = sorted(set(wanted) - set(pinned))
    outside = [
        f"{name}=={version}, wanted {wanted[name]}"
        for name in sorted(set(wanted) & set(pinned))
        for version in pinned[name]
        if Version(version) not in wanted[name]
    ]
    assert (missing, outside) == ([], [])


def test_the_developers_lock_holds_the_runtime_one() -> None:
    """Else `make demo` after `make test` would have to install again."""
    developer = pins("requirements-dev.lock")
    assert {name: developer.get(name) for name in pins("requirements.lock")} == pins("requirements.lock")


def test_what_builds_the_package_agrees_with_the_rest() -> None:
    developer = pins("requirements-dev.lock")
    build = pins("requirements-build.lock")
    assert {name: build[name] for name in build if name in developer} == {
        name: developer[name] for name in build if name in developer
    }


def test_the_slow_package_stays_out() -> None:
    """See docs/decisions/0002."""
    assert "rfc3987-syntax" not in pins("requirements-dev.lock")


def test_every_make_target_is_explained_and_every_script_can_run() -> None:
    makefile = text("Makefile")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE)) - {"runtime"}
    explained = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))
    assert targets == explained
    assert {"demo", "test", "check", "lab", "serve", "bench", "lock", "clean", "help"} == targets
    for script in (".ci/run", "tools/setup.sh", "tools/lock.sh"):
        assert (ROOT / script).stat().st_mode & 0o111, f"{script} is not executable"
