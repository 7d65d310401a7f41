"""Cells of per cents: read with their printed digits, told from counts, checked to close to 100.

In:   columns of cells that hold per cents or numbers of persons.
Out:  `Shares` for `rebuild`, and `decide_meaning`.
Not:  which counts the per cents allow (see `rebuild`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from shnor_lib.data.findings import ERROR, INFO, WARNING
from shnor_lib.data.intake import cells
from shnor_lib.data.intake.aggregates.rebuild import MARKS, Bounds, closes, printed_decimals
from shnor_lib.data.intake.log import Log

_AGREE = 0.9
_PER_CENT_TOLERANCE = 2.05  # four whole per cents may miss 100 by two
COUNTS, PER_CENT = "counts", "per_cent"


@dataclass(frozen=True)
class Shares:
    """Per cents as printed.

    Attributes:
        percent: Float64, 0–100; missing where the cell is empty or was not taken.
        decimals: Int64, digits after the comma with which each is printed.
        told: rows of which a faulty cell has already been reported.
    """

    percent: pd.DataFrame
    decimals: pd.DataFrame
    told: "pd.Series[bool]"


def read(rows: pd.DataFrame, columns: Sequence[str], log: Log) -> Shares:
    """Per cents of some columns.

    Args:
        rows: `school_id` and cells; the index is the row number of Excel.
        columns: those that hold per cents; their names are the headings.
        log: takes cells that are no per cents.
    """
    told = pd.Series(False, index=rows.index)
    values: dict[str, pd.Series[float]] = {}
    digits: dict[str, pd.Series[int]] = {}
    texts: dict[str, pd.Series[bool]] = {}
    for name in columns:
        shown = rows[name].map(_without_sign)
        values[name], faults, digits[name] = cells.numbers_with_decimals(shown)
        texts[name] = rows[name].map(lambda cell: isinstance(cell, str)).astype(bool)
        log.cell_faults(faults, rows[name], name, rows["school_id"])
        told |= faults != ""
        outside = ((values[name] < 0) | (values[name] > 100)).fillna(False)
        log.many(
            "percent_outside",
            ERROR,
            "доля меньше 0 или больше 100 %; значение не принято",
            "Сверьте ячейку с отчётом ФИС ОКО.",
            cells.shown(rows.loc[outside, name]),
            name,
            rows["school_id"],
        )
        told |= outside
        values[name] = values[name].mask(outside)
    percent, decimals, is_text = (pd.DataFrame(found, index=rows.index) for found in (values, digits, texts))
    zeros = bool(rows[list(columns)].map(_ends_in_zero).any(axis=None))
    return Shares(percent, printed_decimals(decimals, is_text, zeros), told)


def closing(
    rows: pd.DataFrame, shares: Shares, columns: Sequence[str], what: str, title: str, log: Log
) -> "pd.Series[bool]":
    """Rows whose per cents close to 100; rows with missing cells pass as far as they stay below.

    Args:
        rows: the cells, for the message.
        shares: read from them.
        columns: per cents that make up the whole.
        what: Russian: shares of what, in the genitive.
        title: heading for the message.
        log: takes rows that do not close.
    """
    percent = shares.percent[list(columns)]
    part = percent.isna().any(axis=1)
    below = (percent.fillna(0).sum(axis=1) < 100).fillna(False)
    good = closes(percent, shares.decimals, columns).fillna(False).astype(bool) | (part & below)
    log.many(
        "percent_not_closing",
        ERROR,
        f"доли {what} в сумме не дают 100 % (допуск ± 0,2); строка не принята",
        "Сверьте строку с отчётом ФИС ОКО: одна из долей неверна.",
        joined(rows.loc[~good], columns),
        title,
        rows["school_id"],
    )
    return good


def report_rebuilt(
    rows: pd.DataFrame, bounds: Bounds, columns: Sequence[str], what: str, title: str, log: Log
) -> None:
    """Say of which rows the counts are known within bounds only (rule R8).

    Args:
        rows: the cells, for the message; the index is that of `bounds`.
        bounds: what the per cents allow.
        columns: the cells to show.
        what: Russian: numbers of what, in the genitive.
        title: heading for the message.
        log: takes the rows.
    """
    possible = bounds.possible.astype(bool)
    log.many(
        "percent_not_rebuilt",
        WARNING,
        f"доли {what} не соответствуют никаким целым числам; приняты только границы",
        "Сверьте число участников и доли с отчётом ФИС ОКО.",
        joined(rows.loc[bounds.possible.index[~possible]], columns),
        title,
        rows["school_id"],
    )
    several = possible & bounds.exact.isna().any(axis=1)
    log.many(
        "percent_ambiguous",
        INFO,
        f"доли {what} округлены так, что числа восстанавливаются неоднозначно; приняты их границы",
        "Если нужны точные числа, запросите отчёт с двумя знаками после запятой.",
        joined(rows.loc[bounds.possible.index[several]], columns),
        title,
        rows["school_id"],
    )


def decide_meaning(rows: pd.DataFrame, columns: Sequence[str] = MARKS) -> str | None:
    """`COUNTS` or `PER_CENT`, None where the data do not tell.

    Args:
        rows: `participants` (Int64) and cells in the columns that make up the whole.
        columns: their names.
    """
    values = pd.DataFrame({name: cells.numbers(rows[name])[0] for name in columns})
    total = values.sum(axis=1, skipna=False)
    n = rows["participants"].astype("Float64")
    speaking = total.notna() & (n > 0) & ((n - 100).abs() > _PER_CENT_TOLERANCE)
    as_counts = int((speaking & (total == n)).sum())
    as_percent = int((speaking & ((total - 100).abs() <= _PER_CENT_TOLERANCE)).sum())
    spoken = as_counts + as_percent
    if not spoken or 2 * spoken < int(speaking.sum()):
        return None
    if as_counts >= _AGREE * spoken:
        return COUNTS
    return PER_CENT if as_percent >= _AGREE * spoken else None


def joined(rows: pd.DataFrame, columns: Sequence[str]) -> "pd.Series[str]":
    """The cells of some columns as one text for messages."""
    parts = [cells.shown(rows[name]) for name in columns]
    shown = parts[0]
    for part in parts[1:]:
        shown = shown + " / " + part
    return shown


def _without_sign(cell: cells.Cell) -> cells.Cell:
    return cell.rstrip().removesuffix("%") if isinstance(cell, str) else cell


def _ends_in_zero(cell: cells.Cell) -> bool:
    """Whether zeros at the end are printed: «12,50», «0,00»."""
    if not isinstance(cell, str):
        return False
    plain = cell.rstrip().removesuffix("%").rstrip()
    return plain.endswith("0") and ("," in plain or "." in plain)
