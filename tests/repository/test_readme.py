"""README.md and its Russian twin: the same sections, the same commands, and commands that exist."""

import re
import shlex

import pytest
from typer.main import get_command

from shnor_lib.cli import app
from tests.repository import markdown
from tests.repository.checkout import ROOT, text

TWINS = ("README.md", "README.ru.md")
SECTIONS = {
    "# ШНОР workbench": "# Рабочее место «ШНОР»",
    "## For whom": "## Для кого",
    "## Start": "## Начало",
    "## A first analysis": "## Первый анализ",
    "## Commands": "## Команды",
    "## Project folder": "## Папка проекта",
    "## Files accepted": "## Какие файлы принимаются",
    "## Methodology, and what chance does": "## Методика и роль случая",
    "## Legal frame and privacy": "## Правовые рамки и приватность",
    "## Offline": "## Без сети",
    "## Conda": "## Conda",
    "## Development": "## Разработка",
    "## Licence": "## Лицензия",
}


def _commands(page: str) -> list[str]:
    return [line for language, lines in markdown.code_blocks(page) if language == "sh" for line in lines]


def test_sections_are_the_same_in_the_same_order() -> None:
    english, russian = (markdown.headings(text(name)) for name in TWINS)
    assert english == list(SECTIONS)
    assert russian == list(SECTIONS.values())


def test_code_is_the_same() -> None:
    english, russian = ([block for block in markdown.code_blocks(text(name)) if block[0]] for name in TWINS)
    assert english == russian


def test_tables_and_pictures_are_the_same_size() -> None:
    english, russian = (
        {
            "rows": [len(list(markdown.rows(body))) for body in markdown.sections(text(name)).values()],
            "pictures": re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text(name)),
        }
        for name in TWINS
    )
    assert english == russian


def test_shnor_commands_of_the_readme_are_accepted() -> None:
    group = get_command(app)
    seen = set()
    for line in _commands(text("README.md")):
        program, *arguments = shlex.split(line)
        if program == "shnor":
            name, *rest = arguments
            group.commands[name].make_context(name, rest)
            seen.add(name)
    assert seen == set(group.commands), "the readme shows every command"


def test_make_targets_of_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    named = {
        target
        for line in _commands(text("README.md"))
        if line.startswith("make ")
        for target in line.split()[1:]
    }
    assert named <= targets
    assert {"demo", "test", "check", "lab", "serve"} <= named


def test_notebooks_of_the_readme_exist() -> None:
    named = set(re.findall(r"notebooks/\w+\.ipynb", text("README.md")))
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("name", TWINS)
def test_measured_times_are_filled_in(name: str) -> None:
    assert re.findall(r"\bTIME_\w+", text(name)) == []
