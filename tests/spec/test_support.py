"""Support clusters of seed 000, and the names of the audit's codes."""

import pandas as pd
import pytest

from shnor_lib.analysis import deficits, support
from shnor_lib.methodology import load
from shnor_lib.methodology.conditions import Support, Trigger
from tests.region_builder import judge

A, B, C, D, E = (f"00000{number}" for number in range(1, 6))
ALL = ("project_500", "addressed", "risk", "prevention")
LOW = {name: {2025: (9, 20)} for name in ("oge-ma", "oge-ru")}
SOME = {"oge-ma": {2025: (5, 40)}, "oge-ru": {2025: (4, 40)}}
FEW = {"oge-ma": {2025: (4, 40)}, "oge-ru": {2025: (4, 40)}}


def clusters(order=ALL, at_risk=(), **policy):
    decision = judge({A: LOW, B: SOME, C: FEW, D: FEW, E: LOW}, 2025)
    decision.roster.judged["project_500"] = pd.array([False, None, False, False, True], dtype="boolean")
    found = support.assign(decision, Support(clusters=order, **policy), set(at_risk))
    return {school: found[school] for school in found.index if isinstance(found[school], str)}


@pytest.mark.rule("R20", "seed 000: three clusters by what the school needs, «500+» apart")
class TestSupportClusters:
    def test_each_school_gets_what_fits_it(self):
        assert clusters(at_risk=[D]) == {A: "addressed", B: "prevention", D: "risk", E: "project_500"}

    def test_of_several_the_first_in_the_order_of_the_method_stands(self):
        turned = clusters(("prevention", "risk", "addressed", "project_500"), at_risk=[A, D])
        assert turned == {A: "prevention", B: "prevention", D: "risk", E: "prevention"}

    def test_how_many_make_a_group_is_a_setting(self):
        assert clusters(("prevention",), min_failed=4).keys() == {A, B, C, D, E}
        assert clusters(("prevention",), min_failed=6).keys() == {A, E}

    def test_nobody_gets_any_where_the_method_has_none(self):
        assert clusters(()) == {}


@pytest.mark.rule(
    "R23", "seed 004: a code that the audit names by number only gets its names from the method"
)
def test_names_of_codes():
    parameters = load("krasnodar-2023").deficits.parameters
    audits = pd.DataFrame(
        {"school_id": [A, B, C], "wave": "2023", "code": ["4.4", "99.1", ""], "factor": [None, "Иное", None]}
    )
    found = deficits.named(audits, parameters)
    assert found["factor"].fillna("").to_list() == ["Кадровые ресурсы школы", "Иное", ""]
    assert found.loc[0, "parameter"].startswith("Административные работники со стажем")
    assert audits["factor"].isna().sum() == 2


@pytest.mark.rule("R23", "a bound of a trigger: reached, or beyond")
@pytest.mark.parametrize(
    ("bound", "schools"),
    [({"at_least": 30}, [B, C]), ({"above": 30}, [C]), ({"at_most": 30}, [A, B]), ({"below": 30}, [A])],
)
def test_bounds_of_triggers(bound, schools):
    form = pd.DataFrame(
        {"school_id": [A, B, C], "year": 2025, "indicator": "load", "value": [29.0, 30.0, 31.0], "source": ""}
    )
    found = deficits.from_context(form, [Trigger(code="5.6", indicator="load", **bound)], 2025)
    assert found.loc[found["code"].eq("5.6"), "school_id"].to_list() == schools
