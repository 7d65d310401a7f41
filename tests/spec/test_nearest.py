"""The nearest change of a verdict: exact, and no smaller change would do."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_lib.analysis import nearest
from tests.region_builder import judge

SERIES = ("vpr-ma-5", "vpr-ru-5", "oge-ma")


def change(cells, **settings):
    found = nearest.changes(judge({"000001": cells}, 2025, **settings)).table.iloc[0]
    return found["leave"], found["persons"], found["series"]


@pytest.mark.rule("R10", "two hits: the cheaper one has to go")
def test_a_school_leaves_by_the_cheaper_of_two_hits() -> None:
    assert change({"vpr-ma-5": {2025: (3, 10)}, "vpr-ru-5": {2025: (20, 30)}}) == (True, 1, "vpr-ma-5:1")


@pytest.mark.rule("R6", "exactly 30 % is a hit, so one more pass is enough, and one more failure too little")
def test_the_bound_is_counted_in_whole_persons() -> None:
    assert change({"vpr-ma-5": {2025: (8, 27)}, "oge-ma": {2025: (12, 40)}}) == (False, 1, "vpr-ma-5:1")


@pytest.mark.rule("R11", "a hit that limb B rests on has to go, whatever limb A would allow")
def test_limb_b_has_to_be_broken_where_it_holds() -> None:
    cells = {"vpr-ru-6": {2024: (7, 20), 2025: (9, 20)}, "vpr-ma-6": {2025: (6, 20)}}
    assert change(cells) == (True, 4, "vpr-ru-6:4")


@pytest.mark.rule("R11", "a hit of the year before makes one series enough")
def test_a_school_enters_by_the_series_hit_the_year_before() -> None:
    cells = {"vpr-ru-6": {2024: (7, 20), 2025: (4, 20)}, "vpr-ma-6": {2025: (2, 20)}}
    assert change(cells) == (False, 2, "vpr-ru-6:2")


def test_nothing_to_change_where_nothing_is_evaluable_or_the_rule_cannot_be_met() -> None:
    table = nearest.changes(judge({"000001": {"vpr-ma-5": {2025: (0, 0)}}}, 2025)).table
    assert table["persons"].isna().all()
    alone = nearest.changes(judge({"000001": {"vpr-ma-5": {2025: (1, 9)}}}, 2025, hits_in_one_year=20)).table
    assert alone["persons"].isna().all()


@pytest.mark.rule("R16", "a school kept apart as doubtful has no change of results that would list it")
def test_a_school_on_the_biased_list_under_separate_has_none() -> None:
    decision = judge(
        {"000001": {"vpr-ma-5": {2025: (1, 9)}}}, 2025, biased=["000001"], biased_list="separate"
    )
    assert nearest.changes(decision).table["persons"].isna().all()


numbers = st.integers(1, 4).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
cells = st.fixed_dictionaries(
    {name: st.fixed_dictionaries({2025: numbers}, optional={2024: numbers}) for name in SERIES}
)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    cells=cells,
    limb_b=st.sampled_from(["same_series", "any_series"]),
    distinct=st.sampled_from(["series", "exam_type", "subject"]),
)
def test_it_is_the_smallest_of_all_changes_there_are(cells, limb_b, distinct) -> None:
    """Every possible set of results is judged; the nearest with the other verdict is as near as said."""
    policy = {"limb_b": limb_b, "distinct": distinct}
    sizes = [cells[name][2025][1] for name in SERIES]
    every = list(itertools.product(*(range(size + 1) for size in sizes)))
    schools = {
        f"{number:06d}": {
            name: cells[name] | {2025: (k, cells[name][2025][1])}
            for name, k in zip(SERIES, counts, strict=True)
        }
        for number, counts in enumerate(every)
    }
    decision = judge(schools, 2025, **policy)
    listed = decision.limb_a | decision.limb_b
    found = nearest.changes(decision)
    counts = np.array(every)
    apart = np.abs(counts[:, None, :] - counts[None, :, :]).sum(axis=2)
    apart = np.where(listed[:, None] != listed[None, :], apart, 10_000)
    smallest = apart.min(axis=1)
    assert (np.where(found.persons < 0, 10_000, found.persons) == smallest).all()
    direction = np.where(found.leave, -1, 1)[:, None]
    moved = {tuple(row): flag for row, flag in zip(every, listed, strict=True)}
    columns = [found.series.index(name) for name in SERIES]
    steps = found.by_series[:, columns] * direction
    for start, step, flag, can in zip(counts, steps, listed, found.persons >= 0, strict=True):
        assert not can or moved[tuple(start + step)] != flag
