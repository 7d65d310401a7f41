"""What changed between two snapshots: input files, schools, cells, other tables, statuses.

In:   the same tables of two snapshots, their input files, statuses of a year under one method.
Out:  frames of differences, and `Changes`, which holds them together.
Not:  words (see `present.changes`); what may be shown to others (see `disclosure`).

A changed cell is traced by its `source` to a file, and the file to its hashes: a file that is new, gone or
has other bytes is the cause. A cell whose file is the same in both changed for another reason, and that is
said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from shnor_lib.data import corrections
from shnor_lib.data.schemas import TABLES

FILE_CHANGES = ("added", "removed", "changed", "renamed", "same")
SCHOOL_CHANGES = (
    "added",
    "removed",
    "recoded",
    "renamed",
    "moved",
    "municipality_renamed",
    "status",
    "scope",
    "level",
)
CELL_CHANGES = ("added", "removed", "changed")
CAUSES = ("file_added", "file_removed", "file_changed", "correction", "elsewhere", "unknown")
LIST_CHANGES = ("entered", "left", "other")

_KEY = ["school_id", "year", "series", "attempt"]
_COUNTS = ["participants", "failed", "failed_low", "failed_high"]
_VALUES = [*_COUNTS, "n2", "n3", "n4", "n5", "mean_score", "high", "top", "base_done"]
_ATTRIBUTES = (  # column that is compared, change, column that is shown
    ("name", "renamed", "name"),
    ("municipality_id", "moved", "municipality"),
    ("municipality", "municipality_renamed", "municipality"),
    ("status", "status", "status"),
    ("in_scope", "scope", "in_scope"),
    ("level_max", "level", "level_max"),
)
_TOLD_APART = ("schools", "results")  # compared in frames of their own


@dataclass(frozen=True)
class Side:
    """One of the two snapshots.

    Attributes:
        id: twelve digits.
        created: when it was written, UTC.
        library: version of the code that read the files.
    """

    id: str
    created: datetime
    library: str


@dataclass(frozen=True)
class Changes:
    """Everything that differs.

    Attributes:
        before: the first snapshot.
        after: the second one.
        inputs: see `inputs`.
        schools: see `schools`.
        registers: see `registers`.
        cells: see `cells`; with name, municipality, and hidden (bool): counts that others must not see.
        tables: see `tables`.
        statuses: see `statuses`; empty where the lists could not be compared.
        year: year of the compared lists, None where they could not be compared.
        method: method of the lists.
        notes: Russian sentences: what could not be compared, and why.
    """

    before: Side
    after: Side
    inputs: pd.DataFrame
    schools: pd.DataFrame
    registers: pd.DataFrame
    cells: pd.DataFrame
    tables: pd.DataFrame
    statuses: pd.DataFrame
    year: int | None
    method: str
    notes: tuple[str, ...] = ()


def inputs(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Input files by what became of them.

    Args:
        before: file, sha256, rows of the first snapshot.
        after: the same of the second.

    Returns:
        file (str; the new name where it was renamed), change (one of `FILE_CHANGES`), old_name (str, missing
        unless renamed), rows_before, rows_after (Int64), in the order of change and name.
    """
    gone, came = before[~before["file"].isin(after["file"])], after[~after["file"].isin(before["file"])]
    kept = before.merge(after, on="file", suffixes=("_before", "_after"))
    same = kept["sha256_before"].eq(kept["sha256_after"])
    kept = kept.assign(change=pd.Series("changed", index=kept.index, dtype="str").mask(same, "same"))
    # The same bytes under another name; of several copies each is taken once.
    moved = _numbered(gone).merge(_numbered(came), on=["sha256", "copy"], suffixes=("_before", "_after"))
    gone = gone[~gone["file"].isin(moved["file_before"])].rename(columns={"rows": "rows_before"})
    came = came[~came["file"].isin(moved["file_after"])].rename(columns={"rows": "rows_after"})
    moved = moved.rename(columns={"file_after": "file", "file_before": "old_name"}).assign(change="renamed")
    every = pd.concat([kept, gone.assign(change="removed"), came.assign(change="added"), moved])
    every["_order"] = every["change"].map({name: at for at, name in enumerate(FILE_CHANGES)})
    columns = ["file", "change", "old_name", "rows_before", "rows_after"]
    ordered = every.sort_values(["_order", "file"], ignore_index=True).reindex(columns=columns)
    return ordered.astype({"change": "str", "old_name": "str", "rows_before": "Int64", "rows_after": "Int64"})


def _numbered(files: pd.DataFrame) -> pd.DataFrame:
    return files.assign(copy=files.groupby("sha256").cumcount())


