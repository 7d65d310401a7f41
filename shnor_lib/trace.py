"""Decision trace of one school: the value behind `Verdicts.explain`.

In:   a decision over the whole region, and a school that was judged.
Out:  `Trace`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from shnor_lib.analysis.identification import Decision
from shnor_lib.analysis.nearest import Changes
from shnor_lib.methodology import Methodology
from shnor_lib.present import nearest, reasons


@dataclass(frozen=True, repr=False)
class Trace:
    """Which cells, which rule, which threshold, which file and row; and what would change the verdict.

    Attributes:
        school_id: six digits.
        year: reporting year.
        status: R14 and R16, a machine value.
        limb_a: R10 holds.
        limb_b: R11 holds.
        threshold_percent: R6.
        cells: cells of t and of the year before, with the columns of `Decision.cells`.
        leave: the nearest change takes the school off the list; else it puts it on.
        change: series → participants whose result would have to be different; empty where no change would do.
        text: all of it in Russian, many lines, with exact counts: for the analyst only.
    """

    school_id: str
    year: int
    status: str
    limb_a: bool
    limb_b: bool
    threshold_percent: int
    cells: pd.DataFrame
    leave: bool
    change: Mapping[str, int]
    text: str

    def __repr__(self) -> str:
        return self.text


def trace(decision: Decision, changes: Changes, method: Methodology, school_id: str) -> Trace:
    """Trace of a school that was judged in the year."""
    at = int(decision.cube.schools.get_indexer(pd.Index([school_id]))[0])
    change = {
        name: int(number)
        for name, number in zip(changes.series, changes.by_series[at], strict=True)
        if number and changes.persons[at] >= 0
    }
    leave = bool(changes.leave[at])
    cells = decision.cells
    parts = [
        reasons.trace(decision, school_id),
        nearest.sentence(change, leave=leave, listed=str(decision.status[at]) == "shnor"),
        f"Методика: {method.label} ({method.source})",
    ]
    return Trace(
        school_id=school_id,
        year=decision.year,
        status=str(decision.status[at]),
        limb_a=bool(decision.limb_a[at]),
        limb_b=bool(decision.limb_b[at]),
        threshold_percent=decision.policy.threshold_percent,
        cells=cells[cells["school_id"].eq(school_id).to_numpy(dtype=bool)].reset_index(drop=True),
        leave=leave,
        change=change,
        text="\n\n".join(part for part in parts if part),
    )
