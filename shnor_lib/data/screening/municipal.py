"""A workbook for each municipality with faults, ready to be mailed back: what is wrong, and where.

In:   findings and excerpts of files, each belonging to one municipality only.
Out:  `<municipality_id>.xlsx` in the given folder: the list of findings, then a sheet for each sheet of a
      file with copies of the affected rows, the faulty cells coloured, with a comment saying what to do.
Not:  which rows belong to whom (see `intake.affected`).

Values only: texts stay texts, so that nothing in a received file becomes a formula or a link. Workbooks of an
earlier report that are out of date are removed; other files of the folder are left alone.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from shnor_lib import atomic
from shnor_lib.data.findings import ERROR
from shnor_lib.data.schools import municipality_slug
from shnor_lib.data.screening.workbook import COLOURS, write_sheet
from shnor_lib.sheets import BODY, NOTE, OPTIONS, fit_row

WRITTEN = ".municipalities.json"  # names of the workbooks that the last report wrote
_SAFE = re.compile(r"[A-Za-z0-9_-]{1,80}")
_TAKEN = ("screening_report",)
_FINDINGS = (
    ("severity", "Важность", 16),
    ("school_id", "Код школы", 11),
    ("name", "Школа", 34),
    ("file", "Файл", 46),
    ("sheet", "Лист", 20),
    ("row", "Строка", 8),
    ("column", "Столбец", 20),
    ("value", "Значение", 22),
    ("message", "Что не так", 56),
    ("action", "Что сделать", 48),
)
_HOW = (
    "Исправьте закрашенные ячейки в исходном файле и пришлите его заново. Слева — номер строки в исходном "
    "файле; что не так, сказано в примечании к ячейке."
)
_NAME_LENGTH = 31
_NARROW, _WIDE = 8, 34  # letters of a column of an excerpt


@dataclass(frozen=True)
class Mark:
    """A faulty cell.

    Attributes:
        row: row of the sheet, as Excel counts it.
        columns: positions of the cells from 0; the first filled one where none is known.
        severity: of the finding.
        comment: what is wrong and what to do.
    """

    row: int
    columns: tuple[int, ...]
    severity: str
    comment: str


@dataclass(frozen=True)
class Excerpt:
    """Rows of one sheet that belong to one municipality.

    Attributes:
        file: path relative to `data/raw`.
        sheet: name of the sheet, empty for CSV.
        rows: number of the row as Excel counts it → cells; titles and headings are among them.
        headings: rows that are titles or headings.
        marks: faulty cells.
    """

    file: str
    sheet: str
    rows: Mapping[int, Sequence[Any]]
    headings: frozenset[int]
    marks: Sequence[Mark]


@dataclass(frozen=True)
class Letter:
    """What goes to one municipality.

    Attributes:
        municipality_id: its id.
        municipality: its name.
        findings: errors and warnings: columns of `findings.COLUMNS`, and name of the school.
        excerpts: affected rows.
    """

    municipality_id: str
    municipality: str
    findings: pd.DataFrame
    excerpts: Sequence[Excerpt] = field(default=())


def write(folder: Path, letters: Sequence[Letter], severities: Mapping[str, str]) -> dict[str, list[str]]:
    """Write the workbooks of all municipalities and remove those that are out of date.

    Returns:
        Name of a municipality → names of its workbooks (two municipalities may have one name).

    Raises:
        OSError: the folder or a workbook cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    earlier = _earlier(folder)
    names: dict[str, list[str]] = {}
    written = []
    for letter in letters:
        name = file_name(letter.municipality_id)
        with atomic.aside(folder / name) as part:
            _write(part, letter, severities)
        written.append(name)
        names.setdefault(letter.municipality, []).append(name)
    for name in earlier - set(written):
        try:
            (folder / name).unlink(missing_ok=True)
        except OSError:  # open in Excel; it goes next time
            written.append(name)
    if written or earlier:
        atomic.write_text(folder / WRITTEN, json.dumps(sorted(written), ensure_ascii=False))
    return names


def file_name(municipality_id: str) -> str:
    """Name of a workbook: the id where it is a safe name, else its letters and a hash."""
    if _SAFE.fullmatch(municipality_id) and municipality_id.casefold() not in _TAKEN:
        return f"{municipality_id}.xlsx"
    digest = hashlib.sha256(municipality_id.encode()).hexdigest()[:6]
    return f"{municipality_slug(municipality_id)}-{digest}.xlsx"


