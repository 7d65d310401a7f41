"""The nearest change: how few results of the reporting year would have to be different for another verdict.

In:   a `Decision`.
Out:  `Changes`: for every judged school the smallest number of participants whose result decides, and in
      which series.
Not:  how likely that is (see `stability`), and changes of past years: those stand.

A school leaves the list when neither R10 nor R11 holds any more: every hit that limb B rests on must go, and
of the procedures that remain so many that limb A has too few; the cheapest ones are chosen. A school enters
it by the cheapest of both ways. A hit goes when so many more pass that 100·k < threshold·n, and comes when so
many more fail that 100·k ≥ threshold·n; the participants stay the same. Where a count is known only within
bounds (R8) its lower bound is meant, as in the rules.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_lib.analysis.cells import Flags, Ints
from shnor_lib.analysis.identification import Decision
from shnor_lib.analysis.limbs import kinds, reach

_NEVER = np.int64(1) << 40  # more than any number of participants


@dataclass(frozen=True)
class Changes:
    """Nearest changes of all judged schools.

    Attributes:
        leave: the school is on the list and `by_series` takes it off; else `by_series` puts it on.
        persons: participants whose result would have to change; -1 where no change of results would do.
        by_series: how many of them in each series; school × series.
    """

    schools: pd.Index
    series: tuple[str, ...]
    leave: Flags
    persons: Ints
    by_series: Ints

    @property
    def table(self) -> pd.DataFrame:
        """Columns: school_id, leave (bool), persons (Int64, missing where none would do), series (str).

        `series` is `id:persons` joined by `;`.
        """
        told = [
            ";".join(f"{name}:{number}" for name, number in zip(self.series, row, strict=True) if number)
            for row in self.by_series
        ]
        persons = pd.Series(self.persons, dtype="Int64")
        return pd.DataFrame(
            {
                "school_id": self.schools,
                "leave": self.leave,
                "persons": persons.mask(persons < 0),
                "series": pd.Series(told, dtype="str"),
            }
        )


def changes(decision: Decision) -> Changes:
    """The nearest change of every judged school.

    None has a school of which nothing is evaluable, one that the method keeps off the list whatever its
    results are (biased under `separate`, R16; no low index under `rule_and_low_index`), and any school where
    the list is a received one (R14).
    """
    bound = -(-decision.policy.threshold_percent * decision.now.participants // 100)  # fewest failed that hit
    known, hit = decision.now.known, decision.now.certain
    off = np.where(hit, decision.now.low - bound + 1, 0)
    on = np.where(hit, 0, np.where(known, bound - decision.now.low, _NEVER))
    before = reach(decision.counted_before, decision.policy)
    kind_of = kinds(decision.policy)
    fewest = decision.policy.hits_in_one_year
    leaving = _leave(off, hit, before, kind_of, fewest)
    entering = _enter(on, before, kind_of, fewest)
    listed = decision.limb_a | decision.limb_b
    chosen = np.where(listed[:, None], leaving, entering)
    persons = chosen.sum(axis=1)
    apart = decision.biased & (decision.policy.biased_list == "separate")
    if decision.policy.listing != "rule":
        apart |= ~decision.low_index | (decision.policy.listing == "imported")
    none = (persons >= _NEVER) | apart | ~known.any(axis=1)
    return Changes(
        decision.cube.schools,
        decision.cube.series,
        listed,
        np.where(none, -1, persons),
        np.where(none[:, None], 0, chosen),
    )


def _leave(off: Ints, hit: Flags, before: Flags, kind_of: Ints, fewest: int) -> Ints:
    """Passes needed in each series: first those of limb B, then the cheapest procedures of limb A."""
    through_b = hit & before
    needed = np.where(through_b, off, 0)
    left = hit & ~through_b
    costs = np.stack(
        [
            np.where(left[:, kind_of == kind], off[:, kind_of == kind], 0).sum(axis=1)
            for kind in _each(kind_of)
        ]
    )
    there = np.stack([left[:, kind_of == kind].any(axis=1) for kind in _each(kind_of)])
    order = np.argsort(np.where(there, costs, _NEVER), axis=0, kind="stable")
    surplus = np.maximum(there.sum(axis=0) - (fewest - 1), 0)
    goes = np.zeros_like(there)
    np.put_along_axis(goes, order, np.arange(len(order))[:, None] < surplus[None, :], axis=0)
    for position, kind in enumerate(_each(kind_of)):
        columns = np.flatnonzero(kind_of == kind)
        needed[:, columns] += np.where(left[:, columns] & goes[position][:, None], off[:, columns], 0)
    return needed


def _enter(on: Ints, before: Flags, kind_of: Ints, fewest: int) -> Ints:
    """Failures needed in each series by the cheaper of both ways."""
    rows = np.arange(len(on))
    through_b = np.where(before, on, _NEVER)
    best = through_b.argmin(axis=1)
    by_b = np.zeros_like(on)
    by_b[rows, best] = through_b[rows, best]
    each = _each(kind_of)
    where = np.stack(
        [np.flatnonzero(kind_of == kind)[on[:, kind_of == kind].argmin(axis=1)] for kind in each]
    )
    costs = np.stack([on[rows, column] for column in where])
    order = np.argsort(costs, axis=0, kind="stable")
    by_a = np.zeros_like(on)
    for place in range(fewest):
        if place >= len(each):
            by_a[:, 0] = _NEVER
            break
        group = order[place]
        by_a[rows, where[group, rows]] += costs[group, rows]
    cheaper = by_b.sum(axis=1) < by_a.sum(axis=1)
    chosen: Ints = np.where(cheaper[:, None], by_b, by_a)
    return chosen


def _each(kind_of: Ints) -> list[int]:
    return list(range(int(kind_of.max()) + 1))
