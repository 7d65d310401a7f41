"""Worked examples of METHODOLOGY §11 and its edge-case table, by rule."""

import pandas as pd
import pytest

from shnor_lib.analysis import identification, roster
from shnor_lib.data.schemas import TABLES
from shnor_lib.present import reasons
from tests.region_builder import calendar, judge, method, register, row, status

A, B, D, F, G, H, I, J = "000001", "000002", "000004", "000006", "000007", "000008", "000009", "000010"


@pytest.mark.rule("R6", "the threshold is compared on equal counts, never on rounded per cents")
class TestBoundaryAndRounding:
    """Worked example 1."""

    def test_exactly_thirty_per_cent_twice_is_listed_through_limb_a(self):
        found = judge({A: {"vpr-ma-5": {2025: (3, 10)}, "vpr-ru-5": {2025: (9, 30)}}}, 2025)
        assert status(found, A) == "shnor"
        assert (row(found, A).limb_a, row(found, A).limb_b) == (True, False)
        assert row(found, A).hit_series == "vpr-ma-5;vpr-ru-5"

    def test_eight_of_twenty_seven_is_no_hit_although_it_prints_as_thirty(self):
        found = judge({B: {"vpr-ma-5": {2025: (8, 27)}, "oge-ma": {2025: (12, 40)}}}, 2025)
        assert status(found, B) == "watch"
        assert row(found, B).hits == 1

    @pytest.mark.parametrize(
        ("k", "n", "hits"), [(62, 207, 0), (9, 30, 1), (8, 27, 0), (30, 100, 1), (29, 97, 0)]
    )
    def test_near_the_bound(self, k, n, hits):
        assert row(judge({A: {"oge-ma": {2025: (k, n)}}}, 2025), A).hits == hits

    @pytest.mark.parametrize("threshold", [28, 29, 55, 57, 58])
    def test_other_thresholds_are_exact_too(self, threshold):
        found = judge({A: {"oge-ma": {2025: (threshold, 100)}}}, 2025, threshold=threshold)
        assert row(found, A).hits == 1


@pytest.mark.rule("R11", "the same series in two years running")
class TestTwoYearsRunning:
    """Worked example 2."""

    def test_the_same_series_in_both_years_is_listed_through_limb_b(self):
        found = judge(
            {D: {"vpr-ru-6": {2024: (7, 20), 2025: (6, 20)}, "vpr-ma-6": {2024: (1, 20), 2025: (2, 20)}}},
            2025,
        )
        assert status(found, D) == "shnor"
        assert (row(found, D).limb_a, row(found, D).limb_b) == (False, True)
        assert row(found, D).limb_b_series == "vpr-ru-6"

    def test_a_year_between_breaks_the_chain(self):
        found = judge({F: {"vpr-ru-6": {2023: (7, 20), 2024: (2, 20), 2025: (7, 20)}}}, 2025)
        assert status(found, F) == "watch"

    def test_a_good_year_after_a_listed_one_is_an_exit(self):
        region = {G: {"vpr-ru-6": {2024: (7, 20), 2025: (5, 20)}, "vpr-ma-6": {2024: (8, 20), 2025: (3, 20)}}}
        assert status(judge(region, 2024), G) == "shnor"
        assert status(judge(region, 2025), G) == "not_identified"

    def test_different_series_count_only_under_the_wide_reading(self):
        region = {H: {"vpr-ru-6": {2024: (7, 20), 2025: (1, 20)}, "vpr-ma-6": {2024: (1, 20), 2025: (7, 20)}}}
        assert status(judge(region, 2025), H) == "watch"
        assert status(judge(region, 2025, limb_b="any_series"), H) == "shnor"


@pytest.mark.rule("R9", "small numbers: as they are, suppressed, or pooled over years")
class TestSmallSchool:
    """Worked example 4."""

    region = {
        I: {
            "vpr-ma-5": {2023: (0, 4), 2024: (1, 5), 2025: (1, 3)},
            "vpr-ru-5": {2023: (1, 4), 2024: (1, 5), 2025: (2, 4)},
        }
    }

    def test_as_is_lists_the_school_with_very_low_reliability(self):
        found = judge(self.region, 2025)
        assert status(found, I) == "shnor"
        now = found.cells[found.cells["year"] == 2025]
        assert set(now["reliability"]) == {"very_low"}

    def test_suppressed_it_cannot_be_evaluated(self):
        found = judge(self.region, 2025, small_counts="suppress", min_participants=10)
        assert status(found, I) == "not_evaluable"

    def test_pooled_over_three_years_one_hit_is_left(self):
        found = judge(self.region, 2025, small_counts="pool", pool_years=3, min_participants=10)
        assert status(found, I) == "watch"
        assert row(found, I).hit_series == "vpr-ru-5"

    def test_pooling_stops_at_a_break_in_comparability(self):
        broken = calendar(["vpr-ma-5", "vpr-ru-5"], range(2020, 2026), y2025="new")
        found = judge(
            self.region, 2025, procedures=broken, small_counts="pool", pool_years=3, min_participants=10
        )
        assert status(found, I) == "not_evaluable"


