"""How the list would move if nothing had really changed (METHODOLOGY §2.4).

In:   decisions of t−1 and t, the cluster scheme.
Out:  mean numbers of positive, negative, neutral movements, exits and entries over simulated years.

A school that was listed partly by bad luck tends to leave the list without any improvement. Here every
school keeps its level: its true share in a series is drawn from the beta distribution that its counts of
t−1 and the spread of all schools allow, new marks are drawn for as many participants as it had in t, and
the rules are applied. What is observed beyond these numbers is worth looking for a cause. Order of
magnitude only: a change of the procedure itself is not modelled.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib import statistics
from shnor_lib.analysis import clusters
from shnor_lib.analysis.cells import Flags, Ints
from shnor_lib.analysis.clusters import RANK
from shnor_lib.analysis.dynamics import unconfirmed
from shnor_lib.analysis.identification import Decision
from shnor_lib.analysis.limbs import limb_a, limb_b, listing

NAMES = ("positive", "negative", "neutral", "exit", "entry")
_SEED = 847  # one seed: a report printed twice shows the same numbers

Floats = npt.NDArray[np.float64]


def without_change(
    before: Decision, after: Decision, cluster_before: pd.Series, scheme: str, draws: int = 200
) -> dict[str, Floats]:
    """Expected movements by school under no real change, counted as R19 counts the observed ones.

    Args:
        before: decision of t−1 on the schools of t.
        after: decision of t; not under R9 `pool`, where a year is not drawn by itself, and not of a received
            list (R14).
        cluster_before: cluster of t−1 by school_id, from `clusters.assign`.
        scheme: a computed cluster scheme (not `imported`).
        draws: simulated years.

    Returns:
        Probabilities 0–1 by name (positive, negative, neutral, exit, entry), aligned with `schools`,
        the school ids judged in both years (key `schools` holds them as an array of str).
    """
    schools = before.cube.schools.intersection(after.cube.schools)
    first = before.cube.schools.get_indexer(schools)
    second = after.cube.schools.get_indexer(schools)
    counts, counts_now = clusters.counts(before), clusters.counts(after)
    rank_before = cluster_before.reindex(schools).map(RANK).fillna(0).to_numpy(dtype="int64")
    listed_before = before.status[first] == "shnor"
    n = counts_now.participants[second]
    known = n > 0
    evaluable = known.any(axis=1)
    confirmed = ~schools.isin(list(unconfirmed(before, after)))
    alpha, beta = _posterior(counts.failed[first], counts.participants[first], _means(counts, counts_now))
    generator = np.random.default_rng(_SEED)
    totals = {name: np.zeros(len(schools)) for name in NAMES}
    for _ in range(draws):
        k = generator.binomial(n, generator.beta(alpha, beta))
        hit = known & (100 * k >= after.policy.threshold_percent * n)
        listed = _listed(hit, second, after)
        drawn = clusters.Counts(k, n, known, hit)
        rank = np.array([RANK[name] for name in clusters.label(scheme, drawn)])
        left = listed_before & ~listed & evaluable & confirmed
        stays = listed_before & listed
        totals["exit"] += left
        totals["positive"] += left | (stays & (rank < rank_before))
        totals["negative"] += stays & (rank > rank_before)
        totals["neutral"] += stays & (rank == rank_before)
        totals["entry"] += ~listed_before & listed
    return {"schools": schools.to_numpy(), **{name: total / draws for name, total in totals.items()}}


def _means(before: clusters.Counts, after: clusters.Counts) -> Floats:
    """Share of those who failed by series, of t−1, or of t where the series was not held before."""
    means = np.zeros(before.failed.shape[1])
    for counts in (after, before):
        n = counts.participants.sum(axis=0)
        means = np.divide(counts.failed.sum(axis=0), n, out=means, where=n > 0)
    return means


def _posterior(failed: Ints, participants: Ints, means: Floats) -> tuple[Floats, Floats]:
    """Beta parameters of every cell's true share.

    The prior of a cell is centred on what the school's other cells say of it (its level, shrunk towards
    the average school) and is as wide as cells scatter around such centres; the cell's own counts then
    pull it their way. Drawing series as if a school had no common level would invent new entrants.
    """
    k, n = failed.astype(float), participants.astype(float)
    level = statistics.shrunk_ratio(k.sum(axis=1), (n * means).sum(axis=1))
    centre = np.clip(means * level[:, None], 0.002, 0.998)
    strength = np.array([statistics.beta_strength(k[:, s], n[:, s], centre[:, s]) for s in range(len(means))])
    return centre * strength + k, (1 - centre) * strength + n - k


def _listed(hit: Flags, schools: Ints, after: Decision) -> Flags:
    """R10 or R11 on a simulated year of some schools, under the policies of the decision."""
    through_b = limb_b(hit, after.counted_before[schools], after.policy)
    by_rule = limb_a(hit, after.policy) | np.any(through_b, axis=1)
    return listing(by_rule, after.low_index[schools], after.received[schools], after.policy)
