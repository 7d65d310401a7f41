"""Cells: k failed of n participants by school, series and year, as dense arrays (rules R1–R9).

In:   the tidy `results` table, the schools to be judged, the series of a method, the years needed.
Out:  `Cube`, integer arrays over year × school × series, and hits on them (R6–R9).
Not:  any verdict about a school (see `identification`).

A country is 40,000 schools × 9 series: dense arrays hold it in a few megabytes, and every rule becomes a
comparison of arrays. Counts known only within bounds (R8) are carried as two arrays, `low` and `high`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.methodology.model import Identification

MISSING = -1

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Cube:
    """Counts of all cells.

    Attributes:
        years: years, newest first.
        schools: school ids, the order of axis 1.
        series: series ids, the order of axis 2.
        participants: n by year × school × series; `MISSING` where there is no row.
        low: smallest possible k; `MISSING` where k is unknown.
        high: largest possible k; equal to `low` where the count is known exactly.
        row: position of the source row in `results`, `MISSING` where there is none.
        results: the rows that the positions refer to.
    """

    years: tuple[int, ...]
    schools: pd.Index
    series: tuple[str, ...]
    participants: Ints
    low: Ints
    high: Ints
    row: Ints
    results: pd.DataFrame

    def year(self, year: int) -> int:
        """Position of a year on axis 0."""
        return self.years.index(year)


@dataclass(frozen=True)
class Hits:
    """R6 on one year, by school × series, and the counts that were judged.

    Attributes:
        known: the cell can be judged: the procedure was held, somebody took part, k is known within
            bounds, n is large enough.
        certain: at least the threshold failed, whatever k is within its bounds.
        possible: at least the threshold may have failed; differs from `certain` only for R8 cells.
        participants: n that was judged: of the year, or of several years under R9 `pool`.
        low: smallest possible k of it.
        high: largest possible k of it.
    """

    known: Flags
    certain: Flags
    possible: Flags
    participants: Ints
    low: Ints
    high: Ints


def build(
    results: pd.DataFrame,
    schools: pd.Index,
    series: Sequence[str],
    years: Sequence[int],
    attempt: str = "first",
) -> Cube:
    """Arrange results as a cube.

    Args:
        results: tidy results: school_id, year, series, participants, failed, and where known n2,
            failed_low, failed_high, attempt.
        schools: ids of the schools to be judged; other rows are left out.
        series: series of the method; other rows are left out.
        years: years needed, newest first.
        attempt: policy of R3; where a cell has rows of several attempts, this one is taken, and where it has
            no such row, the first attempt: nobody sat it twice.
    """
    # Rows are taken column by column: a copy of all columns of a country costs more than the rules.
    rows = np.flatnonzero(np.isin(_integers(results["year"]), years))
    attempts = results["attempt"].iloc[rows].fillna("first")
    if attempts.nunique() > 1:
        # The last row written to a cell stands: the policy's attempt goes last, before it the first one.
        preferred = attempts.map({"all_rows": 0, "best": 1, "first": 2} | {attempt: 3})
        rows = rows[np.argsort(preferred.to_numpy(dtype=np.int64), kind="stable")]
    at_school = positions(results["school_id"].iloc[rows], schools)
    at_series = positions(results["series"].iloc[rows], pd.Index(series))
    taken = (at_school >= 0) & (at_series >= 0)
    rows, at_school, at_series = rows[taken], at_school[taken], at_series[taken]
    place = (positions(results["year"].iloc[rows], pd.Index(years)), at_school, at_series)
    shape = (len(years), len(schools), len(series))
    low, high = _bounds(results, rows, np.array([name.startswith("vpr") for name in series])[at_series])
    return Cube(
        years=tuple(years),
        schools=schools,
        series=tuple(series),
        participants=_fill(shape, place, _integers(results["participants"].iloc[rows])),
        low=_fill(shape, place, low),
        high=_fill(shape, place, high),
        row=_fill(shape, place, rows),
        results=results,
    )


def pool(
    cube: Cube, groups: npt.NDArray[np.object_], held: Flags, year: int, length: int
) -> tuple[Ints, Ints, Ints]:
    """R9 `pool`: Σk and Σn of a year and the years before it in the same comparability group.

    Args:
        cube: with the years needed.
        groups: comparability group by year × series, in the order of the cube.
        held: the procedure took place; by year × series.
        year: the last year of the window.
        length: how many years the window has.

    Returns:
        participants, low, high by school × series; `MISSING` where the year itself has no participants.
    """
    newest = cube.year(year)
    window = [cube.year(past) for past in cube.years if year - length < past <= year]
    same = np.array([(groups[at] == groups[newest]) & held[at] for at in window])[:, None, :]
    n, low, high = (array[window] for array in (cube.participants, cube.low, cube.high))
    usable = same & (n > 0) & (low >= 0)
    now = (cube.participants[newest] > 0) & (cube.low[newest] >= 0)
    sums = (np.where(now, np.where(usable, array, 0).sum(axis=0), MISSING) for array in (n, low, high))
    pooled_n, pooled_low, pooled_high = sums
    return pooled_n, pooled_low, pooled_high


def exact(low: Ints, high: Ints) -> Flags:
    """Whether the number of those who failed is known exactly; of a count not known at all it is not."""
    known: Flags = (low >= 0) & (low == high)
    return known


def hits(cube: Cube, groups: npt.NDArray[np.object_], held: Flags, year: int, policy: Identification) -> Hits:
    """R6, R7 and R9 on one year: where at least the threshold failed, compared as integers.

    8 of 27 (29.63 %) is not a hit at 30 % although it prints as 30; nobody taking part is not a
    share of zero but a cell that cannot be judged, and so is a cell of a cancelled procedure.
    """
    at = cube.year(year)
    if policy.small_counts == "pool":
        n, low, high = pool(cube, groups, held, year, policy.pool_years)
    else:
        n, low, high = cube.participants[at], cube.low[at], cube.high[at]
    smallest = 1 if policy.small_counts == "as_is" else policy.min_participants
    known = (n >= smallest) & (low >= 0) & held[at][None, :]
    bound = policy.threshold_percent * n
    return Hits(known, known & (100 * low >= bound), known & (100 * high >= bound), n, low, high)


def _bounds(results: pd.DataFrame, rows: Ints, is_vpr: Flags) -> tuple[Ints, Ints]:
    """Smallest and largest possible number of those who failed.

    The exact count wins; for ВПР it is the number of marks «2»; else the bounds of R8.
    """

    def column(name: str) -> Ints:
        return _integers(results[name].iloc[rows]) if name in results else np.full(len(rows), MISSING)

    failed = column("failed")
    failed = np.where((failed < 0) & is_vpr, column("n2"), failed)
    low = np.where(failed < 0, column("failed_low"), failed)
    high = np.where(failed < 0, column("failed_high"), failed)
    unknown = (low < 0) | (high < 0)
    return np.where(unknown, MISSING, low), np.where(unknown, MISSING, high)


def _integers(column: pd.Series) -> Ints:
    """A nullable integer column as int64 with `MISSING` for missing values."""
    return column.to_numpy(dtype="int64", na_value=MISSING)


def positions(column: pd.Series, index: pd.Index) -> Ints:
    """Position of each value in `index`, -1 where absent; repeated values are looked up once."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, values = column.cat.codes.to_numpy(), column.cat.categories
    else:
        codes, values = pd.factorize(column)
    lookup = index.get_indexer(pd.Index(values))
    found: Ints = np.append(lookup, MISSING)[codes]
    return found


def _fill(shape: tuple[int, ...], place: tuple[Ints, ...], values: Ints) -> Ints:
    array = np.full(shape, MISSING, dtype=np.int64)
    array[place] = values
    return array
