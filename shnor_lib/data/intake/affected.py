"""Which faults go to which municipality, and the rows of its files that show them.

In:   findings, the rows that readers took (with their places), the table of schools, `Quotes` of the files.
Out:  `letters`, one for each municipality with errors or warnings.
Rule: a row goes to a municipality only when it is known to be a row of its school. A fault without a school
      is told, without its value and its row, where all schools of the file belong to one municipality.
Not:  sheets that no reader of school rows took: they may hold anybody's personal data and are never copied.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import pandas as pd

from shnor_lib.data.findings import ERROR, INFO
from shnor_lib.data.intake import cells
from shnor_lib.data.intake.quotes import Line, Quotes, known_headings
from shnor_lib.data.intake.reading import PLACE
from shnor_lib.data.screening.municipal import Excerpt, Letter, Mark
from shnor_lib.data.screening.report import Accepted

COPIED = (
    *("marks_statistics", "score_distribution", "journal_comparison", "task_results"),
    *("marks_long", "context_2021", "context_2022", "biased_list", "social_passport", "tidy"),
)
_SEVERAL = "\0"  # owner of a row that speaks of schools of two municipalities: of nobody
_Owners = Mapping[tuple[str, str], Mapping[int, str]]  # file and sheet → municipality by row


def letters(
    findings: pd.DataFrame,
    taken: Sequence[tuple[str, Mapping[str, pd.DataFrame]]],
    accepted: Sequence[Accepted],
    schools: pd.DataFrame | None,
    quotes: Quotes,
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
    excerpts: dict[str, list[Excerpt]] = {}
    for addressee, excerpt in _excerpts(faults, copied, owners, quotes):
        excerpts.setdefault(addressee, []).append(excerpt)
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
        (str(file), str(sheet)): dict(zip(part["row"].tolist(), part["owner"].tolist(), strict=True))
        for (file, sheet), part in rows.groupby(["file", "sheet"], sort=False, dropna=False)
    }


def _addressed(faults: pd.DataFrame, owners: _Owners, home: "pd.Series[str]") -> pd.DataFrame:
    """Faults with the municipality they go to; those that go to none are left out."""
    by_file: dict[str, set[str]] = {}
    for (file, _), rows in owners.items():
        by_file.setdefault(file, set()).update(rows.values())
    only = {file: next(iter(found)) for file, found in by_file.items() if len(found) == 1}
    of_school = faults["school_id"].map(home).astype("str")
    nobody = faults["school_id"].eq("")
    of_file = faults["file"].map(only).where(nobody).astype("str")
    addressed = faults.assign(
        municipality_id=of_school.fillna(of_file), value=faults["value"].mask(nobody, "")
    )
    return addressed[~addressed["municipality_id"].fillna("").isin(["", _SEVERAL])]


def _excerpts(
    faults: pd.DataFrame, copied: set[tuple[str, str]], owners: _Owners, quotes: Quotes
) -> Iterator[tuple[str, Excerpt]]:
    """Rows with faults by municipality and sheet, with their headings; each file is opened once at most."""
    of_school = faults[faults["row"].notna() & faults["school_id"].ne("")]
    for (file, sheet), of_sheet in of_school.groupby(["file", "sheet"], sort=True):
        if (file, sheet) not in copied:
            continue
        owned = owners.get((str(file), str(sheet)), {})
        own = {
            str(home_id): _own(rows, owned, str(home_id))
            for home_id, rows in of_sheet.groupby("municipality_id", sort=True)
        }
        lines = quotes.lines(str(file), str(sheet), {row for rows in own.values() for row in rows}, owned)
        for home_id, rows in own.items():
            excerpt = _excerpt(str(file), str(sheet), rows, lines)
            if excerpt is not None:
                yield home_id, excerpt


def _own(
    faults: pd.DataFrame, owned: Mapping[int, str], municipality_id: str
) -> dict[int, list[tuple[str, str, str]]]:
    """Severity, column and comment of faults by row, for rows that are nobody else's."""
    own: dict[int, list[tuple[str, str, str]]] = {}
    columns = (faults[name].tolist() for name in ("row", "severity", "column", "message", "action"))
    for row, severity, column, message, action in zip(*columns, strict=True):
        if owned.get(row, municipality_id) == municipality_id:
            comment = f"{message[:1].upper()}{message[1:]}. {action}"
            own.setdefault(int(row), []).append((severity, column, comment))
    return own


def _excerpt(
    file: str, sheet: str, own: Mapping[int, Sequence[tuple[str, str, str]]], lines: Mapping[int, Line]
) -> Excerpt | None:
    rows: dict[int, Sequence[object]] = {}
    headings: set[int] = set()
    marks = []
    for number in sorted(own.keys() & lines.keys()):
        line = lines[number]
        headings.update(line.above)
        rows |= line.above
        rows[number] = line.cells
        header = tuple(line.header)
        for severity, column, comment in own[number]:
            found = _positions(column, header) or _login(header, line.cells)
            marks.append(Mark(number, found, severity, comment))
    return Excerpt(file, sheet, rows, frozenset(headings), marks) if rows else None


@lru_cache(maxsize=4096)
def _positions(column: str, header: tuple[cells.Cell, ...]) -> tuple[int, ...]:
    """Where a column of a finding stands: by its heading, else by what the heading means."""
    wanted = {cells.heading(column), *(cells.heading(part) for part in column.split(", "))} - {""}
    words = [cells.heading(cell) for cell in header]
    exact = tuple(at for at, word in enumerate(words) if word in wanted)
    if exact or not wanted:
        return exact
    known = known_headings()
    meant = {known[word] for word in wanted if word in known}
    return tuple(at for at, word in enumerate(words) if known.get(word) in meant)


def _login(header: Sequence[cells.Cell], line: Sequence[cells.Cell]) -> tuple[int, ...]:
    """The cell that stands for a whole row: its login, else the first filled one."""
    known = known_headings()
    logins = [at for at, cell in enumerate(header) if known.get(cells.heading(cell)) == "school_id"]
    filled = [at for at, cell in enumerate(line) if cells.text(cell)]
    return tuple([*logins, *filled, 0][:1])
