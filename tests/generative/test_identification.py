"""The vectorised rules against the obvious ones, over generated regions and every policy."""

import os

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shnor_lib.analysis import identification, roster
from shnor_lib.data.schemas import TABLES
from shnor_lib.methodology.model import Identification
from tests.generative import oracle

YEAR = 2025
YEARS = range(YEAR - 7, YEAR + 1)
SERIES = ("vpr-ma-5", "vpr-ru-5", "oge-ma", "oge-ru", "ege-ru")
REGIONS = int(os.environ.get("SHNOR_GENERATED_REGIONS", "400"))


@st.composite
def cells(draw):
    n = draw(st.integers(0, 12))
    if draw(st.integers(0, 9)) == 0:
        return oracle.Cell(n, None, None)
    low = draw(st.integers(0, n))
    high = low if draw(st.booleans()) else draw(st.integers(low, n))
    return oracle.Cell(n, low, high)


@st.composite
def schools(draw):
    taken = draw(
        st.dictionaries(st.tuples(st.sampled_from(SERIES), st.sampled_from(YEARS)), cells(), max_size=24)
    )
    return oracle.School(draw(st.sampled_from([4, 9, 11])), taken, draw(st.booleans()))


@st.composite
def calendars(draw):
    keys = [(series, year) for series in SERIES for year in YEARS]
    held = {key: draw(st.integers(0, 5)) > 0 for key in keys}
    group = {key: draw(st.sampled_from(["one", "one", "two"])) for key in keys}
    return oracle.Held(held, group)


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
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(region=st.lists(schools(), min_size=1, max_size=4), held=calendars(), policy=policies)
def test_vectorised_rules_agree_with_the_obvious_ones(region, held, policy):
    found = decide(region, held, policy).table
    for row, school in zip(found.itertuples(index=False), region, strict=True):
        verdict = oracle.judge(school, held, policy, YEAR)
        fast = oracle.Verdict(
            row.status, row.limb_a, row.limb_b, row.hits, row.evaluable, row.expected, row.requires_check
        )
        assert fast == verdict, f"\n{policy}\n{school}\n{held}"


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
    school = oracle.School(
        9, {("oge-ma", 2025): oracle.Cell(10, 3, 3), ("oge-ru", 2025): oracle.Cell(10, 3, 3)}
    )
    held = oracle.Held(
        dict.fromkeys([(s, y) for s in SERIES for y in YEARS], True),
        dict.fromkeys([(s, y) for s in SERIES for y in YEARS], "one"),
    )
    changed = oracle.School(9, school.cells | {("oge-ru", 2025): oracle.Cell(10, 2, 2)})
    policy = Identification(series=SERIES)
    assert oracle.judge(school, held, policy, YEAR).status == "shnor"
    assert decide([changed], held, policy).table["status"].to_list() == ["watch"]
