"""The screening report: what was accepted and what was not, as HTML and as a workbook.

In:   findings, accepted sheets, tables.
Out:  `screening_report.html` (one file, no network) and `screening_report.xlsx` in the given folder, and
      beside them a workbook for each municipality with faults (see `municipal`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import jinja2
import pandas as pd

from shnor_lib import atomic
from shnor_lib.data.findings import ERROR, INFO, WARNING
from shnor_lib.data.schemas import TABLES
from shnor_lib.data.screening import catalogue, municipal
from shnor_lib.data.screening.municipal import Letter
from shnor_lib.data.screening.workbook import write_workbook
from shnor_lib.errors import InputError

HTML, XLSX = "screening_report.html", "screening_report.xlsx"
READER_TITLES = {
    "": "не распознан",
    "corrections": "исправления известных ошибок",
    "pupil_level": "поимённые данные, отклонены",
    "marks_statistics": "Статистика по отметкам",
    "marks_long": "отметки, длинная форма",
    "context_2021": "контекстная анкета 2021",
    "context_2022": "контекстная анкета 2022",
    "biased_list": "список необъективных результатов",
    "social_passport": "социальный паспорт",
    "passport_rows": "социальный паспорт, показатели в строках",
    "score_distribution": "Распределение первичных баллов",
    "journal_comparison": "Сравнение отметок с журналом",
    "task_results": "Выполнение заданий",
    "whole_plan": "аудит и дорожная карта на одном листе",
    "audit": "аудит факторов и параметров",
    "risk_profile": "рисковый профиль",
    "roadmap": "дорожная карта",
    "targets": "целевые показатели",
    "pupil_vpr_2020": "ВПР 2020, по участникам",
    "pupil_vpr_2021": "ВПР 2021, по участникам",
    "pupil_vpr_2022": "ВПР 2022, протокол",
    "pupil_vpr_classes": "ВПР 2022, лист «Классы»",
    "pupil_vpr_f1": "ВПР, Ф1 по участникам",
    "pupil_gia": "протокол ГИА",
    "pupil_rcoi": "результаты участников, РЦОИ",
    "tidy": "таблица по договорённым столбцам",
    "blank": "форма рабочего места",
    "geojson": "границы муниципалитетов",
}
SEVERITY_TITLES = {ERROR: "Ошибка", WARNING: "Предупреждение", INFO: "К сведению"}
RESULT_TITLES = {
    catalogue.FAILED: "Ошибки",
    catalogue.WARNED: "Предупреждения",
    catalogue.PASSED: "Пройдена",
    catalogue.NOT_RUN: "Не проводилась",
}
STAGE_TITLES = {
    "file": "Файлы",
    "layout": "Формы",
    "cells": "Ячейки",
    "rows": "Строки",
    "tables": "Таблицы",
    "region": "Регион",
}
_ORDER = {ERROR: 0, WARNING: 1, INFO: 2}
_NOWHERE = "Без муниципалитета"
SHOWN = 4000  # findings in the HTML; the workbook has all


@dataclass(frozen=True)
class Accepted:
    """One sheet and what was taken from it.

    Attributes:
        file: path relative to `data/raw`.
        sheet: name of the sheet, empty for CSV.
        reader: id of the reader, empty where the layout is unknown.
        rows: rows taken.
    """

    file: str
    sheet: str
    reader: str
    rows: int


def write_reports(
    folder: Path,
    findings: pd.DataFrame,
    accepted: Sequence[Accepted],
    tables: Mapping[str, pd.DataFrame],
    title: str = "",
    letters: Sequence[Letter] = (),
) -> tuple[Path, Path]:
    """Write both reports, and the workbooks of the municipalities.

    Returns:
        Paths of the HTML and of the workbook.

    Raises:
        InputError: the folder cannot be written, or the workbook is open in Excel.
    """
    html, xlsx = folder / HTML, folder / XLSX
    ordered = in_order(findings)
    summary = by_file(findings, accepted)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        books = municipal.write(folder, letters, SEVERITY_TITLES)
        checks = catalogue.outcomes(findings, tables)
        atomic.write_text(html, _render(ordered, summary, tables, title, books, checks))
        with atomic.aside(xlsx) as part:
            said = checks.assign(
                stage=checks["stage"].map(STAGE_TITLES), result=checks["result"].map(RESULT_TITLES)
            )
            write_workbook(part, ordered, summary, said, SEVERITY_TITLES)
    except OSError as error:
        raise InputError(
            f"Отчёт о проверке не записан в «{folder}»: {atomic.reason(error)}. Закройте отчёт, если он "
            "открыт, и проверьте место на диске. Снимок данных не создан."
        ) from error
    return html, xlsx


def in_order(findings: pd.DataFrame) -> pd.DataFrame:
    """Findings by municipality (those without one last), severity, file, row."""
    keyed = findings.assign(
        _nowhere=findings["municipality"] == "", _severity=findings["severity"].map(_ORDER).astype("Int64")
    )
    keyed = keyed.sort_values(
        ["_nowhere", "municipality", "_severity", "file", "sheet", "row"], kind="stable", ignore_index=True
    )
    return keyed.drop(columns=["_nowhere", "_severity"])


def by_file(findings: pd.DataFrame, accepted: Sequence[Accepted]) -> pd.DataFrame:
    """One row a sheet: file, sheet, reader (Russian), rows taken, errors, warnings, notes."""
    frame = pd.DataFrame(
        [
            (item.file, item.sheet, READER_TITLES.get(item.reader, item.reader), item.rows)
            for item in accepted
        ],
        columns=["file", "sheet", "reader", "rows"],
    )
    for severity in (ERROR, WARNING, INFO):
        part = findings[findings["severity"] == severity]
        by_sheet = part.groupby(["file", "sheet"]).size()
        keys = pd.MultiIndex.from_frame(frame[["file", "sheet"]])
        frame[severity] = by_sheet.reindex(keys).fillna(0).astype(int).to_numpy()
    return frame


def _render(
    findings: pd.DataFrame,
    summary: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    title: str,
    books: Mapping[str, Sequence[str]],
    checks: pd.DataFrame,
) -> str:
    shown = findings.head(SHOWN)
    groups = []
    for municipality, part in shown.groupby("municipality", sort=False):
        counts = part["severity"].value_counts()
        groups.append(
            {
                "title": municipality or _NOWHERE,
                "books": books.get(str(municipality), ()) if municipality else (),
                "counts": {key: int(counts.get(key, 0)) for key in SEVERITY_TITLES},
                "rows": part.astype(object).where(part.notna(), "").to_dict("records"),
            }
        )
    totals = findings["severity"].value_counts()
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["number"] = lambda value: f"{value:,}".replace(",", "\u00a0")
    return environment.get_template("report.html.j2").render(
        title=title,
        created=datetime.now().astimezone().strftime("%d.%m.%Y %H:%M"),
        files=summary.to_dict("records"),
        groups=groups,
        totals={key: int(totals.get(key, 0)) for key in SEVERITY_TITLES},
        severities=SEVERITY_TITLES,
        tables=[(TABLES[name].title, name, len(table)) for name, table in tables.items() if len(table)],
        rows=int(summary["rows"].sum()) if len(summary) else 0,
        checks=checks.to_dict("records"),
        results=RESULT_TITLES,
        stages=STAGE_TITLES,
        asked=checks["result"].value_counts().to_dict(),
        hidden=max(len(findings) - SHOWN, 0),
        workbook=XLSX,
        books=[(name, book) for name in sorted(books) for book in books[name]],
    )
