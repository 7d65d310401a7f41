"""The command that builds the reports."""

from typing import TYPE_CHECKING, Annotated

import typer

from shnor_lib.cli.common import complain, pairs
from shnor_lib.cli.options import (
    ProjectOption,
    YearOption,
)
from shnor_lib.cli.words import Command
from shnor_lib.settings import find_project

if TYPE_CHECKING:
    from shnor_lib.batch.facts import Facts
    from shnor_lib.batch.plan import Plan


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
        str,
        typer.Option("--formats", help="Форматы через запятую: ipynb, html, single (страница одним файлом)."),
    ] = "ipynb,html",
    zips: Annotated[
        bool | None,
        typer.Option(
            "--zip/--no-zip", help="Архив страниц для каждого муниципалитета; иначе как в прошлый раз."
        ),
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", min=1, help="Секунд на один отчёт.")] = 600,
    engine: Annotated[
        str, typer.Option("--engine", help="Движок: shnor (быстрый) или reference (обычный papermill).")
    ] = "shnor",
    memory: Annotated[
        int, typer.Option("--memory", min=0, help="МБ памяти на один отчёт; 0 — без предела.")
    ] = 4096,
    cluster: Annotated[
        str, typer.Option("--cluster", help="Адрес планировщика dask, например tcp://10.0.0.5:8786.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Только показать, что будет построено.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Построить заново и то, что не изменилось.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Продолжить прерванный запуск.")] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Повторить только отчёты, которые не построились.")
    ] = False,
    project: ProjectOption = None,
) -> int:
    """Построить отчёты по каждому муниципалитету и указатель за год."""
    from rich.console import Console

    from shnor_lib import batch as reports

    home = find_project(project)
    asked = (
        reports.resume(home.reports, year)
        if resume
        else reports.Request(
            notebooks=tuple(notebook or ()),
            municipalities=tuple(municipality or ()),
            year=year,
            parameters=pairs(parameter, "--parameter"),
            formats=tuple(part.strip() for part in formats.split(",") if part.strip()),
            zips=zips,
            anew=again,
            only_failed=retry_failed,
        )
    )
    if dry_run:
        _show(*reports.prepare(home, asked))
        return 0
    result = reports.run_batch(home, asked, jobs, Console(stderr=True), timeout, engine, memory, cluster)
    for entry in result.failed:
        complain(f"Не построен: {entry.notebook}, {entry.municipality}: {entry.message}")
    done = len(result.units) - len(result.failed)
    same = f", без изменений {result.unchanged}" if result.unchanged else ""
    typer.echo(f"Построено {done} из {len(result.units)}{same} за {result.seconds:.0f} с")
    typer.echo(f"Указатель: {result.index}")
    return result.exit_code


def _show(facts: "Facts", todo: "Plan") -> None:
    """The plan, place by place."""
    typer.echo(f"Отчёты за {facts.year} год, снимок {facts.snapshot}, методика {facts.methodology_label}")
    if facts.trial_of:
        typer.echo(f"Это проба методики: методика проекта — {facts.trial_of}")
    for title, units in (
        ("Будут построены", todo.run),
        ("Не изменились", todo.unchanged),
        ("Не повторяются: прошлый запуск удался", todo.left_out),
    ):
        if units:
            typer.echo(f"{title}: {len(units)}")
        if units is todo.run and todo.reformatted:
            typer.echo(
                f"  из них только потому, что прежние страницы в других форматах (--formats): "
                f"{len(todo.reformatted)}"
            )
        for unit in units if units is todo.run else ():
            typer.echo(f"  {unit.title}: {unit.notebook.stem}")