def _earlier(folder: Path) -> set[str]:
    """Workbooks that the last report wrote; nothing but plain names is believed."""
    try:
        names = json.loads((folder / WRITTEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    return {str(name) for name in names if Path(str(name)).name == name and str(name).endswith(".xlsx")}


def _write(path: Path, letter: Letter, severities: Mapping[str, str]) -> None:
    with atomic.buffered(path) as buffer, xlsxwriter.Workbook(buffer, OPTIONS) as book:
        book.set_properties({"title": f"Замечания к данным: {letter.municipality}"})
        fills = {key: book.add_format({**BODY, "bg_color": colour}) for key, colour in COLOURS.items()}
        shown = letter.findings.assign(
            _fill=letter.findings["severity"], severity=letter.findings["severity"].map(severities)
        )
        write_sheet(book, "Замечания", shown, _FINDINGS, fills)
        names = ["Замечания"]
        for excerpt in letter.excerpts:
            names.append(_sheet_name(excerpt, names))
            _excerpt(book, names[-1], excerpt, fills)


def _excerpt(book: Any, name: str, excerpt: Excerpt, fills: Mapping[str, Any]) -> None:
    sheet = book.add_worksheet(name)
    bold, soft = book.add_format({"bold": True}), book.add_format({**NOTE, "text_wrap": False})
    head = book.add_format({**BODY, "bold": True, "bg_color": "#EEF2F5"})
    body = book.add_format(BODY)
    title = f"Файл «{excerpt.file}»" + (f", лист «{excerpt.sheet}»" if excerpt.sheet else "")
    sheet.write_string(0, 0, title, bold)
    sheet.write_string(1, 0, _HOW, soft)
    at = {number: position for position, number in enumerate(sorted(excerpt.rows), 3)}
    marked = _by_cell(excerpt)
    widths = _widths(excerpt)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for number, position in at.items():
        sheet.write_number(position, 0, number, soft)
        style = head if number in excerpt.headings else body
        for column, value in enumerate(excerpt.rows[number]):
            severity, comment = marked.get((number, column), ("", ""))
            _cell(sheet, position, column + 1, value, fills.get(severity, style))
            if comment:
                sheet.write_comment(position, column + 1, comment, {"x_scale": 2.5, "y_scale": 1.5})
        fit_row(sheet, position, [number, *excerpt.rows[number]], widths[: len(excerpt.rows[number]) + 1])
    sheet.freeze_panes(min(at.values(), default=3), 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _widths(excerpt: Excerpt) -> list[float]:
    """Widths of the columns by what stands in them; a title over several columns makes none of them wide."""
    columns = max((len(cells) for cells in excerpt.rows.values()), default=1)
    widths: list[float] = [7, *[_NARROW] * columns]
    for number, cells in excerpt.rows.items():
        told = [str(value) for value in cells if value not in (None, "")]
        for at, value in enumerate(cells, start=1):
            words = (
                str(value if value is not None else "").split()
                if number in excerpt.headings
                else [str(value)]
            )
            if len(told) > 1 and value is not None:
                widths[at] = max(widths[at], *(min(len(word) + 2, _WIDE) for word in [*words, ""]))
    return widths


def _by_cell(excerpt: Excerpt) -> dict[tuple[int, int], tuple[str, str]]:
    """Severity and comment of each faulty cell; several findings of one cell are put together."""
    marked: dict[tuple[int, int], tuple[str, str]] = {}
    for mark in excerpt.marks:
        for column in mark.columns:
            before = marked.get((mark.row, column))
            severity = ERROR if before and before[0] == ERROR else mark.severity
            comments = [before[1], mark.comment] if before and before[1] != mark.comment else [mark.comment]
            marked[(mark.row, column)] = (severity, "\n".join(comments))
    return marked


def _cell(sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_string(row, column, str(value), style)


def _sheet_name(excerpt: Excerpt, taken: Sequence[str]) -> str:
    """Number, file and sheet, as far as Excel allows: 31 letters, none of its forbidden signs."""
    words = f"{len(taken)} {Path(excerpt.file).stem} {excerpt.sheet}"
    return re.sub(r"[\[\]:*?/\\']", " ", words).strip()[:_NAME_LENGTH]
