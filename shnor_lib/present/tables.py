"""Tables for people: Russian headings, symbols beside colours, calm on screen and on paper.

In:   frames of the analysis.
Out:  `Table`: display values with their sort keys; as HTML, and as a frame for a workbook.
How:  plain HTML and one small script for the whole page (`assets/tables.js`). A table of a few hundred rows
      needs no table library: this way it is complete without scripts (in a mail, on paper, in a notebook
      that is not trusted), weighs no more than its text, and works the same under nbconvert, Voila and
      JupyterLab. itables would add 0.5 MB of DataTables to each notebook for the same sorting and search.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from shnor_lib.present import labels, text
from shnor_lib.present.labels import Label

_SEARCH_FROM = 9
# A longer table is for the screen and the workbook: on paper it would take dozens of pages.
_PRINTED_ROWS = 200
# From so many rows on paper is spared: smaller letters, reasons one after another.
_DENSE_ROWS = 40
# A short table is not torn between two pages.
_WHOLE_ROWS = 6
_ROWS: text.Forms = ("строка", "строки", "строк")


@dataclass(frozen=True)
class Cell:
    """One value of a table.

    Attributes:
        shown: plain text, as a workbook keeps it.
        key: what to sort by: a number or text; None sorts last.
        html: markup in place of the escaped text, where it needs any.
    """

    shown: str
    key: float | str | None = None
    html: str = ""

    @property
    def markup(self) -> str:
        """HTML of the value."""
        return self.html or text.escape(self.shown)


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        title: heading.
        cells: values.
        numeric: stands at the right edge.
        wide: takes the room that is left.
        digits: decimals of numbers.
    """

    title: str
    cells: Sequence[Cell]
    numeric: bool = False
    wide: bool = False
    digits: int = 0


@dataclass(frozen=True)
class Table:
    """A display table.

    Attributes:
        title: caption.
        columns: in order.
        note: a line under the table.
        nothing: what to say where there are no rows.
        sheet: name of the sheet in a workbook where the caption is longer than Excel allows.
    """

    title: str
    columns: Sequence[Column]
    note: str = ""
    nothing: str = "Таких школ нет."
    classes: Sequence[str] = field(default=())
    sheet: str = ""

    def __len__(self) -> int:
        return len(self.columns[0].cells) if self.columns else 0

    def values(self) -> list[list[object]]:
        """Text and numbers of each column for a workbook: numbers stay numbers."""
        return [
            [
                cell.key if column.numeric and isinstance(cell.key, int | float) else cell.shown
                for cell in column.cells
            ]
            for column in self.columns
        ]

    def html(self) -> str:
        """The table as HTML, with a search field where it is long."""
        if len(self) == 0:
            return f'<p class="shnor-nothing">{text.escape(self.nothing)}</p>'
        head = "".join(
            f'<th scope="col" class="{_classes(column)}" tabindex="0" aria-sort="none">'
            f"{text.escape(column.title)}</th>"
            for column in self.columns
        )
        body = "".join(
            "<tr>" + "".join(_td(column, column.cells[row]) for column in self.columns) + "</tr>"
            for row in range(len(self))
        )
        search = (
            f'<label class="shnor-search"><span>Найти</span><input type="search" '
            f'placeholder="школа, статус, процедура…" aria-label="Найти в таблице"></label>'
            f'<span class="shnor-found" data-total="{len(self)}"></span>'
            if len(self) >= _SEARCH_FROM
            else ""
        )
        note = f'<p class="shnor-note">{self.note}</p>' if self.note else ""
        classes = " ".join(["shnor-table", *self.classes])
        long = len(self) > _PRINTED_ROWS
        dense = " shnor-dense" if len(self) >= _DENSE_ROWS else ""
        kind = " shnor-screen" if long else " shnor-whole" if len(self) <= _WHOLE_ROWS else dense
        paper = (
            '<p class="shnor-nothing shnor-paper">На бумаге таблица не печатается: в ней '
            f"{text.counted(len(self), _ROWS)}. Она есть на экране и в файле XLSX.</p>"
            if long
            else ""
        )
        return (
            f'<div class="shnor-frame{kind}"><div class="shnor-bar"><span class="shnor-caption">'
            f"{text.escape(self.title)}</span>{search}</div>"
            f'<div class="shnor-scroll"><table class="{classes}"><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>{paper}{note}</div>"
        )


