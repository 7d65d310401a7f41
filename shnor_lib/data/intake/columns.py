"""Column maps: which heading means which column. They are reviewed data, one CSV per form in `maps/`.

In:   `maps/<form>.csv` with the columns `column, synonym` and, where the form needs them, further ones.
Out:  `match`, which finds the header row of a sheet and the position of each known column.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from shnor_lib.data.intake.cells import Cell, heading, text

MAPS = Path(__file__).parent / "maps"
_VOCABULARIES = ("indicators", "risk_factors", "values")  # words in cells, no headings
FORMS = tuple(sorted({file.stem for file in MAPS.glob("*.csv")} - {*_VOCABULARIES}))


@dataclass(frozen=True)
class Header:
    """Where a header stands and what it means.

    Attributes:
        row: position in `Sheet.rows`, from 0.
        columns: column name → position of the cell, from 0.
        titles: column name → heading as the file writes it.
        unknown: headings that the map does not know.
    """

    row: int
    columns: Mapping[str, int]
    titles: Mapping[str, str]
    unknown: tuple[str, ...] = ()


@lru_cache(maxsize=64)
def read_map(form: str) -> tuple[Mapping[str, str], ...]:
    """Rows of a map file; the list of forms is the content of `maps/`."""
    with (MAPS / f"{form}.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))


@lru_cache(maxsize=64)
def synonyms(form: str) -> Mapping[str, str]:
    """Heading in its compared form → column name; the column name itself is a synonym too."""
    known: dict[str, str] = {}
    for row in read_map(form):
        for spelling in (row["column"], row["synonym"]):
            known[heading(spelling)] = row["column"]
    return known


def match_row(cells: Sequence[Cell], known: Mapping[str, str], row: int) -> Header:
    """What the cells of one row mean as headings; a heading that stands twice counts once, the first time."""
    columns: dict[str, int] = {}
    titles: dict[str, str] = {}
    unknown: list[str] = []
    for position, cell in enumerate(cells):
        word = heading(cell)
        if not word:
            continue
        name = known.get(word)
        if name is None or name in columns:
            unknown.append(text(cell))
        else:
            columns[name], titles[name] = position, text(cell)
    return Header(row, columns, titles, tuple(unknown))


def match(head: Sequence[Sequence[Cell]], known: Mapping[str, str]) -> Header | None:
    """The row among the first ones that holds most known headings; None where none holds two."""
    best: Header | None = None
    for row, cells in enumerate(head):
        found = match_row(cells, known, row)
        if len(found.columns) >= 2 and (best is None or len(found.columns) > len(best.columns)):
            best = found
    return best


def letter(position: int) -> str:
    """Letter of a column as Excel shows it: 0 → A, 27 → AB."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
