"""Rows that name a school and have no code: settled by decisions of a person alone (R17)."""

from collections.abc import Callable

import pandas as pd
import pytest

from shnor_lib.data.intake import IngestResult, proposals
from tests.intake.conftest import Box

SCHOOLS = [
    ["school_id", "year", "name", "municipality"],
    ["220001", 2025, "МБОУ «Алейская СОШ № 1»", "г. Алейск"],
    ["220002", 2025, "МБОУ «Алейская СОШ № 2»", "г. Алейск"],
    ["220003", 2025, "МКОУ «Лесная СОШ»", "Алейский район"],
    ["220004", 2025, "МКОУ «Лесная СОШ»", "Бийский район"],
]
PASSPORT = [
    ["Социальный паспорт, 2024/2025 учебный год"],
    ["Муниципалитет", "Школа", "Всего учащихся", "Из многодетных семей", "СОП", "С ОВЗ"],
    ["г. Алейск", "Алейская средняя школа №1", 100, 10, 1, 2],
    ["г. Алейск", "Алейская СОШ 2", 200, 20, 2, 3],
    ["Бийский район", "Лесная СОШ", 50, 5, 1, 1],
]
HEAD = ["name", "municipality", "school_id", "decision"]
FIRST = ["Алейская средняя школа №1", "г. Алейск", "220001", "accepted"]
SECOND = ["Алейская СОШ 2", "г. Алейск", "220002", "accepted"]
THIRD = ["Лесная СОШ", "Бийский район", "220004", "accepted"]


def region(box: Box, *decided: list[object], head: list[str] = HEAD) -> Box:
    box.csv("schools.csv", SCHOOLS)
    box.xlsx("паспорт.xlsx", PASSPORT)
    if decided:
        box.csv("school_matches.csv", [head, *decided])
    return box


def of(ingested: IngestResult, check: str) -> pd.DataFrame:
    return ingested.findings[ingested.findings["check"] == check]


def families(ingested: IngestResult) -> dict[str, int]:
    table = ingested.snapshot.table("social_passport")
    large = table[table["indicator"] == "large_families"]
    return dict(zip(large["school_id"], large["count"], strict=True))


@pytest.mark.rule("R17", "name equality is never a key: without a decision a row is not matched, but listed")
def test_without_a_decision_every_name_is_listed_at_its_place(box: Box) -> None:
    ingested = region(box).ingest()
    found = of(ingested, "undecided_school")
    assert found[["row", "value", "municipality", "severity"]].to_numpy().tolist() == [
        [3, "Алейская средняя школа №1", "г. Алейск", "error"],
        [4, "Алейская СОШ 2", "г. Алейск", "error"],
        [5, "Лесная СОШ", "Бийский район", "error"],
    ]
    assert "shnor schools match" in found["action"].iloc[0]
    assert families(ingested) == {}


@pytest.mark.rule("R17", "the very name of the register is no key either")
def test_the_same_name_letter_by_letter_is_not_matched(box: Box) -> None:
    box.csv("schools.csv", SCHOOLS)
    head = ["Название ОО", "Муниципалитет", "Год", "Показатель", "Количество", "Таблица"]
    box.csv("итоги.csv", [head, [*SCHOOLS[1][2:], 2025, "graduates_9", 30, "outcomes"]])
    ingested = box.ingest()
    assert len(of(ingested, "undecided_school")) == 1
    assert ingested.snapshot.table("outcomes").empty


@pytest.mark.rule("R17", "a decision of a person settles the name, and is traced to the row")
def test_decisions_settle_their_names_only(box: Box) -> None:
    ingested = region(box, FIRST, THIRD).ingest()
    assert families(ingested) == {"220001": 10, "220004": 5}
    assert of(ingested, "undecided_school")["value"].tolist() == ["Алейская СОШ 2"]
    table = ingested.snapshot.table("social_passport")
    assert set(table["source"]) == {
        "паспорт.xlsx | Лист1 | 3 | школа записана как «Алейская средняя школа №1»",
        "паспорт.xlsx | Лист1 | 5 | школа записана как «Лесная СОШ»",
    }
    assert ingested.snapshot.table("school_matches")["decision"].tolist() == ["accepted", "accepted"]


@pytest.mark.rule("R17", "decisions are kept and serve the next file of the same names")
def test_a_new_file_with_the_same_names_needs_no_new_decision(box: Box) -> None:
    region(box, FIRST, SECOND, THIRD).ingest()
    box.xlsx("паспорт 2026.xlsx", [["Социальный паспорт, 2025/2026 учебный год"], *PASSPORT[1:]])
    table = box.ingest().snapshot.table("social_passport")
    assert table.groupby("year")["school_id"].nunique().to_dict() == {2025: 3, 2026: 3}


def test_case_spaces_and_yo_do_not_matter_but_a_letter_does(box: Box) -> None:
    decided: list[list[object]] = [["алейская  СРЕДНЯЯ школа №1", "город Алейск", "edu220001", "Принято"]]
    decided.append(["Алейская СОШ 2а", "г. Алейск", "220002", "да"])
    assert families(region(box, *decided).ingest()) == {"220001": 10}


