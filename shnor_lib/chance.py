"""Chance beside a list: how firm each verdict is, shrunken shares, funnels (METHODOLOGY §9.1 items 2–5).

In:   a decision over the whole region, and the municipality to which a view is limited.
Out:  `Chance`, what `Verdicts.chance` gives.
Not:  another list: the formal one stands as the method makes it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from shnor_lib.analysis.identification import Decision
from shnor_lib.analysis.stability import Firmness
from shnor_lib.statistics.funnel import Funnel, funnel

_NAMES = ["school_id", "name", "municipality_id", "municipality"]


@dataclass(frozen=True, repr=False)
class Chance:
    """What chance makes of the verdicts of a year.

    Attributes:
        decision: the verdicts of the whole region.
        repeated: the bootstrap over the whole region, run when first asked for.
        municipality_id: the municipality to which tables are limited, or None.
    """

    decision: Decision
    repeated: Callable[[], Firmness]
    municipality_id: str | None

    def __repr__(self) -> str:
        again, truly = self.repeated().list_size
        listed = int(np.sum(self.decision.status == "shnor"))
        told = f"в списке {listed}, в повторениях {again:.0f}, по истинным долям {truly:.0f}"
        return f"<{self.decision.year}: {told}>"

    @cached_property
    def schools(self) -> pd.DataFrame:
        """One row a school: school_id, name, municipality_id, municipality, then as `Firmness.schools`."""
        return self._named(self.repeated().schools)

    @cached_property
    def cells(self) -> pd.DataFrame:
        """One row a judged cell of the year: k, n and share as they are, and beside them the shrunken share.

        Columns: school_id, name, municipality_id, municipality, series, year, participants, failed (Int64),
            share,
        low, high (Float64, Wilson 95 %), and the columns of `Firmness.cells`.
        """
        raw = self.decision.cells
        own = raw.loc[
            raw["year"].eq(self.decision.year).to_numpy(dtype=bool),
            ["school_id", "series", "participants", "failed", "share", "low", "high"],
        ]
        return self._named(own.merge(self.repeated().cells, on=["school_id", "series"], validate="1:1"))

    def funnel(self, series: str) -> Funnel | None:
        """Funnel of a series over the whole region; None where nobody took part or the method lacks it."""
        if series not in self.decision.cube.series:
            return None
        at = self.decision.cube.series.index(series)
        now = self.decision.now
        exact = now.known[:, at] & (now.low[:, at] == now.high[:, at])
        return funnel(now.low[exact, at].astype(float), now.participants[exact, at].astype(float))

    def _named(self, frame: pd.DataFrame) -> pd.DataFrame:
        named = self.decision.roster.judged[_NAMES].merge(frame, on="school_id", how="right")
        if self.municipality_id is None:
            return named
        here = named["municipality_id"].eq(self.municipality_id).fillna(value=False).astype(bool)
        return named[here].reset_index(drop=True)
