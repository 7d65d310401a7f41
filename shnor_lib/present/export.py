"""Tables as files: CSV, XLSX, JSON, Parquet, chosen by the ending of the file name.

In:   a frame with machine names.
Out:  a file written aside and renamed, so that a reader never meets half of it.

CSV, JSON and Parquet keep machine names and values: other programs read them. XLSX is for people: Russian
headings, Russian values, filters, frozen header.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from shnor_lib import atomic
from shnor_lib.data import series as series_ids
from shnor_lib.errors import InputError, SelectionError
from shnor_lib.present import labels, text
from shnor_lib.sheets import BODY, HEADER, NOTE, OPTIONS, finish, fit_row, header, note, number_body

_HEADINGS = {
    "school_id": ("Код школы", 11),
    "year": ("Год", 7),
    "status": ("Статус", 18),
    "limb_a": ("Условие А: две процедуры за год", 14),
    "limb_b": ("Условие Б: два года подряд", 14),
    "hits": ("Процедур с достигнутым порогом", 13),
    "evaluable": ("Процедур оценено", 11),
    "expected": ("Процедур ожидалось", 11),
    "hit_series": ("Процедуры с достигнутым порогом", 34),
    "limb_b_series": ("Процедуры условия Б", 26),
    "reasons": ("Основания", 90),
    "name": ("Школа", 46),
    "municipality_id": ("Код муниципалитета", 16),
    "municipality": ("Муниципалитет", 28),
    "locality": ("Местность", 10),
    "enrolment": ("Обучающихся", 12),
    "level_max": ("Уровень", 12),
    "project_500": ("Проект 500+", 10),
    "requires_check": ("Требует проверки", 12),
    "incomplete": ("Неполные данные", 12),
    "incomparable": ("Процедуры несопоставимы", 15),
    "biased": ("Признаки необъективности", 16),
    "support": ("Кластер поддержки", 22),
    "status_before": ("Статус годом ранее", 18),
    "status_after": ("Статус", 18),
    "cluster_before": ("Кластер годом ранее", 22),
    "cluster_after": ("Кластер", 22),
    "movement": ("Динамика", 22),
    "reason": ("Пояснение", 26),
    "code": ("Код параметра", 10),
    "factor": ("Фактор", 34),
    "parameter": ("Параметр", 56),
    "significance": ("Значимость", 12),
    "state": ("Состояние", 18),
    "value": ("Значение", 10),
    "source": ("Источник", 50),
    "index": ("Социальный индекс", 12),
    "low_quartile": ("Индекс в нижнем квартиле", 13),
    "index_state": ("Расчёт индекса", 14),
    "index_reason": ("Почему не рассчитан", 30),
    "passport_year": ("Год паспорта", 10),
    "indicators": ("Показателей есть", 12),
    "asked": ("Показателей нужно", 12),
    "deficits": ("Ресурсных дефицитов", 12),
    "high_factors": ("Факторов высокой значимости", 14),
    "shnsu": ("ШНСУ", 8),
    "risk": ("Зона риска", 10),
    "risk_parts": ("Признаки риска", 40),
    "risk_unknown": ("Нет сведений", 34),
    "watch_zone": ("Зона внимания", 10),
    "watch_parts": ("Почему внимание", 40),
    "resilient": ("Кандидат в резильентные", 13),
    "standing": ("Доля рядом со сходными школами", 24),
}
_VALUES: dict[str, Mapping[Any, labels.Label]] = {
    "status": labels.STATUSES,
    "status_before": labels.STATUSES,
    "status_after": labels.STATUSES,
    "cluster_before": labels.CLUSTERS,
    "cluster_after": labels.CLUSTERS,
    "movement": labels.MOVEMENTS,
    "reason": labels.MOVEMENT_REASONS,
    "significance": labels.SIGNIFICANCE,
    "support": labels.SUPPORT,
    "state": labels.DEFICIT_STATES,
    "locality": labels.LOCALITIES,
    "level_max": labels.LEVELS,
    "index_state": labels.INDEX_STATES,
    "index_reason": labels.INDEX_REASONS,
    "standing": labels.STANDINGS,
}
_LISTS: dict[str, Mapping[Any, labels.Label]] = {
    "risk_parts": labels.RISK_PARTS,
    "risk_unknown": labels.RISK_PARTS,
    "watch_parts": labels.WATCH_PARTS,
}
_SERIES_LISTS = ("hit_series", "limb_b_series")
_NOT_FOR_PEOPLE = ("state_before", "state_after")
_STILL = ("municipality", "name", "school_id")  # columns that stay in sight where they stand first
_WITH_DECIMALS = ("index",)
_DEFAULT_WIDTH = 16
ENDINGS = (".csv", ".xlsx", ".json", ".parquet")


def write(
    frame: pd.DataFrame,
    path: Path,
    title: str,
    notes: tuple[str, ...] = (),
    sheets: Mapping[str, pd.DataFrame] | None = None,
) -> None:
    """Write a table to `path` in the format of its ending.

    Args:
        frame: table with machine names.
        path: file ending in .csv, .xlsx, .json or .parquet; its folder is made when absent.
        title: heading of the spreadsheet.
        notes: lines under the heading of the spreadsheet: method, snapshot, reservations.
        sheets: tables of the spreadsheet by name, in place of `frame`, where people want more than one.

    Raises:
        SelectionError: unknown ending.
        InputError: the file cannot be written.
    """
    _refuse_other(path, ENDINGS)
    with _whole(path) as part:
        ending = path.suffix.lower()
        if ending == ".csv":
            frame.to_csv(part, index=False, encoding="utf-8")
        elif ending == ".json":
            frame.to_json(part, orient="records", force_ascii=False, indent=1)
        elif ending == ".parquet":
            frame.to_parquet(part, index=False)
        else:
            _xlsx(sheets or {"Список": frame}, part, title, notes)


def save(content: bytes, path: Path, ending: str) -> None:
    """Write a file that is already made, such as a workbook of several sheets.

    Raises:
        SelectionError: the name has another ending.
        InputError: the file cannot be written.
    """
    _refuse_other(path, (ending,))
    with _whole(path) as part:
        part.write_bytes(content)


def _refuse_other(path: Path, endings: tuple[str, ...]) -> None:
    if path.suffix.lower() not in endings:
        raise SelectionError(
            f"Файл «{path.name}»: неизвестный формат «{path.suffix}». Допустимы: {', '.join(endings)}; "
            "список ШНОР и карточки пишутся и в .docx, .pdf, .html."
        )


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic.aside(path) as part:
            yield part
    except OSError as error:
        raise InputError(f"Файл «{path}» не записан: {atomic.reason(error)}.") from error


def for_people(frame: pd.DataFrame) -> pd.DataFrame:
    """Russian headings and values; flags as «да», missing as empty."""
    shown = frame.drop(columns=[name for name in _NOT_FOR_PEOPLE if name in frame])
    columns = {}
    for name in shown:
        heading = _HEADINGS.get(str(name), (str(name), 0))[0]
        columns[heading] = shown[name].astype(object).map(_spoken(str(name)))
    return pd.DataFrame(columns, index=shown.index)


def _spoken(name: str) -> Callable[[object], object]:
    def spoken(value: object) -> object:
        if text.is_missing(value) or value == "":
            return ""
        if isinstance(value, bool) or type(value).__name__ == "bool":
            return "да" if value else ""
        if name == "name":
            return text.school_name(value)
        if name in _SERIES_LISTS:
            return ", ".join(series_ids.parse(item).short for item in str(value).split(";"))
        if name in _LISTS:
            return "\n".join(labels.of(_LISTS[name], item).text for item in str(value).split(";"))
        if name == "reasons":
            return str(value).replace(";", "\n")
        return labels.of(_VALUES[name], value).text if name in _VALUES else value

    return spoken


def _xlsx(sheets: Mapping[str, pd.DataFrame], path: Path, title: str, notes: tuple[str, ...]) -> None:
    with atomic.buffered(path) as buffer, xlsxwriter.Workbook(buffer, OPTIONS) as book:
        styles = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "note": book.add_format(NOTE),
            "head": book.add_format(HEADER),
            "text": book.add_format(BODY),
            "whole": book.add_format(number_body()),
            "number": book.add_format(number_body() | {"num_format": "0.0#"}),
        }
        for name, frame in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.write_string(0, 0, title, styles["title"])
            widths = _table(sheet, frame, len(notes) + 2, styles)
            for row, line in enumerate(notes, start=1):
                note(sheet, row, line, widths, styles["note"])


def _table(sheet: Any, frame: pd.DataFrame, top: int, styles: Mapping[str, Any]) -> list[float]:
    """Write the table; widths of its columns."""
    shown = for_people(frame)
    machine = [str(name) for name in frame if name not in _NOT_FOR_PEOPLE]
    wished = [_HEADINGS.get(name, ("", _DEFAULT_WIDTH))[1] for name in machine]
    widths = header(sheet, top, [str(name) for name in shown], wished, styles["head"])
    for row, values in enumerate(shown.itertuples(index=False), start=top + 1):
        for column, value in enumerate(values):
            sheet.write(row, column, value, styles[_kind(machine[column], value)])
        fit_row(sheet, row, values, widths)
    still = len(_STILL) if tuple(machine[: len(_STILL)]) == _STILL else 0
    finish(sheet, top, len(shown), len(shown.columns), still)
    return widths


def _kind(column: str, value: Any) -> str:
    """Format of a value: an index has its decimals also where they are zero."""
    if isinstance(value, str):
        return "text"
    return "whole" if float(value).is_integer() and column not in _WITH_DECIMALS else "number"
