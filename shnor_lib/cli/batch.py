"""The command that builds the reports."""

from typing import Annotated

import typer

from shnor_lib.cli.common import complain, pairs
from shnor_lib.cli.options import (
    ProjectOption,
    YearOption,
)
from shnor_lib.cli.words import Command
from shnor_lib.settings import find_project


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(cls=Command, epilog="Пример: shnor batch --year 2025 --notebook 01_identification --jobs 2")(
        batch
    )


def batch(
    notebook: Annotated[
        list[str] | None, typer.Option("--notebook", help="Блокнот: имя или номер; можно повторять.")
    ] = None,
    municipality: Annotated[
        list[str] | None, typer.Option("--municipality", help="Муниципалитет; можно повторять; иначе все.")
    ] = None,
    year: YearOption = None,
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="Число процессов.")] = None,
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", help="Параметр блокнота: имя=значение.")
    ] = None,
    formats: Annotated[
        str, typer.Option("--formats", help="Форматы через запятую: ipynb,html.")
    ] = "ipynb,html",
    project: ProjectOption = None,
) -> int:
    """Построить отчёты по каждому муниципалитету и указатель за год."""
    from rich.console import Console

    from shnor_lib.batch import run_batch

    result = run_batch(
        find_project(project),
        notebooks=notebook or (),
        municipalities=municipality or (),
        year=year,
        jobs=jobs,
        parameters=pairs(parameter, "--parameter"),
        formats=tuple(part.strip() for part in formats.split(",") if part.strip()),
        console=Console(stderr=True),
    )
    for entry in result.failed:
        complain(f"Не построен: {entry.notebook}, {entry.municipality}: {entry.message}")
    typer.echo(
        f"Построено {len(result.units) - len(result.failed)} из {len(result.units)} за {result.seconds:.0f} с"
    )
    typer.echo(f"Указатель: {result.index}")
    return result.exit_code
