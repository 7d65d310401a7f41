"""Similar schools and where a school stands among them (METHODOLOGY §9.1 item 6)."""

from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shnor_lib.analysis import neighbours
from shnor_lib.methodology.conditions import Neighbours
from shnor_lib.present import figures_social
from shnor_lib.statistics import wilson
from tests.region_builder import hide, judge
from tests.spec import test_trial as trial

A, B, C, D, E = "000001", "000002", "000003", "000004", "000005"
COLUMNS = {
    "school_id": "str",
    "index": "Float64",
    "enrolment": "Int64",
    "locality": "str",
    "level_max": "Int64",
}


def schools(*rows):
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def near(frame, school, **settings):
    return neighbours.similar(frame, Neighbours(**settings)).of(school)["neighbour_id"].to_list()


TOWN = schools(
    (A, 50, 400, "urban", 11),
    (B, 52, 400, "urban", 11),
    (C, 50, 60, "rural", 9),
    (D, 90, 400, "urban", 11),
    (E, 50, 410, "urban", 11),
)


@pytest.mark.rule("§9.3", "nearest in standard deviations of index, size, locality and level")
class TestSimilar:
    def test_the_nearest_come_first_and_nobody_is_its_own_neighbour(self):
        assert near(TOWN, A) == [E, B, D, C]

    def test_as_many_as_the_method_takes(self):
        assert near(TOWN, A, number=2) == [E, B]

    def test_equal_distances_go_by_code(self):
        twins = schools(*[(code, 50, 100, "urban", 11) for code in (D, B, C, A)], (E, 10, 100, "rural", 9))
        assert near(twins, A) == [B, C, D, E]
        assert near(twins, D) == [A, B, C, E]

    def test_distance_by_hand(self):
        """Two schools, one standard deviation from the mean each: two apart in every characteristic."""
        pair = schools((A, 10, 100, "urban", 11), (B, 20, 50, "rural", 9))
        found = neighbours.similar(pair, Neighbours()).of(A)
        assert found.loc[0, "distance"] == pytest.approx(2)

    def test_one_that_lacks_what_the_school_has_is_no_candidate(self):
        frame = schools((A, 50, 400, "urban", 11), (B, None, 400, "urban", 11), (C, 10, 100, "rural", 9))
        assert near(frame, A) == [C]
        assert near(frame, B) == [A, C], "compared in what it has"
        by = neighbours.similar(frame, Neighbours()).by.set_index("school_id")["by"]
        assert by[B] == "size;locality;level"

    def test_a_school_of_which_nothing_is_known(self):
        frame = schools((A, None, None, None, None), (B, 50, 400, "urban", 11), (C, 51, 400, "urban", 11))
        assert near(frame, A) == []
        assert near(frame, B) == [C]

    def test_characteristics_of_the_method(self):
        assert near(TOWN, A, by=("index",))[:2] == [C, E]

    def test_nobody(self):
        assert len(neighbours.similar(schools(), Neighbours()).table) == 0

    def test_a_region_larger_than_a_batch(self, monkeypatch):
        whole = neighbours.similar(TOWN, Neighbours()).table
        monkeypatch.setattr(neighbours, "_BATCH", 2)
        pd.testing.assert_frame_equal(neighbours.similar(TOWN, Neighbours()).table, whole)


def standing(cells, by=None, **more):
    """Schools of one kind, all neighbours of one another."""
    decision = judge(cells, 2025, **more)
    alike = schools(*[(code, 50 + at, 100, "urban", 11) for at, code in enumerate(cells)])
    found = neighbours.standing(decision, neighbours.similar(alike, Neighbours()))
    return found.set_index("school_id")


@pytest.mark.rule("§9.3", "where a school stands among similar ones, with an interval")
class TestStanding:
    def test_share_of_the_neighbours_in_the_same_works(self):
        cells = {
            A: {"oge-ma": {2025: (30, 100)}},
            B: {"oge-ma": {2025: (10, 100)}, "oge-ru": {2025: (90, 100)}},
            C: {"oge-ma": {2025: (20, 100)}, "oge-ru": {2025: (90, 100)}},
        }
        school = standing(cells).loc[A]
        assert school["others"] == pytest.approx(0.15), "what the others did in Russian is not compared"
        assert school["standing"] == "higher"
        assert school["neighbours"] == 2

    def test_the_mix_of_works_is_the_schools_own(self):
        cells = {
            A: {"oge-ma": {2025: (1, 10)}, "oge-ru": {2025: (1, 30)}},
            B: {"oge-ma": {2025: (20, 100)}, "oge-ru": {2025: (0, 100)}},
        }
        assert standing(cells).loc[A, "others"] == pytest.approx(0.2 * 10 / 40)

    @pytest.mark.parametrize(("k", "place"), [(2, "lower"), (18, "same"), (40, "higher")])
    def test_three_places(self, k, place):
        assert (
            standing({A: {"oge-ma": {2025: (k, 100)}}, B: {"oge-ma": {2025: (20, 100)}}}).loc[A, "standing"]
            == place
        )

    def test_a_few_children_are_never_told_apart(self):
        assert (
            standing({A: {"oge-ma": {2025: (2, 4)}}, B: {"oge-ma": {2025: (20, 100)}}}).loc[A, "standing"]
            == "same"
        )

    def test_two_works_of_one_child_are_one_person(self):
        cells = {A: {"oge-ma": {2025: (30, 100)}, "oge-ru": {2025: (10, 90)}}, B: {"oge-ma": {2025: (2, 9)}}}
        cells[B]["oge-ru"] = {2025: (2, 9)}
        school = standing(cells).loc[A]
        low, high = wilson([40 / 190 * 100], [100])
        assert (school["low"], school["high"]) == (pytest.approx(low[0]), pytest.approx(high[0]))

    def test_neighbours_with_a_larger_share(self):
        cells = {code: {"oge-ma": {2025: (k, 50)}} for code, k in ((A, 5), (B, 6), (C, 5), (D, 4))}
        assert standing(cells).loc[A, "above"] == 1, "an equal share is not larger"

    def test_nothing_to_compare(self):
        cells = {
            A: {"oge-ma": {2025: (5, 50)}},
            B: {"oge-ru": {2025: (5, 50)}},
            C: {"oge-ma": {2025: (0, 0)}},
        }
        found = standing(cells)
        assert found.loc[A, "standing"] is pd.NA or pd.isna(found.loc[A, "standing"])
        assert found.loc[A, "participants"] is pd.NA
        assert found.loc[C, "share"] is pd.NA


def drawn(world):
    """What a page draws of schools beside similar ones."""
    decision = judge(world, 2025)
    now = decision.now
    shown = ~hide(decision.roster)(now.participants, now.low == now.high)
    alike = schools(*[(code, 50 + at, 100, "urban", 11) for at, code in enumerate(world)])
    found = neighbours.standing(decision, neighbours.similar(alike, Neighbours(number=2)), shown)
    return found, figures_social.standing(found.assign(name=found["school_id"])).to_dict()


@pytest.mark.rule("R25", "neither a hidden cell nor that of a neighbour moves anything of similar schools")
@given(st.integers(0, 2**32))
@settings(deadline=None, max_examples=40)
def test_no_neighbour_tells_a_hidden_count(seed):
    random = Random(seed)  # noqa: S311 - no secret
    world = trial.region(random)
    secret = trial.hidden(world)
    assume(any(year == 2025 for _, _, year in secret))
    other = trial.twin(world, secret, random)
    assume(other is not None)
    (one, figure), (two, same) = drawn(world), drawn(other)
    pd.testing.assert_frame_equal(one, two)
    np.testing.assert_equal(figure, same)
