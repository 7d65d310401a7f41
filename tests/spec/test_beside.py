"""Beside the rule (seed 000): indicators of schools, and who needs prevention."""

import pandas as pd
import pytest

from shnor_lib.analysis import beside
from shnor_lib.data.schemas import TABLES
from shnor_lib.methodology import load
from shnor_lib.present import beside as words
from tests.unit.test_region import A, B, C, project

METHOD = load("dagestan-2023")
SYSTEM, ROUTES, EXTRA = "school_system", "individual_routes", "extra_classes"


def prevention(*rows):
    frame = pd.DataFrame(rows, columns=["school_id", "indicator", "count", "base"]).assign(year=2025)
    return TABLES["prevention"].conform(frame)


def need(*rows):
    found = beside.needs([A], prevention(*[(A, *row) for row in rows]), METHOD.prevention).iloc[0]
    return found["need"], found["signs"], found["unknown"]


@pytest.mark.rule("R20", "seed 000: no inner system, no route or no extra classes for all who fail")
class TestNeedOfPrevention:
    full = ((SYSTEM, 1, 1), (ROUTES, 12, 12), (EXTRA, 12, 12))

    def test_a_school_with_all_of_it_needs_none(self):
        assert need(*self.full) == (False, "", "")

    @pytest.mark.parametrize(
        ("missing", "sign"),
        [((SYSTEM, 0, 1), "no_system"), ((ROUTES, 11, 12), ROUTES), ((EXTRA, 0, 12), EXTRA)],
    )
    def test_one_sign_is_enough_although_nothing_else_is_known(self, missing, sign):
        assert need(missing)[:2] == (True, sign)

    def test_unknown_is_not_without_need(self):
        assert need((SYSTEM, 1, 1))[0] is pd.NA
        assert need((SYSTEM, 1, 1))[2] == f"{ROUTES};{EXTRA}"

    def test_of_nobody_there_is_no_share(self):
        assert need((SYSTEM, 1, 1), (ROUTES, 0, 0), (EXTRA, 3, 3))[2] == ROUTES

    def test_nothing_received_is_unknown(self):
        assert need()[0] is pd.NA
        assert need()[1:] == ("", f"no_system;{ROUTES};{EXTRA}")


@pytest.fixture
def region(tmp_path):
    outcomes = pd.DataFrame(
        {
            "school_id": [A, B, A],
            "year": [2025, 2025, 2024],
            "indicator": "olympiad_school_stage",
            "count": [40, 3, 1],
            "base": [80, 4, 1],
        }
    )
    return project(
        tmp_path,
        schools=(A, B, C),
        outcomes=outcomes,
        prevention=prevention((A, SYSTEM, 0, 1)),
        objectivity=pd.DataFrame({"school_id": [C], "year": [2025]}),
    )


@pytest.mark.rule("R25", "counts of a handful are hidden beside the rule, too, and what would give them away")
def test_indicators_of_a_year(region):
    found = type(region)(region.ground, METHOD).beside(2025)
    table = found.table.set_index("school_id")
    assert table["olympiad_base"].isna().to_list() == [True, True, True]
    assert found.indicators.loc[found.indicators["suppressed"], "school_id"].to_list() == [A, B]
    assert table["biased"].to_list() == [False, False, True]
    assert (table.loc[A, "need"], table.loc[A, "signs"]) == (True, "no_system")
    table, notes = words.sheet(found)
    shown = table.set_index("school_id")
    assert shown["Участники школьного этапа ВсОШ"].to_list() == ["скрыто", "скрыто", ""]
    assert notes[0] == "Пустая ячейка — сведений нет."
    assert "Выпускники 9 классов, продолжившие обучение" not in shown
    assert "«Выпускники 9 классов, продолжившие обучение»" in notes[1]
    assert shown.loc[A, "Чего не хватает"] == "нет внутришкольной системы профилактики"
    told = words.summary(found)[0].replace("\N{NO-BREAK SPACE}", " ")
    assert told == "Нужна профилактика: 1 из 3 школ, нет сведений: 2"


def test_what_may_be_shown_is_shown(region):
    method = METHOD.model_copy(update={"publication": type(METHOD.publication)(min_participants=1)})
    table, _ = words.sheet(type(region)(region.ground, method).beside(2025))
    shown = table.set_index("school_id")
    assert (
        shown.loc[A, "Участники школьного этапа ВсОШ"].replace("\N{NO-BREAK SPACE}", " ")
        == "40 из 80 (50,0 %)"
    )


def test_a_method_without_them_says_so(region):
    found = region.beside(2025)
    assert list(found.table) == ["school_id", "name", "municipality_id", "municipality", "status"]
    assert words.summary(found) == ["В методике «rosobrnadzor-847» нет показателей рядом с правилом."]


def test_no_list_received_is_not_a_clean_school():
    lists = TABLES["objectivity"].empty()
    found = beside.indicators([A], 2025, METHOD.beside.indicators[-1:], {"objectivity": lists})
    assert found["holds"].isna().all()
