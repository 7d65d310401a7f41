"""Counts rebuilt from printed per cents (rule R8).

In:   a whole (participants, or points that could be had) and printed per cents of it with the digits after
      the comma.
Out:  bounds of the count behind each per cent, and the count itself where only one is possible.

A count k of n is possible when 100·k/n lies within half a unit of the last printed digit. All is done in
integers: with `scale = 10 ** decimals` and P = per cent · scale, possible means |100·k·scale − P·n| ≤ n/2.
Where the parts make up the whole, the counts must add up to n, which narrows each of them further.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

MARKS = ("2", "3", "4", "5")
MAX_DECIMALS = 8  # keeps 2 · 100 · k · 10^8 within 64 bits for any school
CLOSE = 0.2  # METHODOLOGY §10: per cents must close to 100 ± 0.2 …
_IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Bounds:
    """Counts that printed per cents allow; columns are those of the per cents.

    Attributes:
        low, high: smallest and largest count (Int64, within 0 and the whole).
        possible: whether some set of counts fits all per cents of the row at once (boolean).
    """

    low: pd.DataFrame
    high: pd.DataFrame
    possible: "pd.Series[bool]"

    @property
    def exact(self) -> pd.DataFrame:
        """Counts where only one is possible, else missing (Int64)."""
        sure = (self.low == self.high) & np.asarray(self.possible, dtype=bool)[:, None]
        return self.low.where(sure)


def parts_of_whole(participants: "pd.Series[int]", percent: pd.DataFrame, decimals: pd.DataFrame) -> Bounds:
    """Bounds of counts that add up to the participants (rule R8).

    Args:
        participants: persons, Int64, not missing, at least 1.
        percent: Float64, 0–100; a missing one may stand for any count.
        decimals: the same columns, Int64: digits after the comma with which each per cent is printed.

    Source: METHODOLOGY §7.2, R8.
    """
    n: _IntArray = np.asarray(participants.to_numpy(), dtype=np.int64)
    whole = n[:, None]
    alone_low, alone_high = _bounds(n, percent, decimals)
    total_low, total_high = alone_low.sum(axis=1), alone_high.sum(axis=1)
    possible = np.asarray((alone_low <= alone_high).all(axis=1) & (total_low <= n) & (total_high >= n))
    rest_low, rest_high = total_low[:, None] - alone_low, total_high[:, None] - alone_high
    fits = possible[:, None]
    # Where nothing fits, the nearest whole counts around the printed value still bound the truth.
    low = np.where(fits, np.maximum(alone_low, whole - rest_high), np.minimum(alone_low, alone_high))
    high = np.where(fits, np.minimum(alone_high, whole - rest_low), np.maximum(alone_low, alone_high))
    return _as_bounds(percent, np.clip(low, 0, whole), np.clip(high, 0, whole), possible)


def single_parts(whole: pd.DataFrame, percent: pd.DataFrame, decimals: pd.DataFrame) -> Bounds:
    """Bounds of counts that are each a part of a whole of their own, as points of a task (rule R8).

    Args:
        whole: what 100 % would be, at least 1 (Int64, not missing), the columns of `percent`.
        percent: Float64, not missing.
        decimals: digits after the comma, Int64.
    """
    columns = [
        _bounds(np.asarray(whole[name].to_numpy(), dtype=np.int64), percent[[name]], decimals[[name]])
        for name in percent
    ]
    low = np.concatenate([pair[0] for pair in columns], axis=1)
    high = np.concatenate([pair[1] for pair in columns], axis=1)
    fits = np.asarray((low <= high).all(axis=1))
    # As above: where nothing fits, the nearest whole counts bound the truth.
    return _as_bounds(percent, np.minimum(low, high), np.maximum(low, high), fits)


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
    bounds = parts_of_whole(participants, percent[list(MARKS)], decimals[list(MARKS)])
    result = bounds.exact.rename(columns={mark: f"n{mark}" for mark in MARKS})
    result["failed"] = result["n2"]
    result["failed_low"], result["failed_high"] = bounds.low["2"], bounds.high["2"]
    return result.astype("Int64").assign(possible=bounds.possible)


def _as_bounds(
    percent: pd.DataFrame, low: _IntArray, high: _IntArray, possible: npt.NDArray[np.bool_]
) -> Bounds:
    frames = [
        pd.DataFrame(values, index=percent.index, columns=percent.columns).astype("Int64")
        for values in (low, high)
    ]
    return Bounds(frames[0], frames[1], pd.Series(possible, index=percent.index, dtype="boolean"))


def _bounds(n: _IntArray, percent: pd.DataFrame, decimals: pd.DataFrame) -> tuple[_IntArray, _IntArray]:
    digits = decimals.fillna(0).clip(upper=MAX_DECIMALS).to_numpy(dtype=np.int64)
    scale = 10**digits
    known = percent.notna().to_numpy(dtype=bool)
    printed = np.rint(percent.fillna(0).to_numpy(dtype=np.float64) * scale).astype(np.int64)
    unit = 200 * scale
    centre = 2 * printed * n[:, None]
    low = -((n[:, None] - centre) // unit)  # ceil((centre − n) / unit)
    high = (centre + n[:, None]) // unit
    return (
        np.where(known, np.maximum(low, 0), 0),
        np.where(known, np.minimum(high, n[:, None]), n[:, None]),
    )


def closes(
    percent: pd.DataFrame, decimals: pd.DataFrame, columns: Sequence[str] = MARKS
) -> "pd.Series[bool]":
    """Whether the per cents add up to 100 ± 0.2, or to what rounding to the printed digits allows."""
    total = percent[list(columns)].sum(axis=1)
    rounding = (0.5 * 10.0 ** -decimals[list(columns)].fillna(0).astype("float64")).sum(axis=1)
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