@pytest.mark.rule("R7", "nobody took part: no share, not a share of zero")
class TestNobodyTookPart:
    """Worked example 5."""

    region = {
        J: {
            "vpr-ma-5": {2025: (2, 14)},
            "vpr-ru-5": {2025: (3, 14)},
            "vpr-ma-6": {2025: (2, 12)},
            "vpr-ru-6": {2025: (0, 0)},
            "oge-ma": {2025: (4, 11)},
            "oge-ru": {2025: (4, 12)},
        }
    }

    def test_a_nine_year_school_is_not_expected_to_sit_ege(self):
        every = [*self.region[J], "ege-ma-base", "ege-ma-profile", "ege-ru"]
        found = judge(self.region, 2025, procedures=calendar(every, range(2020, 2026)))
        verdict = row(found, J)
        assert verdict.status == "shnor"
        assert (verdict.expected, verdict.evaluable, verdict.hits) == (6, 5, 2)
        assert verdict.incomplete

    def test_only_an_empty_cell_is_not_evaluable(self):
        found = judge({J: {"vpr-ma-5": {2025: (0, 0)}}}, 2025)
        assert status(found, J) == "not_evaluable"
        assert row(found, J).hits == 0


def judge_percent(schools):
    """Verdicts on schools of which only bounds of k are known: `{school: (low, high, n)}`."""
    rows = [
        {
            "school_id": school,
            "series": "vpr-ma-5",
            "year": 2025,
            "participants": n,
            "failed_low": low,
            "failed_high": high,
        }
        for school, (low, high, n) in schools.items()
    ]
    table = TABLES["results"].conform(pd.DataFrame(rows))
    judged = roster.build(register(list(schools), [2025]), table, 2025)
    held = calendar(["vpr-ma-5"], [2024, 2025])
    return identification.decide(judged, table, held, method().identification, 2025)


@pytest.mark.rule("R8", "a count known only within bounds never lists a school by itself")
class TestUncertainCounts:
    def test_an_interval_around_the_bound_is_to_be_checked(self):
        found = judge_percent({A: (8, 9, 29)})
        assert status(found, A) == "not_identified"
        assert row(found, A).requires_check

    def test_an_interval_on_one_side_is_as_good_as_a_count(self):
        found = judge_percent({A: (12, 13, 29)})
        assert status(found, A) == "watch"
        assert not row(found, A).requires_check


@pytest.mark.rule("R12", "results of a procedure that was not held do not count")
def test_a_cancelled_procedure_cannot_list_a_school():
    region = {A: {"oge-ma": {2020: (5, 10)}, "oge-ru": {2020: (5, 10)}}}
    found = judge(region, 2020, procedures=calendar(["oge-ma", "oge-ru"], range(2015, 2021), y2020="no"))
    assert status(found, A) == "not_evaluable"
    assert row(found, A).expected == 0


@pytest.mark.rule("R9", "under `pool` the reasons name the numbers that were judged")
def test_pooled_numbers_are_the_ones_told():
    region = {A: {name: {2023: (9, 10), 2024: (9, 10), 2025: (0, 5)} for name in ("oge-ma", "oge-ru")}}
    found = judge(region, 2025, small_counts="pool", min_participants=5)
    assert status(found, A) == "shnor"
    told = reasons.reasons(found, 5)[0].replace("\N{NO-BREAK SPACE}", " ")
    assert "18 из 25 (72,0 %) вместе за 3 года" in told
    now = found.cells[found.cells["year"] == 2025]
    assert now["failed"].to_list() == [18, 18]


@pytest.mark.rule("R8", "doubt about the year before is told too")
def test_doubt_about_the_previous_year():
    rows = pd.DataFrame(
        {
            "school_id": A,
            "series": "oge-ma",
            "year": [2024, 2025],
            "participants": [207, 20],
            "failed": [None, 9],
            "failed_low": [62, 9],
            "failed_high": [63, 9],
        }
    )
    table = TABLES["results"].conform(rows)
    judged = roster.build(register([A], [2025]), table, 2025)
    found = identification.decide(
        judged, table, calendar(["oge-ma"], range(2020, 2026)), method().identification, 2025
    )
    assert row(found, A).requires_check
    assert "R8: требует проверки" in reasons.reasons(found, 5)[0]
    assert "от 62 до 63 из" in reasons.reasons(found, 5)[0]


