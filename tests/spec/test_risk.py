"""R20, R22, R14 and the watch zone: what holds, what does not, what is not known."""

import pandas as pd
import pytest

from shnor_lib.analysis import deficits, identification, risk, roster
from shnor_lib.data.schemas import TABLES
from shnor_lib.methodology.conditions import Factor, Prevention, Risk, Watch
from tests.region_builder import calendar, judge, method, register, results, status
from tests.spec.test_social_index import A, B, C, D, index

ALL = risk.PARTS
HARD, EASY = B, A  # lowest and highest index of example 10


def audit(*rows):
    frame = pd.DataFrame(rows, columns=["school_id", "wave", "code", "significance"])
    return deficits.compare_waves(TABLES["deficits"].conform(frame), [A, B, C, D], ("2025-09", "2026-05"))


def prevention(**counts):
    rows = [
        {"school_id": school, "year": 2026, "indicator": "school_system", "count": count}
        for school, count in counts.items()
    ]
    return TABLES["prevention"].conform(pd.DataFrame(rows)) if rows else TABLES["prevention"].empty()


NOTHING = TABLES["prevention"].empty()
AUDITED = audit(
    (A, "2025-09", "4.1", "medium"),
    (B, "2025-09", "4.1", "high"),
    (B, "2025-09", "4.2", "high"),
    (B, "2025-09", "11.1", "medium"),
    (C, "2025-09", "1.1", "high"),
    (C, "2026-05", "", None),
)


def signs(found=AUDITED, rows=NOTHING, imported=None, **settings):
    return risk.signs([A, B, C, D], index(), found, rows, Risk(**settings), Prevention(), imported)


def row(frame, school):
    return frame.set_index("school_id").loc[school]


@pytest.mark.rule("R20", "deficits and factors are those of the latest audit")
class TestSigns:
    def test_numbers(self):
        found = signs()
        assert row(found, B)["deficits"] == 3
        assert row(found, B)["high_factors"] == 1, "4.1 and 4.2 are one factor"
        assert row(found, C)["deficits"] == 0, "what the second audit does not find is eliminated"
        assert row(found, D)["deficits"] is pd.NA

    def test_which_codes_are_resources(self):
        found = signs(deficit_codes=("1",))
        assert row(found, B)["deficits"] == 0, "11.1 does not begin with the code 1"
        assert not row(found, B)["few_resources"]

    def test_factors_of_the_method(self):
        one = signs(factors=(Factor(code="4.1", title="Кадры"), Factor(code="4.2", title="Руководство")))
        assert row(one, B)["high_factors"] == 2
        other = signs(factors=(Factor(code="9", title="Родители"),))
        assert row(other, B)["high_factors"] == 0

    def test_bounds(self):
        assert not row(signs(min_deficits=2), A)["few_resources"]
        assert row(signs(min_deficits=3), B)["few_resources"]
        assert not row(signs(min_high_factors=2), B)["many_high_factors"]

    def test_prevention_has_three_values(self):
        found = signs(rows=prevention(**{A: 1, B: 0}))["no_prevention"]
        assert found.to_list() == [False, True, pd.NA, pd.NA]

    def test_nobody_was_audited(self):
        assert signs(found=None)["few_resources"].isna().all()

    def test_a_received_list(self):
        assert signs()["at_risk_list"].isna().all()
        assert signs(imported={C})["at_risk_list"].to_list() == [False, False, True, False]


@pytest.mark.rule("R20", "ШНСУ: deficits and the index in the lower quartile")
def test_shnsu():
    found = risk.zone(signs(), ())
    assert row(found, HARD)["shnsu"]
    assert not row(found, EASY)["shnsu"], "deficits alone are not enough"
    assert not row(found, D)["shnsu"], "nobody knows its deficits, but its index is not low"
    unknown = risk.zone(signs(found=None), ())
    assert row(unknown, HARD)["shnsu"] is pd.NA


@pytest.mark.rule("R20", "one part is enough; each is named; unknown is not absent")
class TestZone:
    def test_each_part_is_listed(self):
        found = risk.zone(signs(rows=prevention(**{B: 0}), imported={B}), ALL)
        assert row(found, B)["risk_parts"].split(";") == list(ALL)

    def test_unknown_parts_leave_the_zone_open(self):
        found = risk.zone(signs(), ("deficits", "no_prevention"))
        assert row(found, C)["risk"] is pd.NA
        assert row(found, C)["risk_unknown"] == "no_prevention"
        assert row(found, A)["risk"], "deficits hold, whatever is not known"

    def test_everything_known_and_nothing_holds(self):
        found = risk.zone(signs(rows=prevention(**{C: 1})), ("deficits", "no_prevention"))
        assert row(found, C)["risk"] == False  # noqa: E712 - a nullable boolean

    def test_a_method_without_parts_has_no_zone(self):
        found = risk.zone(signs(), ())
        assert found["risk"].to_list() == [False] * 4
        assert risk.at_risk(found) == {}

    def test_as_identification_takes_it(self):
        found = risk.at_risk(risk.zone(signs(), ("deficits", "low_index")))
        assert found == {A: ("deficits",), B: ("deficits", "low_index")}


