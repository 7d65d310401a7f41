"""What a sheet says about itself: its municipality, its school, its year, the wave of its audit.

In:   titles above the heading, the name of the sheet, `files.csv`, the name of the file, in this order.
Out:  `municipality`, `school`, `titles`, `wave`, `plan_year`; what none of them says is asked for.
Not:  a municipality told only by a word of a title (see `homes`, which knows the municipalities).
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from shnor_lib.data.findings import ERROR, INFO
from shnor_lib.data.intake import cells
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.plans.school_lists import Named, named

TITLES = "plan_titles"  # helper column: words in which a municipality may be named
_HOME = re.compile(
    r"^(?:муниципалитет|муниципальное образование|мо|муниципальный район)\s*[:–—]\s*(.*)$", re.IGNORECASE
)
_LOGIN = re.compile(r"^(?:логин(?: оо| школы)?|код (?:оо|школы))\s*[:–—]\s*(.*)$", re.IGNORECASE)
_SCHOOL = re.compile(
    r"^(?:школа|оо|наименование (?:оо|школы)|образовательная организация)\s*[:–—]\s*(.*)$",
    re.IGNORECASE,
)
_YEARS = re.compile(r"(?<!\d)(20\d\d)(?:\s*(?:[/–—-]|и|по)\s*(20\d\d|\d\d))?(?!\d)")


@dataclass(frozen=True)
class Span:
    """Year of a plan: a calendar year, or a school year that begins in the autumn before.

    Attributes:
        year: calendar year, or the one in which the school year ends.
        school_year: months from September on belong to the year before.
    """

    year: int
    school_year: bool

    def of_month(self, month: int) -> int:
        """Calendar year of a month of the plan."""
        return self.year - (self.school_year and month > 8)


def titles(sheet: Sheet, row: int) -> list[str]:
    """Texts above the heading in `row`, and the name of the sheet."""
    above = [cells.text(cell) for line in sheet.head[:row] for cell in line]
    return [words for words in (*above, sheet.name) if words]


def municipality(sheet: Sheet, row: int) -> str | None:
    """Municipality under a label above the heading («Муниципалитет: …»), else as `files.csv` says."""
    return _labelled(sheet, row, _HOME) or sheet.notes.get("municipality") or None


def school(sheet: Sheet, row: int) -> Named | None:
    """The one school of a sheet, under labels above the heading («Логин ОО: …», «Школа: …»)."""
    login, name = _labelled(sheet, row, _LOGIN), _labelled(sheet, row, _SCHOOL)
    found, _ = named(re.sub("[,;]", " ", f"{name or ''} {login or ''}"))
    return found[0] if found else None


def _labelled(sheet: Sheet, row: int, label: re.Pattern[str]) -> str | None:
    """Words after a label, in its cell or in the next one."""
    for line in sheet.head[:row]:
        filled = [words for cell in line if (words := cells.text(cell))]
        for at, words in enumerate(filled):
            match = label.match(words if re.search(r"[:–—]", words) else words + ":")
            said = match and (match[1].strip() or (filled[at + 1] if at + 1 < len(filled) else ""))
            if said:
                return str(said)
    return None


def wave(sheet: Sheet, row: int, log: Log, also: str = "") -> str | None:
    """Wave of an audit, as a date or its beginning; what is not stated is asked for.

    Args:
        sheet: the audit.
        row: position of its heading.
        log: takes a contradiction, a wave taken from the name of the file, or the question.
        also: further words of the sheet that may hold a date.
    """
    own = _date(" ".join([*titles(sheet, row), also]))
    note = _note(sheet)
    if own and note and own[:4] != note[:4]:
        log.add(
            "file_note_contradicts",
            ERROR,
            f"в листе указано «{own}», а в files.csv — «{note}»; лист не принят",
            "Исправьте files.csv или заголовок листа.",
        )
        return None
    if own or note:
        return own or note
    name = _date(PurePosixPath(sheet.file).stem.replace("_", " "))
    if name:
        log.add(
            "wave_from_file_name",
            INFO,
            f"дата аудита взята из имени файла: {name}",
            "Если она другая, впишите её в files.csv, столбец wave.",
        )
        return name
    log.add(
        "no_wave",
        ERROR,
        "не указано, когда проведён аудит: даты нет ни в заголовке листа, ни в files.csv, ни в имени файла; "
        "лист не принят",
        "Впишите дату в заголовок листа или в files.csv: столбцы file, wave (например, 2025-10).",
    )
    return None


def plan_year(sheet: Sheet, row: int) -> Span | None:
    """Year of a plan, where its titles or `files.csv` name a single one."""
    found = _span(" ".join(titles(sheet, row)))
    return found or _span(sheet.notes.get("year", ""))


def _span(words: str) -> Span | None:
    spans = set()
    for match in _YEARS.finditer(words):
        first = int(match[1])
        last = first if match[2] is None else int(match[2]) % 100 + 2000
        spans.add((first, last))
    if len(spans) != 1:
        return None
    ((first, last),) = spans
    school_year = last == first + 1 and "учебн" in words.casefold()
    return Span(last, school_year) if first == last or school_year else None


def _note(sheet: Sheet) -> str | None:
    said = (sheet.notes.get(name, "") for name in ("wave", "day", "year"))
    return next((found for words in said if (found := _date(words))), None)


def _date(words: str) -> str | None:
    year = cells.year(words)
    return cells.first_date(words) or (str(year) if year else None)
