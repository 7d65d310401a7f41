"""Marks of a work against those of the school's journal: lower, equal, higher (§6.4).

In:   the tidy table `journal_comparison`.
Out:  `cells`, a row a school and series; `schools`, all works of a school together; `region`, all schools.
Not:  Spearman's correlation of the published algorithm, which needs every pupil (see `objectivity`).

Lower marks in the work are the usual case from grade 5 on: the journal also rewards diligence. A school is
found where far more of its pupils than elsewhere got a lower mark than in the journal (journal marks look too
kind), or a higher one (results of the work look too kind).
"""

import pandas as pd

from shnor_lib.analysis.credibility.testing import together, unusual

LEAST_PUPILS = 10  # groups of fewer are not compared: ФИОКО 2026, METHODOLOGY §6.4
COUNTS = ("participants", "lowered", "confirmed", "raised")


def cells(comparison: pd.DataFrame, year: int) -> pd.DataFrame:
    """Comparisons of a year.

    Args:
        comparison: tidy `journal_comparison`; rows of schools that became one are added up.
        year: school year.

    Returns:
        school_id, series (str), participants, lowered, confirmed, raised (Int64, persons), and for lowered
        and raised `expected_…`, `chance_…` (Float64), `found_…` (boolean) of `testing.unusual`, judged from
        10 participants on. A row whose counts do not add up to its participants is left out.
    """
    now = comparison[comparison["year"].eq(year).fillna(value=False).to_numpy(dtype=bool)]
    full = now["lowered"] + now["confirmed"] + now["raised"]
    whole = full.eq(now["participants"]).fillna(value=False).to_numpy(dtype=bool)
    summed = now[whole].groupby(["school_id", "series"], as_index=False, sort=True)[list(COUNTS)].sum()
    summed = summed.astype({"school_id": "str", "series": "str"} | dict.fromkeys(COUNTS, "Int64"))
    judged = summed["participants"].ge(LEAST_PUPILS)
    tested = [
        unusual(summed, name, "participants", judged, ["series"]).add_suffix(f"_{name}")
        for name in ("lowered", "raised")
    ]
    return pd.concat([summed, *tested], axis=1)


def schools(found: pd.DataFrame) -> pd.DataFrame:
    """All works of a school together: one test a school and direction.

    Args:
        found: what `cells` gives.

    Returns:
        school_id, works, participants, lowered, confirmed, raised (Int64), and the same columns of tests as
        `cells`, judged from 10 participants on.
    """
    sides = [
        together(found, list(COUNTS), name, "participants", LEAST_PUPILS).rename(
            columns={column: f"{column}_{name}" for column in ("expected", "chance", "found")}
        )
        for name in ("lowered", "raised")
    ]
    return pd.concat([sides[0], sides[1].filter(regex="_raised$")], axis=1)


def region(found: pd.DataFrame) -> pd.DataFrame:
    """All schools together by series: participants, lowered, confirmed, raised, tested, found_… (schools)."""
    told = found.assign(tested=found["chance_lowered"].notna())
    for name in ("found_lowered", "found_raised"):
        told[name] = told[name].fillna(value=False).astype("Int64")
    columns = [*COUNTS, "tested", "found_lowered", "found_raised"]
    return told.groupby("series", as_index=False, sort=True)[columns].sum()
