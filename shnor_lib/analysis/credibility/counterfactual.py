"""The share of «2» if nobody had been helped over the pass mark: a crude estimate for a region (§6.4).

In:   a `scores.Work` and its pass mark c.
Out:  `estimate`: reported and smoothed share of those below c.
Not:  for a school: its histogram says too little.

A parabola is fitted to the logarithms of the counts up to 8 scores either side of c, weighted by the counts,
without c−2 … c+1; the persons with these four scores are dealt out anew in the proportions of the parabola.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from shnor_lib.analysis.credibility.bounds import Bounds
from shnor_lib.analysis.credibility.scores import Works

LEAST_PUPILS = 500  # [A]: a histogram is smooth enough from about this size on
_SIDE, _FEWEST_POINTS = 8, 5


def estimate(works: Works, bounds: Mapping[str, Bounds]) -> pd.DataFrame:
    """One row a work with a known pass mark.

    Returns:
        series (str), pass_mark, participants, failed (Int64, below the pass mark), smoothed (Float64, share
        0–1 of those below it without bunching; missing under 500 participants or where the curve cannot be
        fitted).
    """
    rows = []
    for series, work in works.items():
        pass_mark = bounds[series].pass_mark
        if pass_mark is None:
            continue
        total = work.total
        rows.append(
            (series, pass_mark, int(total.sum()), int(total[:pass_mark].sum()), smoothed(total, pass_mark))
        )
    frame = pd.DataFrame(rows, columns=["series", "pass_mark", "participants", "failed", "smoothed"])
    types = {"series": "str", "smoothed": "Float64"}
    return frame.astype(types | dict.fromkeys(("pass_mark", "participants", "failed"), "Int64"))


def smoothed(total: np.ndarray, pass_mark: int) -> float | None:
    """Share below the pass mark after smoothing, None where it cannot be told.

    Args:
        total: persons by score from 0.
        pass_mark: lowest score that is passed.
    """
    persons = int(total.sum())
    score = np.arange(len(total))
    zone = (score >= pass_mark - 2) & (score <= pass_mark + 1)
    near = (np.abs(score - pass_mark + 0.5) <= _SIDE) & ~zone & (total > 0)
    sides = [(near & side).sum() for side in (score < pass_mark, score >= pass_mark)]
    if persons < LEAST_PUPILS or near.sum() < _FEWEST_POINTS or min(sides) < 2 or zone.sum() < 4:
        return None
    x = (score - pass_mark) / _SIDE
    curve = np.polynomial.Polynomial.fit(x[near], np.log(total[near]), 2, w=np.sqrt(total[near]))
    shape = np.exp(curve(x[zone]))
    dealt = total[zone].sum() * shape / shape.sum()
    below = total[score < pass_mark - 2].sum() + dealt[score[zone] < pass_mark].sum()
    return float(below / persons)
