"""Corrections of known errors of the source: entries with a reason, an author's role, a date and a guard.

In:   any sheet with the columns of the tidy table `corrections`, by name or by the headings of
      `maps/corrections.csv`; usually `corrections.csv`.
Out:  entries as text, with years, codes and dates in their usual form.
Not:  what an entry means (see `data.correction_entries`) and does (see `data.corrections`).
"""

import pandas as pd

from shnor_lib.data import correction_entries, corrections
from shnor_lib.data.findings import ERROR, Finding
from shnor_lib.data.intake import cells, columns
from shnor_lib.data.intake.columns import Header
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.reading import Taken, with_place
from shnor_lib.data.schemas import TABLES
from shnor_lib.data.schools import logins

_FORM = "corrections"
_TELLING = ("correction_id", "action", "expected", "reason")  # three of them and it is such a table
_ENOUGH = 3
_NEEDED = (
    "correction_id",
    "table",
    "school_id",
    "action",
    "column",
    "expected",
    "value",
    "reason",
    "author",
    "date",
)


class Corrections:
    """Reader of the table of corrections."""

    id = "corrections"
    title = "Исправления известных ошибок"

    def recognise(self, sheet: Sheet) -> Header | None:
        """A header row that holds what only this table has."""
        header = columns.match(sheet.head, columns.synonyms(_FORM))
        if header is None or sum(name in header.columns for name in _TELLING) < _ENOUGH:
            return None
        return header

    def read(self, sheet: Sheet, found: Header, log: Log) -> Taken:
        """Entries, whatever is wrong with them."""
        missing = [name for name in _NEEDED if name not in found.columns]
        for title in found.unknown:
            log.add(
                "correction_wrong",
                ERROR,
                f"столбца «{title[:60]}» в таблице исправлений нет",
                f"Столбцы: {', '.join(_names())}.",
                row=found.row + 1,
                column=title[:60],
            )
        if missing:
            log.add(
                "missing_columns",
                ERROR,
                f"в таблице исправлений нет столбцов: {', '.join(missing)}; ни одно исправление не применено",
                "Добавьте недостающие столбцы и повторите загрузку.",
                row=found.row + 1,
            )
            return Taken()
        frame = sheet.frame(found.row)
        rows = pd.DataFrame({name: cells.texts(frame[at]) for name, at in found.columns.items()})
        rows = rows.reindex(columns=_names())
        rows["school_id"] = logins(rows["school_id"])["school_id"].fillna(rows["school_id"])
        rows["year"] = cells.each(rows["year"], cells.year, "Int64")
        rows["date"] = cells.each(rows["date"], cells.first_date, "str").fillna(rows["date"])
        titles = {TABLES[name].title: name for name in correction_entries.CORRECTABLE}
        rows["table"] = rows["table"].replace(titles)
        return Taken({correction_entries.TABLE: with_place(rows, sheet)}, rows=len(rows))


def _names() -> list[str]:
    return [name for name in TABLES[correction_entries.TABLE].columns if name not in ("outcome", "rows")]


def understood(entries: pd.DataFrame, findings: list[Finding]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Entries that can be applied: those of the sources, and those of the finished register of schools."""
    if entries.empty:
        return entries, entries
    entries, refused = correction_entries.understood(entries)
    findings += refused
    of_schools = entries["table"] == "schools"
    return entries[~of_schools], entries[of_schools]


def correct(
    tables: dict[str, pd.DataFrame], entries: pd.DataFrame, findings: list[Finding]
) -> dict[str, pd.DataFrame]:
    """Tables with the entries applied, and the entries with their outcome among them."""
    if entries.empty:
        return tables
    made = corrections.apply(tables, entries)
    findings += made.findings
    earlier = tables.get(correction_entries.TABLE)
    told = made.entries if earlier is None else pd.concat([earlier, made.entries], ignore_index=True)
    left = {name: table for name, table in made.tables.items() if len(table) or name == "schools"}
    return {**left, correction_entries.TABLE: told}
