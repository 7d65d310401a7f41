"""ВПР by pupils: every vintage is recognised by its content and counted by schools."""

from collections.abc import Callable

import pandas as pd
import pytest

from shnor_lib.data.intake import IngestResult
from tests.intake import pupils
from tests.intake.conftest import Box, Rows

TOTALS = [3, 6, 7, 10, 11, 14, 15, 20]  # МА 5: 2 2 | 3 3 | 4 4 | 5 5
NOTE_HEAD = ["file", "year", "exam", "subject", "grade"]


def result(ingested: IngestResult) -> dict[str, object]:
    (row,) = ingested.snapshot.table("results").to_dict("records")
    return {str(key): value for key, value in row.items()}


def counted(row: dict[str, object]) -> list[object]:
    return [row[name] for name in ("participants", "failed", "n2", "n3", "n4", "n5")]


def found(ingested: IngestResult, check: str) -> pd.DataFrame:
    findings = ingested.findings
    return findings[findings["check"] == check]


def note(box: Box, *row: object) -> None:
    box.csv("files.csv", [NOTE_HEAD, row])


def test_2020_raw_takes_year_subject_and_grade_from_files_csv(box: Box) -> None:
    rows = [pupils.vpr_2020("sch220001", who, total) for who, total in enumerate(TOTALS)]
    box.csv("raw.csv", [pupils.VPR_2020, *rows, pupils.vpr_2020("sch220001", 9, "", variant="")])
    note(box, "raw.csv", 2020, "ВПР", "Математика", 5)
    ingested = box.ingest()
    row = result(ingested)
    assert [row[name] for name in ("school_id", "year", "series", "attempt")] == [
        "220001",
        2020,
        "vpr-ma-5",
        "first",
    ]
    assert counted(row) == [8, 2, 2, 2, 2, 2]
    assert row["mean_score"] == pytest.approx(sum(TOTALS) / 8)
    assert row["source"] == "raw.csv |  | 2–9"


@pytest.mark.parametrize(("encoding", "delimiter"), [("cp1251", ";"), ("utf-8", ","), ("utf-8-sig", ";")])
def test_2021_raw_leaves_the_absent_out_and_counts_them_apart(
    box: Box, encoding: str, delimiter: str
) -> None:
    rows = [pupils.vpr_2021("sch220001", who, total) for who, total in enumerate(TOTALS)]
    rows.append(pupils.vpr_2021("sch220001", 9, 0, klass="НЕТ"))
    rows.append(pupils.vpr_2021("sch220001", 10, "", variant="отсутствовал"))
    box.csv("x.csv", [pupils.VPR_2021, *rows], encoding, delimiter)
    note(box, "x.csv", 2021, "ВПР", "МА", 5)
    ingested = box.ingest()
    assert counted(result(ingested)) == [9, 3, 3, 2, 2, 2]
    assert found(ingested, "absent")["value"].tolist() == ["1"]


def test_2021_as_a_workbook_with_a_title(box: Box) -> None:
    rows = [pupils.vpr_2021("sch220001", who, total) for who, total in enumerate(TOTALS)]
    box.xlsx("x.xlsx", [["ВПР 2021. 5 класс"], ["Предмет:", "Математика"], [], pupils.VPR_2021, *rows])
    ingested = box.ingest()
    row = result(ingested)
    assert (row["series"], row["year"], row["source"]) == ("vpr-ma-5", 2021, "x.xlsx | Лист1 | 5–12")


def test_2022_workbook_takes_its_year_from_the_uploads_and_names_the_school(
    box: Box, make_book: Callable[[str, dict[str, Rows]], None]
) -> None:
    rows = [pupils.vpr_2022("edu223017", who, total) for who, total in enumerate(TOTALS)]
    classes = [["Пользователь", "Класс", "Количество"], ["edu223017", "7А", 8]]
    make_book("ВПР_МА_5.xlsx", {"Классы": classes, "Протокол": [pupils.VPR_2022, *rows]})
    ingested = box.ingest()
    row = ingested.snapshot.table("results").iloc[0].to_dict()
    assert (row["series"], row["year"], row["source"]) == (
        "vpr-ma-5",
        2022,
        "ВПР_МА_5.xlsx | Протокол | 2–9",
    )
    school = ingested.snapshot.table("schools").iloc[0]
    assert (school["name"], school["municipality_id"], school["region"]) == (
        "Школа № 7",
        "reg22_m001",
        "Пробный край",
    )
    assert set(ingested.findings["severity"]) == {"info"}
    assert {"vpr_classes", "procedure_by_name"} <= set(ingested.findings["check"])


