"""Which procedure a sheet of pupils belongs to: exam, subject, grade, level, year, day, told by words.

In:   titles over the table, the name of the sheet, `files.csv`, the name of the file.
Out:  `Told` for each of them; `settle` joins them, and says what is missing or contradicts itself.
Not:  guessing: the number of tasks or the class of the pupils decides nothing (in autumn 2020 and 2022 pupils
      wrote the work of the grade before).

The sheet itself is believed first, then its name, then `files.csv`, then the name of the file, each only for
what the ones before leave open. A `files.csv` that contradicts the sheet is an error.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path

from shnor_lib.data import series as series_ids
from shnor_lib.data.intake import cells

_CODES = Path(__file__).with_name("exam_codes.csv")
_EXAM = (
    ("gve", r"\bгвэ\b"),
    ("vpr", r"\bвпр\b"),
    ("oge", r"\bогэ\b|\bгиа-?9\b"),
    ("ege", r"\bегэ\b|\bгиа-?11\b"),
)
_GRADE = re.compile(r"(?<!\d)(\d{1,2})\s*-?(?:й|го)?\s*(?:класс|кл\b)|класс\s*[:№]?\s*(\d{1,2})(?!\d)")
_SHORT = re.compile(r"(?<!\w)(ру|ма|фи)\s?(\d{1,2})?(?!\w)")
_DAY = re.compile(r"(?<!\d)(20\d\d)[.\-_ ](\d\d)[.\-_ ](\d\d)(?!\d)|(?<!\d)(\d\d)[.](\d\d)[.](20\d\d)(?!\d)")
# A code stands at the start of a line with a day («12 - Обществознание 2026.07.03», «02_2026.06.05»): without
# a day it may be the number of the region.
_CODE = re.compile(r"^\s*(\d{2})(?:\s*-\s*\D|[\s_]*20\d\d|[\s_]*\d\d\.\d\d\.20)")
_LEVELS = (("profile", "профил"), ("base", "базов"), ("base", "(база)"), ("adv", "углубл"))


@dataclass(frozen=True)
class Told:
    """What one source says; None where it says nothing.

    Attributes:
        exam: `vpr`, `oge`, `ege`.
        subject: two letters, a key of `series.SUBJECTS`.
        grade: grade of the programme (ВПР).
        level: `base`, `profile`, `adv`.
        year: calendar year in which the school year ends.
        day: ISO date of the exam.
        gve: the state final exam for pupils with special needs, counted apart (R4).
    """

    exam: str | None = None
    subject: str | None = None
    grade: int | None = None
    level: str | None = None
    year: int | None = None
    day: str | None = None
    gve: bool | None = None

    @property
    def series(self) -> str | None:
        """Id of the series, None while something needed is not known."""
        if self.exam is None or self.subject is None or (self.exam == "vpr" and self.grade is None):
            return None
        level = self.level
        if self.exam == "oge" or (self.exam == "ege" and self.subject != "ma"):
            level = None
        elif self.exam == "ege" and level is None:
            return None
        grade = self.grade if self.exam == "vpr" else None
        return series_ids.make_id(self.exam, self.subject, grade, level)

    @property
    def missing(self) -> tuple[str, ...]:
        """Columns of `files.csv` that would complete this."""
        wanted = ["year", "exam", "subject"]
        wanted += ["grade"] if self.exam == "vpr" else []
        wanted += ["level"] if self.exam == "ege" and self.subject == "ma" else []
        return tuple(name for name in wanted if getattr(self, name) is None)


def read(words: str, is_name: bool = False) -> Told:
    """What a title or a name says: «ВПР 2021 Математика 5 класс», «12 - Обществознание 2026.07.03».

    Args:
        words: one line of text.
        is_name: a name of a file or sheet, where «_» stands for a space.
    """
    plain = re.sub(r"[_]+", " ", words) if is_name else words
    low = " ".join(plain.casefold().replace("ё", "е").split())
    told = Told(exam=next((exam for exam, pattern in _EXAM if re.search(pattern, low)), None))
    if told.exam == "gve":
        # «Результаты ОГЭ и ГВЭ» speaks of both, and which row is which stands in the rows.
        told = replace(told, exam=None, gve=None if re.search(r"\b(огэ|егэ)\b", low) else True)
    day = _DAY.search(low)
    if day:
        parts = day.groups()
        iso = "-".join(parts[:3] if parts[0] else parts[5:2:-1])
        told = replace(told, day=iso, year=int(iso[:4]))
    else:
        told = replace(told, year=cells.year(low))
    grade = _GRADE.search(low)
    told = replace(
        told,
        subject=_subject(low),
        grade=int(grade[1] or grade[2]) if grade else None,
        level=next((level for level, stem in _LEVELS if stem in low), None),
    )
    short = _SHORT.search(low)
    if short and told.subject is None:
        told = replace(
            told, subject=_shorts()[short[1]], grade=told.grade or (int(short[2]) if short[2] else None)
        )
    code = _CODE.match(low) if day and (is_name or told.subject) else None
    return _with_code(told, code[1]) if code else told


def settle(sources: Sequence[Told]) -> Told:
    """Join what the sources say, the more trusted first: each fills only what the ones before leave open."""
    known = Told()
    for source in sources:
        for item in fields(Told):
            if getattr(known, item.name) is None and getattr(source, item.name) is not None:
                known = replace(known, **{item.name: getattr(source, item.name)})
    return known


def contradictions(sheet: Told, note: Told) -> tuple[str, ...]:
    """Fields in which `files.csv` says other than the sheet."""
    return tuple(
        item.name
        for item in fields(Told)
        if None not in (getattr(sheet, item.name), getattr(note, item.name))
        and getattr(sheet, item.name) != getattr(note, item.name)
    )


def _with_code(told: Told, code: str) -> Told:
    row = _codes().get(code)
    if row is None:
        return told
    return replace(
        told,
        exam=told.exam or row["exam"] or None,
        subject=told.subject or row["subject"],
        level=told.level or row["level"] or None,
        gve=told.gve or (row["form"] == "gve") or None,
    )


@lru_cache(maxsize=1)
def _codes() -> dict[str, dict[str, str]]:
    with _CODES.open(encoding="utf-8", newline="") as stream:
        return {row["code"]: row for row in csv.DictReader(stream)}


@lru_cache(maxsize=1)
def _shorts() -> dict[str, str]:
    return {short.casefold(): key for key, (short, _) in series_ids.SUBJECTS.items()}


def _subject(low: str) -> str | None:
    names = sorted(series_ids.SUBJECTS.items(), key=lambda item: -len(item[1][1]))
    return next((key for key, (_, name) in names if name.casefold() in low), None)
