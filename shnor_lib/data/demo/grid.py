"""A sheet before it is written: rows that know their school, so that defects can be planted and found.

In:   rows of cells.
Out:  `Grid` and `Row`; `write_workbook` and `write_csv`, byte for byte the same for the same rows.
Not:  what stands in the cells (see `layouts`) or what is spoilt in them (see `defects`).
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pandas as pd
import xlsxwriter

from shnor_lib import atomic

Cell = str | int | float | None

_CREATED = datetime(2026, 6, 30, 12, 0)
_TABLE_HEADING = {"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True, "valign": "vcenter"}
_WIDEST, _SAMPLE = 60, 200


@dataclass(eq=False)
class Row:
    """One row of a sheet; two rows are the same only if they are one object.

    Attributes:
        cells: values from the first column on.
        school_id: six digits where the row is about a school, else empty.
        spoilt: a defect has been planted in it already.
    """

    cells: list[Cell]
    school_id: str = ""
    spoilt: bool = False


@dataclass(eq=False)
class Grid:
    """One sheet of one file.

    Attributes:
        file: path relative to `data/raw`, with forward slashes.
        sheet: name of the sheet, empty for CSV.
        columns: headings of the table.
        rows: everything below the heading.
        title: rows above the heading.
    """

    file: str
    sheet: str
    columns: list[str]
    rows: list[Row]
    title: list[list[Cell]] = field(default_factory=list)

    @property
    def first_row(self) -> int:
        """Number of the first row below the heading, as Excel counts."""
        return len(self.title) + 2

    def number(self, row: Row) -> int:
        """Number of a row as Excel counts."""
        return self.first_row + next(i for i, other in enumerate(self.rows) if other is row)

    def school_rows(self) -> list[Row]:
        """Rows about schools that have no defect yet."""
        return [row for row in self.rows if row.school_id and not row.spoilt]


def from_frame(file: str, sheet: str, frame: pd.DataFrame, school_ids: Sequence[str] | None = None) -> Grid:
    """A grid with the columns of a frame; missing values become empty cells."""
    values = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
    ids = school_ids if school_ids is not None else [""] * len(values)
    rows = [Row(cells, school_id) for cells, school_id in zip(values, ids, strict=True)]
    return Grid(file, sheet, [str(name) for name in frame.columns], rows)


def write_workbook(raw: Path, grids: Sequence[Grid]) -> None:
    """Write the sheets of one workbook; text stays text, the bytes depend on the contents only."""
    path = raw / grids[0].file
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with atomic.buffered(path) as buffer, xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": _CREATED})
        heading = book.add_format(_TABLE_HEADING)
        for grid in grids:
            sheet = book.add_worksheet(grid.sheet)
            for number, cells in enumerate(grid.title):
                sheet.write_row(number, 0, cells)
            sheet.write_row(len(grid.title), 0, grid.columns, heading)
            for number, row in enumerate(grid.rows, start=len(grid.title) + 1):
                sheet.write_row(number, 0, row.cells)
            for column, width in enumerate(_widths(grid)):
                sheet.set_column(column, column, width)
            sheet.freeze_panes(len(grid.title) + 1, 0)


def write_csv(raw: Path, grid: Grid) -> None:
    """Write a small sheet as CSV in UTF-8 with commas."""
    path = raw / grid.file
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerows(grid.title)
        writer.writerow(grid.columns)
        writer.writerows(row.cells for row in grid.rows)


def write_frame(raw: Path, file: str, frame: pd.DataFrame) -> None:
    """Write a tidy table as CSV in UTF-8 with commas."""
    path = raw / file
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _widths(grid: Grid) -> list[int]:
    widths = [min(len(name), 24) for name in grid.columns]
    for row in grid.rows[:_SAMPLE]:
        for column, value in enumerate(row.cells[: len(widths)]):
            widths[column] = max(widths[column], min(len(str(value)) if value is not None else 0, _WIDEST))
    return [width + 2 for width in widths]
