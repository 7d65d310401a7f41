"""Shrinkage by moments: how far observed numbers may be trusted, without a model of the region.

In:   counts as arrays (persons).
Out:  shrunken ratios, and how closely true shares lie around their centres.
Not:  a full posterior (see `levels`).
"""

import numpy as np

from shnor_lib.statistics.intervals import Floats


def shrunk_ratio(observed: Floats, expected: Floats) -> Floats:
    """Ratio of observed to expected numbers, shrunk towards 1 (gamma-Poisson model, fitted by moments).

    Args:
        observed: persons who failed, one entry a school.
        expected: persons who would have failed at the average shares; 0 gives a ratio of 1.

    Returns:
        Positive ratios; the less a school's numbers say, the closer to 1.
    """
    usable = expected > 0
    ratio = np.divide(observed, expected, out=np.ones_like(expected), where=usable)
    weight = expected / max(float(expected.sum()), 1e-9)
    spread = float((weight * (ratio - 1) ** 2).sum())
    noise = float(usable.sum()) / max(float(expected.sum()), 1e-9)
    prior = 1 / max(spread - noise, 1e-3)
    shrunk: Floats = (observed + prior) / (expected + prior)
    return shrunk


def beta_strength(failed: Floats, participants: Floats, centre: Floats) -> float:
    """How closely true shares lie around their centres: a + b of a beta distribution, by moments.

    Args:
        failed: persons, one entry a school.
        participants: persons; schools with 0 are left out.
        centre: expected share of each school, between 0 and 1.

    Returns:
        a + b, between 2 (shares may be anything) and 1000 (shares equal their centres).
    """
    has = participants > 0
    if not has.any():
        return 2.0
    k, n, mean = failed[has], participants[has], centre[has]
    binomial = mean * (1 - mean)
    excess = float((n * (k / n - mean) ** 2).sum() - binomial.sum())
    # The expected squared deviation is binomial·(1 + (n − 1)·ρ)/n with ρ = 1/(a + b + 1).
    rho = excess / max(float((binomial * (n - 1)).sum()), 1e-9)
    return float(np.clip(1 / max(rho, 1e-6) - 1, 2.0, 1000.0))
