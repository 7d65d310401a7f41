"""Russian words of the command line: the parser itself speaks English."""

import re
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

# What the parser says of words that no argument takes.
_EXTRA = re.compile(r"Got unexpected extra arguments?(?:\(s\))? ?\((.*)\)")


if TYPE_CHECKING:
    from typer.core import TyperCommand as _Parser
else:  # at run time the command, or the list of commands, that it is mixed into
    _Parser = object


class _RussianHelp(_Parser):
    """The parser's own help speaks English; these are its words that a person reads."""

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Показать эту справку."
        return option

    def format_help(self, ctx: Any, formatter: Any) -> None:
        from typer import rich_utils as words

        words.OPTIONS_PANEL_TITLE, words.ARGUMENTS_PANEL_TITLE = "Параметры", "Что указать"
        words.COMMANDS_PANEL_TITLE = "Команды"
        words.DEFAULT_STRING, words.REQUIRED_LONG_STRING = "[по умолчанию: {}]", "[обязательно]"
        super().format_help(ctx, formatter)


class Command(_RussianHelp, TyperCommand):
    """A command whose help is Russian."""


class Group(_RussianHelp, TyperGroup):
    """The list of commands, in Russian."""


def misuse(error: typer.TyperException) -> str:
    """A wrong call in Russian; the parser itself speaks English."""
    context = getattr(error, "ctx", None)
    commands: list[str] = []
    if context is not None and isinstance(context.command, TyperGroup):
        commands = context.command.list_commands(context)
    command = context.command_path if context else "shnor"
    parameter = getattr(error, "param", None)
    name = parameter.opts[0] if parameter else getattr(error, "option_name", "")
    wrong_command = str(error).startswith("No such command")
    extra = _EXTRA.match(str(error))
    said = (
        f"лишнее: {extra[1]}"
        if extra
        else {
            "MissingParameter": f"не задан обязательный параметр {name}",
            "NoSuchOption": f"параметра {name} нет",
            "BadOptionUsage": f"у параметра {name} нет значения или оно лишнее",
            "BadParameter": f"значение параметра {name} не подходит ({_expected(error)})",
        }.get(
            type(error).__name__,
            f"такой команды нет; есть: {', '.join(commands)}" if wrong_command else str(error),
        )
    )
    return f"Неверный вызов: {said}.\nСправка: {command} --help"


def _expected(error: typer.TyperException) -> str:
    return "нужно целое число" if "integer" in str(error) else "см. справку"
