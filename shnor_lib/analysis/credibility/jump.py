"""Jumps of results between grades and years: far beyond how the schools of the region changed (§6.1, §6.4).

In:   means of two years by school and series (`moments`), shares for ВПР 8 and ОГЭ.
Out:  `ratios` K with the fences of the published algorithm.
Not:  a test of chance: fences at three interquartile ranges make no assumption about it.

K = S before / S after, S being the mean per cent of the highest score. A factor that is the same for all
schools moves K and its fences alike, so where a highest score is not known the mean score does as well.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from shnor_lib.analysis.credibility.scores import Work
from shnor_lib.data import series as series_ids

LEAST_PUPILS = 10  # METHODOLOGY §6.4
LEAST_SCHOOLS = 20  # fewer have no quartiles worth the name [A]
KINDS = ("grades", "years", "oge")
_REACH = 3.0
_FIRST, _LAST = 4, 8

Pair = tuple[str, str, str]  # kind, series before, series after


def moments(work: Work) -> pd.DataFrame:
    """Number, mean and deviation of the scores of every school.

    Returns:
        school_id, series, year, participants, mean, sd (Float64; n−1 in the denominator, missing for one).
    """
    score = np.arange(work.counts.shape[1])
    n = work.participants
    total, squares = work.counts @ score, work.counts @ score**2
    # Integers up to the last step: n·Σx² − (Σx)² is exact.
    spread = (n * squares - total**2) / np.maximum(n * (n - 1), 1)
    frame = pd.DataFrame(
        {"school_id": work.schools, "series": work.series, "year": work.year, "participants": n}
    )
    frame["mean"] = pd.array(total / np.maximum(n, 1), dtype="Float64")
    frame["sd"] = pd.Series(np.sqrt(spread), dtype="Float64").mask(n < 2)
    return frame.astype({"school_id": "str", "series": "str"})


def pairs(series: Sequence[str]) -> list[Pair]:
    """Works that follow each other: the next grade of a cohort, and the same work a year later."""
    found: list[Pair] = []
    for name in series:
        parsed = series_ids.parse(name)
        after = f"vpr-{parsed.subject}-{(parsed.grade or 0) + 1}"
        if parsed.exam == "vpr" and parsed.level is None and after in series:
            found.append(("grades", name, after))
        found.append(("years", name, name))
    return found


def ratios(
    before: pd.DataFrame,
    after: pd.DataFrame,
    compared: Sequence[Pair],
    most: Mapping[tuple[str, int], int],
    least: int = LEAST_PUPILS,
) -> pd.DataFrame:
    """K of every school and pair, and whether it lies beyond the fences.

    Args:
        before: `moments` of the year before.
        after: `moments` of the year.
        compared: pairs of series.
        most: highest scores by series and year, where known.
        least: participants in both works.

    Returns:
        school_id, kind, series_before, series_after (str), participants_before, participants_after (Int64),
        value (Float64: K), low, high (Float64: fences P25 − 3·IQR and P75 + 3·IQR), direction (`rise` under
        the lower fence, `fall` over the upper one, else empty; missing under 20 schools).
    """
    parts = []
    for kind, first, second in compared:
        one = before[before["series"].eq(first).to_numpy(dtype=bool)]
        two = after[after["series"].eq(second).to_numpy(dtype=bool)]
        both = one.merge(two, on="school_id", suffixes=("_before", "_after"))
        large = both["participants_before"].ge(least) & both["participants_after"].ge(least)
        both = both[(large & both["mean_after"].gt(0)).to_numpy(dtype=bool)]
        if both.empty:
            continue
        scale = _scale(both, most)
        parts.append(_fenced(both, kind, scale * both["mean_before"] / both["mean_after"]))
    return (
        pd.concat(parts, ignore_index=True) if parts else _fenced(_NOTHING, "years", _NOTHING["mean_after"])
    )


def to_exam(before: pd.DataFrame, after: pd.DataFrame, least: int = LEAST_PUPILS) -> pd.DataFrame:
    """ВПР 8 of a cohort against its ОГЭ a year later: change of the place among the schools (§6.4).

    Args:
        before: school_id, series, participants, failed of the year before.
        after: the same of the year.
        least: participants in both.

    Returns:
        As `ratios`; value is the place by the share of failed in ОГЭ less that in ВПР, places from 0 (the
        smallest share) to 1: a large value means a place in ВПР that the exam does not bear out.
    """
    parts = []
    for subject in series_ids.SUBJECTS:
        one = before[before["series"].eq(f"vpr-{subject}-8").to_numpy(dtype=bool)]
        two = after[after["series"].eq(f"oge-{subject}").to_numpy(dtype=bool)]
        both = one.merge(two, on="school_id", suffixes=("_before", "_after"))
        large = both["participants_before"].ge(least) & both["participants_after"].ge(least)
        known = both["failed_before"].notna() & both["failed_after"].notna()
        both = both[(large & known).fillna(value=False).to_numpy(dtype=bool)].reset_index(drop=True)
        if both.empty:
            continue
        places = [
            (both[f"failed_{when}"] / both[f"participants_{when}"]).rank().astype("Float64")
            for when in ("before", "after")
        ]
        parts.append(_fenced(both, "oge", (places[1] - places[0]) / len(both)))
    return pd.concat(parts, ignore_index=True) if parts else _fenced(_NOTHING, "oge", _NOTHING["mean_after"])


def fences(values: pd.Series) -> tuple[float, float] | None:
    """P25 − 3·IQR and P75 + 3·IQR, None under 20 values."""
    if len(values) < LEAST_SCHOOLS:
        return None
    low, high = np.quantile(values.to_numpy(dtype=np.float64), [0.25, 0.75])
    reach = _REACH * (high - low)
    return float(low - reach), float(high + reach)


def _fenced(both: pd.DataFrame, kind: str, value: pd.Series) -> pd.DataFrame:
    limits = fences(value)
    low, high = limits if limits else (np.nan, np.nan)
    direction = pd.Series(
        np.select(
            [value.lt(low).to_numpy(dtype=bool), value.gt(high).to_numpy(dtype=bool)], ["rise", "fall"], ""
        ),
        dtype="str",
    )
    frame = pd.DataFrame(
        {
            "school_id": both["school_id"].to_numpy(),
            "kind": kind,
            "series_before": both["series_before"].to_numpy(),
            "series_after": both["series_after"].to_numpy(),
            "participants_before": both["participants_before"].to_numpy(),
            "participants_after": both["participants_after"].to_numpy(),
            "value": value.to_numpy(),
            "low": low,
            "high": high,
            "direction": direction if limits else pd.Series(pd.NA, index=range(len(both)), dtype="str"),
        }
    )
    words = dict.fromkeys(("school_id", "kind", "series_before", "series_after"), "str")
    counts = dict.fromkeys(("participants_before", "participants_after"), "Int64")
    return frame.astype(words | counts | dict.fromkeys(("value", "low", "high"), "Float64"))


def _scale(both: pd.DataFrame, most: Mapping[tuple[str, int], int]) -> float:
    row = both.iloc[0]
    first = most.get((str(row["series_before"]), int(row["year_before"])))
    second = most.get((str(row["series_after"]), int(row["year_after"])))
    return second / first if first and second else 1.0


_NOTHING = pd.DataFrame(
    columns=[
        "school_id",
        "series_before",
        "series_after",
        "participants_before",
        "participants_after",
        "mean_after",
    ]
)
