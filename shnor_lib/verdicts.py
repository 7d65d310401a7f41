"""Verdicts of a year as an analyst holds them: a table with reasons, the cells, and the reasons in full.

In:   a `Decision` over the whole region, and the municipality to which a view is limited.
Out:  `Verdicts`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from shnor_lib.analysis.identification import STATUSES, Decision
from shnor_lib.analysis.nearest import Changes
from shnor_lib.chance import Chance
from shnor_lib.credibility import Credibility
from shnor_lib.data import series as series_ids
from shnor_lib.data.schools import school_digits
from shnor_lib.errors import SelectionError
from shnor_lib.methodology import Methodology
from shnor_lib.present import labels, text
from shnor_lib.trace import Trace, trace
from shnor_lib.whole import Whole

# The contract of `shnor identify`: these columns, in this order.
CONTRACT = (
    "school_id",
    "year",
    "status",
    "limb_a",
    "limb_b",
    "hits",
    "evaluable",
    "expected",
    "hit_series",
    "limb_b_series",
    "reasons",
)

# Readings of the rule that regions and years differ in (METHODOLOGY §1.2, §9.1 item 5).
READINGS: Mapping[str, Mapping[str, object]] = {
    "threshold 25": {"threshold": 25},
    "threshold 35": {"threshold": 35},
    "at least 5": {"small_counts": "suppress", "min_participants": 5},
    "at least 10": {"small_counts": "suppress", "min_participants": 10},
    "at least 20": {"small_counts": "suppress", "min_participants": 20},
    "pool 3": {"small_counts": "pool", "pool_years": 3, "min_participants": 1},
    "any series": {"limb_b": "any_series"},
    "exam types": {"distinct": "exam_type"},
    "strict": {"comparability": "strict"},
}


@dataclass(frozen=True, repr=False)
class Verdicts:
    """Who is ШНОР in a year, and why.

    Attributes:
        whole: the decision over the whole region.
        title: region or municipality, for headings.
        municipality_id: the municipality to which the view is limited, or None.
        again: the same identification under other settings, for `what_if`.
    """

    whole: Whole
    title: str
    municipality_id: str | None
    again: Callable[..., "Verdicts"]

    @property
    def decision(self) -> Decision:
        """The verdicts of the whole region as arrays."""
        return self.whole.decision

    @property
    def method(self) -> Methodology:
        """The method applied."""
        return self.whole.method

    @property
    def year(self) -> int:
        """Reporting year."""
        return self.decision.year

    def __repr__(self) -> str:
        counts = ", ".join(f"{labels.STATUSES[name].text}: {n}" for name, n in self.counts.items() if n)
        return f"<{self.title}, {self.year} год, методика {self.method.label}: {counts}>"

    @cached_property
    def statuses(self) -> pd.DataFrame:
        """One row a school without the reasons: all other columns of `table`, at once for a whole country.

        A method with support clusters adds the column `support` (str, may be missing).
        """
        return self._scoped(self.whole.statuses)

    @property
    def support(self) -> pd.Series:
        """Support cluster of every judged school of the region (seed 000), missing where it fits none."""
        return self.whole.support

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a school: the contract columns, then attributes and flags (see `Decision.table`).

        `reasons` is Russian text, joined by `;`; counts that the method does not allow to publish are
        not in it (R25).
        """
        statuses = self.statuses
        positions = self.decision.cube.schools.get_indexer(pd.Index(statuses["school_id"]))
        told = self.whole.reasons.of(positions.tolist())
        table = statuses.assign(reasons=pd.Series(told, index=statuses.index, dtype="str"))
        return table[[*CONTRACT, *(name for name in table.columns if name not in CONTRACT)]]

    @property
    def sheets(self) -> dict[str, pd.DataFrame]:
        """The list for an order, and all schools, for a spreadsheet: municipality, school, code first.

        A method that keeps schools with biased results apart (R16) has them on a sheet of their own.
        """
        order = ["municipality", "name", "school_id"]
        rest = [name for name in self.table if name not in (*order, "status", "reasons", "year")]
        every = self.table[[*order, "status", "reasons", *rest]]
        every = every.sort_values(order, key=text.alphabet, ignore_index=True)
        sheets = {"Список ШНОР": self.listed[[*order, "reasons"]]}
        if self.method.identification.biased_list == "separate":
            apart = every["biased"] & every["status"].eq("doubtful")
            sheets["Под сомнением"] = every.loc[apart, [*order, "reasons"]].reset_index(drop=True)
        return {**sheets, "Все школы": every}

    @property
    def contract(self) -> pd.DataFrame:
        """The contract columns of `table` alone, as `shnor identify` writes them."""
        return self.table[list(CONTRACT)]

    @property
    def listed(self) -> pd.DataFrame:
        """Rows of `table` with status `shnor`, by municipality and name: a list, not a rating."""
        listed = self.table[self.table["status"].eq("shnor")]
        order = ["municipality", "name", "school_id"]
        return listed.sort_values(order, key=text.alphabet, ignore_index=True)

    @property
    def counts(self) -> dict[str, int]:
        """Number of schools by status, all statuses named."""
        numbers = self.statuses["status"].value_counts()
        return {status: int(numbers.get(status, 0)) for status in STATUSES}

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Cells behind the verdicts (see `Decision.cells`), with name, municipality_id and municipality."""
        return self._scoped(self.whole.cells)

    @cached_property
    def public_cells(self) -> pd.DataFrame:
        """`cells` with the counts hidden that may not be shown (R25), decided over the whole region."""
        return self._scoped(self.whole.public_cells)

    @property
    def totals(self) -> pd.DataFrame:
        """All children of the territory together by series, where that may be shown (see `Whole.totals`)."""
        return self.whole.totals(self.municipality_id)

    @cached_property
    def out_of_scope(self) -> pd.DataFrame:
        """Schools to which the method does not apply («вне охвата»)."""
        return self._scoped(self.decision.roster.out_of_scope)

    @property
    def missing_series(self) -> list[str]:
        """Series that were held but of which not a single result is loaded, as Russian short names."""
        expected, cube = self.decision.expected, self.decision.cube
        loaded = cube.row[cube.year(self.decision.year)] >= 0
        return [
            series_ids.parse(name).short
            for position, name in enumerate(self.decision.cube.series)
            if expected[:, position].any() and not loaded[:, position].any()
        ]

    def judged(self, school_id: str) -> str:
        """Six digits of a school that was judged in the year.

        Args:
            school_id: with or without the letters of the login.

        Raises:
            SelectionError: the school is not among the judged ones; says why.
        """
        school_id = school_digits(school_id) or school_id
        known = self._scoped(self.decision.roster.judged)["school_id"]
        if school_id not in set(known):
            outside = set(self.decision.roster.out_of_scope["school_id"])
            if school_id in outside:
                raise SelectionError(f"Школа {school_id} вне охвата методики «{self.method.id}».")
            raise SelectionError(
                f"Школы с кодом «{school_id}» нет: за {self.year} год ({self.title}) в реестре "
                f"{text.counted(len(known), text.SCHOOLS)}."
            )
        return school_id

    def explain(self, school_id: str) -> str:
        """Decision trace of one school in Russian: cells, rules, thresholds, file and row of each number.

        Raises:
            SelectionError: the school is not among the judged ones of the year.
        """
        return self.trace(school_id).text

    def trace(self, school_id: str) -> Trace:
        """Decision trace of one school as a value, with what would have to be different for another verdict.

        Raises:
            SelectionError: the school is not among the judged ones of the year.
        """
        return trace(self.decision, self.nearest, self.method, self.judged(school_id))

    @property
    def nearest(self) -> Changes:
        """For every judged school of the region: how few results decide its verdict."""
        return self.whole.nearest

    def what_if(self, **overrides: object) -> "Verdicts":
        """The same year under other settings: `what_if(threshold=25, min_participants=10)`."""
        return self.again(**overrides)

    def readings(self, settings: Mapping[str, Mapping[str, object]] = READINGS) -> pd.DataFrame:
        """The same year under other readings of the rule, side by side: whose verdict depends on the reading.

        Args:
            settings: name of a reading → settings of the method that differ in it.

        Returns:
            school_id, name, municipality, status (here), and a column of statuses for each reading.
        """
        table = self.statuses[["school_id", "name", "municipality", "status"]]
        for name, changed in settings.items():
            theirs = self.again(**changed).statuses.set_index("school_id")["status"]
            table = table.assign(**{name: table["school_id"].map(theirs)})
        return table

    @cached_property
    def chance(self) -> Chance:
        """How firm the verdicts are, shrunken shares, funnels: beside the list, never in it."""
        return Chance(self.whole, self.municipality_id)

    @cached_property
    def credibility(self) -> Credibility:
        """Whether the results look natural (§6): signals beside the list, never in it."""
        return Credibility(self.whole, self.municipality_id)

    def compare(self, other: "Verdicts") -> pd.DataFrame:
        """Schools whose status differs between two verdicts.

        Returns:
            school_id, name, municipality, status (here), other_status.
        """
        columns = ["school_id", "name", "municipality", "status"]
        theirs = other.statuses[["school_id", "status"]].rename(columns={"status": "other_status"})
        both = self.statuses[columns].merge(theirs, on="school_id", how="outer")
        differ = both["status"].fillna("") != both["other_status"].fillna("")
        return both[differ].sort_values(["municipality", "name"], key=text.alphabet, ignore_index=True)

    def _scoped(self, frame: pd.DataFrame) -> pd.DataFrame:
        return self.whole.part(frame, self.municipality_id)