def test_f1_takes_marks_and_reports_where_the_scale_says_other(box: Box) -> None:
    marks = [2, 2, 3, 3, 4, 4, 5, 4]
    rows = [pupils.f1("edu220001", who, *pair) for who, pair in enumerate(zip(TOTALS, marks, strict=True))]
    box.xlsx("f1.xlsx", [*pupils.f1_titles(), *rows])
    ingested = box.ingest()
    assert counted(result(ingested)) == [8, 2, 2, 2, 3, 1]
    odd = found(ingested, "mark_against_scale")
    assert odd[["row", "column", "severity", "value", "school_id"]].to_numpy().tolist() == [
        [16, "Отметка", "warning", "", "220001"]
    ]


def test_f1_of_an_unknown_scale_relies_on_its_marks(box: Box) -> None:
    rows = [pupils.f1("edu220001", who, 10, mark) for who, mark in enumerate([2, 3, 4, 5])]
    box.xlsx("f1.xlsx", [*pupils.f1_titles("ВПР 2025 Математика 5 класс", 17), *rows])
    ingested = box.ingest()
    assert counted(result(ingested)) == [4, 1, 1, 1, 1, 1]
    assert found(ingested, "no_scale").empty


def test_scale_is_not_applied_to_a_work_of_another_size(box: Box) -> None:
    rows = [pupils.f1("edu220001", who, 10, mark) for who, mark in enumerate([2, 3, 4, ""])]
    box.xlsx("f1.xlsx", [*pupils.f1_titles(most=22), *rows])
    ingested = box.ingest()
    row = result(ingested)
    assert [row[name] for name in ("participants", "failed_low", "failed_high")] == [4, 1, 2]
    assert pd.isna(row["failed"])
    assert len(found(ingested, "scale_other_work")) == 1


def test_several_tables_of_one_sheet(box: Box) -> None:
    first = [*pupils.f1_titles(), *[pupils.f1("edu220001", who, 10, 3) for who in range(3)]]
    second = [
        *pupils.f1_titles("ВПР 2023 Математика 6 класс", 16),
        *[pupils.f1("edu220001", who, 3, 2) for who in range(4)],
    ]
    box.xlsx("f1.xlsx", [*first, [], *second])
    table = box.ingest().snapshot.table("results").sort_values("series")
    assert table[["series", "participants", "failed"]].to_numpy().tolist() == [
        ["vpr-ma-5", 3, 0],
        ["vpr-ma-6", 4, 4],
    ]


def test_what_is_not_said_is_asked_for_and_nothing_is_guessed(box: Box) -> None:
    box.csv("raw.csv", [pupils.VPR_2020, *[pupils.vpr_2020("sch220001", who, 9) for who in range(3)]])
    box.xlsx("f1.xlsx", [*pupils.f1_titles(), pupils.f1("edu220001", 1, 9, 3)])
    ingested = box.ingest()
    asked = found(ingested, "procedure_unknown")
    assert asked[["file", "severity"]].to_numpy().tolist() == [["raw.csv", "error"]]
    assert asked["message"].iloc[0] == "на листе не сказано: год, предмет, класс; лист не принят"
    assert "впишите для этого файла: year, subject, grade" in asked["action"].iloc[0]


def test_a_note_that_contradicts_the_sheet_is_an_error(box: Box) -> None:
    box.xlsx("f1.xlsx", [*pupils.f1_titles(), pupils.f1("edu220001", 1, 9, 3)])
    box.xlsx("f2.xlsx", [*pupils.f1_titles(), pupils.f1("edu220002", 1, 9, 3)])
    note(box, "f1.xlsx", 2023, "ВПР", "Математика", 6)
    ingested = box.ingest()
    asked = found(ingested, "procedure_contradicts")
    assert asked["file"].tolist() == ["f1.xlsx"]
    assert "(класс)" in asked["message"].iloc[0]


def test_notes_that_find_no_file_or_cannot_be_read_are_named(box: Box) -> None:
    box.xlsx("f1.xlsx", [*pupils.f1_titles(), pupils.f1("edu220001", 1, 9, 3)])
    note(box, "нет такого.csv", 2023, "ВПР", "Алхимия", 6)
    named = box.ingest().findings.set_index("check")["value"]
    assert (named["file_note_unused"], named["file_note"]) == ("нет такого.csv", "Алхимия")


def test_classes_in_files_of_their_own_are_one_school(box: Box) -> None:
    for letter, start in (("А", 0), ("Б", 10)):
        rows = [pupils.f1("edu220001", start + who, 9, 3) for who in range(3)]
        box.xlsx(f"5{letter}.xlsx", [*pupils.f1_titles(), *rows])
    ingested = box.ingest()
    row = result(ingested)
    assert row["participants"] == 6
    assert row["source"] == "5А.xlsx | Лист1 | 9–11; 5Б.xlsx | Лист1 | 9–11"
