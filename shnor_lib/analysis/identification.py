"""Which schools are ШНОР in a year (rules R6–R16), with everything needed to explain each verdict.

In:   the schools to be judged (`roster`), tidy results and procedures, the policies of a method; the zone of
      risk (R20, see `risk`), where the method has one.
Out:  `Decision`: one status a school, the cells behind it, and what is uncertain about it.
Not:  words (see `present.reasons`), and chance (see `statistics`).

Every rule is a comparison of integer arrays over school × series, so a country takes a fraction of a second.
Where a count is known only within bounds (R8) the rules are applied twice, with the smallest and with the
largest possible count: a school is listed only if the smallest one lists it, and is marked
`requires_check` if the two disagree.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib import statistics
from shnor_lib.analysis import calendar, cells, limbs
from shnor_lib.analysis.cells import MISSING, Cube, Flags, Hits, Ints
from shnor_lib.analysis.roster import Roster
from shnor_lib.analysis.trial import Guard
from shnor_lib.data import series as series_ids
from shnor_lib.methodology.model import Identification

Judge = Callable[[int], Hits]

STATUSES = ("shnor", "watch", "risk", "not_identified", "doubtful", "not_evaluable")


@dataclass(frozen=True, repr=False)
class Decision:
    """Verdicts of one year, as arrays over the schools of `roster` and the series of the method.

    Attributes:
        year: reporting year t.
        policy: the policies applied.
        roster: schools judged, and those out of scope.
        cube: all cells the rules looked at.
        held: the procedure took place in t; by series.
        previous: position of the previous year on the cube's year axis, `MISSING` if none; by series.
        comparable: t and the previous year are in one comparability group; by series.
        now: R6 in t; school × series.
        before: R6 in the previous year; school × series.
        counted_before: hits of the previous year that limb B may count (R12, R13); school × series.
        expected: the series is expected of the school: held, and within its level.
        limb_a: R10 by school.
        limb_b: R11 by school.
        limb_b_series: R11 by school × series: the series through which limb B holds.
        limb_b_known: whether R11 can be judged at all; school × series.
        status: R14 and R16 by school.
        possible_status: the same if every uncertain count (R8) were at its upper bound.
        biased: the school is on the imported list of biased results (R16).
        low_index: the social index lies in the lowest quartile (R21), where the method asks for it.
        received: the school is on the list received for the year, where the method takes that one (R14).
        risk: schools in the zone of risk, with the parts of R20 that put them there.
        usual: the policies of the method, where others are tried and hidden cells keep their verdict (see
            `trial`); else None.
    """

    year: int
    policy: Identification
    roster: Roster
    cube: Cube
    held: Flags
    previous: Ints
    comparable: Flags
    now: Hits
    before: Hits
    counted_before: Flags
    expected: Flags
    limb_a: Flags
    limb_b: Flags
    limb_b_series: Flags
    limb_b_known: Flags
    status: npt.NDArray[np.object_]
    possible_status: npt.NDArray[np.object_]
    biased: Flags
    low_index: Flags
    received: Flags
    risk: Mapping[str, Sequence[str]] = field(default_factory=dict)
    usual: Identification | None = None

    def __repr__(self) -> str:
        return f"<Decision {self.year}: {len(self.status)} schools, {len(self.cube.series)} series>"

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a school: the contract columns of `shnor identify`, the school's attributes, flags.

        Columns: school_id, year, status (str), limb_a, limb_b (bool), hits, evaluable, expected (int),
        hit_series, limb_b_series (series joined by `;`), attributes of the roster, requires_check,
        incomplete, incomparable and biased (bool).
        """
        evaluable = self.now.known.sum(axis=1)
        expected = self.expected.sum(axis=1)
        schools = self.roster.judged.reset_index(drop=True)
        table = pd.DataFrame(
            {
                "school_id": schools["school_id"],
                "year": self.year,
                "status": pd.Series(self.status, dtype="str"),
                "limb_a": self.limb_a,
                "limb_b": self.limb_b,
                "hits": self.now.certain.sum(axis=1),
                "evaluable": evaluable,
                "expected": expected,
                "hit_series": joined(self.now.certain, self.cube.series),
                "limb_b_series": joined(self.limb_b_series, self.cube.series),
                "requires_check": self.possible_status != self.status,
                "incomplete": evaluable < expected,
                "incomparable": self.incomparable,
                "biased": self.biased,
            }
        )
        return table.merge(schools, on="school_id", validate="1:1")

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Cells of t and of each series' previous year that have a row in the results.

        Counts are those that were judged: of several years together under R9 `pool`.
        Columns: school_id, series, year, participants, failed, failed_low, failed_high (Int64), share,
        low, high (Float64, Wilson 95 %), hit (boolean, missing where it cannot be judged), reliability,
        certainty, comparable (of the series with its previous year), source.
        """
        at = self.cube.year(self.year)
        frames = [self._cells_of(np.full(len(self.cube.series), at), self.now)]
        if (self.previous >= 0).any():
            frames.append(self._cells_of(self.previous, self.before))
        return pd.concat(frames, ignore_index=True).sort_values(
            ["school_id", "series", "year"], ignore_index=True
        )

    @property
    def usable(self) -> Flags:
        """R12, R13 by series: the previous year may count for limb B."""
        return self.comparable if self.policy.comparability == "strict" else self.previous >= 0

    @cached_property
    def incomparable(self) -> Flags:
        """R13 by school: limb B holds in a series only through years of different comparability groups."""
        sound = limbs.reach(self.counted_before & self.comparable, self.policy)
        unsound: Flags = np.any(self.limb_b_series & ~sound, axis=1)
        return unsound

    def _cells_of(self, positions: Ints, hits: Hits) -> pd.DataFrame:
        """Long frame of one year position per series."""
        across = np.arange(len(self.cube.series))
        row = np.where(positions >= 0, self.cube.row[positions, :, across].T, MISSING)
        school, series = np.nonzero(row >= 0)
        year = positions[series]
        judged = hits.known[school, series]
        n, low, high = (
            np.where(judged, of_rule[school, series], of_row[year, school, series])
            for of_rule, of_row in (
                (hits.participants, self.cube.participants),
                (hits.low, self.cube.low),
                (hits.high, self.cube.high),
            )
        )
        k = pd.Series(np.where(low == high, low, MISSING), dtype="Int64").mask(low != high)
        k = k.mask(k < 0)
        frame = pd.DataFrame(
            {
                "school_id": self.cube.schools.array.take(school),
                "series": pd.array(self.cube.series, dtype="str").take(series),
                "year": np.array(self.cube.years)[year],
                "participants": pd.array(n, dtype="Int64"),
                "failed": k,
                "failed_low": _nullable(low),
                "failed_high": _nullable(high),
            }
        )
        frame["share"] = (frame["failed"] / frame["participants"].mask(n <= 0)).astype("Float64")
        # The interval of an uncertain count must cover both ends of what is possible.
        low_bound, _ = statistics.wilson(frame["failed_low"], frame["participants"])
        _, high_bound = statistics.wilson(frame["failed_high"], frame["participants"])
        frame["low"] = pd.array(low_bound, dtype="Float64")
        frame["high"] = pd.array(high_bound, dtype="Float64")
        known = hits.known[school, series]
        certain, possible = hits.certain[school, series], hits.possible[school, series]
        frame["hit"] = pd.Series(certain, dtype="boolean").mask(~known | (certain != possible))
        frame["reliability"] = statistics.reliability(frame["participants"])
        frame["certainty"] = statistics.certainty(
            low_bound, high_bound, self.policy.threshold_percent, frame.index
        )
        frame["comparable"] = self.comparable[series]
        frame["source"] = self.cube.results["source"].array.take(self.cube.row[year, school, series])
        return frame


def decide(
    roster: Roster,
    results: pd.DataFrame,
    procedures: pd.DataFrame,
    policy: Identification,
    year: int,
    biased: Set[str] = frozenset(),
    low_index: Set[str] = frozenset(),
    received: Set[str] = frozenset(),
    risk: Mapping[str, Sequence[str]] | None = None,
    guard: Guard | None = None,
) -> Decision:
    """Judge every school of the roster for one year.

    Args:
        roster: the schools of the year, from `roster.build`.
        results: tidy results with codes already brought to today's schools (R17).
        procedures: the calendar.
        policy: the identification part of a method.
        year: reporting year t.
        biased: school ids on the imported list of biased results for t.
        low_index: school ids in the lowest quartile of the social index, for `listing: rule_and_low_index`.
        received: school ids on the list received for t, for `listing: imported`.
        risk: school ids in the zone of risk (R20) and why; they are `risk` where nothing else is found.
        guard: for a trial of other policies than those of the method that others will see (R25).

    Source: приказ Рособрнадзора № 847; METHODOLOGY R6–R16.
    """
    needed = [calendar.years_needed(year, of) for of in (policy, guard.usual if guard else policy)]
    years = max(needed, key=len)
    schools = pd.Index(roster.judged["school_id"])
    cube = cells.build(results, schools, policy.series, years, policy.attempt)
    held = calendar.build(procedures, cube)
    at = cube.year(year)

    def judge(when: int) -> Hits:
        """R6 on a year of the cube."""
        if guard:
            return guard.hits(cube, held, when, policy)
        return cells.hits(cube, held.groups, held.held, when, policy)

    now = judge(year)
    previous = held.previous(years, year, policy)
    before = _before(cube, previous, judge)
    comparable = (previous >= 0) & (held.groups[previous, np.arange(len(policy.series))] == held.groups[at])
    usable = comparable if policy.comparability == "strict" else previous >= 0
    counted = before.certain & usable
    through_b = limbs.limb_b(now.certain, counted, policy)
    expected = _expected(cube, roster, held.held[at], at)
    ids = (biased, low_index, received, risk or ())
    on_list, low, named, at_risk = (schools.isin(list(of)) for of in ids)
    listed_a, listed_b = limbs.limb_a(now.certain, policy), np.any(through_b, axis=1)
    possible_a = limbs.limb_a(now.possible, policy)
    possible_b = np.any(limbs.limb_b(now.possible, before.possible & usable, policy), axis=1)
    listed, possibly = (
        limbs.listing(by_rule, low, named, policy)
        for by_rule in (listed_a | listed_b, possible_a | possible_b)
    )
    return Decision(
        year=year,
        policy=policy,
        roster=roster,
        cube=cube,
        held=held.held[at],
        previous=previous,
        comparable=comparable,
        now=now,
        before=before,
        counted_before=counted,
        expected=expected,
        limb_a=listed_a,
        limb_b=listed_b,
        limb_b_series=through_b,
        limb_b_known=now.known & limbs.shared(before.known & usable, policy),
        status=_status(listed, now.certain, now.known, on_list, at_risk, policy),
        possible_status=_status(possibly, now.possible, now.known, on_list, at_risk, policy),
        biased=on_list,
        low_index=low,
        received=named,
        risk=risk or {},
        usual=guard.usual if guard else None,
    )


def _before(cube: Cube, previous: Ints, judge: Judge) -> Hits:
    """R6 in each series' own previous year."""
    shape = (len(cube.schools), len(cube.series))
    known, certain, possible = (np.zeros(shape, dtype=bool) for _ in range(3))
    n, low, high = (np.full(shape, MISSING, dtype=np.int64) for _ in range(3))
    for position in np.unique(previous[previous >= 0]):
        hits = judge(cube.years[position])
        here = previous == position
        known[:, here], certain[:, here] = hits.known[:, here], hits.certain[:, here]
        possible[:, here] = hits.possible[:, here]
        n[:, here], low[:, here], high[:, here] = (
            array[:, here] for array in (hits.participants, hits.low, hits.high)
        )
    return Hits(known, certain, possible, n, low, high)


