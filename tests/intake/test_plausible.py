"""What cannot be true, contradicts itself or names a person is told at its cell; the rest goes on."""

import re
import resource
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from shnor_lib import atomic
from shnor_lib.data.intake import quoting
from shnor_lib.errors import InputError
from tests.intake.conftest import Box
from tests.intake.test_pupil_privacy import everything

REGISTER = [
    ["school_id", "year", "name", "municipality_id", "municipality"],
    ["220001", 2025, "СОШ № 1", "m001", "Алейский район"],
    ["220002", 2025, "СОШ № 2", "m001", "Алейский район"],
    ["220003", 2025, "СОШ № 3", "m002", "город Барнаул"],
]
RESULTS = ["school_id", "year", "series", "participants", "failed", "mean_score"]
AUDIT = ["school_id", "wave", "code", "parameter", "value"]
PLAN = ["Код муниципалитета", "Муниципалитет", "№", "Мероприятие", "Коды параметров", "Показатель", "План"]


def of(box: Box, check: str) -> pd.DataFrame:
    found = box.ingest().findings
    return found[found["check"] == check]


def places(found: pd.DataFrame) -> list[list[object]]:
    return found[["row", "column", "value"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("Иванова", quoting.TEXT),
        ("12 (Петров)", quoting.TEXT),
        ("И. П.", quoting.TEXT),
        ("5 чел.", "5 чел."),
        ("нет", "нет"),
        ("н/д", "н/д"),
        ("–", "–"),
        ("2О", "2О"),
        ("октябрь 2025", "октябрь 2025"),
        ("oge-xx", "oge-xx"),
        ("#ЗНАЧ!", "#ЗНАЧ!"),
        ("2025-09-15 10:00:00", "2025-09-15 10:00:00"),
        ("8 (913) 123-45-67", quoting.LONG),
        ("112-233-445 95", quoting.LONG),
        ("33.333333333333336", "33.333333333333336"),
    ],
)
def test_of_a_cell_only_what_names_nobody_is_repeated(cell: str, said: str) -> None:
    assert quoting.shown(cell) == said


def test_names_of_schools_and_places_may_be_repeated_where_they_were_asked_for() -> None:
    assert quoting.named("МБОУ СОШ № 3") == "МБОУ СОШ № 3"
    assert quoting.named("Алейский р-н") == "Алейский р-н"
    assert quoting.named("Иванова Мария Петровна") == quoting.TEXT
    assert quoting.worded("методист Иванова М. П.") == "методист"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("reg22_m001", "reg22_m001"),
        ("220001", "220001"),
        ("89131234567", quoting.LONG),
        ("Ivanova 1985", quoting.TEXT),
        ("ivanova1985@mail.ru", quoting.TEXT),
    ],
)
def test_of_a_code_only_a_code_is_repeated(cell: str, said: str) -> None:
    assert quoting.code(cell) == said


def test_long_numbers_are_repeated_nowhere() -> None:
    assert quoting.named("МБОУ СОШ № 3, 8 (913) 123-45-67") == quoting.TEXT
    assert quoting.worded("приёмная 8 (913) 123-45-67") == "приёмная"
    assert quoting.worded("снилс 112-233-445 95") == f"снилс {quoting.LONG}"
    assert quoting.worded("2025-09-15 10:00:00") == "2025-09-15 10:00:00"
    assert [quoting.number(value) for value in (89131234567, 11223344595.0)] == [quoting.LONG] * 2
    assert [quoting.number(value) for value in (220001, 12.5)] == [220001, 12.5]


def test_a_surname_in_a_column_of_counts_stands_nowhere(box: Box) -> None:
    box.csv("schools.csv", REGISTER)
    good = ["220002", 2025, "oge-ma", 20, 7, ""]
    box.xlsx("r.xlsx", [RESULTS, ["220001", 2025, "oge-ma", 20, "Неведомская", ""], good])
    box.csv("m.csv", [["school_id", "measure_id", "kind", "date_from"], ["220001", "1", "x", "Неведомская"]])
    result = box.ingest()
    assert places(result.findings[result.findings["check"] == "cell_not_a_number"]) == [
        [2, "failed", "текст"]
    ]
    assert "220002" in set(result.snapshot.table("results")["school_id"])
    written = [*everything(box.project.processed), *everything(box.project.reports)]
    assert any(path.endswith("m001.xlsx") for path, _ in written)
    assert [path for path, text in written if "Неведомская" in text] == []


