"""Codes through time: renamed, merged, split, closed schools (rule R17).

In:   the tidy `crosswalk` table (old_id, new_id, from_date, kind) and tables keyed by school_id.
Out:  the same tables on the codes that stand in a given school year.
Not:  matching by name: name equality is never a key.

A change counts for the school year t (which ends in the summer of t) when its date is not later than
31 August of t.
"""

from collections.abc import Mapping

import pandas as pd

_SAME_SCHOOL = ("rename", "prefix", "branch")
_LAST_DAY = "-08-31"
_COUNTS = ("participants", "failed", "n2", "n3", "n4", "n5", "high", "top", "base_done")
_BOUNDS = ("failed_low", "failed_high")


def effective(crosswalk: pd.DataFrame, year: int) -> pd.DataFrame:
    """Rows of the crosswalk that count for the school year, oldest first."""
    known = crosswalk[
        (crosswalk["from_date"] <= f"{year}{_LAST_DAY}").fillna(value=False).to_numpy(dtype=bool)
    ]
    return known.sort_values("from_date", kind="stable", ignore_index=True)


def closed(crosswalk: pd.DataFrame, year: int) -> set[str]:
    """Codes that are no schools of their own in the year: closed, renamed, merged, split, made a branch."""
    return set(effective(crosswalk, year)["old_id"])


def current_codes(crosswalk: pd.DataFrame, year: int, *, merged: bool = True) -> dict[str, str]:
    """Today's code of every changed one, chains followed; split and closed schools have none.

    Args:
        crosswalk: tidy table.
        year: school year in which the codes must stand.
        merged: whether predecessors lead to the school they merged into.
    """
    kinds = (*_SAME_SCHOOL, "merge") if merged else _SAME_SCHOOL
    rows = effective(crosswalk, year)
    rows = rows[rows["kind"].isin(kinds)]
    step = dict(zip(rows["old_id"], rows["new_id"], strict=True))
    return {old: _follow(old, step) for old in step}


def current_register(schools: pd.DataFrame, crosswalk: pd.DataFrame, year: int) -> pd.DataFrame:
    """The register with earlier years of changed schools under today's codes.

    Where predecessors and successor have rows of the same year, the successor's own row stands.
    """
    codes = current_codes(crosswalk, year)
    if not codes:
        return schools
    moved = schools["school_id"].isin(codes)
    renamed = schools.assign(school_id=schools["school_id"].map(codes).fillna(schools["school_id"]))
    own_first = renamed.assign(moved=moved).sort_values("moved", kind="stable")
    return own_first.drop_duplicates(["school_id", "year"]).drop(columns="moved").sort_index()


def successors(results: pd.DataFrame, crosswalk: pd.DataFrame, year: int, merge: str = "sum") -> pd.DataFrame:
    """Results on the codes that stand in the year.

    Args:
        results: tidy results.
        crosswalk: tidy table.
        year: school year t.
        merge: policy of R17 for the past of merged schools: `sum` adds the predecessors' counts,
            `successor_only` leaves them under their old codes, `any_predecessor` keeps of each cell the
            predecessor with the largest share of those who failed.

    Returns:
        The same columns. A sum is missing where a summand is missing; bounds of R8 are summed too.
        Children of a split school have no past.
    """
    codes = current_codes(crosswalk, year, merged=merge != "successor_only")
    moved = results["school_id"].isin(codes)
    if not moved.any():
        return results
    mapped = results.assign(school_id=results["school_id"].map(codes).fillna(results["school_id"]))
    key = ["school_id", "year", "series", "attempt"]
    shared = mapped.duplicated(key, keep=False)
    if not shared.any():
        return mapped
    joined = _largest(mapped[shared], key) if merge == "any_predecessor" else _summed(mapped[shared], key)
    return pd.concat([mapped[~shared], joined], ignore_index=True)[list(results.columns)]


def _follow(code: str, step: Mapping[str, str]) -> str:
    seen = {code}
    while code in step and step[code] not in seen:
        code = step[code]
        seen.add(code)
    return code


def _summed(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Cells of several predecessors added up, so that the rules see one school."""
    exact = rows.assign(
        failed_low=rows["failed_low"].fillna(rows["failed"]),
        failed_high=rows["failed_high"].fillna(rows["failed"]),
    )
    counts = [name for name in (*_COUNTS, *_BOUNDS) if name in exact]
    grouped = exact.groupby(key, dropna=False, sort=False)
    total = grouped[counts].sum(min_count=1)
    # pandas adds what is there; a sum with a missing summand is not known.
    total = total.mask(grouped[counts].count().lt(grouped.size(), axis=0))
    rest = [name for name in exact.columns if name not in (*key, *counts)]
    others = grouped[rest].first()
    others["source"] = grouped["source"].agg(lambda parts: " + ".join(parts.dropna()))
    others["mean_score"] = pd.NA
    joined = total.join(others).reset_index()
    return joined.astype(rows.dtypes.to_dict())


def _largest(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    share = (rows["failed"] / rows["participants"].mask(rows["participants"] <= 0)).astype("Float64")
    ordered = rows.assign(share=share).sort_values("share", kind="stable", na_position="first")
    return ordered.drop_duplicates(key, keep="last").drop(columns="share")
