"""Where each value of a school comes from: table, file with its hash, sheet, row.

In:   a snapshot and a school.
Out:  `sources`, one row a value row of the snapshot.
Not:  why a verdict is what it is (see `trace`).

Every table of a snapshot carries `source`, «file | sheet | row» as Excel counts rows; several rows that were
summed while reading (participants of a procedure) are named by their file and sheet alone. A row touched by a
correction says so at the end.
"""

from typing import Any

import pandas as pd

from shnor_lib.data.schemas import TABLES
from shnor_lib.data.snapshot import Snapshot

COLUMNS = ("table", "what", "value", "file", "sheet", "row", "note", "sha256")
_BAR = " | "


def sources(snapshot: Snapshot, school_id: str) -> pd.DataFrame:
    """All rows of a school in a snapshot with their places.

    Args:
        snapshot: the data.
        school_id: six digits.

    Returns:
        `COLUMNS`, all str: `table` (name of the contract), `what` (the key of the row beyond the school),
        `value` (what it says), `file`, `sheet`, `row`, `note` (a correction), `sha256` (of the file), in the
        order of the contract. Empty where the snapshot has nothing of the school.
    """
    hashes = {item["file"]: item["sha256"] for item in snapshot.meta["inputs"]}
    rows: list[dict[str, str]] = []
    for name, table in TABLES.items():
        frame = snapshot.table(name)
        if "school_id" not in frame or "source" not in frame or frame.empty:
            continue
        mine = frame[frame["school_id"].eq(school_id).fillna(value=False).to_numpy(dtype=bool)]
        keys = [key for key in table.key if key != "school_id"]
        records = mine.sort_values([key for key in keys if key in mine]).to_dict("records")
        rows += [_row(name, keys, {str(key): record[key] for key in record}, hashes) for record in records]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def place(source: str) -> tuple[str, str, str, str]:
    """File, sheet, row and note of a `source`; what it does not hold is empty."""
    parts = [*source.split(_BAR), "", "", "", ""]
    return parts[0], parts[1], parts[2], _BAR.join(part for part in parts[3:] if part)


def _row(table: str, keys: list[str], record: dict[str, Any], hashes: dict[str, str]) -> dict[str, str]:
    told = record["source"]
    file, sheet, row, note = place("" if pd.isna(told) else str(told))
    values = [
        f"{name}={record[name]}"
        for name in record
        if name not in ("school_id", "source", *keys) and not pd.isna(record[name])
    ]
    return {
        "table": table,
        "what": ", ".join(str(record[key]) for key in keys if not pd.isna(record[key])),
        "value": "; ".join(values),
        "file": file,
        "sheet": sheet,
        "row": row,
        "note": note,
        "sha256": hashes.get(file, ""),
    }
