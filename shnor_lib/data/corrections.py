"""Corrections: known errors of the source, each an entry with a reason and a guard.

In:   entries of the tidy table `corrections`, and the tables they speak of, before their checks.
Out:  `apply`: the tables with the corrections made, the entries with their outcome, a finding for each.

| action | what happens to the rows with the key |
|---|---|
| override | `column` takes `value`, where it holds `expected` |
| drop | the row leaves the table, where `column` holds `expected` |
| flag | the row stays and gets a warning with the reason; `expected` is not obligatory |

`expected` is the guard: the wrong value as the table has it without the correction. When the source has been
repaired the guard does not fit, nothing is changed, and the entry is an error until somebody removes it. An
entry that cannot be understood is refused with all its faults; the others are applied in their order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from shnor_lib.data.correction_entries import KEYS, NOTHING, at_entry, dtype, read, words
from shnor_lib.data.findings import ERROR, INFO, WARNING, Finding

MARK = "corrected"  # column of a corrected row: numbers of its corrections, until it becomes part of `source`
WORD = "исправление"  # begins the fourth part of a `source`: «файл | лист | строка | исправление 3»
_FOLLOW = {"failed": ("failed_low", "failed_high")}  # bounds of a count that is now known


@dataclass(frozen=True)
class Applied:
    """What corrections gave.

    Attributes:
        tables: all tables, the corrected ones changed; corrected rows carry `MARK`.
        entries: entries that were understood, with outcome (`applied`, `obsolete`, `not_found`) and rows.
        findings: one for each corrected row, each refused entry and each entry that did not fit.
    """

    tables: dict[str, pd.DataFrame]
    entries: pd.DataFrame
    findings: list[Finding]


def apply(tables: Mapping[str, pd.DataFrame], entries: pd.DataFrame) -> Applied:
    """Make the corrections.

    Args:
        tables: by name, with `file`, `sheet`, `row` where the place of a row is known.
        entries: columns of the contract, with their own `file`, `sheet`, `row`.
    """
    corrected = dict(tables)
    findings: list[Finding] = []
    told: list[dict[Any, Any]] = []
    for entry in entries.astype(object).where(entries.notna(), None).to_dict("records"):
        name = entry["table"]
        rows = corrected.get(name, pd.DataFrame())
        fitting, outcome = _fitting(rows, entry)
        if outcome == "applied":
            corrected[name], found = _made(rows, fitting, entry)
            findings += found
        else:
            findings.append(_failed(entry, outcome, rows))
        told.append({**entry, "outcome": outcome, "rows": int(fitting.sum())})
    done = pd.DataFrame(told, columns=[*entries.columns.difference(["outcome", "rows"]), "outcome", "rows"])
    return Applied(corrected, done.astype({"rows": "Int64"}), findings)


def _column(rows: pd.DataFrame, table: str, column: str) -> "pd.Series[Any]":
    kind = dtype(table, column)
    absent: pd.Series[Any] = pd.Series(pd.NA, index=rows.index, dtype=kind)
    return rows[column].astype(kind) if column in rows else absent


def _keyed(rows: pd.DataFrame, entry: Mapping[Any, Any]) -> "pd.Series[bool]":
    """Rows with the key of an entry."""
    keyed = pd.Series(True, index=rows.index)
    for name in KEYS:
        if entry[name] is not None:
            keyed &= _column(rows, entry["table"], name).eq(entry[name]).fillna(False).astype(bool)
    return keyed


def _fitting(rows: pd.DataFrame, entry: Mapping[Any, Any]) -> tuple["pd.Series[bool]", str]:
    """Rows that an entry means, and what becomes of it."""
    keyed = _keyed(rows, entry)
    if not keyed.any():
        return keyed, "not_found"
    if entry["expected"] is None:
        return keyed, "applied"
    values = _column(rows, entry["table"], entry["column"])
    expected = read(entry["table"], entry["column"], entry["expected"])
    guarded = values.isna() if expected is None else values.eq(expected).fillna(False).astype(bool)
    fitting = keyed & guarded
    return fitting, "applied" if fitting.any() else "obsolete"


def _made(
    rows: pd.DataFrame, fitting: "pd.Series[bool]", entry: Mapping[Any, Any]
) -> tuple[pd.DataFrame, list[Finding]]:
    """The table after a correction, and a finding for each of its rows."""
    table, column, action = entry["table"], entry["column"], entry["action"]
    touched = rows[fitting].to_dict("records")
    if action == "flag":
        return rows, [
            _at_row(entry, row, WARNING, "значение под вопросом", "Сверьте с исходным документом.")
            for row in touched
        ]
    if action == "drop":
        left = rows[~fitting].reset_index(drop=True)
        return left, [_at_row(entry, row, INFO, "строка не принята", "Ничего не нужно.") for row in touched]
    value = read(table, column, entry["value"])
    changed = rows.assign(**{column: _column(rows, table, column).mask(fitting, value)})
    for bound in _FOLLOW.get(column, ()):
        if bound in changed:
            known = fitting & changed[bound].notna()
            changed[bound] = changed[bound].mask(known, value)
    changed = _of_marks(changed, fitting, column, value) if table == "results" else changed
    marks = changed[MARK] if MARK in changed else pd.Series(None, index=changed.index, dtype="str")
    mark = str(entry["correction_id"])
    changed[MARK] = marks.mask(fitting, (marks + ", " + mark).fillna(mark)).astype("str")
    said = f"столбец «{column}»: {entry['expected']} → {entry['value']}"
    return changed, [_at_row(entry, row, INFO, said, "Ничего не нужно.") for row in touched]


def _of_marks(rows: pd.DataFrame, fitting: "pd.Series[bool]", column: str, value: object) -> pd.DataFrame:
    """ВПР: the failed are the marks «2» (R2). What a correction of one contradicts in the other gives way."""
    if column not in ("failed", "n2") or not {"series", "failed", "n2"} <= set(rows.columns):
        return rows
    vpr = fitting & rows["series"].str.startswith("vpr").fillna(value=False).astype(bool)
    differ = vpr & (rows["failed"] != rows["n2"]).fillna(value=False).astype(bool)
    if column == "n2":
        known = [name for name in ("failed", *_FOLLOW["failed"]) if name in rows]
        return rows.assign(**{name: rows[name].mask(differ, value) for name in known})
    marks = [name for name in ("n2", "n3", "n4", "n5") if name in rows]
    return rows.assign(**{name: rows[name].mask(differ) for name in marks})


def _at_row(
    entry: Mapping[Any, Any], row: Mapping[Any, Any], severity: str, said: str, action: str
) -> Finding:
    """A finding at the corrected row; at the entry where the place of the row is not known."""
    place = row if "file" in row else entry
    check = "flagged" if entry["action"] == "flag" else "applied"
    return Finding(
        file=words(place["file"]),
        check=f"correction_{check}",
        severity=severity,
        message=f"исправление {entry['correction_id']}: {said}; причина: {entry['reason']} "
        f"({entry['author']}, {entry['date']})",
        action=action,
        sheet=words(place["sheet"]),
        row=None if pd.isna(place["row"]) else int(place["row"]),
        column=words(entry["column"]),
        value=words(row.get(entry["column"])) if entry["column"] else "",
        school_id=words(entry["school_id"]),
    )


def _failed(entry: Mapping[Any, Any], outcome: str, rows: pd.DataFrame) -> Finding:
    key = ", ".join(str(entry[name]) for name in KEYS if entry[name] is not None)
    name = f"исправление {entry['correction_id']} не применено"
    if outcome == "not_found":
        return at_entry(
            entry,
            outcome,
            ERROR,
            f"{name}: в таблице {entry['table']} нет строки {key}",
            "Проверьте ключ; строка, не принятая при чтении файла, исправлениями не возвращается.",
            "",
            key,
        )
    stands = _column(rows, entry["table"], entry["column"])[_keyed(rows, entry)]
    now = ", ".join(sorted({words(value) or NOTHING for value in stands}))
    repaired = " — как и предлагает исправление" if now == entry["value"] else ""
    return at_entry(
        entry,
        outcome,
        ERROR,
        f"{name}: источник изменился, в столбце «{entry['column']}» строки {key} стоит {now}{repaired}, а "
        f"исправление написано для {entry['expected']}",
        "Если источник исправлен, удалите запись; если он ошибается по-новому, обновите «expected».",
        "expected",
        now,
    )
