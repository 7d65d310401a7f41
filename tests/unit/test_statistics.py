import numpy as np
import pandas as pd
import pytest

from shnor_lib import statistics


def test_wilson_against_published_values():
    low, high = statistics.wilson([0, 5, 10, 3], [10, 10, 10, 10])
    assert low == pytest.approx([0.0, 0.2366, 0.7225, 0.1078], abs=1e-4)
    assert high == pytest.approx([0.2775, 0.7634, 1.0, 0.6032], abs=1e-4)


def test_nobody_took_part_has_no_interval():
    low, high = statistics.wilson([0, None], [0, None])
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_wilson_covers_what_it_claims():
    chance = np.random.default_rng(1)
    n = np.full(20_000, 20)
    low, high = statistics.wilson(chance.binomial(n, 0.3), n)
    covered = ((low <= 0.3) & (high >= 0.3)).mean()
    assert 0.93 < covered < 0.98


@pytest.mark.parametrize(
    ("n", "expected"),
    [(1, "very_low"), (4, "very_low"), (5, "low"), (9, "low"), (10, "medium"), (30, "high")],
)
def test_reliability_classes(n, expected):
    assert statistics.reliability(pd.Series([n], dtype="Int64"))[0] == expected


def test_reliability_of_nobody_is_missing():
    assert statistics.reliability(pd.Series([0, None], dtype="Int64")).isna().all()


def test_certainty_is_a_statement_about_the_whole_interval():
    low, high = np.array([0.3, 0.29, 0.1, np.nan]), np.array([0.5, 0.5, 0.29, np.nan])
    found = statistics.certainty(low, high, 30, pd.RangeIndex(4))
    assert found[:3].to_list() == ["above", "borderline", "below"]
    assert found.isna()[3]


def test_shrunk_ratio_trusts_large_schools_more():
    expected = np.array([2.0, 200.0, 50.0, 50.0, 0.0])
    ratio = statistics.shrunk_ratio(np.array([4.0, 400.0, 20.0, 30.0, 0.0]), expected)
    assert 1 < ratio[0] < ratio[1] <= 2
    assert ratio[4] == pytest.approx(1.0)


def test_beta_strength_recovers_the_spread_it_was_made_with():
    chance = np.random.default_rng(2)
    centre = np.full(4000, 0.2)
    n = chance.integers(10, 80, 4000).astype(float)
    for strength in (6.0, 40.0):
        share = chance.beta(centre * strength, (1 - centre) * strength)
        k = chance.binomial(n.astype(int), share).astype(float)
        assert statistics.beta_strength(k, n, centre) == pytest.approx(strength, rel=0.25)


def test_beta_strength_without_participants():
    assert statistics.beta_strength(np.zeros(2), np.zeros(2), np.full(2, 0.5)) == 2.0
