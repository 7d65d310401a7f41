"""Chance beside the list (METHODOLOGY §2.4, §9.1 items 2–5): intervals cover what they claim, and no more."""

import numpy as np
import pandas as pd
import pytest

from shnor_lib.analysis import stability
from shnor_lib.statistics import levels, wilson
from shnor_lib.statistics.funnel import Z998, funnel
from tests.region_builder import judge

SERIES = ("vpr-ma-5", "vpr-ru-5", "vpr-ma-6", "vpr-ru-6")
SCHOOLS = 400


def truth(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True shares, participants and failed of a region as §2.4 found one: levels and scatter of series."""
    chance = np.random.default_rng(seed)
    level = chance.normal(0, 1.0, (SCHOOLS, 1))
    share = 1 / (1 + np.exp(-(-1.7 + level + chance.normal(0, 0.46, (SCHOOLS, len(SERIES))))))
    n = chance.integers(3, 90, share.shape)
    n[chance.random(share.shape) < 0.07] = 0
    return share, n, chance.binomial(n, share)


def region(failed: np.ndarray, participants: np.ndarray) -> dict[str, dict[str, dict[int, tuple[int, int]]]]:
    return {
        f"{school:06d}": {
            name: {2025: (int(failed[school, s]), int(participants[school, s]))}
            for s, name in enumerate(SERIES)
            if participants[school, s]
        }
        for school in range(len(failed))
        if participants[school].any()
    }


@pytest.fixture(scope="module")
def world() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return truth(11)


@pytest.mark.rule("§9.1", "the interval of a shrunken share covers the truth as often as it claims")
def test_intervals_cover_what_they_claim(world) -> None:
    share, n, k = world
    seen = n > 0
    drawn = levels.fit(k, n).posterior(k, n).draw(np.random.default_rng(1), 400)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    inside = ((low <= share) & (share <= high))[seen].mean()
    assert 0.93 < inside < 0.97
    plain_low, plain_high = wilson(k, n)
    assert (high - low)[seen].mean() < (plain_high - plain_low)[seen].mean() / 1.25


@pytest.mark.rule("§9.1", "the second opinion beats the raw share in error")
def test_shrunken_shares_are_closer_to_the_truth_than_raw_ones(world) -> None:
    share, n, k = world
    seen = n > 0
    mean = levels.fit(k, n).posterior(k, n).mean
    raw = np.divide(k, n, out=np.zeros(k.shape), where=seen)

    def error(of: np.ndarray) -> float:
        return float(((of - share)[seen] ** 2).mean() ** 0.5)

    assert error(mean) < 0.75 * error(raw)
    assert error(np.where(n < 10, mean, raw)) < error(raw)


@pytest.mark.rule("§9.1", "a probability says how often it is so")
def test_chances_of_being_over_the_threshold_are_calibrated(world) -> None:
    share, n, k = world
    drawn = levels.fit(k, n).posterior(k, n).draw(np.random.default_rng(2), 400)
    said, true = (drawn >= 0.3).mean(axis=0)[n > 0], (share >= 0.3)[n > 0]
    for low, high in ((0.0, 0.1), (0.1, 0.4), (0.4, 0.7), (0.7, 1.01)):
        here = (said >= low) & (said < high)
        spread = 3.5 * np.sqrt((said[here] * (1 - said[here])).sum()) / here.sum()
        assert abs(said[here].mean() - true[here].mean()) < spread + 0.02, (low, high)


def test_mean_of_the_posterior_is_what_its_draws_average_to(world) -> None:
    _, n, k = world
    posterior = levels.fit(k, n).posterior(k[:20], n[:20])
    drawn = posterior.draw(np.random.default_rng(3), 4000)
    np.testing.assert_allclose(drawn.mean(axis=0), posterior.mean, atol=0.015)


def test_a_cell_without_participants_says_what_the_other_cells_of_the_school_say(world) -> None:
    _, n, k = world
    model = levels.fit(k, n)
    strong = model.posterior(np.array([[40, 40, 40, 0]]), np.array([[80, 80, 80, 0]])).mean[0, 3]
    weak = model.posterior(np.array([[2, 2, 2, 0]]), np.array([[80, 80, 80, 0]])).mean[0, 3]
    assert strong > 0.35
    assert weak < 0.1


@pytest.mark.rule("§2.4", "the chance to be listed again is the share of repeated years that list the school")
def test_chance_to_be_listed_again_is_calibrated_on_new_years_of_the_same_truth(world) -> None:
    share, n, k = world
    found = stability.firmness(judge(region(k, n), 2025), draws=300).schools.set_index("school_id")
    chance = np.random.default_rng(5)
    listed = pd.Series(0.0, index=found.index)
    rounds = 40
    for _ in range(rounds):
        again = judge(region(chance.binomial(n, share), n), 2025)
        listed += pd.Series((again.status == "shnor").astype(float), index=again.cube.schools)
    observed = listed / rounds
    said = found["listed_again"].astype(float)
    assert abs(said.mean() - observed.mean()) < 0.02
    for low, high in ((0.0, 0.2), (0.2, 0.6), (0.6, 1.01)):
        here = (said >= low) & (said < high)
        assert abs(said[here].mean() - observed[here].mean()) < 0.07, (low, high)


@pytest.mark.rule("§2.4", "many a listed school is listed by chance")
def test_a_small_school_at_the_threshold_is_not_firm_and_a_large_one_far_above_it_is(world) -> None:
    _, n, k = world
    schools = region(k, n)
    schools["900001"] = {"vpr-ma-5": {2025: (1, 3)}, "vpr-ru-5": {2025: (1, 3)}}
    schools["900002"] = {name: {2025: (60, 90)} for name in SERIES}
    schools["900003"] = {name: {2025: (0, 90)} for name in SERIES}
    found = stability.firmness(judge(schools, 2025), draws=300)
    rows = found.schools.set_index("school_id")
    assert rows.loc["900001", "listed"]
    assert rows.loc["900001", "firmness"] != "firm"
    assert rows.loc["900002", "firmness"] == "firm"
    assert rows.loc["900003", "firmness"] == "firm"
    assert rows.loc["900003", "listed_again"] < 0.01
    mean, truly = found.list_size
    assert truly < mean, "a year draws more schools onto the list than deserve it"


def test_nothing_evaluable_has_no_chance_and_the_same_seed_gives_the_same_numbers(world) -> None:
    _, n, k = world
    schools = region(k[:30], n[:30])
    schools["900004"] = {"vpr-ma-5": {2025: (0, 0)}}
    decision = judge(schools, 2025)
    first, second = (stability.firmness(decision, draws=50) for _ in range(2))
    assert first.schools.set_index("school_id").loc["900004", "listed_again"] is pd.NA
    pd.testing.assert_frame_equal(first.schools, second.schools)
    pd.testing.assert_frame_equal(first.cells, second.cells)
    assert "900004" not in set(first.cells["school_id"])


@pytest.mark.rule("R11", "limb B is repeated with both years drawn, under the policy of the method")
def test_any_series_lists_no_fewer_than_the_same_series(world) -> None:
    _, n, k = world
    schools = {
        school: {name: {2024: cell[2025], 2025: cell[2025]} for name, cell in cells.items()}
        for school, cells in region(k[:80], n[:80]).items()
    }
    same = stability.firmness(judge(schools, 2025), draws=100).schools
    other = stability.firmness(judge(schools, 2025, limb_b="any_series"), draws=100).schools
    assert (other["listed_again"] >= same["listed_again"]).all()
    assert other["listed_again"].sum() > same["listed_again"].sum()


@pytest.mark.rule("§9.1", "funnel limits hold the schools that differ by chance alone")
def test_funnel_of_chance_alone_has_no_overdispersion_and_keeps_its_limits() -> None:
    chance = np.random.default_rng(7)
    n = chance.integers(5, 100, 3000).astype(float)
    k = chance.binomial(n.astype(int), 0.2).astype(float)
    found = funnel(k, n)
    assert found is not None
    assert found.mean == pytest.approx(0.2, abs=0.01)
    assert found.overdispersion < 1.1
    low, high = found.limits(n, Z998)
    assert ((k / n < low) | (k / n > high)).mean() < 0.01


def test_funnel_of_schools_that_differ_is_wider_and_not_widened_by_single_outliers(world) -> None:
    _, n, k = world
    has = n[:, 0] > 0
    found = funnel(k[has, 0].astype(float), n[has, 0].astype(float))
    assert found is not None
    assert found.overdispersion > 2
    spoilt = k[has, 0].astype(float).copy()
    spoilt[:5] = n[has, 0][:5]
    again = funnel(spoilt, n[has, 0].astype(float))
    assert again is not None
    assert again.overdispersion < 1.25 * found.overdispersion


def test_funnel_without_participants_or_without_failures() -> None:
    assert funnel(np.zeros(2), np.zeros(2)) is None
    found = funnel(np.zeros(3), np.full(3, 10.0))
    assert found is not None
    assert (found.mean, found.overdispersion) == (0.0, 1.0)
