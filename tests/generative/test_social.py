"""Social index, its quartile, ШНСУ, zone of risk and neighbours against the obvious ones."""

import os
import random
from fractions import Fraction

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_lib.analysis import deficits, neighbours, risk, social_index
from shnor_lib.data.schemas import TABLES
from shnor_lib.methodology.conditions import IndexIndicator, Neighbours, Prevention, Risk, SocialIndex
from tests.generative import social_oracle as oracle

YEAR = 2026
REGIONS = int(os.environ.get("SHNOR_GENERATED_REGIONS", "300")) // 3
WEIGHTS = {"low_income": 3, "single_parent": 1, "parents_higher_education": 2}
KEY = ["school_id", "year", "indicator"]
LEVELS = {4: 0, 9: 1, 11: 2}


def forms(chance, schools):
    """Few pupils and small counts, so that shares are often equal; forms are old, empty, unfilled, wrong."""
    given = {}
    for school in schools:
        for year in range(YEAR - 3, YEAR + 2):
            if chance.random() < 0.45:
                base = chance.choice([None, 0, 4, 6, 12])
                cells = {
                    name: (chance.choice([None, 0, 1, 2, 3, 6]), base)
                    for name in oracle.INDICATORS
                    if chance.random() < 0.85
                }
                if chance.random() < 0.1:
                    cells = dict.fromkeys(oracle.INDICATORS, (0, base))
                if cells:
                    given[school, year] = cells
    return given


def table(given):
    rows = [
        {"school_id": school, "year": year, "indicator": name, "count": count, "base": base}
        for (school, year), cells in given.items()
        for name, (count, base) in cells.items()
    ]
    return pd.DataFrame(rows, columns=[*KEY, "count", "base"]).astype(
        dict.fromkeys(["year", "count", "base"], "Int64")
    )


policies = st.builds(
    SocialIndex,
    indicators=st.just(
        tuple(
            IndexIndicator(indicator=name, sign=sign, weight=WEIGHTS[name])
            for name, sign in oracle.INDICATORS.items()
        )
    ),
    scaling=st.sampled_from(["minmax", "rank"]),
    weights=st.sampled_from(["equal", "given"]),
    completeness=st.sampled_from(["1/3", "2/3", "1/1"]),
    passport_max_age=st.integers(0, 3),
)


@settings(max_examples=REGIONS, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1), policy=policies, bound=st.integers(1, 3))
def test_index_and_zone_agree_with_the_obvious_ones(seed, policy, bound):
    chance = random.Random(seed)  # noqa: S311 - a region to test with, not a secret
    schools = [f"{number:06d}" for number in range(chance.randint(1, 16))]
    given = forms(chance, schools)
    found = social_index.compute(table(given), schools, policy, YEAR)
    weights = WEIGHTS if policy.weights == "given" else dict.fromkeys(WEIGHTS, 1)
    oldest, needed = policy.passport_max_age, Fraction(policy.completeness)
    values = oracle.indices(given, schools, YEAR, policy.scaling, weights, needed, oldest)
    assert found.values == values, f"\n{policy}\n{given}"
    q1 = oracle.quartile(list(values.values()))
    assert found.quartile.bound == q1
    low = {school: None if school not in values else values[school] <= q1 for school in schools}
    assert same(found.table, "low", low)

    audited = {school: chance.randint(0, 4) for school in schools if chance.random() < 0.7}
    few = {school: None if school not in audited else audited[school] >= bound for school in schools}
    rows = [(s, "2025", "", None) for s in audited]
    rows += [(s, "2025", f"{n}.1", "medium") for s, number in audited.items() for n in range(1, number + 1)]
    items = pd.DataFrame(rows, columns=["school_id", "wave", "code", "significance"], dtype="str")
    items = items.assign(value=pd.NA, source="")
    rule = Risk(parts=("deficits", "low_index"), min_deficits=bound)
    signs = risk.signs(
        schools,
        found,
        deficits.compare_waves(items, schools, ("2025", None)),
        TABLES["prevention"].empty(),
        rule,
        Prevention(),
    )
    zone = risk.zone(signs, rule.parts)
    assert same(zone, "shnsu", {school: oracle.both(few[school], low[school]) for school in schools})
    assert same(zone, "risk", {school: oracle.zone([few[school], low[school]]) for school in schools})


def same(frame, column, expected):
    """A nullable column against True, False and None by school."""
    told = frame.set_index("school_id")[column]
    return {school: None if value is pd.NA else bool(value) for school, value in told.items()} == expected


@settings(max_examples=REGIONS, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1), number=st.integers(1, 6))
def test_neighbours_agree_with_the_obvious_ones(seed, number):
    chance = random.Random(seed)  # noqa: S311 - a region to test with, not a secret
    region = {
        f"{code:06d}": (
            chance.choice([None, 10, 20, 20, 45]),
            chance.choice([None, 0, 30, 30, 200, 900]),
            chance.choice([None, 0, 1]),
            chance.choice([None, 4, 9, 11]),
        )
        for code in chance.sample(range(100), chance.randint(1, 14))
    }
    frame = pd.DataFrame(
        [
            (code, index, pupils, {0: "rural", 1: "urban"}.get(urban), level)
            for code, (index, pupils, urban, level) in region.items()
        ],
        columns=["school_id", "index", "enrolment", "locality", "level_max"],
    ).astype({"school_id": "str", "index": "Float64", "enrolment": "Int64", "level_max": "Int64"})
    found = neighbours.similar(frame, Neighbours(number=number))
    steps = {code: (i, n, urban, LEVELS.get(level)) for code, (i, n, urban, level) in region.items()}
    for code in region:
        assert found.of(code)["neighbour_id"].to_list() == oracle.nearest(steps, code, number), region


def test_the_oracle_can_disagree():
    """A comparison that could not fail would prove nothing: one pupil more, and the index is another."""
    given = {(f"{n:06d}", YEAR): dict.fromkeys(oracle.INDICATORS, (n, 12)) for n in range(1, 5)}
    schools = sorted(school for school, _ in given)
    plain = oracle.indices(given, schools, YEAR, "minmax", WEIGHTS, Fraction(2, 3), 1)
    changed = {**given, (schools[0], YEAR): {**given[schools[0], YEAR], "low_income": (2, 12)}}
    policy = SocialIndex(
        indicators=tuple(
            IndexIndicator(indicator=name, sign=sign, weight=WEIGHTS[name])
            for name, sign in oracle.INDICATORS.items()
        ),
        weights="given",
    )
    assert social_index.compute(table(given), schools, policy, YEAR).values == plain
    assert social_index.compute(table(changed), schools, policy, YEAR).values != plain
