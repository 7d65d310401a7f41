"""Funnel limits: how far shares of small groups stray from a mean by chance alone.

In:   failed of participants of one series, persons.
Out:  `Funnel`: mean, overdispersion, and limits for any number of participants.

Schools differ for reasons besides chance, so binomial limits alone would put half of a region outside. The
limits are widened by the overdispersion factor of Spiegelhalter (2005): the mean square of the standardised
deviations, those beyond the tenths of either side pulled in to them, so that the very schools one looks for
do not widen it.
"""

from dataclasses import dataclass

import numpy as np

from shnor_lib.statistics.intervals import Z95, Floats

Z998 = 3.090232306167813
_TENTH = 0.1


@dataclass(frozen=True)
class Funnel:
    """A funnel of one series.

    Attributes:
        mean: Σ failed / Σ participants, share 0–1.
        overdispersion: 1 where the schools differ no more than chance makes them, more otherwise.
    """

    mean: float
    overdispersion: float

    def limits(self, participants: Floats, z: float = Z95) -> tuple[Floats, Floats]:
        """Lower and upper limit of the share for groups of some sizes, shares 0–1.

        Args:
            participants: persons, positive.
            z: `Z95` or `Z998`.
        """
        spread = z * np.sqrt(self.overdispersion * self.mean * (1 - self.mean) / participants)
        return np.clip(self.mean - spread, 0, 1), np.clip(self.mean + spread, 0, 1)


def funnel(failed: Floats, participants: Floats) -> Funnel | None:
    """The funnel of a series, None where nobody took part.

    Args:
        failed: persons by school.
        participants: persons by school; schools without participants are left out.
    """
    has = participants > 0
    n = participants[has].astype(float)
    k = failed[has].astype(float)
    if not len(n):
        return None
    mean = float(k.sum() / n.sum())
    if not 0 < mean < 1 or len(n) < 2:
        return Funnel(mean, 1.0)
    deviations = (k / n - mean) / np.sqrt(mean * (1 - mean) / n)
    low, high = np.quantile(deviations, [_TENTH, 1 - _TENTH])
    return Funnel(mean, max(1.0, float((deviations.clip(low, high) ** 2).mean())))
