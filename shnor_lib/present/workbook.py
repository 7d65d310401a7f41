"""Tables of a page as an Excel workbook, in memory.

In:   display tables and the facts they were computed from.
Out:  bytes of an XLSX: a sheet a table, and a sheet «О расчёте».
Rule: text stays text: a name that begins with «=» is not a formula, an address is not a link.
"""

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter

from shnor_lib.present.sheets import BODY, HEADER, OPTIONS, finish, fit_row
from shnor_lib.present.tables import Table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NAME_LENGTH = 31
_WIDEST = 70


def workbook(tables: Sequence[Table], about: Mapping[str, str]) -> bytes:
    """Write the workbook.

    Args:
        tables: a sheet each, in order, named by their titles.
        about: facts for the last sheet: place, year, snapshot, methodology.
    """
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, OPTIONS) as book:
        head, body = book.add_format(HEADER), book.add_format(BODY)
        names: list[str] = []
        for table in tables:
            names.append(_sheet_name(table.title, names))
            _write(book.add_worksheet(names[-1]), table, head, body)
        sheet = book.add_worksheet(_sheet_name("О расчёте", names))
        for row, (name, value) in enumerate(about.items()):
            sheet.write_string(row, 0, name, head)
            sheet.write_string(row, 1, value, body)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, _WIDEST)
    return buffer.getvalue()


def _write(sheet: Any, table: Table, head: Any, body: Any) -> None:
    frame = table.frame()
    columns = [frame[title].to_list() for title in frame.columns]
    widths = [
        min(max(len(str(title)), *(len(str(value)) for value in values), 7) + 2, _WIDEST)
        for title, values in zip(frame.columns, columns, strict=True)
    ]
    for at, (title, width) in enumerate(zip(frame.columns, widths, strict=True)):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, str(title), head)
    for row, values in enumerate(zip(*columns, strict=True), start=1):
        for at, value in enumerate(values):
            if isinstance(value, int | float):
                sheet.write_number(row, at, value, body)
            else:
                sheet.write_string(row, at, str(value), body)
        fit_row(sheet, row, values, widths)
    finish(sheet, 0, len(frame), len(frame.columns))


def _sheet_name(title: str, taken: Sequence[str]) -> str:
    """Title as Excel allows it: 31 letters, none of its forbidden signs, no two alike."""
    base = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:_NAME_LENGTH] or "Таблица"
    name, number = base, 2
    while name.casefold() in {item.casefold() for item in taken}:
        name = f"{base[: _NAME_LENGTH - 4]} ({number})"
        number += 1
    return name
