"""All children of a territory together: Σ failed of Σ participants by series.

In:   a `Decision` and the schools of the territory.
Out:  one row a series; cells known only within bounds (R8) are left out.
Not:  which of the sums may be shown (see `Whole.totals`).
"""

import numpy as np
import pandas as pd

from shnor_lib.analysis import cells
from shnor_lib.analysis.identification import Decision


def by_series(decision: Decision, school_ids: pd.Series) -> pd.DataFrame:
    """Counts of the reporting year summed over schools.

    Args:
        decision: verdicts of a year.
        school_ids: the schools to sum over.

    Returns:
        series, year, failed, participants (persons).
    """
    cube = decision.cube
    at = cube.year(decision.year)
    exact = (cube.participants[at] > 0) & cells.exact(cube.low[at], cube.high[at])
    exact &= cube.schools.isin(school_ids)[:, None]
    return pd.DataFrame(
        {
            "series": cube.series,
            "year": decision.year,
            "failed": np.where(exact, cube.low[at], 0).sum(axis=0),
            "participants": np.where(exact, cube.participants[at], 0).sum(axis=0),
        }
    )
