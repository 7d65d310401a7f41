"""What a check returns, and what becomes of it.

In:   rows of a table with their place (file, sheet, row).
Out:  `Flag`: which rows, why, and whether they are rejected; `settle` turns flags into findings.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from shnor_lib.data.findings import Finding

LISTED = 300  # findings of one check in one file that are listed one by one


@dataclass(frozen=True)
class Flag:
    """Outcome of one check over rows of a table.

    Attributes:
        check: machine name.
        severity: of the findings.
        rows: flagged rows (boolean, aligned with the table).
        message: Russian: what is wrong.
        action: Russian: what to do.
        column: heading or column concerned; a series, aligned with the table, where it differs by row.
        values: what stands there, as text, aligned with the table; None where nothing need be shown.
        rejects: whether the rows leave the table.
        clears: column whose value is missing afterwards in the flagged rows, which stay.
    """

    check: str
    severity: str
    rows: "pd.Series[bool]"
    message: str
    action: str
    column: "str | pd.Series[str]" = ""
    values: "pd.Series[str] | None" = None
    rejects: bool = False
    clears: str = ""


def settle(table: pd.DataFrame, flags: Sequence[Flag]) -> tuple[pd.DataFrame, list[Finding]]:
    """Rows that stay, without values that were cleared, and findings for all flags."""
    kept = table
    rejected = pd.Series(False, index=table.index)
    findings: list[Finding] = []
    for flag in flags:
        rows = flag.rows.fillna(False).astype(bool)
        findings += _findings(table[rows], flag)
        if flag.rejects:
            rejected |= rows
        if flag.clears and rows.any():
            kept = kept.assign(**{flag.clears: kept[flag.clears].mask(rows)})
    return (kept[~rejected] if rejected.any() else kept), findings


def _findings(rows: pd.DataFrame, flag: Flag) -> list[Finding]:
    found: list[Finding] = []
    for (file, sheet), part in rows.groupby(["file", "sheet"], sort=False, dropna=False):
        shown = part.iloc[:LISTED]
        values = flag.values.loc[shown.index] if flag.values is not None else None
        columns = [flag.column] * len(shown) if isinstance(flag.column, str) else flag.column[shown.index]
        for at, (column, (_, row)) in enumerate(zip(columns, shown.iterrows(), strict=True)):
            found.append(
                Finding(
                    file=str(file),
                    sheet=_text(sheet),
                    row=None if pd.isna(row["row"]) else int(row["row"]),
                    check=flag.check,
                    severity=flag.severity,
                    message=flag.message,
                    action=flag.action,
                    column=_text(column),
                    value="" if values is None else _text(values.iloc[at]),
                    school_id=_text(row.get("school_id")),
                )
            )
        if len(part) > LISTED:
            message = f"{flag.message}; таких строк ещё {len(part) - LISTED}, они не перечислены"
            found.append(Finding(str(file), flag.check, flag.severity, message, flag.action, _text(sheet)))
    return found


def _text(value: object) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value)
