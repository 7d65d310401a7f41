"""Roadmaps of seeds 000, 001 and 004 (METHODOLOGY §4.4)."""

import pytest

from shnor_lib.data.intake.plans import roadmap_values, yearly
from shnor_lib.data.intake.plans.roles import without_persons
from shnor_lib.data.intake.plans.stated import Span
from tests.intake.conftest import Box, statistics
from tests.intake.plans import Read

SCHOOL = ["sch220001 | Школа № 1", None, 8, "12,50", "37,50", "37,50", "12,50"]
SEED_000 = [
    ["Дорожная карта Алейского района на 2024 год"],
    ["№ п/п", "Наименование мероприятия", "Период реализации отдельного действия", "Ожидаемый результат"],
    [1, "Идентификация школ", "апрель", "Список школ"],
    [2, "Анкетирование", "июнь", ""],
]
SEED_001 = [
    ["Муниципалитет:", "Алейский район"],
    ["№ п/п", "Мероприятие", "Показатель реализации", "Результат", "Сроки", "Ответственный"],
    ["Нормативная база"],
    [1, "Программа поддержки", "Утверждение программы", "Наличие программы", "Ежегодно", "УООиП"],
    [2, "Разделы на сайтах", "2020-17 2021-17", "Наличие разделов", "До декабря 2020", "ОО"],
    ["Сеть школ"],
    [1, "Сеть пар", "2020 г. - 30% 2021 г. - не менее 40%", "Соглашения", "ежегодно", "УООиП"],
]
SEED_004_HEAD = ["№", "Мероприятие", "Форма", "Код параметра", "Контингент", "Место проведения"]
SEED_004 = [
    ["Муниципальная дорожная карта на 2023 год"],
    [*SEED_004_HEAD, "Дата проведения", "Ответственные"],
    [1, "Форум", "форум", "1.1.", "Педагоги", "СОШ № 1", "Октябрь 2023", "УО, ТМС, директор СОШ № 1"],
    ["", "Разбор", "семинар", "2.1., 2.3", "Руководители", "УО", "С мая 2023 по июнь 2023", "УО"],
    [2, "Мониторинг", "мониторинг", "все выявленные параметры", "", "ОО", "По отдельному графику", "ТМС"],
]


def test_seed_000_takes_months_of_the_year_of_the_title() -> None:
    read = Read(SEED_000)
    table = read.table("roadmap")
    assert read.reader == "roadmap"
    assert table[["item", "activity", "result"]].fillna("").to_numpy().tolist() == [
        ["1", "Идентификация школ", "Список школ"],
        ["2", "Анкетирование", ""],
    ]
    assert table["date_from"].tolist() == ["2024-04", "2024-06"]
    assert read.faults == []


def test_seed_001_numbers_items_by_section_and_gives_targets_by_year() -> None:
    read = Read(SEED_001)
    table = read.table("roadmap")
    assert table["item"].tolist() == ["1.1", "1.2", "2.1"]
    assert table["section"].tolist() == ["Нормативная база"] * 2 + ["Сеть школ"]
    assert table["date_to"].fillna("").tolist() == ["", "2020-12", ""]
    targets = read.table("targets")
    shown = targets[["indicator", "year", "goal", "value", "row"]].to_numpy().tolist()
    assert shown == [
        ["ДК 1.2", 2020, "at_least", 17.0, 5],
        ["ДК 1.2", 2021, "at_least", 17.0, 5],
        ["ДК 2.1", 2020, "at_least", 30.0, 7],
        ["ДК 2.1", 2021, "at_least", 40.0, 7],
    ]
    assert targets["unit"].fillna("").tolist() == ["", "", "%", "%"]


def test_seed_004_keeps_codes_dates_and_merged_numbers() -> None:
    table = Read(SEED_004).table("roadmap")
    assert table["item"].tolist() == ["1", "1-2", "2"]
    assert table["codes"].tolist() == ["1.1", "2.1;2.3", "all"]
    assert table["date_from"].fillna("").tolist() == ["2023-10", "2023-05", ""]
    assert table["date_to"].fillna("").tolist() == ["2023-10", "2023-06", ""]
    assert table["date_words"].tolist()[2] == "По отдельному графику"
    assert table["responsible"].tolist()[0] == "УО, ТМС, директор СОШ № 1"


def test_all_three_reach_the_snapshot_under_the_municipality(box: Box) -> None:
    box.xlsx("000.xlsx", SEED_000)
    box.xlsx("a.xlsx", statistics(SCHOOL))
    box.csv("001.csv", [*SEED_001[:1], *SEED_001[1:]], "cp1251", ";")
    snapshot = box.ingest().snapshot
    roadmap, targets = snapshot.table("roadmap"), snapshot.table("targets")
    assert set(roadmap["municipality_id"]) | set(targets["municipality_id"]) == {"reg22_m001"}
    assert roadmap["item"].tolist() == ["1", "2", "1.1", "1.2", "2.1"]
    assert len(targets) == 4


