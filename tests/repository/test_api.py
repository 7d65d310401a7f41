"""What other programs rely on: names, errors, commands."""

import inspect
import re
import shlex
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

import shnor_lib
from shnor_lib import errors
from shnor_lib.cli import app

COMMANDS = sorted(get_command(app).commands)


def test_public_names_are_pinned_and_exist() -> None:
    assert sorted(shnor_lib.__all__) == ["Region", "ShnorError", "Verdicts", "__version__", "open", "page"]
    missing = [name for name in shnor_lib.__all__ if not hasattr(shnor_lib, name)]
    assert missing == []


def _drawn() -> dict[str, str | None]:
    """Parent of each error by the tree in the docstring of `errors`."""
    parents: dict[str, str | None] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"^((?:[│ ]   )*)(?:[├└]── )?([A-Z]\w*Error)\b", line)
        if match:
            depth = len(match[1]) // 4 + ("──" in line)
            above = [*above[:depth], match[2]]
            parents[match[2]] = above[depth - 1] if depth else None
    return parents


def _real() -> dict[str, str | None]:
    public = {
        name: item
        for name, item in vars(errors).items()
        if inspect.isclass(item) and issubclass(item, errors.ShnorError) and not name.startswith("_")
    }
    return {
        name: next((base.__name__ for base in item.__mro__[1:] if base.__name__ in public), None)
        for name, item in public.items()
    }


def test_tree_of_errors_is_drawn_as_it_is() -> None:
    assert _drawn() == _real()


def test_errors_have_codes_of_their_own() -> None:
    codes = [getattr(errors, name).code for name in _real()]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example_that_works(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    example = re.search(r"Пример: (shnor .+)", get_command(app).commands[command].epilog or "")
    assert example, "no example"
    assert "Пример: shnor" in shown.output
    program, name, *arguments = shlex.split(example[1].replace("«", '"').replace("»", '"'))
    assert (program, name) == ("shnor", command)
    get_command(app).commands[name].make_context(name, arguments)


def _single(command: str) -> list[Any]:
    """A command, or the commands of a group."""
    found = get_command(app).commands[command]
    return list(getattr(found, "commands", {"": found}).values())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_parameter_is_explained(command: str) -> None:
    silent = [
        parameter.name
        for single in _single(command)
        for parameter in single.params
        if parameter.name != "help" and not getattr(parameter, "help", None)
    ]
    assert silent == []


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"init", "methodology"}))
def test_every_command_takes_a_project(command: str) -> None:
    for single in _single(command):
        assert "--project" in {opt for parameter in single.params for opt in parameter.opts}
