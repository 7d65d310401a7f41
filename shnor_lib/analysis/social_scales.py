"""Shares of a social passport on one scale, and the weights of an index (R21, METHODOLOGY §3 items 1–3).

In:   exact shares of one indicator over the schools; scaled values of all indicators.
Out:  scaled values, weights, or the reason why there are none.

Everything is a fraction: two schools with the same shares get the same index, and what lies at the quartile
lies there exactly. Two things are roots: the deviation of `zscore`, taken as the nearest float, and the
loadings of `first_component`, taken with the digits that are printed; from there on all is exact again.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

import numpy as np

from shnor_lib.methodology.conditions import SocialIndex
from shnor_lib.statistics.components import Component, first_component

_DIGITS = 4  # of loadings, as they are printed

Shares = Mapping[str, Fraction]  # by school
REFUSALS = ("no_component", "low_kmo", "sign_conflict")


@dataclass(frozen=True)
class Weights:
    """Weights of the indicators.

    Attributes:
        by_indicator: positive; empty where they are refused.
        component: what the indicators have in common, where it was asked for and exists.
        refusal: one of `REFUSALS`, or empty.
        against: indicators whose loading contradicts their sign (`sign_conflict`).
    """

    by_indicator: Mapping[str, Fraction]
    component: Component | None = None
    refusal: str = ""
    against: tuple[str, ...] = ()


def scaled(shares: Shares, scaling: str, sign: int) -> dict[str, Fraction] | None:
    """Shares of one indicator on the scale of the method, more being better.

    Args:
        shares: share of pupils by school; the reference set.
        scaling: `minmax` and `rank` give 0–100, `zscore` standard deviations.
        sign: 1 where a larger share is better, −1 where it is worse.

    Returns:
        None where all shares are equal: such an indicator tells nobody from anybody.
    """
    different = sorted(set(shares.values()))
    if len(different) < 2:
        return None
    places = {"minmax": _minmax, "rank": _rank, "zscore": _zscore}[scaling](list(shares.values()), different)
    top = Fraction(0) if scaling == "zscore" else Fraction(100)
    return {school: places[value] if sign > 0 else top - places[value] for school, value in shares.items()}


def _minmax(values: Sequence[Fraction], different: Sequence[Fraction]) -> dict[Fraction, Fraction]:
    low, width = different[0], different[-1] - different[0]
    return {value: 100 * (value - low) / width for value in different}


def _rank(values: Sequence[Fraction], different: Sequence[Fraction]) -> dict[Fraction, Fraction]:
    """Middle rank of equal shares, the lowest 0 and the highest 100 where they are single."""
    number = Counter(values)
    upto = accumulate(number[value] for value in different)
    return {
        value: 100 * (Fraction(2 * last - number[value] - 1, 2)) / (len(values) - 1)
        for value, last in zip(different, upto, strict=True)
    }


def _zscore(values: Sequence[Fraction], different: Sequence[Fraction]) -> dict[Fraction, Fraction]:
    mean = sum(values, Fraction(0)) / len(values)
    variance = sum(((value - mean) ** 2 for value in values), Fraction(0)) / len(values)
    deviation = Fraction(math.sqrt(variance))
    return {value: (value - mean) / deviation for value in different}


def weigh(policy: SocialIndex, values: Mapping[str, Mapping[str, Fraction]]) -> Weights:
    """Weights of the indicators by the method.

    Args:
        policy: rule R21 of a method.
        values: indicator → scaled value by school, only indicators that vary.

    Returns:
        With `first_component` the weights are the loadings, taken over schools with all indicators; they
        are refused where the indicators have little in common, or where one of them goes against its sign.
    """
    if policy.weights == "equal":
        return Weights(dict.fromkeys(values, Fraction(1)))
    if policy.weights == "given":
        given = {entry.indicator: entry.weight for entry in policy.indicators}
        return Weights({name: Fraction(str(given[name])) for name in values})
    complete = set.intersection(*(set(of) for of in values.values())) if values else set()
    table = [[float(values[name][school]) for name in values] for school in sorted(complete)]
    found = first_component(np.array(table, dtype=float).reshape(len(table), len(values)))
    if found is None:
        return Weights({}, refusal="no_component")
    if round(100 * found.kmo, _DIGITS) < policy.min_kmo_percent:
        return Weights({}, found, "low_kmo")
    loadings = [Fraction(str(round(float(loading), _DIGITS))) for loading in found.loadings]
    against = tuple(name for name, loading in zip(values, loadings, strict=True) if loading <= 0)
    if against:
        return Weights({}, found, "sign_conflict", against)
    return Weights(dict(zip(values, loadings, strict=True)), found)
