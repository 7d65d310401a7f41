"""Dynamics, deficits, indicators, targets as an analyst holds them: with names, limited to a municipality.

In:   what `analysis.dynamics`, `analysis.deficits` and `analysis.beside` found, and the names of
      the register; for targets the ground itself.
Out:  frames ready to be shown or written; `Region` makes them.

Targets (R24) come from the table `targets` (those of the year, of each municipality) and from the method
(of all schools of the territory looked at, whatever year they are for). Persons are counted over the schools
that the method judges, so that a target and a list speak of the same schools.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from shnor_lib.analysis.targets import Measured, evaluate
from shnor_lib.data import crosswalk as codes
from shnor_lib.data.target_indicators import Counted, counted
from shnor_lib.ground import Ground
from shnor_lib.methodology import Methodology
from shnor_lib.present import text

_ORDER = ["municipality", "name", "school_id"]

_TABLES = ("outcomes", "prevention")
_COUNTS = ("count", "of", "share", "actual")
_BASE = ("plan", "base", "base_persons", "base_value", "base_count", "base_of")
_NAMES = ("municipality_id", "municipality")


@dataclass(frozen=True, repr=False)
class DynamicsView:
    """`dynamics.Dynamics` with the names of schools, limited to a municipality, beside what chance would do.

    Attributes:
        title: name of the municipality or the region.
        year: reporting year t.
        method: the method applied.
        scheme: cluster scheme.
        table: school_id, name, municipality_id, municipality, status and cluster and state of both years,
            movement, reason.
        transitions: number of schools from state to state.
        summary: see `dynamics.Dynamics.summary`.
        expected: mean numbers under no real change (positive, negative, neutral, exit, entry), or None
            where the scheme cannot be simulated.
        expected_sd: standard deviations of these numbers.
        comparable: the procedures of both years may be compared (R13).
    """

    title: str
    year: int
    method: Methodology
    scheme: str
    table: pd.DataFrame
    transitions: pd.DataFrame
    summary: dict[str, Any]
    expected: dict[str, float] | None
    expected_sd: dict[str, float] | None
    comparable: bool

    def __repr__(self) -> str:
        positive, known = self.summary["share_positive"]
        told = f"положительная динамика у {positive} из {known} {text.plural(known, 'школы', 'школ', 'школ')}"
        return f"<{self.title}, {self.year} год: {told}, вход в список: {self.summary['entry']}>"

    @property
    def sheets(self) -> dict[str, pd.DataFrame]:
        """Schools for a spreadsheet by the alphabet, those that are or were on the list apart."""
        moved = ["status_before", "status_after", "cluster_before", "cluster_after", "movement", "reason"]
        every = self.table.sort_values(_ORDER, key=text.alphabet, ignore_index=True)[[*_ORDER, *moved]]
        listed = every["status_before"].eq("shnor") | every["status_after"].eq("shnor")
        here = every[listed.fillna(value=False).astype(bool)].reset_index(drop=True)
        return {"Были или есть в списке": here, "Все школы": every}


@dataclass(frozen=True, repr=False)
class DeficitsView:
    """`deficits.Deficits` with the names of schools and parameters, limited to a municipality.

    Attributes:
        title: name of the municipality or the region.
        year: reporting year.
        method: the method applied.
        waves: first and second wave, the second None where there is only one.
        table: one row a school, with its status of the year and `has_now`: deficits by its latest audit.
        items: one row a deficit.
        by_code: one row a parameter.
        matrix: school_id × code, the state.
        summary: see `deficits.Deficits.summary`.
    """

    title: str
    year: int
    method: Methodology
    waves: tuple[str, str | None]
    table: pd.DataFrame
    items: pd.DataFrame
    by_code: pd.DataFrame
    matrix: pd.DataFrame
    summary: dict[str, int]

    def __repr__(self) -> str:
        told = f"школ с дефицитами {self.summary['with_deficits']} из {self.summary['audited']}"
        waves = text.join([text.wave(wave) for wave in self.waves if wave])
        return f"<{self.title}, {self.year} год: {told}; {waves}>"

    @property
    def sheets(self) -> dict[str, pd.DataFrame]:
        """Deficits for a spreadsheet in the order of the alphabet, in a school by their codes."""
        first = [*_ORDER, "status", "code", "factor", "parameter", "significance", "state", "value", "source"]
        items = self.items.sort_values([*_ORDER, "code"], key=text.alphabet, ignore_index=True)
        return {"Дефициты": items[[name for name in first if name in items]]}


@dataclass(frozen=True, repr=False)
class BesideView:
    """What the method looks at beside the rule, limited to a municipality.

    Attributes:
        title: name of the municipality or the region.
        year: reporting year.
        method: the method applied.
        schools: school_id, name, municipality_id, municipality, status of the year.
        indicators: see `beside.indicators`, with `suppressed` (bool): counts of a handful are hidden (R25).
        needs: see `beside.needs`.
    """

    title: str
    year: int
    method: Methodology
    schools: pd.DataFrame
    indicators: pd.DataFrame
    needs: pd.DataFrame

    def __repr__(self) -> str:
        told = f"показателей рядом с правилом: {len(self.method.beside.indicators)}"
        schools = text.counted(len(self.schools), text.SCHOOLS)
        return f"<{self.title}, {self.year} год, {schools}, {told}; методика {self.method.label}>"

    @property
    def table(self) -> pd.DataFrame:
        """One row a school: `schools`, need, signs, unknown; of each indicator `<code>_count`, `<code>_base`.

        An indicator that is a list is `<code>` (boolean).
        """
        wide = self.schools
        if self.method.prevention.needs:
            wide = wide.merge(self.needs, on="school_id", how="left", validate="1:1")
        for policy in self.method.beside.indicators:
            rows = self.indicators[self.indicators["code"].eq(policy.code)].set_index("school_id")
            if policy.table == "objectivity":
                wide = wide.assign(**{policy.code: rows["holds"].reindex(wide["school_id"]).array})
                continue
            for name in ("count", "base"):
                column = rows[name].reindex(wide["school_id"]).array
                wide = wide.assign(**{f"{policy.code}_{name}": column})
        return wide


class _Counts:
    """Persons by indicator and year over some schools, under the codes of a year."""

    def __init__(self, ground: Ground, as_of: int, schools: Sequence[str]) -> None:
        def moved(name: str) -> pd.DataFrame:
            """A table of the region, which every municipality asks for."""
            return ground.kept(
                ("under codes", name, as_of),
                lambda: codes.under_codes(ground.table(name), ground.table("crosswalk"), as_of),
            )

        self._schools = frozenset(schools)
        self._tables = {name: moved(name) for name in _TABLES}
        self._results = moved("results")

    def __call__(self, indicator: str, year: int) -> Measured | None:
        """What was counted, over the schools of which it is known; None where it is known of nobody."""
        how = counted().get(indicator)
        found = self._of_results(how, year) if how else self._of_tables(indicator, year)
        return found if found is not None and found.of > 0 else None

    def _of_tables(self, indicator: str, year: int) -> Measured | None:
        for table in self._tables.values():
            rows = self._here(table, year)
            known = rows[rows["indicator"].eq(indicator) & rows["count"].notna() & rows["base"].notna()]
            if len(known):
                count = int(known["count"].sum())
                return Measured(count, count, int(known["base"].sum()))
        return None

    def _of_results(self, how: Counted, year: int) -> Measured | None:
        rows = self._here(self._results, year)
        rows = rows[rows["series"].isin(how.series) & rows["attempt"].fillna("first").eq(how.attempt)]
        low, high = (
            rows["failed"].fillna(rows[name]) if name in rows else rows["failed"]
            for name in ("failed_low", "failed_high")
        )
        known = (low.notna() & high.notna() & rows["participants"].notna()).to_numpy(dtype=bool)
        if not known.any():
            return None
        n = int(rows.loc[known, "participants"].sum())
        least, most = int(low[known].sum()), int(high[known].sum())
        return Measured(n - most, n - least, n) if how.passed else Measured(least, most, n)

    def _here(self, table: pd.DataFrame, year: int) -> pd.DataFrame:
        mine = table["year"].eq(year).fillna(value=False) & table["school_id"].isin(self._schools)
        return table[mine.to_numpy(dtype=bool)]


def targets(ground: Ground, year: int, method: Methodology, municipality_id: str | None) -> pd.DataFrame:
    """Targets and what came of them.

    Args:
        ground: tables of the region.
        year: reporting year.
        method: with targets of its own, or none.
        municipality_id: the municipality looked at; None for the region.

    Returns:
        municipality_id, municipality (str; missing for a target of the method), indicator, year, title, goal,
        value, unit, base_year, source, then as `analysis.targets.evaluate`. Of fewer than the publishable
        number of persons counts and base are hidden (R25), and whether the target is reached, since that
        would tell them: suppressed (bool).
    """
    judged = ground.decision(year, method, as_of=year).roster.judged
    parts = []
    here = judged if municipality_id is None else judged[_is(judged, municipality_id)]
    own = pd.DataFrame([target.model_dump() for target in method.beside.targets])
    if len(own):
        own["source"] = method.source
        parts.append(evaluate(own, _Counts(ground, year, here["school_id"].to_list()), year))
    planned = ground.table("targets")
    planned = planned[planned["year"].eq(year).fillna(value=False).to_numpy(dtype=bool)]
    if municipality_id is not None:
        planned = planned[_is(planned, municipality_id)]
    titles = judged.drop_duplicates("municipality_id").set_index("municipality_id")["municipality"]
    for home, rows in planned.groupby("municipality_id", sort=True):
        schools = judged.loc[_is(judged, str(home)), "school_id"].to_list()
        found = evaluate(rows, _Counts(ground, year, schools), year)
        parts.append(found.assign(municipality=titles.get(home, str(home))))
    if not parts:
        return pd.DataFrame(columns=[*_NAMES, "indicator", "year", "title", "reached", "why", "suppressed"])
    every = pd.concat(parts, ignore_index=True)
    for name in (*_NAMES, "unit", "goal", "title", "source"):
        every[name] = every[name].astype("str") if name in every else pd.Series(dtype="str")
    few, few_before = (
        every[name].lt(method.publication.min_participants).fillna(value=False).astype(bool)
        for name in ("of", "base_persons")
    )
    for hidden, names in ((few, _COUNTS), (few_before, _BASE), (few | few_before, ("reached",))):
        for name in [name for name in names if name in every]:
            every[name] = every[name].mask(hidden)
    return every.assign(suppressed=few | few_before)


def _is(frame: pd.DataFrame, municipality_id: str) -> "pd.Series[bool]":
    return frame["municipality_id"].eq(municipality_id).fillna(value=False).astype(bool)
