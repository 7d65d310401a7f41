"""Commands that apply the method: list, dynamics, deficits, and the reasons for one school."""

from typing import Annotated

import typer

from shnor_lib.cli import documents
from shnor_lib.cli.common import open_region, settings_of, write
from shnor_lib.cli.options import (
    ListOption,
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
        cls=Command, epilog="Пример: shnor identify --year 2025 --out список.xlsx --set threshold=25"
    )(identify)
    app.command(cls=Command, epilog="Пример: shnor dynamics --year 2025 --out динамика.xlsx")(dynamics)
    app.command(cls=Command, epilog="Пример: shnor deficits --year 2025 --out дефициты.xlsx")(deficits)
    app.command(
        cls=Command,
        epilog="Пример: shnor indicators --year 2025 --methodology dagestan-2023 --out показатели.xlsx",
    )(indicators)
    app.command(cls=Command, epilog="Пример: shnor credibility --year 2025 --out сигналы.xlsx")(credibility)
    app.command(cls=Command, epilog="Пример: shnor explain 840084 --year 2026")(explain)


def identify(
    out: ListOption,
    year: YearOption = None,
    methodology: MethodologyOption = None,
    municipality: MunicipalityOption = None,
    settings: SetOption = None,
    project: ProjectOption = None,
) -> None:
    """Определить ШНОР и записать таблицу вердиктов с основаниями."""
    from shnor_lib.present import labels

    region = open_region(project, methodology, municipality)
    found = region.identify(year, **settings_of(settings))
    in_force = found.method.is_valid_in(found.year)
    if documents.is_document(out):
        documents.write_order(region, found, out)
    else:
        title = f"{found.title}: результаты выявления ШНОР, {found.year} год"
        notes = () if in_force else (f"Методика в {found.year} году не действует.",)
        write(found.contract, out, title, region, found.method.label, found.sheets, notes)
    typer.echo(f"{found.title}, {found.year} год, методика {found.method.label}")
    for status, number in found.counts.items():
        if number or status == "shnor":
            typer.echo(f"  {labels.STATUSES[status].text}: {number}")
    if found.method.support.clusters:
        helped = found.statuses["support"].value_counts()
        told = [
            f"{labels.SUPPORT[name].text} — {helped.get(name, 0)}" for name in found.method.support.clusters
        ]
        typer.echo(f"  кластеры поддержки: {'; '.join(told)}")
    uncertain = found.statuses.loc[found.statuses["requires_check"], "school_id"]
    if len(uncertain):
        typer.echo(f"  требуют проверки (известны только проценты): {', '.join(uncertain)}")
    if not in_force:
        typer.echo(f"  не в силе: методика «{found.method.id}» в {found.year} году не действует")
    if len(found.out_of_scope):
        typer.echo(f"  вне охвата методики: {len(found.out_of_scope)}")
    if found.missing_series:
        typer.echo(f"  результаты не загружены ни для одной школы: {', '.join(found.missing_series)}")
    typer.echo(f"Записано: {out}")


def dynamics(
    out: OutOption,
    year: YearOption = None,
    methodology: MethodologyOption = None,
    municipality: MunicipalityOption = None,
    settings: SetOption = None,
    project: ProjectOption = None,
) -> None:
    """Записать переходы школ между кластерами за год."""
    from shnor_lib.present import movement, text

    region = open_region(project, methodology, municipality)
    moved = region.dynamics(year, **settings_of(settings))
    said = [movement.beside_chance(moved.summary, moved.expected, moved.expected_sd, moved.comparable)]
    said += [] if moved.comparable else [movement.unlike_years(moved.year)]
    notes = tuple(line for line in said if line)
    title = f"{region.title}: динамика, {moved.year} год"
    write(moved.table, out, title, region, moved.method.label, moved.sheets, notes)
    positive, known = moved.summary["share_positive"]
    schools = text.plural(known, "школы", "школ", "школ")
    entry = moved.summary["entry"]
    typer.echo(f"{region.title}: положительная динамика у {positive} из {known} {schools}, вход: {entry}")
    for line in notes:
        typer.echo(f"  {line}")
    typer.echo(f"Записано: {out}")


