"""R1–R5 at their edges, on the smallest files that show them."""

from collections.abc import Sequence

import pandas as pd
import pytest

from shnor_lib.data import procedures, scales
from shnor_lib.data.intake import IngestResult
from shnor_lib.data.series import parse
from tests.intake import pupils
from tests.intake.conftest import Box

MATHS = [["02 - Математика 2023.06.09"], pupils.PROTOCOL]


def f1(box: Box, *pairs: Sequence[object], title: str = "ВПР 2023 Математика 5 класс") -> IngestResult:
    rows = [pupils.f1("edu220001", who, *pair) for who, pair in enumerate(pairs)]
    box.xlsx("f1.xlsx", [*pupils.f1_titles(title, 20), *rows])
    return box.ingest()


def cell(ingested: IngestResult) -> dict[str, object]:
    (row,) = ingested.snapshot.table("results").to_dict("records")
    return {str(key): None if pd.isna(value) else value for key, value in row.items()}


def checks(ingested: IngestResult) -> dict[str, list[int]]:
    found = ingested.findings[ingested.findings["severity"] != "info"]
    return {str(name): part["row"].tolist() for name, part in found.groupby("check")}


def test_blank_and_dash_are_absent_while_nought_is_a_participant(box: Box) -> None:
    row = cell(f1(box, ("", ""), ("–", "0"), (0, ""), ("не явился", ""), (12, 4)))
    assert (row["participants"], row["failed"]) == (2, 1)


def test_absent_with_a_score_is_reported(box: Box) -> None:
    rows = [pupils.f1("edu220001", who, 9, 3) for who in range(2)]
    rows[1][5] = "отсутствовал"
    box.xlsx("f1.xlsx", [*pupils.f1_titles(), *rows])
    ingested = box.ingest()
    assert cell(ingested)["participants"] == 1
    assert checks(ingested) == {"absent_with_score": [10]}


def test_five_per_cent_of_impossible_rows_leave_the_cell_incomplete(box: Box) -> None:
    ingested = f1(box, *[(9, 3)] * 19, (92, 5))
    row = cell(ingested)
    assert (row["participants"], row["failed"]) == (19, 0)
    assert checks(ingested) == {"score_over_max": [28], "cell_incomplete": [9]}


def test_more_than_five_per_cent_make_it_not_evaluable(box: Box) -> None:
    ingested = f1(box, *[(9, 3)] * 18, (92, 5))
    row = cell(ingested)
    assert row["participants"] == 18
    assert [row[name] for name in ("failed", "failed_low", "failed_high", "n2", "n3")] == [None] * 5
    assert checks(ingested) == {"score_over_max": [27], "cell_spoilt": [9]}


@pytest.mark.parametrize(
    ("pair", "check"), [((9, "7"), "bad_mark"), (("4о", ""), "bad_score"), ((-1, ""), "score_over_max")]
)
def test_each_kind_of_impossible_row(box: Box, pair: Sequence[object], check: str) -> None:
    ingested = f1(box, *[(9, 3)] * 30, pair)
    assert cell(ingested)["participants"] == 30
    assert checks(ingested) == {check: [39], "cell_incomplete": [9]}


def test_no_scale_and_no_mark_is_not_evaluable(box: Box) -> None:
    rows = [pupils.vpr_2021("edu220001", who, 9) for who in range(3)]
    box.xlsx("a.xlsx", [["ВПР 2021 Биология 5 класс"], pupils.VPR_2021, *rows])
    ingested = box.ingest()
    row = cell(ingested)
    assert (row["participants"], row["failed"], row["failed_high"]) == (3, None, None)
    assert row["mean_score"] == 9
    assert "no_scale" in checks(ingested)


def test_doubled_row_is_taken_once_and_a_conflicting_one_is_named(box: Box) -> None:
    rows = [pupils.f1("edu220001", who, total, 3) for who, total in ((0, 9), (1, 9), (0, 9), (1, 8))]
    box.xlsx("f1.xlsx", [*pupils.f1_titles(), *rows])
    ingested = box.ingest()
    assert cell(ingested)["participants"] == 2
    assert checks(ingested) == {"pupil_doubled": [11], "pupil_conflicting": [12]}


