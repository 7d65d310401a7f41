"""Targets as seed 001 writes them: by year, and relative to a base (METHODOLOGY §4.4)."""

import pytest

from shnor_lib.data.intake.plans import wanted
from tests.intake.conftest import Box, statistics
from tests.intake.plans import Read

HEAD = ["Пункт", "Показатель", "Направление", "Целевое значение", "Единица", "Срок", "База"]
TITLE = [["Целевые показатели"], ["Муниципалитет: Алейский район"]]
RELATIVE = [
    ["5.1", "доля детей без аттестатов", "снижение", "до 2", "%", 2024, ""],
    ["5.2", "доля «2» на ОГЭ с первой попытки", "снижение", "÷ 1,3", "", "2024", "2019: 12,5 %"],
    ["5.3", "доля успешных по физике", "увеличение", "в 1,2 раза", "", "2024 г.", "2019: 60 из 80, 75 %"],
    ["5.4", "доля 220 баллов", "", "× 1,2", "", 2024, "2019-20чел из 140-14,3%"],
]


def test_relative_targets_keep_direction_factor_base_and_attempt() -> None:
    read = Read([*TITLE, HEAD, *RELATIVE])
    table = read.table("targets")
    assert read.reader == "targets"
    assert table["indicator"].tolist() == ["5.1", "5.2", "5.3", "5.4"]
    assert table["goal"].tolist() == ["at_most", "times_less", "times_more", "times_more"]
    assert table["value"].tolist() == [2.0, 1.3, 1.2, 1.2]
    assert table["year"].unique().tolist() == [2024]
    assert table["attempt"].fillna("").tolist() == ["", "first", "", ""]
    assert table["base_year"].fillna(0).tolist() == [0, 2019, 2019, 2019]
    assert table["base_value"].fillna(0).tolist() == [0, 12.5, 75, 14.3]
    assert table[["base_count", "base_of"]].fillna(0).to_numpy().tolist() == [
        [0, 0],
        [0, 0],
        [60, 80],
        [20, 140],
    ]
    assert read.faults == []


def test_a_column_for_each_year() -> None:
    rows = [
        *TITLE,
        ["№", "Показатель", "2019 (база)", "2020 год", "2021 год", "2022 год"],
        [1, "Доля школ с программами", 25, "30 %", "не менее 40", ""],
    ]
    table = Read(rows).table("targets")
    assert table[["year", "value", "goal"]].to_numpy().tolist() == [
        [2020, 30.0, "at_least"],
        [2021, 40.0, "at_least"],
    ]
    assert table[["base_year", "base_value"]].to_numpy().tolist() == [[2019, 25.0]] * 2


def test_targets_reach_the_snapshot_and_read_back_by_contract_names(box: Box) -> None:
    box.xlsx("a.xlsx", statistics(["sch220001 | Школа", None, 8, "12,50", "37,50", "37,50", "12,50"]))
    box.xlsx("t.xlsx", [*TITLE, HEAD, *RELATIVE])
    first = box.ingest().snapshot.table("targets").drop(columns="source")
    assert first["municipality_id"].unique().tolist() == ["reg22_m001"]
    (box.raw / "t.xlsx").unlink()
    first.to_csv(box.raw / "t.csv", index=False)
    again = box.ingest().snapshot.table("targets").drop(columns="source")
    columns = [name for name in first if name not in ("municipality", "unit")]
    assert again[columns].astype("str").equals(first[columns].astype("str"))


FAULTS = {
    "target_ambiguous": ["1", "доля «2»", "снижение", "-5 %", "", 2024, ""],
    "target_without_direction": ["1", "доля «2»", "", "в 1,3 раза", "", 2024, "2019: 10 %"],
    "target_unreadable": ["1", "доля «2»", "", "как можно больше", "", 2024, ""],
    "no_year": ["1", "доля «2»", "", "до 2", "", "скоро", ""],
}


@pytest.mark.parametrize("check", FAULTS)
def test_a_target_that_may_mean_two_things_is_refused_at_its_cell(check: str) -> None:
    read = Read([*TITLE, HEAD, FAULTS[check], RELATIVE[0]])
    column = "Срок" if check == "no_year" else "Целевое значение"
    assert read.faults == [(check, 4, column)]
    assert read.table("targets")["indicator"].tolist() == ["5.1"]


def test_a_relative_target_without_a_base_and_a_base_that_does_not_agree() -> None:
    bare = [*RELATIVE[1][:-1], ""]
    wrong = [*RELATIVE[3][:-1], "2019: 20 из 140, 41,3 %"]
    read = Read([*TITLE, HEAD, bare, wrong])
    assert read.faults == [("target_without_base", 4, "Целевое значение"), ("base_does_not_agree", 5, "База")]
    assert len(read.table("targets")) == 2


def test_mere_numbers_are_lower_bounds_and_one_note_says_so() -> None:
    rows = [
        *TITLE,
        ["Показатель", "Год", "Значение"],
        ["Число мероприятий", 2024, 1],
        ["Число школ", 2024, 2],
    ]
    read = Read(rows)
    assert read.table("targets")["goal"].tolist() == ["at_least", "at_least"]
    assert read.table("targets")["indicator"].tolist() == ["1", "2"]
    assert read.one("plan_without_direction")["value"] == "4, 5"


@pytest.mark.parametrize(
    ("words", "meaning", "goal", "value"),
    [
        ("÷ 1,3", "", "times_less", 1.3),
        ("× 1,2", "", "times_more", 1.2),
        ("не менее чем в 1,2 раза", "увеличение доли", "times_more", 1.2),
        ("1.3", "в раз снижение", "times_less", 1.3),
        ("до 90 %", "увеличение", "at_least", 90.0),
        ("≤ 2", "", "at_most", 2.0),
        ("25", "снижение доли", "at_most", 25.0),
    ],
)
def test_words_of_a_target(words: str, meaning: str, goal: str, value: float) -> None:
    read = wanted.read(words, meaning)
    assert (read.goal, read.value, read.fault) == (goal, value, "")


def test_a_printed_base_may_be_rounded_but_not_wrong() -> None:
    assert wanted.Base(2019, 14.3, 20, 140).agrees
    assert wanted.Base(2019, 14.0, 20, 140).agrees  # printed as a whole
    assert not wanted.Base(2019, 14.2, 20, 140).agrees
