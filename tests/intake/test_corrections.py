"""Corrections of known errors: applied with a trace, refused with all faults, and loud when out of date."""

from pathlib import Path

import pandas as pd
import pytest

import shnor_lib as shnor
from shnor_lib.errors import ScreeningError
from tests.intake.conftest import Box

RESULTS = ["school_id", "year", "series", "participants", "failed", "n2", "n3", "n4", "n5"]
ROWS = [
    ["220001", 2025, "oge-ma", 20, 5, 5, 5, 5, 5],
    ["220001", 2025, "oge-ru", 20, 2, 2, 8, 5, 5],
    ["220002", 2025, "oge-ma", 92, 5, 5, 5, 5, 5],  # 20 by the marks: an impossible row
]
SCHOOLS = [
    ["school_id", "year", "name", "municipality", "level_max"],
    ["220001", 2025, "Первая", "Район", 9],
    ["220002", 2025, "Вторая", "Район", 9],
]
HEAD = [
    "correction_id",
    "table",
    "school_id",
    "year",
    "series",
    "action",
    "column",
    "expected",
    "value",
    "reason",
    "author",
    "date",
]
DEFAULT = {
    "correction_id": "1",
    "table": "results",
    "school_id": "220002",
    "year": 2025,
    "series": "oge-ma",
    "action": "override",
    "column": "participants",
    "expected": 92,
    "value": 20,
    "reason": "опечатка РЦОИ, письмо № 15",
    "author": "методист",
    "date": "2026-03-01",
}


def fill(box: Box, *entries: dict[str, object], results=ROWS) -> Box:
    box.csv("r.csv", [RESULTS, *results])
    box.csv("s.csv", SCHOOLS)
    corrections(box, *entries)
    return box


def corrections(box: Box, *entries: dict[str, object]) -> Path:
    rows = [[{**DEFAULT, **entry}.get(name) for name in HEAD] for entry in entries]
    return box.csv("corrections.csv", [HEAD, *rows])


def found(result, check) -> pd.DataFrame:
    return result.findings[result.findings["check"] == f"correction_{check}"]


def test_an_override_saves_a_row_that_a_check_would_refuse(box):
    assert "220002" not in set(fill(box).ingest().snapshot.table("results")["school_id"])
    result = fill(box, {}).ingest()
    row = result.snapshot.table("results").set_index("school_id").loc["220002"]
    assert (row["participants"], row["source"]) == (20, "r.csv |  | 4 | исправление 1")
    (note,) = found(result, "applied").to_dict("records")
    assert (note["file"], note["row"], note["column"], note["value"]) == ("r.csv", 4, "participants", "92")
    assert (note["severity"], note["municipality"]) == ("info", "Район")
    for words in ("92 → 20", "письмо № 15", "методист", "2026-03-01"):
        assert words in note["message"]
    kept = result.snapshot.table("corrections")
    assert kept[["correction_id", "outcome", "rows"]].to_numpy().tolist() == [["1", "applied", 1]]
    assert "исправления: 1" in result.text
    assert "исправление 1]" in shnor.open(box.project.root).identify(2025).explain("220002")


def test_a_repaired_source_makes_the_correction_fail(box):
    fill(box, {}, results=[*ROWS[:2], ["220002", 2025, "oge-ma", 20, 5, 5, 5, 5, 5]])
    result = box.ingest()
    (note,) = found(result, "obsolete").to_dict("records")
    assert (note["severity"], note["file"], note["row"]) == ("error", "corrections.csv", 2)
    assert "как и предлагает исправление" in note["message"]
    assert "удалите запись" in note["action"]
    assert result.snapshot.table("corrections")["outcome"].tolist() == ["obsolete"]
    with pytest.raises(ScreeningError):
        box.ingest(strict=True)


