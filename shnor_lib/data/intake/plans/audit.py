"""Audit of factors and parameters as seed 004 prints it (METHODOLOGY §4.2): who has which deficit.

In:   a sheet in one of three forms: parameters below one another with «Перечень ШНОР» beside them; the same
      with a column of signs for each school; schools below one another with a column for each code.
Out:  `deficits`, one row a school, wave and code; factor and parameter beside it.
Not:  tables by contract names, one row a school and code (see `tidy`); risk profiles without codes.

The wave is the date of the title, of `files.csv` or of the file name (see `stated`). A school named without a
login keeps its name, so that a person can decide which it is (R17).
"""

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from shnor_lib.data.findings import ERROR
from shnor_lib.data.intake import cells, columns, headings, quoting
from shnor_lib.data.intake.cells import Cell
from shnor_lib.data.intake.columns import Header
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.plans import stated
from shnor_lib.data.intake.plans.flags import Mark, said, taken
from shnor_lib.data.intake.plans.school_lists import Named, named
from shnor_lib.data.intake.reading import Taken
from shnor_lib.data.intake.tidy_values import normal_code, word

FORM = "audit"
_CODE = re.compile(r"^\d{1,2}(?:\.\d{1,2}){1,2}$")
_CODE_HEADING = re.compile(r"^(\d{1,2}(?:\.\d{1,2}){1,2})\.?(?:\s+(.*))?$")
_SCHOOL_HEADING = re.compile(
    r"[A-Za-z]{3}\d{6}|^\d{6}$|№\s*\d|\b(?:сош|оош|нош|гимназ|лице|школ)", re.IGNORECASE
)
_PLACEHOLDERS = frozenset({"", "...", "…"})
_BLANK: Any = ""  # stubs of pandas know no comparison of a frame with text
_SCHOOLS, _CODES = 1, 3  # columns of a matrix at least


@dataclass(frozen=True)
class Matrix:
    """What `read` needs to know.

    Attributes:
        header: known columns.
        schools: schools by position, where each school has a column.
        codes: code and parameter by position, where each code has a column.
    """

    header: Header
    schools: dict[int, Named]
    codes: dict[int, tuple[str, str]]


class Audit:
    """Reader of audits of factors and parameters."""

    id = "audit"
    title = "Аудит факторов и параметров"

    def recognise(self, sheet: Sheet) -> Matrix | None:
        """The heading, where codes stand in a column and schools beside them, or the other way round."""
        known = columns.synonyms(FORM)
        header = headings.match(sheet.head, lambda words: known.get(cells.heading(words)))
        if (
            header is not None
            and "code" in header.columns
            and {"factor", "parameter"} & header.columns.keys()
        ):
            if "login" in header.columns:
                return None
            if "schools" in header.columns:
                return Matrix(header, {}, {})
            schools = _school_columns(sheet, header)
            return Matrix(header, schools, {}) if len(schools) >= _SCHOOLS else None
        for at, row in enumerate(sheet.head):
            one = columns.match_row(row, known, at)
            if {"login", "name"} & one.columns.keys():
                codes = _code_columns(row)
                if len(codes) >= _CODES:
                    return Matrix(one, {}, codes)
        return None

    def read(self, sheet: Sheet, found: Matrix, log: Log) -> Taken:
        """Deficits by school and code."""
        wave = stated.wave(sheet, found.header.row, log)
        if wave is None:
            return Taken()
        home = stated.municipality(sheet, found.header.row)
        frame = headings.body(sheet, found.header)
        if found.codes:
            marks = list(_by_school(frame, found, wave, home, log))
        else:
            marks = list(_by_code(frame, found, wave, home, log))
        return taken(sheet, marks, len({mark.row for mark in marks}))


def _school_columns(sheet: Sheet, header: Header) -> dict[int, Named]:
    found = {}
    used = set(header.columns.values())
    for at, cell in enumerate(sheet.head[header.row]):
        words = cells.text(cell)
        if at not in used and _SCHOOL_HEADING.search(words):
            schools, _ = named(words)
            if len(schools) == 1 and (schools[0].login or any(sign.isdigit() for sign in schools[0].name)):
                found[at] = schools[0]
    return found


def _code_columns(row: Sequence[Cell]) -> dict[int, tuple[str, str]]:
    found = {}
    for at, cell in enumerate(row):
        match = _CODE_HEADING.match(cells.text(cell))
        if match:
            found[at] = (match[1], match[2] or "")
    return found


