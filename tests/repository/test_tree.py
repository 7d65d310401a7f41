"""Sizes, words, floors and purity of the code."""

import ast
import configparser
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repository.checkout import ROOT, files, modules

LINES = 350
# Written so that this file does not hold what it forbids.
PATHS = re.compile(r"/w[o]rk/|/f[a]rm/|/r[o]ot/|/h[o]me/[a-z]|/tmp/b[a]sh")
HOSTS = re.compile(r"p[y]pi\.org|p[y]thonhosted|registry\.n[p]mjs|conda\.a[n]aconda\.org|d[e]b\.debian\.org")
BINARY = {".docx", ".png", ".xlsx", ".xls", ".xlsb", ".ods", ".parquet", ".woff2", ".ico"}

# Where files may be opened for reading or writing; everything else gets frames.
MAY_OPEN = re.compile(
    r"shnor_lib\.(data\.(store|snapshot|damage|intake|screening|demo|procedures|scales|target_indicators|blank_forms)|methodology\.load|settings"
    r"|scaffold|present\.(export|display)|atomic|locks|batch|engine|blanks|serve|cli)\b"
)
FILE_CALLS = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "read_csv", "read_excel"}
MAY_PRINT = re.compile(r"shnor_lib\.(cli|batch\.progress|serve)\b")


def _texts() -> list[tuple[Path, str]]:
    return [
        (path, path.read_text(encoding="utf-8", errors="replace"))
        for path in files()
        if path.suffix not in BINARY
    ]


def _calls(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {item.id for item in called if isinstance(item, ast.Name)} | {
        item.attr for item in called if isinstance(item, ast.Attribute)
    }


def _floors() -> list[list[str]]:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    lines = parser["importlinter:contract:floors"]["layers"].strip().splitlines()
    return [re.split(r"\s*[:|]\s*", line.strip()) for line in lines]


def test_no_module_is_two_ideas_long() -> None:
    sizes = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in modules().items()}
    assert {name: size for name, size in sizes.items() if size > LINES} == {}


def test_every_module_says_what_it_promises() -> None:
    silent = [
        name
        for name, path in modules().items()
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


@pytest.mark.parametrize("forbidden", [PATHS, HOSTS], ids=["machine paths", "package hosts"])
def test_no_file_names_a_machine_or_a_host(forbidden: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path, body in _texts()
        if (match := forbidden.search(body))
    ]
    assert found == []


def test_no_hosted_ci_and_no_lock_with_hosts() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in files()} | {path.name for path in files()}
    assert names & {".github", ".gitlab-ci.yml", "uv.lock", "poetry.lock", "pylock.toml"} == set()


def test_received_and_produced_files_stay_out_of_git() -> None:
    inside = [
        str(path.relative_to(ROOT))
        for path in files()
        if path.relative_to(ROOT).parts[0] in ("data", "reports") and path.name != ".gitkeep"
    ]
    assert inside == []


def test_every_module_has_its_floor() -> None:
    floors = {f"shnor_lib.{name}" for floor in _floors() for name in floor}
    packages = {"shnor_lib", "shnor_lib.present"}
    homeless = [
        name
        for name in modules()
        if name not in packages and not any(name == floor or name.startswith(f"{floor}.") for floor in floors)
    ]
    assert homeless == []
    assert floors <= set(modules()), "a floor that is not there"


def test_imports_go_only_downward() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_only_the_edges_open_files() -> None:
    found = {
        name: sorted(opened)
        for name, path in modules().items()
        if not MAY_OPEN.match(name) and (opened := _calls(path) & FILE_CALLS)
    }
    assert found == {}


def test_only_the_edges_print() -> None:
    assert [n for n, path in modules().items() if not MAY_PRINT.match(n) and "print" in _calls(path)] == []
