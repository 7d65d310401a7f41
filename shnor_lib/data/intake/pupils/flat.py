"""Pupil-level exports with one heading and one row a pupil: ВПР 2020, 2021, 2022 and the `;` CSV of the РЦОИ.

In:   a sheet whose heading holds the columns that the form needs (`maps/<form>.csv`).
Out:  sittings by `pupils.block`.
Not:  subject and grade where the sheet does not state them: see `pupils.procedure`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from shnor_lib.data.findings import INFO
from shnor_lib.data.intake import cells, columns
from shnor_lib.data.intake.cells import Cell
from shnor_lib.data.intake.columns import Header
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.pupils import procedure, source
from shnor_lib.data.intake.pupils.block import Block, take
from shnor_lib.data.intake.pupils.procedure import Told
from shnor_lib.data.intake.reading import Taken

_CLASSES = "классы"
_PROTOCOL_WORDS = frozenset({"пользователь", "школа", "наименование класса", "класс", "код"})


@dataclass(frozen=True)
class Flat:
    """Reader of one form.

    Attributes:
        id: name of the form and of its map.
        title: Russian name.
        required: columns of the map that make a sheet this form; «a|b» means either.
        exam: exam of the form where the form says it.
        task: pattern of a further heading that must be there, empty where none must.
        rcoi: the form comes from a РЦОИ, with its codes of schools.
    """

    id: str
    title: str
    required: tuple[str, ...]
    exam: str = ""
    task: str = ""
    rcoi: bool = False

    def recognise(self, sheet: Sheet) -> Header | None:
        """The header row, where the columns of the form stand in it."""
        header = columns.match(sheet.head, columns.synonyms(self.id))
        if header is None or not all(
            any(name in header.columns for name in names.split("|")) for names in self.required
        ):
            return None
        if self.task and not any(re.match(self.task, word) for word in header.unknown):
            return None
        return header

    def read(self, sheet: Sheet, found: Header, log: Log) -> Taken:
        """Sittings of the sheet."""
        said = above(sheet.head[: found.row])
        if "uploaded" in found.columns:
            said = procedure.settle([said, _uploaded(sheet, found)])
        has_test = "test" in found.columns
        exam = "ege" if has_test else self.exam
        header, tasks = source.with_tasks(found, sheet.head[found.row]) if exam == "vpr" else (found, ())
        block = Block(
            partial(source.from_sheet, sheet, header, self.rcoi),
            found.titles,
            said,
            Told(exam=exam or None),
            has_test=has_test,
            row=found.row + 1,
            rcoi=self.rcoi,
            tasks=tasks,
        )
        return take(sheet, [block], log)


class VprClasses:
    """The sheet «Классы» of the ВПР workbook of 2022: it has no results and is passed over."""

    id = "pupil_vpr_classes"
    title = "ВПР 2022, лист «Классы»"

    def recognise(self, sheet: Sheet) -> bool | None:
        """A sheet of this name with headings of the workbook and without totals."""
        words = {cells.heading(cell) for row in sheet.head for cell in row}
        known = bool(words & _PROTOCOL_WORDS) and "итого баллов" not in words
        return True if cells.heading(sheet.name) == _CLASSES and known else None

    def read(self, sheet: Sheet, found: bool, log: Log) -> Taken:
        """Nothing."""
        log.add("vpr_classes", INFO, "лист со списком классов: результатов в нём нет", "Ничего не нужно.")
        return Taken(personal=True)


def above(rows: Sequence[Sequence[Cell]]) -> Told:
    """What the title rows over a table say, the first one first."""
    lines = [" ".join(cells.text(cell) for cell in row if cells.text(cell)) for row in rows]
    return procedure.settle([procedure.read(line) for line in lines if line])


def _uploaded(sheet: Sheet, header: Header) -> Told:
    """The year of «Дата загрузки» where all rows of the head agree.

    Works of spring and of autumn alike carry the calendar year (in autumn 2020 and 2022 the programme of the
    school year that had ended in it was written).
    """
    at = header.columns["uploaded"]
    days = {cells.first_date(row[at]) for row in sheet.head[header.row + 1 :] if at < len(row)}
    years = {day[:4] for day in days if day}
    return replace(Told(), year=int(years.pop())) if len(years) == 1 else Told()


VPR_2020 = Flat(
    "pupil_vpr_2020",
    "ВПР 2020, по участникам",
    ("school", "code|number", "variant", "total", "klass"),
    "vpr",
    r"(?i)^a-\d+(-\d+)?-grade$",
)
VPR_2021 = Flat(
    "pupil_vpr_2021", "ВПР 2021, по участникам", ("school", "code|number", "variant", "total"), "vpr"
)
VPR_2022 = Flat(
    "pupil_vpr_2022", "ВПР 2022, протокол", ("school", "code", "klass", "total", "variant"), "vpr"
)
RCOI = Flat(
    "pupil_rcoi",
    "РЦОИ, результаты участников",
    ("school", "surname|document", "total|mark"),
    "oge",
    rcoi=True,
)
