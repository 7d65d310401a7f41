"""Switches of METHODOLOGY §1.2 that make another list of the same results, each in one school."""

import pandas as pd
import pytest

from shnor_lib.analysis import nearest, roster, stability
from shnor_lib.present import reasons
from tests.region_builder import judge, register, results, row, status

A, B = "000001", "000002"
BAD, GOOD = (5, 10), (0, 10)
BASE, PROFILE = "ege-ma-base", "ege-ma-profile"


def told(decision, school=0):
    return reasons.reasons(decision, 5)[school].replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.rule("R10", "base and profile mathematics of the ЕГЭ: two procedures, or one")
class TestMathsOfEge:
    def test_two_hits_are_two_procedures_by_default_and_one_when_combined(self):
        both = {A: {BASE: {2025: BAD}, PROFILE: {2025: BAD}}}
        assert status(judge(both, 2025, level=11), A) == "shnor"
        assert status(judge(both, 2025, level=11, ege_maths="combined"), A) == "watch"

    def test_two_years_running_in_either_of_them_count_when_combined(self):
        turn = {A: {BASE: {2024: BAD, 2025: GOOD}, PROFILE: {2024: GOOD, 2025: BAD}}}
        assert status(judge(turn, 2025, level=11), A) == "watch"
        found = judge(turn, 2025, level=11, ege_maths="combined")
        assert (status(found, A), row(found, A).limb_b_series) == ("shnor", PROFILE)
        assert "ЕГЭ МА профиль — ЕГЭ МА база 5 из 10 (50,0 %) в 2024 году, 5 из 10 (50,0 %) в 2025" in told(
            found
        )

    def test_the_nearest_change_knows_the_hit_of_the_other_one(self):
        turn = {A: {BASE: {2024: BAD, 2025: GOOD}, PROFILE: {2024: GOOD, 2025: (2, 10)}}}
        change = nearest.changes(judge(turn, 2025, level=11, ege_maths="combined")).table.iloc[0]
        assert (change["persons"], change["series"]) == (1, f"{PROFILE}:1")


@pytest.mark.rule("R14", "a list received from outside stands as it was received")
class TestReceivedList:
    region = {A: {"oge-ma": {2025: BAD}}, B: {name: {2025: BAD} for name in ("oge-ma", "oge-ru")}}

    def test_who_is_on_it_is_listed_whatever_the_results_are(self):
        found = judge(self.region, 2025, received=[A], listing="imported")
        assert (status(found, A), status(found, B)) == ("shnor", "watch")
        assert (row(found, B).limb_a, row(found, A).limb_a) == (True, False)

    def test_the_reasons_say_so(self):
        found = judge(self.region, 2025, received=[A], listing="imported")
        assert "R14: школа включена в полученный перечень" in told(found)
        assert "недостаточно" not in told(found)
        assert "R14: в полученном перечне школы нет" in told(found, 1)

    def test_a_listed_school_without_results_stays_listed(self):
        found = judge({A: {"oge-ma": {2025: (0, 0)}}}, 2025, received=[A], listing="imported")
        assert status(found, A) == "shnor"
        assert told(found) == "R14: школа включена в полученный перечень"

    def test_no_change_of_results_would_change_it(self):
        found = judge(self.region, 2025, received=[A], listing="imported")
        assert nearest.changes(found).table["persons"].isna().all()

    def test_chance_is_asked_how_far_the_rule_agrees(self):
        schools = {f"{n:06d}": {"oge-ma": {2025: (n % 7, 10)}} for n in range(1, 30)}
        found = judge(schools, 2025, received=[A], listing="imported", hits_in_one_year=1)
        assert stability.firmness(found, draws=20).schools["listed_again"].gt(0).any()


