"""Two snapshots of a project side by side, under the method of the project.

In:   a project and the ids of two snapshots.
Out:  `analysis.changes.Changes`, with the counts marked that others must not see (R25).
"""

import numpy as np
import pandas as pd

from shnor_lib import disclosure
from shnor_lib.analysis import changes
from shnor_lib.analysis.changes import Changes, Side
from shnor_lib.data.schemas import TABLES
from shnor_lib.data.snapshot import Snapshot
from shnor_lib.errors import SelectionError, UnmatchedError
from shnor_lib.region import Region, open_region
from shnor_lib.settings import Project

_KEY = ["school_id", "year", "series", "attempt"]
_SCHOOL = ["school_id", "name", "municipality"]


def compare(
    project: Project, before: str, after: str, year: int | None = None, methodology: str | None = None
) -> Changes:
    """What changed from one snapshot to another.

    Args:
        project: the project.
        before: id of the first snapshot, or its beginning.
        after: id of the second.
        year: year whose lists are compared; by default the newest of which both have results.
        methodology: profile or YAML file; by default that of the project. Both lists are made by it.

    Raises:
        SelectionError: no such snapshot, or one of them has no results of the given year.
        MethodologyError: the profile is wrong.
    """
    sides = [open_region(project.root, methodology, which) for which in (before, after)]
    old, new = sides
    if year is not None and (lacking := [side for side in sides if year not in side.years]):
        known = "; ".join(f"{side.snapshot.id}: {_listed(side.years)}" for side in sides)
        raise SelectionError(
            f"За {year} год нет результатов в снимке {lacking[0].snapshot.id}. Есть за годы — {known}."
        )
    files = changes.inputs(_inputs(old.snapshot), _inputs(new.snapshot))
    cells = changes.cells(old.table("results"), new.table("results"), files)
    minimum = new.method.publication.min_participants
    cells = _with_names(cells, old, new).assign(hidden=_hidden(cells, old, new, minimum))
    notes = _notes(old, new)
    when, statuses = _statuses(old, new, year, cells, notes)
    return Changes(
        before=_side(old.snapshot),
        after=_side(new.snapshot),
        inputs=files,
        schools=changes.schools(old.table("schools"), new.table("schools"), new.table("crosswalk")),
        registers=changes.registers(old.table("schools"), new.table("schools")),
        cells=cells,
        tables=changes.tables(*({name: side.table(name) for name in TABLES} for side in sides)),
        statuses=statuses,
        year=when,
        method=new.method.label,
        notes=tuple(notes),
    )


def _side(snapshot: Snapshot) -> Side:
    return Side(snapshot.id, snapshot.created, str(snapshot.meta["library"]))


def _inputs(snapshot: Snapshot) -> pd.DataFrame:
    frame = pd.DataFrame(snapshot.meta["inputs"], columns=["file", "sha256", "rows"])
    return frame.astype({"file": "str", "sha256": "str", "rows": "Int64"})


def _notes(old: Region, new: Region) -> list[str]:
    notes = []
    if old.snapshot.id == new.snapshot.id:
        notes.append("Это один и тот же снимок.")
    elif old.snapshot.created > new.snapshot.created:
        notes.append("Первый снимок новее второго: изменения показаны назад во времени.")
    libraries = [side.snapshot.meta["library"] for side in (old, new)]
    if libraries[0] != libraries[1]:
        notes.append(
            f"Файлы читали разные версии программы ({libraries[0]} и {libraries[1]}): часть изменений может "
            "быть от этого."
        )
    return notes


def _statuses(
    old: Region, new: Region, year: int | None, cells: pd.DataFrame, notes: list[str]
) -> tuple[int | None, pd.DataFrame]:
    """Year of the lists and the schools whose status differs; None where there is nothing to compare."""
    common = sorted(set(old.years) & set(new.years))
    only = sorted(set(old.years) ^ set(new.years))
    if only:
        notes.append(f"Только в одном из снимков есть результаты за годы: {_listed(only)}.")
    nobody = pd.DataFrame(columns=[*_SCHOOL, "status"], dtype="str")
    nothing = changes.statuses(nobody, nobody, cells, ())
    if not common:
        notes.append("Списки не сравниваются: нет года, за который результаты есть в обоих снимках.")
        return None, nothing
    when = year or common[-1]
    try:
        was, now = (side.identify(when) for side in (old, new))
    except UnmatchedError as error:
        notes.append(f"Списки за {when} год не сравниваются. {error}")
        return None, nothing
    return when, changes.statuses(was.statuses, now.statuses, cells, now.decision.cube.years)


def _with_names(cells: pd.DataFrame, old: Region, new: Region) -> pd.DataFrame:
    """Cells with name and municipality of their schools: those of the second snapshot, else of the first."""
    every = pd.concat([side.table("schools").sort_values("year") for side in (old, new)])
    known = every.drop_duplicates("school_id", keep="last")[_SCHOOL]
    return cells.merge(known, how="left", on="school_id")


def _hidden(cells: pd.DataFrame, old: Region, new: Region, minimum: int) -> "pd.Series[bool]":
    """Cells of which one of the two sides must not be shown; then neither is."""
    wanted = pd.MultiIndex.from_frame(cells[_KEY])
    either = np.zeros(len(cells), dtype=bool)
    for side in (old, new):
        results = side.table("results")
        keys = results[_KEY].assign(attempt=results["attempt"].fillna("first"))
        masked = pd.MultiIndex.from_frame(keys[_masked(results, side.table("schools"), minimum)])
        either |= wanted.isin(masked)
    return pd.Series(either, index=cells.index, dtype="bool")


def _masked(results: pd.DataFrame, schools: pd.DataFrame, minimum: int) -> "pd.Series[bool]":
    """Small cells and what must be hidden with them: among all schools, and among those a list judges."""
    newest = schools.sort_values("year").drop_duplicates("school_id", keep="last").set_index("school_id")
    home = results["school_id"].map(newest["municipality_id"])
    judged = results["school_id"].map(newest["in_scope"]).astype("boolean").fillna(True).to_numpy(dtype=bool)
    keys = results[["series", "year", "attempt"]].assign(home=home)
    totals, municipalities = (
        keys.groupby(names, dropna=False, sort=False).ngroup().to_numpy().astype(np.int64)
        for names in (["series", "year", "attempt"], list(keys))
    )
    n = results["participants"].to_numpy(dtype="int64", na_value=0)
    exact = results["failed"].notna().to_numpy(dtype=bool)
    masked = disclosure.hidden(n, exact, municipalities, totals, minimum)
    masked |= disclosure.hidden(np.where(judged, n, 0), exact, municipalities, totals, minimum)
    return pd.Series(masked, index=results.index, dtype="bool")


def _listed(years: list[int]) -> str:
    return ", ".join(map(str, years)) or "нет"
