"""«Статистика по отметкам» of the ФИС ОКО: per cents of marks, nested region → municipality → school.

In:   sheets with a title «ВПР 2021. 5 класс», a line «Предмет:» and the header row «Группы участников,
      Кол-во ОО, Кол-во участников, 2, 3, 4, 5»; several such blocks may follow one another.
Out:  `results` (counts rebuilt by rule R8) and the schools with their municipality and region.
Not:  sums of groups: only rows of schools are taken.

The year is the year of the title. For the autumn works of 2020 and 2022 that is also the year in which the
school year of the programme ended, so nothing is shifted; that they are not comparable with spring is said
by the calendar of procedures.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from shnor_lib.data import series
from shnor_lib.data.findings import ERROR, INFO, WARNING
from shnor_lib.data.intake import cells
from shnor_lib.data.intake.aggregates import marks
from shnor_lib.data.intake.aggregates.rebuild import MARKS
from shnor_lib.data.intake.cells import Cell
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.reading import SIGHTINGS, Taken, with_place
from shnor_lib.data.schools import split_login

_GROUPS = "группы участников"
_YEAR_GRADE = re.compile(r"впр\D{0,3}(20\d\d)\D.*?(?<!\d)(\d{1,2})\s*(?:-?й\s*)?класс", re.IGNORECASE)
_SUBJECT = re.compile(r"^предмет\s*:?\s*(.*)$", re.IGNORECASE)
_NO_GROUP = re.compile(r"^(вся выборка|россия|российская федерация|рф|итого.*|всего.*)$", re.IGNORECASE)
_TOTAL = re.compile(r"^(итого|всего)", re.IGNORECASE)
_REGION_CODE = re.compile(r"^reg(\d\d)0000$", re.IGNORECASE)


@dataclass
class _Block:
    """What the rows above a header say, and where the columns stand."""

    year: int | None = None
    grade: int | None = None
    subject: str = ""
    columns: dict[str, int] | None = None
    region_id: str | None = None
    region: str | None = None
    municipality_code: str | None = None
    municipality: str | None = None


class MarksStatistics:
    """Reader of «Статистика по отметкам»."""

    id = "marks_statistics"
    title = "Статистика по отметкам (ФИС ОКО)"

    def recognise(self, sheet: Sheet) -> bool | None:
        """True where a header row begins with «Группы участников» and has the four marks."""
        return any(_header(row) is not None for row in sheet.head) or None

    def read(self, sheet: Sheet, found: Any, log: Log) -> Taken:
        """Rows of schools as results and sightings."""
        block = _Block()
        taken: list[dict[str, Any]] = []
        rows_of_sheet = sheet.all_rows()
        for at, row in enumerate(rows_of_sheet):
            header = _header(row)
            if header is not None:
                block.columns, block.region, block.municipality = header, None, None
            elif not _title(row, block) and block.columns is not None:
                school = _group(row, block, rows_of_sheet[at + 1] if at + 1 < len(rows_of_sheet) else ())
                if school is not None:
                    taken.append({"at": at + 1, **school})
                elif _is_total(row, block):
                    log.add("total_row", INFO, "строка итогов пропущена", "Ничего не нужно.", row=at + 1)
        if not taken:
            log.add(
                "no_schools",
                ERROR,
                "в отчёте нет ни одной строки со школой («sch123456 | Название»)",
                "Выгрузите отчёт с разбивкой до образовательных организаций.",
            )
            return Taken()
        rows = pd.DataFrame(taken).set_index("at")
        rows = _with_series(rows, log)
        rows = marks.take_participants(rows, "Кол-во участников", log)
        results = marks.from_percent(rows, log)
        sightings = with_place(rows[_SIGHTING], sheet)
        results = with_place(results.drop(columns=[*_NAMES, "grade", "subject"]), sheet)
        return Taken({"results": results, SIGHTINGS: sightings}, rows=len(results))


_NAMES = ["login_prefix", "name", "municipality_code", "municipality", "region_id", "region"]
_SIGHTING = ["school_id", "year", *_NAMES]


def _header(row: Sequence[Cell]) -> dict[str, int] | None:
    words = [cells.heading(cell) for cell in row]
    if _GROUPS not in words or not all(mark in words for mark in MARKS):
        return None
    people = [at for at, word in enumerate(words) if word.endswith("участников") and word != _GROUPS]
    if not people:
        return None
    columns = {mark: words.index(mark) for mark in MARKS}
    return {"group": words.index(_GROUPS), "participants": people[0], **columns}


def _at(row: Sequence[Cell], position: int) -> Cell:
    """A cell of a row that may be shorter than the header."""
    return row[position] if position < len(row) else None


def _title(row: Sequence[Cell], block: _Block) -> bool:
    """Take year, grade and subject from a title row; whether the row was one."""
    words = [cells.text(cell) for cell in row if cells.text(cell)]
    if not words:
        return True
    match = _YEAR_GRADE.search(words[0])
    if match:
        block.year, block.grade, block.columns = int(match[1]), int(match[2]), None
        return True
    match = _SUBJECT.match(words[0])
    if match:
        block.subject = match[1] or (words[1] if len(words) > 1 else "")
        return True
    return False


def _group(row: Sequence[Cell], block: _Block, following: Sequence[Cell]) -> dict[str, Any] | None:
    """The row of a school; rows of groups only move the block on to their region or municipality."""
    columns = block.columns or {}
    label = cells.text(_at(row, columns["group"]))
    code, _, name = (part.strip() for part in label.partition("|"))
    prefix, digits = split_login(code)
    if digits is None or not prefix:
        if label and not _NO_GROUP.match(label):
            _open_group(label, code, name, block, following)
        return None
    return {
        "school_id": digits,
        "login_prefix": prefix,
        "name": name or None,
        "municipality_code": block.municipality_code,
        "municipality": block.municipality,
        "region_id": block.region_id,
        "region": block.region,
        "year": block.year,
        "grade": block.grade,
        "subject": block.subject,
        **{name: _at(row, at) for name, at in columns.items() if name != "group"},
    }


def _is_total(row: Sequence[Cell], block: _Block) -> bool:
    label = cells.text(_at(row, block.columns["group"])) if block.columns is not None else ""
    return bool(_TOTAL.match(label))


def _open_group(label: str, code: str, name: str, block: _Block, following: Sequence[Cell]) -> None:
    region = _REGION_CODE.match(code)
    columns = block.columns or {}
    below = cells.text(_at(following, columns["group"])) if following else ""
    prefix, digits = split_login(below.partition("|")[0])
    school_follows = digits is not None and bool(prefix)
    if region or (block.region is None and block.municipality is None and not school_follows):
        block.region, block.region_id = name or label, region[1] if region else None
        block.municipality, block.municipality_code = None, None
    else:
        block.municipality, block.municipality_code = name or label, code if name else None


def _with_series(rows: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Rows whose block names year, grade and a known subject; the rest are reported once a block."""
    ids: dict[tuple[Any, Any, str], str] = {}
    for year, grade, subject in rows[["year", "grade", "subject"]].drop_duplicates().itertuples(index=False):
        if pd.isna(year) or pd.isna(grade):
            log.add(
                "no_year_or_grade",
                ERROR,
                "над таблицей нет заголовка вида «ВПР 2021. 5 класс»; строки блока не приняты",
                "Верните строку заголовка отчёта или выгрузите его заново.",
            )
            continue
        try:
            ids[(year, grade, subject)] = series.make_id("ВПР", *series_subject(subject, int(grade)))
        except ValueError:
            log.add(
                "unknown_subject",
                WARNING,
                f"предмет «{subject}» не входит в перечень; строки блока не приняты",
                "Проверьте название предмета в строке «Предмет:».",
                value=subject,
            )
    keys = list(zip(rows["year"], rows["grade"], rows["subject"], strict=True))
    named = rows.assign(
        series=pd.array([ids.get(key) for key in keys], dtype="str"), attempt=marks.FIRST_ATTEMPT
    )
    known = named[named["series"].notna()]
    return known.astype({"year": "Int64", "grade": "Int64", "series": "str"})


def series_subject(subject: str, grade: int) -> tuple[str, int, str | None]:
    """Subject, grade and level for `series.make_id`: «Математика (углублённый уровень)» → level `adv`.

    Works of two levels (ВПР 7–8 since 2025) are separate series.
    """
    plain = cells.text(subject)
    bare = re.sub(r"\s*[(,].*$", "", plain)
    low = plain.casefold().replace("ё", "е")
    level = "adv" if "углубл" in low else "base" if "базов" in low else None
    return bare, grade, level
