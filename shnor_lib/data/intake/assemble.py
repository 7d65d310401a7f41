"""Tables of all files put together: foreign rows out, schools built, places turned into sources.

In:   what readers took, by reader and table.
Out:  `Assembled`: tables of the contract, ready to be written, and the findings made on the way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import pandera.errors

from shnor_lib.data import procedures
from shnor_lib.data.correction_entries import TABLE
from shnor_lib.data.corrections import MARK
from shnor_lib.data.findings import ERROR, WARNING, Finding
from shnor_lib.data.intake import quoting, waves
from shnor_lib.data.intake.attach import REGISTRY, attach
from shnor_lib.data.intake.corrections import correct, understood
from shnor_lib.data.intake.plans import homes
from shnor_lib.data.intake.reading import PLACE, REBUILT, SIGHTINGS, WRITTEN
from shnor_lib.data.intake.school_register import (
    school_table,
    stacked,
    with_municipalities,
    with_source,
)
from shnor_lib.data.schemas import TABLES
from shnor_lib.data.screening import codes, passports, plans, results, unlikely
from shnor_lib.data.screening.flags import Flag, settle
from shnor_lib.data.target_indicators import RELATIVE


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
    parts = attach(parts, findings)
    parts = codes.drop_foreign(parts, findings)
    register = parts.pop((REGISTRY, "schools"), pd.DataFrame())
    forms = stacked([frame for (_, table), frame in parts.items() if table == "schools"])
    sightings = stacked([frame for (_, table), frame in parts.items() if table == SIGHTINGS])
    tables = {
        table: stacked([frame for (_, name), frame in parts.items() if name == table])
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
    _settle_support(tables, findings)
    _settle_targets(tables, findings)
    findings += codes.contradicting_register(register)
    register, forms, sightings, ids = with_municipalities([register, forms, sightings], findings)
    found = tables.get("results", TABLES["results"].empty())
    tables["schools"] = school_table(register, forms, sightings, found, crossing)
    tables = correct(tables, of_schools, findings)
    for name in ("roadmap", "targets"):
        if name in tables:
            tables[name], found_homes = homes.settle(tables[name], ids)
            findings += found_homes
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
    return {key: stacked(frames) for key, frames in parts.items()}


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
        unlikely.mean_score_outside,
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


def _settle_support(tables: dict[str, pd.DataFrame], findings: list[Finding]) -> None:
    """Checks of shares, plans and codes: a part larger than its whole is rejected, a value cleared."""
    for name in ("prevention", "outcomes", "roadmap", "measures", "deficits"):
        if name not in tables:
            continue
        table = _contract_columns(name, tables[name])
        if name in ("prevention", "outcomes"):
            flags = [plans.count_over_base(table)]
        elif name == "deficits":
            flags = [plans.odd_code(table, "code"), plans.value_outside(table)]
        else:
            flags = [plans.dates_reversed(table)]
        if name == "roadmap":
            flags += [plans.no_activity(table), plans.odd_code(table, "codes")]
            flags += [plans.plan_outside(table, column, "indicator") for column in ("target", "actual")]
        kept, found = settle(table, flags)
        tables[name] = kept[list(tables[name].columns)].reset_index(drop=True)
        findings += found


def _settle_targets(tables: dict[str, pd.DataFrame], findings: list[Finding]) -> None:
    if "targets" in tables:
        table = _contract_columns("targets", tables["targets"])
        relative = table["goal"].isin(RELATIVE)
        for column in ("value", "base_value", "actual"):
            told = table[~relative] if column == "value" else table
            findings += settle(told, [plans.plan_outside(told, column, "title", "unit")])[1]


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
        flags = [
            results.out_of_calendar(table, calendar),
            results.sudden_break(table),
            unlikely.copied_rows(table),
            unlikely.marks_reversed(table),
            unlikely.repeated_year(table),
            unlikely.crowd(table),
        ]
        if "context" in tables:
            flags.append(results.coverage(table, tables["context"]))
            flags.append(unlikely.participants_over_pupils(table, tables["context"]))
        findings += codes.silent_municipalities(unlikely.municipality_missing(table, tables["schools"]))
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
    if not set(key) <= set(table.columns):  # part of a key may be left out: the year of a code
        table = _contract_columns(name, table)
    content = [column for column in table if column not in (*PLACE, "source", MARK, REBUILT, WRITTEN)]
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
    told = rows.astype("str").fillna("")
    for name in {"code", "wave", "item", "measure_id"}.intersection(told):  # written by hand
        told[name] = told[name].map(quoting.shown)
    return told.agg(", ".join, axis=1)


def _finish(name: str, table: pd.DataFrame, findings: list[Finding]) -> pd.DataFrame:
    """The table in the shape of the contract; rows that do not fit it are reported and left out."""
    if name not in ("schools", "results", "procedures"):
        table = _unique(name, table, findings)
    if set(PLACE) <= set(table.columns):
        table = with_source(table)
    plain = table.drop(columns=[*PLACE, MARK, REBUILT, WRITTEN], errors="ignore").reset_index(drop=True)
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


def _report_cases(name: str, cases: pd.DataFrame, table: pd.DataFrame, findings: list[Finding]) -> None:
    """Values that do not fit the contract, by column, with their places."""
    for column, part in cases.groupby("column", dropna=False):
        rows = pd.Series(False, index=table.index)
        rows.loc[part["index"].astype(int).unique()] = True
        shown = (
            table[str(column)].map(quoting.shown, na_action="ignore").astype("str")
            if str(column) in table
            else None
        )
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
