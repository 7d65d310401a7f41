"""Codes of the РЦОИ: the bridge from the context form of 2022 to files of ОГЭ and ЕГЭ (R17, R18, §7.3)."""

import pandas as pd
import pytest

from shnor_lib.data.intake import IngestResult
from shnor_lib.data.intake.columns import read_map
from tests.intake import pupils
from tests.intake.conftest import Box

RUSSIAN = [["22 - Пробный край"], ["01 - Русский язык 2025.06.09"], pupils.PROTOCOL]
FORM = ["Логин ОО", "Наименование ОО", "Муниципалитет", "ИНН", "Статус", "Код ОГЭ", "Код ЕГЭ", "Филиалы"]
ONE = ["edu220001", "МБОУ «СОШ № 1»", "Алейский район", 2201001234, "Действующая", 101, 201, ""]
TWO = ["edu220002", "МБОУ «СОШ № 2»", "Алейский район", "220100123456", "", "0102", "", "edu220003"]
THREE = ["edu220003", "МБОУ «ООШ № 3»", "Алейский район", "220100123456", "филиал", "103; 113", "-", None]


def protocol(*schools: object, mark: int = 3) -> list[list[object]]:
    rows = [pupils.protocol(school, who, 20, mark) for who, school in enumerate(schools)]
    return [*RUSSIAN, *rows]


def results(ingested: IngestResult) -> list[list[object]]:
    table = ingested.snapshot.table("results").sort_values(["school_id", "series"])
    found: list[list[object]] = table[["school_id", "series", "participants", "source"]].to_numpy().tolist()
    return found


def check(ingested: IngestResult, name: str) -> pd.DataFrame:
    return ingested.findings[ingested.findings["check"] == name]


def test_form_gives_codes_attributes_and_indicators(box: Box) -> None:
    asked = {row["column"]: row["synonym"] for row in reversed(read_map("context_2021"))}
    more = ("has_primary", "has_basic", "has_secondary", "teachers_total")
    head = [*FORM, *(asked[name] for name in more)]
    box.xlsx(
        "анкета.xlsx",
        [head, [*ONE, "Да", "Да", "Да", 31], [*TWO, "Да", "Да", "Нет", 12], [*THREE, *[""] * 4]],
    )
    ingested = box.ingest()
    codes = ingested.snapshot.table("school_codes")
    found = set(codes[["school_id", "kind", "code"]].itertuples(index=False, name=None))
    assert found == {
        ("220001", "oge", "101"),
        ("220001", "ege", "201"),
        ("220001", "inn", "2201001234"),
        ("220002", "oge", "0102"),
        ("220002", "inn", "220100123456"),
        ("220003", "oge", "103"),
        ("220003", "oge", "113"),
        ("220003", "inn", "220100123456"),
    }
    assert codes["year"].isna().all()
    assert codes["source"].iloc[0] == "анкета.xlsx | Лист1 | 2"
    schools = ingested.snapshot.table("schools").set_index("school_id")
    assert schools["level_max"].to_dict()["220001"] == 11
    assert schools["status"].dropna().to_dict() == {"220001": "active", "220003": "branch"}
    assert schools["year"].tolist() == [2022] * 3
    context = ingested.snapshot.table("context").set_index(["school_id", "indicator"])["value"]
    assert context[("220001", "teachers_total")] == 31
    assert not (ingested.findings["severity"] == "error").any()


def test_a_branch_is_named_and_not_added_up_without_the_crosswalk(box: Box) -> None:
    box.xlsx("анкета.xlsx", [FORM, ONE, TWO, THREE])
    box.xlsx("огэ.xlsx", protocol(102, 103))
    ingested = box.ingest()
    named = check(ingested, "branch_named")
    assert named["row"].tolist() == [3]
    assert "220003, 220002, дата, branch" in named["action"].iloc[0]
    assert [row[0] for row in results(ingested)] == ["220002", "220003"]


def test_year_of_the_title_of_a_later_form(box: Box) -> None:
    box.xlsx("анкета.xlsx", [["Контекстные данные, 2023/2024 учебный год"], FORM, ONE])
    assert box.ingest().snapshot.table("schools")["year"].tolist() == [2024]


def test_answers_that_cannot_be_read_are_found_at_their_cells(box: Box) -> None:
    bad = ["edu220001", "СОШ № 1", "Алейский район", "12345", "на ремонте", "сто", 201, ""]
    box.xlsx("анкета.xlsx", [FORM, bad])
    ingested = box.ingest()
    assert check(ingested, "not_a_code")[["row", "column", "value"]].to_numpy().tolist() == [
        [2, "Код ОГЭ", "сто"],
        [2, "ИНН", "12345"],
    ]
    assert check(ingested, "answer_not_in_list")["column"].tolist() == ["Статус"]
    assert ingested.snapshot.table("school_codes")["code"].tolist() == ["201"]


@pytest.mark.rule("R17", "a code of the РЦОИ is a school by the table of codes, in whatever order files come")
@pytest.mark.parametrize("names", [("а.xlsx", "б.xlsx"), ("б.xlsx", "а.xlsx")])
def test_protocol_by_codes_of_the_form(box: Box, names: tuple[str, str]) -> None:
    box.xlsx(names[0], [FORM, ONE, TWO, THREE])
    box.xlsx(names[1], protocol(101, 101, "0102", 113, 103))
    ingested = box.ingest()
    place = f"{names[1]} | Лист1"
    assert results(ingested)[:2] == [
        ["220001", "oge-ru", 2, f"{place} | 4–5 | код 101"],
        ["220002", "oge-ru", 1, f"{place} | 6 | код 102"],
    ]
    assert results(ingested)[2][:3] == ["220003", "oge-ru", 2]  # two codes of one school are added up
    assert check(ingested, "unmatched_code").empty