def deficits(
    out: OutOption,
    year: YearOption = None,
    methodology: MethodologyOption = None,
    municipality: MunicipalityOption = None,
    project: ProjectOption = None,
) -> None:
    """Записать ресурсные дефициты школ и их состояние между двумя аудитами."""
    region = open_region(project, methodology, municipality)
    found = region.deficits(year)
    columns = ["school_id", "name", "municipality_id", "municipality", "status"]
    rest = [name for name in found.items if name not in columns]
    write(
        found.items[columns + rest],
        out,
        f"{region.title}: дефициты, {found.year} год",
        region,
        found.method.label,
        found.sheets,
    )
    typer.echo(
        f"{region.title}: школ с дефицитами {found.summary['with_deficits']} из {found.summary['audited']}"
    )
    typer.echo(f"Записано: {out}")


def indicators(
    out: OutOption,
    year: YearOption = None,
    methodology: MethodologyOption = None,
    municipality: MunicipalityOption = None,
    settings: SetOption = None,
    project: ProjectOption = None,
) -> None:
    """Записать показатели рядом с правилом и потребность в профилактике, если они есть в методике."""
    from shnor_lib.present import beside as words
    from shnor_lib.present import targets as goals

    region = open_region(project, methodology, municipality)
    found = region.beside(year, **settings_of(settings))
    planned = region.targets(year, **settings_of(settings))
    title = f"{region.title}: показатели рядом с правилом, {found.year} год"
    sheet, notes = words.sheet(found)
    sheets = {"Показатели": sheet}
    if len(planned):
        sheets["Цели"] = goals.sheet(planned, found.year, region.title)
    write(found.table, out, title, region, found.method.label, sheets, notes)
    for line in [*words.summary(found), *goals.summary(planned)]:
        typer.echo(line)
    typer.echo(f"Записано: {out}")


def credibility(
    out: OutOption,
    year: YearOption = None,
    methodology: MethodologyOption = None,
    municipality: MunicipalityOption = None,
    project: ProjectOption = None,
) -> None:
    """Записать сигналы достоверности: скученность у границ, журнал, скачки; в список они не входят."""
    from shnor_lib.pages import credibility_tables as sheets
    from shnor_lib.present import credibility as words
    from shnor_lib.present import export
    from shnor_lib.present.workbook import workbook

    region = open_region(project, methodology, municipality)
    verdicts = region.identify(year)
    found = verdicts.credibility
    title = f"{region.title}: сигналы достоверности, {verdicts.year} год"
    if out.suffix.lower() == ".xlsx":
        facts = {"Отчёт": title, "Методика": verdicts.method.label, "Снимок данных": region.snapshot.id}
        export.save(workbook(sheets.every(found), facts), out, ".xlsx")
    else:
        table = found.schools.assign(year=verdicts.year)
        write(table, out, title, region, verdicts.method.label)
    typer.echo(f"{title}: {words.summary(found.tests)}")
    typer.echo(words.FALSE_ALARMS)
    typer.echo(f"Записано: {out}")


def explain(
    school: Annotated[str, typer.Argument(help="Шесть цифр кода школы.")],
    year: YearOption = None,
    methodology: MethodologyOption = None,
    sources: Annotated[
        bool, typer.Option("--sources", help="Все данные школы: из какого файла, листа и строки каждое.")
    ] = False,
    project: ProjectOption = None,
) -> None:
    """Показать, почему у школы такой вердикт: ячейки, правила, файлы и строки."""
    region = open_region(project, methodology, None)
    from shnor_lib.present import provenance

    if sources:
        typer.echo(provenance.told(region.sources(school)))
        return
    found = region.identify(year)
    typer.echo(found.explain(school))
    known = region.sources(school)
    judged = known["what"].str.startswith((str(found.year), str(found.year - 1)))
    typer.echo("\n" + provenance.files(known[(known["table"] == "results") & judged]))
