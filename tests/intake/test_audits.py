"""Audits of factors and parameters in the layouts of seed 004, and risk profiles (METHODOLOGY §4.2)."""

from datetime import date

import pandas as pd
import pytest

from shnor_lib.data.intake.plans.risk_profile import factor_code
from shnor_lib.data.intake.plans.school_lists import Named, named
from tests.intake.conftest import Box, statistics
from tests.intake.plans import Read, write_ods

# The heading of seed 004 takes two rows, its first cells are merged.
HEAD = [
    ["I. Результаты входного аудита, октябрь 2023"],
    ["Муниципалитет: Алейский район"],
    [
        "№",
        "Фактор негативного влияния (риска)",
        "",
        "",
        "Перечень ШНОР, в работе которых проявляются негативные факторы",
    ],
    ["", "наименование фактора", "параметры", "код параметра", ""],
]
LISTED = [
    [
        1,
        "Кадровые ресурсы школы",
        "Дефицит педагогических сотрудников",
        "1.1.",
        "СОШ № 5 (edu220005), 6 (edu220006)",
    ],
    ["", "", "Стаж руководящей работы менее 5 лет", "1.2.", "СОШ № 6 (edu220006)"],
    [2, "Профессионализм", "Низкая предметная подготовка", "2.1", "—"],
    ["", "", "Стаж учителей менее 5 лет", "2.2.", "220005"],
]
EXPECTED = [("220005", "1.1"), ("220006", "1.1"), ("220006", "1.2"), ("220005", "2.2")]


def pairs(table: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(table["school_id"], table["code"], strict=True))


def test_the_list_of_schools_beside_a_parameter_gives_one_row_a_school() -> None:
    read = Read([*HEAD, *LISTED])
    table = read.table("deficits")
    assert read.reader == "audit"
    assert pairs(table) == EXPECTED
    assert table["wave"].unique().tolist() == ["2023-10"]
    assert table["row"].tolist() == [5, 5, 6, 8]
    assert table["factor"].tolist() == ["Кадровые ресурсы школы"] * 3 + ["Профессионализм"]
    assert read.faults == []


def test_an_audit_becomes_deficits_of_the_snapshot_and_names_the_schools(box: Box) -> None:
    box.xlsx("аудит.xlsx", [*HEAD, *LISTED])
    box.xlsx("b.xlsx", statistics(["sch220001 | Школа № 1", None, 8, "12,50", "37,50", "37,50", "12,50"]))
    snapshot = box.ingest().snapshot
    table = snapshot.table("deficits")
    assert sorted(pairs(table)) == sorted(EXPECTED)
    assert table.loc[table["code"] == "1.2", "source"].tolist() == ["аудит.xlsx | Лист1 | 6"]
    names = snapshot.table("schools").set_index("school_id")["name"].to_dict()
    assert (names["220005"], names["220006"]) == ("СОШ № 5", "СОШ № 6")


def test_an_audit_as_ods_and_as_csv_of_windows(box: Box) -> None:
    write_ods(box.raw / "a.ods", [*HEAD, *LISTED])
    later = [["Результаты аудита, апрель 2024"], *HEAD[1:], *LISTED]
    box.csv("b.csv", later, "cp1251", ";")
    table = box.ingest().snapshot.table("deficits")
    assert table.groupby("wave").size().to_dict() == {"2023-10": 4, "2024-04": 4}


def test_a_matrix_with_a_column_for_each_school() -> None:
    rows = [
        ["Аудит, 15.10.2025"],
        ["Фактор", "Параметр", "Код параметра", "edu220005", "СОШ № 6 (edu220006)"],
        ["Кадры", "Дефицит", "1.1", "+", "да"],
        ["Кадры", "Стаж", "1.2", "-", "высокая"],
        ["Контингент", "ОВЗ", "2.2", "х", ""],
    ]
    table = Read(rows).table("deficits")
    assert pairs(table) == EXPECTED
    assert table["significance"].tolist()[2] == "high"
    assert table["wave"].unique().tolist() == ["2025-10-15"]


def test_a_matrix_with_a_column_for_each_code_keeps_values_and_schools_without_deficits() -> None:
    rows = [
        ["Аудит, октябрь 2025"],
        ["Логин", "ОО", "1.1", "1.2. Стаж", "2.2."],
        ["edu220005", "СОШ № 5", 60, 0, 35],
        ["edu220006", "СОШ № 6", 0, 0, 0],
        ["Итого", "", 60, 0, 35],
    ]
    table = Read(rows).table("deficits")
    assert pairs(table) == [("220005", "1.1"), ("220005", "2.2"), ("220006", "")]
    assert table["value"].tolist()[:2] == [60.0, 35.0]