@pytest.mark.rule("R17", "codes of ОГЭ and of ЕГЭ are told apart: the same number may mean two schools")
def test_the_same_number_in_oge_and_ege(box: Box) -> None:
    box.csv("codes.csv", [["school_id", "kind", "code"], ["220001", "oge", 101], ["220002", "ЕГЭ", 101]])
    box.xlsx("огэ.xlsx", protocol(101))
    ege = [pupils.ege(101, who, 60) for who in range(2)]
    box.xlsx("егэ.xlsx", [["22 - Пробный край"], ["01 - Русский язык 2025.06.02"], pupils.EGE, *ege])
    assert [row[:3] for row in results(box.ingest())] == [["220001", "oge-ru", 1], ["220002", "ege-ru", 2]]


@pytest.mark.rule("R17", "a dated code holds from its school year on")
@pytest.mark.parametrize(("day", "school"), [("2024.06.09", "220001"), ("2025.06.09", "220002")])
def test_a_code_that_passed_to_another_school(box: Box, day: str, school: str) -> None:
    rows = [["220001", "oge", 101, None], ["220002", "oge", 101, 2025]]
    box.csv("codes.csv", [["school_id", "kind", "code", "year"], *rows])
    box.xlsx("огэ.xlsx", [["01 - Русский язык " + day], pupils.PROTOCOL, pupils.protocol(101, 0, 20, 3)])
    ingested = box.ingest()
    assert [row[0] for row in results(ingested)] == [school]
    assert len(ingested.snapshot.table("school_codes")) == 2


@pytest.mark.rule("R18", "a code that nobody knows is kept under its number and reported")
def test_unknown_code_is_reported_and_kept(box: Box) -> None:
    box.xlsx("анкета.xlsx", [FORM, ONE, TWO])
    box.xlsx("огэ.xlsx", protocol(101, 999))
    ingested = box.ingest()
    assert [row[0] for row in results(ingested)] == ["000999", "220001"]
    unmatched = check(ingested, "unmatched_code")
    assert unmatched[["school_id", "severity"]].to_numpy().tolist() == [["000999", "warning"]]


def test_a_code_claimed_by_two_schools_means_neither(box: Box) -> None:
    other = [*TWO[:5], 101, "", ""]
    box.xlsx("анкета.xlsx", [FORM, ONE, other])
    box.xlsx("огэ.xlsx", protocol(101))
    ingested = box.ingest()
    assert check(ingested, "contradicting_codes")[["row", "value"]].to_numpy().tolist() == [
        [2, "101"],
        [3, "101"],
    ]
    assert [row[0] for row in results(ingested)] == ["000101"]


def test_the_reviewed_table_settles_what_forms_contradict(box: Box) -> None:
    box.xlsx("анкета.xlsx", [FORM, ONE, [*TWO[:5], 101, "", ""]])
    box.csv("codes.csv", [["school_id", "kind", "code"], ["edu220002", "oge", 101]])
    box.xlsx("огэ.xlsx", protocol(101))
    ingested = box.ingest()
    assert check(ingested, "contradicting_codes").empty
    assert [row[0] for row in results(ingested)] == ["220002"]


def test_six_digits_that_are_a_login_and_a_code_are_the_code_and_said_so(box: Box) -> None:
    box.csv("codes.csv", [["school_id", "kind", "code"], ["220001", "oge", 220002], ["220002", "oge", 5]])
    box.csv(
        "schools.csv",
        [["school_id", "year", "name"], *[[f"22000{at}", 2025, f"Школа {at}"] for at in (1, 2)]],
    )
    box.xlsx("огэ.xlsx", protocol(220002, 220002))
    ingested = box.ingest()
    assert [row[0] for row in results(ingested)] == ["220001"]
    assert check(ingested, "code_is_a_login_too")["severity"].tolist() == ["info"]


def test_logins_with_letters_are_never_codes(box: Box) -> None:
    box.csv("codes.csv", [["school_id", "kind", "code"], ["220001", "oge", 220002]])
    box.xlsx("огэ.xlsx", protocol("edu220002"))
    assert [row[0] for row in results(box.ingest())] == ["220002"]


def test_csv_of_the_rcoi_by_codes(box: Box) -> None:
    box.xlsx("анкета.xlsx", [FORM, ONE, TWO])
    rows = [pupils.rcoi("0101", who, 20, 3) for who in range(3)]
    box.csv("01_2025.06.09.csv", [pupils.RCOI, *rows], delimiter=";", encoding="cp1251")
    assert [row[:3] for row in results(box.ingest())] == [["220001", "oge-ru", 3]]


def test_faults_in_the_table_of_codes(box: Box) -> None:
    head = ["school_id", "kind", "code", "year"]
    rows = [
        ["220001", "гто", 5, ""],
        ["220001", "oge", "пять", ""],
        ["220001", "oge", 6, "скоро"],
        ["x", "oge", 7, ""],
    ]
    box.csv("codes.csv", [head, *rows, ["220001", "oge", 8, 2025]])
    ingested = box.ingest()
    assert ingested.snapshot.table("school_codes")["code"].tolist() == ["8"]
    errors = ingested.findings[ingested.findings["severity"] == "error"]
    assert set(zip(errors["check"], errors["row"], strict=True)) >= {
        ("word_not_in_list", 2),
        ("not_a_code", 3),
        ("no_year", 4),
        ("no_login", 5),
    }


def test_findings_about_pupils_are_told_under_the_school_and_not_its_code(box: Box) -> None:
    box.xlsx("анкета.xlsx", [FORM, ONE, TWO])
    box.xlsx("огэ.xlsx", protocol(101, 101, mark=9))
    bad = check(box.ingest(), "bad_mark")
    assert set(bad["school_id"]) == {"220001"}
