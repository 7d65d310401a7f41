"""R1–R5: from rows of pupils to k of n. Worked example 8."""

from typing import Any

import pandas as pd
import pytest

from shnor_lib.data import scales
from shnor_lib.data.intake.pupils import count, judge, source
from shnor_lib.data.intake.pupils.count import Sitting

SCALE = scales.scale("oge-ma", 2023)
MAX = 31
# pupil, total, points in geometry, mark
JUNE = [
    ("P1", "9", "1", "2"),
    ("P2", "8", "2", "3"),
    ("P3", "7", "3", "2"),
    ("P4", "15", "2", "4"),
    ("P5", "22", "1", "2"),
    ("P6", "ГВЭ", "", ""),
    ("P7", "6", "2", "2"),
    ("P8", "", "", ""),
]
SEPTEMBER = [("P7", "10", "2", "3")]


def sit(rows: list[tuple[str, ...]], day: str, marked: bool = True) -> Sitting:
    columns = {
        "school": ["000001"] * len(rows),
        "code": [row[0] for row in rows],
        "total": [row[1] for row in rows],
        "geometry": [row[2] for row in rows],
        "mark": [row[3] if marked else "" for row in rows],
    }
    told = source.from_columns(range(2, 2 + len(rows)), columns)
    connection = judge.connect()
    judge.judge(connection, told, judge.Work(SCALE, MAX))
    return Sitting(f"{day}.xlsx", "", "oge-ma", 2023, count.judged_rows(connection), day)


def counted(*sittings: Sitting) -> dict[str, tuple[Any, Any]]:
    found = count.count(sittings).tables["results"]
    return {row.attempt: (row.failed, row.participants) for row in found.itertuples()}


@pytest.mark.parametrize("marked", [True, False], ids=["by mark", "by scale"])
class TestWorkedExample8:
    @pytest.mark.rule("R1", "absent pupils are no participants")
    @pytest.mark.rule("R4", "ГВЭ is not counted")
    def test_eight_pupils_are_six_participants(self, marked: bool) -> None:
        assert counted(sit(JUNE, "2023-06-09", marked))["first"][1] == 6

    @pytest.mark.rule("R2", "total ≥ 8 and at least 2 points in geometry")
    @pytest.mark.rule("R3", "first attempt")
    def test_first_attempt(self, marked: bool) -> None:
        found = counted(sit(JUNE, "2023-06-09", marked), sit(SEPTEMBER, "2023-09-08", marked))
        assert found["first"] == (4, 6)

    @pytest.mark.rule("R3", "best attempt")
    def test_best_attempt(self, marked: bool) -> None:
        found = counted(sit(JUNE, "2023-06-09", marked), sit(SEPTEMBER, "2023-09-08", marked))
        assert found["best"] == (3, 6)

    @pytest.mark.rule("R3", "the order of days counts, not the order of files")
    def test_files_in_any_order(self, marked: bool) -> None:
        found = counted(sit(SEPTEMBER, "2023-09-08", marked), sit(JUNE, "2023-06-09", marked))
        assert (found["first"], found["best"]) == ((4, 6), (3, 6))

    @pytest.mark.rule("R3", "a retake in the same table")
    def test_retake_in_the_same_file(self, marked: bool) -> None:
        found = counted(sit([*JUNE, *SEPTEMBER], "", marked))
        assert (found["first"], found["best"], found["all_rows"]) == ((4, 6), (3, 6), (4, 7))


@pytest.mark.rule("R2", "the mark wins over the scale")
def test_mark_wins() -> None:
    assert counted(sit([("P", "20", "5", "2"), ("Q", "1", "0", "3")], ""))["first"] == (1, 2)


@pytest.mark.rule("R5", "impossible rows are quarantined; more than 5 % close the cell")
@pytest.mark.parametrize(("good", "outcome"), [(19, (0, 19)), (18, (None, 18))])
def test_quarantine(good: int, outcome: tuple[int | None, int]) -> None:
    rows = [(f"P{at}", "15", "4", "4") for at in range(good)]
    failed, participants = counted(sit([*rows, ("X", "56", "4", "5")], ""))["first"]
    assert (None if failed is pd.NA else failed, participants) == outcome
