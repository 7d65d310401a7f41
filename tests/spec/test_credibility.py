"""Signals of credibility and the published algorithm (METHODOLOGY §6)."""

import functools
import inspect

import numpy as np
import pandas as pd
import pytest

from shnor_lib.analysis import identification, roster
from shnor_lib.analysis.credibility import (
    bounds,
    bunching,
    counterfactual,
    journal,
    jump,
    objectivity,
    pass_mark,
    scores,
    signals,
)
from shnor_lib.analysis.credibility.bounds import Bounds
from shnor_lib.data.schemas import TABLES
from shnor_lib.statistics.unusual import at_least, finds
from tests import region_builder
from tests.score_builder import marks, table, work

MA5 = Bounds((7, 11, 15), "scale", 20)
SCHOOL = [0, 0, 1, 1, 2, 2, 1, 8, 4, 3, 2, 3, 1, 1, 0, 1]  # 30 pupils: 1 one point short, 8 at the pass mark


def usual(number: int, seed: int = 1, size: int = 60) -> dict[str, list[int]]:
    """Schools that bunch as usual: the region helps pupils over the pass mark, each school alike."""
    share = np.exp(-0.12 * np.abs(np.arange(21) - 9.0))
    share[6] *= 0.4
    share[7] *= 1.8
    drawn = np.random.default_rng(seed).multinomial(size, share / share.sum(), number)
    return {f"{school:06d}": row.tolist() for school, row in enumerate(drawn)}


class TestDistributions:
    @pytest.mark.rule(
        "R8", "counts known within bounds count where the bounds meet, else the cell is missing"
    )
    def test_bounds(self):
        rows = {"year": 2024, "series": "vpr-ma-5", "base": 10}
        frame = pd.DataFrame(
            [
                {**rows, "school_id": "000001", "score": 6, "count_low": 4, "count_high": 4},
                {**rows, "school_id": "000001", "score": 7, "count_low": 6, "count_high": 6},
                {**rows, "school_id": "000002", "score": 6, "count_low": 4, "count_high": 5},
                {**rows, "school_id": "000002", "score": 7, "count_low": 5, "count_high": 6},
            ]
        )
        found = scores.exact(TABLES["score_distribution"].conform(frame))
        assert found["school_id"].unique().tolist() == ["000001"]
        assert found["count"].tolist() == [4, 6]

    def test_a_distribution_that_does_not_add_up_is_missing_not_guessed(self):
        made = table({"000001": {"vpr-ma-5": {2024: SCHOOL}}}).assign(base=31)
        assert scores.exact(made).empty
        assert len(scores.exact(made.assign(base=pd.NA)))

    @pytest.mark.rule("R17", "distributions of schools that became one are added up")
    def test_predecessors_are_added_up(self):
        rows = scores.exact(table({code: {"vpr-ma-5": {2024: SCHOOL}} for code in ("000001", "000002")}))
        joined = scores.works(rows.assign(school_id="000001"), 2024)["vpr-ma-5"]
        assert joined.at(7).tolist() == [16]
        assert joined.at(99).tolist() == [0]


class TestBoundaries:
    schools = {school: {"vpr-ma-5": {2024: row, 2025: row}} for school, row in usual(12).items()}

    def test_marks_show_where_a_work_without_a_scale_is_passed(self):
        made = scores.works(scores.exact(table(self.schools)), 2025)["vpr-ma-5"]
        found = bounds.of(made, marks(self.schools, (7, 11, 15)))
        assert (found.first, found.evidence) == ((7, 11, 15), "marks")

    @pytest.mark.rule("R2", "marks in the file win over any scale")
    def test_marks_win_over_the_scale(self):
        made = scores.works(scores.exact(table(self.schools)), 2024)["vpr-ma-5"]
        found = bounds.of(made, marks(self.schools, (8, 12, 16)))
        assert (found.first, found.evidence, found.max_score) == ((8, 12, 16), "marks", 20)

    def test_few_schools_leave_the_scale_and_no_year_borrows_another(self):
        few = {school: self.schools[school] for school in list(self.schools)[:9]}
        rows = scores.exact(table(few))
        told = [
            bounds.of(scores.works(rows, year)["vpr-ma-5"], marks(few, (7, 11, 15))) for year in (2024, 2025)
        ]
        assert (told[0].first, told[0].evidence) == ((7, 11, 15), "scale")
        assert (told[1].first, told[1].evidence) == ((None, None, None), "unknown")

    def test_marks_that_contradict_the_scores_say_nothing(self):
        wrong = marks(self.schools, (7, 11, 15)).assign(failed=0)
        made = scores.works(scores.exact(table(self.schools)), 2025)["vpr-ma-5"]
        assert bounds.of(made, wrong).pass_mark is None