def test_without_ids_all_rows_count_and_a_warning_says_so(box: Box) -> None:
    rows = [["220001", "9А", 19, 3] for _ in range(3)]
    rows.append(["220001", "9А", 5, 2])
    head = ["Код ОО", "Класс", "Первичный балл", "Оценка"]
    box.xlsx("a.xlsx", [["ОГЭ Русский язык 2023.06.06"], head, *rows])
    ingested = box.ingest()
    row = cell(ingested)
    assert (row["participants"], row["failed"], row["attempt"]) == (4, 1, "all_rows")
    assert "no_person_id" in checks(ingested)


def test_geometry_that_is_not_known_leaves_the_pass_open(box: Box) -> None:
    rows = [pupils.protocol("220001", who, total, "") for who, total in enumerate([7, 8, 20])]
    box.xlsx("a.xlsx", [*MATHS, *rows])
    row = cell(box.ingest())
    assert [row[name] for name in ("participants", "failed", "failed_low", "failed_high")] == [3, None, 1, 3]


def test_geometry_counts_short_and_long_tasks(box: Box) -> None:
    # 2 points in the short tasks 15–19; 1 there and 1 in the long ones; 1 only; 6 with the long ones.
    strings = [("+" * 16 + "---", "0(2)" * 6), ("+" * 15 + "----", "0(2)0(2)0(2)1(2)0(2)0(2)")]
    strings += [("+" * 15 + "----", "2(2)2(2)2(2)0(2)0(2)0(2)"), ("-" * 19, "0(2)0(2)0(2)2(2)2(2)2(2)")]
    rows = []
    for who, (short, extended) in enumerate(strings):
        rows.append(pupils.protocol("220001", who, 14, ""))
        rows[-1][12], rows[-1][14] = short, extended
    box.xlsx("a.xlsx", [*MATHS, *rows])
    row = cell(box.ingest())
    assert [row[name] for name in ("participants", "failed", "n2", "n3")] == [4, 1, 1, 3]


def test_scale_of_the_region_wins_and_the_federal_one_stands_beside(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    lowered = scales.Scale(scales.PRIMARY, 33, 12, 23, 29)
    known = {**scales._scales(), ("22", 2023, "oge-ru"): lowered}
    monkeypatch.setattr(scales, "_scales", lambda: known)
    rows = [pupils.protocol("220001", who, total, "") for who, total in enumerate([11, 12, 14, 15])]
    box.xlsx("a.xlsx", [["01 - Русский язык 2023.06.09"], pupils.PROTOCOL, *rows])
    ingested = box.ingest()
    assert cell(ingested)["failed"] == 1
    said = ingested.findings.set_index("check")["message"]["scale_of_region"]
    assert "минимальный балл 12; по федеральной — 15" in said


def test_scales_agree_with_the_calendar_and_are_in_order() -> None:
    calendar = procedures.builtin().set_index(["series", "year"])
    for (region, year, name), scale in scales._scales().items():
        bounds = [bound for bound in (scale.min_3, scale.min_4, scale.min_5, scale.max_score) if bound]
        assert bounds == sorted(bounds), (name, year)
        parse(name)
        if not region and (name, year) in calendar.index:
            told = calendar.loc[(name, year)]
            assert told["held"] != "no", (name, year)
            assert pd.isna(told["min_pass"]) or told["min_pass"] == scale.min_3, (name, year)


@pytest.mark.parametrize(
    ("series", "year", "bounds"),
    [
        ("vpr-ma-5", 2021, (20, 7, 11, 15)),
        ("vpr-ru-6", 2022, (51, 25, 35, 45)),
        ("vpr-ru-6", 2025, (25, 13, 17, 21)),
        ("oge-ru", 2023, (33, 15, 23, 29)),
        ("oge-ma", 2018, (32, 8, 15, 22)),
        ("ege-ru", 2026, (100, 24, None, None)),
        ("ege-ma-profile", 2021, (100, 27, None, None)),
    ],
)
def test_scales_as_published(series: str, year: int, bounds: tuple[int | None, ...]) -> None:
    found = scales.scale(series, year)
    assert found is not None
    assert (found.max_score, found.min_3, found.min_4, found.min_5) == bounds


def test_a_year_without_a_row_borrows_none() -> None:
    assert scales.scale("vpr-ma-5", 2025) is None
    assert scales.scale("oge-ma", 2020) is None
