"""The log of one sheet: findings gathered while it is read, each at its place.

A fault that stands in thousands of cells is listed `LISTED` times and then summed up in one finding, so
that a report stays readable and memory bounded. What stands in a cell is repeated as far as it can name no
person (see `quoting`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from shnor_lib.data.findings import ERROR, WARNING, Finding
from shnor_lib.data.intake import quoting
from shnor_lib.data.intake.cells import FAULTS

LISTED = 300
Quoted = Callable[[Any], str]  # what of a cell may be repeated


@dataclass
class Log:
    """Findings of one sheet.

    Attributes:
        file: path relative to `data/raw`.
        sheet: name of the sheet, empty for CSV.
        findings: what was found so far.
    """

    file: str
    sheet: str = ""
    findings: list[Finding] = field(default_factory=list)

    def add(
        self,
        check: str,
        severity: str,
        message: str,
        action: str,
        *,
        value: Any = "",
        quoted: Quoted = quoting.shown,
        row: int | None = None,
        column: str = "",
        school_id: str = "",
        municipality: str = "",
    ) -> None:
        """One finding, with its place as far as it is known."""
        self.findings.append(
            Finding(
                self.file,
                check,
                severity,
                message,
                action,
                sheet=self.sheet,
                value=quoted(value),
                row=row,
                column=column,
                school_id=school_id,
                municipality=municipality,
            )
        )

    def many(
        self,
        check: str,
        severity: str,
        message: str,
        action: str,
        values: "pd.Series[str]",
        column: str = "",
        school_ids: "pd.Series[str] | None" = None,
        quoted: Quoted = quoting.shown,
    ) -> None:
        """One finding for each value, the index being the row number of Excel; the rest are summed up."""
        listed = values.iloc[:LISTED]
        schools = school_ids.reindex(listed.index) if school_ids is not None else None
        for at, (row, value) in enumerate(listed.items()):
            school = schools.iloc[at] if schools is not None else None
            self.add(
                check,
                severity,
                message,
                action,
                row=int(str(row)),
                column=column,
                value=value,
                quoted=quoted,
                school_id=school if isinstance(school, str) else "",
            )
        if len(values) > LISTED:
            self.add(
                check,
                severity,
                f"{message}; таких строк ещё {len(values) - LISTED}, они не перечислены",
                action,
                column=column,
            )

    def cell_faults(
        self,
        faults: "pd.Series[str]",
        shown: "pd.Series[str]",
        column: str,
        school_ids: "pd.Series[str] | None" = None,
    ) -> None:
        """Findings for faulty cells of a column.

        Args:
            faults: fault codes, empty where fine; the index is the row number of Excel.
            shown: the cells as they stand.
            column: heading of the column.
            school_ids: six digits by row, where known.
        """
        bad = faults[faults != ""]
        for fault in sorted(bad.unique()):
            severity, message, action = FAULTS[fault]
            rows = bad.index[bad == fault]
            self.many(f"cell_{fault}", severity, message, action, shown.loc[rows], column, school_ids)

    def has(self, check: str) -> bool:
        """Whether a check has found anything so far."""
        return any(item.check == check for item in self.findings)

    @property
    def errors(self) -> int:
        """Number of findings with severity `error`."""
        return sum(item.severity == ERROR for item in self.findings)

    @property
    def warnings(self) -> int:
        """Number of findings with severity `warning`."""
        return sum(item.severity == WARNING for item in self.findings)
