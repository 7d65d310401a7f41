"""Findings about rows of pupils: file, sheet, row, column and school, never the person or what stands there.

In:   the table `judged` of `pupils.judge`.
Out:  `report`: findings in a log, row by row up to `LISTED` of a kind, then summed up.
Not:  persons with several rows and cells that cannot be evaluated (see `pupils.count`).
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import duckdb

from shnor_lib.data.findings import ERROR, INFO, WARNING, Finding
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.pupils.judge import ABSENT, BAD_MARK, BAD_SCORE, GVE, NO_SCHOOL, OVER_MAX
from shnor_lib.data.intake.pupils.source import BARE

LISTED = 50


class Place(Protocol):
    """Anything that knows its file and sheet."""

    @property
    def file(self) -> str:
        """Path relative to `data/raw`."""

    @property
    def sheet(self) -> str:
        """Name of the sheet, empty for CSV."""


def rows_findings(
    place: Place,
    check: str,
    severity: str,
    message: str,
    action: str,
    rows: Sequence[tuple[int, int | None]],
    column: str = "",
    total: int | None = None,
) -> list[Finding]:
    """Findings that name rows and schools; beyond `LISTED` they are summed up.

    Args:
        place: anything with `file` and `sheet`.
        check: machine name.
        severity: of the findings.
        message: Russian: what is wrong.
        action: Russian: what to do.
        rows: number of the row and six digits of the school as a number.
        column: heading.
        total: how many rows there are where `rows` holds only the first.
    """
    found = [
        Finding(
            place.file,
            check,
            severity,
            message,
            action,
            row=row,
            school_id="" if school is None else f"{school % BARE:06d}",
            sheet=place.sheet,
            column=column,
        )
        for row, school in rows[:LISTED]
    ]
    rest = (len(rows) if total is None else total) - len(found)
    if rest > 0:
        text = f"{message}; таких строк ещё {rest}, они не перечислены"
        found.append(Finding(place.file, check, severity, text, action, place.sheet, column=column))
    return found


def ragged(rows: Sequence[int], log: Log) -> None:
    """Rows of a CSV that do not divide into the columns of its heading."""
    log.findings += rows_findings(
        log,
        "ragged_row",
        ERROR,
        "в строке другое число столбцов, чем в заголовке; строка не принята",
        "Проверьте знак-разделитель и кавычки в этой строке.",
        [(row, None) for row in rows],
    )


# status or condition → check, severity, message, action, column
_ROW_CHECKS: tuple[tuple[str, str, str, str, str, str], ...] = (
    (
        f"status = {OVER_MAX}",
        "score_over_max",
        ERROR,
        "балл больше наибольшего возможного или отрицательный; строка не учтена",
        "Проверьте балл.",
        "score",
    ),
    (
        f"status = {BAD_MARK}",
        "bad_mark",
        ERROR,
        "отметка не 2, 3, 4 или 5; строка не учтена",
        "Проверьте отметку.",
        "mark",
    ),
    (
        f"status = {BAD_SCORE}",
        "bad_score",
        ERROR,
        "балл не является числом, отметки нет; строка не учтена",
        "Проверьте балл.",
        "score",
    ),
    (
        f"status = {NO_SCHOOL}",
        "no_login",
        ERROR,
        "в строке нет кода школы (шесть цифр); строка не принята",
        "Впишите логин или код школы.",
        "school",
    ),
    (
        "disagrees",
        "mark_against_scale",
        WARNING,
        "отметка в файле не соответствует баллу по шкале; принята отметка",
        "Проверьте балл и отметку; если в регионе своя шкала, сообщите её.",
        "mark",
    ),
    (
        "absent_with_score",
        "absent_with_score",
        WARNING,
        "участник отмечен отсутствующим, но балл указан; в число участников не включён",
        "Проверьте строку.",
        "variant",
    ),
)


def report(
    connection: duckdb.DuckDBPyConnection,
    titles: Mapping[str, str],
    row: int,
    uses_test: bool,
    has_ids: bool,
    log: Log,
) -> None:
    """Findings about the rows of the table `judged`.

    Args:
        connection: holds the table.
        titles: column → heading in the file.
        row: row of the heading.
        uses_test: the score is the test score.
        has_ids: persons can be told apart.
        log: takes the findings.
    """
    score = "test" if uses_test else "total"
    for condition, check, severity, message, action, column in _ROW_CHECKS:
        query = f"select count(*) from judged where {condition}"  # noqa: S608
        total = connection.execute(query).fetchall()[0][0]
        if not total:
            continue
        rows = connection.execute(
            f"select row, school from judged where {condition} order by row limit {LISTED + 1}"  # noqa: S608
        ).fetchall()
        title = titles.get(score if column == "score" else column, "")
        log.findings += rows_findings(log, check, severity, message, action, rows, title, total)
    counts = dict(connection.execute("select status, count(*) from judged group by status").fetchall())
    if counts.get(GVE):
        gve(counts[GVE], log, row)
    if counts.get(ABSENT):
        log.add(
            "absent",
            INFO,
            f"отсутствовали: {counts[ABSENT]}; в число участников они не входят",
            "Ничего не нужно.",
            row=row,
            value=str(counts[ABSENT]),
        )
    if not has_ids:
        log.add(
            "no_person_id",
            WARNING,
            "на листе нет ни кодов, ни имён: повторные строки и попытки различить нельзя, учтены все строки",
            "Пришлите файл с кодами участников.",
            row=row,
        )


def gve(number: int, log: Log, row: int) -> None:
    """The number of participants of the ГВЭ (R4)."""
    log.add(
        "gve",
        INFO,
        f"участников ГВЭ: {number}; в число участников ОГЭ и ЕГЭ они не входят",
        "Ничего не нужно.",
        row=row,
        value=str(number),
    )