def _expected(cube: Cube, roster: Roster, held: Flags, at: int) -> Flags:
    """Held series that a school of this level should have results in, or does have.

    Nobody is expected to sit the ГВЭ: it is for pupils with special needs.
    """
    parsed = [series_ids.parse(item) for item in cube.series]
    stage = np.array([item.stage for item in parsed])
    usual = np.array([item.exam != "gve" for item in parsed])
    levels = roster.judged["level_max"].to_numpy(dtype="int64")
    within = (held & usual)[None, :] & (stage[None, :] <= levels[:, None])
    taken: Flags = within | (held[None, :] & (cube.participants[at] > 0))
    return taken


def _status(
    listed: Flags, hit: Flags, known: Flags, biased: Flags, at_risk: Flags, policy: Identification
) -> npt.NDArray[np.object_]:
    """R14, and R16 for schools on the biased list."""
    nothing_known = ~known.any(axis=1)
    apart = biased & (policy.biased_list == "separate")
    return np.select(
        [apart & ~nothing_known, listed, nothing_known, hit.any(axis=1), at_risk, biased],
        ["doubtful", "shnor", "not_evaluable", "watch", "risk", "doubtful"],
        default="not_identified",
    ).astype(object)


def joined(flags: Flags, series: tuple[str, ...]) -> pd.Series:
    """Names of the flagged series of each school, joined by `;`; each combination is spelled once."""
    combinations, which = np.unique(flags, axis=0, return_inverse=True)
    spelled = [";".join(np.array(series, dtype=object)[row]) for row in combinations]
    return pd.Series(np.array(spelled, dtype=object)[which.ravel()], dtype="str")


def _nullable(values: Ints) -> pd.Series:
    column = pd.Series(values, dtype="Int64")
    return column.mask(column < 0)
