"""R23, worked example 11, and deficits read from the context form."""

import pandas as pd
import pytest

from shnor_lib.analysis import deficits
from shnor_lib.data.schemas import TABLES
from shnor_lib.methodology.model import Trigger

A, B, C = "000001", "000002", "000003"


def audit(*rows):
    frame = pd.DataFrame(rows, columns=["school_id", "wave", "code"])
    return TABLES["deficits"].conform(frame)


EXAMPLE_11 = audit(
    (A, "2025-09", "4.1"),
    (A, "2025-09", "1.5"),
    (A, "2025-09", "4.2"),
    (A, "2026-05", "4.2"),
    (A, "2026-05", "1.9"),
    (B, "2025-09", "4.1"),
)


@pytest.mark.rule("R23", "worked example 11: eliminated, persistent, new, unknown")
class TestWaves:
    found = deficits.compare_waves(EXAMPLE_11, [A, B, C], ("2025-09", "2026-05"))

    def test_set_difference(self):
        school = self.found.table.set_index("school_id").loc[A]
        assert (school.baseline, school.eliminated, school.persistent, school.new) == (3, 2, 1, 1)

    def test_a_school_without_a_second_audit_is_unknown_not_eliminated(self):
        school = self.found.table.set_index("school_id").loc[B]
        assert school.baseline == 1
        assert school.eliminated is pd.NA
        assert self.found.items.set_index("school_id").loc[B, "state"] == "unknown"

    def test_a_school_never_audited_has_no_number_at_all(self):
        school = self.found.table.set_index("school_id").loc[C]
        assert school.baseline is pd.NA
        assert not school.audited

    def test_both_readings_of_eliminated(self):
        summary = self.found.summary
        assert (summary["any_eliminated"], summary["all_eliminated"]) == (1, 0)
        assert summary["audited_twice_with_deficits"] == 1

    def test_by_parameter(self):
        codes = self.found.by_code.set_index("code")
        assert codes.loc["4.1", ["schools_first", "schools_second", "eliminated"]].to_list() == [2, 0, 1]
        assert list(self.found.by_code["code"]) == ["1.5", "1.9", "4.1", "4.2"]


@pytest.mark.rule("R23", "a second audit that finds nothing eliminates everything")
def test_a_clean_second_audit():
    rows = audit((A, "2025-09", "4.1"), (A, "2026-05", ""))
    found = deficits.compare_waves(rows, [A], ("2025-09", "2026-05"))
    assert found.table.loc[0, "eliminated"] == 1
    assert found.summary["all_eliminated"] == 1


def context(**values):
    rows = [
        {"school_id": A, "year": 2021, "indicator": name, "value": value, "source": "анкета"}
        for name, value in values.items()
    ]
    return TABLES["context"].conform(pd.DataFrame(rows))


@pytest.mark.rule("R23", "triggers of the context form are bounds, exact at the bound")
@pytest.mark.parametrize(
    ("outdated", "computers", "found"), [(10, 20, True), (9, 20, False), (0, 0, False), (5, 5, True)]
)
def test_trigger_with_a_base(outdated, computers, found):
    trigger = Trigger(code="1.3", indicator="computers_outdated", base="computers", at_least=50)
    rows = deficits.from_context(context(computers_outdated=outdated, computers=computers), [trigger], 2021)
    assert ("1.3" in set(rows["code"])) == found
    assert "" in set(rows["code"]), "a school that answered is known to have been asked"


def test_trigger_without_a_base():
    trigger = Trigger(code="4.1", indicator="vacancies", at_least=1, significance="high")
    rows = deficits.from_context(context(vacancies=2), [trigger], 2021)
    assert rows.loc[rows["code"] == "4.1", "value"].to_list() == [2]


@pytest.mark.rule("R23", "the only audit of a school is its first, whenever it took place")
def test_a_school_audited_only_later_is_not_lost():
    rows = audit((A, "2025-09", "4.1"), (A, "2026-05", "4.1"), (B, "2026-05", "1.5"))
    found = deficits.compare_waves(rows, [A, B], ("2025-09", "2026-05"))
    school = found.table.set_index("school_id").loc[B]
    assert school.audited
    assert not school.known
    assert school.baseline == 1
    assert found.has_now.to_list() == [True, True]


@pytest.mark.rule("R23", "«есть дефициты» is said of the latest audit")
def test_deficits_that_are_gone_are_not_there():
    rows = audit((A, "2025-09", "4.1"), (A, "2026-05", ""), (B, "2025-09", ""), (B, "2026-05", "1.5"))
    found = deficits.compare_waves(rows, [A, B], ("2025-09", "2026-05"))
    assert found.has_now.to_list() == [False, True]
    assert (found.summary["with_deficits"], found.summary["with_deficits_first"]) == (1, 1)
