"""R24: targets of a programme, and what came of them (seed 001)."""

from random import Random
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_lib.analysis.targets import Measured, evaluate
from shnor_lib.data.schemas import TABLES
from shnor_lib.data.series import parse
from shnor_lib.data.target_indicators import counted
from shnor_lib.methodology import load
from shnor_lib.pages.page import page
from shnor_lib.present import targets as words
from shnor_lib.targets import _Counts
from tests.region_builder import results
from tests.unit.test_region import A, B, C, project

TOMSK = load("tomsk-2020")
OWN = pd.DataFrame([target.model_dump() for target in TOMSK.beside.targets])


def judged(rows, *counts, until=2024):
    """Verdicts on targets of seed 001 where so many persons were counted."""
    known = {(indicator, year): Measured(low, high, of) for indicator, year, low, high, of in counts}
    return evaluate(rows, lambda *key: known.get(key), until)


def of_seed(indicator):
    return OWN[OWN["indicator"].eq(indicator)]


@pytest.mark.rule("R24", "seed 001: 1.2 times 20 of 140 (2019: 14,3 %) is 17,142857… %, not 17,1")
class TestBaseOfTheSeed:
    def test_the_base_is_recomputed_from_its_counts(self):
        found = judged(of_seed("ege_220_three")).iloc[0]
        assert found["base"] == pytest.approx(100 * 20 / 140)
        assert found["plan"] == pytest.approx(100 * 24 / 140)
        assert round(found["base"], 1) == 14.3, "as the seed prints it"

    @pytest.mark.parametrize(
        ("count", "of", "reached"), [(24, 140, True), (171, 1000, False), (6, 35, True), (23, 140, False)]
    )
    def test_shares_are_compared_as_fractions(self, count, of, reached):
        found = judged(of_seed("ege_220_three"), ("ege_220_three", 2024, count, count, of))
        assert found["reached"].to_list() == [reached]


@pytest.mark.rule("R24", "relative target: actual at most base / 1.3")
class TestTimesLess:
    rows = of_seed("oge_ma_failed_first")

    def test_without_a_base_it_cannot_be_judged(self):
        found = judged(self.rows, ("oge_ma_failed_first", 2024, 1, 1, 100)).iloc[0]
        assert (found["reached"], found["why"]) == (pd.NA, "no_base")
        assert found["share"] == 1

    @pytest.mark.parametrize(("count", "reached"), [(10, True), (11, False)])
    def test_the_base_is_counted_in_the_base_year(self, count, reached):
        rows = self.rows.assign(base_year=2019)
        counts = (
            ("oge_ma_failed_first", 2019, 13, 13, 100),
            ("oge_ma_failed_first", 2024, count, count, 100),
        )
        assert judged(rows, *counts)["reached"].to_list() == [reached]

    def test_a_base_in_per_cent_is_taken_as_it_is_written(self):
        rows = self.rows.assign(base_value=13.0)
        counts = (("oge_ma_failed_first", 2024, 10, 10, 100),)
        assert judged(rows, *counts)["reached"].to_list() == [True]

    def test_bounds_on_both_sides_leave_it_open(self):
        rows = self.rows.assign(base_value=13.0)
        found = judged(rows, ("oge_ma_failed_first", 2024, 9, 11, 100)).iloc[0]
        assert (found["reached"], found["why"]) == (pd.NA, "bounds")
        assert judged(rows, ("oge_ma_failed_first", 2024, 8, 9, 100))["reached"].to_list() == [True]

    def test_an_uncertain_base_is_none(self):
        rows = self.rows.assign(base_year=2019)
        found = judged(rows, ("oge_ma_failed_first", 2019, 12, 13, 100))
        assert found["why"].to_list() == ["no_base"]


