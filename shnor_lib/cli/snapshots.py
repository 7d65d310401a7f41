"""Commands about snapshots: which there are, and what changed from one to another."""

from pathlib import Path
from typing import Annotated

import typer

from shnor_lib.cli.options import MethodologyOption, ProjectOption
from shnor_lib.cli.words import Command
from shnor_lib.settings import find_project


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(cls=Command, epilog="Пример: shnor snapshots --verify")(snapshots)
    app.command(cls=Command, epilog="Пример: shnor diff 3fa90c 81be02 --year 2025 --out изменения.xlsx")(diff)


def snapshots(
    verify: Annotated[
        bool, typer.Option("--verify", help="Сверить содержимое файлов снимков, а не только их размеры.")
    ] = False,
    project: ProjectOption = None,
) -> int:
    """Перечислить снимки данных и показать, какой текущий и не повреждён ли какой."""
    from shnor_lib.data import store
    from shnor_lib.present import snapshots as shown

    processed = find_project(project).processed
    every = store.snapshots(processed)
    there = store.pointed(processed) if every else store.current(processed)
    damaged = {one.id: faults for one in every if (faults := one.damage(contents=verify))}
    typer.echo("\n".join(shown.lines(every, there.id if there else "", damaged)))
    return int(verify and bool(damaged))


def diff(
    before: Annotated[str, typer.Argument(help="Первый снимок: его номер или начало номера.")],
    after: Annotated[str, typer.Argument(help="Второй снимок: его номер или начало номера.")],
    year: Annotated[
        int | None, typer.Option("--year", help="Год списка; по умолчанию последний общий.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Книга .xlsx со всеми изменениями.")] = None,
    methodology: MethodologyOption = None,
    project: ProjectOption = None,
) -> None:
    """Показать, что изменилось между двумя снимками: файлы, школы, ячейки, статусы."""
    from shnor_lib.comparison import compare
    from shnor_lib.present import changes, export
    from shnor_lib.present.workbook import workbook

    found = compare(find_project(project), before, after, year, methodology)
    typer.echo("\n".join(changes.lines(found)))
    if out is not None:
        export.save(workbook(changes.tables(found), changes.about(found)), out, ".xlsx")
        typer.echo(f"Записано: {out}")
