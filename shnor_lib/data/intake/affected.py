"""Which faults go to which municipality, and the rows of its files that show them.

In:   findings, the rows that readers took (with their places), the table of schools, the raw files.
Out:  `letters`, one for each municipality with errors or warnings.
Rule: a row goes to a municipality only when it is known to be a row of its school. A fault without a school
      is told, without its value and its row, where all schools of the file belong to one municipality.
Not:  sheets that no reader of school rows took: they may hold anybody's personal data and are never copied.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from shnor_lib.data.findings import ERROR, INFO
from shnor_lib.data.intake import cells, columns
from shnor_lib.data.intake.files import Sheet, open_file
from shnor_lib.data.intake.reading import PLACE
from shnor_lib.data.screening.municipal import Excerpt, Letter, Mark
from shnor_lib.data.screening.report import Accepted
from shnor_lib.errors import InputError

COPIED = (
    *("marks_statistics", "score_distribution", "journal_comparison", "task_results"),
    *("marks_long", "context_2021", "context_2022", "biased_list", "social_passport", "tidy"),
)
_LARGEST = 64 << 20  # bytes of a file that is read once more for its rows
_TITLES = 6  # rows above a header in which titles are looked for
_FEW = 2  # filled cells of a title at most
_WORDS = 2  # known headings of a header at least
_SEVERAL = "\0"  # owner of a row that speaks of schools of two municipalities: of nobody
_NOBODY: "pd.Series[str]" = pd.Series(dtype="str")
_Owners = Mapping[tuple[str, str], "pd.Series[str]"]  # file and sheet → municipality by row


def letters(
    raw: Path,
    findings: pd.DataFrame,
    taken: Sequence[tuple[str, Mapping[str, pd.DataFrame]]],
    accepted: Sequence[Accepted],
    schools: pd.DataFrame | None,
) -> list[Letter]:
    """What to mail to each municipality with errors or warnings, by name."""
    if schools is None or schools.empty or "municipality_id" not in schools:
        return []
    newest = schools.drop_duplicates("school_id", keep="last").set_index("school_id")
    home = newest["municipality_id"].dropna()
    faults = findings[findings["severity"] != INFO]
    owners = _owners(taken, set(faults["file"]), home)
    faults = _addressed(faults, owners, home)
    copied = {(item.file, item.sheet) for item in accepted if item.reader in COPIED}
    sheets = _Sheets(raw, copied, owners)
    excerpts: dict[str, list[Excerpt]] = {}
    # By file first: each is opened once for all municipalities.
    for (file, sheet, home_id), rows in faults.groupby(["file", "sheet", "municipality_id"], sort=True):
        excerpt = sheets.excerpt(str(file), str(sheet), rows, str(home_id))
        if excerpt is not None:
            excerpts.setdefault(str(home_id), []).append(excerpt)
    named = newest.dropna(subset=["municipality_id", "municipality"])
    names = named.drop_duplicates("municipality_id", keep="last").set_index("municipality_id")["municipality"]
    made = []
    for home_id, part in faults.groupby("municipality_id", sort=True):
        told = part.assign(name=part["school_id"].map(newest["name"]), _order=part["severity"].ne(ERROR))
        told = told.sort_values(["_order", "file", "sheet", "row"], kind="stable", ignore_index=True)
        found = excerpts.get(str(home_id), [])
        made.append(Letter(str(home_id), str(names.get(home_id, "")), told.drop(columns="_order"), found))
    return made


def _owners(
    taken: Sequence[tuple[str, Mapping[str, pd.DataFrame]]], files: set[str], home: "pd.Series[str]"
) -> _Owners:
    """Municipality of each row that a reader took from these files; empty for a school without one."""
    placed = [
        frame.loc[frame["file"].isin(files), ["school_id", *PLACE]]
        for _, tables in taken
        for frame in tables.values()
        if {"school_id", *PLACE} <= set(frame.columns)
    ]
    if not placed:
        return {}
    rows = pd.concat(placed, ignore_index=True)
    rows = rows.assign(owner=rows["school_id"].map(home).astype("str").fillna("")).drop(columns="school_id")
    rows = rows.drop_duplicates()
    several = rows.duplicated(list(PLACE), keep=False)
    rows = rows.assign(owner=rows["owner"].mask(several, _SEVERAL)).drop_duplicates()
    return {
        (str(file), str(sheet)): part.set_index("row")["owner"]
        for (file, sheet), part in rows.groupby(["file", "sheet"], sort=False, dropna=False)
    }


def _addressed(faults: pd.DataFrame, owners: _Owners, home: "pd.Series[str]") -> pd.DataFrame:
    """Faults with the municipality they go to; those that go to none are left out."""
    by_file: dict[str, set[str]] = {}
    for (file, _), rows in owners.items():
        by_file.setdefault(file, set()).update(rows.unique())
    only = {file: next(iter(found)) for file, found in by_file.items() if len(found) == 1}
    of_school = faults["school_id"].map(home).astype("str")
    nobody = faults["school_id"].eq("")
    of_file = faults["file"].map(only).where(nobody).astype("str")
    addressed = faults.assign(
        municipality_id=of_school.fillna(of_file), value=faults["value"].mask(nobody, "")
    )
    return addressed[~addressed["municipality_id"].fillna("").isin(["", _SEVERAL])]


class _Sheets:
    """Sheets of raw files, each file read once more and only when a municipality needs its rows."""

    def __init__(self, raw: Path, copied: set[tuple[str, str]], owners: _Owners) -> None:
        self._raw = raw
        self._copied = copied
        self._owners = owners
        self._open = lru_cache(maxsize=1)(self._read)

    def excerpt(self, file: str, sheet: str, faults: pd.DataFrame, municipality_id: str) -> Excerpt | None:
        """Rows of a sheet that have a fault and belong to the municipality, with their headings."""
        if (file, sheet) not in self._copied:
            return None
        of_school = faults[faults["row"].notna() & faults["school_id"].ne("")]
        owned = self._owners.get((file, sheet), _NOBODY)
        own = {
            row
            for row in map(int, of_school["row"].unique())
            if row not in owned.index or owned[row] == municipality_id
        }
        lines = self._open(file).get(sheet) if own else None
        if not lines:
            return None
        rows: dict[int, Sequence[Any]] = {}
        headings: set[int] = set()
        marks = []
        for number in sorted(row for row in own if row <= len(lines)):
            header = _header(owned.index, lines, number)
            above = [*_titles(owned.index, lines, header), header] if header else []
            headings.update(above)
            rows |= {at: _plain(lines[at - 1]) for at in (*above, number)}
            words = lines[header - 1] if header else []
            for fault in faults[faults["row"].eq(number).fillna(False).astype(bool)].to_dict("records"):
                comment = f"{fault['message'][:1].upper()}{fault['message'][1:]}. {fault['action']}"
                found = _positions(str(fault["column"]), words) or _login(words, lines[number - 1])
                marks.append(Mark(number, found, str(fault["severity"]), comment))
        return Excerpt(file, sheet, rows, frozenset(headings), marks) if rows else None

    def _read(self, file: str) -> dict[str, list[list[cells.Cell]]]:
        path = self._raw / file
        try:
            if path.stat().st_size > _LARGEST:
                return {}
            sheets: list[Sheet] = open_file(path, file).sheets
            return {sheet.name: sheet.all_rows() for sheet in sheets}
        except (
            InputError,
            OSError,
            ValueError,
        ):  # it was read a moment ago; without it the list still goes out
            return {}


def _header(owned: "pd.Index[int]", lines: list[list[cells.Cell]], number: int) -> int | None:
    """The nearest row above that holds headings and is nobody's row."""
    for at in range(number - 1, 0, -1):
        if at not in owned and _headings(lines[at - 1]) >= _WORDS:
            return at
    return None