def test_a_source_wrong_in_another_way_is_not_touched(box):
    fill(box, {"expected": 91})
    result = box.ingest()
    assert "стоит 92, а исправление написано для 91" in found(result, "obsolete")["message"].iloc[0]
    assert "220002" not in set(result.snapshot.table("results")["school_id"])


def test_drop_chooses_between_conflicting_rows_by_its_guard(box):
    rows = [*ROWS[:2], ["220001", 2025, "oge-ma", 21, 6, 6, 5, 5, 5]]
    entry = {"action": "drop", "school_id": "220001", "expected": 21, "value": None}
    result = fill(box, entry, results=rows).ingest()
    kept = result.snapshot.table("results")
    assert kept.loc[kept["series"] == "oge-ma", "participants"].tolist() == [20]
    assert "conflicting_rows" not in set(result.findings["check"])
    assert found(result, "applied")["row"].tolist() == [4]


def test_flag_warns_at_the_row_and_changes_nothing(box):
    entry = {"action": "flag", "school_id": "220001", "column": None, "expected": None, "value": None}
    result = fill(box, entry).ingest()
    (note,) = found(result, "flagged").to_dict("records")
    assert (note["severity"], note["file"], note["row"]) == ("warning", "r.csv", 2)
    row = result.snapshot.table("results").iloc[0]
    assert row["source"] == "r.csv |  | 2"


def test_several_corrections_of_a_row_follow_one_another(box):
    second = {"correction_id": "2", "column": "n5", "expected": 5, "value": 6}
    third = {"correction_id": "3", "column": "participants", "expected": 20, "value": 21}
    result = fill(box, {}, second, third).ingest()
    row = result.snapshot.table("results").set_index("school_id").loc["220002"]
    assert (row["participants"], row["n5"]) == (21, 6)
    assert row["source"].endswith("исправление 1, 2, 3")


def test_bounds_follow_a_count_that_is_now_known(box):
    rows = [[*RESULTS, "failed_low", "failed_high"], ["220001", 2025, "oge-ma", 20, None, *[None] * 4, 3, 5]]
    box.csv("r.csv", rows)
    box.csv("s.csv", SCHOOLS)
    corrections(box, {"school_id": "220001", "column": "failed", "expected": "пусто", "value": 4})
    row = box.ingest().snapshot.table("results").iloc[0]
    assert row[["failed", "failed_low", "failed_high"]].tolist() == [4, 4, 4]


def test_the_register_is_corrected_when_it_is_built_and_for_all_years(box):
    entry = {
        "table": "schools",
        "year": None,
        "series": None,
        "column": "level_max",
        "expected": 9,
        "value": 11,
    }
    result = fill(box, entry).ingest()
    assert result.snapshot.table("schools").set_index("school_id")["level_max"].to_dict() == {
        "220001": 9,
        "220002": 11,
    }
    assert found(result, "applied")["file"].tolist() == ["corrections.csv"]


def test_dropping_the_only_row_of_a_table_leaves_none(box):
    box.csv("b.csv", [["school_id", "year", "markers"], ["220001", 2025, 3]])
    entry = {
        "table": "objectivity",
        "school_id": "220001",
        "series": None,
        "action": "drop",
        "column": "markers",
        "expected": 3,
        "value": None,
    }
    assert fill(box, entry).ingest().snapshot.table("objectivity").empty


FAULTS = {
    "table": ({"table": "resultz"}, "таблицы «resultz» нет"),
    "action": ({"action": "remove"}, "drop, override, flag"),
    "column": ({"column": "participant"}, "participants"),
    "no_column": ({"column": None}, "нужен столбец"),
    "expected": ({"expected": None}, "expected"),
    "expected_kind": ({"expected": "много"}, "«много» не подходит"),
    "value": ({"value": None}, "пусто"),
    "value_kind": ({"value": "20,5"}, "не подходит"),
    "value_negative": ({"value": -1}, "не допускается"),
    "value_of_drop": ({"action": "drop"}, "не заполняется"),
    "same": ({"value": 92}, "равно прежнему"),
    "key_missing": ({"series": None}, "«series»"),
    "key_foreign": ({"table": "objectivity", "column": "markers"}, "не входит в ключ"),
    "school": ({"school_id": "школа"}, "шесть цифр"),
    "series": ({"series": "oge-xx"}, "oge-ma"),
    "reason": ({"reason": None}, "reason"),
    "author": ({"author": None}, "author"),
    "date": ({"date": "весной"}, "дата"),
}


