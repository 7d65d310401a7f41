"""The command that writes forms for municipalities and schools."""

from pathlib import Path
from typing import Annotated

import typer

from shnor_lib.cli.options import MethodologyOption, MunicipalityOption, ProjectOption, YearOption
from shnor_lib.cli.words import Command


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(
        cls=Command, epilog='Пример: shnor templates --municipality "Алейский район" --form deficits'
    )(templates)


def templates(
    out: Annotated[Path, typer.Option("--out", help="Папка; в ней по папке на муниципалитет.")] = Path(
        "reports/формы"
    ),
    form: Annotated[
        list[str] | None,
        typer.Option(
            "--form",
            help="results — расчётная карта, diagnostic — диагностическая карта, "
            "social_passport — социальный паспорт, deficits — аудит дефицитов, "
            "roadmap — дорожная карта; можно повторять. Иначе все.",
        ),
    ] = None,
    listed: Annotated[bool, typer.Option("--listed", help="Только школы списка ШНОР.")] = False,
    year: YearOption = None,
    municipality: MunicipalityOption = None,
    methodology: MethodologyOption = None,
    project: ProjectOption = None,
) -> None:
    """Записать формы Excel для муниципалитетов, уже с их школами."""
    from shnor_lib import blanks
    from shnor_lib.region import open_region

    region = open_region(project, methodology)
    place = region.municipality(municipality) if municipality else region
    written = blanks.write(place, out, year, form or (), listed)
    typer.echo(f"{place.title}: форм {len(written)}, папка {out}")
