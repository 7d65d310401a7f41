"""ГИА-9 and ЕГЭ by pupils: protocols with several tables and merged headings, `;` files of the РЦОИ."""

import pandas as pd

from shnor_lib.data.intake import IngestResult
from tests.intake import pupils
from tests.intake.conftest import Box

TITLES = [["22 - Пробный край"], ["ГИА-9. Протокол проверки результатов"]]
AVERAGES = ["", "", "", "", "", "", "", "", "Средние", "", "", "", "", "", "", 14.5, "", 3.1]


def table(ingested: IngestResult) -> pd.DataFrame:
    return ingested.snapshot.table("results").sort_values(["series", "attempt"], ignore_index=True)


def rows(ingested: IngestResult, *names: str) -> list[list[object]]:
    found: list[list[object]] = table(ingested)[list(names)].to_numpy().tolist()
    return found


def of_check(ingested: IngestResult, check: str) -> pd.DataFrame:
    return ingested.findings[ingested.findings["check"] == check]


def test_protocol_with_several_tables_merged_headings_and_averages(box: Box) -> None:
    marks = [(30, 5), (20, 3), (10, 2), (14, 2)]
    russian = [pupils.protocol(220001.0, who, *pair, offset=who % 2) for who, pair in enumerate(marks)]
    social = [pupils.protocol("220002", who, 20, 3) for who in range(3)]
    box.xlsx(
        "протокол.xlsx",
        [
            *TITLES,
            ["01 - Русский язык 2026.06.09"],
            pupils.PROTOCOL,
            *russian,
            AVERAGES,
            [],
            ["12 - Обществознание 2026.06.15"],
            pupils.PROTOCOL,
            *social,
            AVERAGES,
        ],
    )
    ingested = box.ingest()
    assert rows(ingested, "school_id", "year", "series", "participants", "failed", "attempt", "source") == [
        ["220001", 2026, "oge-ru", 4, 2, "first", "протокол.xlsx | Лист1 | 5–8"],
        ["220002", 2026, "oge-so", 3, 0, "first", "протокол.xlsx | Лист1 | 13–15"],
    ]
    assert of_check(ingested, "total_row")["row"].tolist() == [9, 16]
    assert of_check(ingested, "reader_failed").empty


def test_heading_repeated_on_the_next_page_goes_on_with_the_exam(box: Box) -> None:
    page = [pupils.PROTOCOL, *[pupils.protocol("220001", who, 20, 3) for who in range(2)]]
    other = [pupils.PROTOCOL, *[pupils.protocol("220001", who, 20, 3) for who in range(2, 4)]]
    box.xlsx("a.xlsx", [*TITLES, ["01 - Русский язык 2026.06.09"], *page, ["Стр. 2"], *other])
    assert rows(box.ingest(), "series", "participants") == [["oge-ru", 4]]


def test_retake_in_a_file_of_its_own_gives_both_attempts(box: Box) -> None:
    first = [pupils.protocol("220001", who, 20 if who else 9, 3 if who else 2) for who in range(4)]
    box.xlsx("june.xlsx", [*TITLES, ["01 - Русский язык 2026.06.09"], pupils.PROTOCOL, *first])
    again = [pupils.protocol("220001", 0, 16, 3), pupils.protocol("220001", 7, 5, 2)]
    box.xlsx("autumn.xlsx", [*TITLES, ["01 - Русский язык 2026.09.04"], pupils.PROTOCOL, *again])
    ingested = box.ingest()
    assert rows(ingested, "attempt", "participants", "failed") == [
        ["all_rows", 6, 2],
        ["best", 5, 1],
        ["first", 5, 2],
    ]
    assert of_check(ingested, "pupil_attempts").empty


def test_the_same_file_twice_is_taken_once(box: Box) -> None:
    sheet = [*TITLES, ["01 - Русский язык 2026.06.09"], pupils.PROTOCOL]
    sheet += [pupils.protocol("220001", who, 20, 3) for who in range(3)]
    box.xlsx("a.xlsx", sheet)
    box.xlsx("b.xlsx", sheet)
    ingested = box.ingest()
    assert rows(ingested, "attempt", "participants") == [["first", 3]]
    doubled = of_check(ingested, "pupil_doubled")
    assert doubled[["file", "row"]].to_numpy().tolist() == [["b.xlsx", 5], ["b.xlsx", 6], ["b.xlsx", 7]]


def test_ege_is_judged_by_test_scores_against_the_minimum_of_the_certificate(box: Box) -> None:
    body = [pupils.ege("220001", who, test) for who, test in enumerate([23, 24, 36, 80, 100])]
    box.xlsx("ege.xlsx", [["ЕГЭ. Русский язык 30.05.2025"], pupils.EGE, *body])
    ingested = box.ingest()
    assert rows(ingested, "series", "year", "participants", "failed", "mean_score") == [
        ["ege-ru", 2025, 5, 1, 52.6]
    ]
    assert table(ingested)["n2"].isna().all()


