"""What is made to do harm is refused with a reason, costs little, and everything else is read."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from shnor_lib.data.intake import IngestResult, found, one_file
from shnor_lib.data.intake.file_notes import Notes
from shnor_lib.data.intake.one_file import FileRead, Job
from tests.intake import hostile
from tests.intake.conftest import Box, statistics

ROOT = Path(__file__).parents[2]
MEMORY = 200  # MB that all of them together may add


@pytest.fixture(scope="module")
def all_at_once(tmp_path_factory: pytest.TempPathFactory) -> IngestResult:
    box = Box(tmp_path_factory.mktemp("hostile"))
    (box.raw / "a.xlsx").write_bytes(hostile.book())
    for name, (make, _) in hostile.NAMED.items():
        (box.raw / name).write_bytes(make())
    return box.ingest()


@pytest.mark.parametrize("name", hostile.NAMED)
def test_each_is_named_with_its_reason(all_at_once: IngestResult, name: str) -> None:
    findings = all_at_once.findings
    of_file = findings[(findings["file"] == name) & (findings["severity"] != "info")]
    assert len(of_file) > 0, "no silent loss"
    said = " ".join(of_file["message"])
    assert hostile.NAMED[name][1] in said
    assert "не удалось разобрать (" not in said, "known troubles have words of their own"
    assert "сбой" not in said


def test_the_good_file_among_them_is_read(all_at_once: IngestResult) -> None:
    results = all_at_once.snapshot.table("results")
    assert results["source"].unique().tolist() == [
        "a.xlsx | Лист1 | 8 | из долей 10,00 / 40,00 / 30,00 / 20,00"
    ]


def test_memory_stays_bounded(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.intake.hostile", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < MEMORY


def read(path: Path) -> FileRead:
    return one_file.read(Job(path, path.name, Notes(), one_file.content(path)))


def checks(done: FileRead) -> list[str]:
    return [finding.check for finding in done.findings]


def test_macros_are_not_run_and_are_mentioned(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsm"
    path.write_bytes(hostile.repacked({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0Sub Auto_Open()"}))
    done = read(path)
    assert done.input.rows == 1
    assert [finding.message for finding in done.findings if finding.check == "macros"] == [
        "в книге есть макросы; они не выполнялись"
    ]


def test_formulas_are_read_as_their_last_values_and_those_without_one_are_reported(tmp_path: Path) -> None:
    for name, value in (("kept.xlsx", "30,00"), ("lost.xlsx", "")):
        with xlsxwriter.Workbook(str(tmp_path / name)) as book:
            page = book.add_worksheet("Отчёт")
            for at, row in enumerate(statistics(hostile.GOOD)):
                for column, cell in enumerate(row):
                    if cell not in (None, "") and (at, column) != (7, 5):
                        page.write(at, column, cell)
            page.write_formula(7, 5, '=WEBSERVICE("http://a.b")', None, value)
    kept, lost = read(tmp_path / "kept.xlsx"), read(tmp_path / "lost.xlsx")
    assert (kept.input.rows, checks(kept)) == (1, [])
    assert "percent_missing" in checks(lost)


def test_a_formula_without_any_value_is_named_by_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    cell = b'<row r="30"><c r="C30"><f>SUM(A1:A9)</f><v></v></c></row></sheetData>'
    path.write_bytes(hostile.sheet(lambda body: body.replace(b"</sheetData>", cell)))
    (told,) = (finding for finding in read(path).findings if finding.check == "formula_without_value")
    assert (told.sheet, told.column) == ("Лист1", "C30")


def test_stretched_formatting_is_no_reason_to_refuse(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    blank = hostile.many("1048000", '<table:table-cell table:number-columns-repeated="16384"/>')
    rows = [["" if cell is None else cell for cell in row] for row in statistics(hostile.GOOD)]
    path.write_bytes(hostile.ods(hostile.ods_rows(rows) + blank))
    assert read(path).input.rows == 1


@pytest.mark.parametrize("encoding", [b"UTF-0", b"UTF-2147483648", b"none"])
def test_a_strange_encoding_of_a_part_is_no_unforeseen_error(tmp_path: Path, encoding: bytes) -> None:
    path = tmp_path / "a.xlsx"
    changed = hostile.sheet(lambda body: body.replace(b"UTF-8", encoding), "xl/_rels/workbook.xml.rels")
    assert changed != hostile.book()
    path.write_bytes(changed)
    found = read(path)
    assert found.input.rows == 1 or [item.check for item in found.findings] == ["unreadable"]
    assert not any("устройство не удалось разобрать" in item.message for item in found.findings)


@pytest.mark.parametrize("name", ["book.csv", "book", "book.xls", "книга.ods"])
def test_a_workbook_is_a_workbook_under_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(hostile.book())
    assert read(tmp_path / name).input.rows == 1


def test_an_old_workbook_and_a_csv_under_a_wrong_name(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(hostile.XLS.read_bytes())
    (tmp_path / "b.xlsx").write_text("school_id,year,series,participants,failed\n220001,2025,oge-ma,20,5\n")
    assert read(tmp_path / "a.xlsx").input.rows == 6
    assert read(tmp_path / "b.xlsx").input.rows == 1


def test_what_lies_in_the_folder_and_is_no_file_is_named(box: Box, tmp_path: Path) -> None:
    good = box.xlsx("a.xlsx", statistics(hostile.GOOD))
    secret = tmp_path / "secret.csv"
    secret.write_text("school_id,year\n", encoding="utf-8")
    (box.raw / "out.csv").symlink_to(secret)
    (box.raw / "again.xlsx").symlink_to(good)
    (box.raw / "lost.xlsx").symlink_to(tmp_path / "nowhere")
    (box.raw / "ring.xlsx").symlink_to(box.raw / "ring.xlsx")
    os.mkfifo(box.raw / "pipe.csv")
    (box.raw / "folder.xlsx").mkdir()
    (box.raw / "evil\u202excod.csv").write_text("a\n", encoding="utf-8")
    told = found.find(box.raw)
    assert list(told.files) == ["a.xlsx", "evil\\x202excod.csv"]
    assert {(finding.file, finding.check) for finding in told.findings} == {
        ("out.csv", "link"),
        ("again.xlsx", "link"),
        ("lost.xlsx", "link"),
        ("ring.xlsx", "link"),
        ("pipe.csv", "not_a_file"),
        ("folder.xlsx", "folder_named_as_file"),
        ("evil\\x202excod.csv", "file_name"),
    }
    result = box.ingest()
    assert {"link", "not_a_file", "file_name"} <= set(result.findings["check"])
    assert isinstance(result.findings, pd.DataFrame)
