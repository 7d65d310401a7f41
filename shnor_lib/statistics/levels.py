"""Levels of schools: what all cells of a region say about each true share (empirical Bayes, beta-binomial).

In:   failed of participants by school × cell, a cell being a series of a year.
Out:  `Levels`, the fitted model; posterior means, chances and draws of true shares.
Not:  rules (see `analysis.stability`).

The model: a school has one level u ~ N(0, spread²) on the logit scale; the true share of a cell scatters
around expit(centre + u) as a beta distribution of the cell's strength a + b; the count is binomial. Given u
every cell is a beta-binomial in closed form, so the level is summed over a grid instead of being sampled, and
what the data leave open about it is carried on. Centres, strengths and spread are those under which the
counts are most probable. A school effect and a scatter of single series is what ВПР of a real region show
(METHODOLOGY §2.4: standard deviations 1.02 and 0.46, correlation of true logits between series about .83).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy  # loads its special functions when they are first used: most commands draw no levels

from shnor_lib.statistics.intervals import Floats

Ints = npt.NDArray[np.int64]

_NODES = 25
_REACH = 4.0  # the grid reaches so many standard deviations
_ROUNDS, _ENOUGH = 60, 1e-3
_FIT_SCHOOLS = 2000  # a country does not fit better than so many of its schools
_STRENGTHS = np.exp(np.linspace(np.log(2.0), np.log(600.0), 15))
# Where counts say little of the scatter (rare failures), it is that of other series: METHODOLOGY §2.4 [A].
_USUAL_STRENGTH, _USUAL_WIDTH = 50.0, 0.7
_STEPS = np.array([-0.6, -0.25, -0.1, -0.03, 0.0, 0.03, 0.1, 0.25, 0.6])


@dataclass(frozen=True)
class Levels:
    """A fitted model of a region.

    Attributes:
        centre: logit of the share of an average school, by cell.
        strength: a + b of the beta distribution of true shares around their centre, by cell.
        spread: standard deviation of the levels of schools, logits.
    """

    centre: Floats
    strength: Floats
    spread: float

    def posterior(self, failed: Ints, participants: Ints) -> "Posterior":
        """What the counts of some schools say of their true shares.

        Args:
            failed: persons, school × cell; anything where nobody took part.
            participants: persons, school × cell; 0 or less where there is no result.
        """
        n = np.maximum(participants, 0).astype(float)
        k = np.where(n > 0, failed, 0).astype(float)
        nodes, prior = _grid(self.spread)
        share = _shares(self.centre, nodes)
        log = prior + _log_likelihood(k, n, share, self.strength).sum(axis=1)
        weight = np.exp(log - scipy.special.logsumexp(log, axis=1, keepdims=True))
        return Posterior(k, n, share, self.strength, weight)


@dataclass(frozen=True)
class Posterior:
    """True shares of some schools as far as counts tell them.

    Attributes:
        failed: school × cell.
        participants: school × cell.
        share: expit of centre + level; cell × node.
        strength: by cell.
        weight: probability of each node of the level; school × node.
    """

    failed: Floats
    participants: Floats
    share: Floats
    strength: Floats
    weight: Floats

    @property
    def mean(self) -> Floats:
        """Shrunken share of every cell, 0–1, school × cell; of cells without participants, too."""
        about = np.einsum("ig,cg->ic", self.weight, self.share)
        trusted = self.participants / (self.participants + self.strength)
        own = np.divide(
            self.failed, self.participants, out=np.zeros_like(self.failed), where=self.participants > 0
        )
        mean: Floats = trusted * own + (1 - trusted) * about
        return mean

    def draw(self, generator: np.random.Generator, draws: int) -> Floats:
        """True shares drawn from the posterior, draws × school × cell."""
        schools = len(self.weight)
        edges = self.weight.cumsum(axis=1)
        chance = generator.random((draws, schools, 1))
        node = (chance > edges[None]).sum(axis=2).clip(0, self.weight.shape[1] - 1)
        about = self.share.T[node]
        first = about * self.strength + self.failed
        second = (1 - about) * self.strength + self.participants - self.failed
        drawn: Floats = generator.beta(first, second)
        return drawn


def fit(failed: Ints, participants: Ints) -> Levels:
    """The model under which the counts are most probable (EM over the levels).

    Args:
        failed: persons, school × cell.
        participants: persons, school × cell; 0 or less where there is no result.

    Returns:
        The model; cells without any result have the centre of all others.
    """
    every = max(1, len(participants) // _FIT_SCHOOLS)
    n = np.maximum(participants[::every], 0).astype(float)
    k = np.where(n > 0, failed[::every], 0).astype(float)
    people = n.sum(axis=0)
    overall = (k.sum() + 0.5) / (n.sum() + 1)
    share = (k.sum(axis=0) + overall) / (people + 1)
    centre = np.log(share / (1 - share))
    strength = np.full(len(people), 30.0)
    spread, before = 0.8, -np.inf
    for _ in range(_ROUNDS):
        nodes, prior = _grid(spread)
        log = prior + _log_likelihood(k, n, _shares(centre, nodes), strength).sum(axis=1)
        total = scipy.special.logsumexp(log, axis=1, keepdims=True)
        weight = np.exp(log - total)
        for cell in np.flatnonzero(people > 0):
            centre[cell], strength[cell] = _best(
                k[:, cell], n[:, cell], nodes, weight, centre[cell], strength[cell]
            )
        spread = float(np.clip(np.sqrt((weight * nodes**2).sum() / len(weight)), 0.05, 3.0))
        now = float(total.sum())
        if now - before < _ENOUGH * len(weight):
            break
        before = now
    return Levels(centre, strength, spread)


def _grid(spread: float) -> tuple[Floats, Floats]:
    """Nodes of the level, and the logarithm of their prior probabilities."""
    steps = np.linspace(-_REACH, _REACH, _NODES)
    prior = np.exp(-steps * steps / 2)
    return steps * spread, np.log(prior / prior.sum())


def _shares(centre: Floats, nodes: Floats) -> Floats:
    shares: Floats = scipy.special.expit(centre[:, None] + nodes[None, :]).clip(1e-6, 1 - 1e-6)
    return shares


def _log_likelihood(k: Floats, n: Floats, share: Floats, strength: Floats) -> Floats:
    """Beta-binomial, school × cell × node, without the factor that no parameter changes."""
    first = share * strength[:, None]
    second = (1 - share) * strength[:, None]
    log: Floats = scipy.special.betaln(
        k[:, :, None] + first, (n - k)[:, :, None] + second
    ) - scipy.special.betaln(first, second)
    return log


def _best(
    k: Floats, n: Floats, nodes: Floats, weight: Floats, centre: float, strength: float
) -> tuple[float, float]:
    """Centre and strength of a cell that fit its counts best, given the levels: a step of a search."""
    # Schools with equal counts share their terms: small numbers repeat, and that is where the time goes.
    pairs, which = np.unique(np.column_stack([k, n]), axis=0, return_inverse=True)
    masses = np.zeros((len(pairs), weight.shape[1]))
    np.add.at(masses, which.ravel(), weight)
    bad, good = pairs[:, :1], pairs[:, 1:] - pairs[:, :1]

    def fits(at: Floats, how: Floats) -> Floats:
        share = scipy.special.expit(at[:, None] + nodes[None, :]).clip(1e-6, 1 - 1e-6)
        first, second = share * how[:, None], (1 - share) * how[:, None]
        terms = scipy.special.betaln(bad[None] + first[:, None], good[None] + second[:, None])
        doubt = (np.log(how / _USUAL_STRENGTH) / _USUAL_WIDTH) ** 2 / 2
        sums: Floats = (masses[None] * (terms - scipy.special.betaln(first, second)[:, None])).sum(
            axis=(1, 2)
        ) - doubt
        return sums

    centres = centre + _STEPS
    centre = float(centres[np.argmax(fits(centres, np.full(len(centres), strength)))])
    strengths = np.unique(np.append(_STRENGTHS, strength))
    strength = float(strengths[np.argmax(fits(np.full(len(strengths), centre), strengths))])
    return centre, strength
