"""Bad input: a Russian message, nothing else stops, nothing personal stays."""

from pathlib import Path

import pytest
import xlsxwriter

from shnor_lib.data import store
from shnor_lib.data.intake import archive, files
from shnor_lib.data.intake.tidy import Tidy
from shnor_lib.errors import InputError, ScreeningError
from tests.intake.conftest import Box, statistics
from tests.intake.test_readers import SCHOOL


def message(box: Box, check: str) -> str:
    found = box.ingest().findings
    texts = found.loc[found["check"] == check, "message"].tolist()
    assert len(texts) == 1
    return str(texts[0])


def test_empty_folder_says_what_to_put_there(box: Box) -> None:
    (box.raw / ".gitkeep").touch()
    (box.raw / "~$открыт.xlsx").touch()
    with pytest.raises(InputError, match="Положите туда отчёты"):
        box.ingest()


def test_truncated_workbook_does_not_stop_the_others(box: Box) -> None:
    whole = box.xlsx("a.xlsx", statistics(SCHOOL))
    (box.raw / "b.xlsx").write_bytes(whole.read_bytes()[:3000])
    assert "оборван" in message(box, "unreadable")
    assert len(store.current(box.project.processed).table("results")) == 1
    (line,) = (line for line in box.ingest().text.splitlines() if "не принят" in line)
    assert "b.xlsx — " in line
    assert "оборван" in line


def test_a_snapshot_that_was_cut_is_mended_by_the_next_ingest_which_says_so(box: Box) -> None:
    box.xlsx("a.xlsx", statistics(SCHOOL))
    first = box.ingest().snapshot
    assert "повреждён" not in box.ingest().text
    part = next((first.path / "results").rglob("*.parquet"))
    part.write_bytes(part.read_bytes()[:40])
    with pytest.raises(InputError, match="повреждён"):
        store.current(box.project.processed)
    again = box.ingest()
    assert again.snapshot.id == first.id
    assert "Этот снимок был повреждён и записан заново: в файле «results/" in again.text
    assert len(store.current(box.project.processed).table("results")) == 1
    assert "повреждён" not in box.ingest().text


def test_encrypted_workbook_is_named_so(box: Box) -> None:
    box.xlsx("a.xlsx", statistics(SCHOOL))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    (box.raw / "b.xlsx").write_bytes(head + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600)
    assert "защищён паролем" in message(box, "unreadable")


def test_csv_without_a_column_names_it_and_what_was_found(box: Box) -> None:
    box.xlsx("a.xlsx", statistics(SCHOOL))
    box.csv("r.csv", [["school_id", "year", "series", "failed"], ["220001", 2025, "oge-ma", 3]])
    said = message(box, "missing_columns")
    assert "participants («Кол-во участников»)" in said
    assert "найдены: «school_id», «year», «series», «failed»" in said


def test_unknown_layout_repeats_no_unknown_cell(box: Box) -> None:
    box.xlsx("a.xlsx", statistics(SCHOOL))
    box.csv("r.csv", [["Иванов Иван Иванович", "4510 123456"], ["Петров Пётр Петрович", "4510 654321"]])
    said = message(box, "unknown_layout")
    assert "не распознана" in said
    assert "Иванов" not in said


PUPILS = [
    ["Фамилия", "Имя", "Код ОО", "Предмет", "Год", "Оценка"],
    ["Секретов", "Тайн", "220001", "МА", 2025, 2],
]


def test_pupil_level_sheet_is_refused_and_nothing_of_it_is_written(box: Box) -> None:
    box.xlsx("a.xlsx", statistics(SCHOOL))
    box.xlsx("p.xlsx", PUPILS)
    assert "данные отдельных учеников" in message(box, "pupil_level")
    for folder in (box.project.processed, box.project.reports):
        for path in folder.rglob("*"):
            if path.is_file():
                assert "Секретов".encode() not in path.read_bytes()


def test_nothing_usable_is_an_error_that_points_to_the_report(box: Box) -> None:
    box.xlsx("p.xlsx", PUPILS)
    with pytest.raises(ScreeningError, match="Ни один файл не принят"):
        box.ingest()
    assert (box.project.reports / "screening" / "screening_report.html").exists()
    assert not (box.project.processed / store.CURRENT).exists()