def _by_code(frame: pd.DataFrame, found: Matrix, wave: str, home: str | None, log: Log) -> Iterator[Mark]:
    rows = pd.DataFrame({name: frame[at] for name, at in found.header.columns.items()})
    texts = rows.apply(cells.shown)
    for name in ("factor_no", "factor"):  # merged cells: the factor stands in the first of its rows
        if name in texts:
            texts[name] = texts[name].where(texts[name] != "").ffill().fillna("")
    signs = frame[list(found.schools)]
    codes = _codes(rows, texts, signs, found, log)
    lines, raw, marked = texts.to_dict("index"), rows.to_dict("index"), signs.to_dict("index")
    numbers = _has_values(signs)
    for row, code in codes.items():
        line, number = lines[row], int(str(row))
        factor, parameter = (line.get(name) or None for name in ("factor", "parameter"))
        grave = word("significance", line.get("significance", ""))
        if "schools" in rows:
            schools, unclear = named(raw[row]["schools"])
            for part in unclear:
                log.add(
                    "schools_not_listed",
                    ERROR,
                    "школы не названы по одной; эта часть ячейки не принята",
                    "Перечислите школы через запятую, лучше с логинами.",
                    row=number,
                    column=found.header.titles["schools"],
                    value=part,
                    quoted=quoting.named,
                )
            for school in schools:
                yield Mark(number, school, code, wave, factor, parameter, grave, municipality=home)
        for at, school in found.schools.items():
            cell = _said(marked[row][at], numbers, number, school.name or school.login, log)
            if cell is not None:
                yield Mark(number, school, code, wave, factor, parameter, cell[0] or grave, cell[1], home)
    for at, school in found.schools.items():
        if codes and all(_denied(marked[row][at], numbers) for row in codes):
            yield Mark(int(str(next(iter(codes)))), school, "", wave, municipality=home)


def _codes(
    rows: pd.DataFrame, texts: pd.DataFrame, signs: pd.DataFrame, found: Matrix, log: Log
) -> "dict[Hashable, str]":
    """Code of each row that has one; what Excel has made of a code is told, since it cannot be undone."""
    title = found.header.titles["code"]
    beside = signs.apply(cells.shown) if len(signs.columns) else texts[["schools"]]
    filled: dict[Hashable, bool] = beside.ne(_BLANK).any(axis=1).to_dict()
    kept: dict[Hashable, str] = {}
    times = Counter(normal_code(cell) for cell in rows["code"])
    for row, cell in rows["code"].items():
        code = normal_code(cell) or ""
        if code in _PLACEHOLDERS and (code or not filled[row]):
            continue
        fault = _code_fault(cell, code, times[normal_code(cell)])
        if not fault:
            kept[row] = code
        elif filled[row]:
            check, message, action = fault
            log.add(check, ERROR, message, action, row=int(str(row)), column=title, value=cells.text(cell))
    return kept


def _code_fault(cell: Cell, code: str, times: int) -> tuple[str, str, str] | None:
    if isinstance(cell, date):
        return (
            "code_as_date",
            "код параметра превращён в дату; строка не принята",
            "Задайте столбцу текстовый формат и впишите код заново, например 1.2.",
        )
    if not code:
        return "no_code", "в строке аудита нет кода параметра; строка не принята", "Впишите код параметра."
    if not _CODE.match(code):
        return (
            "code_unreadable",
            "код параметра не распознан; строка не принята",
            "Впишите код как номер фактора и параметра через точку, например 4.2.",
        )
    if times > 1:
        return (
            "code_repeated",
            "один код стоит у нескольких параметров; их строки не приняты (не записан ли 1.10 числом 1,1?)",
            "Задайте столбцу текстовый формат и впишите коды заново.",
        )
    return None


def _by_school(frame: pd.DataFrame, found: Matrix, wave: str, home: str | None, log: Log) -> Iterator[Mark]:
    numbers = _has_values(frame[list(found.codes)])
    places = found.header.columns
    for row, line in frame.iterrows():
        words = " ".join(
            cells.text(line[places[name]]) for name in ("name", "login") if name in places
        ).strip()
        schools, _ = named(words.replace(",", " ").replace(";", " "))
        if not schools or words.casefold().startswith(("итого", "всего")):
            continue
        own = cells.text(line[places["municipality"]]) if "municipality" in places else ""
        number, none = int(str(row)), True
        for at, (code, parameter) in found.codes.items():
            cell = _said(line[at], numbers, number, code, log)
            if cell is not None:
                none = False
                yield Mark(
                    number,
                    schools[0],
                    code,
                    wave,
                    None,
                    parameter or None,
                    cell[0],
                    cell[1],
                    own or home,
                )
        if none and all(_denied(line[at], numbers) for at in found.codes):
            yield Mark(number, schools[0], "", wave, municipality=own or home)


def _denied(cell: Cell, numbers: bool) -> bool:
    """Whether a cell says that there is no deficit; an empty one says nothing."""
    return bool(cells.text(cell)) and said(cell, numbers).there is False


def _has_values(body: pd.DataFrame) -> bool:
    """Whether numbers are values from 0 to 100; where only 0 and 1 occur they are signs."""
    found = {cells.number(cell).value for column in body for cell in body[column]} - {None, 0.0, 1.0}
    return bool(found)


def _said(
    cell: Cell, numbers: bool, row: int, column: str, log: Log
) -> tuple[str | None, float | None] | None:
    told = said(cell, numbers)
    if told.there is None:
        log.add(
            "mark_unreadable",
            ERROR,
            "непонятно, выявлен ли дефицит; ячейка не принята",
            "Впишите «+», значимость (высокая, средняя, низкая) или значение от 0 до 100.",
            row=row,
            column=column,
            value=cells.text(cell),
        )
    return (told.significance, told.value) if told.there else None
