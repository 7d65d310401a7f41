"""Counts rebuilt from printed per cents (rule R8).

In:   participants and the printed per cents of the marks 2, 3, 4, 5 with the digits after the comma.
Out:  for each mark the count where only one is possible, and bounds of the count of marks «2».

A count k of n is possible when 100·k/n lies within half a unit of the last printed digit. All is done in
integers: with `scale = 10 ** decimals` and P = per cent · scale, possible means |100·k·scale − P·n| ≤ n/2.
The four counts must add up to n, which narrows each of them further.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

MARKS = ("2", "3", "4", "5")
MAX_DECIMALS = 8  # keeps 2 · 100 · k · 10^8 within 64 bits for any school
CLOSE = 0.2  # METHODOLOGY §10: per cents must close to 100 ± 0.2 …
_IntArray = npt.NDArray[np.int64]


def counts_from_percent(
    participants: "pd.Series[int]", percent: pd.DataFrame, decimals: pd.DataFrame
) -> pd.DataFrame:
    """Counts of marks that printed per cents allow (rule R8).

    Args:
        participants: persons, Int64, not missing, at least 1.
        percent: columns `MARKS`, Float64, 0–100, not missing.
        decimals: columns `MARKS`, Int64: digits after the comma with which each per cent is printed.

    Returns:
        Aligned with `participants`, all Int64: `n2`…`n5` (missing where several counts or none fit),
        `failed` (equals `n2`), `failed_low` and `failed_high` (always given), and boolean `possible`:
        whether some set of counts fits all four per cents at once.

    Source: METHODOLOGY §7.2, R8.
    """
    n: _IntArray = np.asarray(participants.to_numpy(), dtype=np.int64)
    low, high = _bounds(n, percent, decimals)
    alone_low, alone_high = low[:, 0].copy(), high[:, 0].copy()
    total_low, total_high = low.sum(axis=1), high.sum(axis=1)
    possible = (low <= high).all(axis=1) & (total_low <= n) & (total_high >= n)
    rest_low, rest_high = total_low[:, None] - low, total_high[:, None] - high
    joint_low = np.maximum(low, n[:, None] - rest_high)
    joint_high = np.minimum(high, n[:, None] - rest_low)
    sure = possible[:, None] & (joint_low == joint_high)
    result = pd.DataFrame(index=participants.index)
    for position, mark in enumerate(MARKS):
        values = pd.Series(joint_low[:, position], index=participants.index, dtype="Int64")
        result[f"n{mark}"] = values.where(pd.Series(sure[:, position], index=participants.index))
    result["failed"] = result["n2"]
    # Where nothing fits, the nearest whole counts around the printed value still bound the truth.
    inside = alone_low <= alone_high
    wide_low = np.where(inside, alone_low, np.minimum(alone_low, alone_high))
    wide_high = np.where(inside, alone_high, np.maximum(alone_low, alone_high))
    result["failed_low"] = np.clip(np.where(possible, joint_low[:, 0], wide_low), 0, n)
    result["failed_high"] = np.clip(np.where(possible, joint_high[:, 0], wide_high), 0, n)
    return result.astype("Int64").assign(possible=pd.array(possible, dtype="boolean"))


def _bounds(n: _IntArray, percent: pd.DataFrame, decimals: pd.DataFrame) -> tuple[_IntArray, _IntArray]:
    digits = decimals[list(MARKS)].clip(upper=MAX_DECIMALS).to_numpy(dtype=np.int64)
    scale = 10**digits
    printed = np.rint(percent[list(MARKS)].to_numpy(dtype=np.float64) * scale).astype(np.int64)
    unit = 200 * scale
    centre = 2 * printed * n[:, None]
    low = -((n[:, None] - centre) // unit)  # ceil((centre − n) / unit)
    high = (centre + n[:, None]) // unit
    return np.maximum(low, 0), np.minimum(high, n[:, None])


def closes(percent: pd.DataFrame, decimals: pd.DataFrame) -> "pd.Series[bool]":
    """Whether the four per cents add up to 100 ± 0.2, or to what rounding to whole per cents allows."""
    total = percent[list(MARKS)].sum(axis=1)
    rounding = (0.5 * 10.0 ** -decimals[list(MARKS)].astype("float64")).sum(axis=1)
    tolerance = np.maximum(CLOSE, rounding) + 1e-9
    return ((total - 100).abs() <= tolerance).astype("boolean")


def printed_decimals(decimals: pd.DataFrame, is_text: pd.DataFrame, trailing_zero: bool) -> pd.DataFrame:
    """With how many digits after the comma a report was printed.

    Where zeros at the end are printed («12,50»), a cell shows its own precision. Where they are dropped,
    or the cell is a number (Excel keeps no zeros), the precision is the longest one on the sheet.

    Args:
        decimals: digits seen in each cell.
        is_text: whether the cell is text.
        trailing_zero: whether some text of the sheet ends in a zero after the comma.
    """
    longest = int(decimals.max().max()) if decimals.notna().any(axis=None) else 0
    own = is_text & trailing_zero
    return decimals.where(own, longest)
