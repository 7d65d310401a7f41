"""Which schools are judged in a year, and what arrives as arrays: edges of R4, R12, R17 and of the cube."""

import pandas as pd
import pytest

from shnor_lib.analysis import calendar, cells, roster
from tests.region_builder import calendar as procedures
from tests.region_builder import judge, register, results, status

A, B, C = "000001", "000002", "000003"
BAD = (5, 10)


@pytest.mark.rule("R17", "a school stands in the year by the register, or by results and an older row")
class TestWhoIsJudged:
    schools = pd.concat([register([A], [2024, 2025]), register([B, C], [2024])], ignore_index=True)

    def test_a_school_without_a_row_of_the_year_stands_if_it_has_results(self):
        table = results({B: {"oge-ma": {2025: BAD}}})
        assert roster.build(self.schools, table, 2025).judged["school_id"].to_list() == [A, B]

    def test_a_closed_or_merged_code_does_not_stand(self):
        table = results({B: {"oge-ma": {2025: BAD}}})
        assert roster.build(self.schools, table, 2025, gone={A}).judged["school_id"].to_list() == [B]

    def test_a_register_of_later_years_only_stands_for_an_early_year(self):
        table = results({A: {"oge-ma": {2020: BAD}}})
        assert roster.build(self.schools, table, 2020).judged["school_id"].to_list() == [A, B, C]

    def test_an_unknown_level_is_seen_from_the_results(self):
        schools = register([A, B], [2025]).assign(level_max=pd.array([None, None], dtype="Int64"))
        table = results({A: {"ege-ru": {2025: BAD}}, B: {"oge-ru": {2025: BAD}}})
        assert roster.build(schools, table, 2025).judged["level_max"].to_list() == [11, 9]


@pytest.mark.rule("R12", "in no series was there a year before: only limb A, and no cells of that year")
def test_nothing_was_held_the_year_before():
    held = pd.DataFrame(
        [
            {"series": "oge-ma", "year": year, "held": "yes" if year == 2025 else "no"}
            for year in range(2019, 2026)
        ]
    ).assign(comparability_group="one")
    found = judge({A: {"oge-ma": {2024: BAD, 2025: BAD}}}, 2025, procedures=held)
    assert status(found, A) == "watch"
    assert found.cells["year"].to_list() == [2025]


@pytest.mark.rule("R12", "a year that the arrays do not hold is no previous year")
def test_years_without_arrays_are_passed_over():
    found = judge({A: {"oge-ma": {2024: BAD, 2025: BAD}}}, 2025, previous_year="last_held")
    held = calendar.build(procedures(["oge-ma"], range(2019, 2026)), found.cube)
    assert (held.previous(found.cube.years[:1], 2025, found.policy) == cells.MISSING).all()


def test_repeated_codes_kept_as_a_category_are_found_like_plain_ones():
    index = pd.Index([A, B])
    plain = pd.Series([B, C, A, B], dtype="str")
    for column in (plain, plain.astype("category")):
        assert cells.positions(column, index).tolist() == [1, -1, 0, 1]
