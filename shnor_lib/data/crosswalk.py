"""Codes that change with time: who succeeds whom, and what that does to past results (rule R17).

In:   results, the table of schools and the tidy table `crosswalk` (old_id, new_id, from_date, kind).
Out:  `successors`, results under the codes of one school year; `closed`, codes that a list must not hold.
Not:  which codes are right: the crosswalk is a reviewed file. The equality of names is never a key.

A change counts for school year t when its date is not later than 31 August of t: what happens in September
belongs to the next school year.

What a kind means for a list of year t:

* rename, prefix: the same school under a new code, its past goes with it;
* merge: by policy. `sum`: past counts of all predecessors are added up; `successor_only`: only what stands
  under the successor's own code; `any_predecessor`: of the predecessors' past cells the one with the largest
  share;
* branch: the branch is counted with the school that holds the login, always added up;
* split: the children have no past;
* close: the code leaves the lists, its history stays.
"""

from collections.abc import Mapping

import pandas as pd

SUM, SUCCESSOR_ONLY, ANY_PREDECESSOR = "sum", "successor_only", "any_predecessor"
MERGE_POLICIES = (SUM, SUCCESSOR_ONLY, ANY_PREDECESSOR)
_MOVES = ("rename", "prefix", "merge", "branch")
_KEY = ["school_id", "year", "series", "attempt"]
_COUNTS = ("participants", "failed", "n2", "n3", "n4", "n5", "high", "top", "base_done")
_BOUNDS = ("failed_low", "failed_high")


def effective_year(from_date: str) -> int:
    """First school year for which a change counts: 2024-08-31 → 2024, 2024-09-01 → 2025, 2024 → 2024."""
    year, month = int(from_date[:4]), int(from_date[5:7] or 1)
    return year + (month > 8)


def effective(crosswalk: pd.DataFrame, year: int) -> pd.DataFrame:
    """Changes that count for the school year, in order of time, with `since` (first year they count)."""
    dated = crosswalk.assign(since=crosswalk["from_date"].map(effective_year).astype("int64"))
    return dated[dated["since"] <= year].sort_values(["from_date", "old_id"], kind="stable")


def successors(results: pd.DataFrame, crosswalk: pd.DataFrame, year: int, merge: str = SUM) -> pd.DataFrame:
    """Results under the codes that schools have in a school year (rule R17).

    Args:
        results: tidy results of any years.
        crosswalk: tidy crosswalk, may be empty.
        year: school year whose codes are wanted.
        merge: what past results of merged schools count for: `sum`, `successor_only`, `any_predecessor`.

    Returns:
        The same columns, one row a key. Counts of several predecessors are added up: a sum is missing where a
        part of it is, while `failed_low` and `failed_high` use the known count where there is one. Rows of
        codes that no change touches are returned as they are.

    Raises:
        ValueError: the policy is not known.
    """
    if merge not in MERGE_POLICIES:
        raise ValueError(f"merge: ожидается {', '.join(MERGE_POLICIES)}, получено «{merge}»")
    changes = effective(crosswalk, year)
    changes = changes[(changes["old_id"] != changes["new_id"]).fillna(True) | (changes["kind"] == "split")]
    if changes.empty or results.empty:
        return results
    involved = set(changes["old_id"]) | set(changes["new_id"].dropna())
    touched = results["school_id"].isin(involved)
    if not touched.any():
        return results
    moved = results[touched].assign(_merged=False)
    for _, of_day in changes.groupby("from_date", sort=True):
        moved = _apply(moved, of_day, merge)
    joined = _join(moved, merge)
    full: pd.DataFrame = pd.concat([results[~touched], joined], ignore_index=True)
    ordered: pd.DataFrame = full.reindex(columns=results.columns)
    return ordered


def _apply(rows: pd.DataFrame, changes: pd.DataFrame, merge: str) -> pd.DataFrame:
    """The changes of one day, all at once: two schools that swap codes do not become one."""
    past = rows["year"] < int(changes["since"].iloc[0])
    splits = changes[changes["kind"].eq("split")]
    moves = changes[changes["kind"].isin(_MOVES) & changes["new_id"].notna()]
    merges = moves[moves["kind"].eq("merge")]
    # Children of a split have no past, nor does the child that keeps the code of the parent.
    gone = past & rows["school_id"].isin(splits["new_id"])
    if merge == SUCCESSOR_ONLY:
        gone |= past & rows["school_id"].isin(merges["old_id"])
    joining = rows["school_id"].isin(merges["old_id"]) | rows["school_id"].isin(merges["new_id"])
    today = _renamed(rows["school_id"], dict(zip(moves["old_id"], moves["new_id"], strict=True)))
    moved = rows.assign(school_id=today, _merged=rows["_merged"] | (past & joining))
    kept: pd.DataFrame = moved[~gone]
    return kept


def _join(rows: pd.DataFrame, merge: str) -> pd.DataFrame:
    """One row a key: sums, or the predecessor with the largest share."""
    keys = [name for name in _KEY if name in rows]
    several = rows.duplicated(keys, keep=False)
    single = rows[~several]
    group = rows[several]
    if group.empty:
        return single
    if merge == ANY_PREDECESSOR:
        worst = group[group["_merged"]]
        group = pd.concat([_largest_share(worst, keys), group[~group["_merged"]]])
    return pd.concat([single, added_up(group, keys)], ignore_index=True)


