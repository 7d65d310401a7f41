"""Similar schools, and where a school stands among them (METHODOLOGY §9.1 item 6).

In:   schools with their index, size, locality and level; results of the year.
Out:  `Similar`: the nearest schools of each one; `standing`: its share of «2» beside theirs.
Not:  a rating: schools are compared with the few that live in like conditions, and in words of an interval.

Each characteristic is standardised over the schools that have it, the size as a logarithm. Two schools are
compared in all characteristics that the first one has; one that lacks any of these is no candidate.
Distances are compared after rounding and then by code, so that every machine gives the same neighbours.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_lib.analysis import pooled
from shnor_lib.analysis.cells import Flags, Ints
from shnor_lib.analysis.identification import Decision
from shnor_lib.data.series import parse
from shnor_lib.methodology.conditions import Neighbours
from shnor_lib.statistics import Floats, wilson

CHARACTERISTICS = ("index", "size", "locality", "level")
PLACES = ("higher", "same", "lower")

_DIGITS = 9  # of distances, beyond which they are equal
_BATCH = 512  # schools at once: distances to all others are kept only for them
_LEVELS = {4: 0.0, 9: 1.0, 11: 2.0}


@dataclass(frozen=True)
class Similar:
    """The nearest schools of each one.

    Attributes:
        table: one row a school and neighbour: school_id, neighbour_id (str), place (int, from 1), distance
            (float, standard deviations a characteristic).
        by: one row a school: school_id, by (characteristics compared, joined by `;`; empty where none).
    """

    table: pd.DataFrame
    by: pd.DataFrame

    def of(self, school_id: str) -> pd.DataFrame:
        """Neighbours of one school, the nearest first."""
        return self.table[self.table["school_id"].eq(school_id)].reset_index(drop=True)


def similar(schools: pd.DataFrame, policy: Neighbours) -> Similar:
    """The nearest schools of every school.

    Args:
        schools: one row a school: school_id, index (Float64), enrolment (Int64, pupils), locality (`urban`,
            `rural`), level_max (4, 9, 11); anything may be missing.
        policy: characteristics, and how many neighbours.
    """
    ordered = schools.sort_values("school_id", ignore_index=True)
    ids = ordered["school_id"].to_numpy(dtype=object)
    values = _standard(_characteristics(ordered)[:, [CHARACTERISTICS.index(name) for name in policy.by]])
    has = ~np.isnan(values)
    found = []
    for start in range(0, len(ids), _BATCH):
        here = slice(start, start + _BATCH)
        found.append(_nearest(values, has, here, policy.number))
    school, other, place, distance = (
        (np.concatenate(part) for part in zip(*found, strict=True))
        if found
        else ([np.empty(0, dtype=int)] * 4)
    )
    names = np.array(policy.by, dtype=object)
    return Similar(
        table=pd.DataFrame(
            {
                "school_id": pd.Series(ids[school], dtype="str"),
                "neighbour_id": pd.Series(ids[other], dtype="str"),
                "place": place,
                "distance": distance,
            }
        ),
        by=pd.DataFrame(
            {
                "school_id": pd.Series(ids, dtype="str"),
                "by": pd.Series([";".join(names[row]) for row in has], dtype="str"),
            }
        ),
    )


def standing(decision: Decision, near: Similar, shown: Flags | None = None) -> pd.DataFrame:
    """The share of «2» of each school beside that of its neighbours in the same series.

    The neighbours' share is what the school would have if in each series it had the share of all its
    neighbours together: schools that sit other exams are not compared by them.

    Args:
        decision: verdicts of the year.
        near: neighbours of its schools.
        shown: cells that are used, school × series, of the school itself and of its neighbours (R25: from
            their sum a hidden one could be computed); all when None.

    Returns:
        One row a school: school_id, failed, participants (Int64, results of the series that neighbours have
        too), share, low, high (Float64, Wilson 95 % of as many persons), others (Float64, share of the
        neighbours), neighbours (int: with results), above (Int64: neighbours with a larger pooled share),
        standing (one of `PLACES`: where the interval lies against `others`; missing where there is nothing to
        compare).
    """
    k, n = (np.where(True if shown is None else shown, counts, 0) for counts in pooled.exact(decision))
    around_k, around_n, number, above = _around(decision, near, k, n)
    common = (n > 0) & (around_n > 0)
    failed = np.where(common, k, 0).sum(axis=1)
    participants = np.where(common, n, 0).sum(axis=1)
    usual = np.divide(around_k, around_n, out=np.zeros(around_k.shape), where=around_n > 0)
    expected = np.where(common, n * usual, 0.0).sum(axis=1)
    nobody = participants == 0
    others = np.divide(expected, participants, out=np.full(len(n), np.nan), where=~nobody)
    # A child sits several works of one grade: the interval is that of so many persons, not results [A].
    persons = _persons(decision, np.where(common, n, 0))
    low, high = wilson(failed * persons / np.maximum(participants, 1), persons)
    place = np.select([low > others, high < others], ["higher", "lower"], "same").astype(object)
    frame = pd.DataFrame(
        {
            "school_id": decision.cube.schools.to_numpy(),
            "failed": pd.array(failed, dtype="Int64"),
            "participants": pd.array(participants, dtype="Int64"),
            "share": pd.array(failed / np.where(nobody, np.nan, participants), dtype="Float64"),
            "low": pd.array(low, dtype="Float64"),
            "high": pd.array(high, dtype="Float64"),
            "others": pd.array(others, dtype="Float64"),
            "neighbours": number,
            "above": pd.array(above, dtype="Int64"),
            "standing": pd.Series(place, dtype="str"),
        }
    )
    for name in ("failed", "participants", "share", "low", "high", "others", "above", "standing"):
        frame[name] = frame[name].mask(nobody)
    return frame


def _persons(decision: Decision, n: Ints) -> Ints:
    """How many children sat at least: of each exam and grade the work with most participants."""
    parsed = [parse(item) for item in decision.cube.series]
    works = [(item.exam, item.grade) for item in parsed]
    largest = [n[:, [work == other for other in works]].max(axis=1) for work in dict.fromkeys(works)]
    total: Ints = np.sum(largest, axis=0)
    return total


def _characteristics(schools: pd.DataFrame) -> Floats:
    """Index, size, locality, level as numbers; NaN where missing."""
    pupils = schools["enrolment"].to_numpy(dtype="float64", na_value=np.nan)
    return np.column_stack(
        [
            schools["index"].to_numpy(dtype="float64", na_value=np.nan),
            np.log(np.where(pupils > 0, pupils, np.nan)),
            schools["locality"].map({"urban": 1.0, "rural": 0.0}).to_numpy(dtype="float64", na_value=np.nan),
            schools["level_max"].map(_LEVELS).to_numpy(dtype="float64", na_value=np.nan),
        ]
    )


def _standard(values: Floats) -> Floats:
    """Standard deviations from the mean of those who have the characteristic; zero where all are equal."""
    has = ~np.isnan(values)
    number = np.maximum(has.sum(axis=0), 1)
    mean = np.where(has, values, 0.0).sum(axis=0) / number
    deviation = np.sqrt(np.where(has, (values - mean) ** 2, 0.0).sum(axis=0) / number)
    standard: Floats = (values - mean) / np.where(deviation > 0, deviation, 1.0)
    return standard


def _nearest(values: Floats, has: Flags, here: slice, number: int) -> tuple[Ints, Ints, Ints, Floats]:
    """School, neighbour, place, distance of some schools against all."""
    own, theirs = values[here], np.where(has, values, 0.0)
    asked = has[here]
    squares = np.zeros((len(own), len(values)))
    lacking = np.zeros(squares.shape, dtype=bool)
    for at in range(values.shape[1]):
        difference = np.where(
            asked[:, [at]], np.where(asked[:, at], own[:, at], 0.0)[:, None] - theirs[:, at], 0.0
        )
        squares += difference**2
        lacking |= asked[:, [at]] & ~has[:, at]
    used = asked.sum(axis=1)
    distance = np.round(np.sqrt(squares / np.maximum(used, 1)[:, None]), _DIGITS)
    rows = np.arange(len(own))
    distance[lacking | (used == 0)[:, None]] = np.inf
    distance[rows, rows + here.start] = np.inf
    # Schools stand in the order of their codes: equal distances go by code.
    last = min(number, distance.shape[1]) - 1
    bound = np.partition(distance, last, axis=1)[:, [last]]
    row, other = np.nonzero((distance <= bound) & np.isfinite(distance))
    order = np.lexsort((other, distance[row, other], row))
    row, other = row[order], other[order]
    place = np.arange(len(row)) - np.searchsorted(row, row) + 1
    kept = place <= number
    row, other, place = row[kept], other[kept], place[kept]
    return row + here.start, other, place, distance[row, other]


def _around(decision: Decision, near: Similar, k: Ints, n: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Neighbours together: failed, participants by series; how many have results, and a larger share."""
    schools = decision.cube.schools
    own = schools.get_indexer(pd.Index(near.table["school_id"]))
    other = schools.get_indexer(pd.Index(near.table["neighbour_id"]))
    both = (own >= 0) & (other >= 0)
    own, other = own[both], other[both]
    around_k, around_n = np.zeros_like(k), np.zeros_like(n)
    np.add.at(around_k, own, k[other])
    np.add.at(around_n, own, n[other])
    all_k, all_n = k.sum(axis=1), n.sum(axis=1)
    larger = all_k[other] * all_n[own] > all_k[own] * all_n[other]
    with_results = all_n[other] > 0
    number = np.bincount(own, weights=with_results, minlength=len(schools)).astype(np.int64)
    above = np.bincount(own, weights=larger & with_results, minlength=len(schools)).astype(np.int64)
    return around_k, around_n, number, above
