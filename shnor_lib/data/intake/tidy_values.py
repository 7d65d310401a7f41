"""Values of tidy tables: keys, counts, numbers, flags, dates and words of a fixed vocabulary.

In:   cells under known columns.
Out:  the same rows with the dtypes of the contract; a cell that cannot be taken is a finding, a row without
      its key is left out.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial

import pandas as pd

from shnor_lib.data import series
from shnor_lib.data.findings import ERROR, WARNING
from shnor_lib.data.intake import cells, columns, quoting, tidy_schools
from shnor_lib.data.intake.aggregates.marks_long import series_id
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.plans import roadmap_values
from shnor_lib.data.intake.school_rows import take_logins, take_schools, take_years
from shnor_lib.data.schemas import TABLES
from shnor_lib.data.schools import logins

_NO_DEFICITS = ("не выявлен", "отсутству")
_DATES = ("date_from", "date_to", "from_date")
_VOCABULARY = {  # table → columns whose words are translated by maps/values.csv
    "schools": ("locality", "status", "level_max"),
    "results": ("attempt",),
    "procedures": ("held", "season"),
    "crosswalk": ("kind",),
    "deficits": ("significance",),
    "clusters_imported": ("cluster",),
    "lists_imported": ("list",),
    "school_codes": ("kind",),
    "school_matches": ("decision",),
    "targets": ("goal", "attempt"),
}
_WORDS_OF = {("school_codes", "kind"): "code_kind"}  # where a list of words has another name than the column
_BY_ITSELF = ("school_codes", "school_matches")  # tables whose years and codes have a reading of their own


def take_values(table: str, rows: pd.DataFrame, titles: Mapping[str, str], log: Log) -> pd.DataFrame:
    """Read the cells of a table.

    Args:
        table: key of `schemas.TABLES`.
        rows: cells by column name; the index is the row number of Excel.
        titles: column name → heading in the file.
        log: takes the faults.

    Returns:
        Rows with readable keys, dtypes of the contract; further columns as text.
    """
    if table != "school_matches":
        rows = _schools(table, rows, titles, log)
    if "year" in rows and table not in _BY_ITSELF:
        rows = take_years(rows, titles["year"], log)
    rows = _SPECIAL.get(table, _nothing_special)(rows, titles, log)
    rows = _words(table, rows, titles, log)
    for name, column in TABLES[table].columns.items():
        if name not in rows.columns or name in ("school_id", "year"):
            continue
        kind = str(column.dtype)
        title = titles.get(name, name)
        ids = rows.get("school_id")
        if name in _DATES:
            rows[name] = _dates(rows[name], title, log)
        elif kind == "Int64":
            shown = rows[name]
            rows[name], faults = cells.counts(shown)
            log.cell_faults(faults, shown, title, ids)
        elif kind == "Float64":
            shown = rows[name]
            rows[name], faults = cells.numbers(shown)
            log.cell_faults(faults, shown, title, ids)
        elif kind == "boolean":
            rows[name] = _flags(rows[name], title, log)
        else:
            rows[name] = cells.texts(rows[name])
    if table == "deficits":
        rows["code"] = rows["code"].fillna("")
    for extra in [column for column in rows if column not in TABLES[table].columns]:
        rows[extra] = cells.texts(rows[extra])
    return rows


def _schools(table: str, rows: pd.DataFrame, titles: Mapping[str, str], log: Log) -> pd.DataFrame:
    """Rows under their schools; tables of what schools have may name a school without its code."""
    if "school_id" in rows and table in ("schools", "school_codes"):
        return take_logins(rows, titles["school_id"], log, column="school_id")
    if "school_id" in TABLES[table].columns:
        return take_schools(rows, titles, log, column="school_id")
    return rows


def _flags(column: "pd.Series[bool]", title: str, log: Log) -> "pd.Series[bool]":
    taken = cells.each(column, cells.flag, "boolean")
    unread = taken.isna() & cells.shown(column).ne("")
    log.many(
        "not_yes_no",
        WARNING,
        "ожидается «да» или «нет»; принято как «нет данных»",
        "Впишите «да» или «нет».",
        cells.shown(column[unread]),
        title,
    )
    return taken


def _dates(column: "pd.Series[str]", title: str, log: Log) -> "pd.Series[str]":
    found = cells.each(column, cells.first_date, "str")
    found = found.fillna(cells.each(column, cells.mere_year, "Int64").astype("str"))
    unread = found.isna() & cells.shown(column).ne("")
    log.many(
        "not_a_date",
        WARNING,
        "дата не распознана; принято как «нет данных»",
        "Впишите дату как 15.09.2025 или 2025-09-15.",
        cells.shown(column[unread]),
        title,
    )
    return found


@lru_cache(maxsize=1)
def _vocabulary() -> dict[tuple[str, str], str]:
    return {
        (row["column"], cells.heading(row["synonym"])): row["value"] for row in columns.read_map("values")
    }


def word(column: str, cell: cells.Cell) -> str | None:
    """Machine value of a word of a fixed vocabulary; None where the word is not in it."""
    return _vocabulary().get((column, cells.heading(cell)))


def _words(table: str, rows: pd.DataFrame, titles: Mapping[str, str], log: Log) -> pd.DataFrame:
    """Words of a fixed vocabulary become machine values; a word that is not in it is reported."""
    for name in _VOCABULARY.get(table, ()):
        if name not in rows:
            continue
        shown = rows[name]
        words = _WORDS_OF.get((table, name), name)
        taken = cells.each(shown, partial(word, words), "str")
        unread = taken.isna() & cells.shown(shown).ne("")
        allowed = sorted({row["synonym"] for row in columns.read_map("values") if row["column"] == words})
        log.many(
            "word_not_in_list",
            ERROR,
            "значения нет в перечне; ячейка принята как «нет данных»",
            f"Допустимы: {', '.join(allowed)}.",
            cells.shown(shown[unread]),
            titles.get(name, name),
        )
        rows = rows.assign(**{name: taken})
    return rows


def _nothing_special(rows: pd.DataFrame, titles: Mapping[str, str], log: Log) -> pd.DataFrame:
    return rows


def _results(rows: pd.DataFrame, titles: Mapping[str, str], log: Log) -> pd.DataFrame:
    """Series from one column or from exam, subject and grade; failed from the marks «2»."""
    if "series" in rows:
        parts = rows[["series"]].apply(cells.shown)
    else:
        names = [name for name in ("exam", "subject", "grade", "level") if name in rows]
        parts = rows[names].apply(cells.shown)
    codes, distinct = pd.factorize(pd.MultiIndex.from_frame(parts))
    ids = [_one_series(dict(zip(parts.columns, key, strict=True))) for key in distinct]
    named = pd.Series(pd.array(ids, dtype="str").take(codes), index=rows.index)
    unknown = named.isna()
    log.many(
        "unknown_series",
        ERROR,
        "процедура не распознана; строка не принята",
        "Впишите серию в виде vpr-ma-5, oge-ru, ege-ma-base или экзамен, предмет и класс.",
        parts[unknown].agg(" / ".join, axis=1) if unknown.any() else named[unknown],
        titles.get("series", titles.get("subject", "")),
        rows["school_id"],
        quoting.shown if "series" in rows else quoting.worded,
    )
    kept = rows.assign(series=named)[~unknown]
    shown = kept["participants"]
    empty = cells.shown(shown).eq("")
    log.many(
        "no_participants",
        ERROR,
        "не указано число участников; строка не принята",
        "Впишите число участников.",
        kept.loc[empty, "series"],
        titles["participants"],
        kept["school_id"],
    )
    kept = kept[~empty]
    return _with_failed(kept, titles, log)


def _with_failed(rows: pd.DataFrame, titles: Mapping[str, str], log: Log) -> pd.DataFrame:
    """Marks «2» are the failed of a marked exam; known numbers bound themselves (R2, R8)."""
    counted = rows.copy()
    for name in ("failed", "n2", "failed_low", "failed_high"):
        if name in counted:
            shown = counted[name]
            counted[name], faults = cells.counts(shown)
            log.cell_faults(faults, shown, titles.get(name, name), counted["school_id"])
        else:
            counted[name] = pd.Series(pd.NA, index=counted.index, dtype="Int64")
    counted["failed"] = counted["failed"].fillna(counted["n2"])
    for name in ("failed_low", "failed_high"):
        counted[name] = counted[name].fillna(counted["failed"])
    participants, _ = cells.counts(counted["participants"])
    unknown = counted["failed_low"].isna() & (participants > 0).fillna(False)
    log.many(
        "no_failed",
        WARNING,
        "не указано, сколько участников не преодолели порог; ячейка не оценивается",
        "Впишите число участников ниже порога.",
        counted.loc[unknown, "series"],
        titles.get("failed", "failed"),
        counted["school_id"],
    )
    return counted


@lru_cache(maxsize=4096)
def _series_of_id(words: str) -> str | None:
    return words if series.is_valid(words) else None


def _one_series(words: Mapping[str, str]) -> str | None:
    if "series" in words:
        return _series_of_id(words["series"].strip().casefold())
    level = {"база": "base", "базовая": "base", "профиль": "profile", "профильная": "profile"}
    found = series_id(words.get("exam", ""), words["subject"], words.get("grade", ""))
    if found is None or found.count("-") > 2:
        return found
    tail = level.get(words.get("level", "").casefold(), words.get("level", ""))
    return _series_of_id(f"{found}-{tail}") if tail else found


def _deficits(rows: pd.DataFrame, titles: Mapping[str, str], log: Log) -> pd.DataFrame:
    """Codes without the last point, dates as ISO; a school audited without deficits has the code «»."""
    roadmap_values.tell_numbers(rows["code"], titles["code"], log)
    taken = rows.assign(code=rows["code"].map(normal_code).astype("str"))
    none = taken["code"].isna()
    said = pd.Series(False, index=rows.index)
    if "parameter" in rows:
        said = rows["parameter"].map(
            lambda cell: any(word in cells.text(cell).casefold() for word in _NO_DEFICITS)
        )
    log.many(
        "no_code",
        ERROR,
        "в строке аудита нет кода параметра; строка не принята",
        "Впишите код параметра, например 4.2.",
        cells.shown(rows.loc[none & ~said, "code"]),
        titles["code"],
        rows["school_id"],
    )
    taken = taken.assign(code=taken["code"].fillna(""))[~none | said]
    wave = cells.each(taken["wave"], cells.first_date, "str")
    plain = cells.each(taken["wave"], cells.mere_year, "Int64").astype("str")
    wave = wave.fillna(plain)
    unread = wave.isna()
    log.many(
        "no_wave",
        ERROR,
        "дата аудита не распознана; строка не принята",
        "Впишите дату как 15.09.2025 или волну как 2025-09.",
        cells.shown(taken.loc[unread, "wave"]),
        titles["wave"],
        taken["school_id"],
    )
    taken = taken.assign(wave=wave)[~unread]
    if "value" in taken:
        yes_no = taken["value"].map(lambda cell: cells.flag(cell) if isinstance(cell, str) else None)
        numbers = yes_no.map({True: 1.0, False: 0.0})
        taken["value"] = taken["value"].where(numbers.isna(), numbers)
    return taken


def normal_code(cell: cells.Cell) -> str | None:
    """Code of a parameter: «1.1.», 1.1 and «1,1» → «1.1»."""
    words = cells.text(cell).replace(",", ".").strip(" .;")
    return words or None


def _measures(rows: pd.DataFrame, titles: Mapping[str, str], log: Log) -> pd.DataFrame:
    taken = rows.copy()
    if "partner_school_id" in taken:
        taken["partner_school_id"] = logins(taken["partner_school_id"])["school_id"]
    if "code" in taken:
        taken["code"] = taken["code"].map(normal_code)
    return taken


def _procedures(rows: pd.DataFrame, titles: Mapping[str, str], log: Log) -> pd.DataFrame:
    ids = rows["series"].map(lambda cell: _series_of_id(cells.text(cell).casefold())).astype("str")
    log.many(
        "unknown_series",
        ERROR,
        "процедура не распознана; строка не принята",
        "Впишите серию в виде vpr-ma-5, oge-ru, ege-ma-base.",
        cells.shown(rows.loc[ids.isna(), "series"]),
        titles["series"],
    )
    return rows.assign(series=ids)[ids.notna()]


_SPECIAL: dict[str, Callable[[pd.DataFrame, Mapping[str, str], Log], pd.DataFrame]] = {
    "results": _results,
    "deficits": _deficits,
    "roadmap": roadmap_values.take,
    "measures": _measures,
    "crosswalk": tidy_schools.crosswalk,
    "procedures": _procedures,
    "school_codes": tidy_schools.school_codes,
    "school_matches": tidy_schools.school_matches,
    "score_distribution": _procedures,
    "journal_comparison": _procedures,
}
