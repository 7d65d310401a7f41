"""Risk profile of a school (РПШ): significance of each factor, high, medium or low (METHODOLOGY §4.2).

In:   schools below one another with a column for each factor; or factors below one another with their
      significance, for the school of each row or for the one school that the sheet names.
Out:  `deficits`; codes of factors stand in `maps/risk_factors.csv`. The label is imported, not computed.
Not:  parameters with codes (see `audit`, `tidy`). An empty cell says nothing of a factor.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from shnor_lib.data.findings import ERROR
from shnor_lib.data.intake import cells, columns, quoting
from shnor_lib.data.intake.cells import Cell
from shnor_lib.data.intake.columns import Header
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.plans import stated
from shnor_lib.data.intake.plans.flags import Mark, taken
from shnor_lib.data.intake.plans.school_lists import Named, named
from shnor_lib.data.intake.reading import Taken
from shnor_lib.data.intake.tidy_values import word

FORM = "risk_profile"
_ENOUGH = 2  # columns of factors that make a profile
_NONE = frozenset({"", "-", "–", "—", "нет", "не выявлен", "не выявлена"})


@dataclass(frozen=True)
class Profile:
    """Known columns, and factors by position where each has a column."""

    header: Header
    factors: dict[int, str]


class RiskProfile:
    """Reader of risk profiles."""

    id = FORM
    title = "Рисковый профиль школы"

    def recognise(self, sheet: Sheet) -> Profile | None:
        """The heading: factors as columns beside a school, or factor and significance without a code."""
        known = columns.synonyms(FORM)
        for at, row in enumerate(sheet.head):
            header = columns.match_row(row, known, at)
            factors = {place: code for place, cell in enumerate(row) if (code := factor_code(cell))}
            if {"login", "name"} & header.columns.keys() and len(factors) >= _ENOUGH:
                return Profile(header, factors)
            if {"factor", "significance"} <= header.columns.keys() and "code" not in header.columns:
                return Profile(header, {})
        return None

    def read(self, sheet: Sheet, found: Profile, log: Log) -> Taken:
        """Factors with their significance."""
        row = found.header.row
        wave = None if "wave" in found.header.columns else stated.wave(sheet, row, log)
        if wave is None and "wave" not in found.header.columns:
            return Taken()
        frame = sheet.frame(row)
        marks = list(_marks(sheet, frame, found, wave, log))
        return taken(sheet, marks, len({mark.row for mark in marks}))


@lru_cache(maxsize=4096)
def _code(words: str) -> str | None:
    known = _known()
    return known.get(cells.heading(words)) or known.get(cells.heading(re.sub(r"\s*\(.*$", "", words)))


def factor_code(cell: Cell) -> str | None:
    """Code of a factor by its name, with or without the explanation in brackets; None where it is unknown."""
    return _code(cells.text(cell))


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    rows = columns.read_map("risk_factors")
    return {cells.heading(row[name]): row["column"] for row in rows for name in ("factor", "synonym")}


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return {row["column"]: row["factor"] for row in columns.read_map("risk_factors")}


def _marks(sheet: Sheet, frame: pd.DataFrame, found: Profile, wave: str | None, log: Log) -> Iterator[Mark]:
    places = found.header.columns
    home = stated.municipality(sheet, found.header.row)
    only = None if {"login", "name"} & places.keys() else stated.school(sheet, found.header.row)
    for at, line in frame.iterrows():
        row = int(str(at))
        said = {name: cells.text(line[place]) for name, place in places.items()}
        school = only or _school(said)
        when = wave or cells.first_date(said["wave"]) or str(cells.mere_year(said["wave"]) or "")
        told = [(code, line[place]) for place, code in found.factors.items()]
        if not found.factors:
            code = factor_code(said["factor"])
            if code is None and said["factor"] and said["significance"]:
                log.add(
                    "unknown_factor",
                    ERROR,
                    "фактора риска нет в перечне; строка не принята",
                    "Назовите фактор, как в рисковом профиле; перечень — в методике, раздел о факторах.",
                    row=row,
                    column=found.header.titles["factor"],
                    value=said["factor"],
                    quoted=quoting.worded,
                )
            told = [(code, line[places["significance"]])] if code else []
        told = [(code, cell) for code, cell in told if cells.text(cell).casefold() not in _NONE]
        if not told:
            continue
        if school is None:
            log.add("no_login", ERROR, "не указано, о какой школе речь; строка не принята", _WHOSE, row=row)
            continue
        if not when:
            log.add("no_wave", ERROR, "дата профиля не распознана; строка не принята", _WHEN, row=row)
            continue
        for code, cell in told:
            label = word("significance", cell)
            if label is None:
                log.add(
                    "word_not_in_list",
                    ERROR,
                    "значения нет в перечне; ячейка принята как «нет данных»",
                    "Допустимы: высокая, средняя, низкая.",
                    row=row,
                    column=_names()[code],
                    value=cells.text(cell),
                    school_id=school.school_id or "",
                )
                continue
            place = said.get("municipality") or home
            yield Mark(row, school, code, when, _names()[code], None, label, municipality=place)


_WHOSE = "Впишите логин ОО из ФИС ОКО в столбец или в строку «Логин: …» над таблицей."
_WHEN = "Впишите дату как 15.09.2025 или волну как 2025-09."


def _school(said: dict[str, str]) -> Named | None:
    words = f"{said.get('name', '')} {said.get('login', '')}".replace(",", " ").replace(";", " ").strip()
    if words.casefold().startswith(("итого", "всего")):
        return None
    schools, _ = named(words)
    return schools[0] if schools else None
