"""The screening report as a workbook: findings with filters, and the summary by file."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import xlsxwriter

from shnor_lib.data.findings import ERROR, INFO, WARNING
from shnor_lib.data.screening import catalogue

_FINDINGS = (  # column, heading, width
    ("severity", "Важность", 16),
    ("municipality", "Муниципалитет", 28),
    ("school_id", "Код школы", 11),
    ("file", "Файл", 44),
    ("sheet", "Лист", 22),
    ("row", "Строка", 8),
    ("column", "Столбец", 22),
    ("value", "Значение", 26),
    ("message", "Что не так", 70),
    ("action", "Что сделать", 60),
    ("_check", "Проверка", 44),
)
_SUMMARY = (
    ("file", "Файл", 60),
    ("sheet", "Лист", 26),
    ("reader", "Форма", 34),
    ("rows", "Принято строк", 14),
    (ERROR, "Ошибок", 10),
    (WARNING, "Предупреждений", 16),
    (INFO, "К сведению", 12),
)
_CHECKS = (
    ("title", "Что проверяется", 60),
    ("stage", "Этап", 12),
    ("result", "Итог", 18),
    (ERROR, "Ошибок", 10),
    (WARNING, "Предупреждений", 16),
    (INFO, "К сведению", 12),
    ("why", "Почему не проводилась", 44),
    ("source", "Правило", 12),
)
COLOURS = {ERROR: "#FBE3DD", WARNING: "#FFF3CF", INFO: "#EAF1F8"}
OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,  # no temporary files: they cost more than the sheets
}
_LAST_ROW = 1_048_575


def write_workbook(
    path: Path,
    findings: pd.DataFrame,
    summary: pd.DataFrame,
    checks: pd.DataFrame,
    severities: Mapping[str, str],
) -> None:
    """Write the sheets; texts of files are written as texts, never as formulas or links."""
    with xlsxwriter.Workbook(str(path), OPTIONS) as book:
        fills = {key: book.add_format({"bg_color": colour}) for key, colour in COLOURS.items()}
        shown = findings.assign(_fill=findings["severity"], severity=findings["severity"].map(severities))
        shown = shown.assign(_check=shown["check"].map(catalogue.title))
        write_sheet(book, "Замечания", shown.head(_LAST_ROW), _FINDINGS, fills)
        write_sheet(book, "По файлам", summary, _SUMMARY, {})
        write_sheet(book, "Проверки", checks, _CHECKS, {})


def write_sheet(
    book: xlsxwriter.Workbook,
    name: str,
    frame: pd.DataFrame,
    columns: tuple[tuple[str, str, int], ...],
    fills: Mapping[str, object],
) -> None:
    """Write a frame as a sheet with filters; the column `_fill` names the fill of the first cell of a row."""
    sheet = book.add_worksheet(name)
    head = book.add_format(
        {"bold": True, "bg_color": "#22384D", "font_color": "#FFFFFF", "valign": "vcenter"}
    )
    for at, (_, heading, width) in enumerate(columns):
        sheet.write_string(0, at, heading, head)
        sheet.set_column(at, at, width)
    marks = frame["_fill"].tolist() if "_fill" in frame else [""] * len(frame)
    cells = [frame[key].tolist() for key, _, _ in columns]
    for row, mark in enumerate(marks, 1):
        for at, column in enumerate(cells):
            value = column[row - 1]
            if pd.isna(value) or value == "":
                continue
            style = fills.get(mark) if at == 0 else None
            if isinstance(value, str):
                sheet.write_string(row, at, value, style)
            else:
                sheet.write_number(row, at, int(value), style)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(frame), 1), len(columns) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
