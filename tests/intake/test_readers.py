"""Each layout is recognised by its content and read to the last cell."""

import json

import pandas as pd
import pytest

from shnor_lib.data.intake import geojson
from tests.intake.conftest import Box, statistics

SCHOOL = ["sch220001 | Школа № 1", None, 8, "12,50", "37,50", "37,50", "12,50"]


def one(frame: pd.DataFrame) -> dict[str, object]:
    assert len(frame) == 1
    return frame.iloc[0].to_dict()


def test_statistics_by_marks_gives_counts_and_the_municipality(box: Box) -> None:
    box.xlsx("чужое имя.xlsx", statistics(SCHOOL))
    snapshot = box.ingest().snapshot
    row = one(snapshot.table("results"))
    assert [row[name] for name in ("school_id", "year", "series")] == ["220001", 2021, "vpr-ma-5"]
    assert [row[name] for name in ("participants", "failed", "n2", "n3", "n4", "n5")] == [8, 1, 1, 3, 3, 1]
    assert (row["failed_low"], row["failed_high"], row["attempt"]) == (1, 1, "first")
    assert row["source"] == "чужое имя.xlsx | Лист1 | 8 | из долей 12,50 / 37,50 / 37,50 / 12,50"
    school = one(snapshot.table("schools"))
    assert school["municipality_id"] == "reg22_m001"
    assert (school["municipality"], school["region"], school["name"]) == (
        "Алейский район",
        "Пробный край",
        "Школа № 1",
    )


def test_autumn_works_keep_the_year_of_the_title(box: Box) -> None:
    box.xlsx("a.xlsx", statistics(SCHOOL, year=2020, grade=6, subject="Русский язык"))
    row = one(box.ingest().snapshot.table("results"))
    assert (row["year"], row["series"]) == (2020, "vpr-ru-6")


def test_several_blocks_of_one_sheet(box: Box) -> None:
    box.xlsx("a.xlsx", [*statistics(SCHOOL), [], *statistics(SCHOOL, subject="Русский язык")])
    assert sorted(box.ingest().snapshot.table("results")["series"]) == ["vpr-ma-5", "vpr-ru-5"]


LONG_HEAD = [
    "Год",
    "Класс",
    "Предмет",
    "Муниципалитет",
    "Логин",
    "ОО",
    "Кол-во участников",
    "2",
    "3",
    "4",
    "5",
]


def long_rows(*marks: list[object]) -> list[list[object]]:
    start = [2023, 6, "Математика", "Алейский район"]
    return [LONG_HEAD, *([*start, f"edu22000{at}", f"Школа {at}", *row] for at, row in enumerate(marks))]


def test_long_form_with_counts(box: Box) -> None:
    box.csv("a.csv", long_rows([20, 5, 5, 5, 5], [30, 10, 10, 5, 5]))
    results = box.ingest().snapshot.table("results")
    assert results["n2"].tolist() == [5, 10]


def test_long_form_with_per_cents_and_decimal_comma(box: Box) -> None:
    box.csv(
        "a.csv",
        long_rows([20, "25,00"] + ["25,00"] * 3, [30, "33,33", "33,33", "16,67", "16,67"]),
        delimiter=";",
    )
    results = box.ingest().snapshot.table("results")
    assert results["n2"].tolist() == [5, 10]
    assert results["n5"].tolist() == [5, 5]


def test_long_form_that_may_be_either_is_refused(box: Box) -> None:
    box.csv("a.csv", long_rows([100, 25, 25, 25, 25]))
    box.xlsx("b.xlsx", statistics(SCHOOL))
    found = box.ingest().findings
    refused = found[found["check"] == "counts_or_percent"]
    assert refused["severity"].tolist() == ["error"]
    assert "нельзя решить" in refused["message"].iloc[0]


