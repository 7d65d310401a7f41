"""Signals of credibility against what a reader of METHODOLOGY §6 would count by hand, school by school."""

import math
import random
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_lib.analysis.credibility import bunching, jump, objectivity, pass_mark, scores
from shnor_lib.analysis.credibility.bounds import Bounds
from shnor_lib.statistics.shrinkage import beta_strength
from shnor_lib.statistics.unusual import at_least, finds
from tests.score_builder import marks, table

YEAR, SERIES = 2024, ("vpr-ma-5", "vpr-ru-5")
HIGHEST = 12


def region(seed: int) -> dict:
    chance = random.Random(seed)  # noqa: S311 - examples, not secrets
    schools = {}
    for number in range(chance.randrange(1, 25)):
        size = chance.choice([1, 3, 20, 40])
        row = {
            series: {
                YEAR: np.bincount([chance.randrange(HIGHEST + 1) for _ in range(size)], minlength=13).tolist()
            }
            for series in SERIES
            if chance.random() < 0.8
        }
        schools[f"{number:06d}"] = row
    return {code: row for code, row in schools.items() if row} or {"000000": {SERIES[0]: {YEAR: [0, 1]}}}


def by_hand(counts: list[int], c: int) -> tuple[int, int, int, bool]:
    pupils = [score for score, number in enumerate(counts) for _ in range(number)]
    at, before = sum(p == c for p in pupils), sum(p == c - 1 for p in pupils)
    return at, before, sum(c - 2 <= p <= c + 2 for p in pupils), at >= 3 and before == 0


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), c=st.integers(1, HIGHEST - 1), threshold=st.integers(1, 100))
def test_boundaries_and_pass_mark(seed, c, threshold):
    schools = region(seed)
    made = scores.works(scores.exact(table(schools)), YEAR)
    bounds = dict.fromkeys(made, Bounds((c, None, None), "scale"))
    found = bunching.cells(made, bounds).set_index(["school_id", "series"])
    results = marks(schools, (c, c + 1, c + 1))
    higher = pass_mark.cells(results, ((work, bounds[name]) for name, work in made.items()), threshold)
    higher = higher.set_index(["school_id", "series"])
    for code, row in schools.items():
        for series, by_year in row.items():
            counts = by_year[YEAR]
            told = found.loc[(code, series)]
            assert (told["at"], told["before"], told["near"], told["empty_step"]) == by_hand(counts, c)
            n = sum(counts)
            for name, bound in (("hit", c), ("hit_higher", c + 1)):
                share = Fraction(sum(counts[:bound]), n)
                assert higher.loc[(code, series), name] == (share >= Fraction(threshold, 100))


def tail(k: int, n: int, share: float, strength: float) -> float:
    """Σ of beta-binomial chances from k to n, each from its definition."""
    a, b = share * strength, (1 - share) * strength

    def log_beta(x: float, y: float) -> float:
        return math.lgamma(x) + math.lgamma(y) - math.lgamma(x + y)

    return math.fsum(
        math.comb(n, i) * math.exp(log_beta(i + a, n - i + b) - log_beta(a, b)) for i in range(k, n + 1)
    )


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_chances(seed):
    chance = random.Random(seed)  # noqa: S311 - examples, not secrets
    n = [chance.randrange(1, 40) for _ in range(12)]
    k = [chance.randint(0, size) for size in n]
    share = [chance.uniform(0.1, 0.9) for _ in n]
    arrays = [np.array(values, dtype=float) for values in (k, n, share)]
    first = [tail(*item, beta_strength(*arrays)) for item in zip(k, n, share, strict=True)]
    usual = np.array([value > 0.001 for value in first])
    strength = (
        beta_strength(*(values[usual] for values in arrays))
        if 0 < usual.sum() < len(n)
        else beta_strength(*arrays)
    )
    expected = [tail(*item, strength) for item in zip(k, n, share, strict=True)]
    np.testing.assert_allclose(at_least(k, n, share), expected, rtol=1e-6, atol=1e-9)


@settings(max_examples=200, deadline=None)
@given(chances=st.lists(st.floats(0, 1), max_size=30), share=st.floats(0.01, 0.5))
def test_finds(chances, share):
    """A test is a find if some k exists: its chance is among the k smallest, all of these under k·share/m."""
    ordered = sorted(chances)
    passed = [k for k in range(1, len(ordered) + 1) if ordered[k - 1] * len(ordered) <= share * k]
    limit = ordered[max(passed) - 1] if passed else -1
    assert finds(chances, share).sum() == (max(passed) if passed else 0)
    assert all(chance <= limit for chance, found in zip(chances, finds(chances, share), strict=True) if found)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_moments_and_jumps(seed):
    schools, later = region(seed), region(seed + 1)
    means = [
        [jump.moments(work) for work in scores.works(scores.exact(table(side)), YEAR).values()]
        for side in (schools, later)
    ]
    first, second = means[0][0], means[1][0]
    series = first["series"].iloc[0]
    if second["series"].iloc[0] != series:
        return

    def mean(side: dict, code: str) -> Fraction:
        counts = side[code][series][YEAR]
        return Fraction(sum(score * number for score, number in enumerate(counts)), sum(counts))

    found = jump.ratios(first, second, [("years", series, series)], {})
    both = [
        code
        for code in schools
        if series in schools[code]
        and code in later
        and series in later[code]
        and min(sum(side[code][series][YEAR]) for side in (schools, later)) >= 10
        and mean(later, code) > 0
    ]
    assert found["school_id"].tolist() == both
    values = [float(mean(schools, code) / mean(later, code)) for code in both]
    np.testing.assert_allclose(found["value"].astype(float), values)
    if len(both) >= 20:
        low, high = (np.percentile(values, q) for q in (25, 75))
        expected = [
            "rise" if value < low - 3 * (high - low) else "fall" if value > high + 3 * (high - low) else ""
            for value in values
        ]
        assert found["direction"].tolist() == expected


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_high_means(seed):
    schools = {code: row for code, row in region(seed).items() if "vpr-ma-5" in row}
    if not schools:
        return
    made = scores.works(scores.exact(table(schools)), YEAR)["vpr-ma-5"]
    found = objectivity.high_means(jump.moments(made)).set_index("school_id")["flagged"].to_dict()

    def interval(points: list[int]) -> tuple[float, float]:
        middle = sum(points) / len(points)
        s = math.sqrt(sum((p - middle) ** 2 for p in points) / (len(points) - 1))
        return middle - 1.96 * s / math.sqrt(len(points)), middle + 1.96 * s / math.sqrt(len(points))

    pupils = {
        code: [p for p, number in enumerate(row["vpr-ma-5"][YEAR]) for _ in range(number)]
        for code, row in schools.items()
    }
    everybody = [p for points in pupils.values() for p in points]
    if len(everybody) < 2:
        return
    upper = interval(everybody)[1]
    for code, points in pupils.items():
        if len(points) > 1 and abs(interval(points)[0] - upper) > 1e-9:
            assert found[code] == (interval(points)[0] > upper)
        assert (code in found) == (len(points) > 1)
