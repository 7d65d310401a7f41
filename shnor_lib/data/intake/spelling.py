"""Small untidiness of a sheet: Latin letters among Cyrillic, non-breaking spaces, empty rows.

They do no harm here; the finding tells where they stand, since other programs stumble over them.
"""

import re

from shnor_lib.data.findings import INFO
from shnor_lib.data.intake import cells, quoting
from shnor_lib.data.intake.columns import letter
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log

_MIXED = re.compile(r"(?=\w*[А-Яа-яЁё])(?=\w*[A-Za-z])[A-Za-zА-Яа-яЁё]+")
_NBSP = "\u00a0"
LISTED = 40


def check(sheet: Sheet, log: Log) -> None:
    """Report mixed alphabets and non-breaking spaces by cell, at most `LISTED` of each kind."""
    head_row = _head_row(sheet)
    heads = [cells.text(cell) for cell in sheet.head[head_row]] if sheet.head else []
    _empty_rows(sheet, head_row, log)
    found: dict[str, int] = {}
    for at, row in enumerate(sheet.all_rows()):
        for position, cell in enumerate(row):
            if not isinstance(cell, str):
                continue
            if _NBSP in cell:
                _add(log, found, "nbsp", at, heads, position, cell)
            if not cell.isascii() and _MIXED.search(cell):
                _add(log, found, "latin_letters", at, heads, position, cell)
    for check_id, times in found.items():
        if times > LISTED:
            message = f"{_MESSAGES[check_id]}; таких ячеек ещё {times - LISTED}, они не перечислены"
            log.add(check_id, INFO, message, "Ничего не нужно.")


_MESSAGES = {
    "nbsp": "неразрывный пробел; принят как обычный",
    "latin_letters": "латинские буквы среди русских; прочитано как есть, сравнению они не мешают",
}


def _add(
    log: Log, found: dict[str, int], check_id: str, at: int, heads: list[str], position: int, cell: str
) -> None:
    found[check_id] = found.get(check_id, 0) + 1
    if found[check_id] <= LISTED:
        column = heads[position] if position < len(heads) else ""
        log.add(
            check_id,
            INFO,
            _MESSAGES[check_id],
            "Ничего не нужно; при случае исправьте ячейку.",
            row=at + 1,
            column=column or letter(position),
            value=cell,
            quoted=quoting.named,
        )


def _head_row(sheet: Sheet) -> int:
    """Position of the row of the head with most texts, taken as the header."""
    texts = [sum(isinstance(cell, str) and bool(cell.strip()) for cell in row) for row in sheet.head]
    return texts.index(max(texts)) if texts else 0


def _empty_rows(sheet: Sheet, head_row: int, log: Log) -> None:
    """One note about empty rows inside the table: harmless here, but they cut a table in two in Excel."""
    filled = [at for at, row in enumerate(sheet.all_rows()) if any(cell not in (None, "") for cell in row)]
    last = filled[-1] if filled else 0
    empty = sorted(set(range(head_row + 1, last)) - set(filled))
    if empty:
        log.add(
            "empty_row",
            INFO,
            f"пустые строки внутри таблицы пропущены: {len(empty)}",
            "Ничего не нужно.",
            row=empty[0] + 1,
            value=", ".join(str(at + 1) for at in empty[:20]),
        )
