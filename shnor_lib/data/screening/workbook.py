"""The screening report as a workbook: findings with filters, and the summary by file."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import xlsxwriter

from shnor_lib import atomic
from shnor_lib.data.findings import ERROR, INFO, WARNING
from shnor_lib.data.screening import catalogue
from shnor_lib.sheets import BODY, HEADER, OPTIONS, finish, fit_row, header, number_body

_FINDINGS = (  # column, heading, width
    ("severity", "Важность", 16),
    ("municipality", "Муниципалитет", 28),
    ("school_id", "Код школы", 11),
    ("file", "Файл", 46),
    ("sheet", "Лист", 22),
    ("row", "Строка", 8),
    ("column", "Столбец", 22),
    ("value", "Значение", 26),
    ("message", "Что не так", 56),
    ("action", "Что сделать", 48),
    ("_check", "Проверка", 34),
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
_LAST_ROW = 1_048_575


def write_workbook(
    path: Path,
    findings: pd.DataFrame,
    summary: pd.DataFrame,
    checks: pd.DataFrame,
    severities: Mapping[str, str],
) -> None:
    """Write the sheets; texts of files are written as texts, never as formulas or links."""
    with atomic.buffered(path) as buffer, xlsxwriter.Workbook(buffer, OPTIONS) as book:
        fills = {key: book.add_format({**BODY, "bg_color": colour}) for key, colour in COLOURS.items()}
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
    head, body, number = (book.add_format(style) for style in (HEADER, BODY, number_body()))
    widths = header(sheet, 0, [title for _, title, _ in columns], [width for _, _, width in columns], head)
    marks = frame["_fill"].tolist() if "_fill" in frame else [""] * len(frame)
    cells = [frame[key].tolist() for key, _, _ in columns]
    for row, (mark, *values) in enumerate(zip(marks, *cells, strict=True), 1):
        shown = ["" if pd.isna(value) else value for value in values]
        for at, value in enumerate(shown):
            style = fills.get(mark, body) if at == 0 else body
            if not isinstance(value, str):
                sheet.write_number(row, at, int(value), number)
            elif value:
                sheet.write_string(row, at, value, style)
            else:
                sheet.write_blank(row, at, None, style)
        fit_row(sheet, row, shown, widths)
    finish(sheet, 0, len(frame), len(columns))