def _titles(owned: "pd.Index[int]", lines: list[list[cells.Cell]], header: int) -> list[int]:
    """Rows above a header that can only be titles: nobody's, with one or two filled cells."""
    found = []
    for at in range(header - 1, max(header - 1 - _TITLES, 0), -1):
        filled = sum(bool(cells.text(cell)) for cell in lines[at - 1])
        if at in owned or filled > _FEW:
            break
        if filled:
            found.append(at)
    return found


@lru_cache(maxsize=1)
def _known() -> Mapping[str, str]:
    """Headings of all forms that hold letters, and the columns they mean."""
    every = {word: name for form in columns.FORMS for word, name in columns.synonyms(form).items()}
    return {word: name for word, name in every.items() if any(letter.isalpha() for letter in word)} | {
        "группы участников": "school_id"
    }


def _headings(line: Sequence[cells.Cell]) -> int:
    return len({word for cell in line if isinstance(cell, str) and (word := cells.heading(cell)) in _known()})


def _positions(column: str, header: Sequence[cells.Cell]) -> tuple[int, ...]:
    """Where a column of a finding stands: by its heading, else by what the heading means."""
    wanted = {cells.heading(column), *(cells.heading(part) for part in column.split(", "))} - {""}
    words = [cells.heading(cell) for cell in header]
    exact = tuple(at for at, word in enumerate(words) if word in wanted)
    if exact or not wanted:
        return exact
    meant = {_known()[word] for word in wanted if word in _known()}
    return tuple(at for at, word in enumerate(words) if _known().get(word) in meant)


def _login(header: Sequence[cells.Cell], line: Sequence[cells.Cell]) -> tuple[int, ...]:
    """The cell that stands for a whole row: its login, else the first filled one."""
    logins = [at for at, cell in enumerate(header) if _known().get(cells.heading(cell)) == "school_id"]
    filled = [at for at, cell in enumerate(line) if cells.text(cell)]
    return tuple([*logins, *filled, 0][:1])


def _plain(line: Sequence[cells.Cell]) -> list[Any]:
    """Cells as values: numbers stay numbers, dates become text."""
    return [cell if isinstance(cell, bool | int | float) else cells.text(cell) or None for cell in line]
