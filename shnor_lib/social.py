"""Social index and what follows from it, as an analyst holds them (R20–R22, METHODOLOGY §3, §4.1, §9.1).

In:   the verdicts of a year, the index and the signs of the whole region.
Out:  `Social`, what `Region.social` gives: tables with names, limited to a municipality.
Not:  another list: the formal one stands as the method makes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from shnor_lib.analysis import neighbours, pooled, risk, social_index
from shnor_lib.analysis.identification import Decision
from shnor_lib.analysis.social_index import Index
from shnor_lib.methodology import Methodology
from shnor_lib.present import labels, text
from shnor_lib.present import social as words
from shnor_lib.verdicts import Verdicts

LOOK_BACK = 4  # years before the reporting one that any policy looks at

# The contract of `shnor social-index`: these columns, in this order.
CONTRACT = (
    "school_id",
    "year",
    "index",
    "low_quartile",
    "index_state",
    "index_reason",
    "passport_year",
    "indicators",
    "asked",
    "shnsu",
    "risk",
    "risk_parts",
    "risk_unknown",
    "watch_zone",
    "watch_parts",
    "resilient",
    "standing",
)

_NAMES = ["school_id", "name", "municipality_id", "municipality"]
# What would tell of a handful of people: counts of the school itself, beside its neighbours.
_COUNTS = ["failed", "participants", "share", "low", "high", "above"]


@dataclass(frozen=True, repr=False)
class Findings:
    """What is found in the whole region, each thing once.

    Attributes:
        decision: verdicts of the year.
        earlier: verdicts of some years before, on the schools as they are in the year.
        method: the method applied.
        index: R21.
        signs: what is known of each school (see `risk.signs`).
    """

    decision: Decision
    earlier: Mapping[int, Decision]
    method: Methodology
    index: Index
    signs: pd.DataFrame

    @cached_property
    def zone(self) -> pd.DataFrame:
        """R20 (see `risk.zone`)."""
        return risk.zone(self.signs, self.method.risk.parts)

    @cached_property
    def watch(self) -> pd.DataFrame:
        """Watch zone (see `risk.watch`)."""
        policy = self.method.watch
        before = self.earlier.get(self.decision.year - policy.worsening_years)
        return risk.watch(self.decision, before, self.signs, policy)

    @cached_property
    def resilient(self) -> pd.DataFrame:
        """R22 (see `risk.resilient`); nobody is known to be one where a year is not loaded."""
        years = range(self.decision.year - 1, self.decision.year - self.method.resilient.years, -1)
        loaded = [self.earlier[year] for year in years if year in self.earlier]
        whole = len(loaded) == len(years)
        return risk.resilient([self.decision, *loaded] if whole else [], self.index)

    @cached_property
    def schools(self) -> pd.DataFrame:
        """Attributes of the schools with their index: what `neighbours` compares."""
        attributes = self.decision.roster.judged[[*_NAMES, "locality", "enrolment", "level_max"]]
        return attributes.merge(self.index.table[["school_id", "index"]], on="school_id", validate="1:1")

    @cached_property
    def similar(self) -> neighbours.Similar:
        """The nearest schools of each one."""
        return neighbours.similar(self.schools, self.method.neighbours)

    @cached_property
    def standing(self) -> pd.DataFrame:
        """Each school beside its neighbours (see `neighbours.standing`)."""
        return neighbours.standing(self.decision, self.similar)

    @cached_property
    def sanity(self) -> tuple[int, float | None]:
        """Schools with an index and results, and the rank correlation of the two (R21, §3 item 6)."""
        return social_index.rank_correlation(self.index, pooled.shares(self.decision))


@dataclass(frozen=True, repr=False)
class Social:
    """Social index, zones and similar schools of a year.

    Attributes:
        found: all of it for the whole region: Q1 and neighbours do not stop at a municipality.
        verdicts: the verdicts of the year, limited to a municipality where the view is.
    """

    found: Findings
    verdicts: Verdicts

    @property
    def year(self) -> int:
        """Reporting year."""
        return self.verdicts.year

    @property
    def method(self) -> Methodology:
        """The method applied."""
        return self.found.method

    @property
    def has_index(self) -> bool:
        """Whether any school of the region has an index."""
        return bool(self.found.index.values)

    def __repr__(self) -> str:
        table = self.table
        told = (
            f"{labels.of(labels.INDEX_STATES, state).text}: {int(number)}"
            for state, number in table["index_state"].value_counts(sort=False).items()
        )
        return (
            f"<{self.verdicts.title}, {self.year} год, {self.method.social_index.title}: {', '.join(told)}>"
        )

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a school, counts as they are: for the analyst.

        Columns: school_id, name, municipality_id, municipality, status, year, pupils, those of `CONTRACT`,
        deficits and high_factors (Int64), and the columns of `neighbours.standing`.
        """
        index = self.found.index.table.rename(
            columns={"state": "index_state", "reason": "index_reason", "low": "low_quartile"}
        )
        watch = self.found.watch.rename(columns={"watch": "watch_zone"})
        numbers = self.found.signs[["school_id", "deficits", "high_factors"]]
        table = self.verdicts.statuses[[*_NAMES, "status", "year"]]
        for part in (index, numbers, self.found.zone, watch, self.found.resilient, self.found.standing):
            table = table.merge(part, on="school_id", validate="1:1")
        return table

    @cached_property
    def public(self) -> pd.DataFrame:
        """`table` as it may leave the institute (R25): `pupils` is not in it.

        The index is hidden of schools with fewer pupils than may be shown. A school stands beside its
        neighbours by those cells of its own and of theirs that are shown, wherever in the region they lie:
        from a sum a hidden one could be found by subtraction.
        """
        minimum = self.method.publication.min_participants
        standing = neighbours.standing(self.found.decision, self.found.similar, self.verdicts.whole.shown)
        others = self.table.drop(columns=standing.columns.drop("school_id"))
        table = others.merge(standing, on="school_id", validate="1:1")
        few = table["pupils"].lt(minimum).fillna(value=False).astype(bool)
        table["index"] = table["index"].mask(few)
        small = table["participants"].lt(minimum).fillna(value=False).astype(bool)
        for name in _COUNTS:
            table[name] = table[name].mask(small)
        return table.drop(columns="pupils")

    @property
    def contract(self) -> pd.DataFrame:
        """The contract columns of `public`, as `shnor social-index` writes them."""
        return self.public[list(CONTRACT)]

    @property
    def sheets(self) -> dict[str, pd.DataFrame]:
        """Schools for a spreadsheet: municipality, school, code first; ШНСУ apart."""
        order = ["municipality", "name", "school_id"]
        # A method without a zone of risk says nothing in its columns.
        silent = () if self.method.risk.parts else ("risk", "risk_parts", "risk_unknown")
        rest = [name for name in CONTRACT if name not in ("school_id", "year", *silent)]
        every = self.public[[*order, "status", *rest, "deficits", "high_factors"]]
        every = every.sort_values(order, key=text.alphabet, ignore_index=True)
        every["index"] = every["index"].astype("Float64").round(words.digits(self.found.index))
        there = every["shnsu"].fillna(value=False).astype(bool)
        return {"Все школы": every, "ШНСУ": every.loc[there, [*order, "index", "deficits"]]}

    def neighbours(self, school_id: str) -> pd.DataFrame:
        """Schools similar to one school, the nearest first: attributes only, no results.

        Returns:
            school_id, name, municipality, place, distance, index, enrolment, locality, level_max.

        Raises:
            SelectionError: the school is not among the judged ones of the year.
        """
        code = self.verdicts.judged(school_id)
        near = self.found.similar.of(code).drop(columns="school_id")
        near = near.rename(columns={"neighbour_id": "school_id"})
        attributes = self.found.schools.drop(columns="municipality_id")
        table = near.merge(attributes, on="school_id", validate="1:1")
        columns = ["school_id", "name", "municipality", "place", "distance", "index", "enrolment"]
        return table.sort_values("place", ignore_index=True)[[*columns, "locality", "level_max"]]

    def compared_by(self, school_id: str) -> list[str]:
        """Characteristics in which the neighbours of a school were sought, some of `CHARACTERISTICS`."""
        by = self.found.similar.by.set_index("school_id")["by"]
        return [name for name in str(by[self.verdicts.judged(school_id)]).split(";") if name]
