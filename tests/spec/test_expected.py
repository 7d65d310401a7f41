"""What the list would do if nothing had really changed (METHODOLOGY §2.4)."""

import numpy as np
import pytest

from shnor_lib.analysis import clusters, dynamics, expected
from tests.region_builder import calendar, judge

SERIES = ("vpr-ma-5", "vpr-ru-5", "vpr-ma-6", "vpr-ru-6")
SCHOOLS = 300


def region(seed, change=0.0):
    """Schools with a true level of their own, and two years of marks drawn from it."""
    chance = np.random.default_rng(seed)
    level = chance.normal(-1.6, 1.0, SCHOOLS)
    share = 1 / (1 + np.exp(-(level[:, None] + chance.normal(0, 0.45, (SCHOOLS, len(SERIES))))))
    later = 1 / (1 + np.exp(-(np.log(share / (1 - share)) + change)))
    n = chance.integers(5, 80, (SCHOOLS, len(SERIES)))
    first, second = chance.binomial(n, share), chance.binomial(n, later)
    return {
        f"{school:06d}": {
            name: {
                2024: (int(first[school, s]), int(n[school, s])),
                2025: (int(second[school, s]), int(n[school, s])),
            }
            for s, name in enumerate(SERIES)
        }
        for school in range(SCHOOLS)
    }


def both(schools, **settings):
    before, after = judge(schools, 2024, **settings), judge(schools, 2025, **settings)
    labels = [clusters.assign(side, "max_share") for side in (before, after)]
    observed = dynamics.compare(before, after, *labels, "max_share").summary
    drawn = expected.without_change(before, after, labels[0], "max_share", draws=60)
    means = {name: values.sum() for name, values in drawn.items() if name != "schools"}
    return observed, means, drawn, before


@pytest.mark.rule("§2.4", "where nothing changes, the expectation is what is observed, within its own spread")
def test_calibrated_where_nothing_changes():
    found = [both(region(seed))[:2] for seed in range(4)]
    for name, seen in (
        ("positive", "positive"),
        ("negative", "negative"),
        ("exit", "exits"),
        ("entry", "entry"),
    ):
        observed = np.array([summary[seen] for summary, _ in found], dtype=float)
        means = np.array([drawn[name] for _, drawn in found])
        spread = 3 * np.sqrt(means.sum())
        assert abs(observed.sum() - means.sum()) < spread, (name, observed, means)


@pytest.mark.rule("§2.4", "a real improvement stands out")
def test_a_real_improvement_is_more_than_expected():
    observed, means, drawn, _ = both(region(1, change=-0.8))
    p = drawn["positive"]
    assert observed["positive"] > means["positive"] + 2 * np.sqrt((p * (1 - p)).sum())


@pytest.mark.rule("§2.4", "a school without results in t neither leaves nor improves")
def test_schools_without_results_are_left_out():
    schools = region(2)
    gone = [code for number, code in enumerate(schools) if number % 2]
    for code in gone:
        for cells in schools[code].values():
            del cells[2025]
    _, _, drawn, _ = both(schools)
    lost = np.isin(drawn["schools"], gone)
    assert drawn["exit"][lost].sum() == 0
    assert drawn["positive"][lost].sum() == 0


@pytest.mark.rule("R19", "an exit that would not be confirmed is not expected as a positive one")
def test_fewer_series_are_not_expected_to_improve():
    schools = region(3)
    short = [code for number, code in enumerate(schools) if number % 3 == 0]
    for code in short:
        del schools[code]["vpr-ma-5"][2025]
    _, _, drawn, _ = both(schools)
    assert drawn["exit"][np.isin(drawn["schools"], short)].sum() == 0


@pytest.mark.rule("R12", "under `last_held` limb B rests on the year that counts")
def test_the_last_held_year_is_used():
    schools = {
        f"{number:06d}": {"oge-ma": {2023: (6, 10), 2025: (6, 10)}, "oge-ru": {2025: (0, 10)}}
        for number in range(40)
    }
    held = calendar(["oge-ma", "oge-ru"], range(2018, 2026), y2024="no")
    settings = {"procedures": held, "previous_year": "last_held"}
    before, after = judge(schools, 2024, **settings), judge(schools, 2025, **settings)
    label = clusters.assign(before, "max_share")
    drawn = expected.without_change(before, after, label, "max_share", draws=20)
    assert drawn["entry"].mean() > 0.5


def test_the_same_numbers_every_time():
    first, again = both(region(5))[1], both(region(5))[1]
    assert first == again
