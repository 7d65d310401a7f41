"""What the context forms of the ФИС ОКО have in common: what a school has, and what kind of school it is.

In:   rows of a form under the columns of its map, with `school_id` and `login_prefix`.
Out:  `kinds`, which column is answered how; `indicators`, numbers of the form; `schools`, their attributes
      (highest level, locality, enrolment, scope, legal form); `long`, the table `context`.
Not:  which sheet is which form: see `context_2021` and `context_2022`. Deficits are derived by analysis.

The export has lost the question above the eleven subjects. Where the numbers are grades (5, 7, 10, 11: the
grade from which a subject is taught in depth) the indicators are `advanced_from_grade_<subject>`; where they
are small counts, `vacancy_<subject>`. The whole block is judged at once, and the choice is reported.
"""

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from shnor_lib.data.findings import INFO, WARNING
from shnor_lib.data.intake import cells, columns
from shnor_lib.data.intake.columns import Header
from shnor_lib.data.intake.log import Log

_GRADES_FROM = 5  # a median of at least this is a grade, not a number of vacancies
_RURAL = 4  # «4. Населённый пункт сельского типа»
_SPEEDS = {"интернет в оо отсутствует": 0.0, "до 25": 1.0, "26-50": 2.0, "51-100": 3.0, "более 100": 4.0}
_OUT_OF_SCOPE = ("is_special", "is_evening", "is_closed_type", "is_prison")
_LEVELS = (("has_secondary", 11), ("has_basic", 9), ("has_primary", 4))


def kinds(*forms: str) -> dict[str, str]:
    """How each column of the maps is answered: text, count, percent, yes_no, choice, speed or subject."""
    return {row["column"]: row["kind"] for form in forms for row in columns.read_map(form)}


def indicators(rows: pd.DataFrame, found: Header, answers: Mapping[str, str], log: Log) -> pd.DataFrame:
    """Numbers of the form, Float64, one column an indicator.

    Args:
        rows: cells by column name.
        found: the header, for the headings.
        answers: how each column is answered (see `kinds`).
        log: takes answers that cannot be read.
    """
    values: dict[str, pd.Series[Any]] = {}
    for name, kind in answers.items():
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
    stacked = values[subjects].stack().dropna() if subjects else pd.Series(dtype="Float64")
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


def schools(rows: pd.DataFrame, values: pd.DataFrame, year: int) -> pd.DataFrame:
    """Rows of the table of schools for the year of the form."""
    found = rows[["school_id", "login_prefix"]].assign(year=year)
    for name in ("name", "municipality", "legal_form", "region_id"):
        if name in rows:
            found[name] = cells.texts(rows[name])
    found["level_max"] = pd.Series(pd.NA, index=rows.index, dtype="Int64")
    for name, level in reversed(_LEVELS):
        if name in values:
            found["level_max"] = found["level_max"].mask((values[name] == 1).fillna(False), level)
    if "location_type" in values:
        place = values["location_type"]
        words = (place == _RURAL).map({True: "rural", False: "urban"})
        found["locality"] = words.where(place.notna()).astype("str")
    if "enrolment" in values:
        found["enrolment"] = values["enrolment"].astype("Int64")
    flags = [name for name in _OUT_OF_SCOPE if name in values]
    if flags:
        found["in_scope"] = ~(values[flags] == 1).fillna(False).any(axis=1).astype("boolean")
    return found


def long(rows: pd.DataFrame, values: pd.DataFrame, year: int) -> pd.DataFrame:
    """Rows of the table `context`: school_id, year, indicator, value."""
    told = values.drop(columns="enrolment", errors="ignore")
    long_form = told.assign(school_id=rows["school_id"]).melt(
        id_vars="school_id", var_name="indicator", value_name="value", ignore_index=False
    )
    return long_form.dropna(subset="value").assign(year=year)
