"""Which procedures took place and which years may be compared (rules R12, R13).

In:   the `procedures` table of a snapshot, and the cube of results.
Out:  `Calendar`: held and comparability group by year × series, and the previous year of each series.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.analysis.cells import MISSING, Cube, Flags, Ints, positions
from shnor_lib.methodology.model import Identification

# How far back `last_held` looks: ЕГЭ base mathematics was not held for two years running.
_LOOK_BACK = 4


@dataclass(frozen=True)
class Calendar:
    """Procedures of the years and series of a cube, in the same order.

    Attributes:
        held: the procedure took place, wholly or in part; year × series.
        groups: comparability group; year × series. Two cells are comparable if theirs are equal.
    """

    held: Flags
    groups: npt.NDArray[np.object_]

    def previous(self, years: tuple[int, ...], year: int, policy: Identification) -> Ints:
        """R12: position on the year axis of each series' previous year, `MISSING` where there is none."""
        found = np.full(self.held.shape[1], MISSING, dtype=np.int64)
        back = 1 if policy.previous_year == "calendar" else _LOOK_BACK
        for past in range(year - back, year):
            if past in years:
                position = years.index(past)
                found = np.where(self.held[position], position, found)
        return found


def years_needed(year: int, policy: Identification) -> tuple[int, ...]:
    """Years whose results the rules look at, newest first: t and t−1 (R15), more only under a policy."""
    back = 1 if policy.previous_year == "calendar" else _LOOK_BACK
    if policy.small_counts == "pool":
        back += policy.pool_years - 1
    return tuple(range(year, year - back - 1, -1))


def build(procedures: pd.DataFrame, cube: Cube) -> Calendar:
    """Calendar of a cube; a procedure without a row was held if anybody took part, in its own group.

    Args:
        procedures: series, year, held (`yes`, `partial`, `no`), comparability_group.
        cube: results of the years and series in question.
    """
    rows = procedures[procedures["year"].isin(cube.years) & procedures["series"].isin(cube.series)]
    at_year = positions(rows["year"], pd.Index(cube.years))
    at_series = positions(rows["series"], pd.Index(cube.series))
    held: Flags = np.any(cube.participants > 0, axis=1)
    held[at_year, at_series] = rows["held"].ne("no").to_numpy(dtype=bool)
    groups = np.tile(np.array(cube.series, dtype=object), (len(cube.years), 1))
    named = rows["comparability_group"].notna().to_numpy(dtype=bool)
    groups[at_year[named], at_series[named]] = rows["comparability_group"].to_numpy(dtype=object)[named]
    return Calendar(held, groups)
