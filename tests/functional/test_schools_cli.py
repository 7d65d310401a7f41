"""`shnor schools` as its user meets it."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from tests.functional.test_cli import refused, shnor

SCHOOLS = """school_id,year,name,municipality
220001,2025,МБОУ «Алейская СОШ № 1»,г. Алейск
220002,2025,МБОУ «Алейская СОШ № 2»,г. Алейск
"""
CODES = "school_id,kind,code,year\n220001,oge,101,\n220001,ege,201,2025\n"
CONTEXT = """Школа,Муниципалитет,Год,Показатель,Значение
Алейская средняя школа №1,город Алейск,2025,teachers_total,31
Кванториум «Школа будущего»,г. Алейск,2025,teachers_total,5
"""


@pytest.fixture
def region(tmp_path: Path) -> Path:
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    for name, text in (("schools", SCHOOLS), ("codes", CODES), ("context", CONTEXT)):
        (raw / f"{name}.csv").write_text(text, encoding="utf-8")
    assert shnor("ingest", "--project", tmp_path).returncode == 0
    return tmp_path


def decide(path: Path, *decisions: str) -> None:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row, decision in zip(rows, decisions, strict=True):
        row["decision"] = decision
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_propose_decide_ingest(region: Path) -> None:
    said = shnor("schools", "match", "--project", region)
    assert said.returncode == 0, said.stderr
    for words in (
        "220001  МБОУ «Алейская СОШ № 1»",
        "похожа одна школа",
        "Предложено: 2\u00a0названия",
        "shnor ingest",
    ):
        assert words in said.stdout, said.stdout
    path = region / "data" / "raw" / "school_matches.csv"
    assert shnor("schools", "match", "--project", region).stdout.count("Предложено: 0\u00a0названий") == 1
    names = pd.read_csv(path, dtype="str")["name"].tolist()
    decide(path, *("accepted" if "средняя" in name else "rejected" for name in names))
    assert "Решения ещё не учтены" in shnor("schools", "match", "--project", region).stdout
    strict = shnor("ingest", "--strict", "--project", region)
    assert strict.returncode == 0, strict.stderr
    assert "решения о школах без кода: 2" in strict.stdout
    after = shnor("schools", "match", "--project", region)
    assert "в текущем снимке нет" in after.stdout
    told = shnor("explain", "220001", "--sources", "--project", region)
    assert "школа записана как «Алейская средняя школа №1»" in told.stdout, told.stdout + told.stderr


def test_list_by_name_and_by_code(region: Path) -> None:
    whole = shnor("schools", "list", "--project", region)
    assert "220001  МБОУ «Алейская СОШ № 1»  [ОГЭ 101, ЕГЭ 201 с 2025 г.]" in whole.stdout
    assert "Всего: 2\u00a0школы." in whole.stdout
    assert "Всего: 1\u00a0школа." in shnor("schools", "list", "--find", "сош №2", "--project", region).stdout
    assert "220001" in shnor("schools", "list", "--find", "201", "--project", region).stdout
    assert (
        "Школ по запросу «лицей» нет."
        in shnor("schools", "list", "--find", "лицей", "--project", region).stdout
    )
    home = shnor("schools", "list", "--municipality", "г. Алейск", "--project", region)
    assert home.returncode == 0, home.stderr


def test_help_and_wrong_calls_are_russian(tmp_path: Path) -> None:
    said = shnor("schools")
    assert said.returncode == 0, said.stderr
    assert "Пример: shnor schools match" in said.stdout
    for command in ("match", "list"):
        assert "Пример: shnor schools" in shnor("schools", command, "--help").stdout
    refused(shnor("schools", "join"), 2, "есть: match, list")
    refused(shnor("school"), 2, "schools")
    refused(shnor("schools", "match", "--project", tmp_path), 1, "shnor ingest")


def test_a_wrong_decision_file_is_named_and_left_alone(region: Path) -> None:
    path = region / "data" / "raw" / "school_matches.csv"
    path.write_text("Школа,Год\nСОШ,2025\n", encoding="utf-8")
    refused(shnor("schools", "match", "--project", region), 1, "не таблица решений", "decision")
    assert path.read_text(encoding="utf-8") == "Школа,Год\nСОШ,2025\n"


def test_a_contradiction_is_told_by_ingest_with_its_place(region: Path) -> None:
    head = "name,municipality,school_id,decision\n"
    row = "Алейская средняя школа №1,город Алейск,{},accepted\n"
    path = region / "data" / "raw" / "school_matches.csv"
    path.write_text(head + row.format("220001") + row.format("220002"), encoding="utf-8")
    refused(shnor("ingest", "--strict", "--project", region), 1, "строгой")
    report = (region / "reports" / "screening" / "screening_report.html").read_text(encoding="utf-8")
    assert "есть другое решение" in report
