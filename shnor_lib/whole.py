"""What a decision says of the whole region, each answer once; every municipality takes its rows from it.

In:   a decision, the method behind it, the ground both stand on.
Out:  `Whole`: frames of the region with names of schools, and `part`, the rows of a municipality.
Not:  what an analyst holds (see `verdicts`, `chance`, `credibility`).

A batch asks the same of two thousand municipalities; what is hidden (R25) and how firm a verdict is are
questions about the region, so they are answered here and only looked up there.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from shnor_lib import disclosure
from shnor_lib.analysis import cells, nearest, support, totals
from shnor_lib.analysis.cells import Flags
from shnor_lib.analysis.credibility.signals import Signals
from shnor_lib.analysis.identification import Decision, joined
from shnor_lib.analysis.stability import Firmness
from shnor_lib.ground import Ground
from shnor_lib.methodology import Methodology
from shnor_lib.present import counts
from shnor_lib.present.reasons import Reasons
from shnor_lib.statistics.funnel import Funnel, funnel

NAMES = ["school_id", "name", "municipality_id", "municipality"]


@dataclass(frozen=True, repr=False, eq=False)
class Whole:
    """A decision over a whole region, and what follows from it.

    Attributes:
        ground: snapshot under the decision.
        decision: verdicts of a year as arrays.
        method: the method applied.
    """

    ground: Ground
    decision: Decision
    method: Methodology

    @property
    def minimum(self) -> int:
        """Participants below which counts are not shown (R25)."""
        return self.method.publication.min_participants

    @property
    def names(self) -> pd.DataFrame:
        """school_id, name, municipality_id, municipality of every judged school."""
        return self.decision.roster.judged[NAMES]

    @cached_property
    def statuses(self) -> pd.DataFrame:
        """`Decision.table`, with the column `support` where the method has support clusters.

        Series whose counts are hidden are not named in `hit_series` and `limb_b_series` (R25), though `hits`
        counts them.
        """
        found, series = self.decision, self.decision.cube.series
        hits, twice = counts.unnamed(found, self.minimum)
        table = found.table.assign(
            hit_series=joined(found.now.certain & ~hits, series),
            limb_b_series=joined(found.limb_b_series & ~twice, series),
        )
        if self.method.support.clusters:
            return table.assign(support=self.support.reindex(table["school_id"]).to_numpy())
        return table

    @cached_property
    def support(self) -> pd.Series:
        """Support cluster of every judged school (seed 000), missing where it fits none."""
        return support.assign(self.decision, self.method.support, frozenset(self.decision.risk))

    @cached_property
    def reasons(self) -> Reasons:
        """Russian reasons by position of a school in the decision."""
        return Reasons(self.decision, self.minimum)

    @cached_property
    def cells(self) -> pd.DataFrame:
        """`Decision.cells` with name, municipality_id and municipality."""
        return self.decision.cells.merge(self.names, on="school_id", how="left")

    @cached_property
    def public_cells(self) -> pd.DataFrame:
        """`cells` with the counts hidden that may not be shown (R25)."""
        return disclosure.protect(self.cells, self.minimum)

    def totals(self, municipality_id: str | None) -> pd.DataFrame:
        """Sums of a territory (see `totals.by_series`) from which no hidden count can be told (R25)."""
        cube, judged = self.decision.cube, self.decision.roster.judged
        at = cube.year(self.decision.year)
        exact = (cube.participants[at] > 0) & cells.exact(cube.low[at], cube.high[at])
        of_municipality, of_region = disclosure.untold_over_schools(
            cube.participants[at], exact, judged["municipality_id"], self.minimum
        )
        here = self.part(judged, municipality_id)["school_id"]
        untold = of_region if municipality_id is None else of_municipality
        found = totals.by_series(self.decision, here)
        kept = found["participants"].to_numpy() >= self.minimum
        kept &= ~(untold & exact & cube.schools.isin(here)[:, None]).any(axis=0)
        return found[kept].reset_index(drop=True)

    @cached_property
    def nearest(self) -> nearest.Changes:
        """For every judged school: how few results decide its verdict."""
        return nearest.changes(self.decision)

    @property
    def firmness(self) -> Firmness:
        """What chance makes of the decision."""
        return self.ground.firmness(self.decision)

    @cached_property
    def firm_schools(self) -> pd.DataFrame:
        """`Firmness.schools` with names."""
        return self.names.merge(self.firmness.schools, on="school_id", how="right")

    @cached_property
    def firm_cells(self) -> pd.DataFrame:
        """Judged cells of the year, raw and shrunken, with names (see `Chance.cells`)."""
        raw = self.decision.cells
        own = raw.loc[
            raw["year"].eq(self.decision.year).to_numpy(dtype=bool),
            ["school_id", "series", "participants", "failed", "share", "low", "high"],
        ]
        both = own.merge(self.firmness.cells, on=["school_id", "series"], validate="1:1")
        return self.names.merge(both, on="school_id", how="right")

    @cached_property
    def shown(self) -> Flags:
        """Cells of the year, school × series, whose counts may be shown (R25); those without any as well."""
        public, cube = self.public_cells, self.decision.cube
        secret = public[public["suppressed"] & public["year"].eq(self.decision.year)]
        shown = np.ones(self.decision.now.known.shape, dtype=bool)
        at_school = cube.schools.get_indexer(pd.Index(secret["school_id"]))
        shown[at_school, pd.Index(cube.series).get_indexer(pd.Index(secret["series"]))] = False
        return shown

    @cached_property
    def funnels(self) -> dict[str, Funnel]:
        """Funnel of every series in which somebody took part, from the cells that may be shown (R25).

        Its limits stand on the page to many digits: from the dispersion of all cells a hidden one could be
        computed.
        """
        now, found = self.decision.now, {}
        shown = now.known & cells.exact(now.low, now.high) & self.shown
        for at, series in enumerate(self.decision.cube.series):
            here = shown[:, at]
            of = funnel(now.low[here, at].astype(float), now.participants[here, at].astype(float))
            if of is not None:
                found[series] = of
        return found

    @property
    def signals(self) -> Signals:
        """Signals of credibility of the year (§6)."""
        return self.ground.signals(self.decision)

    def part(self, frame: pd.DataFrame, municipality_id: str | None) -> pd.DataFrame:
        """Rows of a municipality in one of the frames above; all of them for None."""
        return self.ground.part(frame, municipality_id)
