"""Intake: the raw files of a project become a snapshot and a screening report.

In:   every file under `data/raw` (see `found`); those that have not changed are not read again (see `kept`).
Out:  `ingest` → `IngestResult`: the snapshot (made current), findings, and the report in HTML and XLSX.
Not:  correcting anything: what is wrong is named with its place, and the rest goes on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

from shnor_lib.data import store
from shnor_lib.data.damage import told
from shnor_lib.data.findings import ERROR, INFO, WARNING, to_frame
from shnor_lib.data.intake import exam_codes
from shnor_lib.data.intake.affected import letters
from shnor_lib.data.intake.assemble import assemble
from shnor_lib.data.intake.found import find
from shnor_lib.data.intake.gather import Gathered, ReadAll, gather
from shnor_lib.data.intake.kept import FOLDER, Kept
from shnor_lib.data.intake.one_file import in_turn
from shnor_lib.data.intake.quotes import Quotes
from shnor_lib.data.schemas import TABLES
from shnor_lib.data.screening import home
from shnor_lib.data.screening.report import write_reports
from shnor_lib.data.snapshot import Snapshot
from shnor_lib.errors import InputError, ScreeningError
from shnor_lib.settings import Project

READING = 6  # raise it when the same files are read differently: the snapshot gets another id


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
        unchanged: files that were not read again, since they are as they were.
    """

    snapshot: Snapshot
    findings: pd.DataFrame
    inputs: tuple[store.InputFile, ...]
    report_html: Path
    report_xlsx: Path
    counts: Mapping[str, int]
    severities: Mapping[str, int] = field(default_factory=dict)
    books: int = 0
    unchanged: int = 0

    @property
    def text(self) -> str:
        """What was read and what was found, in Russian, a few lines for the console."""
        taken = sum(bool(item.rows) for item in self.inputs)
        again = len(self.inputs) - self.unchanged
        lines = [f"Прочитано файлов: {taken} из {len(self.inputs)}."]
        lines.append(f"Из них прочитано заново: {again}, без изменений: {self.unchanged}.")
        lines += [f"  не принят: {item.file}{self._why(item.file)}" for item in self.inputs if not item.rows]
        lines += [
            f"  {TABLES[name].title}: {rows:,}".replace(",", "\u00a0")
            for name, rows in self.counts.items()
            if name != "procedures"
        ]
        counted = [self.severities.get(name, 0) for name in (ERROR, WARNING, INFO)]
        lines.append("Замечаний: ошибок {}, предупреждений {}, к сведению {}.".format(*counted))
        strange = self.findings.loc[self.findings["check"].eq(home.CHECK), "message"]
        lines += [f"Внимание: {message}." for message in strange]
        lines.append(f"Снимок данных: {self.snapshot.id}")
        if self.snapshot.mended:
            lines.append(f"Этот снимок был повреждён и записан заново: {told(self.snapshot.mended)}.")
        lines.append(f"Отчёт о проверке: {self.report_html} (и {self.report_xlsx.name} рядом)")
        if self.books:
            lines.append(f"Книги для отправки в муниципалитеты там же: {self.books}")
        return "\n".join(lines)

    def _why(self, file: str) -> str:
        """The gravest thing that was found in a file."""
        own = self.findings[self.findings["file"].eq(file)]
        for severity in (ERROR, WARNING, INFO):
            messages = own.loc[own["severity"].eq(severity), "message"]
            if len(messages):
                return f" — {messages.iloc[0]}"
        return ""


def ingest(project: Project, strict: bool = False, read_all: ReadAll = in_turn) -> IngestResult:
    """Read the raw files of a project into a snapshot and make it current.

    Args:
        project: the project; `data/raw` is read, `data/processed` and `reports/screening` are written.
        strict: refuse to make a snapshot when anything was found with severity `error`.
        read_all: reads the files that have changed; in turn, unless told otherwise (see `crew`).

    Returns:
        The snapshot and everything found.

    Raises:
        InputError: there is nothing in `data/raw`.
        ScreeningError: nothing usable was found, or `strict` and there are errors; the report is written all
            the same, and the previous snapshot stays current.
    """
    found = find(project.raw)
    if not found.files:
        raise InputError(
            f"В папке «{project.raw}» нет файлов. Положите туда отчёты «Статистика по отметкам», таблицы "
            "результатов, контекстную анкету, социальные паспорта, аудит дефицитов (.xlsx, .xls, .ods, .csv) "
            "и выполните: shnor ingest. Пример данных создаёт команда: shnor demo"
            + "".join(f"\n{finding.place}: {finding.message}" for finding in found.findings)
        )
    kept = Kept(project.processed / FOLDER)
    read = gather(found.files, kept, read_all)
    assembled = assemble(read.taken)
    own = exam_codes.readdressed(read.findings, read.taken)
    strange = home.other_region(project.settings.region, assembled.tables.get("schools"))
    findings = to_frame([*found.findings, *own, *assembled.findings, *strange])
    findings = _with_municipalities(findings, assembled.tables.get("schools"))
    quotes = Quotes(found.files, read.keys, kept)
    mailed = letters(findings, read.taken, read.accepted, assembled.tables.get("schools"), quotes)
    kept.prune()
    try:
        html, xlsx = write_reports(
            project.reports / "screening",
            findings,
            read.accepted,
            assembled.tables,
            title=project.settings.region,
            letters=mailed,
        )
    except InputError as error:
        raise InputError(f"{error} {store.stays(project.processed)}") from error
    severities = {str(key): int(value) for key, value in findings["severity"].value_counts().items()}
    _refuse(read, severities, strict, html, store.stays(project.processed))
    snapshot = store.write(
        project.processed, assembled.tables, findings, read.inputs, _library(), read.attachments
    )
    counts = {name: len(table) for name, table in assembled.tables.items() if len(table)}
    return IngestResult(
        snapshot,
        findings,
        tuple(read.inputs),
        html,
        xlsx,
        counts,
        severities,
        books=len(mailed),
        unchanged=len(read.unchanged),
    )


def _refuse(read: Gathered, severities: Mapping[str, int], strict: bool, report: Path, stays: str) -> None:
    errors = severities.get(ERROR, 0)
    if not any(item.rows for item in read.accepted):
        reasons = [finding.message for finding in read.findings if finding.severity == ERROR][:3]
        raise ScreeningError(
            "Ни один файл не принят. "
            + " ".join(f"— {reason}" for reason in reasons)
            + f" {stays} Отчёт: {report}"
        )
    if strict and errors:
        raise ScreeningError(
            f"Найдено ошибок: {errors}. При строгой загрузке снимок данных не создаётся. {stays} "
            f"Исправьте файлы по отчёту: {report}"
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
