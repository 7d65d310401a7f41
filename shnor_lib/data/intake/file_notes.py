"""`files.csv`: what a person says about files that do not say it themselves.

In:   `data/raw/files.csv` with the columns `file, year, exam, subject, grade` and, where needed, `sheet`,
      `level`, `day`, `wave`, `municipality`; one row a file or sheet.
Out:  `read`, the notes by file; `told`, a note as `pupils.procedure.Told`.
Not:  anything that the file says itself: a contradiction is an error of the file concerned.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from shnor_lib.data import series
from shnor_lib.data.findings import ERROR, WARNING
from shnor_lib.data.intake import cells, columns, quoting
from shnor_lib.data.intake.files import open_file
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.pupils.procedure import Told
from shnor_lib.errors import InputError

FILE = "files.csv"
FORM = "files"
_LEVELS = {label: key for key, label in series.LEVELS.items()} | {key: key for key in series.LEVELS}


@dataclass
class Notes:
    """Notes by file and sheet; `used` gathers those that found their file."""

    rows: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    places: Mapping[tuple[str, str], int] = field(default_factory=dict)
    used: set[tuple[str, str]] = field(default_factory=set)

    def of(self, file: str, sheet: str) -> Mapping[str, str]:
        """The note for a sheet: by path or by name of the file, a note for the sheet first."""
        for key in (
            (file, sheet),
            (PurePosixPath(file).name, sheet),
            (file, ""),
            (PurePosixPath(file).name, ""),
        ):
            if key in self.rows:
                self.used.add(key)
                return self.rows[key]
        return {}

    def about(self, file: str) -> list[tuple[str, str, str, str]]:
        """All that is said of a file and its sheets: file, sheet, column, value."""
        names = (file, PurePosixPath(file).name)
        return [
            (name, sheet, column, value)
            for (name, sheet), note in self.rows.items()
            if name in names
            for column, value in note.items()
        ]


def read(path: Path, log: Log) -> Notes:
    """Notes of `files.csv`; faults of its rows go to the log."""
    sheet = open_file(path, log.file).sheets[0]
    header = columns.match(sheet.head, columns.synonyms(FORM))
    if header is None or "file" not in header.columns:
        raise InputError(
            f"В «{log.file}» нет столбца file. Ожидаются столбцы: file, year, exam, subject, grade "
            "(при необходимости sheet, level, day, wave, municipality)."
        )
    rows: dict[tuple[str, str], Mapping[str, str]] = {}
    places: dict[tuple[str, str], int] = {}
    for at, row in enumerate(sheet.all_rows()[header.row + 1 :], header.row + 2):
        note = {
            name: cells.text(row[place]) if place < len(row) else "" for name, place in header.columns.items()
        }
        if not note["file"]:
            continue
        for name in _unread(note):
            log.add(
                "file_note",
                ERROR,
                "значение не распознано и не учтено",
                "Впишите год (2021), процедуру (ВПР, ОГЭ, ЕГЭ, ГВЭ), предмет (Математика), класс (5), "
                "уровень (база, профиль), дату (2026-06-05).",
                row=at,
                column=header.titles[name],
                value=note[name],
                quoted=quoting.worded,
            )
        key = (note["file"].replace("\\", "/"), note.get("sheet", ""))
        rows[key], places[key] = note, at
    return Notes(rows, places)


def report_unused(notes: Notes, log: Log) -> None:
    """Notes about files that are not there."""
    for key in notes.rows.keys() - notes.used:
        log.add(
            "file_note_unused",
            WARNING,
            "такого файла или листа нет; строка не использована",
            "Проверьте имя файла: с расширением, как в папке.",
            row=notes.places[key],
            value=" | ".join(part for part in key if part),
            quoted=quoting.worded,
        )


def told(note: Mapping[str, str]) -> Told:
    """A note in the terms of procedures; what is not readable is left open."""
    exam = _exam(note.get("exam", ""))
    grade = note.get("grade", "")
    day = cells.first_date(note.get("day", ""))
    return Told(
        exam=None if exam == "gve" else exam,
        subject=_subject(note.get("subject", "")),
        grade=int(grade) if grade.isdigit() else None,
        level=_LEVELS.get(note.get("level", "").casefold()),
        year=cells.year(note.get("year", "")),
        day=day if day and len(day) == 10 else None,
        gve=True if exam == "gve" else None,
    )


def _unread(note: Mapping[str, str]) -> list[str]:
    said = told(note)
    names = [name for name in ("subject", "grade", "level", "year", "day") if note.get(name)]
    unread = [name for name in names if getattr(said, name) is None]
    wave = note.get("wave", "")
    if wave and cells.first_date(wave) is None and cells.mere_year(wave) is None:
        unread.append("wave")
    return [*unread, *(["exam"] if note.get("exam") and _exam(note["exam"]) is None else [])]


def _exam(word: str) -> str | None:
    exams = {label.casefold(): key for key, label in series.EXAMS.items()} | {
        key: key for key in series.EXAMS
    }
    return (exams | {"гвэ": "gve", "gve": "gve"}).get(word.strip().casefold())


def _subject(word: str) -> str | None:
    try:
        return series.parse(series.make_id("ОГЭ", word.strip())).subject if word.strip() else None
    except ValueError:
        return None
