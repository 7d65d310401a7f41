"""Tidy tables of the contract, by their column names or by the Russian headings of `maps/<table>.csv`.

In:   any sheet that has the required columns of one table of `schemas.TABLES`.
Out:  rows of that table (see `tidy_values` for the values), schools named beside them as sightings.
Not:  layouts of their own: they have their own readers and are tried first.

Three tables have the same columns (social passport, prevention, outcomes). Such a sheet is told apart by
its column «Таблица», by its title or sheet name, or by the names of its indicators (`maps/indicators.csv`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from shnor_lib.data.crosswalk import effective_year
from shnor_lib.data.findings import ERROR, INFO, WARNING
from shnor_lib.data.intake import cells, columns, quoting
from shnor_lib.data.intake.columns import Header
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.plans.roadmap_values import PERSON
from shnor_lib.data.intake.reading import SCHOOL_NAME, SIGHTINGS, Taken, with_place
from shnor_lib.data.intake.tidy_values import take_values
from shnor_lib.data.schemas import TABLES

# Columns that make a sheet one of a table; «a|b» means either of them.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "results": ("school_id|name", "year", "series|subject", "participants"),
    "schools": ("school_id", "year", "name|municipality|municipality_id"),
    "procedures": ("series", "year", "held"),
    "crosswalk": ("old_id", "new_id", "from_date", "kind"),
    "school_codes": ("school_id", "kind", "code"),
    "school_matches": ("name", "decision"),
    "objectivity": ("school_id|name", "year", "markers"),
    "social_passport": ("school_id|name", "year", "indicator", "count"),
    "prevention": ("school_id|name", "year", "indicator", "count"),
    "outcomes": ("school_id|name", "year", "indicator", "count"),
    "context": ("school_id|name", "year", "indicator", "value"),
    "deficits": ("school_id|name", "wave", "code"),
    "clusters_imported": ("school_id|name", "year", "cluster"),
    "lists_imported": ("school_id|name", "year", "list"),
    "measures": ("school_id|name", "measure_id", "kind|code"),
    "roadmap": ("municipality_id|municipality", "item", "activity"),
    "score_distribution": ("school_id", "year", "series", "score", "count|count_low"),
    "journal_comparison": ("school_id", "year", "series", "lowered", "confirmed", "raised"),
}
_ALIKE = ("social_passport", "prevention", "outcomes")
_MACHINE_NAME = re.compile(r"^[a-z][a-z0-9_]{0,40}$")
_TIDY_SHEETS = frozenset({"", "sheet1", "лист1"})


@dataclass(frozen=True)
class TidyMatch:
    """Which table a sheet is, and where its columns stand."""

    table: str
    header: Header


@dataclass(frozen=True)
class NearMiss:
    """The table a sheet comes closest to, for the message about what it lacks."""

    table: str
    header: Header
    missing: tuple[str, ...]


class Tidy:
    """Reader of tidy tables."""

    id = "tidy"
    title = "Таблица по договорённым столбцам"

    def recognise(self, sheet: Sheet) -> TidyMatch | None:
        """The table whose required columns are all there and which knows most of the headings."""
        fitting = [
            TidyMatch(table, header)
            for table, header in _headers(sheet).items()
            if not _missing(table, header)
        ]
        if not fitting:
            return None
        best = max(fitting, key=lambda match: len(match.header.columns))
        if best.table in _ALIKE:
            table = _tell_apart(sheet, best.header)
            return replace(best, table=table or "")
        return best

    def read(self, sheet: Sheet, found: TidyMatch, log: Log) -> Taken:
        """Rows of the table, and what stands in columns without a heading."""
        tell_headless(sheet, found.header, log)
        return self.take(sheet, found, log)

    def take(self, sheet: Sheet, found: TidyMatch, log: Log) -> Taken:
        """Rows of the table."""
        if not found.table:
            log.add(
                "ambiguous_table",
                ERROR,
                "по столбцам лист может быть социальным паспортом, профилактикой или итогами обучения; "
                "лист не принят",
                "Добавьте столбец «Таблица» со словом social_passport, prevention или outcomes.",
                row=found.header.row + 1,
            )
            return Taken()
        frame = sheet.frame(found.header.row)
        rows = pd.DataFrame({name: frame[at] for name, at in found.header.columns.items()})
        extras = _machine_extras(sheet, found.header, frame, log)
        rows = take_values(found.table, rows.join(extras), found.header.titles, log)
        tables = {found.table: with_place(_table_columns(found.table, rows), sheet)}
        sightings = _sightings(found.table, rows)
        if sightings is not None:
            tables[SIGHTINGS] = with_place(sightings, sheet)
        return Taken(tables, rows=len(rows), personal=log.has(PERSON))


def tell_headless(sheet: Sheet, header: Header, log: Log) -> None:
    """A finding for each column without a heading in which something stands: none of it is taken."""
    heads = sheet.head[header.row]
    frame = sheet.frame(header.row)
    known = set(header.columns.values())
    for at in range(len(frame.columns)):
        if at in known or (at < len(heads) and cells.text(heads[at])):
            continue
        filled = frame.loc[cells.shown(frame[at]).ne(""), at]
        if len(filled):
            words = cells.numbers(filled)[0].isna().any()
            log.add(
                "no_heading",
                WARNING if words else INFO,
                f"в столбце без заголовка что-то записано (ячеек: {len(filled)}); он не взят",
                "Перенесите нужное в столбцы таблицы, остальное удалите." if words else "Ничего не нужно.",
                row=int(str(filled.index[0])),
                column=columns.letter(at),
            )


def near_miss(sheet: Sheet) -> NearMiss | None:
    """The table of which a sheet has most required columns, at least two and not all."""
    best: tuple[float, NearMiss] | None = None
    for table, header in _headers(sheet).items():
        missing = _missing(table, header)
        had = len(REQUIRED[table]) - len(missing)
        if not missing or had < 2:
            continue
        score = had / len(REQUIRED[table]) + len(header.columns) / 100
        if best is None or score > best[0]:
            best = score, NearMiss(table, header, missing)
    return best[1] if best else None


def russian_names(table: str, missing: tuple[str, ...]) -> str:
    """Missing columns for a message: `participants` («Кол-во участников»)."""
    known = columns.read_map(table)
    words = []
    for alternatives in missing:
        names = []
        for name in alternatives.split("|"):
            synonym = next((row["synonym"] for row in known if row["column"] == name != row["synonym"]), "")
            names.append(f"{name} («{synonym}»)" if synonym else name)
        words.append(" или ".join(names))
    return ", ".join(words)


def _headers(sheet: Sheet) -> dict[str, Header]:
    found = {table: columns.match(sheet.head, columns.synonyms(table)) for table in REQUIRED}
    return {table: header for table, header in found.items() if header is not None}


def _missing(table: str, header: Header) -> tuple[str, ...]:
    return tuple(
        names for names in REQUIRED[table] if not any(name in header.columns for name in names.split("|"))
    )


def _tell_apart(sheet: Sheet, header: Header) -> str | None:
    """Which of the tables with equal columns a sheet is."""
    said = [sheet.name] if sheet.name.casefold() not in _TIDY_SHEETS else []
    said += [cells.text(cell) for row in sheet.head[: header.row] for cell in row]
    body = sheet.head[header.row + 1 :]
    if "table" in header.columns:
        said += [cells.text(row[header.columns["table"]]) for row in body]
    words = {word.strip().casefold() for word in said}
    named = [table for table in _ALIKE if words & {table, TABLES[table].title}]
    if len(named) == 1:
        return named[0]
    known = columns.read_map("indicators")
    seen = {
        cells.text(row[header.columns["indicator"]]) for row in body if len(row) > header.columns["indicator"]
    }
    tables = {row["column"] for row in known if row["synonym"] in seen}
    return tables.pop() if len(tables) == 1 else None


def _machine_extras(sheet: Sheet, header: Header, frame: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Columns beyond the contract are kept where their heading is a machine name, else named and left."""
    heads = sheet.head[header.row]
    kept: dict[str, Any] = {}
    left = []
    for title in header.unknown:
        position = next(at for at, cell in enumerate(heads) if cells.text(cell) == title)
        if (
            _MACHINE_NAME.match(title)
            and title not in header.columns
            and title not in ("file", "sheet", "row")
        ):
            kept[title] = cells.texts(frame[position])
        else:
            left.append(title)
    if left:
        log.add(
            "unknown_columns",
            INFO,
            "столбцы не относятся к таблице и не взяты: "
            + ", ".join(f"«{quoting.worded(title)[:60]}»" for title in left[:20]),
            "Ничего не нужно, если эти столбцы лишние; иначе назовите их по образцу.",
            row=header.row + 1,
        )
    return pd.DataFrame(kept, index=frame.index)


def _table_columns(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    helpers = ["table", "exam_words"]
    if table not in ("schools",):
        helpers += ["login_prefix"]
    if "school_id|name" in REQUIRED[table]:
        helpers += ["name"] if SCHOOL_NAME in rows else ["name", "municipality"]
    if table == "results":
        helpers += ["exam", "subject", "grade", "level"]
    return rows.drop(columns=helpers, errors="ignore")


def _sightings(table: str, rows: pd.DataFrame) -> pd.DataFrame | None:
    """Schools that the rows name, in the school year of the row; None where the rows name none."""
    said = [name for name in ("name", "municipality") if name in rows]
    if "school_id" not in rows or not said or "school_id|name" not in REQUIRED[table]:
        return None
    rows = rows[rows["school_id"].notna()]
    if "wave" in rows:
        rows = rows.assign(year=rows["wave"].map(effective_year).astype("Int64"))
    if "year" not in rows:
        return None
    return rows[["school_id", "year", "login_prefix", *said]].drop_duplicates()
