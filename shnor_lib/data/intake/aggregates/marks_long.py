"""Long form of marks: one row for a school, year, grade and subject.

In:   headings «Год, Класс, Предмет, Муниципалитет, Логин, ОО, Кол-во участников, 2, 3, 4, 5».
Out:  `results` and the schools with their municipality.
Not:  exams with attempts: those come as a tidy table.

Files of this form hold either numbers of pupils or per cents under 2, 3, 4, 5, and no heading says which.
It is decided for the file as a whole, from rows with participants other than 100 (where both readings
coincide): the four numbers add up to the participants → counts; to 100 → per cents. At least nine tenths of
the rows that speak at all must agree, else the sheet is refused and the person is asked to name the columns.
"""

from typing import Any

import pandas as pd

from shnor_lib.data import series
from shnor_lib.data.findings import ERROR, INFO, WARNING
from shnor_lib.data.intake import cells, columns, quoting
from shnor_lib.data.intake.aggregates import marks
from shnor_lib.data.intake.aggregates.rebuild import MARKS
from shnor_lib.data.intake.aggregates.report_rows import FIRST_ATTEMPT, series_subject
from shnor_lib.data.intake.aggregates.shares import COUNTS, decide_meaning
from shnor_lib.data.intake.columns import Header
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.reading import SCHOOL_NAME, SIGHTINGS, Taken, with_place
from shnor_lib.data.intake.school_rows import take_schools, take_years

FORM = "marks_long"
_REQUIRED = {"year", "grade", "subject", "participants", *MARKS}  # and a login or a name


class MarksLong:
    """Reader of the long form of marks."""

    id = FORM
    title = "Отметки, длинная форма"

    def recognise(self, sheet: Sheet) -> Header | None:
        """The header row, where all columns of the form stand in it."""
        header = columns.match(sheet.head, columns.synonyms(FORM))
        if header is None or not header.columns.keys() >= _REQUIRED:
            return None
        return header if {"login", "name"} & header.columns.keys() else None

    def read(self, sheet: Sheet, found: Header, log: Log) -> Taken:
        """Results and sightings of schools."""
        frame = sheet.frame(found.row)
        rows = pd.DataFrame({name: frame[at] for name, at in found.columns.items()})
        rows = take_schools(rows, found.titles, log)
        rows = take_years(rows, found.titles["year"], log)
        rows = _with_series(rows, found, log)
        rows = marks.take_participants(rows, found.titles["participants"], log)
        meaning = decide_meaning(rows)
        if meaning is None:
            log.add(
                "counts_or_percent",
                ERROR,
                "нельзя решить, что стоит в столбцах 2–5: число учеников или проценты; лист не принят",
                "Назовите столбцы n2, n3, n4, n5, если это число учеников, либо пришлите отчёт "
                "«Статистика по отметкам».",
                column="2, 3, 4, 5",
            )
            return Taken()
        log.add(
            "counts_or_percent",
            INFO,
            "числа в столбцах 2–5 приняты как "
            + ("число учеников" if meaning == COUNTS else "проценты; число «2» восстановлено по процентам"),
            "Ничего не нужно.",
            column="2, 3, 4, 5",
        )
        results = marks.from_counts(rows, log) if meaning == COUNTS else marks.from_percent(rows, log)
        if "mean_score" in results:
            shown = results["mean_score"]
            results["mean_score"], faults = cells.numbers(shown)
            log.cell_faults(faults, shown, found.titles["mean_score"], results["school_id"])
        names = [name for name in ("name", "municipality") if name in rows]
        sightings = rows[["school_id", "year", "login_prefix"]].join(rows[names].apply(cells.texts))
        sightings = sightings[sightings["school_id"].notna()]
        left = ["grade", "subject", "exam", "login_prefix", *names]
        if SCHOOL_NAME in results and "municipality" in results:  # by which decisions are looked up
            results["municipality"] = cells.texts(results["municipality"])
            left.remove("municipality")
        results = results.drop(columns=left, errors="ignore")
        return Taken(
            {
                "results": with_place(results, sheet),
                SIGHTINGS: with_place(sightings.drop_duplicates(), sheet),
            },
            rows=len(results),
        )


def _with_series(rows: pd.DataFrame, found: Header, log: Log) -> pd.DataFrame:
    exams = rows["exam"] if "exam" in rows else pd.Series("ВПР", index=rows.index)
    shown = pd.DataFrame({"exam": exams, "subject": rows["subject"], "grade": rows["grade"]})
    codes, distinct = pd.factorize(pd.MultiIndex.from_frame(shown.apply(cells.shown)))
    ids = pd.array([series_id(*key) for key in distinct], dtype="str")
    named = pd.Series(ids.take(codes), index=rows.index)
    unknown = named.isna()
    log.many(
        "unknown_series",
        WARNING,
        "предмет или класс не распознан; строка не принята",
        "Проверьте название предмета и номер класса.",
        shown.loc[unknown].apply(cells.shown).agg(" / ".join, axis=1) if unknown.any() else named[unknown],
        found.titles["subject"],
        rows["school_id"],
        quoting.worded,
    )
    kept = rows.assign(series=named)[~unknown]
    is_vpr = kept["series"].str.startswith("vpr-")
    attempts = pd.Series(FIRST_ATTEMPT, index=kept.index, dtype="str").where(is_vpr)
    return kept.assign(attempt=attempts)


def series_id(exam: str, subject: str, grade: str) -> str | None:
    """Id of a series from the words of a file, None where they name none."""
    digits = "".join(letter for letter in grade if letter.isdigit())
    parts: tuple[Any, ...] = series_subject(subject, int(digits)) if digits else (subject, None, None)
    is_vpr = exam.strip().casefold() in ("впр", "vpr", "")
    if is_vpr and not digits:
        return None
    try:
        return series.make_id(exam or "ВПР", parts[0], parts[1] if is_vpr else None, parts[2])
    except ValueError:
        return None
