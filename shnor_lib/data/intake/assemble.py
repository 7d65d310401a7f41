"""Tables of all files put together: foreign rows out, schools built, places turned into sources.

In:   what readers took, by reader and table.
Out:  `Assembled`: tables of the contract, ready to be written, and the findings made on the way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import pandera.errors

from shnor_lib.data import crosswalk, procedures
from shnor_lib.data.correction_entries import TABLE
from shnor_lib.data.corrections import MARK, WORD
from shnor_lib.data.findings import ERROR, WARNING, Finding
from shnor_lib.data.intake import cells, waves
from shnor_lib.data.intake.corrections import correct, understood
from shnor_lib.data.intake.reading import PLACE, SIGHTINGS
from shnor_lib.data.schemas import TABLES
from shnor_lib.data.schools import build, municipality_ids, municipality_key, municipality_slug
from shnor_lib.data.screening import codes, passports, results
from shnor_lib.data.screening.flags import Flag, settle

_REGISTRY = "tidy"  # a tidy table of schools is the region's register: a code outside it is unmatched
_SOURCED = ("results", "objectivity", "context", "deficits")


@dataclass(frozen=True)
class Assembled:
    """Tables of a snapshot and what was found while they were put together."""

    tables: dict[str, pd.DataFrame]
    findings: list[Finding]


def assemble(taken: Sequence[tuple[str, Mapping[str, pd.DataFrame]]]) -> Assembled:
    """Put the tables of all sheets together.

    Args:
        taken: reader id and its tables (with the columns of `PLACE`), in the order read.
    """
    findings: list[Finding] = []
    parts = _gather(taken)
    entries = parts.pop((TABLE, TABLE), pd.DataFrame())
    parts = codes.drop_foreign(parts, findings)
    register = parts.pop((_REGISTRY, "schools"), pd.DataFrame())
    forms = _concat([frame for (_, table), frame in parts.items() if table == "schools"])
    sightings = _concat([frame for (_, table), frame in parts.items() if table == SIGHTINGS])
    tables = {
        table: _concat([frame for (_, name), frame in parts.items() if name == table])
        for table in TABLES
        if table != "schools"
    }
    tables = {table: frame for table, frame in tables.items() if not frame.empty}
    crossing = tables.get("crosswalk", TABLES["crosswalk"].empty())
    if "deficits" in tables:
        tables["deficits"] = tables["deficits"].assign(wave=waves.gather(tables["deficits"]["wave"]))
    entries, of_schools = understood(entries, findings)
    tables = correct(tables, entries, findings)
    _settle_results(tables, findings)
    _settle_passports(tables, findings)
    findings += codes.contradicting_register(register)
    register, forms, sightings, ids = _with_municipalities([register, forms, sightings], findings)
    found = tables.get("results", TABLES["results"].empty())
    tables["schools"] = _schools(register, forms, sightings, found, crossing)
    tables = correct(tables, of_schools, findings)
    if "roadmap" in tables:
        tables["roadmap"] = _roadmap_municipalities(tables["roadmap"], ids)
    calendar, added = procedures.calendar(tables.get("procedures", pd.DataFrame()), found)
    findings += added
    _cross_checks(tables, calendar, crossing, findings)
    tables["procedures"] = calendar
    finished = {name: _finish(name, frame, findings) for name, frame in tables.items()}
    return Assembled({name: finished[name] for name in TABLES if name in finished}, findings)


def _gather(taken: Sequence[tuple[str, Mapping[str, pd.DataFrame]]]) -> dict[tuple[str, str], pd.DataFrame]:
    parts: dict[tuple[str, str], list[pd.DataFrame]] = {}
    for reader, tables in taken:
        for table, frame in tables.items():
            if not frame.empty:
                parts.setdefault((reader, table), []).append(frame)
    return {key: _concat(frames) for key, frames in parts.items()}


def _concat(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if not frame.empty]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()


def _settle_results(tables: dict[str, pd.DataFrame], findings: list[Finding]) -> None:
    if "results" not in tables:
        return
    table = _contract_columns("results", tables["results"])
    table["attempt"] = table["attempt"].fillna("first")  # R3: what a file does not name is the first attempt
    impossible = (
        results.failed_over_participants,
        results.marks_sum,
        results.failed_against_marks,
        results.bounds_disorder,
    )
    for checks in (impossible, (results.doubled_rows, results.conflicting_rows)):
        table, found = settle(table, [check(table) for check in checks])
        findings += found
    tables["results"] = table.reset_index(drop=True)


def _settle_passports(tables: dict[str, pd.DataFrame], findings: list[Finding]) -> None:
    if "social_passport" not in tables:
        return
    table = _contract_columns("social_passport", tables["social_passport"])
    table = _unique("social_passport", table, findings)
    checks = (
        passports.count_over_pupils,
        passports.exclusive_over_pupils,
        passports.all_zero,
        passports.sudden_change,
    )
    table, found = settle(table, [check(table) for check in checks])
    findings += found
    tables["social_passport"] = table.drop(columns="title", errors="ignore").reset_index(drop=True)


def _with_municipalities(
    sources: Sequence[pd.DataFrame], findings: list[Finding]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Sources of schools with municipality ids and usual spellings, and the list of municipalities."""
    named = _concat([_named(frame) for frame in sources])
    if named.empty:
        ids = pd.DataFrame(columns=["region", "key", "municipality", "municipality_id"], dtype="str")
        return sources[0], sources[1], sources[2], ids
    ids = municipality_ids(named)
    findings += codes.spellings(named, ids)
    full = [_with_ids(frame, ids) for frame in sources]
    return full[0], full[1], full[2], ids


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Municipality names and codes of a source, with the region of the login and their place."""
    if frame.empty or "municipality" not in frame:
        return pd.DataFrame()
    code = next((name for name in ("municipality_code", "municipality_id") if name in frame), None)
    return pd.DataFrame(
        {
            "region": frame["school_id"].str[:2],
            "municipality": frame["municipality"],
            "code": frame[code].astype("str") if code else pd.Series(None, index=frame.index, dtype="str"),
            **{name: frame[name] for name in PLACE},
        }
    )


def _with_ids(frame: pd.DataFrame, ids: pd.DataFrame) -> pd.DataFrame:
    if frame.empty:
        return frame
    if "municipality" not in frame:
        return frame.drop(columns="municipality_code", errors="ignore")
    keyed = frame.assign(
        region_digits=frame["school_id"].str[:2],
        key=frame["municipality"].map(municipality_key, na_action="ignore").astype("str"),
    )
    usual = ids.rename(
        columns={"region": "region_digits", "municipality": "_usual", "municipality_id": "_id"}
    )
    joined = keyed.merge(usual, how="left", on=["region_digits", "key"])
    given = joined["municipality_id"] if "municipality_id" in joined else joined["_id"]
    joined["municipality_id"] = given.fillna(joined["_id"]).astype("str")
    joined["municipality"] = joined["_usual"].fillna(joined["municipality"])
    return joined.drop(
        columns=["region_digits", "key", "_usual", "_id", "municipality_code"], errors="ignore"
    )


def _schools(
    register: pd.DataFrame,
    forms: pd.DataFrame,
    sightings: pd.DataFrame,
    found: pd.DataFrame,
    crossing: pd.DataFrame,
) -> pd.DataFrame:
    words = [name for name in ("name", "municipality") if name in sightings]
    if not sightings.empty:
        sightings = sightings[sightings[words].notna().any(axis=1)] if words else sightings.iloc[:0]
    if not register.empty:
        known = set(register["school_id"]) | set(crossing["old_id"]) | set(crossing["new_id"].dropna())
        forms, sightings = (
            frame[frame["school_id"].isin(known)] if not frame.empty else frame
            for frame in (forms, sightings)
        )
    sources = [frame.drop(columns=list(PLACE), errors="ignore") for frame in (register, forms, sightings)]
    years = sorted(set(found["year"].dropna().astype(int)))
    schools = build(sources, years, crosswalk.last_years(crossing))
    if "region" in schools and schools["region"].nunique() == 1:
        schools["region"] = schools["region"].fillna(schools["region"].dropna().iloc[0])
    if not schools.empty:
        digits = schools["school_id"].str[:2]
        own = (
            schools["region_id"]
            if "region_id" in schools
            else pd.Series(None, index=digits.index, dtype="str")
        )
        said = own.dropna().unique()
        schools["region_id"] = own.fillna(said[0] if len(said) == 1 else digits)
    return schools


def _roadmap_municipalities(roadmap: pd.DataFrame, ids: pd.DataFrame) -> pd.DataFrame:
    """Municipality ids for rows that name a municipality and have no code."""
    full = roadmap if "municipality_id" in roadmap else roadmap.assign(municipality_id=None)
    if "municipality" not in full:
        return full
    known = dict(zip(ids["key"], ids["municipality_id"], strict=True))
    named = full["municipality"].map(
        lambda name: known.get(municipality_key(name), municipality_slug(name)), na_action="ignore"
    )
    return full.assign(municipality_id=full["municipality_id"].astype("str").fillna(named).astype("str"))


def _cross_checks(
    tables: dict[str, pd.DataFrame], calendar: pd.DataFrame, crossing: pd.DataFrame, findings: list[Finding]
) -> None:
    """Checks that need several tables; they report and reject nothing."""
    findings += codes.without_municipality(tables["schools"])
    findings += codes.outside_scope(tables["schools"])
    for name, table in tables.items():
        if name not in ("schools", "crosswalk", "procedures", TABLE) and "school_id" in table:
            findings += codes.unmatched(table, tables["schools"], crossing, name)
    if "results" in tables:
        table = tables["results"]
        flags = [results.out_of_calendar(table, calendar), results.sudden_break(table)]
        if "context" in tables:
            flags.append(results.coverage(table, tables["context"]))
        findings += settle(table, flags)[1]


def _contract_columns(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """The table with all columns of the contract, absent ones missing, so that checks can name them."""
    empty = TABLES[name].empty()
    absent = {str(column): empty[column].dtype for column in empty if column not in table}
    return table.assign(
        **{column: pd.Series(pd.NA, index=table.index, dtype=dtype) for column, dtype in absent.items()}
    )


def _unique(name: str, table: pd.DataFrame, findings: list[Finding]) -> pd.DataFrame:
    """One row a key: whole rows again are taken once; of different rows the last read stays."""
    key = list(TABLES[name].key)
    if not set(PLACE) <= set(table.columns):
        return table
    content = [column for column in table if column not in (*PLACE, "source", MARK)]
    again = table.duplicated(content)
    same = Flag(
        "doubled_rows",
        WARNING,
        again,
        "строка повторена; учтена один раз",
        "Удалите повтор; на результат он не влияет.",
        values=_joined(table.loc[again, key]),
        rejects=True,
    )
    table, found = settle(table, [same])
    findings += found
    if not table.duplicated(key).any():
        return table
    earlier = table.duplicated(key, keep="last")
    differing = Flag(
        "conflicting_rows",
        ERROR,
        earlier,
        "строка расходится с другой строкой с тем же ключом; принята прочитанная последней",
        "Оставьте одну верную строку.",
        values=_joined(table.loc[earlier, key]),
        rejects=True,
    )
    table, found = settle(table, [differing])
    findings += found
    return table


def _joined(rows: pd.DataFrame) -> "pd.Series[str]":
    if rows.empty:
        return pd.Series(dtype="str")
    return rows.astype("str").fillna("").agg(", ".join, axis=1)


def _finish(name: str, table: pd.DataFrame, findings: list[Finding]) -> pd.DataFrame:
    """The table in the shape of the contract; rows that do not fit it are reported and left out."""
    if name not in ("schools", "results", "procedures"):
        table = _unique(name, table, findings)
    if name in _SOURCED and set(PLACE) <= set(table.columns):
        table = _with_source(table)
    plain = table.drop(columns=[*PLACE, MARK], errors="ignore").reset_index(drop=True)
    plain = plain.dropna(axis="columns", how="all") if name == "schools" else plain
    try:
        return TABLES[name].conform(plain)
    except pandera.errors.SchemaErrors as faults:
        cases = faults.failure_cases.dropna(subset=["index"])
        if cases.empty:
            raise
        _report_cases(name, cases, table.reset_index(drop=True), findings)
        bad = cases["index"].astype(int).unique()
        return TABLES[name].conform(plain.drop(index=bad).reset_index(drop=True))


def _with_source(table: pd.DataFrame) -> pd.DataFrame:
    place = table["file"] + " | " + table["sheet"].fillna("") + " | " + table["row"].astype("str").fillna("")
    own = table["source"] if "source" in table else pd.Series(None, index=table.index, dtype="str")
    source = own.astype("str").fillna(place.astype("str"))
    if MARK in table:
        source = source.mask(table[MARK].notna(), source + f" | {WORD} " + table[MARK])
    return table.assign(source=source)


def _report_cases(name: str, cases: pd.DataFrame, table: pd.DataFrame, findings: list[Finding]) -> None:
    """Values that do not fit the contract, by column, with their places."""
    for column, part in cases.groupby("column", dropna=False):
        rows = pd.Series(False, index=table.index)
        rows.loc[part["index"].astype(int).unique()] = True
        shown = cells.shown(table[str(column)]) if str(column) in table else None
        if not set(PLACE) <= set(table.columns):
            table = table.assign(file="", sheet="", row=pd.array([None] * len(table), dtype="Int64"))
        flag = Flag(
            "contract",
            ERROR,
            rows,
            f"значение не подходит столбцу таблицы «{TABLES[name].title}»; строка не принята",
            "Исправьте значение.",
            str(column),
            shown,
        )
        findings += settle(table, [flag])[1]