def test_strict_makes_no_snapshot_when_there_are_errors(box: Box) -> None:
    box.xlsx("a.xlsx", statistics(SCHOOL))
    first = box.ingest(strict=True).snapshot
    box.csv("bad.csv", [["чепуха"], ["1"]])
    with pytest.raises(ScreeningError, match="строгой загрузке"):
        box.ingest(strict=True)
    assert store.current(box.project.processed).id == first.id


def test_absurd_sheet_is_refused_before_it_is_laid_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "wide.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        page.write(0, 0, "Логин")
        page.write(1_000_000, 16_000, 1)
    with pytest.raises(InputError, match="не открыт"):
        files.open_file(path, path.name)
    monkeypatch.setattr(archive, "MAX_UNPACKED", 100)
    with pytest.raises(InputError, match="после распаковки"):
        files.open_file(path, path.name)


def test_binary_and_empty_files(box: Box) -> None:
    box.xlsx("a.xlsx", statistics(SCHOOL))
    (box.raw / "b.csv").write_bytes(b"a;b\x00c\n1;2\n")
    (box.raw / "c.csv").write_bytes(b"")
    found = box.ingest().findings
    texts = " ".join(found.loc[found["check"] == "unreadable", "message"])
    assert "не таблица" in texts
    assert "пуст" in texts


def test_report_states_what_was_accepted(box: Box) -> None:
    box.xlsx(
        "отчёт.xlsx",
        statistics(SCHOOL, ["sch220002 | <b>Школа</b>", None, 8, "1,00", "1,00", "1,00", "1,00"]),
    )
    result = box.ingest()
    html = result.report_html.read_text(encoding="utf-8")
    assert "отчёт.xlsx" in html
    assert "Прочитано файлов: 1 из 1" in result.text
    assert "ошибок 1" in result.text
    assert "Статистика по отметкам" in html
    assert "доли отметок" in html.casefold()
    assert "http" not in html
    assert result.report_xlsx.stat().st_size > 1000


def test_same_files_give_the_same_snapshot(box: Box) -> None:
    box.xlsx("a.xlsx", statistics(SCHOOL))
    assert box.ingest().snapshot.id == box.ingest().snapshot.id


def test_a_row_wider_than_the_header_names_the_delimiter(box: Box) -> None:
    box.xlsx("a.xlsx", statistics(SCHOOL))
    head = ["school_id", "year", "series", "participants", "failed"]
    row = ["220001", 2025, "oge-ma", 20, 5]
    box.csv("r.csv", [head, *[row] * 60, [*row, 6, 7]])
    assert "по знаку «,»" in message(box, "unreadable")


def test_a_reader_that_fails_costs_only_its_sheet(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.xlsx("a.xlsx", statistics(SCHOOL))
    box.csv("r.csv", [["old_id", "new_id", "from_date", "kind"], ["220001", "220002", "2024", "rename"]])
    monkeypatch.setattr(Tidy, "read", lambda *_: 1 / 0)
    assert "ZeroDivisionError" in message(box, "reader_failed")
    assert len(store.current(box.project.processed).table("results")) == 1


def test_an_undated_change_of_codes_is_refused(box: Box) -> None:
    box.xlsx("a.xlsx", statistics(SCHOOL))
    box.csv("r.csv", [["old_id", "new_id", "from_date", "kind"], ["220001", "220002", "скоро", "rename"]])
    assert "дата перехода" in message(box, "no_date")


def test_csv_with_a_lone_carriage_return_does_not_stop_the_others(box: Box) -> None:
    box.xlsx("a.xlsx", statistics(SCHOOL))
    (box.raw / "b.csv").write_bytes("Логин;Год\r;x\nsch220001;20\r21\n".encode())
    assert len(box.ingest().snapshot.table("results")) == 1
    (box.raw / "c.csv").write_bytes(b"a;b\n1;" + b"x" * 200_000 + b"\n")
    assert "слишком длинная ячейка" in message(box, "unreadable")
