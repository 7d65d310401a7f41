"""Pupil-level reports with several tables on a sheet: Ф1 of the ФИС ОКО, protocols of ГИА-9 and ЕГЭ.

In:   a sheet with rows of titles, headings of `maps/<form>.csv`, rows of pupils, rows of averages, and so on
      again; cells may be merged, so a heading stands over all columns up to the next heading.
Out:  sittings by `pupils.block`, one block a table.
Not:  sheets with one heading on top (see `pupils.flat`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from shnor_lib.data.findings import INFO
from shnor_lib.data.intake import cells, columns
from shnor_lib.data.intake.cells import Cell
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.pupils import procedure, source
from shnor_lib.data.intake.pupils.block import Block, take
from shnor_lib.data.intake.pupils.procedure import Told
from shnor_lib.data.intake.reading import Taken

_AVERAGES = re.compile(r"^(средн(ие|ее|ий|яя)\b(?! школа)|итого|всего)", re.IGNORECASE)
_MOST = re.compile(r"максимальн\w* (?:\w+ )?балл\D*([\d.,]+)?", re.IGNORECASE)
_RESULTS = ("total", "test", "mark")


@dataclass
class _Table:
    """One table while it is read: heading, titles above it, cells of its rows by column."""

    row: int
    spans: Mapping[str, range]
    titles: Mapping[str, str]
    said: Told
    max_score: float | None
    tasks: tuple[source.Task, ...] = ()
    numbers: list[int] = field(default_factory=list)
    cells: dict[str, list[str]] = field(default_factory=dict)

    def take(self, number: int, row: Sequence[Cell], rcoi: bool) -> bool:
        """Take a row of a pupil; whether it was one.

        A row with the code of a school is one, whatever else stands in it: «Средний» is a surname, too.
        """
        found = {name: _first(row, span) for name, span in self.spans.items()}
        if source.school_code(found["school"].partition("|")[0], rcoi)[1] is None:
            person = any(found.get(name) for name in source.PERSON[1:])
            result = any(found.get(name) for name in _RESULTS)
            if not (person and result) or _is_average(row):
                return False
        self.numbers.append(number)
        for name, text in found.items():
            self.cells.setdefault(name, []).append(text)
        return True


@dataclass(frozen=True)
class Tables:
    """Reader of one form.

    Attributes:
        id: name of the form and of its map.
        title: Russian name.
        required: columns of the map that make a row a heading; «a|b» means either.
        exam: exam of the form where it has no test scores.
        rcoi: the form comes from a РЦОИ, with its codes of schools.
    """

    id: str
    title: str
    required: tuple[str, ...]
    exam: str
    rcoi: bool = False

    def recognise(self, sheet: Sheet) -> bool | None:
        """A heading of the form among the first rows."""
        return any(self._heading(row, 0) is not None for row in sheet.head) or None

    def read(self, sheet: Sheet, found: bool, log: Log) -> Taken:
        """Sittings of all tables of the sheet."""
        blocks = [
            Block(
                partial(source.from_columns, table.numbers, table.cells, self.rcoi),
                table.titles,
                table.said,
                Told(exam="ege" if "test" in table.spans else self.exam),
                table.max_score,
                "test" in table.spans,
                table.row,
                self.rcoi,
                table.tasks,
            )
            for table in self._tables(sheet, log)
            if table.numbers
        ]
        return take(sheet, blocks, log)

    def _heading(self, row: Sequence[Cell], at: int) -> columns.Header | None:
        header = columns.match_row(row, columns.synonyms(self.id), at)
        for names in self.required:
            if not any(name in header.columns for name in names.split("|")):
                return None
        return header

    def _tables(self, sheet: Sheet, log: Log) -> list[_Table]:
        tables: list[_Table] = []
        lines: list[str] = []
        for at, row in enumerate(sheet.all_rows()):
            words = [text for cell in row if (text := cells.text(cell))]
            if not words:
                continue
            header = self._heading(row, at)
            if header is not None:
                known, tasks = source.with_tasks(header, row) if self.exam == "vpr" else (header, ())
                tables.append(_open(known, row, lines, tables[-1] if tables else None, tasks))
                lines = []
            elif tables and tables[-1].take(at + 1, row, self.rcoi):
                continue
            elif tables and _is_average(row):
                log.add("total_row", INFO, "строка итогов пропущена", "Ничего не нужно.", row=at + 1)
            else:
                lines.append(" ".join(words))
        return tables


def _open(
    header: columns.Header,
    row: Sequence[Cell],
    lines: Sequence[str],
    before: _Table | None,
    tasks: tuple[source.Task, ...] = (),
) -> _Table:
    """A table below its heading; what its titles leave open is as in the table before.

    Titles that name another subject or day begin another exam: only exam and year of the table before stay.
    """
    said = procedure.settle([procedure.read(line) for line in lines])
    most = next((found for line in lines if (found := _max_score(line)) is not None), None)
    if before is not None:
        if said == Told():
            said, most = before.said, most if most is not None else before.max_score
        else:
            said = procedure.settle([said, Told(exam=before.said.exam, year=before.said.year)])
    starts = [at for at, cell in enumerate(row) if cells.text(cell)]
    ends = dict(zip(starts, [*starts[1:], len(row) + 1], strict=True))
    spans = {name: range(at, ends[at]) for name, at in header.columns.items()}
    return _Table(header.row + 1, spans, header.titles, said, most, tasks)


def _is_average(row: Sequence[Cell]) -> bool:
    return any(_AVERAGES.match(cells.text(cell)) for cell in row)


def _first(row: Sequence[Cell], span: range) -> str:
    """The first text under a heading that may stand over several columns."""
    return next((text for at in span if at < len(row) and (text := cells.text(row[at]))), "")


def _max_score(line: str) -> float | None:
    found = _MOST.search(line)
    return cells.number(found[1]).value if found and found[1] else None


VPR_F1 = Tables(
    "pupil_vpr_f1", "ВПР, Ф1 Индивидуальные результаты", ("school", "code", "total", "mark|journal"), "vpr"
)
GIA = Tables(
    "pupil_gia",
    "Протокол проверки результатов ГИА",
    ("school", "surname|code|document|klass", "total|test"),
    "oge",
    rcoi=True,
)