def test_a_school_with_empty_cells_is_not_a_school_without_deficits() -> None:
    """Missing is missing: only a school denied every deficit has been audited without one."""
    rows = [["Аудит 2025"], ["Параметр", "Код", "edu220005", "edu220006", "edu220007"]]
    rows += [["Стаж", "1.1", "нет", "нет", "+"], ["Вакансии", "1.2", "-", "", "-"]]
    assert pairs(Read(rows).table("deficits")) == [("220007", "1.1"), ("220005", "")]


def test_ones_and_zeros_of_a_matrix_are_signs_not_values() -> None:
    rows = [["Аудит 2025"], ["Логин", "1.1", "1.2", "1.3"], ["edu220005", 1, 0, 1]]
    table = Read(rows).table("deficits")
    assert table["code"].tolist() == ["1.1", "1.3"]
    assert table["value"].isna().all()


@pytest.mark.rule("R17", "a school named without a code is never matched by its name")
def test_schools_without_a_code_are_listed_for_a_decision(box: Box) -> None:
    rows = [
        *HEAD,
        [1, "Кадры", "Дефицит", "1.1.", "СОШ № 1, 6 (edu220006)"],
        ["", "", "Стаж", "1.2.", "СОШ № 1"],
    ]
    box.xlsx("a.xlsx", rows)
    box.xlsx("b.xlsx", statistics(["sch220001 | СОШ № 1", None, 8, "12,50", "37,50", "37,50", "12,50"]))
    result = box.ingest()
    assert pairs(result.snapshot.table("deficits")) == [("220006", "1.1")]
    found = result.findings[result.findings["check"] == "undecided_school"]
    assert found[["row", "value", "municipality"]].to_numpy().tolist() == [[5, "СОШ № 1", "Алейский район"]]
    assert "таких строк: 2" in found["message"].item()


FAULTS = {
    "no_code": [1, "Кадры", "Дефицит", "", "edu220005"],
    "code_unreadable": [1, "Кадры", "Дефицит", "первый", "edu220005"],
    "code_as_date": [1, "Кадры", "Дефицит", date(2026, 2, 1), "edu220005"],
    "schools_not_listed": [1, "Кадры", "Дефицит", "1.1", "СОШ № 5–8"],
}
COLUMN_OF = {"schools_not_listed": HEAD[2][4]}


@pytest.mark.parametrize("check", FAULTS)
def test_a_bad_row_is_told_at_its_cell_and_the_rest_is_taken(check: str) -> None:
    read = Read([*HEAD, FAULTS[check], [2, "Профессионализм", "Стаж", "2.2.", "edu220005"]])
    assert read.faults == [(check, 5, COLUMN_OF.get(check, "код параметра"))]
    assert pairs(read.table("deficits")) == [("220005", "2.2")]


def test_a_code_that_lost_its_zero_is_not_taken_for_another() -> None:
    """1.10 in a cell of numbers is 1.1."""
    read = Read([*HEAD, [1, "К", "Первый", 1.1, "edu220005"], ["", "", "Десятый", 1.1, "edu220006"]])
    assert read.faults == [("code_repeated", 5, "код параметра"), ("code_repeated", 6, "код параметра")]
    assert not read.taken.tables


def test_a_sign_that_says_neither_yes_nor_no() -> None:
    read = Read([["Аудит 2025"], ["Логин", "1.1", "1.2", "1.3"], ["edu220005", "?", "+", "высокая"]])
    assert read.faults == [("mark_unreadable", 3, "1.1")]
    assert read.table("deficits")["code"].tolist() == ["1.2", "1.3"]


def test_the_wave_comes_from_the_note_or_the_file_name_and_a_contradiction_is_refused() -> None:
    rows = [HEAD[2], HEAD[3], *LISTED]
    assert Read(rows, wave="2025-10").table("deficits")["wave"].unique().tolist() == ["2025-10"]
    named_file = Read(rows, file="Аудит_2024.xlsx")
    assert named_file.table("deficits")["wave"].unique().tolist() == ["2024"]
    assert named_file.one("wave_from_file_name")["severity"] == "info"
    assert [fault[0] for fault in Read(rows).faults] == ["no_wave"]
    assert [fault[0] for fault in Read([*HEAD, *LISTED], wave="2025-10").faults] == ["file_note_contradicts"]


