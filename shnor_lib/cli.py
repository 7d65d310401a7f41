"""The `shnor` command: thin, lazy, every error in Russian and without a traceback.

Exit codes: 0 done, 1 something failed, 2 misuse. Heavy modules are imported inside the commands, so that
`shnor --help` answers at once.
"""

import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml

from shnor_lib import cli_documents, cli_snapshots
from shnor_lib.cli_options import (
    ListOption,
    MethodologyOption,
    MunicipalityOption,
    OutOption,
    ProjectOption,
    SetOption,
    YearOption,
)
from shnor_lib.cli_words import Command, Group, misuse
from shnor_lib.errors import ParameterError, ShnorError
from shnor_lib.settings import find_project

if TYPE_CHECKING:
    from shnor_lib.region import Region


app = typer.Typer(
    cls=Group,
    help="ШНОР: выявление школ с низкими результатами, динамика, ресурсные дефициты.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_LOG = "shnor-error.log"


def main() -> None:
    """Entry point of the console script."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code."""
    try:
        result = app(arguments or ["--help"], standalone_mode=False)
    except typer.TyperException as error:
        _complain(misuse(error, [_name(command) for command in app.registered_commands]))
        return 2
    except ShnorError as error:
        _complain(str(error))
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        _complain("Прервано.")
        return 1
    except Exception as error:  # the last line of defence: an analyst never sees a traceback
        _complain(f"Внутренняя ошибка ({type(error).__name__}).{_logged()}")
        return 1
    return result if isinstance(result, int) else 0


@app.command(cls=Command, epilog="Пример: shnor init кбр --region «Кабардино-Балкарская Республика»")
def init(
    folder: Annotated[Path, typer.Argument(help="Новая папка проекта.")],
    region: Annotated[str, typer.Option("--region", help="Название региона для заголовков.")] = "",
    methodology: Annotated[str, typer.Option("--methodology", help="Профиль методики.")] = "rosobrnadzor-847",
) -> None:
    """Создать рабочее место для региона: папки, блокноты, настройки."""
    from shnor_lib.scaffold import create

    made = create(folder, region, methodology)
    _say(f"Проект создан: {made.root}")
    _say(f"Положите файлы в {made.raw} и выполните: shnor ingest --project {folder}")


@app.command(cls=Command, epilog="Пример: shnor demo --scale municipality --seed 7")
def demo(
    scale: Annotated[
        str, typer.Option("--scale", help="Размер: municipality, region или country.")
    ] = "region",
    seed: Annotated[
        int, typer.Option("--seed", help="Начальное число: одно и то же даёт те же данные.")
    ] = 847,
    project: ProjectOption = None,
) -> None:
    """Записать в data/raw вымышленный регион с дефектами настоящих файлов."""
    from shnor_lib.data import demo as synthetic

    home = find_project(project)
    summary = synthetic.generate(home.root / "data", scale, seed)
    _say(summary.text)


@app.command(cls=Command, epilog="Пример: shnor ingest --strict")
def ingest(
    strict: Annotated[bool, typer.Option("--strict", help="Не создавать снимок, если есть ошибки.")] = False,
    project: ProjectOption = None,
) -> None:
    """Прочитать data/raw: снимок данных и отчёт о проверке."""
    from shnor_lib.data import intake

    result = intake.ingest(find_project(project), strict=strict)
    _say(result.text)


cli_snapshots.register(app)
cli_documents.register(app)


@app.command(cls=Command, epilog="Пример: shnor identify --year 2025 --out список.xlsx --set threshold=25")
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

    region = _region(project, methodology, municipality)
    found = region.identify(year, **_settings(settings))
    if cli_documents.is_document(out):
        cli_documents.write_order(region, found, out)
    else:
        title = f"{found.title}: результаты выявления ШНОР, {found.year} год"
        _write(found.contract, out, title, region, found.method.label, found.sheets)
    _say(f"{found.title}, {found.year} год, методика {found.method.label}")
    for status, number in found.counts.items():
        if number or status == "shnor":
            _say(f"  {labels.STATUSES[status].text}: {number}")
    uncertain = found.statuses.loc[found.statuses["requires_check"], "school_id"]
    if len(uncertain):
        _say(f"  требуют проверки (известны только проценты): {', '.join(uncertain)}")
    if not found.method.is_valid_in(found.year):
        _say(f"  внимание: методика «{found.method.id}» в {found.year} году не действует")
    if len(found.out_of_scope):
        _say(f"  вне охвата методики: {len(found.out_of_scope)}")
    if found.missing_series:
        _say(f"  результаты не загружены ни для одной школы: {', '.join(found.missing_series)}")
    _say(f"Записано: {out}")


@app.command(cls=Command, epilog="Пример: shnor dynamics --year 2025 --out динамика.xlsx")
def dynamics(
    out: OutOption,
    year: YearOption = None,
    methodology: MethodologyOption = None,
    municipality: MunicipalityOption = None,
    settings: SetOption = None,
    project: ProjectOption = None,
) -> None:
    """Записать переходы школ между кластерами за год."""
    from shnor_lib.present import text

    region = _region(project, methodology, municipality)
    moved = region.dynamics(year, **_settings(settings))
    _write(moved.table, out, f"{region.title}: динамика, {moved.year} год", region, moved.method.label)
    positive, known = moved.summary["share_positive"]
    schools = text.plural(known, "школы", "школ", "школ")
    entry = moved.summary["entry"]
    _say(f"{region.title}: положительная динамика у {positive} из {known} {schools}, вход: {entry}")
    _say(f"Записано: {out}")


@app.command(cls=Command, epilog="Пример: shnor deficits --year 2025 --out дефициты.xlsx")
def deficits(
    out: OutOption,
    year: YearOption = None,
    methodology: MethodologyOption = None,
    municipality: MunicipalityOption = None,
    project: ProjectOption = None,
) -> None:
    """Записать ресурсные дефициты школ и их состояние между двумя аудитами."""
    region = _region(project, methodology, municipality)
    found = region.deficits(year)
    columns = ["school_id", "name", "municipality_id", "municipality", "status"]
    rest = [name for name in found.items if name not in columns]
    _write(
        found.items[columns + rest],
        out,
        f"{region.title}: дефициты, {found.year} год",
        region,
        found.method.label,
    )
    _say(f"{region.title}: школ с дефицитами {found.summary['with_deficits']} из {found.summary['audited']}")
    _say(f"Записано: {out}")


@app.command(cls=Command, epilog="Пример: shnor explain 840084 --year 2026")
def explain(
    school: Annotated[str, typer.Argument(help="Шесть цифр кода школы.")],
    year: YearOption = None,
    methodology: MethodologyOption = None,
    project: ProjectOption = None,
) -> None:
    """Показать, почему у школы такой вердикт: ячейки, правила, файлы и строки."""
    _say(_region(project, methodology, None).identify(year).explain(school))


@app.command(cls=Command, epilog="Пример: shnor batch --year 2025 --notebook 01_identification --jobs 2")
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
        parameters=_pairs(parameter, "--parameter"),
        formats=tuple(part.strip() for part in formats.split(",") if part.strip()),
        console=Console(stderr=True),
    )
    for entry in result.failed:
        _complain(f"Не построен: {entry.notebook}, {entry.municipality}: {entry.message}")
    _say(
        f"Построено {len(result.units) - len(result.failed)} из {len(result.units)} за {result.seconds:.0f} с"
    )
    _say(f"Указатель: {result.index}")
    return result.exit_code


