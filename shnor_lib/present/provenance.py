"""Sources of a school's values as Russian text, for the analyst.

In:   the frame of `data.provenance.sources`.
Out:  `told`, grouped by table and file; `files`, names and hashes.
"""

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from shnor_lib.data.schemas import TABLES
from shnor_lib.present import columns, text

_SHOWN_HASH = 12  # hexadecimal digits: enough to tell files apart by eye


def told(sources: pd.DataFrame) -> str:
    """One line a row, under the title of its table and the name of its file."""
    lines: list[str] = []
    for name, rows in sources.groupby("table", sort=False):
        lines += ["", f"{text.sentence(TABLES[str(name)].title)}:"]
        for file, part in rows.groupby("file", sort=False):
            digest = part["sha256"].to_list()[0]
            origin = f"  {file!s}" if file else "  файл не известен"
            lines.append(f"{origin}, SHA-256 {digest[:_SHOWN_HASH]}…" if digest else origin)
            lines += [f"    {_where(row)}{_said(row)}" for row in part.to_dict("records")]
    return "\n".join(lines).strip()


def files(sources: pd.DataFrame) -> str:
    """The files of the rows, each with its hash in full."""
    named = sources[sources["sha256"] != ""].drop_duplicates("file").sort_values("file")
    return "\n".join(["Файлы (SHA-256):", *("  " + named["file"] + ": " + named["sha256"])])


def _said(row: Mapping[Any, str]) -> str:
    """«2025, ОГЭ математика: участников 20; не преодолели 8»: no machine names."""
    key = ", ".join(columns.known(part) for part in row["what"].split(", "))
    # A value may hold «; » itself: only one before a name of a column parts two of them.
    pairs = [part.partition("=") for part in re.split(r"; (?=[a-z]\w*=)", row["value"]) if part]
    told = "; ".join(f"{columns.name(column)} — {columns.value(column, what)}" for column, _, what in pairs)
    return f"{key}: {told}" if told else key


def _where(row: Mapping[Any, str]) -> str:
    sheet, number, note = (row[name] for name in ("sheet", "row", "note"))
    known = (f"лист «{sheet}»" if sheet else "", f"строка {number}" if number else "")
    place = ", ".join(part for part in known if part)
    told = f"{place} ({note})" if note else place
    return f"{told} — " if told else ""