def test_numbers_no_school_can_have_are_told(box: Box) -> None:
    box.csv("schools.csv", REGISTER)
    rows = [
        ["220001", 2025, "oge-ma", 10**12, 3, ""],
        ["220001", 2025, "oge-ru", 9000, 3, ""],
        ["220002", 2025, "oge-ma", 20, 3, -5],
        ["220003", 2025, "oge-ma", 20, 3, 4.1],
    ]
    box.xlsx("r.xlsx", [RESULTS, *rows])
    result = box.ingest()
    found = result.findings.set_index("check")
    assert found.loc["cell_too_large", ["row", "column", "value"]].tolist() == [
        2,
        "participants",
        quoting.LONG,
    ]
    assert found.loc["crowd", ["row", "value", "severity"]].tolist() == [3, "9000", "warning"]
    assert found.loc["mean_score_outside", ["row", "column", "value"]].tolist() == [4, "Средний балл", "-5"]
    table = result.snapshot.table("results").set_index(["school_id", "series"])
    assert pd.isna(table.loc[("220002", "oge-ma"), "mean_score"])
    assert table.loc[("220002", "oge-ma"), "participants"] == 20
    assert table.loc[("220003", "oge-ma"), "mean_score"] == 4.1


def test_values_of_parameters_that_cannot_be_are_left_out_and_their_rows_stay(box: Box) -> None:
    box.csv("schools.csv", REGISTER)
    share = "Высокая доля обучающихся из семей группы риска"
    rows = [
        ["220001", "2025-09", "2.1", share, 150],
        ["220001", "2025-09", "4.1", "Дефицит педагогов", -1],
        ["220001", "2025-09", "4.4", "Нагрузка администрации, часов", 150],
        ["220002", "2025-09", "2.1", share, 35],
    ]
    box.csv("d.csv", [AUDIT, *rows])
    result = box.ingest()
    found = result.findings[result.findings["check"] == "value_outside"]
    assert places(found) == [[2, "Значение", "150"], [3, "Значение", "-1"]]
    values = result.snapshot.table("deficits").sort_values(["school_id", "code"])["value"]
    assert values.isna().tolist() == [True, True, False, False]


def test_plans_above_the_whole_are_told_and_kept(box: Box) -> None:
    box.csv("schools.csv", REGISTER)
    rows = [
        ["m001", "Алейский район", 1, "Семинар", "4.1", "Доля обученных учителей", 120],
        ["m001", "Алейский район", 2, "Семинар", "4.1", "Число семинаров", 120],
    ]
    box.xlsx("p.xlsx", [PLAN, *rows])
    assert places(of(box, "plan_outside")) == [[2, "План", "120"]]


def test_codes_typed_as_numbers_are_told_once(box: Box) -> None:
    box.csv("schools.csv", REGISTER)
    rows: list[list[object]] = [
        ["m001", "Алейский район", 1, "Семинар", 1.10, "", ""],
        ["m001", "Алейский район", 2, "Семинар", 4.2, "", ""],
        ["m001", "Алейский район", 3, "Семинар", "1.10", "", ""],
    ]
    box.xlsx("p.xlsx", [PLAN, *rows])
    (found,) = of(box, "code_as_number").to_dict("records")
    assert (found["row"], found["column"], found["value"]) == (2, "Коды параметров", "1.1")
    assert "ячеек: 2" in found["message"]


def test_what_stands_in_a_column_without_a_heading_is_told_without_its_words(box: Box) -> None:
    box.csv("schools.csv", REGISTER)
    row = ["220001", 2025, "oge-ma", 20, 3, ""]
    box.xlsx("r.xlsx", [RESULTS, [*row, "", "Неведомская болела"]])
    box.csv("numbered.csv", [["", *RESULTS], [0, "220002", 2025, "oge-ma", 20, 3, ""]])
    found = of(box, "no_heading")
    assert found[["file", "row", "column", "value", "severity"]].to_numpy().tolist() == [
        ["numbered.csv", 2, "A", "", "info"],
        ["r.xlsx", 2, "H", "", "warning"],
    ]


def test_a_code_of_a_municipality_that_contradicts_its_name(box: Box) -> None:
    box.csv("schools.csv", REGISTER)
    rows = [
        ["m002", "Алейский район", 1, "Семинар", "4.1", "", ""],
        ["m777", "Алейский район", 2, "Семинар", "4.1", "", ""],
        ["m002", "город Барнаул", 3, "Семинар", "4.1", "", ""],
    ]
    box.xlsx("p.xlsx", [PLAN, *rows])
    result = box.ingest()
    found = result.findings[result.findings["check"] == "municipality_contradicts"]
    assert found[["row", "column", "value", "severity"]].to_numpy().tolist() == [
        [2, "Код муниципалитета", "m002", "error"],
        [3, "Код муниципалитета", "m777", "warning"],
    ]
    plan = result.snapshot.table("roadmap").set_index("item")["municipality_id"].to_dict()
    assert plan == {"2": "m001", "3": "m002"}