@pytest.mark.rule("R14", "low results and a low social index together")
class TestRuleAndLowIndex:
    region = {school: {name: {2025: BAD} for name in ("oge-ma", "oge-ru")} for school in (A, B)}

    def test_both_are_needed(self):
        found = judge(self.region, 2025, low_index=[A], **self.settings())
        assert (status(found, A), status(found, B)) == ("shnor", "watch")
        assert "R14: и социальный индекс школы в нижнем квартиле" in told(found)
        assert "поэтому в списке её нет" in told(found, 1)

    def test_without_a_low_index_no_results_would_list_the_school(self):
        changes = nearest.changes(judge(self.region, 2025, low_index=[A], **self.settings()))
        assert changes.table["persons"].notna().to_list() == [True, False]

    def test_chance_keeps_the_index(self):
        schools = {f"{n:06d}": {"oge-ma": {2025: (n % 7, 10)}} for n in range(1, 30)}
        found = judge(schools, 2025, low_index=[A], hits_in_one_year=1, **self.settings())
        again = stability.firmness(found, draws=20).schools.set_index("school_id")["listed_again"]
        assert (again.drop(A) == 0).all()

    @staticmethod
    def settings():
        index = [{"indicator": "low_income", "sign": -1}]
        return {"listing": "rule_and_low_index", "social_index.indicators": index}


@pytest.mark.rule("R4", "schools out of scope: left out, or judged like all others")
def test_schools_out_of_scope():
    schools = register([A, B], [2025]).assign(in_scope=[True, False])
    table = results({A: {"oge-ma": {2025: BAD}}})
    assert roster.build(schools, table, 2025).judged["school_id"].to_list() == [A]
    everyone = roster.build(schools, table, 2025, out_of_scope="included")
    assert everyone.judged["school_id"].to_list() == [A, B]
    assert everyone.out_of_scope.empty


@pytest.mark.rule(
    "R4", "the ГВЭ counts as series of its own where the method says so, and is expected of nobody"
)
class TestGve:
    region = {A: {"oge-ma": {2025: BAD}, "gve-ma-9": {2025: (3, 4)}}}

    def test_left_out_by_default(self):
        assert row(judge(self.region, 2025), A).hits == 1

    def test_apart(self):
        series = ["oge-ma", "oge-ru", "gve-ma-9", "gve-ru-9"]
        found = judge(self.region, 2025, gve="separate", series=series)
        assert (status(found, A), row(found, A).hit_series) == ("shnor", "oge-ma;gve-ma-9")
        assert row(found, A).expected == 2

    def test_a_school_where_nobody_sat_it_lacks_nothing(self):
        found = judge(
            {A: {"oge-ma": {2025: GOOD}}, B: {"gve-ma-9": {2025: (1, 4)}}},
            2025,
            gve="separate",
            series=["oge-ma", "gve-ma-9"],
        )
        assert not row(found, A).incomplete


@pytest.mark.rule("R16", "three policies on biased results, each said in the reasons")
@pytest.mark.parametrize(
    ("policy", "verdict", "words"),
    [
        ("annotate", "shnor", "необъективности результатов"),
        ("exclude_from_positive", "shnor", "не подтверждаются"),
        ("separate", "doubtful", "отдельно от списка ШНОР"),
    ],
)
def test_biased_results(policy, verdict, words):
    region = {A: {name: {2025: BAD} for name in ("oge-ma", "oge-ru")}}
    found = judge(region, 2025, biased=[A], biased_list=policy)
    assert status(found, A) == verdict
    assert told(found).endswith(words)


@pytest.mark.rule(
    "R3", "a cell has no row of the method's attempt: the first one stands, another one is named"
)
@pytest.mark.parametrize(
    ("there", "policy", "k"),
    [(("first", "best"), "all_rows", 3), (("best",), "first", 3), (("all_rows", "best"), "first", 4)],
)
def test_attempts_that_are_not_there(there, policy, k):
    rows = pd.DataFrame(
        {
            "school_id": A,
            "series": "oge-ma",
            "year": 2025,
            "participants": 10,
            "failed": list(range(3, 3 + len(there))),
            "attempt": list(there),
        }
    )
    found = judge({A: {"oge-ma": {2025: GOOD}}}, 2025, attempt=policy, table=rows)
    assert found.cells["failed"].to_list() == [k]
    assert ("лучшая попытка, R3" in reasons.trace(found, A)) == (there[0] != "first")


@pytest.mark.rule("R13", "limb B through one comparable series and one that is not is flagged")
def test_incomparable_through_one_of_two_series():
    rows = []
    for series in ("oge-ma", "oge-ru"):
        for year in (2024, 2025):
            group = "new" if (series, year) == ("oge-ru", 2025) else "same"
            rows.append({"series": series, "year": year, "held": "yes", "comparability_group": group})
    region = {A: {name: {2024: BAD, 2025: BAD} for name in ("oge-ma", "oge-ru")}}
    assert row(judge(region, 2025, procedures=pd.DataFrame(rows)), A).incomparable
