"""The vectorised rules against the obvious ones, over generated regions and every policy."""

import os
import random
from typing import Literal, get_args, get_origin

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_lib.analysis import identification, roster
from shnor_lib.data import crosswalk
from shnor_lib.data.schemas import TABLES
from shnor_lib.methodology.model import Identification
from tests.generative import oracle

YEAR = 2025
YEARS = range(YEAR - 7, YEAR + 1)
SERIES = ("vpr-ma-5", "vpr-ru-5", "oge-ma", "oge-ru", "ege-ru", "ege-ma-base", "ege-ma-profile")
GVE = "gve-ma-9"
EVERY = (*SERIES, GVE)
REGIONS = int(os.environ.get("SHNOR_GENERATED_REGIONS", "300"))
SCHOOLS = 20


def cell(chance):
    n = chance.randrange(13)
    if chance.random() < 0.08:
        return oracle.Cell(n, None, None)
    low = min(chance.randint(0, n), chance.randint(0, n))
    return oracle.Cell(n, low, low if chance.random() < 0.7 else chance.randint(low, n))


def school(chance):
    """Some schools have nearly everything, some nearly nothing; the last two years are filled best.

    Some cells were sat again, and some schools took in another one this year.
    """
    full = chance.random()
    taken = {
        (series, year): cell(chance)
        for series in EVERY
        for year in YEARS
        if chance.random() < full * (1 if year >= YEAR - 1 else 0.6)
    }
    again = {
        (series, year, attempt): cell(chance)
        for series in EVERY
        for year in YEARS
        for attempt in ("best", "all_rows")
        if chance.random() < 0.1
    }
    past = {key: cell(chance) for key in taken if key[1] < YEAR and chance.random() < 0.7}
    return oracle.School(
        chance.choice([4, 9, 11]),
        taken,
        biased=chance.random() < 0.3,
        in_scope=chance.random() < 0.9,
        low_index=chance.random() < 0.4,
        received=chance.random() < 0.3,
        others=again,
        merged=past if chance.random() < 0.3 else {},
    )


def calendar(chance):
    keys = [(series, year) for series in EVERY for year in YEARS]
    held = {key: chance.random() < 0.8 for key in keys}
    return oracle.Held(held, {key: chance.choice(["one", "one", "two"]) for key in keys})


def literals(name):
    """All values that the model allows for a setting: a new one is tested from the day it is written."""
    return st.sampled_from(get_args(Identification.model_fields[name].annotation))


CHOICES = {
    name: literals(name)
    for name, field in Identification.model_fields.items()
    if get_origin(field.annotation) is Literal and name != "gve"
}
policies = st.builds(
    lambda gve, **chosen: Identification(gve=gve, series=EVERY if gve == "separate" else SERIES, **chosen),
    gve=literals("gve"),
    threshold_percent=st.sampled_from([1, 25, 29, 30, 33, 50, 55, 100]),
    hits_in_one_year=st.integers(1, 3),
    min_participants=st.integers(1, 12),
    **CHOICES,
)


def test_no_setting_of_the_model_is_left_out():
    others = {"gve", "series", "threshold_percent", "hits_in_one_year", "min_participants"}
    assert set(CHOICES) | others == set(Identification.model_fields)


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
    verdicts = [(judged, oracle.judge(judged, held, policy, YEAR)) for judged in region]
    within = [(judged, verdict) for judged, verdict in verdicts if verdict is not None]
    for row, (judged, verdict) in zip(found.itertuples(index=False), within, strict=True):
        fast = oracle.Verdict(
            row.status, row.limb_a, row.limb_b, row.hits, row.evaluable, row.expected, row.requires_check
        )
        assert fast == verdict, f"\n{policy}\n{judged}\n{held}"


def code(number):
    return f"{number:06d}"


def merged_code(number):
    """Of the school that was merged into another one."""
    return f"{900000 + number}"


def every_cell(region):
    """School code, series, year, attempt, cell; the rows of other attempts stand first or last by turns."""
    for number, school in enumerate(region):
        own = [(code(number), *key, "first", cell) for key, cell in school.cells.items()]
        again = [(code(number), *key, cell) for key, cell in school.others.items()]
        yield from [*own, *again] if number % 2 else [*again, *own]
        yield from ((merged_code(number), *key, "first", cell) for key, cell in school.merged.items())


def decide(region, held, policy):
    rows = [
        {
            "school_id": school_id,
            "series": series,
            "year": year,
            "participants": cell.participants,
            "failed": cell.low if cell.low == cell.high else None,
            "failed_low": cell.low,
            "failed_high": cell.high,
            "attempt": attempt,
        }
        for school_id, series, year, attempt, cell in every_cell(region)
    ]
    results = TABLES["results"].empty()
    if rows:
        results = TABLES["results"].conform(pd.DataFrame(rows))
    moves = pd.DataFrame(
        [
            {
                "old_id": merged_code(number),
                "new_id": code(number),
                "from_date": "2024-10-01",
                "kind": "merge",
            }
            for number, school in enumerate(region)
            if school.merged
        ],
        columns=["old_id", "new_id", "from_date", "kind"],
    )
    results = crosswalk.successors(results, moves, YEAR, policy.merged_schools)
    register = pd.DataFrame(
        {
            "school_id": [code(number) for number in range(len(region))],
            "in_scope": [school.in_scope for school in region],
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
    judged = roster.build(
        TABLES["schools"].conform(register), results, YEAR, out_of_scope=policy.out_of_scope
    )
    return identification.decide(
        judged,
        results,
        TABLES["procedures"].conform(procedures),
        policy,
        YEAR,
        **{
            name: frozenset(code(number) for number, school in enumerate(region) if getattr(school, name))
            for name in ("biased", "low_index", "received")
        },
    )


def test_the_oracle_can_disagree():
    """A comparison that could not fail would prove nothing: change one count and the verdicts part."""
    plain = oracle.School(
        9, {("oge-ma", 2025): oracle.Cell(10, 3, 3), ("oge-ru", 2025): oracle.Cell(10, 3, 3)}
    )
    held = oracle.Held(
        dict.fromkeys([(s, y) for s in EVERY for y in YEARS], True),
        dict.fromkeys([(s, y) for s in EVERY for y in YEARS], "one"),
    )
    changed = oracle.School(9, plain.cells | {("oge-ru", 2025): oracle.Cell(10, 2, 2)})
    policy = Identification(series=SERIES)
    assert oracle.judge(plain, held, policy, YEAR).status == "shnor"
    assert decide([changed], held, policy).table["status"].to_list() == ["watch"]
