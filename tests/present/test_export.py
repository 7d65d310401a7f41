"""Tables as files: what people get in a spreadsheet."""

import openpyxl
import pandas as pd
import pytest

from shnor_lib.present import export

FRAME = pd.DataFrame(
    {
        "municipality": ["Район"],
        "name": ['МБОУ "СОШ №2"'],
        "school_id": ["220001"],
        "low_quartile": pd.array([True], dtype="boolean"),
        "index": pd.array([65.2], dtype="Float64"),
        "value": [94.0],
        "hits": pd.array([pd.NA], dtype="Int64"),
    }
)
NOTE = "Примечание " * 30


@pytest.fixture
def sheet(tmp_path):
    export.write(FRAME, tmp_path / "t.xlsx", "Заголовок", (NOTE, "Методика: m"))
    return openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0]


def test_notes_stand_over_the_table_and_take_the_lines_they_need(sheet):
    assert [sheet[f"A{row}"].value for row in (1, 2, 3)] == ["Заголовок", NOTE, "Методика: m"]
    assert sheet.row_dimensions[2].height >= 2 * 15
    assert any(str(merged).startswith("A2:") for merged in sheet.merged_cells.ranges)


def test_headings_have_room_and_stay_in_sight_with_the_names_of_schools(sheet):
    """«Индекс в нижнем квартиле» is longer than its column: the row of headings is higher."""
    assert sheet["D5"].value == "Индекс в нижнем квартиле"
    assert sheet.row_dimensions[5].height >= 2 * 15
    assert sheet.freeze_panes == "D6"
    assert sheet.auto_filter.ref == "A5:G6"


def test_values_are_for_people(sheet):
    row = [cell.value for cell in sheet[6]]
    assert row == ["Район", "МБОУ «СОШ №\N{NO-BREAK SPACE}2»", "220001", "да", 65.2, 94, None]
    assert [sheet[f"{letter}6"].number_format for letter in "EF"] == ["0.0#", "0"]
