"""What all spreadsheets for people share: safe text, rows as high as their words, a page that prints.

In:   worksheets of XlsxWriter.
Rule: text stays text: a school name may begin with «=» or look like a link.

Heights are written, not left to the program that opens the file: LibreOffice makes no row higher by itself,
and Excel not one whose cells are merged.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,  # no temporary files: they cost more than the sheets
}
HEADER = {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E7EDF3", "border": 1}
BODY = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#D0D7DE"}
NOTE = {"valign": "top", "text_wrap": True, "font_color": "#555555"}
_LINE = 15  # points of one line of the default font
_HIGHEST = 400  # Excel allows no more than 409 points
_BOLD = 1.12  # letters of a heading are so much wider
_ARROW = 3  # letters that the arrow of a filter covers
_ACROSS = 120  # letters of a note in one line
_SURE = 0.92  # part of a column that letters fill for certain: fonts differ from machine to machine
_KNOWN = 2048  # values whose lines are remembered: words of a column repeat


def number_body(digits: int = 0) -> dict[str, object]:
    """Format of a column of numbers with so many decimals, a little away from the text beside it."""
    return {**BODY, "align": "right", "indent": 1, "num_format": f"0.{'0' * digits}" if digits else "0"}


def header(sheet: Any, row: int, titles: Sequence[str], widths: Sequence[float], style: Any) -> list[float]:
    """Write headings, make the row as high as they need and no column narrower than their longest word.

    Args:
        sheet: worksheet.
        row: row of the headings, from 0.
        titles: headings.
        widths: wished widths of the columns, in letters.
        style: format of the headings.

    Returns:
        Widths of the columns as they are now.
    """
    made = roomy(titles, widths)
    for column, (title, width) in enumerate(zip(titles, made, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(row, column, title, style)
    fit_header(sheet, row, titles, made)
    return made


def roomy(titles: Iterable[str], widths: Iterable[float]) -> list[float]:
    """Widths in which no word of a heading is torn."""
    return [max(width, _longest(title) * _BOLD + _ARROW) for title, width in zip(titles, widths, strict=True)]


def fit_header(sheet: Any, row: int, titles: Sequence[str], widths: Sequence[float]) -> None:
    """Make a row of headings as high as they need beside the arrows of the filter."""
    rooms = ((width - _ARROW) / _BOLD + 1 for width in widths)
    lines = max((_lines(title, room) for title, room in zip(titles, rooms, strict=True)), default=1)
    sheet.set_row(row, min(_LINE * lines + 3, _HIGHEST))


def fit_row(sheet: Any, row: int, values: Iterable[object], widths: Iterable[float]) -> None:
    """Make a row as high as its longest wrapped text: spreadsheets do not do that by themselves."""
    lines = max((_lines(value, width) for value, width in zip(values, widths, strict=True)), default=1)
    if lines > 1:
        sheet.set_row(row, min(_LINE * lines, _HIGHEST))


def note(sheet: Any, row: int, words: str, widths: Sequence[float], style: Any) -> None:
    """Write a sentence across the table: over as many columns as hold a line that can be read."""
    room, columns = 0.0, 0
    while columns < len(widths) and room < _ACROSS:
        room += widths[columns]
        columns += 1
    if columns > 1:
        sheet.merge_range(row, 0, row, columns - 1, words, style)
    else:
        sheet.write_string(row, 0, words, style)
    fit_row(sheet, row, [words], [max(room, 1)])


def finish(sheet: Any, top: int, rows: int, columns: int, still: int = 0) -> None:
    """Filter, frozen header, and a page of A4 across that repeats the header.

    Args:
        sheet: worksheet.
        top: row of the header, from 0.
        rows: rows under it.
        columns: columns of the table.
        still: columns at the left edge that stay in sight.
    """
    if columns:
        sheet.autofilter(top, 0, top + max(rows, 1), columns - 1)
    sheet.freeze_panes(top + 1, still)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)


def _longest(title: str) -> int:
    return max((len(word) for word in title.split()), default=0)


def _lines(value: object, width: float) -> int:
    if not isinstance(value, str):  # numbers are never wrapped
        return 1
    short = len(value) < _SURE * width and "\n" not in value
    return 1 if short else _wrapped(value, max(int(_SURE * width - 1), 1))


@lru_cache(_KNOWN)
def _wrapped(words: str, width: int) -> int:
    """Lines of a text as spreadsheets break it: a word longer than a line begins a line of its own."""
    lines = 0
    for part in words.split("\n"):
        lines, left = lines + 1, width
        for word in part.split(" "):
            size = len(word)
            if size > left and left < width:
                lines, left = lines + 1, width
            over = max(size - 1, 0) // width  # lines that the word itself goes on for
            lines, left = lines + over, left - (size - over * width) - 1
    return lines
