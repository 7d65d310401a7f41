"""Entries of the table `corrections`: whether they can be understood, and their values.

In:   entries as text.
Out:  `understood`, the entries that can be applied and every fault of the others at once; `read`, a value of
      an entry as its column holds it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
import pandera.errors
import pandera.pandas as pa

from shnor_lib.data import series
from shnor_lib.data.findings import ERROR, Finding
from shnor_lib.data.schemas import CORRECTION_ACTIONS, TABLES
from shnor_lib.data.table import SCHOOL_ID

TABLE = "corrections"
KEYS = ("school_id", "year", "series", "attempt", "wave", "code", "indicator", "measure_id")
NOTHING = "пусто"  # a missing value in `expected` and `value`
CORRECTABLE = tuple(
    name for name, table in TABLES.items() if "school_id" in table.key and name != "school_codes"
)  # codes are a reviewed table themselves
_OPTIONAL = {"results": ("attempt",), "schools": ("year",)}  # a key that may be left open: any
_ISO = re.compile(r"20\d\d-\d\d-\d\d")
_YES, _NO = ("да", "true", "1"), ("нет", "false", "0")


def understood(entries: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Entries that can be applied, and a finding for each fault of the others, all at once."""
    again = entries["correction_id"].duplicated() & entries["correction_id"].notna()
    refused: list[Finding] = []
    good = []
    records = entries.astype(object).where(entries.notna(), None).to_dict("records")
    for entry, repeated in zip(records, again, strict=True):
        faults = list(_faults(entry))
        if repeated:
            faults.append(("correction_id", "номер исправления уже занят; дайте записи свой номер"))
        good.append(not faults)
        refused += [
            at_entry(
                entry,
                "wrong",
                ERROR,
                f"исправление не применено: {fault}",
                "Исправьте запись и повторите загрузку.",
                column,
                str(entry.get(column) or ""),
            )
            for column, fault in faults
        ]
    return entries[pd.Series(good, index=entries.index, dtype="bool")].reset_index(drop=True), refused


def _faults(entry: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    """Column and fault of an entry."""
    for name in ("correction_id", "reason", "author", "date"):
        if not entry[name]:
            yield name, f"не заполнен столбец «{name}»"
    if entry["date"] and not _ISO.fullmatch(entry["date"]):
        yield "date", "дата нужна с днём: 15.09.2025 или 2025-09-15"
    if entry["action"] not in CORRECTION_ACTIONS:
        yield (
            "action",
            f"действие «{entry['action'] or ''}» неизвестно; есть: {', '.join(CORRECTION_ACTIONS)}",
        )
    if entry["table"] not in CORRECTABLE:
        yield "table", f"таблицы «{entry['table'] or ''}» нет; исправляются: {', '.join(CORRECTABLE)}"
        return
    yield from _key_faults(entry, entry["table"])
    yield from _value_faults(entry, entry["table"])


def _key_faults(entry: Mapping[Any, Any], table: str) -> Iterator[tuple[str, str]]:
    key, optional = TABLES[table].key, _OPTIONAL.get(table, ())
    for name in KEYS:
        if name in key and name not in optional and entry[name] is None:
            yield name, f"не заполнен «{name}»: он нужен для таблицы {table}"
        if name not in key and entry[name] is not None:
            yield name, f"«{name}» не входит в ключ таблицы {table} ({', '.join(key)})"
    if entry["school_id"] is not None and not re.match(SCHOOL_ID, entry["school_id"]):
        yield "school_id", "код школы — шесть цифр"
    if entry["series"] is not None and "series" in key and not series.is_valid(entry["series"]):
        yield "series", f"процедуры «{entry['series']}» нет; пример: oge-ma, vpr-ru-5"


def _value_faults(entry: Mapping[Any, Any], table: str) -> Iterator[tuple[str, str]]:
    action, column = entry["action"], entry["column"]
    guarded = action in ("drop", "override")
    if guarded and not column:
        yield "column", f"для действия {action} нужен столбец («column»)"
    if guarded and entry["expected"] is None:
        yield "expected", f"для действия {action} нужно неверное значение источника («expected»)"
    if action == "override" and entry["value"] is None:
        yield "value", f"для действия override нужно верное значение («value»); пустое — слово «{NOTHING}»"
    if action in ("drop", "flag") and entry["value"] is not None:
        yield "value", f"для действия {action} «value» не заполняется"
    if not column:
        return
    columns = [name for name in TABLES[table].columns if name != "source"]
    if column not in columns:
        yield "column", f"столбца «{column}» в таблице {table} нет; есть: {', '.join(columns)}"
        return
    for name in ("expected", "value"):
        if entry[name] is not None:
            try:
                value = read(table, column, entry[name])
            except ValueError:
                yield name, f"значение «{entry[name]}» не подходит столбцу «{column}»"
                continue
            if name == "value" and not _allowed(table, column, value):
                yield name, f"значение «{entry[name]}» не допускается в столбце «{column}»"
    if entry["value"] is not None and entry["value"] == entry["expected"]:
        yield "value", "новое значение равно прежнему"


def read(table: str, column: str, said: str) -> Any:
    """A value as the column holds it.

    Raises:
        ValueError: it is none.
    """
    if said == NOTHING:
        return None
    kind = str(dtype(table, column))
    plain = said.replace("\u00a0", "").replace(" ", "").replace(",", ".")
    if kind == "Int64":
        number = float(plain)
        if not number.is_integer():
            raise ValueError(said)
        return int(number)
    if kind == "Float64":
        return float(plain)
    if kind == "boolean":
        if said.casefold() not in (*_YES, *_NO):
            raise ValueError(said)
        return said.casefold() in _YES
    return said


def _allowed(table: str, column: str, value: Any) -> bool:
    """Whether the contract lets the column hold the value."""
    schema = pa.DataFrameSchema({column: TABLES[table].columns[column]})
    try:
        schema.validate(pd.DataFrame({column: pd.Series([value], dtype=dtype(table, column))}))
    except (pandera.errors.SchemaError, ValueError, TypeError):
        return False
    return True


def dtype(table: str, column: str) -> Any:
    """Dtype of a column by the contract."""
    return TABLES[table].empty()[column].dtype


def at_entry(
    entry: Mapping[Any, Any], check: str, severity: str, message: str, action: str, column: str, value: str
) -> Finding:
    """A finding at an entry, not at the row it speaks of."""
    return Finding(
        file=words(entry["file"]),
        check=f"correction_{check}",
        severity=severity,
        message=message,
        action=action,
        sheet=words(entry["sheet"]),
        row=None if pd.isna(entry["row"]) else int(entry["row"]),
        column=column,
        value=value,
    )


def words(value: object) -> str:
    """A value as text, empty where missing."""
    missing = value is None or value is pd.NA or value != value
    return "" if missing else str(value)
