"""How sure one can be of a single share: intervals, and classes of them.

In:   counts as arrays or columns (`failed` of `participants`, persons).
Out:  intervals as shares 0–1, and classes.
Not:  what other cells say of a share (see `levels`).
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


def _floats(values: Any) -> Floats:
    if isinstance(values, pd.Series):
        return values.to_numpy(dtype="float64", na_value=np.nan)
    return np.asarray(values, dtype="float64")
