"""Intake: the raw files of a project become a snapshot and a screening report.

In:   every file under `data/raw`, sub-folders too; names beginning with «~$» or «.» are left alone.
Out:  `ingest` → `IngestResult`: the snapshot (made current), findings, and the report in HTML and XLSX.
Not:  correcting anything: what is wrong is named with its place, and the rest goes on.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

from shnor_lib.data import store
from shnor_lib.data.findings import ERROR, INFO, WARNING, Finding, to_frame
from shnor_lib.data.intake import exam_codes, file_notes, geojson, registry, spelling
from shnor_lib.data.intake.affected import letters
from shnor_lib.data.intake.assemble import assemble
from shnor_lib.data.intake.file_notes import Notes
from shnor_lib.data.intake.files import CsvSheet, Sheet, open_file
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.pupils import count
from shnor_lib.data.intake.pupils.count import Sitting
from shnor_lib.data.schemas import TABLES
from shnor_lib.data.screening.report import Accepted, write_reports
from shnor_lib.errors import InputError, ScreeningError
from shnor_lib.settings import Project

READING = 4  # raise it when the same files are read differently: the snapshot gets another id
IGNORED_NAMES = frozenset({"demo.json", "thumbs.db", "desktop.ini"})
IGNORED_STARTS = ("~$", ".")
_SPELLING_SIZE = 2 << 20  # bytes of a CSV up to which its letters are looked at


@dataclass(frozen=True)
class IngestResult:
    """What an intake gave.

    Attributes:
        snapshot: the new current snapshot.
        findings: all findings; columns of `findings.COLUMNS`.
        inputs: raw files, with the readers that took them and the rows taken.
        report_html: screening report for a person.
        report_xlsx: the same as a workbook with filters.
        counts: table name → rows in the snapshot.
        severities: severity → number of findings.
        books: number of workbooks for municipalities beside the report.
    """

    snapshot: store.Snapshot
    findings: pd.DataFrame
    inputs: tuple[store.InputFile, ...]
    report_html: Path
    report_xlsx: Path
    counts: Mapping[str, int]
    severities: Mapping[str, int] = field(default_factory=dict)
    books: int = 0

    @property
    def text(self) -> str:
        """What was read and what was found, in Russian, a few lines for the console."""
        taken = sum(bool(item.rows) for item in self.inputs)
        lines = [f"Прочитано файлов: {taken} из {len(self.inputs)}."]
        lines += [f"  не принят: {item.file}" for item in self.inputs if not item.rows]
        lines += [
            f"  {TABLES[name].title}: {rows:,}".replace(",", "\u00a0")
            for name, rows in self.counts.items()
            if name != "procedures"
        ]
        counted = [self.severities.get(name, 0) for name in (ERROR, WARNING, INFO)]
        lines.append("Замечаний: ошибок {}, предупреждений {}, к сведению {}.".format(*counted))
        lines.append(f"Снимок данных: {self.snapshot.id}")
        lines.append(f"Отчёт о проверке: {self.report_html} (и {self.report_xlsx.name} рядом)")
        if self.books:
            lines.append(f"Книги для отправки в муниципалитеты там же: {self.books}")
        return "\n".join(lines)


@dataclass
class _Read:
    """What was read so far."""

    taken: list[tuple[str, Mapping[str, pd.DataFrame]]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    inputs: list[store.InputFile] = field(default_factory=list)
    attachments: dict[str, Path] = field(default_factory=dict)
    sittings: list[Sitting] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)


def ingest(project: Project, strict: bool = False) -> IngestResult:
    """Read the raw files of a project into a snapshot and make it current.

    Args:
        project: the project; `data/raw` is read, `data/processed` and `reports/screening` are written.
        strict: refuse to make a snapshot when anything was found with severity `error`.

    Returns:
        The snapshot and everything found.

    Raises:
        InputError: there is nothing in `data/raw`.
        ScreeningError: nothing usable was found, or `strict` and there are errors; the report is written all
            the same, and the previous snapshot stays current.
    """
    files = raw_files(project.raw)
    if not files:
        raise InputError(
            f"В папке «{project.raw}» нет файлов. Положите туда отчёты «Статистика по отметкам», таблицы "
            "результатов, контекстную анкету, социальные паспорта, аудит дефицитов (.xlsx, .xls, .ods, .csv) "
            "и выполните: shnor ingest. Пример данных создаёт команда: shnor demo"
        )
    read = _Read()
    for path in _notes_first(files, project.raw):
        _read_file(path, path.relative_to(project.raw).as_posix(), read)
    _finish_pupils(read)
    assembled = assemble(read.taken)
    findings = to_frame([*exam_codes.readdressed(read.findings, read.taken), *assembled.findings])
    findings = _with_municipalities(findings, assembled.tables.get("schools"))
    mailed = letters(project.raw, findings, read.taken, read.accepted, assembled.tables.get("schools"))
    html, xlsx = write_reports(
        project.reports / "screening",
        findings,
        read.accepted,
        assembled.tables,
        title=project.settings.region,
        letters=mailed,
    )
    severities = {str(key): int(value) for key, value in findings["severity"].value_counts().items()}
    _refuse(read, severities, strict, html)
    snapshot = store.write(
        project.processed, assembled.tables, findings, read.inputs, _library(), read.attachments
    )
    counts = {name: len(table) for name, table in assembled.tables.items() if len(table)}
    return IngestResult(
        snapshot, findings, tuple(read.inputs), html, xlsx, counts, severities, books=len(mailed)
    )


def raw_files(raw: Path) -> list[Path]:
    """Files to read, in the order of their names; hidden and temporary ones are left out."""
    if not raw.is_dir():
        return []
    return sorted(
        path
        for path in raw.rglob("*")
        if path.is_file()
        and path.name.casefold() not in IGNORED_NAMES
        and not any(part.startswith(IGNORED_STARTS) for part in path.relative_to(raw).parts)
    )


def _read_file(path: Path, file: str, read: _Read) -> None:
    """Read one file; whatever is wrong with it becomes a finding."""
    readers: list[str] = []
    rows = 0
    log = Log(file)
    before = _content(path)
    try:
        if file.casefold() == file_notes.FILE:
            read.notes = file_notes.read(path, log)
            rows = len(read.notes.rows)
            readers.append(file_notes.FORM)
            read.accepted.append(Accepted(file, "", file_notes.FORM, rows))
            sheets: list[Sheet] = []
        elif geojson.is_geojson(path):
            rows = _take_polygons(path, file, log, read)
            readers.append(geojson.ID)
            sheets = []
        else:
            opened = open_file(path, file)
            sheets = [replace(sheet, notes=read.notes.of(file, sheet.name)) for sheet in opened.sheets]
            if opened.hidden:
                names = ", ".join(f"«{name}»" for name in opened.hidden)
                log.add(
                    "hidden_sheet",
                    WARNING,
                    f"скрытые листы не прочитаны: {names}",
                    "Если они нужны, откройте их.",
                )
        for sheet in sheets:
            reader, taken_rows = _read_sheet(sheet, path, read)
            rows += taken_rows
            if reader and reader not in readers:
                readers.append(reader)
    except InputError as error:
        log.add(
            "unreadable", ERROR, str(error), "Исправьте файл и повторите загрузку; остальные файлы приняты."
        )
        read.accepted.append(Accepted(file, "", "", 0))
    except Exception as error:  # one strange file must not stop the others, whatever is wrong with it
        kind = type(error).__name__
        log.add(
            "unreadable",
            ERROR,
            f"файл не читается: его устройство не удалось разобрать ({kind})",
            "Сохраните файл заново (XLSX или CSV в UTF-8) и повторите загрузку; остальные файлы приняты.",
        )
        read.accepted.append(Accepted(file, "", "", 0))
    digest, size = _content(path)
    if (digest, size) != before:
        log.add(
            "changed_while_read",
            ERROR,
            "файл изменился, пока его читали: принятые строки могут быть от обоих его видов",
            "Дождитесь, пока файл будет записан целиком, и повторите загрузку.",
        )
        # Neither content alone was read: the snapshot must not get the id of either.
        digest = hashlib.sha256(f"{before[0]} {digest}".encode()).hexdigest()
    read.findings += log.findings
    read.inputs.append(store.InputFile(file, digest, size, tuple(readers), rows))


def _content(path: Path) -> tuple[str, int]:
    """Hash and size of a file as it is now, empty where it cannot be read."""
    try:
        return store.file_hash(path), path.stat().st_size
    except OSError:
        return "", 0


def _read_sheet(sheet: Sheet, path: Path, read: _Read) -> tuple[str, int]:
    log = Log(sheet.file, sheet.name)
    reader, taken = registry.read_sheet(sheet, log)
    read.taken.append((reader, taken.tables))
    read.sittings += taken.sittings
    if (
        taken.tables
        and not taken.personal
        and not (isinstance(sheet, CsvSheet) and path.stat().st_size > _SPELLING_SIZE)
    ):
        spelling.check(sheet, log)
    read.findings += log.findings
    read.accepted.append(Accepted(sheet.file, sheet.name, reader, taken.rows))
    return reader, taken.rows


def _notes_first(files: list[Path], raw: Path) -> list[Path]:
    """Files in their order, but what a person says about them before they are read."""
    return sorted(files, key=lambda path: path.relative_to(raw).as_posix().casefold() != file_notes.FILE)


def _finish_pupils(read: _Read) -> None:
    """Count the pupils of all files together, since a second attempt comes in a file of its own."""
    counted = count.count(read.sittings)
    read.findings += counted.findings
    read.taken.append(("pupils", counted.tables))
    log = Log(file_notes.FILE)
    file_notes.report_unused(read.notes, log)
    read.findings += log.findings


def _take_polygons(path: Path, file: str, log: Log, read: _Read) -> int:
    polygons = geojson.check(path, log)
    if polygons and geojson.ATTACHMENT in read.attachments:
        log.add("geojson", WARNING, "второй файл границ; не принят", "Оставьте один файл границ.")
        polygons = 0
    elif polygons:
        read.attachments[geojson.ATTACHMENT] = path
    read.accepted.append(Accepted(file, "", geojson.ID, polygons))
    return polygons


def _refuse(read: _Read, severities: Mapping[str, int], strict: bool, report: Path) -> None:
    errors = severities.get(ERROR, 0)
    if not any(item.rows for item in read.accepted):
        reasons = [finding.message for finding in read.findings if finding.severity == ERROR][:3]
        raise ScreeningError(
            "Ни один файл не принят. " + " ".join(f"— {reason}" for reason in reasons) + f" Отчёт: {report}"
        )
    if strict and errors:
        raise ScreeningError(
            f"Найдено ошибок: {errors}. При строгой загрузке снимок данных не создаётся, прежний остаётся "
            f"текущим. Исправьте файлы по отчёту: {report}"
        )


def _with_municipalities(findings: pd.DataFrame, schools: pd.DataFrame | None) -> pd.DataFrame:
    """Municipality beside each finding whose school is known, so that the report can be split."""
    if schools is None or schools.empty or findings.empty:
        return findings
    newest = schools.drop_duplicates("school_id", keep="last").set_index("school_id")["municipality"]
    home = findings["school_id"].map(newest).astype("str").fillna("")
    return findings.assign(municipality=findings["municipality"].mask(findings["municipality"] == "", home))


def _library() -> str:
    """Version of the reading code, part of the id of a snapshot."""
    try:
        return f"{version('shnor-lib')}/{READING}"
    except PackageNotFoundError:  # a copy of the sources without an installation
        return f"0/{READING}"