def schools(before: pd.DataFrame, after: pd.DataFrame, crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Schools that came, went, or have other attributes in their newest row.

    Args:
        before: tidy schools of the first snapshot.
        after: the same of the second.
        crosswalk: tidy crosswalk of the second: a code that is gone and has a successor is `recoded`.

    Returns:
        One row a school and change: school_id, name, municipality (str), change (one of `SCHOOL_CHANGES`),
        old, new (str: values before and after, missing where a school came or went; the successor's code
        where it was recoded).
    """
    was, now = _newest(before), _newest(after)
    rows = [_came(now[~now.index.isin(was.index)], "added")]
    gone = _came(was[~was.index.isin(now.index)], "removed")
    moves = crosswalk.dropna(subset=["new_id"]).drop_duplicates("old_id", keep="last")
    successor = gone["school_id"].map(moves.set_index("old_id")["new_id"])
    recoded = successor.notna() & successor.isin(now.index)
    gone = gone.assign(
        change=gone["change"].mask(recoded, "recoded"),
        old=gone["school_id"].where(recoded),
        new=successor.where(recoded),
    )
    rows.append(gone)
    kept = now.index.intersection(was.index)
    was, now = was.loc[kept], now.loc[kept]
    moved = _differs(was["municipality_id"], now["municipality_id"])
    for column, change, shown in _ATTRIBUTES:
        differs = _differs(was[column], now[column])
        if change == "municipality_renamed":
            differs &= ~moved
        part = _came(now[differs], change)
        old, new = was.loc[differs, shown].astype("str"), now.loc[differs, shown].astype("str")
        if change == "moved":  # two municipalities of one name, or a name that is not given: the ids tell
            alike = ~_differs(old, new)
            old = old.mask(alike, was.loc[differs, column])
            new = new.mask(alike, now.loc[differs, column])
        rows.append(part.assign(old=old.to_numpy(), new=new.to_numpy()))
    found = pd.concat(rows, ignore_index=True)
    found["_order"] = found["change"].map({name: at for at, name in enumerate(SCHOOL_CHANGES)})
    found = found.sort_values(["_order", "municipality", "name", "school_id"], ignore_index=True)
    return found.drop(columns="_order").astype("str")


def registers(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Registers that hold other schools: a known school that joins another year is no new school.

    Returns:
        One row a year that differs, in order: year, added, removed (Int64: schools).
    """
    keys = ["year", "school_id"]
    both = before[keys].merge(after[keys], how="outer", on=keys, indicator="_side")
    both = both.assign(added=both["_side"].eq("right_only"), removed=both["_side"].eq("left_only"))
    counted = both.groupby("year", as_index=False)[["added", "removed"]].sum()
    return counted[counted[["added", "removed"]].any(axis=1)].reset_index(drop=True).astype("Int64")


def cells(before: pd.DataFrame, after: pd.DataFrame, files: pd.DataFrame) -> pd.DataFrame:
    """Results that came, went, or have other values, each with its cause.

    Args:
        before: tidy results of the first snapshot.
        after: the same of the second.
        files: see `inputs`.

    Returns:
        One row a cell: school_id, year, series, attempt, change (one of `CELL_CHANGES`), columns (str: names
        of the values that differ, joined by `;`), then with `_before` and `_after` participants, failed,
        failed_low, failed_high (Int64) and source (str), and cause (one of `CAUSES`), file (str: the file
        that caused it, missing where none is known).
    """
    sides = [_results(side) for side in (before, after)]
    both = sides[0].merge(sides[1], how="outer", on=_KEY, suffixes=("_before", "_after"), indicator="_side")
    differs = {name: _differs(both[f"{name}_before"], both[f"{name}_after"]) for name in _VALUES}
    any_differs = pd.concat(differs, axis=1).any(axis=1)
    kept = any_differs | both["_side"].ne("both")
    both = both[kept].reset_index(drop=True)
    flags = pd.concat(differs, axis=1)[kept].to_numpy(dtype=bool)
    names = [";".join(name for name, flag in zip(_VALUES, row, strict=True) if flag) for row in flags]
    change = both["_side"].map({"both": "changed", "left_only": "removed", "right_only": "added"})
    both = both.assign(change=change.astype("str"), columns=pd.array(names, dtype="str"))
    both["columns"] = both["columns"].where(both["change"] == "changed", "")
    cause, file = _causes(both, dict(zip(files["file"], files["change"], strict=True)))
    both = both.assign(cause=pd.array(cause, dtype="str"), file=pd.array(file, dtype="str"))
    shown = [f"{name}_{side}" for side in ("before", "after") for name in (*_COUNTS, "source")]
    ordered = both[[*_KEY, "change", "columns", *shown, "cause", "file"]]
    return ordered.sort_values(["year", "school_id", "series"], ignore_index=True)


def tables(before: Mapping[str, pd.DataFrame], after: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Rows that came, went or changed in the other tables.

    Returns:
        One row a table with differences: table, title (str), added, removed, changed (Int64).
    """
    found = []
    for name in TABLES:
        if name not in _TOLD_APART:
            added, removed, changed = _rows(name, before[name], after[name])
            if added or removed or changed:
                found.append((name, TABLES[name].title, added, removed, changed))
    frame = pd.DataFrame(found, columns=["table", "title", "added", "removed", "changed"])
    return frame.astype({"added": "Int64", "removed": "Int64", "changed": "Int64"})


def statuses(
    before: pd.DataFrame, after: pd.DataFrame, changed: pd.DataFrame, years: Sequence[int]
) -> pd.DataFrame:
    """Schools whose status differs under one method.

    Args:
        before: school_id, name, municipality, status of the first snapshot.
        after: the same of the second.
        changed: see `cells`.
        years: years whose cells decide.

    Returns:
        school_id, name, municipality, status_before, status_after (str, missing where the school is not
        judged), movement (one of `LIST_CHANGES`), cells (Int64: changed cells of the school in these years).
    """
    columns = ["school_id", "name", "municipality", "status"]
    both = before[columns].merge(after[columns], how="outer", on="school_id", suffixes=("_before", "_after"))
    both = both[_differs(both["status_before"], both["status_after"])]
    was, now = (both[f"status_{side}"].eq("shnor").fillna(False) for side in ("before", "after"))
    movement = pd.Series("other", index=both.index, dtype="str").mask(now, "entered").mask(was, "left")
    counted = changed[changed["year"].isin(years)]["school_id"].value_counts()
    result = pd.DataFrame(
        {
            "school_id": both["school_id"],
            "name": both["name_after"].fillna(both["name_before"]),
            "municipality": both["municipality_after"].fillna(both["municipality_before"]),
            "status_before": both["status_before"],
            "status_after": both["status_after"],
            "movement": movement,
            "cells": both["school_id"].map(counted).fillna(0).astype("Int64"),
        }
    )
    result["_order"] = result["movement"].map({name: at for at, name in enumerate(LIST_CHANGES)})
    result = result.sort_values(["_order", "municipality", "name", "school_id"], ignore_index=True)
    return result.drop(columns="_order")


def _differs(was: "pd.Series[Any]", now: "pd.Series[Any]") -> "pd.Series[bool]":
    """Where two aligned columns differ; missing equals missing."""
    unequal = was.ne(now).fillna(False).astype(bool)
    return (unequal | (was.isna() != now.isna())) & ~(was.isna() & now.isna())


def _newest(table: pd.DataFrame) -> pd.DataFrame:
    newest = table.sort_values("year", kind="stable").drop_duplicates("school_id", keep="last")
    return newest.set_index("school_id")


def _came(rows: pd.DataFrame, change: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "school_id": rows.index.astype("str"),
            "name": rows["name"].to_numpy(),
            "municipality": rows["municipality"].to_numpy(),
            "change": change,
            "old": None,
            "new": None,
        }
    ).astype("str")


def _results(table: pd.DataFrame) -> pd.DataFrame:
    shown = table[[*_KEY, *_VALUES, "source"]]
    return shown.assign(attempt=shown["attempt"].fillna("first"))


def _causes(both: pd.DataFrame, states: Mapping[str, str]) -> tuple[list[str], list[str | None]]:
    """Cause of each cell, and the file behind it."""
    pairs = zip(both["change"], both["source_before"], both["source_after"], strict=True)
    told = [
        _cause(change, "" if pd.isna(old) else str(old), "" if pd.isna(new) else str(new), states)
        for change, old, new in pairs
    ]
    return [cause for cause, _ in told], [file for _, file in told]


def _cause(change: str, old: str, new: str, states: Mapping[str, str]) -> tuple[str, str | None]:
    old_file, new_file = _file(old), _file(new)
    if _correction(old) != _correction(new):
        return "correction", new_file or old_file
    # What stands now comes from the new file; where that one is the same, the old one may have gone.
    for file in (new_file, old_file) if change != "removed" else (old_file,):
        state = states.get(file, "")
        if state in ("added", "removed", "changed"):
            return f"file_{state}", file
    known = new_file if change != "removed" else old_file
    return ("elsewhere", known) if known in states else ("unknown", None)


def _file(source: str) -> str:
    return source.split(" | ", 1)[0].strip()


def _correction(source: str) -> str:
    last = source.rsplit(" | ", 1)[-1].strip()
    return last if last.startswith(corrections.WORD) else ""


def _rows(name: str, before: pd.DataFrame, after: pd.DataFrame) -> tuple[int, int, int]:
    """Numbers of rows added, removed and changed, by the key of the table."""
    table = TABLES[name]
    key = list(table.key)
    values = [column for column in table.columns if column not in (*key, "source")]
    hashes = []
    for side in (before, after):
        keys = pd.util.hash_pandas_object(side[key].astype("str").fillna(""), index=False)
        shown = side[values].astype("str").fillna("") if values else side[key].astype("str")
        content = pd.util.hash_pandas_object(shown, index=False)
        hashes.append(pd.Series(content.to_numpy(), index=keys.to_numpy()))
    was, now = hashes
    kept = now.index.intersection(was.index)
    changed = int((was.loc[kept].to_numpy() != now.loc[kept].to_numpy()).sum())
    return len(now) - len(kept), len(was) - len(kept), changed
