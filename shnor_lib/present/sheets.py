"""What all spreadsheets for people share: safe text, rows as high as their words, a page that prints.

In:   worksheets of XlsxWriter.
Rule: text stays text: a school name may begin with «=» or look like a link.
"""

from collections.abc import Sequence
from math import ceil
from typing import Any

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
HEADER = {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E7EDF3", "border": 1}
BODY = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#D0D7DE"}
_LINE = 15  # points of one line of the default font
_HIGHEST = 400  # Excel allows no more than 409 points


def fit_row(sheet: Any, row: int, values: Sequence[object], widths: Sequence[float]) -> None:
    """Make a row as high as its longest wrapped cell: spreadsheets do not do that by themselves."""
    lines = max((_lines(value, width) for value, width in zip(values, widths, strict=True)), default=1)
    if lines > 1:
        sheet.set_row(row, min(_LINE * lines, _HIGHEST))


def finish(sheet: Any, top: int, rows: int, columns: int) -> None:
    """Filter, frozen header, and a page of A4 across that repeats the header.

    Args:
        sheet: worksheet.
        top: row of the header, from 0.
        rows: rows under it.
        columns: columns of the table.
    """
    if columns:
        sheet.autofilter(top, 0, top + max(rows, 1), columns - 1)
    sheet.freeze_panes(top + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)


def _lines(value: object, width: float) -> int:
    return sum(max(1, ceil(len(part) / max(width - 1, 1))) for part in str(value).split("\n"))
