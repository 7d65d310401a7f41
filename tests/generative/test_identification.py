"""The vectorised rules against the obvious ones, over generated regions and every policy."""

import os
import random

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_lib.analysis import identification, roster
from shnor_lib.data.schemas import TABLES
from shnor_lib.methodology.model import Identification
from tests.generative import oracle

YEAR = 2025
YEARS = range(YEAR - 7, YEAR + 1)
SERIES = ("vpr-ma-5", "vpr-ru-5", "oge-ma", "oge-ru", "ege-ru")
REGIONS = int(os.environ.get("SHNOR_GENERATED_REGIONS", "300"))
SCHOOLS = 20


def cell(chance):
    n = chance.randrange(13)
    if chance.random() < 0.08:
        return oracle.Cell(n, None, None)
    low = min(chance.randint(0, n), chance.randint(0, n))
    return oracle.Cell(n, low, low if chance.random() < 0.7 else chance.randint(low, n))


def school(chance):
    """Some schools have nearly everything, some nearly nothing; the last two years are filled best."""
    full = chance.random()
    taken = {
        (series, year): cell(chance)
        for series in SERIES
        for year in YEARS
        if chance.random() < full * (1 if year >= YEAR - 1 else 0.6)
    }
    return oracle.School(chance.choice([4, 9, 11]), taken, chance.random() < 0.3)


def calendar(chance):
    keys = [(series, year) for series in SERIES for year in YEARS]
    held = {key: chance.random() < 0.8 for key in keys}
    return oracle.Held(held, {key: chance.choice(["one", "one", "two"]) for key in keys})


policies = st.builds(
    Identification,
    series=st.just(SERIES),
    threshold_percent=st.sampled_from([1, 25, 29, 30, 33, 50, 55, 100]),
    hits_in_one_year=st.integers(1, 3),
    distinct=st.sampled_from(["series", "exam_type", "subject"]),
    limb_b=st.sampled_from(["same_series", "any_series"]),
    previous_year=st.sampled_from(["calendar", "last_held"]),
    comparability=st.sampled_from(["warn", "strict"]),
    small_counts=st.sampled_from(["as_is", "suppress", "pool"]),
    min_participants=st.integers(1, 12),
    pool_years=st.sampled_from([2, 3]),
    biased_list=st.sampled_from(["annotate", "exclude_from_positive", "separate"]),
)


@settings(
    max_examples=REGIONS,
    deadline=None,
    derandomize=True,
)
@given(seed=st.integers(0, 2**32 - 1), policy=policies)
def test_vectorised_rules_agree_with_the_obvious_ones(seed, policy):
    chance = random.Random(seed)  # noqa: S311 - a region to test with, not a secret
    region, held = [school(chance) for _ in range(SCHOOLS)], calendar(chance)
    found = decide(region, held, policy).table
    for row, judged in zip(found.itertuples(index=False), region, strict=True):
        verdict = oracle.judge(judged, held, policy, YEAR)
        fast = oracle.Verdict(
            row.status, row.limb_a, row.limb_b, row.hits, row.evaluable, row.expected, row.requires_check
        )
        assert fast == verdict, f"\n{policy}\n{judged}\n{held}"


def decide(region, held, policy):
    rows = [
        {
            "school_id": f"{number:06d}",
            "series": series,
            "year": year,
            "participants": cell.participants,
            "failed": cell.low if cell.low == cell.high else None,
            "failed_low": cell.low,
            "failed_high": cell.high,
            "attempt": "first",
        }
        for number, school in enumerate(region)
        for (series, year), cell in school.cells.items()
    ]
    results = TABLES["results"].empty()
    if rows:
        results = TABLES["results"].conform(pd.DataFrame(rows))
    register = pd.DataFrame(
        {
            "school_id": [f"{number:06d}" for number in range(len(region))],
            "year": YEAR,
            "level_max": [school.level for school in region],
        }
    )
    procedures = pd.DataFrame(
        [
            {
                "series": series,
                "year": year,
                "held": "yes" if held.held[series, year] else "no",
                "comparability_group": held.group[series, year],
            }
            for series, year in held.held
        ]
    )
    judged = roster.build(TABLES["schools"].conform(register), results, YEAR)
    biased = frozenset(f"{number:06d}" for number, school in enumerate(region) if school.biased)
    return identification.decide(
        judged, results, TABLES["procedures"].conform(procedures), policy, YEAR, biased
    )


def test_the_oracle_can_disagree():
    """A comparison that could not fail would prove nothing: change one count and the verdicts part."""
    plain = oracle.School(
        9, {("oge-ma", 2025): oracle.Cell(10, 3, 3), ("oge-ru", 2025): oracle.Cell(10, 3, 3)}
    )
    held = oracle.Held(
        dict.fromkeys([(s, y) for s in SERIES for y in YEARS], True),
        dict.fromkeys([(s, y) for s in SERIES for y in YEARS], "one"),
    )
    changed = oracle.School(9, plain.cells | {("oge-ru", 2025): oracle.Cell(10, 2, 2)})
    policy = Identification(series=SERIES)
    assert oracle.judge(plain, held, policy, YEAR).status == "shnor"
    assert decide([changed], held, policy).table["status"].to_list() == ["watch"]
