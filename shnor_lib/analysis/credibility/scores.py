"""Distributions of primary scores as arrays: one `Work` a series and year.

In:   the tidy table `score_distribution`.
Out:  `exact`, the cells that are known exactly; `works`, school × score.
Not:  boundaries of marks (see `bounds`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Works = Mapping[str, "Work"]

_CELL = ["school_id", "year", "series"]


@dataclass(frozen=True)
class Work:
    """How many participants got which score.

    Attributes:
        series: series id.
        year: school year.
        schools: school ids, the order of axis 0.
        counts: persons by school × score, scores from 0.
    """

    series: str
    year: int
    schools: pd.Index
    counts: Ints

    @property
    def participants(self) -> Ints:
        """Persons by school."""
        persons: Ints = self.counts.sum(axis=1)
        return persons

    @property
    def total(self) -> Ints:
        """Persons of all schools by score."""
        persons: Ints = self.counts.sum(axis=0)
        return persons

    def at(self, score: int) -> Ints:
        """Persons with exactly this score, by school."""
        inside = 0 <= score < self.counts.shape[1]
        return self.counts[:, score] if inside else np.zeros(len(self.schools), dtype=np.int64)

    def below(self, score: int) -> Ints:
        """Persons with a lower score, by school."""
        persons: Ints = self.counts[:, : max(score, 0)].sum(axis=1)
        return persons


def exact(distribution: pd.DataFrame) -> pd.DataFrame:
    """Rows of the cells whose every count is known, and adds up to the participants where these are given.

    Args:
        distribution: tidy `score_distribution`; a count known only in per cent has bounds (R8), and counts
            where the bounds meet. A score without a row was got by nobody.

    Returns:
        school_id, year, series, score, count (int64).
    """
    bounded = distribution["count_low"].where(distribution["count_low"].eq(distribution["count_high"]))
    rows = distribution[[*_CELL, "score", "base"]].assign(count=distribution["count"].fillna(bounded))
    if rows.empty:
        return rows[[*_CELL, "score", "count"]].astype({"score": "int64", "count": "int64"})
    cell = rows.groupby(_CELL, sort=False)
    whole = cell["count"].transform("count").eq(cell["count"].transform("size"))
    base = cell["base"].transform("max")
    sums = cell["count"].transform("sum")
    whole &= (base.isna() | sums.eq(base)).fillna(value=False).astype(bool)
    kept = rows.loc[whole.astype(bool), [*_CELL, "score", "count"]]
    return kept.astype({"score": "int64", "count": "int64"}).reset_index(drop=True)


def works(rows: pd.DataFrame, year: int) -> dict[str, Work]:
    """Works of a year by series.

    Args:
        rows: what `exact` gives, under the codes of the year of interest; rows of schools that became one
            are added up.
        year: school year.
    """
    now = rows[rows["year"].eq(year).to_numpy(dtype=bool) & rows["count"].gt(0).to_numpy(dtype=bool)]
    made = {}
    for series, part in now.groupby("series", sort=True):
        at, schools = pd.factorize(part["school_id"], sort=True)
        counts = np.zeros((len(schools), int(part["score"].max()) + 1), dtype=np.int64)
        np.add.at(counts, (at, part["score"].to_numpy()), part["count"].to_numpy())
        made[str(series)] = Work(str(series), year, pd.Index(schools), counts)
    return made
