"""Defects of real files (METHODOLOGY §7.6), planted in known places at low rates.

In:   grids ready to be written.
Out:  the same grids, spoilt, and `Planter.found`, the list of planted defects with file, sheet, row,
      column, kind, what stands there and what stood there.
Not:  how screening finds them.

A row gets one defect at most. Rows are inserted before cells are spoilt in no particular order: the list
is numbered at the end, when every row stands where it will be written.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_lib.data.demo.grid import Cell, Grid, Row

KINDS = {
    "text_in_number": "текст в числовой ячейке",
    "nbsp": "неразрывный пробел",
    "latin_letters": "латинские буквы среди русских",
    "city_prefix": "приставка «г.» или «город» в названии муниципалитета",
    "percents_do_not_close": "доли отметок не дают 100 %",
    "marks_do_not_close": "сумма отметок не равна числу участников",
    "doubled_row": "строка повторена",
    "doubled_year": "все строки года повторены",
    "foreign_login": "логин другого региона",
    "empty_row": "пустая строка",
    "total_row": "строка «Итого»",
    "count_over_pupils": "показатель паспорта больше числа обучающихся",
    "sudden_change": "показатель паспорта изменился втрое",
    "all_zero_passport": "все показатели паспорта равны нулю",
    "year_as_text": "год записан текстом",
}
FOREIGN_LOGIN = "edu526312"
FOREIGN_SCHOOL = 'МБОУ "Школа №17"'
_TO_LATIN = str.maketrans("СОАРЕВКМНТХ", "COAPEBKMHTX")
_NBSP = "\u00a0"
COLUMNS = ("file", "sheet", "row", "column", "kind", "school_id", "value", "original")


@dataclass(frozen=True)
class _Planted:
    grid: Grid
    row: Row
    column: str
    kind: str
    value: str
    original: str


class Planter:
    """Plants defects and remembers them.

    Attributes:
        rng: chooses the rows.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self._planted: list[_Planted] = []

    @property
    def found(self) -> pd.DataFrame:
        """All defects, in the order planted; columns `COLUMNS`, `row` int64, the others str."""
        numbers: dict[int, dict[int, int]] = {}
        rows = []
        for item in self._planted:
            if id(item.grid) not in numbers:
                start = item.grid.first_row
                numbers[id(item.grid)] = {id(row): start + i for i, row in enumerate(item.grid.rows)}
            rows.append(
                (
                    item.grid.file,
                    item.grid.sheet,
                    numbers[id(item.grid)][id(item.row)],
                    item.column,
                    item.kind,
                    item.row.school_id,
                    item.value,
                    item.original,
                )
            )
        return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"row": "int64"})

    def note(self, grid: Grid, row: Row, column: str, kind: str, value: Cell, original: Cell) -> None:
        """Remember a defect that the caller has planted itself."""
        row.spoilt = True
        shown = ["" if item is None else str(item) for item in (value, original)]
        self._planted.append(_Planted(grid, row, column, kind, shown[0], shown[1]))

    def double_row(self, grid: Grid) -> None:
        """Repeat a school's row right below it."""
        if (row := self._pick(grid)) is not None:
            self._insert_after(grid, row, Row(list(row.cells), row.school_id), "doubled_row")
            row.spoilt = True

    def empty_row(self, grid: Grid) -> None:
        """Leave a row empty above a school's row."""
        if (row := self._pick(grid)) is not None:
            self._insert_after(grid, row, Row([None] * len(grid.columns)), "empty_row")

    def total_row(self, grid: Grid, cells: list[Cell]) -> None:
        """End the sheet with a total."""
        if grid.rows:
            self._insert_after(grid, grid.rows[-1], Row(cells), "total_row")

    def foreign_row(self, grid: Grid, replace: dict[str, Cell]) -> None:
        """Insert a row of a school of another region, like a neighbour's but for `replace`."""
        if (row := self._pick(grid)) is not None:
            cells = [replace.get(name, cell) for name, cell in zip(grid.columns, row.cells, strict=True)]
            self._insert_after(grid, row, Row(cells, FOREIGN_LOGIN[3:]), "foreign_login")

    def text_in_number(self, grid: Grid, column: str, spoil: Callable[[Cell], str]) -> None:
        """Replace a number by a text."""
        self.change(grid, column, "text_in_number", spoil)

    def nbsp(self, grid: Grid, column: str) -> None:
        """Replace the first space by a non-breaking one and add one at the end."""
        self.change(
            grid,
            column,
            "nbsp",
            lambda cell: str(cell).replace(" ", _NBSP, 1) + _NBSP,
            fits=lambda cell: " " in str(cell),
        )

    def latin_letters(self, grid: Grid, column: str) -> None:
        """Replace capital letters by Latin ones that look the same."""
        self.change(
            grid,
            column,
            "latin_letters",
            lambda cell: _latin(str(cell)),
            fits=lambda cell: _latin(str(cell)) != cell,
        )

    def city_prefix(self, grid: Grid, column: str) -> None:
        """Write «г. X» for «город X»."""
        self.change(
            grid,
            column,
            "city_prefix",
            lambda cell: str(cell).replace("город ", "г. "),
            fits=lambda cell: str(cell).startswith("город "),
        )

    def change(
        self,
        grid: Grid,
        column: str,
        kind: str,
        spoil: Callable[[Cell], Cell],
        fits: Callable[[Cell], bool] = lambda cell: cell is not None,
    ) -> None:
        """Spoil one cell of a column in a row where it fits."""
        index = grid.columns.index(column)
        row = self._pick(grid, lambda row: fits(row.cells[index]))
        if row is None:
            return
        original = row.cells[index]
        row.cells[index] = spoil(original)
        self.note(grid, row, column, kind, row.cells[index], original)

    def _pick(self, grid: Grid, fits: Callable[[Row], bool] = lambda row: True) -> Row | None:
        fit = [row for row in grid.school_rows() if fits(row)]
        return fit[int(self.rng.integers(len(fit)))] if fit else None

    def _insert_after(self, grid: Grid, row: Row, fresh: Row, kind: str) -> None:
        place = next(i for i, other in enumerate(grid.rows) if other is row)
        grid.rows.insert(place + 1, fresh)
        first = next((cell for cell in fresh.cells if cell is not None), None)
        self.note(grid, fresh, "", kind, first, None)


def _latin(text: str) -> str:
    """Latin look-alikes in a name, but not in the login before the bar."""
    head, bar, tail = text.rpartition("|")
    return head + bar + tail.translate(_TO_LATIN)
