"""Small-number statistics: how sure one can be of a share.

In:   counts as arrays or columns (`failed` of `participants`, persons).
Out:  intervals, classes and shrunken shares, all as shares 0–1.
Not:  any rule of a method: chance never changes the formal list, it is shown beside it.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Z95 = 1.959963984540054

RELIABILITY = ("very_low", "low", "medium", "high")
# Lower bounds of participants for low, medium and high reliability [A]: worked examples 4 (3 and 4
# participants are «очень низкая») and 8 (6 are low); 30 is the usual rule of thumb for a share.
_RELIABILITY_BOUNDS = (5, 10, 30)

Floats = npt.NDArray[np.float64]


def wilson(failed: Any, participants: Any, z: float = Z95) -> tuple[Floats, Floats]:
    """Wilson score interval of a share.

    Args:
        failed: persons who failed; missing allowed.
        participants: persons who took part; missing or 0 gives a missing interval.
        z: quantile of the normal distribution; 1.96 for 95 %.

    Returns:
        Lower and upper bounds, shares 0–1, NaN where undefined.
    """
    k = _floats(failed)
    n = _floats(participants)
    n = np.where(n > 0, n, np.nan)
    share = k / n
    centre = share + z * z / (2 * n)
    spread = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return np.clip((centre - spread) / scale, 0, 1), np.clip((centre + spread) / scale, 0, 1)


def reliability(participants: pd.Series) -> pd.Series:
    """Class of a cell by its number of participants, one of `RELIABILITY`.

    Fewer than 5 are `very_low`, fewer than 10 `low`, fewer than 30 `medium`; missing where nobody took part.
    """
    n = _floats(participants)
    classes = np.array(RELIABILITY, dtype=object)[np.searchsorted(_RELIABILITY_BOUNDS, n, side="right")]
    result = pd.Series(classes, index=participants.index, dtype="str")
    return result.mask(~(n > 0))


def certainty(low: Floats, high: Floats, threshold_percent: int, index: pd.Index) -> pd.Series:
    """Where the interval lies against the threshold: `above`, `borderline`, `below`; missing if undefined."""
    bound = threshold_percent / 100
    label = np.where(low >= bound, "above", np.where(high < bound, "below", "borderline"))
    return pd.Series(label, index=index, dtype="str").mask(np.isnan(low))


def shrunk_ratio(observed: Floats, expected: Floats) -> Floats:
    """Ratio of observed to expected numbers, shrunk towards 1 (gamma-Poisson model, fitted by moments).

    Args:
        observed: persons who failed, one entry a school.
        expected: persons who would have failed at the average shares; 0 gives a ratio of 1.

    Returns:
        Positive ratios; the less a school's numbers say, the closer to 1.
    """
    usable = expected > 0
    ratio = np.divide(observed, expected, out=np.ones_like(expected), where=usable)
    weight = expected / max(float(expected.sum()), 1e-9)
    spread = float((weight * (ratio - 1) ** 2).sum())
    noise = float(usable.sum()) / max(float(expected.sum()), 1e-9)
    prior = 1 / max(spread - noise, 1e-3)
    shrunk: Floats = (observed + prior) / (expected + prior)
    return shrunk


def beta_strength(failed: Floats, participants: Floats, centre: Floats) -> float:
    """How closely true shares lie around their centres: a + b of a beta distribution, by moments.

    Args:
        failed: persons, one entry a school.
        participants: persons; schools with 0 are left out.
        centre: expected share of each school, between 0 and 1.

    Returns:
        a + b, between 2 (shares may be anything) and 1000 (shares equal their centres).
    """
    has = participants > 0
    if not has.any():
        return 2.0
    k, n, mean = failed[has], participants[has], centre[has]
    binomial = mean * (1 - mean)
    excess = float((n * (k / n - mean) ** 2).sum() - binomial.sum())
    # The expected squared deviation is binomial·(1 + (n − 1)·ρ)/n with ρ = 1/(a + b + 1).
    rho = excess / max(float((binomial * (n - 1)).sum()), 1e-9)
    return float(np.clip(1 / max(rho, 1e-6) - 1, 2.0, 1000.0))


def _floats(values: Any) -> Floats:
    if isinstance(values, pd.Series):
        return values.to_numpy(dtype="float64", na_value=np.nan)
    return np.asarray(values, dtype="float64")
