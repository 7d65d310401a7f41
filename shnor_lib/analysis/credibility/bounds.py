"""From which score on a mark is given: read off the marks themselves, else from the scales (R2).

In:   a `scores.Work` and the results of the same schools.
Out:  `Bounds`.
Not:  a guess: where neither marks nor scales say it, a bound is unknown.

The marks of a file win over any scale. A bound c is read off them where the number below c equals the number
of lower marks in at least 80 of 100 schools, in more schools than with any other c; 10 schools are needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_lib.analysis.credibility.scores import Work
from shnor_lib.data.scales import PRIMARY, scale

MARKS = (3, 4, 5)
EVIDENCE = ("marks", "scale", "unknown")
_AGREE, _SCHOOLS = 80, 10


@dataclass(frozen=True)
class Bounds:
    """Boundaries of a work.

    Attributes:
        first: lowest score of the marks 3, 4 and 5; None where not known.
        evidence: one of `EVIDENCE`, of the pass mark.
        max_score: highest possible score, None where not known.
    """

    first: tuple[int | None, int | None, int | None]
    evidence: str
    max_score: int | None = None

    @property
    def pass_mark(self) -> int | None:
        """Lowest score that is passed."""
        return self.first[0]

    @property
    def known(self) -> list[tuple[int, int]]:
        """Mark and its lowest score."""
        return [(mark, score) for mark, score in zip(MARKS, self.first, strict=True) if score is not None]


def of(work: Work, results: pd.DataFrame, region: str = "") -> Bounds:
    """Boundaries of a work.

    Args:
        work: the distribution.
        results: tidy results under the same codes.
        region: two digits, for a scale of the region's own.
    """
    seen = _read_off(work, results)
    known = scale(work.series, work.year, region)
    if known is None or known.unit != PRIMARY:
        return Bounds(seen, "marks" if seen[0] is not None else "unknown")
    printed = (known.min_3, known.min_4, known.min_5)
    first = [ours if ours is not None else theirs for ours, theirs in zip(seen, printed, strict=True)]
    return Bounds((first[0], first[1], first[2]), "scale" if seen[0] is None else "marks", known.max_score)


def _read_off(work: Work, results: pd.DataFrame) -> tuple[int | None, int | None, int | None]:
    mine = results["year"].eq(work.year) & results["series"].eq(work.series)
    rows = results[mine.fillna(value=False).to_numpy(dtype=bool)].drop_duplicates("school_id")
    rows = rows.set_index("school_id").reindex(work.schools)
    same = rows["participants"].eq(pd.Series(work.participants, index=work.schools))
    rows = rows[same.fillna(value=False).to_numpy(dtype=bool)]
    counts = work.counts[same.fillna(value=False).to_numpy(dtype=bool)]
    lower = [rows["failed"], rows["failed"] + rows["n3"], rows["failed"] + rows["n3"] + rows["n4"]]
    found = [_bound(counts, number) for number in lower]
    return found[0], found[1], found[2]


def _bound(counts: Sequence[object] | np.ndarray, lower: pd.Series) -> int | None:
    """The score below which lie as many as have lower marks, in the most schools and in enough of them."""
    known = lower.notna().to_numpy(dtype=bool)
    if known.sum() < _SCHOOLS:
        return None
    below = np.cumsum(np.asarray(counts)[known], axis=1)[:, :-1]
    agree = (below == lower[known].to_numpy(dtype="int64")[:, None]).sum(axis=0)
    if not len(agree) or 100 * int(agree.max()) < _AGREE * int(known.sum()):
        return None
    best = np.flatnonzero(agree == agree.max())
    return int(best[0]) + 1 if len(best) == 1 else None
