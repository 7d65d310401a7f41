"""A form as a workbook.

In:   a form and its given rows.
Out:  bytes of an XLSX: «Форма», where the form has them «Расчёт» and «Списки», and «Инструкция».

The first cell of every sheet bears the mark by which the form is known again (see `data.blank_forms`).
"""

from collections.abc import Sequence
from io import BytesIO

import xlsxwriter

from shnor_lib.blanks import beside, entry
from shnor_lib.blanks.prefill import Given
from shnor_lib.blanks.style import STYLES
from shnor_lib.data.blank_forms import Form
from shnor_lib.methodology.conditions import Deficits, Parameter
from shnor_lib.sheets import OPTIONS


def workbook(
    form: Form,
    rows: Sequence[Given],
    heading: str,
    threshold: int,
    parameters: Sequence[Parameter],
    method: Deficits,
) -> bytes:
    """Bytes of the workbook.

    Args:
        form: the form.
        rows: given cells by column.
        heading: title of the sheet: form, municipality, year.
        threshold: per cent of R6, for the calculation.
        parameters: of the audit, for the list of codes.
        method: measures that the method proposes, for the roadmap.
    """
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, OPTIONS) as book:
        styles = {name: book.add_format(dict(style)) for name, style in STYLES.items()}
        sheet = book.add_worksheet(beside.FORM_SHEET)
        entry.fill_in(sheet, form, rows, heading, styles)
        if form.id == "results":
            beside.calculation(book.add_worksheet("Расчёт"), form, rows, threshold, styles)
        if form.id in ("roadmap", "deficits"):
            beside.codes(book.add_worksheet("Списки"), form, parameters, method, styles)
        beside.instructions(book.add_worksheet("Инструкция"), form, styles)
    return buffer.getvalue()
