"""Tables of a page as an Excel workbook, in memory.

In:   display tables and the facts they were computed from.
Out:  bytes of an XLSX: a sheet a table with its note below, and a sheet «О расчёте».
Rule: text stays text: a name that begins with «=» is not a formula, an address is not a link.
"""

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from math import ceil
from typing import Any

import xlsxwriter

from shnor_lib.present import text
from shnor_lib.present.tables import Column, Table
from shnor_lib.sheets import BODY, HEADER, NOTE, OPTIONS, finish, fit_row, header, note, number_body

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NAME_LENGTH = 31
_WIDEST = 70
_ABOUT = (26, 90)
_DIGITS = 4  # more decimals than a table has


def workbook(tables: Sequence[Table], about: Mapping[str, str]) -> bytes:
    """Write the workbook.

    Args:
        tables: a sheet each, in order, named by their `sheet`, else their title.
        about: facts for the last sheet: place, year, snapshot, methodology.
    """
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, OPTIONS) as book:
        styles: dict[Any, dict[str, object]] = {"head": {**HEADER}, "text": {**BODY}, "note": {**NOTE}}
        styles |= {digits: number_body(digits) for digits in range(_DIGITS)}
        formats = {name: book.add_format(style) for name, style in styles.items()}
        names: list[str] = []
        for table in tables:
            names.append(_sheet_name(table.sheet or table.title, names))
            _write(book.add_worksheet(names[-1]), table, formats)
        sheet = book.add_worksheet(_sheet_name("О расчёте", names))
        for row, (name, value) in enumerate(about.items()):
            sheet.write_string(row, 0, name, formats["head"])
            sheet.write_string(row, 1, value, formats["text"])
            fit_row(sheet, row, (name, value), _ABOUT)
        for column, width in enumerate(_ABOUT):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
    return buffer.getvalue()


def _write(sheet: Any, table: Table, formats: Mapping[Any, Any]) -> None:
    columns = table.values()
    wished = [
        min(max(_width(values, column), 7) + 2, _WIDEST)
        for values, column in zip(columns, table.columns, strict=True)
    ]
    widths = header(sheet, 0, [column.title for column in table.columns], wished, formats["head"])
    for row, values in enumerate(zip(*columns, strict=True), start=1):
        for at, value in enumerate(values):
            if isinstance(value, int | float):
                sheet.write_number(row, at, value, formats[table.columns[at].digits])
            else:
                sheet.write_string(row, at, str(value), formats["text"])
        fit_row(sheet, row, values, widths)
    finish(sheet, 0, len(table), len(columns))
    told = table.note if len(table) else table.nothing
    if told:
        note(sheet, len(table) + 2, text.plain(told), widths, formats["note"])


def _width(values: Sequence[object], column: Column) -> int:
    """Letters of the longest line; of a heading only a half, for it may take several lines."""
    shown = (
        text.number(value, column.digits) if isinstance(value, int | float) else str(value)
        for value in values
    )
    lines = (len(line) for value in shown for line in value.split("\n"))
    return max(ceil(len(column.title) / 2), *lines, 0)


def _sheet_name(title: str, taken: Sequence[str]) -> str:
    """Title as Excel allows it: 31 letters, none of its forbidden signs, no two alike."""
    base = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:_NAME_LENGTH] or "Таблица"
    name, number = base, 2
    while name.casefold() in {item.casefold() for item in taken}:
        name = f"{base[: _NAME_LENGTH - 4]} ({number})"
        number += 1
    return name
