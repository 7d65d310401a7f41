"""R25 and what-if: settings tried before others move only what is shown."""

from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shnor_lib import disclosure
from shnor_lib.present import reasons
from tests.region_builder import judge, row, status

SERIES = ("vpr-ma-5", "vpr-ru-5", "oge-ma")  # of the method
STRANGE = "vpr-ma-8"  # results are there, the method does not judge by it
YEARS = (2023, 2024, 2025)
A, B, C, D = (f"00000{number}" for number in range(1, 5))

TRIALS = [
    *({"threshold": value} for value in (1, 21, 26, 34, 51, 76, 100)),
    *({"min_participants": value} for value in (2, 3, 5, 7, 20)),
    {"limb_b": "any_series"},
    {"previous_year": "last_held"},
    {"small_counts": "pool", "pool_years": 2, "min_participants": 1, "threshold": 45},
    {"small_counts": "pool", "pool_years": 3, "min_participants": 6},
    {"series": ["vpr-ma-5"]},
    {"series": ["oge-ma", STRANGE], "threshold": 40},
    {"hits_in_one_year": 1, "threshold": 60},
]


def region(random):
    """Four schools with results of one to nine children in every series and year."""
    return {
        school: {
            series: {year: (random.randint(0, n), n) for year in YEARS for n in [random.randint(1, 9)]}
            for series in (*SERIES, STRANGE)
        }
        for school in (A, B, C, D)
    }


def alike(cell, series, random):
    """Other counts of a hidden cell, of which a reader knows what he knew of the first ones."""
    sizes = range(1, 5) if cell[1] < 5 else [cell[1]]
    others = [(k, n) for n in sizes for k in range(n + 1)]
    # Verdicts of the method are public.
    return random.choice([of for of in others if series == STRANGE or is_hit(of) == is_hit(cell)])


def twin(world, secret, random):
    """Another region in which the same cells are hidden; None where none was met."""
    for _ in range(60):
        other = {school: {series: dict(of) for series, of in own.items()} for school, own in world.items()}
        for school, series, year in sorted(secret):
            other[school][series][year] = alike(world[school][series][year], series, random)
        if hidden(other) == secret:
            return other
    return None


def hidden(world):
    """Hidden cells as (school, series, year)."""
    found = set()
    for series in (*SERIES, STRANGE):
        for year in YEARS:
            n = np.array([[world[school][series][year][1]] for school in world])
            flags = disclosure.over_schools(n, np.full(n.shape, True), pd.Series(["m1"] * len(n)), 5)
            found |= {(school, series, year) for school, flag in zip(world, flags[:, 0], strict=True) if flag}
    return found


def is_hit(cell):
    return 100 * cell[0] >= 30 * cell[1]


def seen(world, tried):
    """All that a reader of a page is shown of a trial."""
    found = judge(world, 2025, guarded=True, **tried)
    names = found.roster.judged[["school_id", "municipality_id"]]
    public = disclosure.protect(found.cells.merge(names, on="school_id"), 5)
    kept = ["school_id", "series", "year", "participants", "failed", "share", "hit", "suppressed"]
    return found.table, reasons.reasons(found, 5), public[kept]


@pytest.mark.rule("R25", "two regions that look the same under the method look the same in every trial")
@given(st.integers(0, 2**32), st.sampled_from(TRIALS))
@settings(deadline=None, max_examples=40)
def test_no_trial_tells_a_hidden_count(seed, tried):
    random = Random(seed)  # noqa: S311 - no secret
    world = region(random)
    secret = hidden(world)
    assume(secret)
    other = twin(world, secret, random)
    assume(other is not None)
    one, two = seen(world, tried), seen(other, tried)
    pd.testing.assert_frame_equal(one[0], two[0])
    assert one[1] == two[1]
    pd.testing.assert_frame_equal(one[2], two[2])


REGION = {
    A: {"vpr-ma-5": {2025: (1, 3)}, "oge-ma": {2025: (4, 10)}},
    B: {"vpr-ma-5": {2025: (2, 6)}, "oge-ma": {2025: (4, 11)}},
    C: {"vpr-ma-5": {2025: (4, 12)}, "oge-ma": {2025: (5, 12)}},
}


@pytest.mark.rule("R25", "under another threshold a hidden cell is what it is under the method")
def test_a_group_of_three_stays_a_hit_at_any_threshold():
    for threshold in (34, 40):
        found = judge(REGION, 2025, threshold=threshold, guarded=True)
        assert [status(found, school) for school in (A, B, C)] == [
            "shnor",
            "shnor" if threshold == 34 else "watch",
            "watch",
        ]
    assert status(judge(REGION, 2025, threshold=34), A) == "watch", "the analyst sees what really would be"


@pytest.mark.rule("R9", "under another minimum the smallest groups go, those that cover them stay")
def test_a_minimum_drops_what_it_says_it_drops():
    found = judge(REGION, 2025, min_participants=10, guarded=True)
    assert [row(found, school)["hit_series"] for school in (A, B, C)] == [
        "oge-ma",
        "vpr-ma-5;oge-ma",
        "vpr-ma-5;oge-ma",
    ]


@pytest.mark.rule("R9", "a minimum that is the method's own is no trial of a minimum")
def test_the_same_minimum_drops_nothing_more():
    found = judge(REGION, 2025, small_counts="pool", pool_years=2, min_participants=1, guarded=True)
    assert row(found, A)["hits"] == 2


@pytest.mark.rule("R9", "years are added up only where none of them is hidden")
def test_years_with_a_hidden_one_are_not_added_up():
    region = {
        A: {"oge-ma": {2024: (0, 3), 2025: (5, 10)}},
        B: {"oge-ma": {2024: (0, 20), 2025: (5, 11)}},
        C: {"oge-ma": {2024: (0, 30), 2025: (5, 12)}},
    }
    pooled = {"small_counts": "pool", "pool_years": 2, "min_participants": 1}
    found = judge(region, 2025, guarded=True, **pooled)
    assert found.now.participants[:, found.cube.series.index("oge-ma")].tolist() == [10, 11, 42]


def test_a_decision_of_a_trial_says_against_what():
    assert judge(REGION, 2025).usual is None
    assert judge(REGION, 2025, threshold=40, guarded=True).usual.threshold_percent == 30
