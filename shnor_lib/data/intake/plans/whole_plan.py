"""The plan of a municipality in one sheet, as seed 004 prints it: the audit, and below it the roadmap.

In:   a sheet with the heading of an audit and, further down, the heading of a roadmap.
Out:  what the readers of both take, each from its part; rows keep their numbers.
Not:  either of them alone (see `audit`, `roadmaps`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shnor_lib.data.intake import cells
from shnor_lib.data.intake.cells import Cell
from shnor_lib.data.intake.columns import Header
from shnor_lib.data.intake.files import HEAD, Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.plans.audit import Audit, Matrix
from shnor_lib.data.intake.plans.roadmaps import Roadmap
from shnor_lib.data.intake.reading import Taken

_TITLE = 1  # filled cells of a row that is a title


@dataclass(frozen=True)
class Lower(Sheet):
    """The lower part of a sheet in its place: titles of the whole sheet, nothing, then its own rows."""

    start: int = 0

    @property
    def head(self) -> Sequence[Sequence[Cell]]:
        """Everything above the part, and its first rows."""
        return self.rows[: self.start + HEAD]


@dataclass(frozen=True)
class Parts:
    """Both parts of a plan, and what their readers need to know."""

    audit: Sheet
    matrix: Matrix
    roadmap: Sheet
    heading: Header


class WholePlan:
    """Reader of plans whose audit and roadmap stand below one another."""

    id = "whole_plan"
    title = "Аудит и дорожная карта"

    def recognise(self, sheet: Sheet) -> Parts | None:
        """Both headings, that of the roadmap below the audit."""
        matrix = Audit().recognise(sheet)
        if matrix is None:
            return None
        rows = sheet.all_rows()
        top = matrix.header.row
        for at in range(top + 2, len(rows)):
            line = Sheet(sheet.file, sheet.name, [rows[at]])
            if _filled(rows[at]) <= _TITLE or Roadmap().recognise(line) is None:
                continue
            start = _start(rows, at, top)
            lower = _lower(sheet, rows, start, top)
            heading = Roadmap().recognise(lower)
            upper = Sheet(sheet.file, sheet.name, rows[:start], notes=sheet.notes)
            own = Audit().recognise(upper)
            return None if heading is None or own is None else Parts(upper, own, lower, heading)
        return None

    def read(self, sheet: Sheet, found: Parts, log: Log) -> Taken:
        """Deficits of the audit, and items of the roadmap."""
        audit = Audit().read(found.audit, found.matrix, log)
        roadmap = Roadmap().read(found.roadmap, found.heading, log)
        return Taken(
            {**audit.tables, **roadmap.tables},
            rows=audit.rows + roadmap.rows,
            personal=audit.personal or roadmap.personal,
        )


def _start(rows: Sequence[Sequence[Cell]], at: int, top: int) -> int:
    """The first of the titles and empty rows above a heading."""
    while at - 1 > top and _filled(rows[at - 1]) <= _TITLE:
        at -= 1
    return at


def _lower(sheet: Sheet, rows: list[list[Cell]], start: int, top: int) -> Lower:
    above = [row if at < top and _filled(row) <= _TITLE else [] for at, row in enumerate(rows[:start])]
    return Lower(sheet.file, sheet.name, [*above, *rows[start:]], notes=sheet.notes, start=start)


def _filled(row: Sequence[Cell]) -> int:
    return sum(bool(cells.text(cell)) for cell in row)
