"""Workbooks that are mailed back to municipalities: their own rows only, the faulty cells marked."""

import re
import zipfile

import openpyxl
import pytest

from shnor_lib.data.screening import municipal
from tests.intake.conftest import Box, statistics
from tests.intake.test_readers import LONG_HEAD

RESULTS = ["school_id", "year", "series", "participants", "failed", "Примечание"]
SCHOOLS = [
    ["school_id", "year", "name", "municipality_id", "municipality"],
    ["220001", 2025, '=HYPERLINK("http://x")', "m1", "Первый район"],
    ["220002", 2025, "Вторая школа", "m2", "Второй район"],
    ["220003", 2025, "Третья школа", "m3", "Третий район"],
]
GOOD = [["220002", 2024, "oge-ma", 20, 5, "ладно"], ["220003", 2025, "oge-ma", 20, 5, "ладно"]]
BAD = [
    ["220001", 2025, "oge-ma", 20, 21, "=1+1"],
    ["220001", 2024, "oge-ma", 20, "5 чел.", "первая"],
    ["220002", 2025, "oge-ma", 20, 22, "вторая"],
]


def folder(box):
    return box.project.reports / "screening"


def book(box, name):
    return openpyxl.load_workbook(folder(box) / name)


def words(path):
    """Everything a workbook holds, as text."""
    with zipfile.ZipFile(path) as archive:
        return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def cells(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.fixture
def two(box: Box) -> Box:
    """Rows of three municipalities in one sheet; the third has no fault."""
    box.xlsx("Итоги/r.xlsx", [["Результаты ОГЭ"], RESULTS, *GOOD, *BAD], sheet="ОГЭ")
    box.csv("s.csv", SCHOOLS)
    box.ingest()
    return box


def test_each_municipality_with_faults_has_a_workbook_and_no_other(two):
    assert {path.name for path in folder(two).glob("m*.xlsx")} == {"m1.xlsx", "m2.xlsx"}


def test_only_its_own_rows_are_in_it(two):
    first, second = (words(folder(two) / f"m{at}.xlsx") for at in (1, 2))
    assert "220001" in first
    assert not re.search("220002|220003|вторая|Второй|ладно", first)
    assert "220002" in second
    assert not re.search("220001|220003|первая|Первый|ладно", second)


def test_affected_rows_are_copied_with_title_heading_and_row_number(two):
    sheet = book(two, "m1.xlsx").worksheets[1]
    assert "Итоги/r.xlsx" in sheet["A1"].value
    rows = cells(sheet)[3:]
    assert [row[:4] for row in rows] == [
        [1, "Результаты ОГЭ", None, None],
        [2, "school_id", "year", "series"],
        [5, "220001", 2025, "oge-ma"],
        [6, "220001", 2024, "oge-ma"],
    ]


def test_faulty_cells_are_coloured_and_say_what_to_do(two):
    sheet = book(two, "m1.xlsx").worksheets[1]
    marked = {cell.coordinate: cell for row in sheet.iter_rows() for cell in row if cell.comment}
    assert [cell.value for cell in marked.values()] == [21, "5 чел."]
    faulty = marked["F7"]
    assert faulty.fill.fgColor.rgb.endswith("FBE3DD")
    assert "Оставьте в ячейке только число." in faulty.comment.text


def test_texts_of_files_are_never_formulas_or_links(box):
    box.csv("r.csv", [RESULTS, BAD[0]])
    box.csv("s.csv", SCHOOLS)
    box.ingest()
    first = words(folder(box) / "m1.xlsx")
    assert "=1+1" in first
    assert "=HYPERLINK" in first
    assert not re.search(r"<f>|<hyperlink", first)


def test_the_list_of_findings_comes_first_errors_before_warnings(two):
    sheet = book(two, "m1.xlsx").worksheets[0]
    assert sheet.title == "Замечания"
    told = cells(sheet)
    assert told[0][:4] == ["Важность", "Код школы", "Школа", "Файл"]
    severities = [row[0] for row in told[1:]]
    assert severities == sorted(severities)
    assert severities[0] == "Ошибка"


def test_the_report_links_to_the_workbooks(two):
    html = (folder(two) / "screening_report.html").read_text(encoding="utf-8")
    links = set(re.findall(r'href="(m\d\.xlsx)"', html))
    assert links == {"m1.xlsx", "m2.xlsx"}
    assert "Книги для отправки в муниципалитеты: 2" in html


def test_what_is_out_of_date_goes_and_what_others_put_there_stays(two):
    (folder(two) / "m9.xlsx").write_text("an answer of a municipality")
    two.xlsx("Итоги/r.xlsx", [["Результаты ОГЭ"], RESULTS, *GOOD, BAD[2]], sheet="ОГЭ")
    result = two.ingest()
    assert {path.name for path in folder(two).glob("m*.xlsx")} == {"m2.xlsx", "m9.xlsx"}
    assert "Книги для отправки в муниципалитеты там же: 1" in result.text


def test_rows_of_groups_are_no_titles(box):
    """Of a nested report the rows of municipalities stay behind: they hold sums of others."""
    one = ["sch220001 | Первая", None, 8, "12,60", "37,40", "37,50", "12,50"]
    box.xlsx("a.xlsx", statistics(one))
    box.ingest()
    (name,) = [path for path in folder(box).glob("*.xlsx") if path.name.startswith("reg22")]
    rows = cells(openpyxl.load_workbook(name).worksheets[1])[3:]
    first = [row[1] for row in rows]
    assert first[:3] == ["ВПР 2021. 5 класс", "Предмет:", "Статистика по отметкам"]
    assert first[-2:] == ["Группы участников", "sch220001 | Первая"]
    assert len(first) == 5


def test_a_fault_without_a_school_is_told_without_its_value_where_the_file_is_of_one_municipality(box):
    rows = [
        [2023, 6, "Математика", "Район", login, "Школа", 20, 5, 5, 5, 5]
        for login in ("edu220001", "Секретная")
    ]
    box.xlsx("own.xlsx", [LONG_HEAD, *rows])
    box.ingest()
    (path,) = [path for path in folder(box).glob("*.xlsx") if path.name != "screening_report.xlsx"]
    told = cells(openpyxl.load_workbook(path).worksheets[0])
    assert [(row[5], row[7]) for row in told[1:]] == [(3, None)]
    assert "Секретная" not in words(path)


def test_a_fault_without_a_school_in_a_file_of_several_goes_to_nobody(box):
    rows = [
        [2023, 6, "Математика", place, login, "Школа", 20, 5, 5, 5, 5]
        for place, login in (("Район", "edu220001"), ("Другой", "edu220002"), ("Другой", "нет логина"))
    ]
    box.xlsx("all.xlsx", [LONG_HEAD, *rows])
    box.ingest()
    assert [path.name for path in folder(box).glob("*.xlsx")] == ["screening_report.xlsx"]


def test_sheets_that_may_hold_personal_data_are_never_copied(box):
    box.csv("s.csv", SCHOOLS[:2])
    box.xlsx("r.xlsx", [RESULTS, BAD[0]])
    box.xlsx("pupils.xlsx", [["Фамилия", "Логин", "Балл"], ["Непубличный", "edu220001", 3]])
    box.xlsx("strange.xlsx", [["Кто", "Где"], ["Неизвестный", "edu220001"]])
    box.ingest()
    written = "".join(words(path) for path in folder(box).glob("*.xlsx"))
    written += (folder(box) / "screening_report.html").read_text(encoding="utf-8")
    assert "220001" in written
    assert not re.search("Непубличный|Неизвестный", written)


@pytest.mark.parametrize(
    "name", ["a/b", "..", "Алейский район", "x" * 300, "screening_report", "SCREENING_REPORT", "%41", ""]
)
def test_any_id_of_a_municipality_is_a_safe_name_of_its_own(name):
    made = municipal.file_name(name)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,80}\.xlsx", made)
    assert made.casefold() != "screening_report.xlsx"
    assert made != municipal.file_name(name + "2")


def test_a_list_of_earlier_workbooks_that_names_other_places_is_not_believed(tmp_path):
    outside = tmp_path / "outside.xlsx"
    outside.touch()
    inside = tmp_path / "screening"
    inside.mkdir()
    (inside / municipal.WRITTEN).write_text('["../outside.xlsx", "/etc/x.xlsx", "notes.txt"]')
    municipal.write(inside, [], {})
    assert outside.exists()
