"""Clusters of listed schools: «сильно», «умеренно», «базово неуспевающие» (R19, METHODOLOGY §2.3).

In:   a `Decision`, the scheme of the method, labels received from outside.
Out:  one label a listed school: `severe`, `moderate`, `basic`; missing for all other schools.
Not:  moves between years (see `dynamics`).

No scheme has federal backing: which one is used is printed with every result. A label received from
ФИОКО or the ministry wins over a computed one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.analysis.cells import Flags, Ints
from shnor_lib.analysis.identification import Decision

# How bad a cluster is: a move to a lower rank is an improvement (R19).
RANK = {"severe": 2, "moderate": 1, "basic": 0}

SCHEMES = ("imported", "hits", "max_share", "pooled_share", "mean_share")

# Lower bounds in per cent of «умеренно» and «сильно», by scheme [A].
_BOUNDS = {"max_share": (50, 70), "pooled_share": (30, 50), "mean_share": (30, 50)}
_MODERATE_HITS, _SEVERE_HITS = 2, 3

Labels = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Counts:
    """Counts of one year by school × series, zero where the cell cannot be judged.

    Attributes:
        failed: k.
        participants: n.
        known: the cell can be judged.
        hit: R6.
    """

    failed: Ints
    participants: Ints
    known: Flags
    hit: Flags


def counts(decision: Decision) -> Counts:
    """Counts of the reporting year behind a decision."""
    known = decision.now.known
    return Counts(
        failed=np.where(known, decision.now.low, 0),
        participants=np.where(known, decision.now.participants, 0),
        known=known,
        hit=decision.now.certain,
    )


def label(scheme: str, of: Counts) -> Labels:
    """Cluster that the scheme gives each school, as if all were listed; None under `imported`."""
    return _SCHEMES[scheme](of)


def assign(decision: Decision, scheme: str, imported: Mapping[str, str] | None = None) -> pd.Series:
    """Cluster of every judged school.

    Args:
        decision: verdicts of a year.
        scheme: one of `SCHEMES`.
        imported: cluster by school id, as received for the year; wins over the scheme.

    Returns:
        str series indexed by school_id, missing where the school is not listed or no label is known.
    """
    labels = pd.Series(label(scheme, counts(decision)), index=decision.cube.schools, dtype="str")
    if imported:
        received = labels.index.to_series().map(imported)
        labels = received.fillna(labels).astype("str")
    return labels.where(decision.status == "shnor")


def _by_bounds(scheme: str, reaches: Callable[[int], Flags]) -> Labels:
    moderate, severe = _BOUNDS[scheme]
    return np.select([reaches(severe), reaches(moderate)], ["severe", "moderate"], "basic").astype(object)


def _hits(of: Counts) -> Labels:
    number = of.hit.sum(axis=1)
    return np.select(
        [number >= _SEVERE_HITS, number >= _MODERATE_HITS], ["severe", "moderate"], "basic"
    ).astype(object)


def _max_share(of: Counts) -> Labels:
    def reaches(percent: int) -> Flags:
        reached: Flags = np.any(of.known & (100 * of.failed >= percent * of.participants), axis=1)
        return reached

    return _by_bounds("max_share", reaches)


def _pooled_share(of: Counts) -> Labels:
    failed, participants = of.failed.sum(axis=1), of.participants.sum(axis=1)
    return _by_bounds("pooled_share", lambda percent: 100 * failed >= percent * participants)


def _mean_share(of: Counts) -> Labels:
    """Exact arithmetic: a mean of shares in floats can fall on the wrong side of a bound."""
    means = [
        sum((Fraction(int(a), int(b)) for a, b in zip(k[has], n[has], strict=True)), Fraction(0))
        / max(int(has.sum()), 1)
        for k, n, has in zip(of.failed, of.participants, of.known, strict=True)
    ]
    return _by_bounds("mean_share", lambda percent: np.array([100 * mean >= percent for mean in means]))


def _no_labels(of: Counts) -> Labels:
    return np.full(len(of.known), None, dtype=object)


_SCHEMES: dict[str, Callable[[Counts], Labels]] = {
    "imported": _no_labels,
    "hits": _hits,
    "max_share": _max_share,
    "pooled_share": _pooled_share,
    "mean_share": _mean_share,
}