@pytest.mark.rule("R24", "a plan of mere numbers, and the year it is for")
class TestPlain:
    rows = of_seed("no_certificate_9")

    @pytest.mark.parametrize(("count", "reached"), [(2, True), (3, False)])
    def test_two_per_cent_are_enough(self, count, reached):
        assert judged(self.rows, ("no_certificate_9", 2024, count, count, 100))["reached"].to_list() == [
            reached
        ]

    def test_before_its_year_a_target_is_never_missed(self):
        found = judged(self.rows, ("no_certificate_9", 2022, 3, 3, 100), until=2022).iloc[0]
        assert (found["reached"], found["why"], found["share"]) == (pd.NA, "ahead", 3)
        assert judged(self.rows, ("no_certificate_9", 2022, 2, 2, 100), until=2022)["reached"].to_list() == [
            True
        ]

    def test_what_is_stated_stands_where_nothing_is_counted(self):
        rows = pd.DataFrame(
            {
                "indicator": ["1", "2", "3", "4"],
                "year": 2024,
                "goal": ["at_least", "at_least", None, "at_least"],
                "value": [30.0, 3.0, 1.0, 1.0],
                "unit": ["%", "шт.", None, None],
                "actual": [29.9, 3.0, 1.0, None],
            }
        )
        found = judged(rows)
        assert found["reached"].to_list() == [False, True, pd.NA, pd.NA]
        assert found["why"].to_list() == ["", "", "no_goal", "no_data"]

    def test_another_unit_counts_persons(self):
        rows = pd.DataFrame(
            {"indicator": ["mentors"], "year": [2024], "goal": ["at_least"], "value": [5.0], "unit": ["чел."]}
        )
        assert judged(rows, ("mentors", 2024, 5, 5, 200))["reached"].to_list() == [True]


def test_indicators_of_results_name_known_series():
    assert set(counted()) >= {"oge_ma_failed_first", "gia_ph_passed"}
    for how in counted().values():
        assert [parse(name).id for name in how.series] == list(how.series)


@pytest.fixture
def region(tmp_path):
    outcomes = [
        (A, "no_certificate_9", 2025, 1, 40),
        (B, "no_certificate_9", 2025, 0, 30),
        (A, "ege_220_three", 2025, 2, 4),
    ]
    targets = [
        ("m1", "no_certificate_9", 2025, "Без аттестата", "at_most", 1.5, "%", None),
        ("m1", "1", 2025, "Пары школ", "at_least", 30.0, "%", 25.0),
        ("m1", "2", 2024, "Прошлогодний", "at_least", 1.0, "%", 1.0),
    ]
    names = ["municipality_id", "indicator", "year", "title", "goal", "value", "unit", "actual"]
    cells = {A: {"oge-ma": {2024: (8, 10), 2025: (3, 20)}}, B: {"oge-ma": {2025: (1, 20)}}}
    return project(
        tmp_path,
        schools=(A, B, C),
        results=results(cells),
        outcomes=TABLES["outcomes"].conform(
            pd.DataFrame(outcomes, columns=["school_id", "indicator", "year", "count", "base"])
        ),
        targets=TABLES["targets"].conform(pd.DataFrame(targets, columns=names)),
    )


def test_targets_of_a_municipality_and_of_the_method(region, monkeypatch, tmp_path):
    found = region.targets(2025).set_index("indicator")
    assert found["reached"].to_dict() == {"no_certificate_9": True, "1": False}
    assert found.loc["no_certificate_9", ["count", "of"]].to_list() == [1, 70]
    assert found.loc["1", "municipality"] == "Первый район"
    assert words.summary(region.targets(2025)) == ["Целевые показатели: достигнуто 1 из 2, не достигнуто 1"]
    shown = words.table(region.targets(2025), 2025, region.title).html().replace("\N{NO-BREAK SPACE}", " ")
    for told in ("1 из 70 (1,4 %)", "не более 1,5 %", "25 %", "не менее 30 %", "не достигнут"):
        assert told in shown


