"""The sheet of a form that is filled in: locked given cells, yellow cells, hints, red contradictions.

In:   a worksheet, the form, its given rows.
Not:  sheets beside it (see `beside`).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from shnor_lib.blanks.prefill import Given
from shnor_lib.blanks.style import ALLOWED, HEADER_ROW, STYLES
from shnor_lib.data import blank_forms
from shnor_lib.data.blank_forms import CHOICES, Field, Form
from shnor_lib.sheets import fit_header, fit_row, roomy

_MAX = 1_000_000
_FIRST_DAY, _LAST_DAY = dt.date(2015, 1, 1), dt.date(2100, 1, 1)
_NOTE = "Заполняйте жёлтые столбцы; серые заполнены и защищены. Пустая ячейка значит «нет данных»."


def fill_in(sheet: Any, form: Form, rows: Sequence[Given], heading: str, styles: Mapping[str, Any]) -> None:
    """Write the sheet.

    Args:
        sheet: worksheet of XlsxWriter.
        form: the form.
        rows: given cells by column.
        heading: title above the table.
        styles: formats of the workbook by the names of `STYLES`.
    """
    last = HEADER_ROW + len(rows)
    titles = [field.title for field in form.fields]
    widths = roomy(titles, [field.width for field in form.fields])
    sheet.write_string(0, 0, blank_forms.form_mark(form.id), styles["mark"])
    sheet.write_string(1, 0, heading, styles["title"])
    sheet.write_string(2, 0, _NOTE)
    sheet.set_row(1, 24)
    fit_header(sheet, HEADER_ROW, titles, widths)
    for at, field in enumerate(form.fields):
        sheet.set_column(at, at, widths[at])
        sheet.write_string(HEADER_ROW, at, field.title, styles["given_head" if field.given else "asked_head"])
        if not field.given and rows:
            sheet.data_validation(HEADER_ROW + 1, at, last, at, _validation(field))
    for number, given in enumerate(rows, start=HEADER_ROW + 1):
        for at, field in enumerate(form.fields):
            value = given.get(field.column)
            if not field.given:
                sheet.write_blank(number, at, None, styles[_style(field)])
            elif isinstance(value, int):
                sheet.write_number(number, at, value, styles["given"])
            else:
                sheet.write_string(number, at, value or "", styles["given"])
        fit_row(sheet, number, [given.get(field.column, "") for field in form.fields], widths)
    _warnings(sheet, form, HEADER_ROW + 1, last, styles)
    sheet.protect("", ALLOWED)
    sheet.freeze_panes(HEADER_ROW + 1, 2)
    sheet.autofilter(HEADER_ROW, 0, max(last, HEADER_ROW + 1), len(form.fields) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW)


def _style(field: Field) -> str:
    return field.kind if field.kind in STYLES else "text"


def _validation(field: Field) -> dict[str, object]:
    """What Excel lets into a column, with the hint it shows beside the cell."""
    told: dict[str, object] = (
        {"input_title": field.title[:32], "input_message": field.hint[:255]} if field.hint else {}
    )
    if field.choice:
        choice = CHOICES[field.choice]
        return {
            "validate": "list",
            "source": list(choice.words),
            "error_type": "stop" if choice.strict else "information",
            "error_title": "Нет в списке",
            "error_message": "Выберите слово из списка."
            if choice.strict
            else "Такого слова в списке нет. Оставить?",
            **told,
        }
    if field.kind == "count":
        return {
            "validate": "integer",
            "criteria": "between",
            "minimum": 0,
            "maximum": _MAX,
            "error_title": "Нужно целое число",
            "error_message": "Впишите целое число от нуля. Если данных нет, оставьте ячейку пустой.",
            **told,
        }
    if field.kind == "number":
        return {
            "validate": "decimal",
            "criteria": "between",
            "minimum": -_MAX,
            "maximum": _MAX,
            "error_title": "Нужно число",
            "error_message": "Впишите число. Если данных нет, оставьте ячейку пустой.",
            **told,
        }
    if field.kind == "date":
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": _FIRST_DAY,
            "maximum": _LAST_DAY,
            "error_title": "Нужна дата",
            "error_message": "Впишите дату как 15.09.2026.",
            **told,
        }
    return {"validate": "any", **told}


def _warnings(sheet: Any, form: Form, first: int, last: int, styles: Mapping[str, Any]) -> None:
    """Cells whose numbers cannot be true turn red while they are filled in (R5)."""
    letters = {field.column: xl_col_to_name(number) for number, field in enumerate(form.fields)}
    asked = [letters[field.column] for field in form.asked]
    at = {name: f"${letter}{first + 1}" for name, letter in letters.items()}
    if form.id == "results":
        marks = f"{at['n2']}:{at['n5']}"
        over = f'AND({at["failed"]}<>"",{at["failed"]}>{at["participants"]})'
        rule = f"OR(AND(COUNT({marks})=4,SUM({marks})<>{at['participants']}),{over})"
        left, right = letters["participants"], letters["failed"]
    elif form.id == "social_passport":
        left, right = asked[1], asked[-1]
        own = f"{left}{first + 1}"
        rule = f'AND({own}<>"",{own}>{at["pupils_total"]})'
    elif form.id == "diagnostic":
        left, right, rule = letters["count"], letters["base"], _above(at["count"], at["base"])
    elif form.id == "roadmap":
        left, right, rule = letters["date_from"], letters["date_to"], _above(at["date_from"], at["date_to"])
    else:
        return
    sheet.conditional_format(
        f"{left}{first + 1}:{right}{last + 1}",
        {"type": "formula", "criteria": f"={rule}", "format": styles["wrong"]},
    )


def _above(low: str, high: str) -> str:
    """Both cells are filled, and the first is above the second."""
    return f'AND({low}<>"",{high}<>"",{low}>{high})'
