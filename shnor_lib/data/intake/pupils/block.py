"""From a table of pupils to sittings: which procedure it is, rows judged, everything odd reported.

In:   `Block`: the rows of one table and what its sheet says of the procedure.
Out:  `take`: a `Taken` with a `Sitting` (or, for files too large to be held, with results counted at once)
      and the schools as the rows name them.
Not:  persons: no text that identifies anybody gets here; findings name file, sheet, row and column.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import duckdb
import pandas as pd

from shnor_lib.data import scales
from shnor_lib.data.findings import ERROR, INFO, WARNING
from shnor_lib.data.identity.codes import RCOI
from shnor_lib.data.intake import file_notes
from shnor_lib.data.intake.files import CsvSheet, Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.pupils import count, findings, judge, procedure
from shnor_lib.data.intake.pupils.count import Sitting
from shnor_lib.data.intake.pupils.judge import ABSENT, NO_SCHOOL, Work
from shnor_lib.data.intake.pupils.procedure import Told
from shnor_lib.data.intake.pupils.source import BARE, Source, Task
from shnor_lib.data.intake.reading import SIGHTINGS, Taken, with_place
from shnor_lib.data.scales import Scale

HELD_SIZE = 256 << 20  # bytes of a CSV above which it is counted alone, at once
PART_SIZE = 1 << 30  # bytes of a CSV that are judged in one go
_RUSSIAN = {"year": "год", "exam": "процедура", "subject": "предмет", "grade": "класс", "level": "уровень"}


@dataclass(frozen=True)
class Block:
    """One table of pupils.

    Attributes:
        open: the rows, afresh at each call.
        titles: column → heading in the file, for findings.
        said: what the sheet itself says of the procedure.
        form: what the layout says (the exam), believed last.
        max_score: highest possible score as the sheet states it.
        has_test: there is a column of test scores (ЕГЭ).
        row: row of the heading.
        rcoi: bare numbers of schools are codes of the РЦОИ, or six digits.
        tasks: tasks whose points the rows hold, in the order of their columns.
    """

    open: Callable[[], Source]
    titles: Mapping[str, str]
    said: Told
    form: Told = field(default_factory=Told)
    max_score: float | None = None
    has_test: bool = False
    row: int = 1
    rcoi: bool = False
    tasks: tuple[Task, ...] = ()


def take(sheet: Sheet, blocks: Sequence[Block], log: Log) -> Taken:
    """Sittings of all tables of a sheet."""
    taken = [_take(sheet, block, log) for block in blocks]
    tables: dict[str, pd.DataFrame] = {}
    for name in dict.fromkeys(name for part in taken for name in part.tables):
        parts = [part.tables[name] for part in taken if name in part.tables]
        if parts:
            tables[name] = pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)
    return Taken(
        tables,
        rows=sum(part.rows for part in taken),
        sittings=tuple(sitting for part in taken for sitting in part.sittings),
        personal=True,
    )


def _take(sheet: Sheet, block: Block, log: Log) -> Taken:
    told = _procedure(sheet, block, log)
    connection = judge.connect()
    try:
        if told.gve:
            return _all_gve(connection, block, log)
        series = told.series
        if series is None or told.year is None or told.missing:
            return Taken()
        return _judge(connection, sheet, block, told, series, told.year, log)
    finally:
        connection.close()


def _procedure(sheet: Sheet, block: Block, log: Log) -> Told:
    """The procedure of a block; what is missing or contradicts itself is an error, and nothing is taken."""
    note = file_notes.told(sheet.notes)
    own = procedure.settle([block.said, procedure.read(sheet.name, is_name=True)])
    against = procedure.contradictions(own, note)
    if against:
        names = ", ".join(_RUSSIAN.get(name, name) for name in against)
        log.add(
            "procedure_contradicts",
            ERROR,
            f"files.csv говорит о листе не то, что сам лист ({names}); лист не принят",
            f"Исправьте строку файла {file_notes.FILE} или сам файл.",
            row=block.row,
        )
        return Told()
    name = procedure.read(PurePosixPath(sheet.file).stem, is_name=True)
    known = procedure.settle([own, note, name, block.form])
    if known.gve:
        return known
    if known.missing or known.series is None:
        wanted = ", ".join(known.missing)
        names = ", ".join(_RUSSIAN[item] for item in known.missing)
        log.add(
            "procedure_unknown",
            ERROR,
            f"на листе не сказано: {names}; лист не принят",
            f"Положите в папку файл {file_notes.FILE} со столбцами file, year, exam, subject, grade и "
            f"впишите для этого файла: {wanted}.",
            row=block.row,
        )
        return known
    without = procedure.settle([own, note, block.form])
    if without.missing or without.series != known.series:
        log.add(
            "procedure_by_name",
            INFO,
            f"процедура определена по имени файла: {known.series}, {known.year} год",
            f"Если это не так, впишите верное в {file_notes.FILE}.",
            value=str(known.series),
        )
    return known


def _all_gve(connection: duckdb.DuckDBPyConnection, block: Block, log: Log) -> Taken:
    judge.judge(connection, block.open(), Work(None, None))
    (number,) = connection.execute(
        f"select count(*) from judged where status not in ({ABSENT}, {NO_SCHOOL})"  # noqa: S608
    ).fetchall()[0]
    findings.gve(number, log, block.row)
    return Taken(rows=number)


def _judge(
    connection: duckdb.DuckDBPyConnection,
    sheet: Sheet,
    block: Block,
    told: Told,
    series: str,
    year: int,
    log: Log,
) -> Taken:
    work = _work(block, series, year, log)
    size = sheet.path.stat().st_size if isinstance(sheet, CsvSheet) else 0
    parts = 1 + size // PART_SIZE
    day = told.day or ""
    results: dict[str, list[pd.DataFrame]] = {}
    sightings: list[pd.DataFrame] = []
    taken: list[Sitting] = []
    rows = 0
    kind = series.split("-")[0] if block.rcoi else ""
    for part in range(parts):
        source = block.open()
        judge.judge(connection, source, work, part, parts)
        if not part and source.ragged:
            findings.ragged(source.ragged, log)
        findings.report(connection, block.titles, block.row, work.uses_test, source.has_ids, log)
        judged = count.judged_rows(connection)
        rows += judged.num_rows
        sitting = Sitting(
            sheet.file, sheet.name, series, year, judged, day, source.has_ids, kind, block.tasks
        )
        if size > HELD_SIZE:
            counted = count.count([sitting])
            for name, table in counted.tables.items():
                results.setdefault(name, []).append(table)
            log.findings += counted.findings
        elif judged.num_rows:
            taken.append(sitting)
        if not part:
            sightings.append(_sightings(source, sheet, year, block.row, kind))
    if size > HELD_SIZE:
        log.add(
            "counted_alone",
            INFO,
            f"файл больше {HELD_SIZE >> 20} МБ и посчитан отдельно: попытки тех же участников в других "
            "файлах с ним не сопоставлены",
            "Ничего не нужно, если пересдач в других файлах нет.",
        )
    tables = {SIGHTINGS: pd.concat(sightings)} | {name: pd.concat(found) for name, found in results.items()}
    return Taken(tables, rows, tuple(taken))


def _work(block: Block, series: str, year: int, log: Log) -> Work:
    """Scale and highest score; a scale of another work is not used."""
    region = _region(block)
    scale = scales.scale(series, year, region)
    if scale is not None and scale != scales.scale(series, year):
        _regional(scale, scales.scale(series, year), series, block, log)
    stated = block.max_score
    if scale is not None and scale.unit == scales.TEST and not block.has_test:
        scale = None
    uses_test = block.has_test and (scale is None or scale.unit == scales.TEST)
    if scale is not None and stated is not None and scale.max_score not in (None, int(stated)):
        log.add(
            "scale_other_work",
            WARNING,
            f"наибольший балл работы на листе — {stated:g}, а по шкале {year} года — {scale.max_score}; "
            "шкала не применена, приняты только отметки из файла",
            "Сверьте год, класс и предмет листа.",
            row=block.row,
            value=series,
        )
        scale = None
    if scale is None and "mark" not in block.titles:
        log.add(
            "no_scale",
            ERROR,
            f"шкала {series} за {year} год не известна, а отметок в файле нет: результат не оценивается",
            "Пришлите файл с отметками («Ф1 Индивидуальные результаты» или «Статистика по отметкам»).",
            row=block.row,
            value=series,
        )
    most = stated if stated is not None else scale.max_score if scale is not None else None
    return Work(scale, most, uses_test)


def _region(block: Block) -> str:
    """Two digits of the first schools of a block, empty where there are none.

    Bare numbers of the РЦОИ may be codes that begin with a municipality: they tell the region only where all
    of them begin alike.
    """
    for batch in block.open().batches():
        schools = batch.column("school").drop_null().unique().to_pylist()
        starts = {f"{school % BARE:06d}"[:2] for school in schools}
        if schools and (len(starts) == 1 or schools[0] < BARE):
            return f"{schools[0] % BARE:06d}"[:2]
    return ""


def _regional(scale: Scale, federal: Scale | None, series: str, block: Block, log: Log) -> None:
    beside = f"по федеральной — {federal.min_3}" if federal is not None else "федеральной шкалы нет"
    log.add(
        "scale_of_region",
        INFO,
        f"{series}: применена шкала региона, минимальный балл {scale.min_3}; {beside}",
        "Ничего не нужно.",
        row=block.row,
        value=series,
    )


def _sightings(source: Source, sheet: Sheet, year: int, row: int, kind: str) -> pd.DataFrame:
    """Schools as the rows name them; bare numbers of a file of the РЦОИ are marked (see `codes.RCOI`)."""
    frame = pd.DataFrame(
        [
            {
                "school_id": school,
                "year": year,
                "login_prefix": words["login_prefix"],
                "name": words["name"] or None,
                "municipality": words["municipality"] or None,
                "municipality_code": words["municipality_code"] or None,
                "region": words["region"] or None,
                **({RCOI: kind if not words["login_prefix"] else None} if kind else {}),
            }
            for school, words in source.schools.items()
        ],
        index=[row] * len(source.schools),
    )
    return with_place(frame, sheet)