def test_every_fault_of_every_entry_is_reported_at_once(box):
    entries = [{**change, "correction_id": name} for name, (change, _) in FAULTS.items()]
    both = {"correction_id": "both", "action": "remove", "reason": None}
    again = {"correction_id": "good", "column": "n5", "expected": 5, "value": 6}
    result = fill(box, *entries, both, {"correction_id": "good"}, again).ingest()
    told = found(result, "wrong")
    for at, (name, (_, words)) in enumerate(FAULTS.items(), 2):
        assert any(words in message for message in told.loc[told["row"] == at, "message"]), name
    assert len(told[told["row"] == len(FAULTS) + 2]) == 2
    assert "номер исправления уже занят" in told["message"].iloc[-1]
    assert result.snapshot.table("corrections")["correction_id"].tolist() == ["good"]


def test_a_key_without_a_row_is_named(box):
    result = fill(box, {"school_id": "220077"}).ingest()
    (note,) = found(result, "not_found").to_dict("records")
    assert (note["severity"], note["value"]) == ("error", "220077, 2025, oge-ma")
    assert "unmatched_code" not in set(result.findings["check"])


def test_missing_and_unknown_columns_of_the_file_are_named_together(box):
    fill(box)
    box.csv("corrections.csv", [[*HEAD[:-2], "autor", "date"], [DEFAULT.get(name) for name in HEAD]])
    told = box.ingest().findings
    told = told[told["file"] == "corrections.csv"]
    assert any("«autor»" in message for message in told["message"])
    assert any("author" in message for message in told.loc[told["check"] == "missing_columns", "message"])


def test_russian_headings_dates_and_table_names_in_a_workbook(box):
    fill(box)
    (box.raw / "corrections.csv").unlink()
    head = [
        "№ исправления",
        "Таблица",
        "Логин",
        "Год",
        "Процедура",
        "Действие",
        "Столбец",
        "Неверное значение",
        "Верное значение",
        "Причина исправления",
        "Автор (роль)",
        "Дата исправления",
    ]
    row = [
        "7",
        "результаты процедур",
        "edu220002",
        "2024/25",
        "oge-ma",
        "override",
        "participants",
        92,
        20,
        "п",
        "м",
    ]
    box.xlsx("Исправления.xlsx", [head, [*row, "01.03.2026"]])
    kept = box.ingest().snapshot.table("corrections")
    assert kept[["correction_id", "table", "year", "date", "outcome"]].to_numpy().tolist() == [
        ["7", "results", 2025, "2026-03-01", "applied"]
    ]


def test_a_correction_is_the_cause_of_a_changed_cell(box):
    from shnor_lib.comparison import compare

    first = fill(box).ingest().snapshot.id
    entry = {"school_id": "220001", "column": "failed", "expected": 5, "value": 4}
    second = fill(box, entry).ingest().snapshot.id
    (cell,) = compare(box.project, first, second).cells.to_dict("records")
    assert (cell["cause"], cell["failed_before"], cell["failed_after"]) == ("correction", 5, 4)


def test_the_example_of_the_docs_is_understood(box):
    page = (Path(__file__).parents[2] / "docs" / "corrections.md").read_text(encoding="utf-8")
    fill(box)
    example = page.split("```csv\n")[1].split("```")[0]
    (box.raw / "corrections.csv").write_text(example, encoding="utf-8")
    result = box.ingest()
    assert found(result, "wrong").empty
    assert len(found(result, "not_found")) == 3