def test_a_decision_holds_in_its_municipality(box: Box) -> None:
    ingested = region(box, ["Лесная СОШ", "Алейский район", "220003", "accepted"]).ingest()
    assert families(ingested) == {}
    assert "Лесная СОШ" in of(ingested, "undecided_school")["value"].tolist()


def test_a_rejected_name_is_no_school_and_no_error(box: Box) -> None:
    ingested = region(box, FIRST, SECOND, ["Лесная СОШ", "Бийский район", "", "rejected"]).ingest()
    assert families(ingested) == {"220001": 10, "220002": 20}
    assert of(ingested, "rejected_school")["severity"].tolist() == ["info"]
    assert not (ingested.findings["severity"] == "error").any()


BAD = {
    "match_unknown_school": [["Лесная СОШ", "Бийский район", "229999", "accepted"]],
    "match_without_school": [["Лесная СОШ", "Бийский район", "вторая", "accepted"]],
    "match_contradiction": [THIRD, ["лесная сош", "Бийский р-н", "220003", "accepted"]],
    "match_not_a_school": [["Секретов Аполлинарий Акакиевич", "Бийский район", "220004", "accepted"]],
    "word_not_in_list": [["Лесная СОШ", "Бийский район", "220004", "похоже"]],
}


@pytest.mark.parametrize("check", BAD)
def test_faulty_decisions_are_errors_and_change_nothing(box: Box, check: str) -> None:
    ingested = region(box, *BAD[check]).ingest()
    found = of(ingested, check)
    assert found["row"].tolist() == list(range(2, 2 + len(BAD[check])))
    assert set(found["severity"]) == {"error"}
    assert set(found["file"]) == {"school_matches.csv"}
    assert families(ingested) == {}
    assert "Секретов" not in ingested.findings.to_csv()


def test_the_same_decision_twice_is_no_contradiction(box: Box) -> None:
    assert families(region(box, THIRD, THIRD).ingest()) == {"220004": 5}


def test_a_proposal_that_nobody_has_decided_changes_nothing(box: Box) -> None:
    ingested = region(box, ["Лесная СОШ", "Бийский район", "220004", ""]).ingest()
    assert families(ingested) == {}
    assert ingested.snapshot.table("school_matches").empty


def test_a_decision_for_a_school_that_has_left_needs_a_successor(box: Box) -> None:
    region(box, THIRD)
    box.csv(
        "crosswalk.csv", [["old_id", "new_id", "from_date", "kind"], ["220004", "", "2024-01-10", "close"]]
    )
    ingested = box.ingest()
    assert families(ingested) == {}
    assert "220004" in of(ingested, "match_school_left")["message"].iloc[0]


def test_a_decision_for_a_predecessor_goes_on_through_the_crosswalk(box: Box) -> None:
    region(box, ["Лесная СОШ", "Бийский район", "220009", "accepted"])
    box.csv(
        "crosswalk.csv",
        [["old_id", "new_id", "from_date", "kind"], ["220009", "220004", "2025-09-01", "merge"]],
    )
    assert families(box.ingest()) == {"220009": 5}


NAMED = ["Алейская средняя школа №1", "г. Алейск"]
TABLES = {
    "results": (["Год", "Серия", "Участников", "Не преодолели"], [2025, "oge-ma", 20, 5]),
    "deficits": (["Дата аудита", "Код"], ["15.09.2025", "1.1"]),
    "context": (["Год", "Показатель", "Значение"], [2025, "teachers_total", 20]),
    "clusters_imported": (["Год", "Кластер"], [2025, "severe"]),
    "objectivity": (["Год", "Количество маркеров"], [2025, 2]),
    "results of the long form": (
        ["Год", "Класс", "Предмет", "Кол-во участников", "2", "3", "4", "5"],
        [2025, 5, "Математика", 20, 5, 5, 5, 5],
    ),
}


@pytest.mark.parametrize("table", TABLES)
def test_every_table_of_what_schools_have_may_name_them(box: Box, table: str) -> None:
    head, row = TABLES[table]
    box.csv("schools.csv", SCHOOLS)
    box.csv("a.csv", [["Школа", "Муниципалитет", *head], [*NAMED, *row]])
    assert len(of(box.ingest(), "undecided_school")) == 1
    box.csv("school_matches.csv", [HEAD, FIRST])
    ingested = box.ingest()
    found = ingested.snapshot.table(table.split()[0])
    assert found["school_id"].tolist() == ["220001"]
    assert found["source"].str.endswith("| школа записана как «Алейская средняя школа №1»").all()
    assert not (ingested.findings["severity"] == "error").any()


