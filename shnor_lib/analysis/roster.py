"""Which schools are judged in a year: open, in scope, with their level (METHODOLOGY §1.2, R4, R17).

In:   the tidy `schools` table, results, and the codes that are no longer schools of their own.
Out:  `Roster`: one row a school judged, and one a school out of scope.
"""

from collections.abc import Set
from dataclasses import dataclass

import pandas as pd

ATTRIBUTES = (
    "name",
    "municipality_id",
    "municipality",
    "locality",
    "enrolment",
    "level_max",
    "project_500",
)
_BASIC, _SECONDARY = 9, 11


@dataclass(frozen=True)
class Roster:
    """Schools of one year.

    Attributes:
        judged: school_id and `ATTRIBUTES`; level_max is never missing (4, 9 or 11).
        out_of_scope: the same columns: special, evening, closed-type schools, colleges («вне охвата»).
    """

    judged: pd.DataFrame
    out_of_scope: pd.DataFrame


def build(
    schools: pd.DataFrame,
    results: pd.DataFrame,
    year: int,
    gone: Set[str] = frozenset(),
    out_of_scope: str = "excluded",
) -> Roster:
    """Schools of a year.

    A school stands in the year if the register has a row of it for the year, or if it has results in the
    year and an older row. Where the register has no row of the year at all, its newest rows stand.

    Args:
        schools: tidy register, one row a school and year.
        results: tidy results with codes brought to today's schools.
        year: reporting year.
        gone: codes closed by then, or merged into or renamed to other codes (R17).
        out_of_scope: R4: `excluded`, or `included`: judged like all others.
    """
    known = schools[(schools["year"] <= year).to_numpy(dtype=bool)]
    if known.empty:
        known = schools
    newest = known.sort_values("year", kind="stable").drop_duplicates("school_id", keep="last")
    of_year = newest["year"].eq(year)
    if of_year.any() and not of_year.all():
        present = results.loc[results["year"].eq(year).to_numpy(dtype=bool), "school_id"].unique()
        newest = newest[(of_year | newest["school_id"].isin(present)).to_numpy(dtype=bool)]
    open_ = newest["status"].ne("closed").fillna(value=True)
    if gone:
        open_ &= ~newest["school_id"].isin(list(gone))
    rows = newest[open_.to_numpy(dtype=bool)].sort_values("school_id", ignore_index=True)
    unknown = rows["level_max"].isna()
    if unknown.any():
        rows["level_max"] = rows["level_max"].fillna(_inferred_level(rows.loc[unknown, "school_id"], results))
    in_scope = rows["in_scope"].fillna(value=True).to_numpy(dtype=bool) | (out_of_scope == "included")
    columns = rows[["school_id", *ATTRIBUTES]]
    return Roster(
        judged=columns[in_scope].reset_index(drop=True),
        out_of_scope=columns[~in_scope].reset_index(drop=True),
    )


def _inferred_level(school_ids: pd.Series, results: pd.DataFrame) -> pd.Series:
    """Level of a school whose register row does not state it: 11 if it has ЕГЭ results, else 9."""
    theirs = results[results["school_id"].isin(school_ids).to_numpy()]
    has_ege = theirs["series"].str.startswith("ege") & (theirs["participants"] > 0)
    secondary = theirs.loc[has_ege.to_numpy(dtype=bool, na_value=False), "school_id"].unique()
    level = pd.Series(_BASIC, index=school_ids.index, dtype="Int64")
    return level.mask(school_ids.isin(secondary), _SECONDARY)
