"""The command that reads the raw files."""

from typing import Annotated

import typer

from shnor_lib.cli.options import (
    ProjectOption,
)
from shnor_lib.cli.words import Command
from shnor_lib.settings import find_project


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(cls=Command, epilog="Пример: shnor ingest --strict")(ingest)


def ingest(
    strict: Annotated[bool, typer.Option("--strict", help="Не создавать снимок, если есть ошибки.")] = False,
    project: ProjectOption = None,
) -> None:
    """Прочитать data/raw: снимок данных и отчёт о проверке."""
    from shnor_lib import crew
    from shnor_lib.data import intake

    result = intake.ingest(find_project(project), strict=strict, read_all=crew.read_all)
    typer.echo(result.text)
