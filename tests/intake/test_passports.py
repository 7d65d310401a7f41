"""Social passports have no fixed form (METHODOLOGY §3): headings in two rows, indicators in rows."""

from collections.abc import Callable

import pytest

from shnor_lib.data.intake.forms.passport_words import find
from tests.intake.conftest import Box, Rows
from tests.intake.plans import Read

TITLE = ["Социальный паспорт, 2025/2026 учебный год"]
CARD = [
    TITLE,
    ["Логин ОО:", "edu220005"],
    ["№", "Показатель", "Количество", "Доля, %"],
    [1, "Всего обучающихся", 400, ""],
    [2, "Количество детей из многодетных семей, чел.", 80, "20,0"],
    [3, "Обучающиеся с ОВЗ", "12 чел.", "3,0"],
    [4, "Дети-инвалиды", "—", ""],
    [5, "Из неполных семей", 100, "25,0"],
    ["", "Итого", 192, ""],
    [6, "Любимый цвет", 3, ""],
]


def test_one_school_a_sheet() -> None:
    read = Read(CARD)
    table = read.table("social_passport")
    assert read.reader == "passport_rows"
    assert table.set_index("indicator")["count"].to_dict() == {"large_families": 80, "single_parent": 100}
    assert table["base"].unique().tolist() == [400]
    assert (table["school_id"].unique().tolist(), table["year"].unique().tolist()) == (["220005"], [2026])
    assert table["row"].tolist() == [5, 8]
    assert read.faults == [("cell_dash", 7, "edu220005"), ("cell_unit", 6, "edu220005")]
    assert "Любимый цвет" in str(read.one("unknown_columns")["message"])
    assert read.one("total_row")["value"] == "Итого"


def test_sheets_of_a_book_are_schools_of_their_own(
    box: Box, make_book: Callable[[str, dict[str, Rows]], None]
) -> None:
    other = [TITLE, ["Логин ОО: edu220006"], *CARD[2:5], *CARD[7:8], ["", "СОП", 2]]
    make_book("книга.xlsx", {"СОШ 5": CARD, "СОШ 6": other})
    table = box.ingest().snapshot.table("social_passport")
    assert table.groupby("school_id")["indicator"].apply(sorted).to_dict() == {
        "220005": ["large_families", "single_parent"],
        "220006": ["large_families", "single_parent", "socially_dangerous"],
    }


def test_a_column_for_each_school(box: Box) -> None:
    rows = [
        TITLE,
        ["Показатель", "СОШ № 5 (edu220005)", "СОШ № 6 edu220006", "СОШ № 7", "Итого"],
        ["Всего обучающихся", 400, 300, 200, 900],
        ["С ОВЗ", 12, 0, 1, 13],
        ["СОП", 2, "нет", 1, 3],
        ["Опека", 5, 3, 1, 9],
    ]
    box.xlsx("a.xlsx", rows)
    result = box.ingest()
    table = result.snapshot.table("social_passport")
    shown = table[["school_id", "indicator", "count", "base"]].sort_values(["school_id", "indicator"])
    assert shown.to_numpy().tolist() == [
        ["220005", "orphans", 5, 400],
        ["220005", "socially_dangerous", 2, 400],
        ["220005", "special_needs", 12, 400],
        ["220006", "orphans", 3, 300],
        ["220006", "special_needs", 0, 300],
    ]
    found = result.findings.set_index("check")
    assert found.loc["cell_word_no", "row"] == 5
    assert found.loc["undecided_school", "value"] == "СОШ № 7"
    enrolment = result.snapshot.table("schools").set_index("school_id")["enrolment"]
    assert enrolment.to_dict() == {"220005": 400, "220006": 300}


def test_headings_in_two_rows() -> None:
    rows = [
        TITLE,
        ["Логин", "ОО", "Общее количество обучающихся, чел.", "Состоят на учёте", "", "Дети", ""],
        ["", "", "", "КДН", "ВШУ", "из многодетных семей", "с ОВЗ"],
        [1, 2, 3, 4, 5, 6, 7],
        ["edu220005", "СОШ № 5", 400, 3, 5, 80, 90],
        ["Итого", "", 400, 3, 5, 80, 90],
    ]
    read = Read(rows)
    table = read.table("social_passport").set_index("indicator")
    assert read.reader == "social_passport"
    assert table["count"].to_dict() == {
        "registered_kdn": 3,
        "registered_school": 5,
        "large_families": 80,
        "special_needs": 90,
    }
    assert table["base"].unique().tolist() == [400]
    assert read.one("total_row")["row"] == 6


@pytest.mark.parametrize(
    ("title", "indicator"),
    [
        ("Количество обучающихся с ОВЗ, чел.", "special_needs"),
        ("1.2. Дети-инвалиды", "disabled_children"),
        ("из них: детей из неполных семей", "single_parent"),
        ("Число учащихся", "pupils_total"),
        ("Доля обучающихся с ОВЗ, %", None),
        ("Любимый цвет", None),
    ],
)
def test_words_around_an_indicator_do_not_matter(title: str, indicator: str | None) -> None:
    assert find(title) == indicator


def test_a_passport_without_a_school_or_a_year_is_refused() -> None:
    assert [fault[0] for fault in Read([TITLE, *CARD[2:8]]).faults] == ["no_login"]
    assert [fault[0] for fault in Read(CARD[1:8]).faults] == ["no_year"]
    assert len(Read(CARD[1:8], year="2026").table("social_passport")) == 2


def test_an_indicator_that_stands_twice_counts_once() -> None:
    read = Read([*CARD[:5], *CARD[7:8], ["", "СОП", 3], ["", "Семьи СОП", 4]])
    assert ("indicator_twice", 8, "edu220005") in read.faults
    assert read.table("social_passport").set_index("indicator")["count"]["socially_dangerous"] == 3


def test_the_year_of_a_wide_passport_may_stand_in_files_csv() -> None:
    rows = [["Логин", "СОП", "ОВЗ", "Опека"], ["edu220005", 1, 2, 3]]
    assert [fault[0] for fault in Read(rows).faults] == ["no_year"]
    assert Read(rows, year="2026").table("social_passport")["year"].unique().tolist() == [2026]
