"""Commands of social conditions: the index with what follows from it, schools similar to one school."""

from typing import Annotated

import typer

from shnor_lib.cli.common import open_region, settings_of, write
from shnor_lib.cli.options import (
    MethodologyOption,
    MunicipalityOption,
    OutOption,
    ProjectOption,
    SetOption,
    YearOption,
)
from shnor_lib.cli.words import Command


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(
        "social-index", cls=Command, epilog="Пример: shnor social-index --year 2026 --out индекс.xlsx"
    )(social_index)
    app.command(cls=Command, epilog="Пример: shnor neighbours 840084 --year 2026")(neighbours)


def social_index(
    out: OutOption,
    year: YearOption = None,
    methodology: MethodologyOption = None,
    municipality: MunicipalityOption = None,
    settings: SetOption = None,
    project: ProjectOption = None,
) -> None:
    """Рассчитать социальный индекс и записать таблицу: квартиль, ШНСУ, зоны риска и внимания."""
    from shnor_lib.present import social as told

    region = open_region(project, methodology, municipality)
    found = region.social(year, **settings_of(settings))
    policy = found.method.social_index
    write(
        found.contract,
        out,
        f"{region.title}: {policy.title}, {found.year} год",
        region,
        found.method.label,
        found.sheets,
    )
    table, index = found.table, found.found.index
    typer.echo(f"{region.title}, {found.year} год, методика {found.method.label}")
    lines = [
        told.quartile(index),
        told.calculated(index),
        told.weights(index),
        told.sanity(*found.found.sanity),
    ]
    for line in filter(None, lines) if policy.indicators else ["Показателей индекса в методике нет."]:
        typer.echo(f"  {line}")
    counted = {"ШНСУ": "shnsu", "зона риска": "risk", "зона внимания": "watch_zone"}
    if not found.method.risk.parts:
        del counted["зона риска"]
    for words, name in (counted | {"кандидаты в резильентные": "resilient"}).items():
        typer.echo(f"  {words}: {int(table[name].sum())}")
    typer.echo(f"Записано: {out}")


def neighbours(
    school: Annotated[str, typer.Argument(help="Шесть цифр кода школы.")],
    year: YearOption = None,
    methodology: MethodologyOption = None,
    project: ProjectOption = None,
) -> None:
    """Показать школы, сходные с одной по условиям, и её результаты рядом с ними."""
    from shnor_lib.present import labels, text
    from shnor_lib.present import social as told
    from shnor_lib.present.frames import rows

    found = open_region(project, methodology, None).social(year)
    near, by = found.neighbours(school), found.compared_by(school)
    if near.empty:
        typer.echo("Сходных школ не найти: об этой школе нет ни индекса, ни других признаков.")
        return
    typer.echo(f"Сходные школы, {found.year} год; учтены: {told.characteristics(by)}")
    for row in rows(near.rename(columns={"index": "value"})):
        level, place = labels.of(labels.LEVELS, row.level_max), labels.of(labels.LOCALITIES, row.locality)
        typer.echo(
            f"  {row.place}. {text.school_name(row.name)} ({row.school_id}), {row.municipality}: "
            f"индекс {text.number(row.value, told.digits(found.found.index))}, "
            f"обучающихся {text.number(row.enrolment)}, {level.text}, {place.text}"
        )
    own = found.public[found.public["school_id"].eq(found.verdicts.judged(school))]
    for row in rows(own):
        typer.echo(told.compared(row, by) or "Результатов для сравнения нет.")
