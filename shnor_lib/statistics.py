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


def beta_prior(failed: Floats, participants: Floats) -> tuple[float, float]:
    """Beta distribution of true shares, fitted to many schools by moments (beta-binomial model).

    Args:
        failed: persons, one entry a school, no missing values.
        participants: persons, positive.

    Returns:
        Parameters a and b; a + b is capped to [2, 1000], so that a sample without any
        overdispersion still gives a usable prior.
    """
    total = participants.sum()
    if total == 0:
        return 1.0, 1.0
    mean = float(failed.sum() / total)
    mean = min(max(mean, 1e-3), 1 - 1e-3)
    share = failed / participants
    weight = participants / total
    between = float((weight * (share - mean) ** 2).sum())
    sampling = float((weight * mean * (1 - mean) / participants).sum())
    variance = max(between - sampling, 1e-6)
    strength = min(max(mean * (1 - mean) / variance - 1, 2.0), 1000.0)
    return mean * strength, (1 - mean) * strength


def _floats(values: Any) -> Floats:
    if isinstance(values, pd.Series):
        return values.to_numpy(dtype="float64", na_value=np.nan)
    return np.asarray(values, dtype="float64")
