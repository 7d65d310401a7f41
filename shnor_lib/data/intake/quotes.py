"""Rows of raw sheets as they stand there, with the headings above them, for the workbooks of municipalities.

In:   names of files and their paths, numbers of rows that have a fault.
Out:  `Quotes.lines`: cells of each row, its header and titles.
Rule: a file that has not changed is opened again only for rows that were not shown before. What was shown is
      kept: it stands in the workbooks anyway; other rows never are.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from shnor_lib.data.intake import cells, columns, quoting
from shnor_lib.data.intake.files import open_file
from shnor_lib.data.intake.kept import Kept
from shnor_lib.errors import InputError

_LARGEST = 64 << 20  # bytes of a file that is read once more for its rows
_TITLES = 6  # rows above a header in which titles are looked for
_FEW = 2  # filled cells of a title at most
# Columns that hold words; in all others words are repeated only where they can name nobody.
_WORDED = frozenset(
    {"school_id", "login", "name", "municipality", "region", "exam", "subject", "series", "level"}
    | {"indicator", "factor", "parameter", "title"}
)
_WORDS = 2  # known headings of a header at least
Lines = list[list[cells.Cell]]


@dataclass(frozen=True)
class Line:
    """One row of a sheet.

    Attributes:
        cells: numbers as numbers, everything else as text, None where nothing stands.
        header: cells of the header above it, empty where there is none.
        above: header and titles by their row numbers.
    """

    cells: Sequence[Any]
    header: Sequence[Any] = ()
    above: Mapping[int, Sequence[Any]] = field(default_factory=dict)


class Quotes:
    """Rows of all files of one ingest."""

    def __init__(self, paths: Mapping[str, Path], keys: Mapping[str, str], kept: Kept) -> None:
        self._paths = paths
        self._keys = keys
        self._kept = kept
        self._open = lru_cache(maxsize=1)(self._read)

    def lines(
        self, file: str, sheet: str, numbers: Collection[int], taken: Collection[int]
    ) -> dict[int, Line]:
        """Rows of a sheet by number; those that the sheet does not have are left out.

        Args:
            file: name of the file.
            sheet: name of the sheet.
            numbers: rows wanted.
            taken: rows that a reader took as rows of schools: none of them is a heading.
        """
        key = self._keys[file]
        kept = self._kept.quotes(key)
        known = kept.get(sheet, {"lines": {}, "rows": {}})
        if {str(number) for number in numbers} <= known["lines"].keys():
            return {number: line for number in numbers if (line := _line(known, number)) is not None}
        every = self._open(file).get(sheet, [])
        made = _quote(every, numbers, taken)
        if every:
            self._kept.keep_quotes(key, {**kept, sheet: made})
        return {number: line for number in numbers if (line := _line(made, number)) is not None}

    def _read(self, file: str) -> dict[str, Lines]:
        path = self._paths[file]
        try:
            if path.stat().st_size > _LARGEST:
                return {}
            return {sheet.name: sheet.all_rows() for sheet in open_file(path, file).sheets}
        except (InputError, OSError, ValueError):  # it was read a moment ago; the list goes out without it
            return {}


def _quote(every: Lines, numbers: Iterable[int], taken: Collection[int]) -> dict[str, Any]:
    """Rows and what stands above them, as JSON has it: `lines` tells header and titles of each row."""
    headers = [at for at, line in enumerate(every, 1) if at not in taken and _headings(line) >= _WORDS]
    lines: dict[str, list[int] | None] = {}
    rows: dict[str, list[Any]] = {}
    titles: dict[int, list[int]] = {}
    for number in sorted(numbers):
        if number > len(every):
            lines[str(number)] = None
            continue
        header = max((at for at in headers if at < number), default=0)
        if header and header not in titles:
            titles[header] = _titles(taken, every, header)
        above = [header, *titles[header]] if header else []
        lines[str(number)] = above
        rows |= {str(at): _plain(every[at - 1]) for at in above if str(at) not in rows}
        rows[str(number)] = _plain(every[number - 1], every[header - 1] if header else ())
    return {"lines": lines, "rows": rows}


def _line(quoted: Mapping[str, Any], number: int) -> Line | None:
    above = quoted["lines"][str(number)]
    if above is None:
        return None
    rows = quoted["rows"]
    stand = {at: rows[str(at)] for at in (*above[1:], *above[:1])}
    return Line(rows[str(number)], rows[str(above[0])] if above else (), stand)


def _titles(taken: Collection[int], lines: Lines, header: int) -> list[int]:
    """Rows above a header that can only be titles: nobody's, with one or two filled cells."""
    found = []
    for at in range(header - 1, max(header - 1 - _TITLES, 0), -1):
        filled = sum(bool(cells.text(cell)) for cell in lines[at - 1])
        if at in taken or filled > _FEW:
            break
        if filled:
            found.append(at)
    return found


@lru_cache(maxsize=1)
def known_headings() -> Mapping[str, str]:
    """Headings of all forms that hold letters, and the columns they mean."""
    every = {word: name for form in columns.FORMS for word, name in columns.synonyms(form).items()}
    return {word: name for word, name in every.items() if any(letter.isalpha() for letter in word)} | {
        "группы участников": "school_id"
    }


def _headings(line: Sequence[cells.Cell]) -> int:
    """How many known headings a row has."""
    known = known_headings()
    return len({word for cell in line if isinstance(cell, str) and (word := cells.heading(cell)) in known})


def _plain(line: Sequence[cells.Cell], header: Sequence[cells.Cell] | None = None) -> list[Any]:
    """Cells as values: numbers stay numbers, everything else becomes text as far as it may be repeated.

    Args:
        line: cells.
        header: headings above them; None where the line holds headings or titles itself.
    """
    if header is None:
        return [_told(cell, quoting.worded) for cell in line]
    known = known_headings()
    means = [known.get(cells.heading(cell), "") for cell in header] + [""] * len(line)
    return [
        _told(cell, quoting.worded if name in _WORDED else quoting.shown)
        for cell, name in zip(line, means, strict=False)
    ]


def _told(cell: cells.Cell, quoted: Callable[[cells.Cell], str]) -> Any:
    return quoting.number(cell) if isinstance(cell, bool | int | float) else quoted(cell) or None
