"""Rows of marks 2, 3, 4, 5, given as counts or as per cents, turned into results.

Shared by the readers of «Статистика по отметкам» and of the long form.
"""

import pandas as pd

from shnor_lib.data.findings import ERROR, INFO, WARNING
from shnor_lib.data.intake import cells
from shnor_lib.data.intake.aggregates.rebuild import MARKS, closes, counts_from_percent
from shnor_lib.data.intake.aggregates.shares import joined
from shnor_lib.data.intake.aggregates.shares import read as read_shares
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.reading import REBUILT


def take_participants(rows: pd.DataFrame, title: str, log: Log) -> pd.DataFrame:
    """Rows with a number of participants; the rest are reported and left out."""
    participants, faults = cells.counts(rows["participants"])
    log.cell_faults(faults, rows["participants"], title, rows["school_id"])
    empty = participants.isna() & (faults == "")
    log.many(
        "no_participants",
        ERROR,
        "не указано число участников; строка не принята",
        "Впишите число участников.",
        cells.shown(rows.loc[empty, "participants"]),
        title,
        rows["school_id"],
    )
    return rows.assign(participants=participants)[participants.notna()]


def from_counts(rows: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Results from rows whose marks are numbers of persons.

    Args:
        rows: `school_id`, `participants` (Int64), and cells in the columns `MARKS`; the index is the row
            number of Excel.
        log: takes the faults.

    Returns:
        `rows` with `n2`…`n5`, `failed`, `failed_low`, `failed_high` (Int64) in place of the cells.
    """
    taken = rows.drop(columns=list(MARKS))
    for mark in MARKS:
        taken[f"n{mark}"], faults = cells.counts(rows[mark])
        log.cell_faults(faults, rows[mark], mark, rows["school_id"])
    for column in ("failed", "failed_low", "failed_high"):
        taken[column] = taken["n2"]
    return taken


def from_percent(rows: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Results from rows whose marks are per cents; counts are rebuilt by rule R8. As `from_counts`."""
    shares = read_shares(rows, MARKS, log)
    percent, decimals, told = shares.percent, shares.decimals, shares.told
    percent = _fill_determined_zero(percent, decimals)
    kept = _closing(rows, percent, decimals, told, log)
    somebody = kept & (rows["participants"] > 0)
    known = rows.index[somebody]
    rebuilt = counts_from_percent(rows.loc[known, "participants"], percent.loc[known], decimals.loc[known])
    _report_rebuilt(rows, rebuilt, log)
    counts = rebuilt.drop(columns="possible").reindex(rows.index[kept]).astype("Int64")
    origin = joined(rows.loc[kept], MARKS).where(somebody[kept])
    taken = rows.loc[kept].drop(columns=list(MARKS)).assign(**{REBUILT: origin})
    return pd.concat([taken, counts], axis=1)


def _closing(
    rows: pd.DataFrame, percent: pd.DataFrame, decimals: pd.DataFrame, told: "pd.Series[bool]", log: Log
) -> "pd.Series[bool]":
    """Rows with four shares that close; `told` marks rows whose missing share has been reported."""
    nobody = (rows["participants"] == 0).astype(bool)
    missing = percent.isna().any(axis=1) & ~nobody
    log.many(
        "percent_missing",
        ERROR,
        "доли отметок указаны не все; строка не принята",
        "Выгрузите отчёт заново или впишите недостающую долю.",
        joined(rows.loc[missing & ~told], MARKS),
        "2, 3, 4, 5",
        rows["school_id"],
    )
    open_sum = ~closes(percent, decimals).fillna(True).astype(bool) & ~missing & ~nobody
    log.many(
        "percent_not_closing",
        ERROR,
        "доли отметок в сумме не дают 100 % (допуск ± 0,2); строка не принята",
        "Сверьте строку с отчётом ФИС ОКО: одна из долей неверна.",
        joined(rows.loc[open_sum], MARKS),
        "2, 3, 4, 5",
        rows["school_id"],
    )
    return ~missing & ~open_sum


def _report_rebuilt(rows: pd.DataFrame, rebuilt: pd.DataFrame, log: Log) -> None:
    impossible = ~rebuilt["possible"].astype(bool)
    log.many(
        "percent_not_rebuilt",
        WARNING,
        "доли отметок не соответствуют никакому целому числу участников; число «2» не восстановлено, "
        "приняты только его границы",
        "Сверьте число участников и доли с отчётом ФИС ОКО.",
        joined(rows.loc[rebuilt.index[impossible]], MARKS),
        "2, 3, 4, 5",
        rows["school_id"],
    )
    several = rebuilt["failed"].isna() & ~impossible
    log.many(
        "percent_ambiguous",
        INFO,
        "доля округлена так, что число «2» восстанавливается неоднозначно; приняты его границы",
        "Если решение по школе зависит от этой ячейки, запросите отчёт с двумя знаками после запятой.",
        joined(rows.loc[rebuilt.index[several]], MARKS),
        "2",
        rows["school_id"],
    )


def _fill_determined_zero(percent: pd.DataFrame, decimals: pd.DataFrame) -> pd.DataFrame:
    """A blank cell is zero only where the other three marks already give 100 per cent."""
    full = percent.fillna(0)
    determined = (percent.isna().sum(axis=1) == 1) & closes(full, decimals).fillna(False).astype(bool)
    return percent.where(~determined, full)