@pytest.mark.rule("R25", "a person in the plan is dropped while reading, wherever it was written")
@pytest.mark.parametrize("tidy", [False, True])
def test_names_of_people_are_dropped_with_a_notice(box: Box, tidy: bool) -> None:
    head = [*SEED_004_HEAD, "Дата проведения", "Ответственные"]
    row = [1, "Форум", "форум", "1.1", "Педагоги", "УО", "2023-10", "директор Непубличная\u00a0М.П., УО"]
    if tidy:
        head, row = ["municipality_id", "item", "activity", "responsible"], ["m1", 1, "Форум", row[-1]]
    box.xlsx("план.xlsx", [["Муниципалитет: Алейский район"], head, row])
    result = box.ingest()
    assert result.snapshot.table("roadmap")["responsible"].tolist() == ["директор, УО"]
    found = result.findings[result.findings["check"] == "person_in_responsible"]
    assert found[["row", "column", "value"]].to_numpy().tolist() == [[3, head[-1], ""]]
    for path in box.project.root.rglob("*"):
        if path.is_file() and box.raw not in path.parents:
            assert "Непубличная".encode() not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("директор Иванова М.П., УО", "директор, УО"),
        ("Начальник И. И. Иванов", "Начальник"),
        ("Иванов И.И. Петров П.П.", ""),
        ("Петрова Анна Сергеевна, методист", "методист"),
        ("ИВАНОВА А.А.; ТМС", "ТМС"),
        ("Мамедов Али Рза оглы", ""),
        ("координатор (Салтыкова-Щедрина А. Б.)", "координатор"),
    ],
)
def test_a_person_goes_and_the_role_stays(words: str, kept: str) -> None:
    assert without_persons(words) == (kept, True)


@pytest.mark.parametrize(
    "words",
    [
        "УО, ТМС, директор МБОУ СОШ №1",
        "УООиП ОО Сетевые партнеры",
        "Отдел развития образования",
        "Учителя ОО",
    ],
)
def test_roles_are_not_taken_for_people(words: str) -> None:
    assert without_persons(words) == (words, False)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Незримый П.Д., тел. 89991234567", ""),
        ("методист, +7 (999) 123-45-67, metod@example.org", "методист"),
        ("Консультация у Секретова Аполлинария Акакиевича", "Консультация у"),
        ("ученик Незримый Пантелеймон", "ученик"),
        ("Приказ, подписал Секретов А.А.", "Приказ, подписал"),
    ],
)
def test_people_are_left_out_wherever_they_stand(words: str, kept: str) -> None:
    assert without_persons(words) == (kept, True)


@pytest.mark.parametrize("words", ["МБОУ СОШ им. А.С. Пушкина", "СОШ имени Ю.А. Гагарина", "2020-17 2021-17"])
def test_names_of_schools_and_numbers_stay(words: str) -> None:
    assert without_persons(words) == (words, False)


def test_no_column_of_a_roadmap_keeps_a_person(box: Box) -> None:
    box.xlsx("a.xlsx", statistics(SCHOOL))
    row = [
        *(1, "Беседа с Секретовым Аполлинарием Акакиевичем", "форум", "1.1", "ученик Секретов Пантелеймон"),
        *("кабинет Секретова А.А.", "Октябрь 2023", "Секретов П.Д., тел. 89991234567"),
    ]
    title = ["Муниципальная дорожная карта Алейского района на 2023 год"]
    box.xlsx("plan.xlsx", [title, ["Муниципалитет:", "Алейский район"], SEED_004[1], row])
    found = box.ingest()
    told = found.findings[found.findings["check"] == "person_in_responsible"]
    assert told["column"].tolist() == ["Мероприятие", "Контингент", "Место проведения", "Ответственные"]
    kept = found.snapshot.table("roadmap").astype("str").to_csv()
    assert "Секретов" not in kept
    assert "89991234567" not in kept


def test_a_month_without_a_year_keeps_its_words_and_is_told() -> None:
    read = Read([["Муниципалитет: Алейский район"], *SEED_000[1:]])
    assert [fault[:2] for fault in read.faults] == [("month_without_year", 3), ("month_without_year", 4)]
    assert read.table("roadmap")["date_from"].isna().all()
    assert read.table("roadmap")["date_words"].tolist() == ["апрель", "июнь"]
    assert Read(SEED_000[1:], year="2025").table("roadmap")["date_from"].tolist() == ["2025-04", "2025-06"]


