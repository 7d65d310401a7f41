"""What of a table may be shown outside the institute (R25): no counts of a handful of children.

In:   cells of `identification.Decision.cells`.
Out:  the same cells with counts and shares of small groups masked, and a column `suppressed`.
Not:  verdicts: that a school is listed is an administrative fact and stays.

A masked cell could be rebuilt from a municipal total if it were the only one masked there; then the next
smallest cell of the same municipality, series and year is masked too.
"""

import pandas as pd

MASKED = ("participants", "failed", "failed_low", "failed_high", "share", "low", "high")
_GROUP = ["municipality_id", "series", "year"]


def protect(cells: pd.DataFrame, minimum: int = 5) -> pd.DataFrame:
    """Mask counts of cells with fewer than `minimum` participants.

    Args:
        cells: with participants and the columns of `MASKED`; with municipality_id, the second step
            (complementary masking) is made as well.
        minimum: persons; from the method, `publication.min_participants`.

    Returns:
        A copy with `suppressed` (bool) and the masked columns missing where it is true. Cells in which
        nobody took part are not masked: there is nobody to protect.
    """
    small = _small(cells, minimum)
    if set(_GROUP) <= set(cells.columns):
        small |= _complement(cells, small)
    protected = cells.copy()
    protected["suppressed"] = small
    for name in MASKED:
        if name in protected:
            protected[name] = protected[name].mask(small)
    return protected


def leaks(cells: pd.DataFrame, minimum: int = 5) -> pd.DataFrame:
    """Rows that still show a count of fewer than `minimum` participants; empty after `protect`."""
    return cells[_small(cells, minimum)]


def _small(cells: pd.DataFrame, minimum: int) -> pd.Series:
    n = cells["participants"]
    return ((n > 0) & (n < minimum)).fillna(value=False).astype(bool)


def _complement(cells: pd.DataFrame, small: pd.Series) -> pd.Series:
    """The next smallest cell where exactly one is masked in a municipality, series and year."""
    shown = cells[~small & (cells["participants"] > 0).fillna(value=False)]
    masked = cells[small].groupby(_GROUP, dropna=False).size()
    alone = masked.index[masked.eq(1)]
    smallest = shown.sort_values("participants", kind="stable").drop_duplicates(_GROUP, keep="first")
    groups = pd.MultiIndex.from_frame(smallest[_GROUP])
    chosen = smallest[groups.isin(alone.to_list())]
    return pd.Series(cells.index.isin(chosen.index), index=cells.index)
