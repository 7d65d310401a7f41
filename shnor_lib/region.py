"""The region as an analyst holds it: open the project, ask about a year, a municipality, a school.

In:   a project folder with a snapshot.
Out:  `Region`, and from it `Verdicts`, `DynamicsView`, `DeficitsView`, `BesideView`, `Social`.
"""

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from shnor_lib import disclosure
from shnor_lib import ground as grounds
from shnor_lib.data import provenance, store
from shnor_lib.data.schools import municipality_key, school_digits
from shnor_lib.data.snapshot import Snapshot
from shnor_lib.errors import SelectionError
from shnor_lib.ground import Ground
from shnor_lib.methodology import Methodology, load, override, tried
from shnor_lib.methodology.conditions import Risk
from shnor_lib.settings import Project, find_project
from shnor_lib.social import LOOK_BACK, Findings, Social
from shnor_lib.targets import targets
from shnor_lib.verdicts import Verdicts
from shnor_lib.views import BesideView, DeficitsView, DynamicsView
from shnor_lib.whole import Whole

# A batch pins the snapshot it began with, so that an ingest meanwhile does not mix two of them.
SNAPSHOT_VARIABLE = "SHNOR_SNAPSHOT"


class Municipality(NamedTuple):
    """A municipality by its path-safe id and its name."""

    id: str
    name: str