def test_a_plan_of_no_municipality_is_refused(box: Box) -> None:
    two = [*statistics(SCHOOL), ["reg22_m002 | Бийский район", 1, 9, "20,00", "40,00", "30,00", "10,00"]]
    box.xlsx("a.xlsx", [*two, ["sch220002 | Школа № 2", None, 8, "12,50", "37,50", "37,50", "12,50"]])
    box.xlsx("plan.xlsx", [["Дорожная карта на 2024 год"], *SEED_000[1:]])
    result = box.ingest()
    lost = result.findings[result.findings["check"] == "plan_without_municipality"]
    assert lost["row"].tolist() == [3, 4]
    assert result.snapshot.table("roadmap").empty
    box.csv("files.csv", [["file", "municipality"], ["plan.xlsx", "Бийский район"]])
    assert box.ingest().snapshot.table("roadmap")["municipality_id"].unique().tolist() == ["reg22_m002"]


def test_items_without_numbers_are_numbered_and_it_is_said() -> None:
    rows = [SEED_000[0], SEED_000[1], ["", "Первое", "апрель", ""], ["", "Второе", "май", ""]]
    read = Read(rows)
    assert read.table("roadmap")["item"].tolist() == ["1", "2"]
    assert read.findings["check"].tolist() == ["item_without_number"] * 2


@pytest.mark.parametrize(
    ("words", "dates"),
    [
        ("Декабрь 2023, июнь 2023", ("2023-06", "2023-12")),
        ("до мая 2024", (None, "2024-05")),
        ("с сентября 2023", ("2023-09", None)),
        ("ежегодно", (None, None)),
        ("май", ("2024-05", "2024-05")),
        ("сентябрь – май", ("2023-09", "2024-05")),
    ],
)
def test_terms_of_a_school_year(words: str, dates: tuple[str | None, str | None]) -> None:
    assert roadmap_values.period(words, Span(2024, school_year=True)) == dates


def test_a_range_of_years_is_no_list_of_values() -> None:
    assert yearly.values("2020-2024 годы") == []
    assert [item.value for item in yearly.values("2020г. - не менее 1; 2021г. - 2,5")] == [1.0, 2.5]
    assert [item.goal for item in yearly.values("2020г. - не менее 1; 2021г. - 2")] == ["at_least", None]


def test_audit_and_roadmap_below_one_another_on_one_sheet_are_both_read(box: Box) -> None:
    box.csv(
        "schools.csv",
        [["school_id", "year", "name", "municipality"], ["230005", 2023, "СОШ № 5", "Кущёвский район"]],
    )
    many = [[None, "Кадровые ресурсы", f"Параметр {at}", f"1.{at}.", "edu230005"] for at in range(1, 61)]
    rows = [
        ["Дорожная карта по профилактике учебной неуспешности, Кущёвский район, 2023 год"],
        ["I. Результаты входного аудита"],
        ["№", "Фактор негативного влияния (риска)", None, None, "Перечень ШНОР"],
        [None, "наименование фактора", "параметры", "код параметра", None],
        *many,
        [],
        ["II. Муниципальная дорожная карта на 2023 год"],
        ["№", "Мероприятие", "Форма", "Код параметра", "Дата проведения", "Ответственные"],
        [1, "«Педагогический Олимп»", "семинар", "1.1., 1.2", "Октябрь 2023", "УО"],
        [2, "«Современный урок»", "фестиваль", "все выявленные параметры", "Март", "ТМС"],
    ]
    box.xlsx("plan.xlsx", rows)
    result = box.ingest()
    assert result.findings.loc[result.findings["severity"] != "info", "message"].tolist() == []
    deficits = result.snapshot.table("deficits")
    assert sorted(deficits["code"]) == sorted(f"1.{at}" for at in range(1, 61))
    assert set(deficits["school_id"]) == {"230005"}
    plan = result.snapshot.table("roadmap").sort_values("item")
    assert plan[["item", "codes", "date_from"]].to_numpy().tolist() == [
        ["1", "1.1;1.2", "2023-10"],
        ["2", "all", "2023-03"],
    ]


def test_targets_of_a_roadmap_that_names_no_municipality_go_to_the_only_one(box: Box) -> None:
    box.xlsx("a.xlsx", statistics(SCHOOL))
    box.xlsx("plan.xlsx", SEED_001[1:])
    result = box.ingest()
    assert result.snapshot.table("targets")["municipality_id"].unique().tolist() == ["reg22_m001"]


def test_a_heading_without_rows_is_told() -> None:
    assert [fault[0] for fault in Read(SEED_000[:2]).faults] == ["no_rows"]