@app.command(cls=Command, epilog="Пример: shnor serve --port 8866")
def serve(
    port: Annotated[int, typer.Option("--port", help="Порт.")] = 8866,
    host: Annotated[
        str, typer.Option("--host", help="Адрес; 127.0.0.1 — только этот компьютер.")
    ] = "127.0.0.1",
    project: ProjectOption = None,
) -> int:
    """Открыть панели для чтения в браузере (Voila)."""
    from shnor_lib.serve import serve as start

    return start(find_project(project), port=port, host=host)


@app.command(cls=Command, epilog="Пример: shnor lab")
def lab(
    port: Annotated[int, typer.Option("--port", help="Порт.")] = 8888,
    project: ProjectOption = None,
) -> int:
    """Открыть проект в JupyterLab на русском языке."""
    from shnor_lib.serve import lab as start

    return start(find_project(project), port=port)


def _region(project: Path | None, methodology: str | None, municipality: str | None) -> "Region":
    from shnor_lib.region import open_region

    region = open_region(project, methodology)
    return region.municipality(municipality) if municipality else region


def _write(table: Any, out: Path, title: str, region: "Region", method: str, sheets: Any = None) -> None:
    from shnor_lib.present import export

    notes = (f"Методика: {method}", f"Снимок данных: {region.snapshot.id}", "Перечень не является рейтингом.")
    export.write(table, out, title, notes, sheets)


def _settings(given: list[str] | None) -> dict[str, object]:
    """`--set` values as YAML scalars, so that numbers are numbers."""
    if any(item.split("=")[0] == "year" for item in given or ()):
        raise ParameterError("--set: год задаётся отдельно.", ["--year ГОД"])
    try:
        return {name: yaml.safe_load(value) for name, value in _pairs(given, "--set").items()}
    except yaml.YAMLError as error:
        raise ParameterError("--set: значение не читается.", [f"«{item}»" for item in given or ()]) from error


def _name(command: Any) -> str:
    return str(command.name or command.callback.__name__)


def _pairs(given: list[str] | None, option: str) -> dict[str, str]:
    """`name=value` strings as a dict; all malformed ones are named at once."""
    wrong = [item for item in given or () if "=" not in item]
    if wrong:
        raise ParameterError(f"{option}: нужен вид имя=значение.", [f"«{item}»" for item in wrong])
    return dict(item.split("=", 1) for item in given or ())


def _logged() -> str:
    """Write the traceback where a developer can find it; the sentence to add to the message."""
    try:
        log = Path(tempfile.gettempdir()) / _LOG
        log.write_text(traceback.format_exc(), encoding="utf-8")
    except OSError:
        return ""
    return f" Подробности для разработчика: {log}"


def _say(text: str) -> None:
    typer.echo(text)


def _complain(text: str) -> None:
    typer.echo(text, err=True)


if __name__ == "__main__":
    main()