@pytest.mark.parametrize(("encoding", "delimiter"), [("cp1251", ";"), ("utf-8", ","), ("utf-8-sig", ";")])
def test_csv_encodings_and_delimiters(box: Box, encoding: str, delimiter: str) -> None:
    box.csv("a.csv", long_rows([20, 5, 5, 5, 5], [31, 10, 10, 6, 5]), encoding, delimiter)
    snapshot = box.ingest().snapshot
    assert snapshot.table("schools")["municipality"].unique().tolist() == ["Алейский район"]
    assert snapshot.table("results")["participants"].tolist() == [20, 31]


def test_biased_list_takes_doubled_rows_once_and_says_so_once(box: Box) -> None:
    head = ["Год", "Логин", "Муниципалитет", "ОО", "4 РУ", "4 МА", "5 РУ", "5 МА", "Количество маркеров"]
    row = ["2024", "edu053001", "Агульский район", "Школа", None, None, 1, None, 1]
    other = ["2024", "edu053002", "Агульский район", "Школа", 1, None, 1, None, 2]
    box.xlsx("a.xlsx", [head, row, other, row, other])
    result = box.ingest()
    table = result.snapshot.table("objectivity")
    assert table[["school_id", "year", "markers"]].to_numpy().tolist() == [
        ["053001", 2024, 1],
        ["053002", 2024, 2],
    ]
    assert (result.findings["check"] == "doubled_rows").sum() == 1


def test_context_form_gives_attributes_and_indicators(box: Box) -> None:
    from shnor_lib.data.intake.columns import read_map

    wanted = {
        "login": "ksh220009",
        "has_primary": "Да",
        "has_basic": "да",
        "has_secondary": "Нет",
        "location_type": "4. Населенный пункт сельского типа (село, хутор, деревня и пр.)",
        "is_special": "Да",
        "enrolment": 61,
        "teachers_total": 15,
        "computers_outdated": 3,
        "internet_speed_class": "26–50 Мбит/с",
        "parents_help_class": "3.Лишь некоторые родители",
        "subject_ma": 10,
        "transport_class": None,
    }
    titles = {row["column"]: row["synonym"] for row in reversed(read_map("context_2021"))}
    box.csv("a.csv", [[titles[name] for name in wanted], list(wanted.values())])
    snapshot = box.ingest().snapshot
    school = one(snapshot.table("schools"))
    assert (school["level_max"], school["locality"], school["enrolment"]) == (9, "rural", 61)
    assert not school["in_scope"]
    context = snapshot.table("context").set_index("indicator")["value"].to_dict()
    assert context["teachers_total"] == 15
    assert context["internet_speed_class"] == 2
    assert context["parents_help_class"] == 3
    assert context["advanced_from_grade_ma"] == 10
    assert "transport_class" not in context


def test_social_passport_by_synonyms_with_the_year_in_its_title(box: Box) -> None:
    rows = [
        ["Социальный паспорт, 2025/2026 учебный год"],
        ["Логин ОО", "Наименование ОО", "Всего учащихся", "Из многодетных семей", "СОП", "С ОВЗ", "Рост"],
        ["edu220001", "Школа", 100, 20, 1, "12 чел.", 5],
    ]
    box.xlsx("a.xlsx", rows)
    result = box.ingest()
    passport = result.snapshot.table("social_passport").set_index("indicator")
    assert passport["count"].to_dict() == {"large_families": 20, "socially_dangerous": 1}
    assert passport["base"].unique().tolist() == [100]
    assert passport["year"].unique().tolist() == [2026]
    fault = one(result.findings[result.findings["check"] == "cell_unit"])
    assert (fault["row"], fault["column"], fault["value"]) == (3, "С ОВЗ", "12 чел.")