def test_codes_of_mathematics_tell_the_levels_of_the_ege_apart(box: Box) -> None:
    profile = [pupils.ege("220001", who, test) for who, test in enumerate([26, 27, 50])]
    box.xlsx("p.xlsx", [["ЕГЭ"], ["02 - Математика 2025.05.27"], pupils.EGE, *profile])
    base = [pupils.rcoi("220001", who, total, mark) for who, (total, mark) in enumerate([(6, 2), (7, 3)])]
    box.csv("22_2025.05.27.csv", [pupils.RCOI, *base], "cp1251", ";")
    assert rows(box.ingest(), "series", "participants", "failed") == [
        ["ege-ma-base", 2, 1],
        ["ege-ma-profile", 3, 1],
    ]


def test_number_of_the_region_is_not_taken_for_a_code(box: Box) -> None:
    body = [pupils.protocol("220001", who, 20, 3) for who in range(2)]
    titles = [["22 - Пробный край"], ["02 - Математика 2026.06.05"]]
    box.xlsx("a.xlsx", [*titles, pupils.PROTOCOL, *body])
    assert rows(box.ingest(), "series") == [["oge-ma"]]


def test_rcoi_csv_takes_subject_and_day_from_the_pattern_of_its_name_and_says_so(box: Box) -> None:
    marks = [(10, 2), (14, 2), (15, 3), (30, 5)]
    body = [pupils.rcoi("220001", who, *pair) for who, pair in enumerate(marks)]
    box.csv("01_2026.06.09.csv", [pupils.RCOI, *body], "cp1251", ";")
    ingested = box.ingest()
    assert rows(ingested, "series", "year", "participants", "failed", "n5") == [["oge-ru", 2026, 4, 2, 1]]
    assert of_check(ingested, "procedure_by_name")["value"].tolist() == ["oge-ru"]


def test_gve_is_not_counted_and_its_number_is_shown(box: Box) -> None:
    body = [pupils.rcoi("220001", who, 9, 3) for who in range(5)]
    box.csv("52_2026.06.09.csv", [pupils.RCOI, *body], "cp1251", ";")
    box.csv("01_2026.06.09.csv", [pupils.RCOI, pupils.rcoi("220001", 9, 20, 3)], "cp1251", ";")
    ingested = box.ingest()
    assert rows(ingested, "series", "participants") == [["oge-ru", 1]]
    gve = of_check(ingested, "gve")
    assert gve[["file", "severity", "value"]].to_numpy().tolist() == [["52_2026.06.09.csv", "info", "5"]]


def test_namesakes_with_other_documents_are_two_persons(box: Box) -> None:
    twins = [pupils.rcoi("220001", 0, 20, 3), pupils.rcoi("220001", 0, 20, 3)]
    twins[1][6] = "999999"
    box.csv("01_2026.06.09.csv", [pupils.RCOI, *twins], "cp1251", ";")
    assert rows(box.ingest(), "participants") == [[2]]


def test_a_line_of_another_width_is_named_by_its_number(box: Box) -> None:
    body = [pupils.rcoi("220001", who, 20, 3) for who in range(4)]
    path = box.csv("01_2026.06.09.csv", [pupils.RCOI, *body], "utf-8", ";")
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[2] += ";лишнее"
    lines.insert(2, "")
    path.write_text("\n".join(lines), encoding="utf-8")
    ingested = box.ingest()
    assert of_check(ingested, "ragged_row")["row"].tolist() == [4]
    assert rows(ingested, "participants", "source") == [[3, "01_2026.06.09.csv |  | 2–6"]]


def test_attempts_stand_for_every_school_of_the_exam_so_that_merged_ones_lose_nobody(box: Box) -> None:
    body = [pupils.rcoi(school, who, 20, 3) for school in ("220001", "220002") for who in range(3)]
    body.append(pupils.rcoi("220001", 0, 30, 5))
    box.csv("01_2026.06.09.csv", [pupils.RCOI, *body], "cp1251", ";")
    ingested = box.ingest()
    best = table(ingested).query("attempt == 'best'")
    assert best[["school_id", "participants"]].to_numpy().tolist() == [["220001", 3], ["220002", 3]]
    assert of_check(ingested, "pupil_attempts")["row"].tolist() == [8]


def test_a_title_that_speaks_of_both_exams_excludes_nobody_but_the_rows_that_say_so(box: Box) -> None:
    head = [*pupils.PROTOCOL, "Форма"]
    body = [[*pupils.protocol("220001", who, 20, 3), "ГВЭ" if who == 2 else "ОГЭ"] for who in range(4)]
    titles = [["Результаты ОГЭ и ГВЭ"], ["01 - Русский язык 2026.06.09"]]
    box.xlsx("a.xlsx", [*titles, head, *body])
    ingested = box.ingest()
    assert rows(ingested, "series", "participants") == [["oge-ru", 3]]
    assert of_check(ingested, "gve")["value"].tolist() == ["1"]
