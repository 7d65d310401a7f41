"""What of a table may be shown outside the institute (R25): no counts of a handful of children.

In:   cells of `identification.Decision.cells`, or bare arrays of participants.
Out:  which cells to hide; cells with counts and shares hidden, and a column `suppressed`.
Not:  verdicts: that a school is listed, and through which procedure, is an administrative fact and stays.

A hidden cell could be rebuilt from a municipal total if it were the only one hidden there; then the next
smallest cell of the same municipality, series and year is hidden too. Every text and table that shows
counts asks the same function, so that what one hides another does not print.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

MASKED = ("participants", "failed", "failed_low", "failed_high", "share", "low", "high")
_GROUP = ["municipality_id", "series", "year"]


def hidden(
    participants: npt.NDArray[np.int64], groups: npt.NDArray[np.int64], minimum: int
) -> npt.NDArray[np.bool_]:
    """Cells whose counts must not be shown.

    Args:
        participants: persons; 0 or negative where nobody took part or nothing is known: there is nobody
            to protect.
        groups: number of the municipality, series and year to which a cell belongs, from 0.
        minimum: persons below which a count is not shown.

    Returns:
        True for cells with fewer than `minimum` participants, and for the next smallest cell of a group in
        which exactly one is so.
    """
    small = (participants > 0) & (participants < minimum)
    if not small.any():
        return small
    alone = np.bincount(groups, weights=small) == 1
    candidates = np.flatnonzero(~small & (participants > 0) & alone[groups])
    by_size = candidates[np.lexsort((candidates, participants[candidates], groups[candidates]))]
    _, first = np.unique(groups[by_size], return_index=True)
    result = small.copy()
    result[by_size[first]] = True
    return result


def protect(cells: pd.DataFrame, minimum: int = 5) -> pd.DataFrame:
    """Hide counts of small cells.

    Args:
        cells: with participants and any of the columns of `MASKED`, and municipality_id, series, year.
        minimum: persons; from the method, `publication.min_participants`.

    Returns:
        A copy with `suppressed` (bool) and the columns of `MASKED` missing where it is true.
    """
    groups = cells.groupby(_GROUP, dropna=False, sort=False).ngroup().to_numpy().astype(np.int64)
    n = cells["participants"].to_numpy(dtype="int64", na_value=0)
    suppressed = hidden(n, groups, minimum)
    protected = cells.assign(suppressed=suppressed)
    for name in MASKED:
        if name in protected:
            protected[name] = protected[name].mask(suppressed)
    return protected


def leaks(cells: pd.DataFrame, minimum: int = 5) -> pd.DataFrame:
    """Rows that still show a count of fewer than `minimum` participants; empty after `protect`."""
    n = cells["participants"]
    return cells[((n > 0) & (n < minimum)).fillna(value=False).astype(bool)]
