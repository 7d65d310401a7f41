"""Headings of one or two rows: «Состоят на учёте» above «КДН», «из них» above the parts of a whole.

In:   the head of a sheet and a function that knows headings.
Out:  `match`, a `columns.Header` whose `row` is the last row of the heading; `body`, the rows below it.
Not:  headings of one row of a known form (see `columns.match`, which is stricter and faster).
"""

from collections.abc import Callable, Sequence

import pandas as pd

from shnor_lib.data.intake import cells
from shnor_lib.data.intake.cells import Cell
from shnor_lib.data.intake.columns import Header
from shnor_lib.data.intake.files import Sheet

Find = Callable[[str], str | None]
_NUMBERED = 3  # cells of a row «1, 2, 3 …» at least


def match(head: Sequence[Sequence[Cell]], find: Find) -> Header | None:
    """The heading among the first rows that holds most known columns; None where none holds two.

    Args:
        head: the first rows of a sheet.
        find: column name of a heading, None where it is not known.
    """
    best: Header | None = None
    for row, lower in enumerate(head):
        one = _match(row, [cells.text(cell) for cell in lower], [], find)
        two = _match(row, [cells.text(cell) for cell in lower], head[row - 1], find) if row else one
        # A second row must earn its place: the row above a heading is a title more often than its upper part.
        for found in (one, two):
            if len(found.columns) >= 2 and (best is None or len(found.columns) > len(best.columns)):
                best = found
    return best


def body(sheet: Sheet, found: Header) -> pd.DataFrame:
    """Cells below the heading, without empty rows and without the row that numbers the columns."""
    frame = sheet.frame(found.row)
    numbers = [at for at in frame.index[:2] if _numbers_columns(frame.loc[at].tolist())]
    return frame.drop(index=numbers)


def _match(row: int, lower: list[str], above: Sequence[Cell], find: Find) -> Header:
    width = max(len(lower), len(above))
    upper = [cells.text(cell) for cell in above] + [""] * (width - len(above))
    columns: dict[str, int] = {}
    titles: dict[str, str] = {}
    unknown: list[str] = []
    group = ""
    for position in range(width):
        own = lower[position] if position < len(lower) else ""
        group = upper[position] or group
        spellings = [f"{group} {own}", own] if own and group else [own or upper[position]]
        word = spellings[-1]
        if not word:
            continue
        name = next((known for spelling in spellings if (known := find(spelling))), None)
        if name is None or name in columns:
            unknown.append(word)
        else:
            columns[name], titles[name] = position, word
    return Header(row, columns, titles, tuple(unknown))


def _numbers_columns(row: list[Cell]) -> bool:
    filled = [cells.text(cell) for cell in row if cells.text(cell)]
    return len(filled) >= _NUMBERED and filled == [str(at) for at in range(1, len(filled) + 1)]
