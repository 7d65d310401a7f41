"""Which of many schools stand out from what is usual among them, and how many of these finds to believe.

In:   counts k of n, one entry a school, and the share expected of each.
Out:  chances of so large a count, and which of many tests are finds.
Not:  why a school stands out.

Schools differ for honest reasons, so chance alone is not the yardstick: the true shares scatter around the
expected one as a beta distribution whose strength the schools themselves show (beta-binomial counts). Those
that stand out most are left out when the scatter is measured, so that they do not excuse themselves.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from shnor_lib.statistics.intervals import Floats
from shnor_lib.statistics.shrinkage import beta_strength

# Of the finds so many may be false, on the average [A]: a find is a reason to look, not a verdict, and a
# twentieth would leave most of what was planted in a synthetic region unseen.
FALSE_SHARE = 0.2
RARE = 0.01
_LEFT_OUT = 0.001

Flags = npt.NDArray[np.bool_]


def at_least(k: Any, n: Any, expected: Any) -> Floats:
    """Chance of k or more of n where the schools scatter around the expected share as they do here.

    Args:
        k: persons, one entry a school.
        n: persons, positive.
        expected: share of each school, between 0 and 1.

    Returns:
        Chances 0–1; 1 where the expected share is 1, 0 where it is 0 and k is not.
    """
    count, size = np.asarray(k, dtype=np.float64), np.asarray(n, dtype=np.float64)
    share = np.asarray(expected, dtype=np.float64)
    if not len(count):
        return np.zeros(0)
    chance = _tail(count, size, share, beta_strength(count, size, share))
    usual = chance > _LEFT_OUT
    if usual.any() and not usual.all():
        chance = _tail(count, size, share, beta_strength(count[usual], size[usual], share[usual]))
    return chance


def finds(chances: Any, false_share: float = FALSE_SHARE) -> Flags:
    """Which tests of a family are finds, if at most such a share of the finds may be false.

    Args:
        chances: of each test; missing where there was none.
        false_share: 0–1.

    Source: Benjamini and Hochberg, 1995.
    """
    p = np.asarray(chances, dtype=np.float64)
    tested = np.flatnonzero(~np.isnan(p))
    found: Flags = np.zeros(len(p), dtype=bool)
    if not len(tested):
        return found
    order = tested[np.argsort(p[tested], kind="stable")]
    passed = np.flatnonzero(p[order] * len(order) <= false_share * np.arange(1, len(order) + 1))
    if len(passed):
        found[order[: passed[-1] + 1]] = True
    return found


def _tail(k: Floats, n: Floats, share: Floats, strength: float) -> Floats:
    from scipy import stats  # a second of imports: only where a tail is asked for

    certain = (share <= 0) | (share >= 1)
    inside = np.where(certain, 0.5, share)
    tail = np.asarray(stats.betabinom.sf(k - 1, n, inside * strength, (1 - inside) * strength))
    edge = np.where((share <= 0) & (k > 0), 0.0, 1.0)
    result: Floats = np.where(certain, edge, np.clip(tail, 0.0, 1.0))
    return result