def test_codes_and_names_in_one_sheet(box: Box) -> None:
    box.csv("schools.csv", SCHOOLS)
    head = ["Логин", "Школа", "Муниципалитет", "Год", "Показатель", "Значение"]
    rows = [["edu220002", "Любое имя", "г. Алейск"], ["", *NAMED], ["-", "", "г. Алейск"], ["22", *NAMED]]
    box.csv("a.csv", [head, *([*row, 2025, "teachers_total", 9] for row in rows)])
    ingested = box.ingest()
    assert ingested.snapshot.table("context")["school_id"].tolist() == ["220002"]
    assert of(ingested, "undecided_school")["row"].tolist() == [3]
    assert of(ingested, "no_login")["row"].tolist() == [4, 5]


def test_a_cell_that_may_name_a_person_is_never_repeated(box: Box) -> None:
    box.csv("schools.csv", SCHOOLS)
    head = ["Школа", "Муниципалитет", "Год", "Показатель", "Значение"]
    box.csv("a.csv", [head, ["Секретов Аполлинарий Акакиевич", "г. Алейск", 2025, "teachers_total", 9]])
    ingested = box.ingest()
    assert of(ingested, "no_school_named")[["row", "value"]].to_numpy().tolist() == [[2, ""]]
    assert proposals.propose(box.project).new.empty
    written = [path for root in (box.project.processed, box.project.reports) for path in root.rglob("*")]
    assert not [path for path in written if path.is_file() and "Секретов".encode() in path.read_bytes()]


class TestProposals:
    """`shnor schools match`: what is written for a person to decide."""

    def test_one_row_a_name_with_its_likeliest_schools_and_an_empty_decision(self, box: Box) -> None:
        region(box).ingest()
        found = proposals.propose(box.project)
        assert (len(found.new), found.waiting, found.decided) == (3, 3, 0)
        rows = pd.read_csv(found.path, dtype=str, encoding="utf-8-sig").set_index("name")
        first = rows.loc["Алейская средняя школа №1"]
        assert first[["school_id", "candidate_id", "candidate", "score", "clarity"]].tolist() == [
            *("220001", "220001", "МБОУ «Алейская СОШ № 1»", "100", "clear")
        ]
        assert first[["file", "sheet", "row", "sheets"]].tolist() == ["паспорт.xlsx", "Лист1", "3", "1"]
        assert rows["decision"].isna().all()
        assert tuple(rows.reset_index().columns) == proposals.COLUMNS

    def test_an_unclear_candidate_is_not_put_in_the_column_that_counts(self, box: Box) -> None:
        box.csv("schools.csv", SCHOOLS)
        head = ["Школа", "Год", "Показатель", "Значение"]
        box.csv("a.csv", [head, ["Лесная СОШ", 2025, "teachers_total", 9]])
        box.ingest()
        row = proposals.propose(box.project).new.iloc[0]
        assert {row["candidate_id"], row["second_id"]} == {"220003", "220004"}
        assert row["clarity"] == "ambiguous"
        assert pd.isna(row["school_id"])

    def test_what_a_person_wrote_stays_and_is_not_proposed_again(self, box: Box) -> None:
        mine = ["Лесная СОШ", "Бийский район", "220003", "", "ещё думаю"]
        region(box, [*FIRST, "по приказу"], mine, head=[*HEAD, "note"]).ingest()
        found = proposals.propose(box.project)
        assert found.new["name"].tolist() == ["Алейская СОШ 2"]
        assert (found.waiting, found.decided) == (2, 1)
        kept = proposals.read(found.path)
        assert kept[[*HEAD, "note"]].fillna("").to_numpy().tolist()[:2] == [[*FIRST, "по приказу"], mine]
        assert proposals.propose(box.project).new.empty

    def test_the_filled_file_settles_the_names_at_the_next_ingest(self, box: Box) -> None:
        region(box).ingest()
        path = proposals.propose(box.project).path
        rows = proposals.read(path)
        rows.assign(decision="accepted").to_csv(
            path, index=False, encoding="cp1251", sep=";", errors="replace"
        )
        assert proposals.propose(box.project).unread == 3
        ingested = box.ingest()
        assert families(ingested) == {"220001": 10, "220002": 20, "220004": 5}
        assert not (ingested.findings["severity"] == "error").any()
        after = proposals.propose(box.project)
        assert (len(after.new), after.waiting, after.decided, after.unread) == (0, 0, 3, 0)

    def test_names_of_several_files_are_asked_about_once(self, box: Box, make_box: Callable[[], Box]) -> None:
        region(box)
        box.xlsx("ещё.xlsx", [["Социальный паспорт, 2023/2024 учебный год"], *PASSPORT[1:]])
        box.ingest()
        new = proposals.propose(box.project).new
        assert new["sheets"].tolist() == [2, 2, 2]
        assert set(new["file"]) == {"ещё.xlsx"}

    def test_a_file_that_is_no_table_of_decisions_is_not_overwritten(self, box: Box) -> None:
        region(box).ingest()
        path = box.csv("school_matches.csv", [["Школа", "Год"], ["СОШ", 2025]])
        before = path.read_bytes()
        with pytest.raises(proposals.InputError, match="не таблица решений"):
            proposals.propose(box.project)
        assert path.read_bytes() == before