@pytest.mark.rule("R25", "a share of fewer than five persons is hidden")
def test_targets_of_the_method_on_small_groups(region):
    of_method = [target.model_dump() | {"year": 2025} for target in TOMSK.beside.targets]
    found = region.targets(2025, **{"beside.targets": of_method})
    own = found[found["municipality"].isna()].set_index("indicator")
    assert own.loc["ege_220_three", "suppressed"]
    assert pd.isna(own.loc["ege_220_three", "count"])
    assert own.loc["oge_ma_failed_first", ["count", "of"]].to_list() == [4, 40]
    assert own.loc["gia_ph_passed", "why"] == "no_base"
    assert pd.isna(own.loc["ege_220_three", "reached"]), "it would tell how many of the four"
    shown = words.table(found, 2025, region.title).html()
    assert "скрыто" in shown
    assert "не указана база" in shown


@pytest.mark.rule("R25", "a base of fewer than five persons is hidden, and what is worked out of it")
def test_a_base_of_a_small_group_is_hidden(tmp_path):
    cells = {A: {"oge-ma": {2024: (1, 3), 2025: (3, 20)}}}
    region = project(tmp_path, schools=(A,), results=results(cells))
    less = [target.model_dump() for target in TOMSK.beside.targets if target.goal == "times_less"]
    less = [{**target, "base_year": 2024, "year": 2025} for target in less]
    found = region.targets(2025, **{"beside.targets": less}).set_index("indicator")
    of = found.loc["oge_ma_failed_first"]
    assert of["why"] == "hidden"
    assert of[["count", "of"]].to_list() == [3, 20]
    assert of[["base", "plan", "reached"]].isna().all()
    shown = words.table(found.reset_index(), 2025, region.title).html()
    assert "было" not in shown
    assert "скрыто" in shown


def test_a_region_without_targets_says_nothing(tmp_path):
    empty = project(tmp_path)
    assert empty.targets(2025).empty
    assert words.summary(empty.targets(2025)) == []


def test_the_page_of_dynamics_shows_targets(demo_project, monkeypatch):
    monkeypatch.setenv("SHNOR_PROJECT", str(demo_project))
    assert not any("Целевые" in table.title for table in page("dynamics").tables())
    made = page("dynamics", methodology="tomsk-2020")
    assert any("Целевые" in table.title for table in made.tables())
    told = words.sheet(made.targets, made.year, made.region.title)
    assert told["Показатель"].to_list() == OWN["title"].to_list()
    assert set(told["Выполнение"]) <= {"достигнут", "не достигнут", "не указана база", "нет сведений"}
    assert told.loc[0, "Выполнение"] in ("достигнут", "не достигнут")


@pytest.mark.rule("R25", "a base of fewer than five persons is hidden, and whether it was surpassed")
def test_a_small_base_is_not_told(tmp_path):
    names = ["municipality_id", "indicator", "year", "title", "goal", "value", "base_year"]
    rows = [("m1", "oge_ma_failed_first", 2025, "ОГЭ", "times_less", 1.3, 2024)]
    found = project(
        tmp_path,
        results=results({A: {"oge-ma": {2024: (1, 3), 2025: (4, 10)}}, B: {"oge-ma": {2025: (2, 20)}}}),
        targets=TABLES["targets"].conform(pd.DataFrame(rows, columns=names)),
    ).targets(2025)
    assert found[["base", "plan", "reached"]].isna().all(axis=None)
    assert found["why"].to_list() == ["hidden"]
    assert found.loc[0, ["count", "of"]].to_list() == [6, 30]
    shown = words.table(found, 2025, "Край").html().replace("\N{NO-BREAK SPACE}", " ")
    assert "33,3" not in shown
    assert "скрыто" in shown


@pytest.mark.rule("R25", "a plan of nobody at all is a count when it is said to be reached")
def test_whether_a_hidden_share_is_enough_is_hidden():
    rows = OWN[OWN["indicator"].eq("no_certificate_9")].assign(value=0)
    found = evaluate(rows, lambda *_: Measured(0, 0, 3, hidden=True), 2024)
    assert found["reached"].isna().all()
    assert found[["count", "of", "share", "actual"]].isna().all(axis=None)
    assert found["suppressed"].all()


