"""The docs are complete and point to what exists."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from shnor_lib.analysis import changes, clusters, deficits, dynamics, identification
from shnor_lib.analysis.credibility import signals
from shnor_lib.data import schemas
from shnor_lib.methodology import load, shipped
from shnor_lib.methodology.model import Methodology
from tests.repository import markdown
from tests.repository.checkout import LIBRARY, ROOT, files, modules, text

PAGES = sorted(path for path in files() if path.suffix == ".md")
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))


@pytest.fixture(scope="module")
def glossary() -> dict[str, str]:
    return markdown.sections(text("docs/glossary.md"))


def _identifiers(section: str) -> set[str]:
    return {code for row in markdown.rows(section) for code in markdown.codes(row[1])}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in markdown.links(page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        if not there.exists() or (
            anchor and anchor not in markdown.anchors(there.read_text(encoding="utf-8"))
        ):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize(
    ("section", "values"),
    [
        ("Statuses", identification.STATUSES),
        ("Clusters", (*schemas.CLUSTERS, *clusters.SCHEMES)),
        ("Movements", dynamics.MOVEMENTS),
        ("States of deficits", deficits.STATES),
        ("Signals of credibility", signals.SIGNALS),
        (
            "Changes between snapshots",
            (
                *changes.FILE_CHANGES,
                *changes.SCHOOL_CHANGES,
                *changes.CELL_CHANGES,
                *changes.CAUSES,
                *changes.LIST_CHANGES,
            ),
        ),
    ],
)
def test_glossary_holds_machine_values(
    glossary: dict[str, str], section: str, values: tuple[str, ...]
) -> None:
    assert _identifiers(glossary[section]) == set(values)


def _settings() -> dict[str, Any]:
    parts = {"identification", "clusters", "deficits", "publication"}
    return {
        name: field
        for part in parts
        for name, field in Methodology.model_fields[part].annotation.model_fields.items()  # type: ignore[union-attr]
    }


def test_glossary_holds_settings_and_their_values(glossary: dict[str, str]) -> None:
    section = glossary["Settings of a profile"]
    assert set(_settings()) <= _identifiers(section)
    values = {
        value
        for field in _settings().values()
        for value in get_args(field.annotation)
        if isinstance(value, str)
    }
    assert values - set(clusters.SCHEMES) <= markdown.codes(section)


@pytest.mark.parametrize("table", schemas.TABLES)
def test_glossary_holds_tables_and_columns(glossary: dict[str, str], table: str) -> None:
    title = schemas.TABLES[table].title
    explained = _identifiers(glossary[f"`{table}` — {title}"]) | _identifiers(glossary["Common columns"])
    assert set(schemas.TABLES[table].columns) - explained == set()


def test_glossary_names_no_column_that_does_not_exist(glossary: dict[str, str]) -> None:
    for name, table in schemas.TABLES.items():
        section = glossary[f"`{name}` — {table.title}"]
        assert _identifiers(section) <= set(table.columns), name


def test_every_term_has_a_meaning(glossary: dict[str, str]) -> None:
    empty = [row for section in glossary.values() for row in markdown.rows(section) if not all(row[:3])]
    assert empty == []


@pytest.mark.parametrize("profile", shipped())
def test_shipped_profiles_are_documented(profile: str) -> None:
    rows = list(markdown.rows(text("docs/methodology.md")))
    (row,) = [row for row in rows if markdown.codes(row[0]) == {profile}]
    assert load(profile).source in row[1]


def test_every_rule_that_code_cites_is_explained() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in modules().values())
    page = text("docs/methodology.md")
    explained = {row[0] for row in markdown.rows(markdown.sections(page)["§10. Rules"])}
    cited = set(re.findall(r"\bR(?:[1-9]|1\d|2[0-5])\b", sources))
    assert cited <= explained
    sections = set(re.findall(r"§\d+(?:\.\d+)?", page))
    assert set(re.findall(r"METHODOLOGY (§\d+(?:\.\d+)?)", sources)) <= sections


def test_places_of_rules_exist() -> None:
    rules = markdown.sections(text("docs/methodology.md"))["§10. Rules"]
    named = {code for row in markdown.rows(rules) for code in markdown.codes(row[2])}
    known = set(modules())
    assert {name for name in named if f"shnor_lib.{name}" not in known} == set()


def test_decisions_are_numbered_listed_and_short() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))
    index = markdown.links(text("docs/decisions/README.md"))
    assert index == [path.name for path in DECISIONS]
    for path in DECISIONS:
        page = path.read_text(encoding="utf-8")
        assert page.startswith(f"# {path.name[:4]}. ")
        assert "**Chosen.**" in page
        assert "**Would change it.**" in page
        assert len(page.splitlines()) <= 30, path.name


def test_architecture_names_what_exists() -> None:
    page = text("docs/architecture.md")
    named = set(re.findall(r"`((?:data|analysis|present|batch|methodology)(?:\.[a-z_]+)+)`", page))
    known = {name.removeprefix("shnor_lib.") for name in modules()}
    assert {name for name in named if name not in known and name.rpartition(".")[0] not in known} == set()
    folders = set(re.findall(r"`(tests/[a-z]+)`", page))
    built = {
        f"tests/{path.relative_to(ROOT).parts[1]}"
        for path in files()
        if path.relative_to(ROOT).parts[0] == "tests" and path.name.startswith("test_")
    }
    assert built <= folders
    floors = {path.name.removesuffix(".py") for path in LIBRARY.iterdir() if not path.name.startswith("_")}
    assert {name for name in floors if f"`{name}`" not in page} == set()


def test_changelog_has_the_version_of_the_package() -> None:
    import shnor_lib

    assert f"## [{shnor_lib.__version__}]" in text("CHANGELOG.md")
    assert f'version = "{shnor_lib.__version__}"' in text("pyproject.toml")
