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

from shnor_lib.present.export import WORKBOOK_OPTIONS
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
    with xlsxwriter.Workbook(buffer, WORKBOOK_OPTIONS) as book:
        head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#EEF2F5", "bottom": 1}
        )
        body = book.add_format({"text_wrap": True, "valign": "top"})
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
    for at, title in enumerate(frame.columns):
        sheet.write_string(0, at, str(title), head)
        values = frame[title].to_list()
        for row, value in enumerate(values, start=1):
            if isinstance(value, int | float):
                sheet.write_number(row, at, value, body)
            else:
                sheet.write_string(row, at, str(value), body)
        longest = max([len(str(title)), *(len(str(value)) for value in values)])
        sheet.set_column(at, at, min(max(longest + 2, 9), _WIDEST))
    sheet.freeze_panes(1, 0)
    if len(frame.columns):
        sheet.autofilter(0, 0, max(len(frame), 1), len(frame.columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _sheet_name(title: str, taken: Sequence[str]) -> str:
    """Title as Excel allows it: 31 letters, none of its forbidden signs, no two alike."""
    base = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:_NAME_LENGTH] or "Таблица"
    name, number = base, 2
    while name.casefold() in {item.casefold() for item in taken}:
        name = f"{base[: _NAME_LENGTH - 4]} ({number})"
        number += 1
    return name