PHYSICS = ("oge-ph", "ege-ph")


def some_schools(random, exact):
    """A few schools in up to four municipalities; of some it is not known which."""
    return [
        (
            random.choice(["m1", "m2", "m3", "m4", "m4", None]),
            tuple((random.randint(0, 12), not exact and random.random() < 0.2) for _ in PHYSICS),
        )
        for _ in range(random.randint(1, 9))
    ]


def measures(schools):
    """What is counted of `gia_ph_passed` in the region and in every municipality.

    Args:
        schools: municipality, and by series participants and whether the count is within bounds only (R8).
    """
    homes = [home for home, _ in schools]
    ids = [f"{number:06d}" for number in range(len(schools))]
    cells = [
        {
            "school_id": school,
            "series": series,
            "year": 2025,
            "attempt": "first",
            "participants": n,
            "failed": pd.NA if bounds else n // 2,
            "failed_low": 0 if bounds else pd.NA,
            "failed_high": n if bounds else pd.NA,
        }
        for school, (_, own) in zip(ids, schools, strict=True)
        for series, (n, bounds) in zip(PHYSICS, own, strict=True)
        if n
    ]
    found = TABLES["results"].conform(pd.DataFrame(cells)) if cells else TABLES["results"].empty()
    every = {"results": found, "crosswalk": TABLES["crosswalk"].empty()}
    every |= {name: TABLES[name].empty() for name in ("outcomes", "prevention")}
    ground = SimpleNamespace(kept=lambda _, make: make(), table=every.__getitem__)
    judged = pd.DataFrame({"school_id": ids, "municipality_id": pd.array(homes, dtype="str")})
    return _Counts(ground, 2025, judged, 5)


@pytest.mark.rule("R25", "the region less what its municipalities show never tells one that is hidden")
@given(st.integers(0, 2**32), st.booleans())
@settings(deadline=None, max_examples=150)
def test_no_hidden_number_of_a_municipality_is_left_over(seed, exact):
    schools = some_schools(Random(seed), exact)  # noqa: S311 - no secret
    counts, homes = measures(schools), [home for home, _ in schools]
    target = OWN[OWN["indicator"].eq("gia_ph_passed")].assign(year=2025, goal="at_least", value=50)
    places = sorted({home for home in homes if home})

    def shown(place):
        return evaluate(target, counts.of(place), 2025).iloc[0]

    here, whole = {place: shown(place) for place in places}, shown(None)
    hidden = [place for place in places if here[place]["suppressed"]]
    if not hidden:
        return
    for number in ("count", "of"):
        assert all(pd.isna(here[place][number]) for place in hidden)
        if pd.isna(whole[number]):
            continue
        open_places = [place for place in places if place not in hidden]
        if any(pd.isna(here[place][number]) and here[place]["why"] != "no_data" for place in open_places):
            continue
        unknown = len(hidden) + (None in homes)
        assert unknown > 1, f"{number} of {hidden} is the region less the others"


@pytest.mark.rule("R8", "R25", "of how many a count within bounds is, is told no more than the count")
def test_a_base_of_a_count_within_bounds_is_not_left_over():
    (three, sixty), nobody = ((3, True), (60, False)), (0, False)
    counts = measures([("m1", (three, nobody)), ("m2", (sixty, nobody)), ("m3", (sixty, nobody))])
    target = OWN[OWN["indicator"].eq("gia_ph_passed")].assign(year=2025, goal="at_least", value=1)
    found = {place: evaluate(target, counts.of(place), 2025).iloc[0] for place in ("m1", "m2", "m3", None)}
    assert found["m1"]["suppressed"]
    assert [found[place]["of"] for place in ("m2", "m3")] == [60, 60]
    assert pd.isna(found[None]["of"]), "120 less than it are three"
    assert found[None]["reached"]