@pytest.mark.rule("§6.4", "bunching: count(score = c) against count(score = c − 1)")
class TestBunching:
    def test_counts_of_a_school(self):
        found = bunching.cells({"vpr-ma-5": work({"000001": SCHOOL})}, {"vpr-ma-5": MA5})
        passing = found[found["mark"].eq(3)].iloc[0]
        assert (passing["boundary"], passing["at"], passing["before"], passing["near"]) == (7, 8, 1, 18)
        assert not passing["empty_step"]
        assert bunching.region(found)["ratio"].iloc[0] == 8.0
        assert found["chance"].isna().all(), "one school has nobody to be compared with"

    def test_an_empty_step_is_three_at_the_boundary_and_nobody_before_it(self):
        schools = {"000001": [0] * 7 + [3], "000002": [0] * 7 + [2], "000003": [0] * 6 + [1, 3]}
        found = bunching.cells({"vpr-ma-5": work(schools)}, {"vpr-ma-5": Bounds((7, None, None), "scale")})
        assert found["empty_step"].tolist() == [True, False, False]
        told = bunching.region(found).iloc[0]
        assert (told["steps"], told["empty_steps"], told["ratio"]) == (2, 1, 8.0)

    def test_nobody_one_point_short_has_no_ratio(self):
        found = bunching.cells(
            {"vpr-ma-5": work({"000001": [0] * 7 + [5]})}, {"vpr-ma-5": Bounds((7, None, None), "scale")}
        )
        assert bunching.region(found)["ratio"].iloc[0] is pd.NA

    def test_twenty_pupils_are_judged_nineteen_are_not(self):
        schools = usual(30) | {"000100": [0] * 7 + [19], "000101": [0] * 7 + [20]}
        found = bunching.cells({"vpr-ma-5": work(schools)}, {"vpr-ma-5": MA5}).set_index(
            ["school_id", "mark"]
        )
        assert found.loc[("000100", 3), "found"] is pd.NA
        assert found.loc[("000101", 3), "found"]

    def test_who_bunches_far_more_than_the_region_is_found_and_only_they(self):
        planted = [0, 0, 0, 0, 1, 1, 0, 32, 8, 3, 3, 3, 3, 2, 2, 1, 1]
        found = bunching.cells({"vpr-ma-5": work(usual(80) | {"000100": planted})}, {"vpr-ma-5": MA5})
        told = bunching.schools(found).set_index("school_id")["found"]
        assert told[told].index.tolist() == ["000100"]

    def test_a_region_in_which_all_bunch_alike_has_no_finds(self):
        everybody = {
            school: [0, 0, 1, 1, 0, 0, 0, 20, 5, 4, 3, 2, 2, 1] for school in map("{:06d}".format, range(40))
        }
        found = bunching.cells({"vpr-ma-5": work(everybody)}, {"vpr-ma-5": MA5})
        assert not bunching.schools(found)["found"].any()

    def test_small_works_of_a_school_are_judged_together(self):
        small = {code: [number // 4 for number in SCHOOL] for code in ("000200",)} | usual(30, size=12)
        parts = {name: work(small, name) for name in ("vpr-ma-5", "vpr-ma-6")}
        found = bunching.cells(parts, dict.fromkeys(parts, MA5))
        assert found["chance"].isna().all()
        assert bunching.schools(found).set_index("school_id")["chance"].notna().sum() == 30


@pytest.mark.rule("§6.3", "most finds would be false if many tests were taken one by one")
class TestManyTests:
    def test_worked_example_of_benjamini_and_hochberg(self):
        given = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
        given += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
        assert finds(given, 0.05).sum() == 4
        assert finds([*given[::-1], np.nan], 0.05)[-5:-1].all()

    def test_schools_that_differ_only_by_chance_are_rare_as_often_as_chance_says(self):
        generator = np.random.default_rng(4)
        n = generator.integers(20, 90, 4000)
        k = generator.binomial(n, generator.beta(20, 30, 4000))
        chance = at_least(k, n, np.full(4000, 0.4))
        assert 0.004 < (chance <= 0.01).mean() < 0.014
        assert finds(chance).sum() <= 3

    def test_no_schools_no_tests(self):
        assert len(at_least([], [], [])) == 0
        assert finds([]).tolist() == []
        assert finds([np.nan]).tolist() == [False]

    def test_a_share_of_nought_or_one_is_certain(self):
        assert at_least([0, 1, 5], [5, 5, 5], [0.0, 0.0, 1.0]).tolist() == [1.0, 0.0, 1.0]


@pytest.mark.rule("§6.4", "threshold sensitivity: status if the pass mark were c + 1")
class TestPassMark:
    schools = {
        "000001": {"vpr-ma-5": {2024: [0] * 6 + [8, 1, 18]}, "vpr-ru-5": {2024: [0] * 6 + [8, 1, 18]}},
        "000002": {"vpr-ma-5": {2024: [0] * 6 + [8, 0, 19]}, "vpr-ru-5": {2024: [0] * 6 + [8, 0, 19]}},
    }
    one = Bounds((7, None, None), "marks")

    def counted(self, results=None):
        made = scores.works(scores.exact(table(self.schools)), 2024)
        results = marks(self.schools, (7, 8, 9)) if results is None else results
        return results, pass_mark.cells(results, ((item, self.one) for item in made.values()), 30)

    def test_eight_of_27_are_no_hit_and_nine_are(self):
        _, found = self.counted()
        rows = found.set_index(["school_id", "series"])
        first, second = rows.loc[("000001", "vpr-ma-5")], rows.loc[("000002", "vpr-ma-5")]
        assert (first["failed"], first["failed_higher"], first["hit"], first["hit_higher"]) == (
            8,
            9,
            False,
            True,
        )
        assert (second["failed_higher"], second["hit_higher"]) == (8, False)
        told = pass_mark.by_series(found, 2024).iloc[0]
        assert (told["failed"], told["failed_higher"], told["hits"], told["hits_higher"]) == (16, 17, 0, 1)

    def test_the_rules_are_applied_again(self):
        results, found = self.counted()
        before = region_builder.register(list(self.schools), range(2019, 2025))
        held = region_builder.calendar(["vpr-ma-5", "vpr-ru-5"], range(2019, 2025))
        policy = region_builder.method().identification
        both = [
            identification.decide(roster.build(before, rows, 2024), rows, held, policy, 2024)
            for rows in (results, pass_mark.harder(results, found))
        ]
        assert both[0].status.tolist() == ["not_identified", "not_identified"]
        assert both[1].status.tolist() == ["shnor", "not_identified"]
        status = [pd.Series(side.status, index=side.cube.schools) for side in both]
        told = pass_mark.changed_status(status[0], status[1], {"000001": 2})
        assert told["000001"]
        assert told["000002"] is pd.NA, "nothing of it could be counted anew"

    def test_a_distribution_of_other_pupils_counts_nothing(self):
        results, _ = self.counted()
        for name, value in (("participants", 28), ("failed", 7)):
            changed = results.assign(**{name: pd.Series(value, index=results.index, dtype="Int64")})
            _, found = self.counted(changed)
            assert found.empty
            pd.testing.assert_frame_equal(pass_mark.harder(changed, found), changed)


@pytest.mark.rule("§6.4", "share lower / equal / higher than the journal mark")
class TestJournal:
    def comparison(self, schools: int = 40, size: int = 30) -> pd.DataFrame:
        rows = [
            {"school_id": f"{n:06d}", "year": 2024, "series": "vpr-ru-5", "participants": size}
            | {"lowered": 8 + n % 3, "raised": 2, "confirmed": size - 10 - n % 3}
            for n in range(schools)
        ]
        return TABLES["journal_comparison"].conform(pd.DataFrame(rows))

    def changed(self, **counts: int) -> pd.DataFrame:
        frame = self.comparison()
        frame.loc[0, list(counts)] = list(counts.values())
        return journal.cells(frame, 2024)

    def test_far_more_lower_marks_than_elsewhere(self):
        found = self.changed(lowered=28, confirmed=0, raised=2)
        assert found["found_lowered"].tolist()[:2] == [True, False]
        assert not found["found_raised"].any()
        assert journal.schools(found)["found_lowered"].sum() == 1

    def test_far_more_higher_marks_than_elsewhere(self):
        found = self.changed(lowered=0, confirmed=10, raised=20)
        assert found["found_raised"].tolist()[:2] == [True, False]
        assert journal.region(found).iloc[0][["raised", "tested", "found_raised"]].tolist() == [98, 40, 1]

    def test_counts_that_do_not_add_up_are_left_out(self):
        assert len(self.changed(lowered=9, confirmed=0, raised=2)) == 39

    def test_nine_pupils_are_not_judged(self):
        found = self.changed(participants=9, lowered=9, confirmed=0, raised=0)
        assert found["found_lowered"].iloc[0] is pd.NA

    def test_an_unknown_count_is_missing_not_nought(self):
        frame = self.comparison()
        frame.loc[0, "raised"] = pd.NA
        assert len(journal.cells(frame, 2024)) == 39


@pytest.mark.rule("§6.1", "K = S before / S after; beyond P25 − 3·IQR or P75 + 3·IQR")
class TestJump:
    def means(self, year: int, series: str, values: dict[str, float], n: int = 12) -> pd.DataFrame:
        frame = pd.DataFrame({"school_id": list(values), "series": series, "year": year, "participants": n})
        return frame.assign(
            mean=pd.array(list(values.values()), dtype="Float64"), sd=pd.array([2.0] * len(values))
        )

    before = {f"{n:06d}": 10 + n / 10 for n in range(24)}

    def ratios(self, changed: dict[str, float], most=None, n: int = 12) -> pd.DataFrame:
        first = self.means(2023, "vpr-ma-4", self.before)
        second = self.means(
            2024, "vpr-ma-5", {**{k: v - 1 - int(k) % 5 / 10 for k, v in self.before.items()}, **changed}, n
        )
        return jump.ratios(first, second, [("grades", "vpr-ma-4", "vpr-ma-5")], most or {}).set_index(
            "school_id"
        )

    def test_a_fall_and_a_rise(self):
        found = self.ratios({"000003": 4.0, "000004": 19.0})
        assert found.loc["000003", "direction"] == "fall"
        assert found.loc["000004", "direction"] == "rise"
        assert found["direction"].ne("").sum() == 2

    def test_highest_scores_change_numbers_and_no_finding(self):
        most = {("vpr-ma-4", 2023): 20, ("vpr-ma-5", 2024): 24}
        plain, scaled = self.ratios({"000003": 4.0}), self.ratios({"000003": 4.0}, most)
        np.testing.assert_allclose(scaled["value"].astype(float), 1.2 * plain["value"].astype(float))
        assert scaled["direction"].tolist() == plain["direction"].tolist()

    def test_nine_pupils_are_not_compared(self):
        assert self.ratios({}, n=9).empty

    def test_under_twenty_schools_there_are_no_fences(self):
        first = self.means(2023, "vpr-ma-5", dict(list(self.before.items())[:19]))
        found = jump.ratios(first, first.assign(year=2024), [("years", "vpr-ma-5", "vpr-ma-5")], {})
        assert found["direction"].isna().all()
        assert found["value"].eq(1.0).all()

    def test_which_works_follow_each_other(self):
        found = jump.pairs(["vpr-ma-5", "vpr-ma-6", "oge-ma"])
        assert ("grades", "vpr-ma-5", "vpr-ma-6") in found
        assert [pair[1] for pair in found if pair[0] == "years"] == ["vpr-ma-5", "vpr-ma-6", "oge-ma"]

    @pytest.mark.rule("§6.4", "ВПР 8 against ОГЭ of the same cohort: change of the place")
    def test_a_place_that_the_exam_does_not_bear_out(self):
        rows = pd.DataFrame({"school_id": [f"{n:06d}" for n in range(30)], "participants": 40})
        vpr = rows.assign(series="vpr-ma-8", failed=range(30)).astype(
            {"failed": "Int64", "participants": "Int64"}
        )
        exam = vpr.assign(series="oge-ma")
        exam.loc[0, "failed"] = 40
        found = jump.to_exam(vpr, exam).set_index("school_id")
        assert found.loc["000000", "direction"] == "fall"
        assert found["direction"].ne("").sum() == 1

    def test_deviation_of_one_pupil_is_missing(self):
        found = jump.moments(work({"000001": [0, 1], "000002": [1, 0, 1]})).set_index("school_id")
        assert found.loc["000001", "sd"] is pd.NA
        assert found.loc["000002", "mean"] == 1.0
        assert found.loc["000002", "sd"] == pytest.approx(2**0.5)


class TestPublishedAlgorithm:
    @pytest.mark.rule("§6.1", "14 signs")
    def test_there_are_fourteen_signs(self):
        assert len(objectivity.SIGNS) == len(set(objectivity.SIGNS)) == 14

    @pytest.mark.rule("§6.1", "(a) the school's lower bound over the region's upper bound")
    def test_high_means(self):
        frame = pd.DataFrame(
            {"school_id": ["000001", "000002", "000003"], "series": "vpr-ru-4", "participants": [100, 16, 1]}
        ).assign(mean=[20.0, 26.0, 30.0], sd=pd.array([5.0, 4.0, pd.NA], dtype="Float64"))
        found = objectivity.high_means(frame).set_index("school_id")["flagged"]
        # Region: mean 20.906, s 5.29, n 117, upper bound 21.86; school 2: lower bound 26 − 1.96·4/4 = 24.04.
        assert found.to_dict() == {"000001": False, "000002": True}
        lower = frame.assign(mean=[20.0, 23.0, 30.0])
        assert not objectivity.high_means(lower)["flagged"].any()

    @pytest.mark.rule("§6.1", "(b) Spearman below nought, by mid-ranks; missing is no sign")
    def test_journal_and_scores_in_opposite_directions(self):
        rows = [
            ("000001", "vpr-ma-4", -0.1, 0.45),
            ("000002", "vpr-ma-4", 0.0, -0.1),
            ("000003", "vpr-ma-4", None, -1),
            ("000004", "vpr-ma-6", -1, -1),
        ]
        frame = pd.DataFrame(rows, columns=["school_id", "series", "spearman", "spearman_printed"])
        found = objectivity.mismatches(TABLES["journal_comparison"].conform(frame.assign(year=2024)))
        assert found.to_numpy().tolist() == [
            ["000001", "mismatch:vpr-ma-4", True],
            ["000002", "mismatch:vpr-ma-4", False],
        ]

    def test_a_snapshot_without_the_correlation_has_no_such_sign(self):
        older = TABLES["journal_comparison"].empty().drop(columns="spearman")
        assert objectivity.mismatches(older).empty

    @pytest.mark.rule("§6.1", "index = 100 − % of schools with at least one sign; (c) jumps 4 → 5")
    def test_index_counts_schools_not_signs(self):
        jumps = TestJump()
        values = {k: v - 1 - int(k) % 5 / 10 for k, v in jumps.before.items()} | {"000003": 4.0}
        found = objectivity.indicator(
            jumps.means(2023, "vpr-ma-4", jumps.before, 3),
            jumps.means(2024, "vpr-ma-5", values, 3),
            TABLES["journal_comparison"].empty(),
            {},
        )
        assert found.evaluated == ["high:vpr-ma-5", "rise:ma", "fall:ma"]
        rows = found.schools.set_index("school_id")
        assert "fall:ma" in rows.loc["000003", "signs"]
        clean, of = found.index
        assert (clean, of) == (int(rows["flagged"].eq(0).sum()), 24)

    def test_without_data_there_is_no_index(self):
        nothing = jump.moments(scores.Work("", 0, pd.Index([]), np.zeros((0, 1), dtype=np.int64)))
        found = objectivity.indicator(nothing, nothing, TABLES["journal_comparison"].empty(), {})
        assert found.index is None
        assert found.evaluated == []


@pytest.mark.rule("§6.4", "counterfactual share of «2»: smooth outside c − 2 … c + 1, deal out anew")
class TestCounterfactual:
    smooth = np.rint(3000 * np.exp(-(((np.arange(21) - 11) / 6.0) ** 2))).astype(np.int64)

    def test_a_smooth_histogram_stays_as_it_is(self):
        reported = self.smooth[:7].sum() / self.smooth.sum()
        assert counterfactual.smoothed(self.smooth, 7) == pytest.approx(reported, abs=0.003)

    def test_pupils_helped_over_the_pass_mark_are_put_back(self):
        helped = self.smooth.copy()
        moved = helped[6] * 9 // 10
        helped[6] -= moved
        helped[7] += moved
        true = self.smooth[:7].sum() / self.smooth.sum()
        assert counterfactual.smoothed(helped, 7) == pytest.approx(true, abs=0.005)

    def test_a_school_is_too_small(self):
        assert counterfactual.smoothed(self.smooth // 100, 7) is None
        made = counterfactual.estimate({"vpr-ma-5": work({"000001": SCHOOL})}, {"vpr-ma-5": MA5})
        assert made["smoothed"].iloc[0] is pd.NA
        assert made["failed"].iloc[0] == 7


@pytest.mark.rule("§6.2", "own signals are never mixed with the imported official list")
class TestApart:
    @staticmethod
    @functools.cache
    def found(biased=()):
        schools = {code: {"vpr-ma-5": {2024: row}} for code, row in usual(30).items()}
        results = marks(schools, (7, 11, 15))
        years = range(2019, 2025)
        judged = roster.build(region_builder.register(list(schools), years), results, 2024)
        held = region_builder.calendar(["vpr-ma-5"], years)
        policy = region_builder.method().identification
        decision = identification.decide(judged, results, held, policy, 2024, frozenset(biased))
        comparison = TABLES["journal_comparison"].empty()
        return signals.find(decision, scores.exact(table(schools)), comparison, held)

    def test_the_official_list_changes_no_signal(self):
        without, with_ = self.found(), self.found(("000001", "000002"))
        pd.testing.assert_frame_equal(without.tests, with_.tests)
        pd.testing.assert_frame_equal(
            without.schools.drop(columns="pass_mark"), with_.schools.drop(columns="pass_mark")
        )
        assert "objectivity" not in inspect.getsource(signals.find).replace("objectivity.indicator", "")

    def test_what_the_data_do_not_allow_is_missing(self):
        told = self.found().schools
        assert told[["journal_raised", "journal_lowered", "jump"]].isna().all(axis=None)
        assert told["bunching"].notna().all()
        tests = self.found().tests.set_index("signal")
        assert tests.loc["journal_raised", ["tested", "found"]].tolist() == [0, 0]
        assert tests.loc["jump", "by_chance"] is pd.NA

    def test_there_is_no_sum_of_signals(self):
        assert list(self.found().schools) == ["school_id", *signals.SIGNALS]