def words(title: str, values: Iterable[object], wide: bool = False) -> Column:
    """A column of text."""
    return Column(title, [_word(value) for value in values], wide=wide)


def numbers(title: str, values: Iterable[object], digits: int = 0) -> Column:
    """A column of numbers, at the right edge."""
    cells = [
        Cell(text.number(value, digits), None if text.is_missing(value) else float(value))  # type: ignore[arg-type]
        for value in values
    ]
    return Column(title, cells, numeric=True, digits=digits)


def marked(title: str, values: Iterable[object], group: dict[str, Label], kind: str) -> Column:
    """A column of labels: symbol and text on a tinted ground.

    Args:
        title: heading.
        values: machine values.
        group: their labels; the order of the group is the order of sorting.
        kind: class prefix of the tint: `status`, `movement`, `cluster`, `state`.
    """
    order = {name: place for place, name in enumerate(group)}
    cells = []
    for value in values:
        label = labels.of(group, value)
        if text.is_missing(value):
            cells.append(Cell(labels.MISSING))
            continue
        html = (
            f'<span class="shnor-mark shnor-{kind}-{text.escape(value)}" title="{text.escape(label.hint)}">'
            f"<b>{text.escape(label.symbol)}</b>{text.escape(label.text)}</span>"
        )
        cells.append(Cell(label.text, float(order.get(str(value), len(order))), html))
    return Column(title, cells)


def schools(frame: pd.DataFrame) -> list[Column]:
    """Name and code of schools: the first two columns of any table of schools."""
    names = [
        Cell(text.school_name(name), text.school_name(name).casefold())
        if not text.is_missing(name)
        else Cell(f"Школа {code}", code)
        for name, code in zip(frame["name"], frame["school_id"], strict=True)
    ]
    return [
        Column("Школа", names),
        Column("Код", [Cell(str(code), str(code)) for code in frame["school_id"]]),
    ]


def municipality(frame: pd.DataFrame) -> list[Column]:
    """The municipality, where the frame holds more than one."""
    return [words("Муниципалитет", frame["municipality"])] if frame["municipality"].nunique() > 1 else []


def made(title: str, values: Iterable[object], make: Callable[[Any], Cell], wide: bool = False) -> Column:
    """A column whose cells are made one by one."""
    return Column(title, [make(value) for value in values], wide=wide)


def counts(cell: Any, threshold: int) -> str:
    """«3 из 10 (30,0 %)» of a protected cell; bounds where the count is uncertain; «скрыто» where masked."""
    if not text.is_missing(getattr(cell, "suppressed", False)) and cell.suppressed:
        return labels.SUPPRESSED
    if text.is_missing(cell.failed):
        if text.is_missing(cell.failed_low) or text.is_missing(cell.participants):
            return labels.MISSING
        return f"от {cell.failed_low} до {cell.failed_high} из {cell.participants}"
    return text.k_of_n(cell.failed, cell.participants, threshold)


def _word(value: object) -> Cell:
    if text.is_missing(value) or value == "":
        return Cell(labels.MISSING)
    return Cell(str(value), str(value).casefold())


def _classes(column: Column) -> str:
    return " ".join(
        name for name, on in (("shnor-number", column.numeric), ("shnor-wide", column.wide)) if on
    )


def _td(column: Column, cell: Cell) -> str:
    key = "" if cell.key is None else f' data-key="{text.escape(cell.key)}"'
    classes = _classes(column)
    named = f' class="{classes}"' if classes else ""
    return f"<td{named}{key}>{cell.markup}</td>"
