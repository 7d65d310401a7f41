"""Targets (R24) as an analyst holds them: plan, fact, whether reached, and what of it may be shown (R25).

In:   the ground, the method, and the municipality looked at.
Out:  `targets`, what `Region.targets` gives.
Not:  how a target is held against a count (see `analysis.targets`), words (see `present.targets`).

Targets come from the table `targets` (those of the year, of each municipality) and from the method (of all
schools of the territory looked at, whatever year they are for). Persons are counted over the schools that the
method judges, so that a target and a list speak of the same schools.
"""

import numpy as np
import pandas as pd

from shnor_lib import disclosure
from shnor_lib.analysis.targets import Measure, Measured, evaluate
from shnor_lib.data import crosswalk as codes
from shnor_lib.data.target_indicators import Counted, counted
from shnor_lib.ground import Ground
from shnor_lib.methodology import Methodology

_TABLES = ("outcomes", "prevention")
_STATED = ("plan", "base", "base_value", "base_count", "base_of", "reached")
_NAMES = ("municipality_id", "municipality")


class _Counts:
    """Persons by indicator and year over the judged schools, under the codes of a year."""

    def __init__(self, ground: Ground, as_of: int, judged: pd.DataFrame, minimum: int) -> None:
        def moved(name: str) -> pd.DataFrame:
            """A table of the region, which every municipality asks for."""
            return ground.kept(
                ("under codes", name, as_of),
                lambda: codes.under_codes(ground.table(name), ground.table("crosswalk"), as_of),
            )

        self._homes = judged.set_index("school_id")["municipality_id"]
        self._tables = {name: moved(name) for name in _TABLES}
        self._results = moved("results")
        self._minimum = minimum
        self._known: dict[tuple[str, int], pd.DataFrame] = {}

    def of(self, municipality_id: str | None) -> Measure:
        """What was counted in a municipality, or in the region, over the schools of which it is known."""

        def measure(indicator: str, year: int) -> Measured | None:
            if (indicator, year) not in self._known:
                self._known[indicator, year] = self._cells(indicator, year)
            cells, side = self._known[indicator, year], "of_region"
            if municipality_id is not None:
                cells, side = cells[_is(cells, municipality_id)], "of_municipality"
            n = int(cells["of"].sum())
            if n <= 0:
                return None
            hidden = n < self._minimum or bool(cells[side].any())
            return Measured(int(cells["low"].sum()), int(cells["high"].sum()), n, hidden)

        return measure

    def _cells(self, indicator: str, year: int) -> pd.DataFrame:
        """low, high, of by school; municipality_id; which totals must not be shown (`disclosure.untold`)."""
        how = counted().get(indicator)
        found = self._of_results(how, year) if how else self._of_tables(indicator, year)
        municipalities, totals = (
            found.groupby(keys, dropna=False, sort=False).ngroup().to_numpy().astype(np.int64)
            for keys in (["municipality_id", "kind"], ["kind"])
        )
        n, low, high = (found[name].to_numpy(dtype="int64") for name in ("of", "low", "high"))
        of_municipality, of_region = disclosure.untold(n, low == high, municipalities, totals, self._minimum)
        return found.assign(of_municipality=of_municipality, of_region=of_region)

    def _of_tables(self, indicator: str, year: int) -> pd.DataFrame:
        for table in self._tables.values():
            rows = self._here(table, year)
            known = rows[rows["indicator"].eq(indicator) & rows["count"].notna() & rows["base"].notna()]
            if len(known):
                break
        columns = {"low": known["count"], "high": known["count"], "of": known["base"]}
        return known[["municipality_id"]].assign(**columns, kind=indicator)

    def _of_results(self, how: Counted, year: int) -> pd.DataFrame:
        rows = self._here(self._results, year)
        rows = rows[rows["series"].isin(how.series) & rows["attempt"].fillna("first").eq(how.attempt)]
        low, high = (
            rows["failed"].fillna(rows[name]) if name in rows else rows["failed"]
            for name in ("failed_low", "failed_high")
        )
        n = rows["participants"]
        known = (low.notna() & high.notna() & n.notna()).to_numpy(dtype=bool)
        ends = {"low": n - high, "high": n - low} if how.passed else {"low": low, "high": high}
        return rows[["municipality_id"]].assign(**ends, of=n, kind=rows["series"])[known]

    def _here(self, table: pd.DataFrame, year: int) -> pd.DataFrame:
        mine = table["year"].eq(year).fillna(value=False) & table["school_id"].isin(self._homes.index)
        rows = table[mine.to_numpy(dtype=bool)].drop(columns="municipality_id", errors="ignore")
        return rows.assign(municipality_id=rows["school_id"].map(self._homes))


def targets(ground: Ground, year: int, method: Methodology, municipality_id: str | None) -> pd.DataFrame:
    """Targets and what came of them.

    Args:
        ground: tables of the region.
        year: reporting year.
        method: with targets of its own, or none.
        municipality_id: the municipality looked at; None for the region.

    Returns:
        municipality_id, municipality (str; missing for a target of the method), indicator, year, title, goal,
        value, unit, base_year, source, then as `analysis.targets.evaluate`. Counts of fewer than the
        publishable number of persons are hidden (R25), in the year and in the base year, and so are totals
        from which a hidden count of a school could be told: suppressed (bool).
    """
    judged = ground.decision(year, method, as_of=year).roster.judged
    parts = []
    own = pd.DataFrame([target.model_dump() for target in method.beside.targets])
    planned = ground.table("targets")
    planned = planned[planned["year"].eq(year).fillna(value=False).to_numpy(dtype=bool)]
    if municipality_id is not None:
        planned = planned[_is(planned, municipality_id)]
    if own.empty and planned.empty:
        return pd.DataFrame(columns=[*_NAMES, "indicator", "year", "title", "reached", "why", "suppressed"])
    counts = _Counts(ground, year, judged, method.publication.min_participants)
    if len(own):
        own["source"] = method.source
        parts.append(evaluate(own, counts.of(municipality_id), year))
    titles = judged.drop_duplicates("municipality_id").set_index("municipality_id")["municipality"]
    for home, rows in planned.groupby("municipality_id", sort=True):
        found = evaluate(rows, counts.of(str(home)), year)
        parts.append(found.assign(municipality=titles.get(home, str(home))))
    every = pd.concat(parts, ignore_index=True)
    for name in (*_NAMES, "unit", "goal", "title", "source"):
        every[name] = every[name].astype("str") if name in every else pd.Series(dtype="str")
    if "base_of" not in every:
        return every
    # A base that the plan itself states as a part of a handful; with it the plan and what was reached.
    few = every["base_of"].lt(method.publication.min_participants).fillna(value=False).astype(bool)
    every["why"] = every["why"].mask(few & every["reached"].notna(), "hidden")
    for name in [name for name in _STATED if name in every]:
        every[name] = every[name].mask(few)
    return every


def _is(frame: pd.DataFrame, municipality_id: str) -> "pd.Series[bool]":
    return frame["municipality_id"].eq(municipality_id).fillna(value=False).astype(bool)