@pytest.mark.rule("R13", "in any series: flagged when nothing comparable supports limb B, told what counted")
def test_any_series_across_a_break():
    region = {A: {"vpr-ma-5": {2024: (5, 10), 2025: (0, 10)}, "vpr-ru-5": {2025: (5, 10)}}}
    broken = calendar(["vpr-ma-5", "vpr-ru-5"], range(2020, 2026), y2025="new")
    warned = judge(region, 2025, procedures=broken, limb_b="any_series")
    assert row(warned, A).incomparable
    assert "R13" in reasons.reasons(warned, 5)[0]
    strict = judge(region, 2025, procedures=broken, limb_b="any_series", comparability="strict")
    assert status(strict, A) == "watch"
    assert "2024" not in reasons.reasons(strict, 5)[0]


@pytest.mark.rule("R3", "worked example 8: the attempt that the method names")
@pytest.mark.parametrize(("attempt", "k"), [("first", 4), ("best", 3)])
def test_attempts(attempt, k):
    rows = pd.DataFrame(
        {
            "school_id": A,
            "series": "oge-ma",
            "year": 2025,
            "participants": 6,
            "failed": [3, 4],
            "attempt": ["best", "first"],
        }
    )
    table = TABLES["results"].conform(rows)
    judged = roster.build(register([A], [2025]), table, 2025)
    policy = method(attempt=attempt).identification
    found = identification.decide(judged, table, calendar(["oge-ma"], [2024, 2025]), policy, 2025)
    assert found.cells["failed"].to_list() == [k]
    assert row(found, A).hits == 1


@pytest.mark.rule("R10", "what counts as different procedures")
class TestDistinct:
    region = {A: {"vpr-ma-5": {2025: (5, 10)}, "vpr-ru-5": {2025: (5, 10)}}}

    @pytest.mark.parametrize(
        ("reading", "expected"), [("series", "shnor"), ("exam_type", "watch"), ("subject", "shnor")]
    )
    def test_two_series_of_one_exam(self, reading, expected):
        assert status(judge(self.region, 2025, distinct=reading), A) == expected


@pytest.mark.rule("R12", "the previous year: calendar, or the last one held")
class TestPreviousYear:
    region = {A: {"oge-ma": {2019: (5, 10), 2021: (5, 10)}}}
    held = calendar(["oge-ma"], range(2016, 2022), y2020="no")

    def test_a_cancelled_year_leaves_limb_b_open(self):
        found = judge(self.region, 2021, procedures=self.held)
        assert status(found, A) == "watch"
        assert not found.limb_b_known.any()

    def test_the_last_held_year_counts_under_the_other_reading(self):
        found = judge(self.region, 2021, procedures=self.held, previous_year="last_held")
        assert status(found, A) == "shnor"


@pytest.mark.rule("R13", "years of different comparability groups")
class TestComparability:
    region = {A: {"vpr-ma-5": {2024: (5, 10), 2025: (5, 10)}}}
    broken = calendar(["vpr-ma-5"], range(2020, 2026), y2025="new")

    def test_warn_counts_with_a_flag(self):
        found = judge(self.region, 2025, procedures=self.broken)
        assert status(found, A) == "shnor"
        assert row(found, A).incomparable

    def test_strict_does_not_count(self):
        found = judge(self.region, 2025, procedures=self.broken, comparability="strict")
        assert status(found, A) == "watch"


@pytest.mark.rule("R16", "schools on the list of biased results")
class TestBiasedList:
    good = {A: {"vpr-ma-5": {2025: (0, 10)}}}
    bad = {A: {"vpr-ma-5": {2025: (5, 10)}, "vpr-ru-5": {2025: (5, 10)}}}

    def test_a_good_school_on_the_list_is_doubtful(self):
        assert status(judge(self.good, 2025, biased=[A]), A) == "doubtful"

    def test_a_listed_school_stays_listed_and_is_annotated(self):
        found = judge(self.bad, 2025, biased=[A])
        assert status(found, A) == "shnor"
        assert row(found, A).biased

    def test_separate_takes_it_out_of_the_list(self):
        assert status(judge(self.bad, 2025, biased=[A], biased_list="separate"), A) == "doubtful"


@pytest.mark.rule("R15", "hits older than the previous year do not count")
def test_two_hits_two_years_apart_are_not_limb_b():
    assert status(judge({A: {"oge-ru": {2023: (9, 10), 2025: (9, 10)}}}, 2025), A) == "watch"


@pytest.mark.rule("R14", "a school that is new this year can only be judged by limb A")
def test_a_new_school_has_no_limb_b():
    found = judge({A: {"oge-ru": {2025: (9, 10)}}}, 2025)
    assert status(found, A) == "watch"
    assert not found.limb_b_known.any()
