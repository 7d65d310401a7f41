"""Bunching at the boundaries of marks: many with the first score of a mark, few with the score before (§6.4).

In:   `scores.Work` and `bounds.Bounds` by series.
Out:  `cells`, a row a school, series and mark; `region`, the same of all schools together; `schools`, all
      works of a school together at the pass mark.
Not:  what the shares would be without it (see `counterfactual`).

At the pass mark nearly every region bunches, and «nobody one point short» is true of most of its schools
(§6.4): a school is found only where it bunches more than is usual in the region. What is judged is how many
of those within two points of the boundary stand exactly on it: of those on it and one point below nine
tenths stand on it as a rule, and nothing can be unusual beyond that.
"""

from collections.abc import Mapping

import pandas as pd

from shnor_lib.analysis.credibility.bounds import Bounds
from shnor_lib.analysis.credibility.scores import Works
from shnor_lib.analysis.credibility.testing import together, unusual

LEAST_PUPILS = 20  # METHODOLOGY §6.4: fewer are of limited use
PASS_MARK = 3
_STEP = 3  # so many at a boundary and nobody before it: an empty step
_REACH = 2  # points either side of a boundary that are compared with it [A]
_COLUMNS = ["school_id", "series", "mark", "boundary", "participants", "at", "before", "near"]


def cells(works: Works, bounds: Mapping[str, Bounds]) -> pd.DataFrame:
    """Every boundary of every work.

    Returns:
        school_id, series (str), mark (3, 4, 5), boundary (its first score), participants, at (persons with
        that score), before (persons one point short), near (persons within two points of it, itself included)
        (Int64), empty_step (bool: at least 3 at the boundary and nobody before it), then as
        `testing.unusual` for `at` of `near`, judged from 20 participants on.
    """
    parts = [
        pd.DataFrame(
            {
                "school_id": work.schools,
                "series": series,
                "mark": mark,
                "boundary": score,
                "participants": work.participants,
                "at": work.at(score),
                "before": work.at(score - 1),
                "near": work.below(score + _REACH + 1) - work.below(score - _REACH),
            }
        )
        for series, work in works.items()
        for mark, score in bounds[series].known
    ]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_COLUMNS)
    frame = frame.astype({"school_id": "str", "series": "str"} | dict.fromkeys(_COLUMNS[2:], "Int64"))
    empty = frame["at"].ge(_STEP) & frame["before"].eq(0)
    judged = frame["participants"].ge(LEAST_PUPILS)
    tested = unusual(frame, "at", "near", judged, ["series", "mark"])
    return pd.concat([frame.assign(empty_step=empty.astype(bool)), tested], axis=1)


def region(found: pd.DataFrame) -> pd.DataFrame:
    """All schools together.

    Args:
        found: what `cells` gives.

    Returns:
        series, mark, boundary, at, before (persons), ratio (Float64: at / before, missing where nobody is one
        point short), steps (schools with at least 3 at the boundary), empty_steps (those of them with nobody
        before it), tested, found (schools).
    """
    told = found.assign(
        steps=found["at"].ge(_STEP), tested=found["chance"].notna(), found=found["found"].fillna(value=False)
    )
    summed = told.groupby(["series", "mark", "boundary"], as_index=False, sort=True).agg(
        participants=("participants", "sum"),
        at=("at", "sum"),
        before=("before", "sum"),
        steps=("steps", "sum"),
        empty_steps=("empty_step", "sum"),
        tested=("tested", "sum"),
        found=("found", "sum"),
    )
    ratio = summed["at"].astype("Float64") / summed["before"].mask(summed["before"].eq(0))
    summed.insert(6, "ratio", ratio.astype("Float64"))
    return summed


def schools(found: pd.DataFrame) -> pd.DataFrame:
    """All works of a school at the pass mark together: one test a school.

    Args:
        found: what `cells` gives.

    Returns:
        school_id, works (number of them), participants, at, before, near (persons), expected (Float64: share
        of `at` in `near` if every work were as in all other schools), chance (Float64), found (boolean).
        Judged from 20 participants on.
    """
    passing = found[found["mark"].eq(PASS_MARK).fillna(value=False).to_numpy(dtype=bool)]
    counts = ["participants", "at", "before", "near"]
    return together(passing, counts, "at", "near", LEAST_PUPILS)