@pytest.mark.parametrize(
    "head",
    [
        ["school_id", "wave", "code", "factor", "significance"],
        ["Логин", "Дата аудита", "Код", "Фактор", "Значимость"],
    ],
)
def test_tables_by_contract_names_stay_with_their_reader(head: list[str]) -> None:
    read = Read([head, ["edu220005", "2025-10", "1.1", "Кадры", "высокая"]])
    assert read.reader == "tidy"
    assert pairs(read.table("deficits")) == [("220005", "1.1")]


def test_a_wave_of_files_csv_that_is_no_date_is_told(box: Box) -> None:
    box.xlsx("a.xlsx", [HEAD[2], HEAD[3], *LISTED])
    box.csv("files.csv", [["file", "wave"], ["a.xlsx", "осенью"]])
    box.csv("s.csv", [["school_id", "year", "name"], ["220005", 2025, "СОШ № 5"]])
    found = box.ingest().findings.set_index("check")
    assert found.loc["file_note", ["row", "column", "value"]].tolist() == [2, "wave", "осенью"]
    assert "no_wave" in found.index


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("СОШ № 5, 6, 8", ["СОШ № 5", "СОШ № 6", "СОШ № 8"]),
        ("лицей № 3; гимназия № 1 и 2", ["лицей № 3", "гимназия № 1", "гимназия № 2"]),
        ("МБОУ «Школа имени героев, 3 роты», СОШ № 9", ["МБОУ «Школа имени героев, 3 роты»", "СОШ № 9"]),
        ("нет", []),
        (5, ["№ 5"]),
    ],
)
def test_schools_of_one_cell(cell: object, names: list[str]) -> None:
    assert [school.name for school in named(cell)[0]] == names  # type: ignore[arg-type]


def test_a_login_beside_a_number_belongs_to_that_number() -> None:
    assert named("СОШ № 5, 6 (edu220006)")[0] == [Named("СОШ № 5"), Named("СОШ № 6", "edu220006")]


def test_risk_profiles_of_several_schools() -> None:
    rows = [
        ["Рисковые профили школ, июнь 2023"],
        [
            "Логин",
            "ОО",
            "Дефицит педагогических кадров",
            "Низкий уровень вовлеченности родителей",
            "Примечание",
        ],
        ["edu220005", "СОШ № 5", "высокая", "низкая", ""],
        ["edu220006", "СОШ № 6", "средняя", "", ""],
    ]
    read = Read(rows)
    table = read.table("deficits")
    assert read.reader == "risk_profile"
    assert pairs(table) == [("220005", "РПШ.2"), ("220005", "РПШ.10"), ("220006", "РПШ.2")]
    assert table["significance"].tolist() == ["high", "low", "medium"]
    assert table["wave"].unique().tolist() == ["2023-06"]


def test_the_risk_profile_of_one_school_is_read_into_the_snapshot(box: Box) -> None:
    rows = [
        ["Рисковый профиль школы, июнь 2023"],
        ["Логин ОО:", "edu220005"],
        ["№", "Фактор риска", "Значимость"],
        [1, "Низкая адаптивность образовательного процесса в школе (учёт возможностей)", "высокая"],
        [2, "Низкий уровень дисциплины в классе", "очень высокая"],
        [3, "Плохая погода", "низкая"],
    ]
    box.xlsx("a.xlsx", rows)
    result = box.ingest()
    table = result.snapshot.table("deficits")
    assert table[["school_id", "code", "significance"]].to_numpy().tolist() == [["220005", "РПШ.11", "high"]]
    told = result.findings.set_index("check")[["row", "value"]]
    assert told.loc["word_not_in_list"].tolist() == [5, "очень высокая"]
    assert told.loc["unknown_factor"].tolist() == [6, "Плохая погода"]


def test_a_profile_of_no_school_is_refused() -> None:
    read = Read([["Профиль 2023"], ["Фактор риска", "Значимость"], ["Дефицит кадров", "высокая"]])
    assert read.faults == [("no_login", 3, "")]


def test_factors_are_known_by_their_names_with_and_without_explanations() -> None:
    assert factor_code("Дефицит кадров") == "РПШ.2"
    assert factor_code("Высокий уровень деструктивных педагогических практик (неэффективные)") == "РПШ.13"
    assert factor_code("Дефицит") is None
