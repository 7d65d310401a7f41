"""Distributions of primary scores and comparisons with the journal that fit the reported marks (§6.4, §7.2).

In:   reported results with the truth about inflated marks.
Out:  `distributions` and `journal`, tidy tables of the contract.
Not:  the marks themselves (see `results`).

In every school some pupils one point short are helped over a boundary, as real histograms show (METHODOLOGY
§6.4: at the pass mark 4–9 times as many as one point below); how much of this a school does is its own. Where
marks are inflated, «2» that were reported as «3» stand at the pass mark or one point over it, and agree with
the journal more often than other pupils' do.
"""

import numpy as np
import pandas as pd

from shnor_lib.data.demo.scales import stream
from shnor_lib.data.scales import Scale, scale

SCORE_YEARS = (2024, 2025, 2026)
_BEFORE_2025 = 2024  # works of 2025 without a known scale keep the boundaries of this year
_FALL, _RISE = 0.28, 0.10  # per point: fewer pupils far below the pass mark, fewer high in a mark
_HELP, _HELP_SPREAD = 1.35, 0.2  # logarithm of the help at the pass mark, and how schools differ in it
_HIGHER_HELP = (1.0, 0.35, 0.25)  # how much of it there is at the boundaries of 3, 4 and 5
_JUST_ENOUGH = 0.7  # of the inflated marks so many stand exactly at the pass mark
_LOWERED, _RAISED = (-0.85, 0.35), (-3.0, 0.3)  # logits of the shares against the journal, and their spread
_INFLATED_RAISED = 0.3


def distributions(results: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Scores of ВПР, rows of scores that somebody got.

    Args:
        results: what `results.results` gives.
        seed: of the region.

    Returns:
        school_id, year, series, score, count, base.
    """
    rng = stream(seed, "scores")
    chosen = _chosen(results)
    schools = np.sort(chosen["school"].unique())
    habits = rng.normal(_HELP, _HELP_SPREAD, len(schools))
    parts = []
    for (series, year), part in chosen.groupby(["series", "year"], sort=True):
        help_ = habits[np.searchsorted(schools, part["school"].to_numpy())]
        counts = _scores(part, _scale(str(series), int(str(year))), help_, rng)
        row, score = np.nonzero(counts)
        parts.append(
            pd.DataFrame(
                {
                    "school_id": part["school_id"].to_numpy()[row],
                    "year": int(str(year)),
                    "series": str(series),
                    "score": score,
                    "count": counts[row, score],
                    "base": part["participants"].to_numpy()[row],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def journal(results: pd.DataFrame, seed: int) -> pd.DataFrame:
    """ВПР against the journal: school_id, year, series, participants, lowered, confirmed, raised."""
    rng = stream(seed, "journal")
    chosen = _chosen(results)
    schools = np.sort(chosen["school"].unique())
    at = np.searchsorted(schools, chosen["school"].to_numpy())
    lower, higher = (
        1 / (1 + np.exp(-rng.normal(mean, spread, len(schools))[at])) for mean, spread in (_LOWERED, _RAISED)
    )
    lifted = (chosen["true_n2"] - chosen["n2"]).to_numpy()
    honest = chosen["participants"].to_numpy() - lifted
    drawn = rng.multinomial(honest, np.column_stack([lower, 1 - lower - higher, higher]))
    raised = rng.binomial(lifted, _INFLATED_RAISED)
    frame = chosen[["school_id", "year", "series", "participants"]].reset_index(drop=True)
    return frame.assign(
        lowered=drawn[:, 0], confirmed=drawn[:, 1] + lifted - raised, raised=drawn[:, 2] + raised
    )


def _chosen(results: pd.DataFrame) -> pd.DataFrame:
    return results[results["series"].str.startswith("vpr") & results["year"].isin(SCORE_YEARS)]


def _scale(series: str, year: int) -> Scale:
    known = scale(series, year) or scale(series, _BEFORE_2025)
    if known is None:
        raise LookupError(f"no scale of {series}: every ВПР of the region has one of {_BEFORE_2025}")
    return known


def _scores(part: pd.DataFrame, bounds: Scale, help_: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Persons by school and score: each mark is spread over its scores."""
    top = bounds.max_score or 0
    first = (0, bounds.min_3, bounds.min_4 or top, bounds.min_5 or top, top + 1)
    lifted = (part["true_n2"] - part["n2"]).to_numpy()
    marks = [
        part["n2"].to_numpy(),
        part["n3"].to_numpy() - lifted,
        part["n4"].to_numpy(),
        part["n5"].to_numpy(),
    ]
    counts = np.zeros((len(part), top + 1), dtype=np.int64)
    for mark, persons in enumerate(marks):
        low, high = first[mark], first[mark + 1]
        score = np.arange(low, high)
        slope = -_FALL * (high - score) if mark == 0 else -_RISE * (score - low)
        weight = np.tile(slope, (len(part), 1))
        if mark > 0:
            weight[:, 0] += _HIGHER_HELP[mark - 1] * help_ / 2
        if mark < len(marks) - 1:
            weight[:, -1] -= _HIGHER_HELP[mark] * help_ / 2
        share = np.exp(weight)
        counts[:, low:high] += rng.multinomial(persons, share / share.sum(axis=1, keepdims=True))
    exactly = rng.binomial(lifted, _JUST_ENOUGH)
    counts[:, bounds.min_3] += exactly
    counts[:, bounds.min_3 + 1] += lifted - exactly
    return counts
