"""Chance beside a list: how firm each verdict is, shrunken shares, funnels (METHODOLOGY §9.1 items 2–5).

In:   a decision over the whole region, and the municipality to which a view is limited.
Out:  `Chance`, what `Verdicts.chance` gives.
Not:  another list: the formal one stands as the method makes it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_lib.analysis.identification import Decision
from shnor_lib.statistics.funnel import Funnel
from shnor_lib.whole import Whole


@dataclass(frozen=True, repr=False)
class Chance:
    """What chance makes of the verdicts of a year.

    Attributes:
        whole: the decision over the whole region; its bootstrap is run when first asked for.
        municipality_id: the municipality to which tables are limited, or None.
    """

    whole: Whole
    municipality_id: str | None

    def __repr__(self) -> str:
        again, truly = self.whole.firmness.list_size
        listed = int(np.sum(self.decision.status == "shnor"))
        told = f"в списке {listed}, в повторениях {again:.0f}, по истинным долям {truly:.0f}"
        return f"<{self.decision.year}: {told}>"

    @property
    def decision(self) -> Decision:
        """The verdicts of the whole region."""
        return self.whole.decision

    @property
    def schools(self) -> pd.DataFrame:
        """One row a school: school_id, name, municipality_id, municipality, then as `Firmness.schools`."""
        return self.whole.part(self.whole.firm_schools, self.municipality_id)

    @property
    def cells(self) -> pd.DataFrame:
        """One row a judged cell of the year: k, n and share as they are, and beside them the shrunken share.

        Columns: school_id, name, municipality_id, municipality, series, year, participants, failed (Int64),
            share,
        low, high (Float64, Wilson 95 %), and the columns of `Firmness.cells`.
        """
        return self.whole.part(self.whole.firm_cells, self.municipality_id)

    def funnel(self, series: str) -> Funnel | None:
        """Funnel of a series over the whole region; None where nobody took part or the method lacks it."""
        return self.whole.funnels.get(series)