@pytest.mark.rule("R14", "«риск» is for schools in which nothing else was found")
def test_status_of_risk():
    schools = {
        A: {"oge-ma": {2026: (8, 10)}, "oge-ru": {2026: (8, 10)}},
        B: {"oge-ma": {2026: (8, 10)}, "oge-ru": {2026: (0, 10)}},
        C: {"oge-ma": {2026: (0, 10)}, "oge-ru": {2026: (0, 10)}},
        D: {"oge-ma": {2026: (0, 10)}, "oge-ru": {2026: (0, 10)}},
        "000005": {"oge-ma": {2026: (0, 0)}},
    }
    table = results(schools)
    judged = roster.build(register(list(schools), [2026]), table, 2026)
    found = identification.decide(
        judged,
        table,
        calendar(["oge-ma", "oge-ru"], range(2021, 2027)),
        method().identification,
        2026,
        biased=frozenset([C]),
        risk=dict.fromkeys([A, B, C, "000005"], ("deficits",)),
    )
    told = [status(found, school) for school in schools]
    assert told == ["shnor", "watch", "risk", "not_identified", "not_evaluable"]


def two_years(now, then):
    return judge({A: {"oge-ma": {2026: now, 2024: then}}}, 2026), judge({A: {"oge-ma": {2024: then}}}, 2024)


def watched(decision, earlier=None, frame=None, **settings):
    frame = signs() if frame is None else frame
    frame = frame[frame["school_id"].isin(decision.cube.schools)].reset_index(drop=True)
    return risk.watch(decision, earlier, frame, Watch(**settings))


@pytest.mark.rule("§9.2", "watch zone")
class TestWatch:
    def test_one_hit(self):
        found = watched(judge({A: {"oge-ma": {2026: (3, 10)}, "oge-ru": {2026: (0, 10)}}}, 2026))
        assert "one_hit" in found.loc[0, "watch_parts"].split(";")

    def test_listed_schools_are_not_in_it(self):
        found = watched(judge({A: {"oge-ma": {2026: (3, 10)}, "oge-ru": {2026: (3, 10)}}}, 2026))
        assert not found.loc[0, "watch"]
        assert found.loc[0, "watch_parts"] == ""

    def test_nobody_took_part(self):
        assert not watched(judge({A: {"oge-ma": {2026: (0, 0)}}}, 2026)).loc[0, "watch"]

    @pytest.mark.parametrize(("k", "found"), [(19, False), (20, True)])
    def test_worsening_is_exact_at_the_bound(self, k, found):
        now, then = two_years((k, 100), (10, 100))
        assert watched(now, then, parts=("worsening",)).loc[0, "watch"] == found

    def test_no_year_to_compare_with(self):
        now, _ = two_years((20, 100), (10, 100))
        assert not watched(now, None, parts=("worsening",)).loc[0, "watch"]

    def test_near_the_threshold_by_the_shrunken_share(self):
        schools = {f"{n:06d}": {"oge-ma": {2026: (n % 5, 40)}} for n in range(5, 60)}
        near = schools | {A: {"oge-ma": {2026: (299, 1000)}}, B: {"oge-ma": {2026: (9, 1000)}}}
        decision = judge(near, 2026)
        everybody = pd.DataFrame({"school_id": list(decision.cube.schools)})
        unknown = everybody.assign(low_index=pd.NA, many_high_factors=pd.NA).astype(
            {"low_index": "boolean", "many_high_factors": "boolean"}
        )
        found = risk.watch(decision, None, unknown, Watch(parts=("near_threshold",)))
        assert found.loc[found["watch"], "school_id"].to_list() == [A]

    def test_low_index_and_high_factors(self):
        decision = judge({B: {"oge-ma": {2026: (0, 50)}}}, 2026)
        assert watched(decision).loc[0, "watch_parts"] == "low_index_high_factors"


GOOD, POOR = (1, 20), (5, 20)


def year(of, when, **cells):
    schools = {school: {"oge-ma": {when: cells.get(name, GOOD)}} for school, name in of.items()}
    return judge(schools, when, biased=cells.get("biased", ()))


@pytest.mark.rule("R22", "hard conditions, good results, several years")
class TestResilient:
    names = {A: "a", B: "b", C: "c", D: "d"}

    def found(self, *decisions):
        return row(risk.resilient(decisions, index()), HARD)["resilient"]

    def test_a_candidate(self):
        years = [year(self.names, when, a=POOR) for when in (2026, 2025)]
        assert self.found(*years)
        assert not row(risk.resilient(years, index()), EASY)["resilient"], "its conditions are easy"

    @pytest.mark.parametrize("cell", [POOR, (8, 20)], ids=["under the median", "a hit"])
    def test_one_poor_year_is_enough_against_it(self, cell):
        assert not self.found(year(self.names, 2026), year(self.names, 2025, b=cell))

    def test_a_school_on_the_biased_list_is_none(self):
        assert not self.found(year(self.names, 2026, biased=(HARD,)), year(self.names, 2025))

    def test_a_year_without_results_leaves_it_open(self):
        assert self.found(year(self.names, 2026), year(self.names, 2025, b=(0, 0))) is pd.NA

    def test_a_year_that_is_not_loaded_leaves_it_open(self):
        assert self.found() is pd.NA

    def test_a_hit_that_is_only_possible_is_against_it_too(self):
        table = results({HARD: {"oge-ma": {2026: (None, 20)}}, A: {"oge-ma": {2026: POOR}}})
        table.loc[table["school_id"].eq(HARD), ["failed_low", "failed_high"]] = [5, 6]
        judged = roster.build(register([A, HARD], [2026]), table, 2026)
        held = calendar(["oge-ma"], range(2021, 2027))
        decision = identification.decide(judged, table, held, method().identification, 2026)
        assert not self.found(decision)