def _largest_share(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    failed = rows["failed"].fillna(rows["failed_high"]) if "failed_high" in rows else rows["failed"]
    share = failed.astype("Float64") / rows["participants"].mask(rows["participants"] == 0)
    order = rows.assign(_share=share.fillna(-1.0)).sort_values("_share", ascending=False, kind="stable")
    return order.drop_duplicates(keys).drop(columns="_share")


def added_up(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Results of one key as one row: a sum is missing where a part of it is, bounds use what is known (R8).

    Args:
        rows: tidy results, further columns allowed (the first value stands).
        keys: columns that make one row.
    """
    full = rows.copy()
    for name in _BOUNDS:
        if name in full:
            full[name] = full[name].fillna(full["failed"])
    grouped = full.groupby(keys, dropna=False, sort=False)
    summed = grouped.first()
    for name in (*_COUNTS, *_BOUNDS):
        if name in full:
            summed[name] = grouped[name].sum(min_count=1).mask(grouped[name].count() < grouped.size())
    if "mean_score" in full:
        weighted = (full["mean_score"] * full["participants"]).groupby(
            [full[key] for key in keys], dropna=False, sort=False
        )
        total = weighted.sum(min_count=1).mask(weighted.count() < grouped.size())
        summed["mean_score"] = (total / summed["participants"].mask(summed["participants"] == 0)).astype(
            "Float64"
        )
    if "source" in full:
        summed["source"] = grouped["source"].agg(lambda parts: "; ".join(parts.dropna())).astype("str")
    return summed.reset_index()[[*rows.columns]]


def closed(crosswalk: pd.DataFrame, schools: pd.DataFrame, year: int) -> set[str]:
    """Codes that a list of the school year must not hold: closed, merged, renamed or split away by then.

    Args:
        crosswalk: tidy crosswalk, may be empty.
        schools: tidy schools; codes with the status `closed` in the year count as closed too.
        year: school year of the list.

    Returns:
        Six-digit codes. A code that some later change brings back as a successor is not among them.
    """
    gone: set[str] = set()
    for _, changes in effective(crosswalk, year).groupby("from_date", sort=True):
        gone |= set(changes.loc[(changes["old_id"] != changes["new_id"]).fillna(True), "old_id"])
        # All changes of a day at once: a parent that keeps its code is a child of its own split.
        gone -= set(changes.loc[changes["kind"] != "close", "new_id"].dropna())
    if not schools.empty and "status" in schools:
        now = schools[schools["year"] == year]
        gone |= set(now.loc[(now["status"] == "closed").fillna(False), "school_id"])
    return gone


def current_codes(crosswalk: pd.DataFrame, year: int) -> dict[str, str]:
    """Code of the school year for every changed one, chains followed; split and closed schools have none."""
    codes: dict[str, str] = {}
    changes = effective(crosswalk, year)
    changes = changes[changes["kind"].isin(_MOVES) & changes["new_id"].notna()]
    for _, of_day in changes.groupby("from_date", sort=True):
        moves = dict(zip(of_day["old_id"], of_day["new_id"], strict=True))
        codes = {**moves, **{code: moves.get(now, now) for code, now in codes.items()}}
    return codes


def under_codes(table: pd.DataFrame, crosswalk: pd.DataFrame, year: int) -> pd.DataFrame:
    """A table keyed by school with earlier codes replaced by those of the school year.

    Rows are not joined: an audit or a list of a predecessor belongs to its successor as it is.
    """
    codes = current_codes(crosswalk, year)
    if not table["school_id"].isin(codes).any():
        return table
    return table.assign(school_id=_renamed(table["school_id"], codes))


def _renamed(school_ids: pd.Series, codes: Mapping[str, str]) -> pd.Series:
    renamed: pd.Series = school_ids.map(codes).astype("str").fillna(school_ids)
    return renamed


def current_register(schools: pd.DataFrame, crosswalk: pd.DataFrame, year: int) -> pd.DataFrame:
    """The register with the earlier years of changed schools under the codes of a school year.

    Args:
        schools: tidy schools.
        crosswalk: tidy crosswalk, may be empty.
        year: school year whose codes are wanted.

    Returns:
        The same columns, one row a school and year: where a predecessor and its successor both have a row
        of the year, the successor's own stands.
    """
    renamed = under_codes(schools, crosswalk, year)
    if renamed is schools:
        return schools
    came = renamed["school_id"] != schools["school_id"]
    own_first = renamed.assign(_came=came).sort_values("_came", kind="stable")
    return own_first.drop_duplicates(["school_id", "year"]).drop(columns="_came").sort_index()


def last_years(crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Last school year of each code that ended: columns `school_id` (str), `until` (Int64)."""
    ended = crosswalk[(crosswalk["old_id"] != crosswalk["new_id"]).fillna(True)]
    until = ended["from_date"].map(effective_year).astype("Int64") - 1
    return pd.DataFrame({"school_id": ended["old_id"].astype("str"), "until": until.astype("Int64")})
