"""All results of a school together: Σ failed of Σ participants of a year (METHODOLOGY §3 item 6, §4.1).

In:   a `Decision`.
Out:  counts by school; cells known only within bounds (R8) are left out.
Not:  a rule of the list: series differ in difficulty, so this is for comparisons among similar schools.
"""

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pandas as pd

from shnor_lib.analysis.cells import Ints
from shnor_lib.analysis.identification import Decision


def exact(decision: Decision) -> tuple[Ints, Ints]:
    """Failed and participants of the reporting year, school × series; zero where not exactly known."""
    now = decision.now
    known = now.known & (now.low == now.high)
    return np.where(known, now.low, 0), np.where(known, now.participants, 0)


def by_school(decision: Decision) -> pd.DataFrame:
    """school_id, failed, participants (int64, persons) of every judged school, all series together."""
    failed, participants = exact(decision)
    return pd.DataFrame(
        {
            "school_id": decision.cube.schools.to_numpy(),
            "failed": failed.sum(axis=1),
            "participants": participants.sum(axis=1),
        }
    )


def shares(decision: Decision) -> Mapping[str, Fraction]:
    """Exact share of those who failed by school; schools without participants are not in it."""
    of = by_school(decision)
    return {
        school: Fraction(int(k), int(n))
        for school, k, n in zip(of["school_id"], of["failed"], of["participants"], strict=True)
        if n
    }


def median(values: Mapping[str, Fraction]) -> Fraction | None:
    """Exact median over schools."""
    ordered = sorted(values.values())
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
