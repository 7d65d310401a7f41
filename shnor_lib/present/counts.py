"""Counts of cells in reasons: as they are for the analyst, or with those hidden that may not be shown (R25).

In:   `analysis.identification.Decision`.
Out:  `exact` and `public`, which give the text of a cell; `named`, a list of cells in which hidden ones have
      no name; `unnamed`, the cells that no list of series names.
Not:  tables and figures, which draw the cells themselves (see `present.cells`).

A hidden cell is not named where it reached the threshold: that its school is of the cluster from 30 to 50 per
cent would then tell a group of fewer than five exactly, for the only such share is one of three.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Literal

import numpy as np

from shnor_lib import disclosure
from shnor_lib.analysis import limbs
from shnor_lib.analysis.cells import Flags, Ints
from shnor_lib.analysis.cells import exact as exact_counts
from shnor_lib.analysis.identification import Decision
from shnor_lib.present import text

Side = Literal["now", "before"]
SIDES: tuple[Side, ...] = ("now", "before")
# Text of a cell of a side, by positions of school and series; None where it is hidden.
Counts = Callable[[Side, int, int], str | None]

HIDDEN = "числа скрыты: участников мало"


def exact(decision: Decision) -> Counts:
    """Text of a cell of t or of the year before, whatever its size."""
    cells = {side: _judged(decision, side) for side in SIDES}
    threshold, policy = decision.policy.threshold_percent, decision.policy
    together = f" вместе за {policy.pool_years} года" if policy.small_counts == "pool" else ""

    def counts(side: Side, school: int, s: int) -> str:
        n, low, high = (int(array[school, s]) for array in cells[side])
        return _range(low, high, n, threshold) + together

    return counts


def public(decision: Decision, minimum: int) -> Counts:
    """The same with the counts hidden that may not be shown (R25)."""
    every, hide = exact(decision), {side: hidden(decision, side, minimum) for side in SIDES}

    def counts(side: Side, school: int, s: int) -> str | None:
        return None if hide[side][school, s] else every(side, school, s)

    return counts


def hidden(decision: Decision, side: Side, minimum: int) -> Flags:
    """Cells of t or of the year before, school × series, that may not be shown (R25).

    Args:
        decision: verdicts of a whole region.
        side: `now` or `before`.
        minimum: participants below which counts are not shown.
    """
    n, low, high = _judged(decision, side)
    homes = decision.roster.judged["municipality_id"]
    return disclosure.over_schools(n, exact_counts(low, high), homes, minimum)


def unnamed(decision: Decision, minimum: int) -> tuple[Flags, Flags]:
    """Cells, school × series, that are not named as having reached the threshold (R25).

    Args:
        decision: verdicts of a whole region.
        minimum: participants below which counts are not shown.

    Returns:
        Those of t, and those that are not named as having reached it two years running: either year is
        hidden, the year before in any series of the procedure.
    """
    now, before = (hidden(decision, side, minimum) for side in SIDES)
    of = limbs.procedures(decision.policy)
    past = np.stack([before[:, of == procedure].any(axis=1) for procedure in of], axis=1)
    return now, now | past


def named(told: Iterable[str | None]) -> str:
    """What is shown, and how many there are whose counts are hidden, without their names."""
    every = list(told)
    shown = [item for item in every if item is not None]
    without = len(every) - len(shown)
    if without:
        shown.append(f"ещё {text.number(without)} — {HIDDEN}" if shown else HIDDEN)
    return ", ".join(shown)


def _judged(decision: Decision, side: Side) -> tuple[Ints, Ints, Ints]:
    """n, smallest and largest k by school × series: as judged, else as in the row of that year."""
    hits, cube = (decision.now if side == "now" else decision.before), decision.cube
    at = np.full(len(cube.series), cube.year(decision.year)) if side == "now" else decision.previous
    across = np.arange(len(cube.series))
    n, low, high = (
        np.where(hits.known, of_rule, of_row[at, :, across].T)
        for of_rule, of_row in (
            (hits.participants, cube.participants),
            (hits.low, cube.low),
            (hits.high, cube.high),
        )
    )
    return n, low, high


@lru_cache(maxsize=1 << 16)
def _range(low: int, high: int, n: int, threshold: int) -> str:
    if low < 0:
        return f"неизвестно из {text.number(n)}"
    if low == high:
        return text.k_of_n(low, n, threshold)
    return f"от {text.number(low)} до {text.number(high)} из {text.number(n)}"