def test_a_code_of_five_digits_among_codes_of_another_region_is_shown_as_it_stands(box: Box) -> None:
    rows = [[f"2200{at:02d}", 2025, "oge-ma", 20, 3, ""] for at in range(1, 12)]
    box.csv("r.csv", [RESULTS, *rows, ["53001", 2025, "oge-ma", 20, 3, ""]])
    assert places(of(box, "short_login")) == [[13, "school_id", "53001"]]


def test_a_nought_that_a_spreadsheet_has_eaten_comes_back(box: Box) -> None:
    box.csv("r.csv", [RESULTS, *[[f"53{at:03d}", 2025, "oge-ma", 20, 3, ""] for at in range(1, 12)]])
    result = box.ingest()
    assert "short_login" not in set(result.findings["check"])
    assert set(result.snapshot.table("results")["school_id"]) == {f"053{at:03d}" for at in range(1, 12)}


def test_the_same_file_twice_is_told_once(box: Box) -> None:
    rows = [RESULTS, ["220001", 2025, "oge-ma", 20, 3, ""]]
    box.csv("a.csv", rows)
    box.csv("b.csv", rows)
    box.csv("c.csv", [RESULTS, ["220002", 2025, "oge-ma", 20, 3, ""]])
    found = of(box, "same_file")
    assert found["file"].tolist() == ["b.csv"]
    assert "«a.csv»" in found["message"].iloc[0]


def test_decisions_without_codes_cost_only_themselves(box: Box) -> None:
    box.csv("schools.csv", REGISTER)
    box.csv("school_matches.csv", [["name", "decision"], ["СОШ № 1", "accepted"], ["СОШ № 9", "rejected"]])
    box.csv("r.csv", [RESULTS, ["220001", 2025, "oge-ma", 20, 3, ""]])
    found = of(box, "match_without_school")
    assert places(found) == [[2, "Название", "СОШ № 1"]]


@pytest.mark.parametrize("file", ["school_matches.csv", "corrections.csv"])
def test_a_damaged_table_of_decisions_stops_nothing(box: Box, file: str) -> None:
    (box.raw / file).write_bytes(bytes(range(256)) * 20)
    box.csv("r.csv", [RESULTS, ["220001", 2025, "oge-ma", 20, 3, ""]])
    result = box.ingest()
    assert result.findings.set_index("check").loc["unreadable", "file"] == file
    assert len(result.snapshot.table("results")) == 1


def test_no_snapshot_is_promised_where_there_is_none(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.csv("r.csv", [RESULTS, ["220001", 2025, "oge-ma", 20, 3, ""]])
    real = atomic.write_text

    def full(path: Path, text: str) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic, "write_text", full)
    with pytest.raises(InputError, match="нет места") as first:
        box.ingest()
    assert "Прежнего снимка нет" in str(first.value)
    assert "остаётся текущим" not in str(first.value)
    monkeypatch.setattr(atomic, "write_text", real)
    box.ingest()
    box.csv("s.csv", [RESULTS, ["220002", 2025, "oge-ma", 20, 3, ""]])
    monkeypatch.setattr(atomic, "write_text", full)
    with pytest.raises(InputError, match="Прежний снимок цел и остаётся текущим"):
        box.ingest()


def test_a_quota_of_the_disk_ends_in_one_sentence(box: Box) -> None:
    box.csv("schools.csv", REGISTER)
    box.csv("r.csv", [RESULTS, *[["220001", 2025, "oge-ma", "x", 3, ""] for _ in range(300)]])
    (box.project.root / "shnor.yml").write_text("region: Пробный край\n", encoding="utf-8")

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (6 << 10, 6 << 10))

    done = subprocess.run(
        [sys.executable, "-m", "shnor_lib.cli", "ingest"],
        cwd=box.project.root,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        preexec_fn=small,
    )
    assert done.returncode == 1
    assert "файл больше допустимого размера" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("name", ["CON", 'Район / "Север"', "Округ «😀»", "Д" * 300, "../../etc", "=1+1"])
def test_strange_names_of_municipalities_become_safe_codes(box: Box, name: str) -> None:
    box.csv("schools.csv", [["school_id", "year", "municipality"], ["220001", 2025, name]])
    (code,) = box.ingest().snapshot.table("schools")["municipality_id"].unique()
    assert re.fullmatch(r"[a-z0-9_-]{1,60}", code)
    assert code not in ("con", "region")
