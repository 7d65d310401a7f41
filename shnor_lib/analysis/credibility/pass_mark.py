"""The list if the pass mark were one point higher: how much hangs on a single point (§6.4, R6).

In:   results, `scores.Work` and `bounds.Bounds` of the years that a verdict looks at.
Out:  `cells`, failed and hit as they are and one point higher; `harder`, results on which the rules can be
      applied again.
Not:  another list: the pass mark is what the scale says.

A cell is counted anew only where its distribution is that of its result: as many participants, and as many
below the pass mark as failed. Any other cell stays as it is.
"""

from collections.abc import Iterable, Mapping

import pandas as pd

from shnor_lib.analysis.credibility.bounds import Bounds
from shnor_lib.analysis.credibility.scores import Work

_KEY = ["school_id", "series", "year"]


def cells(results: pd.DataFrame, works: Iterable[tuple[Work, Bounds]], threshold: int) -> pd.DataFrame:
    """Cells that can be counted anew.

    Args:
        results: tidy results.
        works: distributions with their bounds.
        threshold: per cent.

    Returns:
        school_id, series, year, participants, failed, at (persons at the pass mark), failed_higher (Int64:
        failed if the pass mark were one point higher), hit, hit_higher (boolean, R6 on integers).
    """
    parts = [
        pd.DataFrame(
            {
                "school_id": work.schools,
                "series": work.series,
                "year": work.year,
                "total": work.participants,
                "below": work.below(bounds.pass_mark),
                "at": work.at(bounds.pass_mark),
            }
        )
        for work, bounds in works
        if bounds.pass_mark is not None
    ]
    columns = [*_KEY, "participants", "failed", "at", "failed_higher", "hit", "hit_higher"]
    if not parts:
        empty = pd.DataFrame(columns=columns)
        counts = dict.fromkeys(("year", "participants", "failed", "at", "failed_higher"), "Int64")
        return empty.astype(
            {"school_id": "str", "series": "str", "hit": "boolean", "hit_higher": "boolean"} | counts
        )
    known = results.drop_duplicates(_KEY, keep=False)  # several attempts: not one distribution
    both = pd.concat(parts, ignore_index=True).merge(known[[*_KEY, "participants", "failed"]], on=_KEY)
    same = both["total"].eq(both["participants"]) & both["below"].eq(both["failed"])
    both = both[same.fillna(value=False).to_numpy(dtype=bool)].reset_index(drop=True)
    both = both.astype(dict.fromkeys(("year", "at", "participants", "failed"), "Int64"))
    both["failed_higher"] = both["failed"] + both["at"]
    for name, count in (("hit", "failed"), ("hit_higher", "failed_higher")):
        reached = 100 * both[count] >= threshold * both["participants"]
        both[name] = reached.astype("boolean").mask(both["participants"].eq(0))
    return both[columns]


def harder(results: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    """Results with the pass mark one point higher in the cells of `cells`; the others as they are.

    Args:
        results: tidy results, one row a key.
        counted: what `cells` gives.
    """
    at = pd.MultiIndex.from_frame(results[_KEY].astype({"year": "int64"}))
    more = pd.Series(
        counted["at"].to_numpy(dtype="int64"),
        index=pd.MultiIndex.from_frame(counted[_KEY].astype({"year": "int64"})),
        dtype="Int64",
    )
    added = pd.Series(more.reindex(at).to_numpy(), index=results.index, dtype="Int64")
    moved = added.fillna(0)
    changed = {"failed": results["failed"] + moved}
    for name, sign in (("n2", 1), ("n3", -1), ("failed_low", 1), ("failed_high", 1)):
        if name in results:
            changed[name] = results[name] + sign * moved
    return results.assign(**changed)


def by_series(counted: pd.DataFrame, year: int) -> pd.DataFrame:
    """All schools together: series, schools, participants, failed, failed_higher, hits, hits_higher.

    Args:
        counted: what `cells` gives.
        year: only cells of this year.
    """
    now = counted[counted["year"].eq(year).fillna(value=False).to_numpy(dtype=bool)]
    return now.groupby("series", as_index=False, sort=True).agg(
        schools=("school_id", "size"),
        participants=("participants", "sum"),
        failed=("failed", "sum"),
        failed_higher=("failed_higher", "sum"),
        hits=("hit", "sum"),
        hits_higher=("hit_higher", "sum"),
    )


def changed_status(status: pd.Series, higher: pd.Series, counted: Mapping[str, int]) -> pd.Series:
    """Whether a school would be listed only with the pass mark one point higher.

    Args:
        status: status by school id.
        higher: the same under `harder` results.
        counted: cells of the year that could be counted anew, by school id.

    Returns:
        boolean by school id; missing where no cell of the school could be counted anew.
    """
    joins = higher.eq("shnor") & status.ne("shnor")
    without = pd.Series([not counted.get(str(school)) for school in status.index], index=status.index)
    return joins.astype("boolean").mask(without)