def test_audit_of_deficits_in_russian(box: Box) -> None:
    head = ["Логин", "ОО", "Муниципалитет", "Дата аудита", "№ фактора", "Фактор", "Код параметра", "Параметр"]
    rows = [
        [*head, "Значимость", "Значение"],
        ["edu220001", "Ш", "М", "01.10.2025", 4, "Кадры", "4.2.", "Вакансии", "высокая", 80],
        ["edu220001", "Ш", "М", "20.04.2026", 4, "Кадры", "4.2", "Вакансии", "низкая", 20],
        ["edu220002", "Ш", "М", "05.11.2025", None, None, None, "Дефициты не выявлены", None, None],
    ]
    box.csv("a.csv", rows, "cp1251", ";")
    table = box.ingest().snapshot.table("deficits")
    shown = table[["school_id", "wave", "code", "significance"]].astype(object).where(table.notna(), None)
    assert shown.to_numpy().tolist() == [
        ["220001", "2025-10", "4.2", "high"],
        ["220001", "2026-04", "4.2", "low"],
        ["220002", "2025-10", "", None],
    ]


def test_roadmap_of_the_region(box: Box) -> None:
    head = ["Муниципалитет", "№", "Мероприятие", "Форма", "Код параметра", "Контингент", "Место проведения"]
    rows = [
        [*head, "Дата проведения", "Ответственные"],
        [
            "Алейский район",
            1,
            "Учёба",
            "семинар",
            "2.1., 2.3",
            "Учителя",
            "УО",
            "Декабрь 2023, июнь 2023",
            "УО",
        ],
        [
            "Алейский район",
            2,
            "Разбор",
            "совет",
            "все выявленные параметры",
            "",
            "УО",
            "В течение года",
            "УО",
        ],
    ]
    box.xlsx("a.xlsx", rows)
    box.xlsx("b.xlsx", statistics(SCHOOL))
    table = box.ingest().snapshot.table("roadmap")
    assert table["municipality_id"].unique().tolist() == ["reg22_m001"]
    assert table["codes"].tolist() == ["2.1;2.3", "all"]
    assert table.loc[0, ["date_from", "date_to"]].tolist() == ["2023-06", "2023-12"]


def test_tidy_tables_by_contract_names(box: Box) -> None:
    box.csv(
        "r.csv",
        [["school_id", "year", "series", "participants", "failed"], ["220001", 2025, "oge-ma", 10, 3]],
    )
    box.csv(
        "s.csv",
        [
            ["school_id", "year", "name", "municipality", "level_max", "in_scope"],
            ["220001", 2025, "Школа", "г. Алейск", 9, "да"],
        ],
    )
    box.csv(
        "c.csv",
        [["old_id", "new_id", "from_date", "kind"], ["220007", "220001", "2024-09-01", "присоединение"]],
    )
    box.csv("m.csv", [["school_id", "measure_id", "kind", "code"], ["220001", "М-1", "training", "5.1"]])
    snapshot = box.ingest().snapshot
    result = one(snapshot.table("results"))
    assert (result["failed"], result["failed_low"], result["failed_high"]) == (3, 3, 3)
    school = one(snapshot.table("schools"))
    assert (school["municipality_id"], school["level_max"], school["in_scope"]) == ("aleysk", 9, True)
    assert one(snapshot.table("crosswalk"))["kind"] == "merge"
    assert one(snapshot.table("measures"))["code"] == "5.1"


@pytest.mark.parametrize(
    ("indicator", "table"),
    [("mentoring", "prevention"), ("ege_81", "outcomes"), ("low_income", "social_passport")],
)
def test_tables_with_equal_columns_are_told_apart_by_their_indicators(
    box: Box, indicator: str, table: str
) -> None:
    box.csv("x.csv", [["school_id", "year", "indicator", "count"], ["220001", 2025, indicator, 3]])
    assert one(box.ingest().snapshot.table(table))["count"] == 3


def test_polygons_are_carried_beside_the_tables(box: Box) -> None:
    shape = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    feature = {"type": "Feature", "properties": {"municipality_id": "reg22_m001"}, "geometry": shape}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    (box.raw / "границы.json").write_text(text, encoding="utf-8")
    box.xlsx("a.xlsx", statistics(SCHOOL))
    carried = box.ingest().snapshot.attachment(geojson.ATTACHMENT)
    assert carried is not None
    assert carried.read_text(encoding="utf-8") == text
