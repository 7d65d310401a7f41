"""One raw file read: what each of its sheets gave, and everything found on the way.

In:   a path, its name, and what `files.csv` says of it.
Out:  `read` → `FileRead`. It depends on nothing but the file, its name and its notes, so it may be kept
      (see `kept`) and read in any order.
Not:  what several files say together (see `gather`, `assemble`).
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from shnor_lib.data import store
from shnor_lib.data.damage import file_hash
from shnor_lib.data.findings import ERROR, INFO, WARNING, Finding
from shnor_lib.data.intake import geojson, registry, spelling
from shnor_lib.data.intake.file_notes import Notes
from shnor_lib.data.intake.files import CsvSheet, Sheet, open_file
from shnor_lib.data.intake.forms.blank import Blank
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.pupils.count import Sitting
from shnor_lib.data.screening.report import Accepted
from shnor_lib.errors import InputError

_SPELLING_SIZE = 2 << 20  # bytes of a CSV up to which its letters are looked at
_FAILED = frozenset({"unreadable", "reader_failed"})  # findings of a sheet that may read better next time
Work = tuple[str, int]  # series and year


@dataclass(frozen=True)
class Job:
    """A file to read.

    Attributes:
        path: where it lies.
        file: how to name it, relative to `data/raw`.
        notes: of `files.csv`.
        before: `content` of the file before the reading.
    """

    path: Path
    file: str
    notes: Notes
    before: tuple[str, int]


@dataclass
class FileRead:
    """What one file gave.

    Attributes:
        input: the file, with the readers that took its sheets and the rows taken.
        taken: reader and its tables, a pair for each sheet.
        findings: in the order found.
        accepted: a line for each sheet.
        sittings: judged rows of pupils; never kept.
        works: series and years of the sittings.
        sheets: visible sheets, by name; notes are looked up for each.
        polygons: number of polygons where the file is a map.
        sure: the file was read to its end and did not change meanwhile, so it may be kept.
    """

    input: store.InputFile
    taken: list[tuple[str, Mapping[str, pd.DataFrame]]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    sittings: list[Sitting] = field(default_factory=list, repr=False)
    works: tuple[Work, ...] = ()
    sheets: tuple[str, ...] = ()
    polygons: int = 0
    sure: bool = True


def content(path: Path) -> tuple[str, int]:
    """Hash and size of a file as it is now, empty where it cannot be read."""
    try:
        return file_hash(path), path.stat().st_size
    except OSError:
        return "", 0


def in_turn(jobs: Sequence[Job]) -> Iterator[tuple[int, FileRead]]:
    """Read files one after another; position of a job and what its file gave."""
    for at, job in enumerate(jobs):
        yield at, read(job)


def read(job: Job) -> FileRead:
    """Read one file; whatever is wrong with it becomes a finding."""
    path, file, notes, before = job.path, job.file, job.notes, job.before
    log = Log(file)
    done = FileRead(store.InputFile(file, *before))
    readers: list[str] = []
    try:
        if geojson.is_geojson(path):
            done.polygons = geojson.check(path, log)
            done.accepted.append(Accepted(file, "", geojson.ID, done.polygons))
            readers.append(geojson.ID)
        else:
            _read_sheets(path, file, notes, done, readers, log)
    except Exception as error:  # one strange file must not stop the others, whatever is wrong with it
        unreadable(error, log)
        done.accepted.append(Accepted(file, "", "", 0))
        done.sure = False
    digest = _after(path, before, log, done)
    done.findings += log.findings
    done.works = tuple(dict.fromkeys((sitting.series, sitting.year) for sitting in done.sittings))
    rows = sum(item.rows for item in done.accepted)
    done.input = store.InputFile(file, digest, done.input.size, tuple(readers), rows)
    return done


def unreadable(error: Exception, log: Log) -> None:
    """Say that a file cannot be read; a strange error is named by its kind, its text may repeat the file."""
    if isinstance(error, InputError):
        message, action = str(error), "Исправьте файл и повторите загрузку; остальные файлы приняты."
    else:
        kind = type(error).__name__
        message = f"файл не читается: его устройство не удалось разобрать ({kind})"
        action = "Сохраните файл заново (XLSX или CSV в UTF-8) и повторите загрузку; остальные файлы приняты."
    log.add("unreadable", ERROR, message, action)


def _read_sheets(path: Path, file: str, notes: Notes, done: FileRead, readers: list[str], log: Log) -> None:
    opened = open_file(path, file)
    done.sheets = tuple(sheet.name for sheet in opened.sheets)
    if opened.hidden:
        names = ", ".join(f"«{name}»" for name in opened.hidden)
        log.add(
            "hidden_sheet",
            WARNING,
            f"скрытые листы не прочитаны: {names}",
            "Если они нужны, откройте их.",
        )
    for sheet in opened.sheets:
        reader = _read_sheet(replace(sheet, notes=notes.of(file, sheet.name)), path, done)
        if reader and reader not in readers:
            readers.append(reader)
    forms = {item.sheet for item in done.accepted if item.reader == Blank.id}
    for finding in opened.findings:  # the formulas of our own forms only check what stands beside them
        own = finding.check == "formula_without_value" and finding.sheet in forms
        log.findings.append(replace(finding, severity=INFO) if own else finding)


def _read_sheet(sheet: Sheet, path: Path, done: FileRead) -> str:
    log = Log(sheet.file, sheet.name)
    reader, taken = registry.read_sheet(sheet, log)
    done.taken.append((reader, taken.tables))
    done.sittings += taken.sittings
    done.sure &= not _FAILED & {finding.check for finding in log.findings}
    if (
        taken.tables
        and not taken.personal
        and not (isinstance(sheet, CsvSheet) and path.stat().st_size > _SPELLING_SIZE)
    ):
        spelling.check(sheet, log)
    done.findings += log.findings
    done.accepted.append(Accepted(sheet.file, sheet.name, reader, taken.rows))
    return reader


def _after(path: Path, before: tuple[str, int], log: Log, done: FileRead) -> str:
    """The hash of what was read: of neither content where the file changed meanwhile."""
    digest, size = content(path)
    done.input = replace(done.input, size=size)
    if (digest, size) == before:
        return digest
    log.add(
        "changed_while_read",
        ERROR,
        "файл изменился, пока его читали: принятые строки могут быть от обоих его видов",
        "Дождитесь, пока файл будет записан целиком, и повторите загрузку.",
    )
    done.sure = False
    # Neither content alone was read: the snapshot must not get the id of either.
    return hashlib.sha256(f"{before[0]} {digest}".encode()).hexdigest()
