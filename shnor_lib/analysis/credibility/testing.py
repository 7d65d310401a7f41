"""What is unusual among the schools of a region, with the number of tests kept in mind.

In:   counts k of n by school, in groups that are compared with each other.
Out:  expected share, chance and find of every count that is large enough.
Not:  a verdict: a find says that a school differs from the others, not why.
"""

import numpy as np
import pandas as pd

from shnor_lib.statistics.unusual import at_least, finds

LEAST_SCHOOLS = 10  # fewer say nothing of how schools usually differ [A]


def unusual(
    frame: pd.DataFrame, k: str, n: str, judged: pd.Series, groups: list[str], usual: pd.Series | None = None
) -> pd.DataFrame:
    """Counts larger than is usual in the group, all tests of the frame being one family.

    Args:
        frame: one row a school and group, with the columns named by `k`, `n` (persons) and `groups`.
        k: column of the persons looked at.
        n: column of the persons they are part of.
        judged: rows large enough to be judged; only they make the group.
        groups: columns within which schools are compared.
        usual: expected share of each row where it is known otherwise than from the group.

    Returns:
        expected (Float64, share 0–1: that of all other schools of the group, or `usual`), chance (Float64,
        0–1), found (boolean); missing where a row is not judged or its group holds fewer than `LEAST_SCHOOLS`
        such rows.
    """
    expected = pd.Series(np.nan, index=frame.index)
    chance = expected.copy()
    taken = judged.fillna(value=False).astype(bool) & frame[n].gt(0).fillna(value=False).astype(bool)
    for _, part in frame[taken].groupby(groups, sort=False) if groups else [((), frame[taken])]:
        if len(part) < LEAST_SCHOOLS:
            continue
        count, size = part[k].to_numpy(dtype="int64"), part[n].to_numpy(dtype="int64")
        others = (count.sum() - count) / np.maximum(size.sum() - size, 1)
        share = others if usual is None else usual[part.index].to_numpy(dtype=np.float64)
        expected[part.index] = share
        chance[part.index] = at_least(count, size, share)
    found = pd.Series(finds(chance), index=frame.index, dtype="boolean").mask(chance.isna())
    return pd.DataFrame(
        {"expected": expected.astype("Float64"), "chance": chance.astype("Float64"), "found": found}
    )


def together(cells: pd.DataFrame, counts: list[str], k: str, n: str, least: int) -> pd.DataFrame:
    """All works of a school as one count: one test a school, which many small works decide together.

    Args:
        cells: one row a school and series, with the columns of `counts`.
        counts: columns to add up, `participants` among them.
        k: column of the persons looked at.
        n: column of the persons they are part of.
        least: participants from which on a school is judged.

    Returns:
        school_id, works (their number), the sums, then as `unusual`; the expected share of a school is that
        of its own mixture of works in all other schools.
    """
    totals = cells.groupby("series")[[k, n]].transform("sum")
    others = (totals[k] - cells[k]) / (totals[n] - cells[n]).mask(totals[n].eq(cells[n]))
    usual = (cells[n] * others.astype("Float64")).mask(cells[n].eq(0), 0.0)
    rows = cells.assign(usual=usual.astype("Float64"), works=1)
    summed = rows.groupby("school_id", as_index=False, sort=True)[["works", *counts]].sum()
    known = rows.groupby("school_id", sort=True)["usual"].agg(lambda part: part.sum(skipna=False))
    share = (known.array / summed[n].mask(summed[n].eq(0))).astype("Float64")
    judged = summed["participants"].ge(least) & share.notna()
    return pd.concat([summed, unusual(summed, k, n, judged, [], share)], axis=1)
