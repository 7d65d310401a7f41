"""What the reports of the ФИС ОКО share: titles, a group column nested region → municipality → school.

In:   a sheet with a title «ВПР 2021. 5 класс», a line «Предмет:», a heading that begins with «Группы
      участников», rows of groups; several such blocks may follow one another.
Out:  `read`: the rows of schools with their region and municipality, and the blocks they stand in.
Not:  sums of groups: only rows of schools are taken; what stands in the columns is for the readers.

The year is the year of the title. For the autumn works of 2020 and 2022 that is also the year in which the
school year of the programme ended, so nothing is shifted; that they are not comparable with spring is said
by the calendar of procedures.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from shnor_lib.data.findings import ERROR, INFO
from shnor_lib.data.intake import cells
from shnor_lib.data.intake.cells import Cell
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.schools import split_login

Rows = Sequence[Sequence[Cell]]
GROUP = "группы участников"
GROUP_COLUMN, PARTICIPANTS, DETAIL = "group", "participants", "detail"
_YEAR_GRADE = re.compile(r"впр\D{0,3}(20\d\d)\D.*?(?<!\d)(\d{1,2})\s*(?:-?й\s*)?класс")
_SUBJECT = re.compile(r"^предмет\b\s*:?\s*(.*)$", re.IGNORECASE)
_NO_GROUP = re.compile(r"^(вся выборка|россия|российская федерация|рф|итого.*|всего.*)$", re.IGNORECASE)
_TOTAL = re.compile(r"^(итого|всего)", re.IGNORECASE)
_REGION_CODE = re.compile(r"^reg(\d\d)0000$", re.IGNORECASE)
# Rows under a heading that speak of its columns, not of a group.
_FACTS = (
    ("max", re.compile(r"^макс\w*\.? ?(?:первичн\w+ )?балл")),
    ("level", re.compile(r"^уровень( сложности)?$")),
)


@dataclass(frozen=True)
class Heading:
    """Where the columns of a block stand.

    Attributes:
        columns: column name → position from 0; `GROUP_COLUMN` is always there.
        depth: rows that the heading takes.
    """

    columns: Mapping[str, int]
    depth: int = 1


@dataclass
class Block:
    """What the rows above a heading say, and what the rows below it say of its columns.

    Attributes:
        year, grade, subject: as the titles say; `subject` is empty where they do not.
        heading: where the columns stand, None before the first heading.
        facts: `max` and `level` → column name → cell, where the block has such a row.
    """

    year: int | None = None
    grade: int | None = None
    subject: str = ""
    heading: Heading | None = None
    region_id: str | None = None
    region: str | None = None
    municipality_code: str | None = None
    municipality: str | None = None
    facts: dict[str, dict[str, Cell]] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """Rows of schools and the blocks they stand in.

    Attributes:
        rows: `school_id`, words of the school and its groups, year, grade, subject, block (position in
            `blocks`), and a column for each column of a heading; the index is the row number of Excel. With
            rows of detail also `detail` and `label_row`, the row in which the school is named.
        blocks: blocks in the order of the sheet.
    """

    rows: pd.DataFrame
    blocks: list[Block]


FindHeading = Callable[[Rows, int], Heading | None]
FindDetail = Callable[[Cell], str | None]


def read(sheet: Sheet, heading: FindHeading, log: Log, detail: FindDetail | None = None) -> Report | None:
    """Rows of schools of all blocks.

    Args:
        sheet: the sheet.
        heading: the heading that begins in a row, None where none does.
        log: takes rows of totals, and that no school is there.
        detail: where a school takes several rows, what such a row is about; None for other rows.

    Returns:
        None where no row of a school was found.
    """
    walk = _Walk(sheet.all_rows(), detail)
    at = 0
    while at < len(walk.rows):
        found = heading(walk.rows, at)
        if found is not None:
            walk.open(found)
            at += found.depth
            continue
        if not walk.titled(at) and walk.block.heading is not None:
            walk.take(at, log)
        at += 1
    if not walk.taken:
        log.add(
            "no_schools",
            ERROR,
            "в отчёте нет ни одной строки со школой («sch123456 | Название»)",
            "Выгрузите отчёт с разбивкой до образовательных организаций.",
        )
        return None
    return Report(pd.DataFrame(walk.taken).set_index("at"), walk.blocks)


class _Walk:
    """A sheet read row by row."""

    def __init__(self, rows: Rows, detail: FindDetail | None) -> None:
        self.rows = rows
        self.block = Block()
        self.blocks: list[Block] = []
        self.taken: list[dict[str, Any]] = []
        self._detail = detail
        self._school: dict[str, Any] | None = None
        self._label = ""
        self._seen: set[str] = set()

    def open(self, heading: Heading) -> None:
        """Begin a block below its heading; what the titles have said stays."""
        said = self.block
        self.block = Block(said.year, said.grade, said.subject, heading)
        self.blocks.append(self.block)
        self._school, self._label = None, ""

    def titled(self, at: int) -> bool:
        """Take a row of titles; whether it was one. A block that is already read keeps its heading."""
        said = replace(self.block)
        if not take_title(self.rows[at], said):
            return False
        self.block = said if said.heading is None else self.block
        self.block.subject = said.subject
        return True

    def take(self, at: int, log: Log) -> None:
        """A row below a heading: a school, a group, a fact of the columns, a total."""
        heading = self.block.heading
        if heading is None or self._fact(at, heading):
            return
        row = self.rows[at]
        about = self._about(row, heading)
        label = cells.text(at_(row, heading.columns[GROUP_COLUMN]))
        if about is not None and heading.columns[DETAIL] == heading.columns[GROUP_COLUMN]:
            label = ""  # the cell says what the row is about; the group is the one above
        if label and (about is None or label != self._label or about in self._seen):
            self._school, self._label, self._seen = self._group(label, at), label, set()
            if self._school is None and about is None and _TOTAL.match(label):
                log.add("total_row", INFO, "строка итогов пропущена", "Ничего не нужно.", row=at + 1)
        if self._school is None or (about is None and not label):
            return
        self._seen.add(about or "")
        values = {name: at_(row, place) for name, place in heading.columns.items() if name != GROUP_COLUMN}
        extra = {DETAIL: about or ""} if self._detail else {}
        self.taken.append({"at": at + 1, **self._school, **values, **extra})

    def _about(self, row: Sequence[Cell], heading: Heading) -> str | None:
        if self._detail is None or DETAIL not in heading.columns:
            return None
        return self._detail(at_(row, heading.columns[DETAIL]))

    def _fact(self, at: int, heading: Heading) -> bool:
        row = self.rows[at]
        first = next((word for cell in row if (word := cells.heading(cell))), "")
        name = next((name for name, pattern in _FACTS if pattern.match(first)), None)
        if name is None:
            return False
        self.block.facts[name] = {column: at_(row, place) for column, place in heading.columns.items()}
        return True

    def _group(self, label: str, at: int) -> dict[str, Any] | None:
        """What is known of a school; a group only moves the block on to its region or municipality."""
        block = self.block
        code, _, name = (part.strip() for part in label.partition("|"))
        prefix, digits = split_login(code)
        if digits is None or not prefix:
            if not _NO_GROUP.match(label):
                self._open_group(label, code, name, at)
            return None
        return {
            "label_row": at + 1,
            "block": len(self.blocks) - 1,
            "school_id": digits,
            "login_prefix": prefix,
            "name": name or None,
            "municipality_code": block.municipality_code,
            "municipality": block.municipality,
            "region_id": block.region_id,
            "region": block.region,
            "year": block.year,
            "grade": block.grade,
            "subject": block.subject,
        }

    def _open_group(self, label: str, code: str, name: str, at: int) -> None:
        block = self.block
        region = _REGION_CODE.match(code)
        first = block.region is None and block.municipality is None
        if region or (first and not self._school_follows(at)):
            block.region, block.region_id = name or label, region[1] if region else None
            block.municipality, block.municipality_code = None, None
        else:
            block.municipality, block.municipality_code = name or label, code if name else None

    def _school_follows(self, at: int) -> bool:
        """Whether the next group is a school: then the group itself is a municipality."""
        heading = self.block.heading
        if heading is None:
            return False
        for row in self.rows[at + 1 : at + 8]:
            label = cells.text(at_(row, heading.columns[GROUP_COLUMN]))
            if label and (self._detail is None or self._detail(label) is None):
                prefix, digits = split_login(label.partition("|")[0])
                return digits is not None and bool(prefix)
            if self._detail is None:
                return False
        return False


def at_(row: Sequence[Cell], position: int) -> Cell:
    """A cell of a row that may be shorter than the heading."""
    return row[position] if position < len(row) else None


def take_title(row: Sequence[Cell], block: Block) -> bool:
    """Take year, grade and subject from a title row; whether the row was one. An empty row is one, too."""
    words = [cells.text(cell) for cell in row if cells.text(cell)]
    if not words:
        return True
    match = _YEAR_GRADE.search(cells.heading(words[0]))
    if match:
        block.year, block.grade, block.heading = int(match[1]), int(match[2]), None
        return True
    match = _SUBJECT.match(words[0]) or _SUBJECT.match(cells.heading(words[0]))
    if match:
        block.subject = match[1] or (words[1] if len(words) > 1 else "")
        return True
    return False


def labels(rows: Rows, at: int) -> list[tuple[str, str]] | None:
    """Headings of a block in their compared form, None where the row holds no «Группы участников».

    Returns:
        For each column the heading and the one in the row below it. A heading over merged cells stands over
        all of them; the lower one is empty unless the row below belongs to the heading, that is, has no
        group.
    """
    upper = [cells.heading(cell) for cell in rows[at]]
    if GROUP not in upper:
        return None
    below = rows[at + 1] if at + 1 < len(rows) else ()
    lower = [cells.heading(cell) for cell in below]
    if not any(lower) or cells.text(at_(below, upper.index(GROUP))):
        return [(word, "") for word in upper]
    width = max(len(upper), len(lower))
    upper += [""] * (width - len(upper))
    lower += [""] * (width - len(lower))
    found, over = [], ""
    for word, under in zip(upper, lower, strict=True):
        over = word or (over if under else "")
        found.append((over, under))
    return found


def participants_at(heads: Sequence[tuple[str, str]]) -> int | None:
    """Position of «Кол-во участников»."""
    return next(
        (at for at, (word, _) in enumerate(heads) if word.endswith("участников") and word != GROUP), None
    )


def depth(heads: Sequence[tuple[str, str]]) -> int:
    """Rows that a heading takes."""
    return 2 if any(under for _, under in heads) else 1