@dataclass(frozen=True, repr=False)
class Region:
    """A snapshot under a method; `municipality` gives the same, limited to one municipality.

    Attributes:
        usual: the method of the project, where another one is tried before others: hidden cells keep the
            verdict that they have under it (R25).
    """

    ground: Ground
    method: Methodology
    scope: Municipality | None = None
    usual: Methodology | None = None

    @property
    def project(self) -> Project:
        """Where the data, notebooks and reports lie."""
        return self.ground.project

    @property
    def snapshot(self) -> Snapshot:
        """The data it stands on."""
        return self.ground.snapshot

    def __repr__(self) -> str:
        years = f"{self.years[0]}–{self.years[-1]}" if self.years else "без результатов"
        return f"<{self.title}: {years}, снимок {self.snapshot.id}, методика {self.method.label}>"

    @property
    def title(self) -> str:
        """Name of the municipality, else of the region."""
        return self.scope.name if self.scope else self.region_name

    @property
    def region_name(self) -> str:
        """Name of the region from the settings, else from the register."""
        if self.project.settings.region:
            return self.project.settings.region
        names = self.ground.table("schools")["region"].dropna()
        return str(names.mode().iloc[0]) if len(names) else "Регион"

    @property
    def years(self) -> list[int]:
        """Years of which there are results, oldest first."""
        return self.ground.years

    @property
    def latest_year(self) -> int:
        """Newest year of which there are results.

        Raises:
            SelectionError: the snapshot holds no results.
        """
        if not self.years:
            raise SelectionError("В загруженных данных нет результатов процедур. Добавьте их в data/raw.")
        return self.years[-1]

    @property
    def municipalities(self) -> pd.DataFrame:
        """municipality_id, municipality, schools (number in the newest register), by name."""
        return self.ground.municipalities().copy(deep=False)

    def municipality(self, name_or_id: str) -> "Region":
        """The region limited to one municipality, by its id or its name.

        Raises:
            SelectionError: there is no such municipality; similar names are suggested.
        """
        known = self.municipalities
        match = known[known["municipality_id"].eq(name_or_id).to_numpy(dtype=bool)]
        if len(match) != 1:
            match = known[known["municipality"].map(municipality_key).eq(municipality_key(name_or_id))]
        if len(match) != 1:
            names = known["municipality"].to_list()
            similar = difflib.get_close_matches(name_or_id, names, n=3, cutoff=0.5)
            hint = f" Похожие: {', '.join(similar)}." if similar else f" Всего их {len(names)}."
            raise SelectionError(f"Муниципалитета «{name_or_id}» в данных нет.{hint}")
        row = match.iloc[0]
        return replace(self, scope=Municipality(str(row["municipality_id"]), str(row["municipality"])))

    @property
    def of_project(self) -> "Region":
        """The same under the method of the project, where another one is tried."""
        return replace(self, method=self.usual, usual=None) if self.usual else self

    @property
    def geometry(self) -> dict[str, Any] | None:
        """Polygons of the municipalities (GeoJSON), where the inputs held them."""
        return self.ground.kept("geometry", self.snapshot.geometry)

    def sources(self, school: str) -> pd.DataFrame:
        """Where everything known of a school comes from: table, file with its hash, sheet and row.

        Args:
            school: six digits, with or without the letters of the login.

        Returns:
            Columns of `data.provenance.COLUMNS`.

        Raises:
            SelectionError: the data know nothing of the school.
        """
        found = provenance.sources(self.snapshot, school_digits(school) or school)
        if found.empty:
            raise SelectionError(f"О школе «{school}» в загруженных данных ничего нет.")
        return found

    def table(self, name: str) -> pd.DataFrame:
        """A tidy table of the snapshot, limited to the municipality where its rows belong to one."""
        frame = self.ground.table(name).copy(deep=False)
        if self.scope is None:
            return frame
        if "municipality_id" in frame:
            here = frame["municipality_id"].eq(self.scope.id)
        elif "school_id" in frame:
            newest = self.ground.newest_schools()
            own = newest.loc[newest["municipality_id"].eq(self.scope.id).fillna(value=False), "school_id"]
            here = frame["school_id"].isin(own)
        else:
            return frame
        return frame[here.fillna(value=False).astype(bool)].reset_index(drop=True)

    def identify(self, year: int | None = None, **overrides: object) -> Verdicts:
        """Verdicts of a year, the newest by default, under the method or some other settings of it.

        Raises:
            SelectionError: no results of the year.
            UnmatchedError: results carry codes that no school has (R18).
            MethodologyError: an override is wrong.
        """
        return self._verdicts(year, overrides, self.usual)

    def try_out(self, year: int | None = None, **overrides: object) -> Verdicts:
        """Verdicts under other settings for the eyes of others: cells that are hidden do not move (R25).

        By the settings under which a school enters and leaves the list one could find out the counts of a
        group too small to be shown; here such a group counts as under the method (see `analysis.trial`).

        Raises:
            As `identify`.
        """
        return self._verdicts(year, overrides, self.usual or self.method)

    def _verdicts(
        self, year: int | None, overrides: Mapping[str, object], usual: Methodology | None
    ) -> Verdicts:
        when = self._checked(year)
        method = self._method_with(overrides)

        def again(**more: object) -> Verdicts:
            return self._verdicts(when, {**overrides, **more}, usual)

        def whole() -> Whole:
            return Whole(self.ground, self.ground.decision(when, method, when, usual), method)

        # Where nothing differs the answers are those of the method.
        against = usual if usual and usual.identification != method.identification else None
        key = ("whole", when, method, against)
        return Verdicts(self.ground.kept(key, whole), self.title, self._scope_id, again)

    def dynamics(self, year: int | None = None, **overrides: object) -> DynamicsView:
        """Movement of schools between clusters from the year before to the year (R19)."""
        when = self._checked(year)
        method = self._method_with(overrides)
        whole = self.ground.dynamics(when, method, self.usual)
        here = replace(whole, table=self.ground.part(whole.table, self._scope_id))
        means, deviations = self.ground.without_change(when, method, self._scope_id, self.usual)
        return DynamicsView(
            title=self.title,
            year=when,
            method=method,
            scheme=whole.scheme,
            table=here.table,
            transitions=here.transitions,
            summary=here.summary,
            expected=means,
            expected_sd=deviations,
            comparable=whole.comparable,
        )

    def deficits(self, year: int | None = None, **overrides: object) -> DeficitsView:
        """Resource deficits of the last two audits up to the end of the year, or of the context form.

        Raises:
            SelectionError: neither audits nor a context form are loaded for the year or earlier.
        """
        when = self._checked(year)
        method = self._method_with(overrides)
        verdicts = self.identify(when, **overrides)
        schools = verdicts.statuses[["school_id", "name", "municipality_id", "municipality", "status"]]
        found = self.ground.deficits(when, method, schools["school_id"].to_list())
        if found is None:
            raise SelectionError(
                f"До конца {when} года нет ни аудита дефицитов, ни контекстной анкеты. "
                "Добавьте файлы в data/raw и выполните: shnor ingest"
            )
        items = found.items.merge(schools, on="school_id", how="left")
        return DeficitsView(
            title=self.title,
            year=when,
            method=method,
            waves=found.waves,
            table=schools.merge(found.table.assign(has_now=found.has_now), on="school_id", validate="1:1"),
            items=items,
            by_code=found.by_code,
            matrix=found.matrix,
            summary=found.summary,
        )

    def beside(self, year: int | None = None, **overrides: object) -> BesideView:
        """Indicators beside the rule and who needs prevention, as the method has them (seed 000)."""
        when = self._checked(year)
        method = self._method_with(overrides)
        found = self.ground.decision(when, method, when, self.usual)
        names = ["school_id", "name", "municipality_id", "municipality"]
        every = found.roster.judged[names].assign(status=pd.Series(found.status, dtype="str"))
        indicators, needs = self.ground.beside(when, method, every["school_id"].to_list())
        # What is hidden is decided over the whole region, as for results: a share of a base is one, too.
        cells = indicators.merge(every[["school_id", "municipality_id"]], on="school_id", how="left")
        cells = cells.rename(columns={"count": "failed", "base": "participants"})
        hidden = disclosure.protect(
            cells.assign(series=cells["code"], year=when), method.publication.min_participants
        )
        indicators = indicators.assign(
            count=hidden["failed"], base=hidden["participants"], suppressed=hidden["suppressed"]
        )
        schools = self._here(every)
        return BesideView(self.title, when, method, schools, indicators, needs)

    def targets(self, year: int | None = None, **overrides: object) -> pd.DataFrame:
        """R24: targets of the municipality or the region and what came of them (see `targets`)."""
        when = self._checked(year)
        return targets(self.ground, when, self._method_with(overrides), self._scope_id)

    def social(self, year: int | None = None, **overrides: object) -> Social:
        """Social index, ШНСУ, zones of risk and of attention, resilient and similar schools (R20–R22)."""
        when = self._checked(year)
        method = self._method_with(overrides)
        ground, decision = self.ground, self.ground.decision(when, method, when, self.usual)
        schools = decision.roster.judged["school_id"].to_list()

        def make() -> Findings:
            years = [past for past in self.years if past < when][-LOOK_BACK:]
            # Of earlier years only the results are looked at: what was listed then is of no matter.
            rule = method.identification.model_copy(update={"listing": "rule"})
            plain = method.model_copy(update={"identification": rule, "risk": Risk()})
            return Findings(
                decision=decision,
                earlier={past: ground.decision(past, plain, when, self.usual) for past in years},
                method=method,
                index=ground.social_index(when, method, when, schools),
                signs=ground.signs(when, method, when, schools),
            )

        found = ground.kept(("social", when, method, self.usual), make)
        return Social(found, self.identify(when, **overrides))

    def _checked(self, year: int | None) -> int:
        when = self.latest_year if not year else int(year)
        if when not in self.years:
            have = ", ".join(map(str, self.years))
            raise SelectionError(f"За {when} год нет результатов. Есть за годы: {have}.")
        return when

    def _method_with(self, overrides: Mapping[str, object]) -> Methodology:
        return override(self.method, overrides) if overrides else self.method

    @property
    def _scope_id(self) -> str | None:
        return self.scope.id if self.scope else None

    def _here(self, frame: pd.DataFrame) -> pd.DataFrame:
        if self.scope is None:
            return frame
        here = frame["municipality_id"].eq(self.scope.id).fillna(value=False).astype(bool)
        return frame[here].reset_index(drop=True)


def open_region(
    project: str | Path | None = None,
    methodology: str | Path | None = None,
    snapshot: str | None = None,
    before_others: bool = False,
) -> Region:
    """The region of a project: its current snapshot under its methodology.

    Args:
        project: folder; by default found from `SHNOR_PROJECT` or the current folder upward.
        methodology: profile id or YAML file; by default that of `shnor.yml`.
        snapshot: id or its beginning; by default that of `SHNOR_SNAPSHOT`, else the current one.
        before_others: for pages that are published: a file that is not the method of the project is a trial,
            in which hidden cells do not move (see `methodology.tried`).

    Raises:
        InputError: no project, or nothing ingested yet.
        MethodologyError: the profile is wrong.
    """
    home = find_project(project)
    pinned = snapshot or os.environ.get(SNAPSHOT_VARIABLE)
    chosen = store.open_snapshot(home.processed, pinned) if pinned else store.current(home.processed)
    usual = home.method(home.settings.methodology)
    name = home.method(methodology) if methodology else usual
    method, against = load(name), None
    if before_others:
        method, against = tried.before_others(name, method, usual)
    return Region(grounds.on(home, chosen), method, usual=against)
