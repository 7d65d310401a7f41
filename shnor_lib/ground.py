"""What stands under a region: tables of its snapshot under the codes of a year, and decisions on them.

In:   a project, its snapshot.
Out:  `Ground`: tables, decisions and what is drawn from them, each made once and kept.
Not:  the words an analyst uses, and municipalities (see `region`).
"""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from shnor_lib import disclosure
from shnor_lib.analysis import (
    beside,
    calendar,
    clusters,
    deficits,
    dynamics,
    expected,
    identification,
    risk,
    roster,
    social_index,
    stability,
)
from shnor_lib.analysis.credibility import scores, signals
from shnor_lib.analysis.dynamics import Dynamics
from shnor_lib.analysis.identification import Decision
from shnor_lib.analysis.roster import Roster
from shnor_lib.analysis.social_index import Index
from shnor_lib.analysis.trial import Guard
from shnor_lib.data import crosswalk as codes
from shnor_lib.data.snapshot import Snapshot
from shnor_lib.errors import SelectionError, UnmatchedError
from shnor_lib.methodology import Methodology
from shnor_lib.settings import Project
from shnor_lib.shelf import Shelf

_SHOWN_CODES = 20


class Ground(Shelf):
    """A snapshot of a project and every decision on it; each question is answered once."""

    def decision(
        self, year: int, method: Methodology, as_of: int, usual: Methodology | None = None
    ) -> Decision:
        """Decision of a year on the schools as they are in `as_of` (R17), kept for the next question.

        Args:
            year: reporting year.
            method: the method, or what is tried in its place.
            as_of: year whose codes and register stand.
            usual: the method, where another one is tried before readers who may not see hidden counts (R25).
        """
        if usual is not None and usual.identification == method.identification:
            usual = None
        policy, index = method.identification, method.social_index
        listing = index if policy.listing == "rule_and_low_index" else None
        zone = (method.risk, index, method.deficits, method.prevention) if method.risk.parts else None
        against = usual and (usual.identification, usual.publication)
        key = ("decision", year, policy, listing, zone, as_of, against)
        return self.kept(key, lambda: self._decide(year, method, as_of, usual))

    def _decide(self, year: int, method: Methodology, as_of: int, usual: Methodology | None) -> Decision:
        policy = method.identification
        needed = [calendar.years_needed(year, of.identification) for of in (method, usual or method)]
        results, schools = self._under_codes_of(as_of, max(needed, key=len), policy.merged_schools)
        # A school that changed its code by `as_of` stands under the new one; a closed one stays in the years
        # in which it was open.
        moves = self.table("crosswalk")
        renamed = moves[moves["kind"].ne("close").to_numpy(dtype=bool)]
        gone = codes.closed(renamed, schools.iloc[:0], as_of) | codes.closed(moves, schools, year)
        judged = roster.build(schools, results, year, gone, policy.out_of_scope)
        listed = codes.under_codes(self.table("objectivity"), moves, as_of)
        biased = listed.loc[listed["year"].eq(year).to_numpy(dtype=bool), "school_id"]
        received = self._list_of_method(method, year, as_of)
        ids = judged.judged["school_id"].to_list()
        return identification.decide(
            judged,
            results,
            self.table("procedures"),
            policy,
            year,
            biased=frozenset(biased),
            received=received,
            low_index=self._low_index(year, method, as_of, ids),
            risk=self._at_risk(year, method, as_of, ids),
            guard=_guard(usual, judged) if usual else None,
        )

    def _list_of_method(self, method: Methodology, year: int, as_of: int) -> frozenset[str]:
        """Schools of the list that the method takes as received; nobody where it judges by the rule (R14)."""
        if method.identification.listing != "imported":
            return frozenset()
        received = self.received("shnor", year, as_of)
        if received is None:
            raise SelectionError(
                f"Методика «{method.id}» берёт список из полученного перечня, а за {year} год его нет. "
                "Добавьте в data/raw таблицу lists_imported со столбцами school_id, year, list (ШНОР) "
                "и выполните: shnor ingest"
            )
        return received

    def received(self, name: str, year: int, as_of: int) -> frozenset[str] | None:
        """Schools of a received list of a year, under the codes of `as_of`; None where none was received.

        Args:
            name: `shnor`, or `risk`: the zone of risk.
            year: to which the list refers.
            as_of: year whose codes are wanted (R17).
        """
        lists = self.table("lists_imported")
        of_year = lists[(lists["year"].eq(year) & lists["list"].eq(name)).to_numpy(dtype=bool)]
        if of_year.empty:
            return None
        return frozenset(codes.under_codes(of_year, self.table("crosswalk"), as_of)["school_id"])

    def _low_index(
        self, year: int, method: Methodology, as_of: int, school_ids: Sequence[str]
    ) -> frozenset[str]:
        """Schools in the lower quartile of the index; nobody where the list does not ask for it (R14)."""
        if method.identification.listing != "rule_and_low_index":
            return frozenset()
        table = self.social_index(year, method, as_of, school_ids).table
        return frozenset(table.loc[table["low"].fillna(value=False).astype(bool), "school_id"])

    def _at_risk(
        self, year: int, method: Methodology, as_of: int, school_ids: Sequence[str]
    ) -> dict[str, tuple[str, ...]]:
        """R20: schools in the zone of risk and why; nobody where the method has no such zone."""
        if not method.risk.parts:
            return {}
        return risk.at_risk(risk.zone(self.signs(year, method, as_of, school_ids), method.risk.parts))

    def social_index(self, year: int, method: Methodology, as_of: int, school_ids: Sequence[str]) -> Index:
        """R21: the index of some schools, by passports under the codes of `as_of`."""

        def make() -> Index:
            moved = codes.under_codes(self.table("social_passport"), self.table("crosswalk"), as_of)
            passports = social_index.joined(moved)
            return social_index.compute(passports, school_ids, method.social_index, year)

        return self.kept(("social index", year, method.social_index, as_of, tuple(school_ids)), make)

    def signs(self, year: int, method: Methodology, as_of: int, school_ids: Sequence[str]) -> pd.DataFrame:
        """R20: what is known of some schools: deficits, index, prevention, factors (see `risk.signs`)."""
        prevention = codes.under_codes(self.table("prevention"), self.table("crosswalk"), as_of)
        return risk.signs(
            school_ids,
            self.social_index(year, method, as_of, school_ids),
            self.deficits(year, method, school_ids),
            prevention[prevention["year"].eq(year).to_numpy(dtype=bool)],
            method.risk,
            method.prevention,
            self.received("risk", year, as_of),
        )

    def deficits(self, year: int, method: Methodology, school_ids: Sequence[str]) -> deficits.Deficits | None:
        """R23: deficits of some schools by the last two audits; None where there was none."""
        known = self.known_deficits(year, method)
        waves = sorted(known["wave"].unique())[-2:]
        if not waves:
            return None
        pair = (waves[0], waves[1] if len(waves) > 1 else None)
        return deficits.compare_waves(known, school_ids, pair)

    def _under_codes_of(
        self, as_of: int, years: tuple[int, ...], merge: str
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Results of some years and the register under the codes of a year (R17), for every policy alike."""

        def make() -> tuple[pd.DataFrame, pd.DataFrame]:
            moves, results = self.table("crosswalk"), self.table("results")
            needed = results[results["year"].isin(years).to_numpy(dtype=bool)]
            found = codes.successors(needed, moves, as_of, merge)
            schools = codes.current_register(self.table("schools"), moves, as_of)
            self._refuse_unmatched(found, schools)
            return found, schools

        return self.kept(("codes", as_of, years, merge), make)

    def _refuse_unmatched(self, results: pd.DataFrame, schools: pd.DataFrame) -> None:
        """R18: codes without a school stop the run unless a person has acknowledged them."""
        known = set(schools["school_id"]) | self.project.settings.acknowledged_codes
        strangers = sorted(set(results["school_id"].unique()) - known)
        if strangers:
            shown = ", ".join(strangers[:_SHOWN_CODES])
            more = f" и ещё {len(strangers) - _SHOWN_CODES}" if len(strangers) > _SHOWN_CODES else ""
            raise UnmatchedError(
                f"В результатах есть коды, которых нет в реестре школ: {shown}{more} (R18). Добавьте школы "
                "в реестр или переходы кодов в crosswalk, либо перечислите проверенные коды в shnor.yml, "
                "ключ acknowledged_codes."
            )

    def firmness(self, decision: Decision) -> stability.Firmness:
        """What chance makes of a decision."""
        return self.kept_of("firmness", decision, lambda: stability.firmness(decision))

    def signals(self, decision: Decision) -> signals.Signals:
        """Signals of credibility of the year of a decision, under the codes of that year."""

        def make() -> signals.Signals:
            moves = self.table("crosswalk")
            exact = self.kept("scores", lambda: scores.exact(self.table("score_distribution")))
            return signals.find(
                decision,
                codes.under_codes(exact, moves, decision.year),
                codes.under_codes(self.table("journal_comparison"), moves, decision.year),
                self.table("procedures"),
            )

        return self.kept_of("signals", decision, make)

    def dynamics(self, year: int, method: Methodology, usual: Methodology | None = None) -> Dynamics:
        """R19 over the whole region, with the names of schools (see `dynamics.compare`, `decision`)."""

        def make() -> Dynamics:
            before, after = self._pair(year, method, usual)
            scheme = method.clusters.scheme
            first, second = (self._clusters(side, scheme, year) for side in (before, after))
            closed = codes.closed(self.table("crosswalk"), self.table("schools"), year)
            found = dynamics.compare(before, after, first, second, scheme, closed)
            return replace(found, table=found.table.merge(self.names(), on="school_id", how="left"))

        return self.kept(("dynamics", year, method, usual), make)

    def without_change(
        self, year: int, method: Methodology, municipality_id: str | None, usual: Methodology | None = None
    ) -> tuple[dict[str, float] | None, dict[str, float] | None]:
        """Mean numbers of movements under no change, and their standard deviations, of a municipality."""
        before, after = self._pair(year, method, usual)
        scheme = method.clusters.scheme
        if "imported" in (scheme, after.policy.listing) or after.policy.small_counts == "pool":
            return None, None

        def make() -> pd.DataFrame:
            drawn = expected.without_change(before, after, self._clusters(before, scheme, year), scheme)
            frame = pd.DataFrame(drawn).rename(columns={"schools": "school_id"})
            return frame.merge(self.names(), on="school_id", how="left")

        here = self.part(self.kept(("expected", year, method, usual), make), municipality_id)
        chances = {name: here[name].to_numpy() for name in expected.NAMES}
        means = {name: float(p.sum()) for name, p in chances.items()}
        return means, {name: float((p * (1 - p)).sum() ** 0.5) for name, p in chances.items()}

    def _pair(self, year: int, method: Methodology, usual: Methodology | None) -> tuple[Decision, Decision]:
        """Decisions of t−1 and t on the schools as they are in t."""
        return self.decision(year - 1, method, year, usual), self.decision(year, method, year, usual)

    def _clusters(self, side: Decision, scheme: str, as_of: int) -> pd.Series:
        return clusters.assign(side, scheme, self._imported_clusters(side.year, as_of))

    def _imported_clusters(self, year: int, as_of: int) -> dict[str, str]:
        """Received cluster by school id, under the codes of `as_of`."""
        received = codes.under_codes(self.table("clusters_imported"), self.table("crosswalk"), as_of)
        rows = received[received["year"].eq(year).to_numpy(dtype=bool)]
        return dict(zip(rows["school_id"], rows["cluster"], strict=True))

    def known_deficits(self, year: int, method: Methodology) -> pd.DataFrame:
        """Deficits of the audits up to the end of a year, else those that context forms show."""
        return self.kept(("deficits", year, method.deficits), lambda: self._known_deficits(year, method))

    def _known_deficits(self, year: int, method: Methodology) -> pd.DataFrame:
        audits = codes.under_codes(self.table("deficits"), self.table("crosswalk"), year)
        if len(audits):
            until = audits["wave"].str[:4].astype("Int64") <= year
            audits = audits[until.fillna(value=False).astype(bool)]
        if len(audits):
            return deficits.named(audits, method.deficits.parameters)
        context = self.table("context")
        years = [int(value) for value in context["year"].unique() if value <= year]
        forms = [deficits.from_context(context, method.deficits.triggers, when) for when in years]
        return pd.concat(forms, ignore_index=True) if forms else self.table("deficits")

    def beside(
        self, year: int, method: Methodology, school_ids: Sequence[str]
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Indicators beside the rule and needs of prevention of some schools (see `beside`)."""
        names = ("outcomes", "prevention", "objectivity")
        moves = self.table("crosswalk")
        tables = {name: codes.under_codes(self.table(name), moves, year) for name in names}
        prevention = tables["prevention"]
        rows = prevention[prevention["year"].eq(year).to_numpy(dtype=bool)]
        return (
            beside.indicators(school_ids, year, method.beside.indicators, tables),
            beside.needs(school_ids, rows, method.prevention),
        )


def _guard(usual: Methodology, judged: Roster) -> Guard:
    """What keeps a trial of other settings from telling counts that are hidden (R25)."""
    minimum, municipalities = usual.publication.min_participants, judged.judged["municipality_id"]
    return Guard(
        usual.identification,
        minimum,
        lambda n, exact: disclosure.over_schools(n, exact, municipalities, minimum),
    )


_shared: list[Ground] = []


def share(ground: Ground) -> None:
    """Let every region that this process and its forks open on the same data take over these answers."""
    _shared[:] = [ground]


def on(project: Project, snapshot: Snapshot) -> Ground:
    """The shared ground where it stands on the same project, settings and snapshot, else a new one."""
    for ground in _shared:
        same_project = ground.project == project and ground.project.settings == project.settings
        if same_project and ground.snapshot.id == snapshot.id:
            return ground
    return Ground(project, snapshot)
