"""Context form of the ФИС ОКО, 2021: what a school has, and what kind of school it is.

In:   a sheet whose headings are those of `maps/context_2021.csv` (the first header of the export).
Out:  attributes of schools for 2021 (highest level, locality, enrolment, scope, legal form) and the table
      `context` (school, year, indicator, value).
Not:  deficits: they are derived from the indicators by analysis.

The export has lost the question above the eleven subjects. Where the numbers are grades (5, 7, 10, 11: the
grade from which a subject is taught in depth) the indicators are `advanced_from_grade_<subject>`; where they
are small counts, `vacancy_<subject>`. The whole block is judged at once, and the choice is reported.
"""

import re
from typing import Any

import pandas as pd

from shnor_lib.data.findings import INFO, WARNING
from shnor_lib.data.intake import cells, columns
from shnor_lib.data.intake.columns import Header
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.reading import Taken, with_place
from shnor_lib.data.intake.school_rows import take_logins

FORM = "context_2021"
YEAR = 2021
_ENOUGH = 12  # known headings that make a sheet a context form
_GRADES_FROM = 5  # a median of at least this is a grade, not a number of vacancies
_RURAL = 4  # «4. Населённый пункт сельского типа»
_SPEEDS = {"интернет в оо отсутствует": 0.0, "до 25": 1.0, "26-50": 2.0, "51-100": 3.0, "более 100": 4.0}
_OUT_OF_SCOPE = ("is_special", "is_evening", "is_closed_type", "is_prison")
_LEVELS = (("has_secondary", 11), ("has_basic", 9), ("has_primary", 4))


class Context2021:
    """Reader of the context form of 2021."""

    id = FORM
    title = "Контекстная анкета ФИС ОКО (2021)"

    def recognise(self, sheet: Sheet) -> Header | None:
        """The header row, where enough headings of the form stand in it."""
        header = columns.match(sheet.head, columns.synonyms(FORM))
        if header is None or "login" not in header.columns or len(header.columns) < _ENOUGH:
            return None
        return header

    def read(self, sheet: Sheet, found: Header, log: Log) -> Taken:
        """Attributes of schools and context indicators."""
        frame = sheet.frame(found.row)
        rows = pd.DataFrame({name: frame[at] for name, at in found.columns.items()})
        rows = take_logins(rows, found.titles["login"], log)
        values = _indicators(rows, found, log)
        schools = _schools(rows, values, found, log)
        long = _long(rows, values)
        return Taken(
            {"schools": with_place(schools, sheet), "context": with_place(long, sheet)}, rows=len(schools)
        )


def _kinds() -> dict[str, str]:
    return {row["column"]: row["kind"] for row in columns.read_map(FORM)}


def _indicators(rows: pd.DataFrame, found: Header, log: Log) -> pd.DataFrame:
    """Numbers of the form, Float64, one column an indicator."""
    values: dict[str, pd.Series[Any]] = {}
    for name, kind in _kinds().items():
        if name not in rows or kind == "text":
            continue
        title = found.titles[name][:80]
        if kind in ("count", "subject"):
            whole, faults = cells.counts(rows[name])
            taken = whole.astype("Float64")
        elif kind == "percent":
            taken, faults = cells.numbers(rows[name])
            high = (taken > 100).fillna(False)
            taken, faults = taken.mask(high), faults.mask(high, cells.NOT_A_NUMBER)
        else:
            taken = cells.each(rows[name], _READ[kind], "Float64")
            faults = pd.Series("", index=rows.index, dtype="str")
            _report_unread(rows[name], taken, title, log)
        log.cell_faults(faults, rows[name], title, rows["school_id"])
        values[name] = taken
    return _name_subjects(pd.DataFrame(values, index=rows.index), log)


def _name_subjects(values: pd.DataFrame, log: Log) -> pd.DataFrame:
    subjects = [name for name in values if str(name).startswith("subject_")]
    stacked = values[subjects].stack() if subjects else pd.Series(dtype="Float64")
    if stacked.empty:
        return values.drop(columns=subjects)
    grades = bool(stacked.median() >= _GRADES_FROM)
    meaning = "advanced_from_grade" if grades else "vacancy"
    log.add(
        "context_subjects",
        INFO,
        "вопрос над столбцами с названиями предметов в выгрузке не сохранился; числа приняты как "
        + ("класс, с которого предмет изучают углублённо" if grades else "число вакансий учителей"),
        "Если это не так, сообщите разработчику формы и не пользуйтесь этими показателями.",
        column="Русский язык … Обществознание",
    )
    return values.rename(columns={name: str(name).replace("subject", meaning, 1) for name in subjects})


def _report_unread(shown: "pd.Series[Any]", taken: "pd.Series[float]", title: str, log: Log) -> None:
    unread = taken.isna() & cells.shown(shown).ne("")
    log.many(
        "answer_not_in_list",
        WARNING,
        "ответа нет в перечне анкеты; принято как «нет данных»",
        "Выберите ответ из перечня анкеты.",
        cells.shown(shown[unread]),
        title,
    )


def _choice(cell: cells.Cell) -> float | None:
    """Number of the answer: «2. Город» → 2."""
    match = re.match(r"^(\d{1,2})\s*\.", cells.text(cell))
    return float(match[1]) if match else None


def _yes_no(cell: cells.Cell) -> float | None:
    answer = cells.flag(cell)
    return None if answer is None else float(answer)


def _speed(cell: cells.Cell) -> float | None:
    """Class of the speed of the internet: 0 none, 1 up to 25, 2 up to 50, 3 up to 100, 4 over 100 Mbit/s."""
    answer = cells.heading(cell).replace("ё", "е")
    return next((value for start, value in _SPEEDS.items() if answer.startswith(start)), None)


_READ = {"choice": _choice, "yes_no": _yes_no, "speed": _speed}


def _schools(rows: pd.DataFrame, values: pd.DataFrame, found: Header, log: Log) -> pd.DataFrame:
    schools = rows[["school_id", "login_prefix"]].assign(year=YEAR)
    for name in ("name", "municipality", "legal_form", "region_id"):
        if name in rows:
            schools[name] = cells.texts(rows[name])
    schools["level_max"] = pd.Series(pd.NA, index=rows.index, dtype="Int64")
    for name, level in reversed(_LEVELS):
        if name in values:
            schools["level_max"] = schools["level_max"].mask((values[name] == 1).fillna(False), level)
    if "location_type" in values:
        place = values["location_type"]
        words = (place == _RURAL).map({True: "rural", False: "urban"})
        schools["locality"] = words.where(place.notna()).astype("str")
    if "enrolment" in values:
        schools["enrolment"] = values["enrolment"].astype("Int64")
    flags = [name for name in _OUT_OF_SCOPE if name in values]
    if flags:
        schools["in_scope"] = ~(values[flags] == 1).fillna(False).any(axis=1).astype("boolean")
    return schools


def _long(rows: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    indicators = values.drop(columns="enrolment", errors="ignore")
    long = indicators.assign(school_id=rows["school_id"]).melt(
        id_vars="school_id", var_name="indicator", value_name="value", ignore_index=False
    )
    return long.dropna(subset="value").assign(year=YEAR)
