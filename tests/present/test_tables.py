"""Display tables and their workbook."""

from io import BytesIO

import openpyxl
import pandas as pd

from shnor_lib.present import labels, tables, text
from shnor_lib.present.tables import Table
from shnor_lib.present.workbook import workbook

SCHOOLS = pd.DataFrame(
    {
        "school_id": ["220001", "220002"],
        "name": ["=1+1", None],
        "municipality": ["Алейский район", "Бийский район"],
        "status": ["shnor", None],
        "hits": pd.array([2, pd.NA], dtype="Int64"),
    }
)


LONG = "Слова таблицы, которым в одной строке тесно, и ещё раз, чтобы строк стало три, не меньше того"


def _table() -> Table:
    columns = [
        *tables.schools(SCHOOLS),
        *tables.municipality(SCHOOLS),
        tables.marked("Статус", SCHOOLS["status"], labels.STATUSES, "status"),
        tables.numbers("Порог", SCHOOLS["hits"]),
    ]
    return Table("Список: 2025/26", columns)


def test_html_says_status_with_a_symbol_and_escapes_names():
    html = _table().html()
    assert "<b>●</b>ШНОР" in html
    assert "Школа 220002" in html
    assert "<th" in html
    assert Table("Пусто", [tables.words("Школа", [])], nothing="Нет").html().endswith(">Нет</p>")
    assert "&lt;b&gt;" in Table("", [tables.words("Школа", ["<b>"])]).html()


def test_a_long_table_is_searched_on_the_screen_and_spared_on_paper():
    rows = Table("Все", [tables.words("Школа", map(str, range(300)))]).html()
    assert "shnor-search" in rows
    assert "300 строк" in rows.replace(text.NBSP, " ")
    assert "shnor-search" not in _table().html()


def test_one_municipality_needs_no_column():
    assert tables.municipality(SCHOOLS.head(1)) == []


def test_workbook_keeps_text_as_text_and_numbers_as_numbers():
    data = workbook([_table(), _table()], {"Год": "2025"})
    book = openpyxl.load_workbook(BytesIO(data))
    assert book.sheetnames == ["Список  2025 26", "Список  2025 26 (2)", "О расчёте"]
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["Школа", "Код", "Муниципалитет", "Статус", "Порог"]
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1", "s")
    assert sheet["B2"].value == "220001"
    assert sheet["E2"].value == 2
    assert sheet["E3"].value == "—"


def test_a_long_caption_has_a_short_name_for_its_sheet_and_the_note_stands_below():
    table = Table(
        "Заголовок длиннее, чем Excel позволяет листу",
        _table().columns,
        note="<b>Пояснение</b>",
        sheet="Лист",
    )
    book = openpyxl.load_workbook(BytesIO(workbook([table], {})))
    assert book.sheetnames == ["Лист", "О расчёте"]
    assert [cell.value for cell in book["Лист"]["A"]][-1].strip() == "Пояснение"


def test_numbers_have_the_decimals_of_their_column():
    table = Table("Т", [tables.numbers("Отношение", [1.91260014566642], 1), tables.numbers("Всего", [2026])])
    sheet = openpyxl.load_workbook(BytesIO(workbook([table], {}))).worksheets[0]
    assert [cell.number_format for cell in sheet[2]] == ["0.0", "0"]


def test_headings_and_rows_are_as_high_as_their_words():
    """LibreOffice makes no row higher by itself: without a height a heading lies over the first row."""
    table = Table("Т", [tables.numbers(LONG, [1]), tables.words("Школа", [LONG * 3])])
    sheet = openpyxl.load_workbook(BytesIO(workbook([table], {}))).worksheets[0]
    assert sheet.row_dimensions[1].height > 3 * 15
    assert sheet.row_dimensions[2].height > 3 * 15
    letters = max(map(len, LONG.split()))
    assert sheet.column_dimensions["A"].width > letters
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B2"
