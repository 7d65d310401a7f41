"""Sheets beside the one that is filled in: calculation, codes, instructions. Nothing is read back from them.

In:   a worksheet, the form and its given rows.

The calculation compares whole numbers (100·k ≥ 30·n, R6), as the workbench does.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from shnor_lib.blanks.prefill import Given
from shnor_lib.blanks.style import ALLOWED, HEADER_ROW
from shnor_lib.data import blank_forms
from shnor_lib.data.blank_forms import CHOICES, Form
from shnor_lib.methodology.conditions import Deficits, Parameter
from shnor_lib.sheets import fit_header, fit_row

FORM_SHEET = "Форма"
_CALCULATED = (
    ("Код школы", 11),
    ("Школа", 34),
    ("Процедура", 26),
    ("Участников", 12),
    ("Не преодолели", 12),
    ("Доля", 10),
    ("Порог достигнут", 12),
    ("Попаданий у школы", 12),
)
_EXPLAINED = (30, 90)
_CODES = (("Код", 8), ("Параметр", 60), ("Фактор", 52))
_MEASURES = (("Меры на уровне муниципалитета", 70), ("Меры на уровне школы", 70))


def calculation(
    sheet: Any, form: Form, rows: Sequence[Given], threshold: int, styles: Mapping[str, Any]
) -> None:
    """Share and hit of every row, hits by school: formulas over the sheet that is filled in."""
    at = {field.column: number for number, field in enumerate(form.fields)}
    sheet.write_string(0, 0, blank_forms.aside_mark(form.id), styles["mark"])
    sheet.write_string(
        1, 0, f"Расчёт: порог {threshold} % (R6), два попадания за год дают список (R10)", styles["title"]
    )
    for number, (title, width) in enumerate(_CALCULATED):
        sheet.set_column(number, number, width)
        sheet.write_string(HEADER_ROW, number, title, styles["given_head"])
    fit_header(sheet, HEADER_ROW, [title for title, _ in _CALCULATED], [width for _, width in _CALCULATED])
    first, last = HEADER_ROW + 2, HEADER_ROW + 1 + len(rows)
    for number, given in enumerate(rows, start=HEADER_ROW + 1):
        n = f"{FORM_SHEET}!" + xl_rowcol_to_cell(number, at["participants"])
        two = f"{FORM_SHEET}!" + xl_rowcol_to_cell(number, at["n2"])
        failed = f"{FORM_SHEET}!" + xl_rowcol_to_cell(number, at["failed"])
        line = number + 1
        for column, name in enumerate(("school_id", "name", "procedure")):
            sheet.write_string(number, column, str(given[name]), styles["plain"])
        formulas = (
            f'=IF({n}="","",{n})',
            f'=IF({failed}<>"",{failed},IF({two}<>"",{two},""))',
            f'=IF(OR(D{line}="",E{line}=""),"",IF(D{line}=0,"",100*E{line}/D{line}))',
            f'=IF(OR(D{line}="",E{line}=""),"",IF(D{line}=0,"",IF(100*E{line}>={threshold}*D{line},"да","нет")))',
            f'=COUNTIFS($A${first}:$A${last},A{line},$G${first}:$G${last},"да")',
        )
        for column, formula in enumerate(formulas, start=3):
            style = styles["share"] if column == 5 else styles["plain"]
            sheet.write_formula(number, column, formula, style, 0 if column == 7 else "")
    if rows:
        hits = f"G{first}:G{last}"
        sheet.conditional_format(
            hits, {"type": "cell", "criteria": "==", "value": '"да"', "format": styles["hit"]}
        )
        sheet.conditional_format(
            f"H{first}:H{last}", {"type": "cell", "criteria": ">=", "value": 2, "format": styles["wrong"]}
        )
    sheet.freeze_panes(HEADER_ROW + 1, 2)
    sheet.repeat_rows(HEADER_ROW)
    _on_paper(sheet)


def codes(
    sheet: Any, form: Form, parameters: Sequence[Parameter], method: Deficits, styles: Mapping[str, Any]
) -> None:
    """Codes of the audit with their parameters and factors, and what the method proposes for a roadmap."""
    proposed = form.id == "roadmap" and bool(method.measures)
    heads = (*_CODES, *_MEASURES) if proposed else _CODES
    sheet.write_string(0, 0, blank_forms.aside_mark(form.id), styles["mark"])
    sheet.write_string(1, 0, "Коды параметров", styles["title"])
    for number, (title, width) in enumerate(heads):
        sheet.set_column(number, number, width)
        sheet.write_string(HEADER_ROW, number, title, styles["given_head"])
    for number, item in enumerate(parameters, start=HEADER_ROW + 1):
        values = [item.code, item.parameter, item.factor]
        if proposed:
            values += ["\n".join(f"• {words}" for words in level) for level in method.against(item.code)]
            fit_row(sheet, number, values, [width for _, width in heads])
        for column, value in enumerate(values):
            sheet.write_string(number, column, value, styles["plain"])
    sheet.freeze_panes(HEADER_ROW + 1, 1)
    sheet.repeat_rows(HEADER_ROW)
    _on_paper(sheet)


def instructions(sheet: Any, form: Form, styles: Mapping[str, Any]) -> None:
    """What the form is for, who fills it in, and what each column asks."""
    sheet.write_string(0, 0, blank_forms.aside_mark(form.id), styles["mark"])
    sheet.write_string(1, 0, form.title, styles["title"])
    for column, width in enumerate(_EXPLAINED):
        sheet.set_column(column, column, width)
    lines = (
        form.purpose,
        form.whom,
        "Заполняются жёлтые ячейки листа «Форма»; строки и заголовки остаются как есть.",
        "Пустая ячейка значит «нет данных», ноль значит «никого»: не ставьте ноль вместо неизвестного числа.",
        "Красная строка противоречит сама себе: проверьте числа.",
        "Фамилий учеников, родителей и учителей в форме быть не должно.",
        "Готовый файл отправьте туда, откуда получили форму; имя файла можно менять.",
    )
    for number, line in enumerate(lines, start=2):
        sheet.merge_range(number, 0, number, 1, line, styles["note"])
        sheet.set_row(number, 32 if len(line) > 105 else 17)
    top = len(lines) + 3
    for column, title in enumerate(("Столбец", "Что вписать")):
        sheet.write_string(top, column, title, styles["given_head"])
    for number, field in enumerate(form.asked, start=top + 1):
        sheet.write_string(number, 0, field.title, styles["plain"])
        words = field.hint
        if field.choice:
            listed = ", ".join(CHOICES[field.choice].words)
            words = f"{words + '. ' if words else ''}Список: {listed}"
        sheet.write_string(number, 1, words, styles["plain"])
        fit_row(sheet, number, [field.title, words], _EXPLAINED)
    _on_paper(sheet)


def _on_paper(sheet: Any) -> None:
    """Locked, and as wide as a sheet of A4 across."""
    sheet.protect("", ALLOWED)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
