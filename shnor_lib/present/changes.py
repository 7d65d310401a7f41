"""What changed between two snapshots, in Russian words.

In:   `analysis.changes.Changes`.
Out:  `lines` for the console of an analyst, with exact counts; `tables` and `about` for a workbook that is
      passed on: counts that others must not see (R25) are not in it.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import pandas as pd

from shnor_lib.analysis.changes import CELL_CHANGES, FILE_CHANGES, LIST_CHANGES, SCHOOL_CHANGES, Changes, Side
from shnor_lib.data.series import parse
from shnor_lib.present import columns, frames, labels, labels_changes, text
from shnor_lib.present.tables import Table, numbers, schools, words

SHOWN = 20  # lines of a kind in the console


def lines(changes: Changes) -> list[str]:
    """The comparison for the console: a summary of each kind and its first `SHOWN` lines."""
    told = [f"Было:  {_side(changes.before)}", f"Стало: {_side(changes.after)}", ""]
    told += _section(
        "Файлы", changes.inputs, "change", labels_changes.FILE_CHANGES, FILE_CHANGES, _file_lines(changes)
    )
    told += _section(
        "Школы",
        changes.schools,
        "change",
        labels_changes.SCHOOL_CHANGES,
        SCHOOL_CHANGES,
        _school_lines(changes),
        "без изменений" if changes.registers.empty else "те же, изменился реестр по годам",
    )
    told += [_register_line(row) for row in frames.rows(changes.registers)]
    told += _section(
        "Ячейки", changes.cells, "change", labels_changes.CELL_CHANGES, CELL_CHANGES, _cell_lines(changes)
    )
    told += [_table_line(row) for row in frames.rows(changes.tables)]
    if changes.year is not None:
        heading = f"Статусы, {changes.year} год, методика {changes.method}"
        told += _section(
            heading,
            changes.statuses,
            "movement",
            labels_changes.LIST_CHANGES,
            LIST_CHANGES,
            _status_lines(changes),
        )
    return [*told, *changes.notes]


def tables(changes: Changes) -> list[Table]:
    """Sheets of the workbook: files, schools, registers by year, cells, other tables, statuses."""
    files, cells, moved = changes.inputs, changes.cells, changes.statuses
    made = [
        Table(
            "Файлы",
            [
                words("Файл", files["file"], wide=True),
                words("Что с ним", _texts(labels_changes.FILE_CHANGES, files["change"])),
                words("Прежнее имя", files["old_name"]),
                numbers("Строк было", files["rows_before"]),
                numbers("Строк стало", files["rows_after"]),
                numbers("Изменено ячеек", [int((cells["file"] == name).sum()) for name in files["file"]]),
            ],
        ),
        Table(
            "Школы",
            [
                *schools(changes.schools),
                words("Муниципалитет", changes.schools["municipality"]),
                words("Что изменилось", _texts(labels_changes.SCHOOL_CHANGES, changes.schools["change"])),
                words("Было", [_value(row.change, row.old) for row in frames.rows(changes.schools)]),
                words("Стало", [_value(row.change, row.new) for row in frames.rows(changes.schools)]),
            ],
        ),
        Table(
            "Реестр по годам",
            [
                words("Год", [str(year) for year in changes.registers["year"]]),
                numbers("Школ добавилось", changes.registers["added"]),
                numbers("Школ убыло", changes.registers["removed"]),
            ],
        ),
        Table("Ячейки", _cell_columns(cells)),
        Table(
            "Другие таблицы",
            [
                words("Таблица", changes.tables["title"]),
                numbers("Строк появилось", changes.tables["added"]),
                numbers("Строк исчезло", changes.tables["removed"]),
                numbers("Строк изменено", changes.tables["changed"]),
            ],
        ),
    ]
    if changes.year is not None:
        shown = [
            *schools(moved),
            words("Муниципалитет", moved["municipality"]),
            words("Список", _texts(labels_changes.LIST_CHANGES, moved["movement"])),
            words("Статус был", _texts(labels.STATUSES, moved["status_before"])),
            words("Статус стал", _texts(labels.STATUSES, moved["status_after"])),
            numbers("Изменено ячеек школы", moved["cells"]),
        ]
        made.append(Table(f"Статусы {changes.year}", shown))
    return made


def about(changes: Changes) -> dict[str, str]:
    """Facts for the last sheet of the workbook."""
    facts = {"Было": _side(changes.before), "Стало": _side(changes.after), "Методика": changes.method}
    if changes.year is not None:
        facts["Год списка"] = str(changes.year)
    if changes.cells["hidden"].any():
        facts["Скрытые числа"] = f"«{labels.SUPPRESSED}»: {labels.SUPPRESSED_HINT} (R25)"
    for at, note in enumerate(changes.notes, 1):
        facts[f"Примечание {at}"] = note
    return facts


def _side(side: Side) -> str:
    return f"{side.id}, {text.moment(side.created.astimezone())}"


def _section(
    heading: str,
    frame: pd.DataFrame,
    column: str,
    group: dict[str, labels.Label],
    order: Iterable[str],
    told: Iterator[str],
    nothing: str = "без изменений",
) -> list[str]:
    """«Школы: появилась 2, исчезла 1», then the first lines, then how many more there are."""
    counted = frame[column].value_counts()
    summary = ", ".join(
        f"{group[name].text} — {text.number(counted[name])}" for name in order if name in counted
    )
    shown = [f"  {line}" for line in islice(told, SHOWN)]
    more = int(counted.drop("same", errors="ignore").sum()) - len(shown)
    if more > 0:
        shown.append(f"  … и ещё {text.number(more)}; все — в файле: --out ФАЙЛ.xlsx")
    return [f"{heading}: {summary or nothing}.", *shown]


def _file_lines(changes: Changes) -> Iterator[str]:
    counted = changes.cells["file"].value_counts()
    for row in frames.rows(changes.inputs):
        if row.change == "same":
            continue
        label = labels_changes.FILE_CHANGES[row.change]
        old = f" (был «{row.old_name}»)" if row.change == "renamed" else ""
        size = f", строк {_from_to(row.rows_before, row.rows_after)}" if row.change == "changed" else ""
        touched = frames.count(counted.get(row.file))
        caused = f", изменено ячеек: {text.number(touched)}" if touched else ""
        yield f"{label.symbol} {label.text}: {row.file}{old}{size}{caused}"


def _school_lines(changes: Changes) -> Iterator[str]:
    for row in frames.rows(changes.schools):
        label = labels_changes.SCHOOL_CHANGES[row.change]
        values = (
            ""
            if row.change in ("added", "removed")
            else f": {_value(row.change, row.old)} → {_value(row.change, row.new)}"
        )
        yield f"{label.symbol} {_school(row)}: {label.text}{values}"


def _register_line(row: Any) -> str:
    """«Реестр 2027 года, школ: добавилось 59.»: told by year, as a known school is no new one."""
    parts = (("добавилось", row.added), ("убыло", row.removed))
    told = ", ".join(f"{word} {text.number(number)}" for word, number in parts if number)
    return f"Реестр {row.year} года, школ: {told}."


def _cell_lines(changes: Changes) -> Iterator[str]:
    for row in frames.rows(changes.cells):
        label = labels_changes.CELL_CHANGES[row.change]
        counts = _counts_of(row)
        yield f"{label.symbol} {_school(row)}: {parse(row.series).short}, {row.year}: {counts}; {_cause(row)}"


def _status_lines(changes: Changes) -> Iterator[str]:
    for row in frames.rows(changes.statuses):
        label = labels_changes.LIST_CHANGES[row.movement]
        was, now = (_status(value) for value in (row.status_before, row.status_after))
        why = f"изменено ячеек: {row.cells}" if row.cells else "её ячейки не менялись"
        yield f"{label.symbol} {_school(row)}: {label.text}, {was} → {now}; {why}"


def _table_line(row: Any) -> str:
    numbers_of = (("появилось", row.added), ("исчезло", row.removed), ("изменено", row.changed))
    told = ", ".join(f"{word} {text.number(number)}" for word, number in numbers_of if number)
    return f"{text.sentence(row.title)}, строк: {told}."


def _cell_columns(cells: pd.DataFrame) -> list[Any]:
    rows = list(frames.rows(cells))
    return [
        *schools(cells),
        words("Муниципалитет", cells["municipality"]),
        numbers("Год", cells["year"]),
        words("Процедура", [parse(row.series).short for row in rows]),
        words("Что с ней", _texts(labels_changes.CELL_CHANGES, cells["change"])),
        words("Было", [_public(row, "before") for row in rows]),
        words("Стало", [_public(row, "after") for row in rows]),
        words("Изменились столбцы", [_columns(row.columns) for row in rows]),
        words("Причина", _texts(labels_changes.CELL_CAUSES, cells["cause"])),
        words("Файл", cells["file"]),
        words("Источник был", cells["source_before"]),
        words("Источник стал", cells["source_after"]),
    ]


def _counts_of(row: Any) -> str:
    """«3 из 10 (30,0 %) → 4 из 12 (33,3 %)», and what else differs where k and n are the same."""
    was, now = (_counts(row, side) for side in ("before", "after"))
    if row.change == "added":
        return now
    if row.change == "removed":
        return was
    return f"{now}; изменились: {_columns(row.columns)}" if was == now else f"{was} → {now}"


def _counts(row: Any, side: str) -> str:
    n, k, low, high = (
        getattr(row, f"{name}_{side}") for name in ("participants", "failed", "failed_low", "failed_high")
    )
    if text.is_missing(n):
        return labels.MISSING
    if not text.is_missing(k):
        return text.k_of_n(k, n)
    if text.is_missing(low) or text.is_missing(high):
        return f"неизвестно из {text.number(n)}"
    return f"от {text.number(low)} до {text.number(high)} из {text.number(n)}"


def _public(row: Any, side: str) -> str:
    if text.is_missing(getattr(row, f"participants_{side}")):
        return labels.MISSING
    return labels.SUPPRESSED if row.hidden else _counts(row, side)


def _columns(names: str) -> str:
    return ", ".join(columns.name(name) for name in names.split(";") if name)


def _cause(row: Any) -> str:
    label = labels_changes.CELL_CAUSES[row.cause]
    source = row.source_before if row.change == "removed" else row.source_after
    where = "" if text.is_missing(source) else f": {_place(str(source))}"
    if row.cause == "file_removed" and not text.is_missing(row.file):
        where = f": {row.file}"
    return f"{label.text}{where}"


def _place(source: str) -> str:
    """«файл, лист «…», строка 48» of a source."""
    file, sheet, row, *more = [*(part.strip() for part in source.split(" | ")), "", ""]
    known = [file, f"лист «{sheet}»" if sheet else "", f"строка {row}" if row else "", *more]
    return ", ".join(part for part in known if part)


def _school(row: Any) -> str:
    place = "" if text.is_missing(row.municipality) else f" ({row.municipality})"
    return f"{row.school_id} {text.shorten(text.school_name(row.name), 60)}{place}"


def _status(value: object) -> str:
    return "не судится" if text.is_missing(value) else labels.of(labels.STATUSES, value).text


def _value(change: str, value: object) -> str:
    """A value of the register in words."""
    if text.is_missing(value):
        return labels.MISSING
    if change == "status":
        return labels.of(labels.SCHOOL_STATUSES, value).text
    if change == "scope":
        return "в охвате" if value == "True" else "вне охвата"
    if change == "level":
        return labels.of(labels.LEVELS, int(str(value))).text
    return f"«{value}»" if change in ("renamed", "moved", "municipality_renamed") else str(value)


def _texts(group: dict[str, labels.Label], values: Iterable[object]) -> list[str]:
    return [labels.of(group, value).text for value in values]


def _from_to(was: object, now: object) -> str:
    return f"{text.number(was)} → {text.number(now)}"
