"""Commands about documents: cards of schools, Word templates of a region; the list for an order."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shnor_lib.cli.options import MethodologyOption, MunicipalityOption, ProjectOption, YearOption
from shnor_lib.cli.words import Command
from shnor_lib.errors import SelectionError
from shnor_lib.settings import find_project

if TYPE_CHECKING:
    from shnor_lib.region import Region
    from shnor_lib.verdicts import Verdicts


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(cls=Command, epilog="Пример: shnor card 840084 --year 2026 --out карточка.pdf")(card)
    app.command(cls=Command, epilog="Пример: shnor letterhead --project кбр")(letterhead)


def card(
    school: Annotated[
        str, typer.Argument(help="Шесть цифр кода школы; без кода — все школы списка ШНОР.")
    ] = "",
    out: Annotated[
        Path, typer.Option("--out", help="Файл .pdf, .docx или .html; для всех школ списка — папка.")
    ] = Path("карточки"),
    ending: Annotated[
        str, typer.Option("--format", help="Формат карточек в папке: pdf, docx или html.")
    ] = "pdf",
    year: YearOption = None,
    municipality: MunicipalityOption = None,
    methodology: MethodologyOption = None,
    project: ProjectOption = None,
) -> None:
    """Записать карточку школы или карточки всех школ списка."""
    from shnor_lib.documents import ENDINGS, Cards
    from shnor_lib.region import open_region

    if not school:
        _check_folder(out, ending, ENDINGS)
    region = open_region(project, methodology)
    cards = Cards(region.municipality(municipality) if municipality else region, year)
    if school:
        target = out if out.suffix else out / f"{cards.verdicts.judged(school)}.{ending}"
        cards.of(school).save(target)
        typer.echo(f"Записано: {target}")
        return
    listed = cards.verdicts.listed["school_id"].to_list()
    for code in listed:
        cards.of(code).save(out / f"{code}.{ending}")
    typer.echo(f"{cards.verdicts.title}, {cards.verdicts.year} год: карточек {len(listed)}, папка {out}")


def _check_folder(out: Path, ending: str, known: Collection[str]) -> None:
    """Refuse a name of a file where the cards of many schools go into a folder."""
    if f".{ending}" not in known:
        raise SelectionError(f"Формата «{ending}» нет. Есть: pdf, docx, html.")
    if out.is_file() or re.fullmatch(r"\.[A-Za-z]\w{1,4}", out.suffix):
        raise SelectionError(
            f"«{out}» — имя файла, а карточки всех школ списка пишутся в папку, по файлу на школу. Назовите "
            "папку (--out карточки), формат задайте отдельно (--format docx); для одной школы укажите её код."
        )


def letterhead(project: ProjectOption = None) -> None:
    """Положить в templates/ шаблоны Word, чтобы изменить их под свой бланк."""
    from shnor_lib.documents import letterhead as templates

    copied, kept = templates.lay_out(find_project(project))
    for path in copied:
        typer.echo(f"Записано: {path}")
    for path in kept:
        typer.echo(f"Уже есть, не тронут: {path}")


def is_document(path: Path) -> bool:
    """Whether a list goes into a document for an order, not into a table."""
    return path.suffix.lower() in (".docx", ".pdf", ".html")


def write_order(region: "Region", found: "Verdicts", path: Path) -> None:
    """The list of ШНОР as the annex of an order."""
    from shnor_lib.documents import order_list

    order_list(region, found).save(path)
