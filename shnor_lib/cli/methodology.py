"""Commands about methods: which there are, what one says, whether a file is right, how two differ."""

from collections.abc import Sequence
from typing import Annotated

import typer

from shnor_lib.cli.words import Command, Group

_WIDTH = 120  # where the output goes to a file or a pipe

_Name = Annotated[str, typer.Argument(help="Имя профиля или файл .yml.")]


def register(app: typer.Typer) -> None:
    """Add the group `methodology` to the command line."""
    group = typer.Typer(
        cls=Group,
        help="Методики: перечень, настройки, проверка, сравнение.",
        epilog="Пример: shnor methodology list",
        no_args_is_help=True,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    group.command("list", cls=Command, epilog="Пример: shnor methodology list")(every)
    group.command(cls=Command, epilog="Пример: shnor methodology show dagestan-2023")(show)
    group.command(cls=Command, epilog="Пример: shnor methodology check наша.yml")(check)
    group.command(cls=Command, epilog="Пример: shnor methodology diff rosobrnadzor-847 dagestan-2023")(diff)
    app.add_typer(group, name="methodology")


def every() -> None:
    """Показать методики, которые есть в поставке."""
    from shnor_lib.methodology import load, shipped
    from shnor_lib.present import methodology as words

    _table(words.LIST_HEADINGS, words.listed([load(name) for name in shipped()]))


def show(name: _Name) -> None:
    """Показать настройки методики: правило, значение и кто так решил."""
    from shnor_lib.methodology import describe, load, parent
    from shnor_lib.present import methodology as words

    for line in words.head(load(name), parent(name)):
        typer.echo(line)
    for title, rows in words.sections(describe.described(name)):
        _table(words.SHOW_HEADINGS, rows, title)


def check(file: _Name) -> None:
    """Проверить файл методики: все ошибки сразу, а если их нет, сколько настроек кто определил."""
    from shnor_lib.methodology import describe, load, parent
    from shnor_lib.present import methodology as words

    method, settings = load(file), describe.described(file)
    for line in words.head(method, parent(file)):
        typer.echo(line)
    typer.echo(f"Методика принята. Настроек {len(settings)}: {', '.join(words.counted(settings))}.")
    left = describe.unmarked(settings)
    if left:
        typer.echo(
            "Ни документ, ни регион не решили, действует умолчание: "
            + ", ".join(setting.name for setting in left)
        )


def diff(
    first: Annotated[str, typer.Argument(help="Имя профиля или файл .yml.")],
    second: Annotated[str, typer.Argument(help="С чем сравнить: имя профиля или файл .yml.")],
) -> None:
    """Показать, чем различаются две методики."""
    from shnor_lib.methodology import describe, load
    from shnor_lib.present import methodology as words

    found = describe.differences(first, second)
    titles = (load(first).id, load(second).id)
    if not found:
        typer.echo(f"Методики {titles[0]} и {titles[1]} не различаются ни в одной настройке.")
        return
    _table(("Правило", "Настройка", *titles), words.differing(found))


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", title_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = Console()
    (console if console.is_terminal else Console(width=_WIDTH)).print(table)
