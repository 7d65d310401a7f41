"""What is wrong with the data, and where: one finding per faulty place (file, sheet, row, column).

In:   readers and checks.
Out:  `to_frame`, the frame that a snapshot keeps and that the screening report shows.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

import pandas as pd

ERROR = "error"
WARNING = "warning"
INFO = "info"


@dataclass(frozen=True)
class Finding:
    """One faulty place.

    Attributes:
        file: path relative to `data/raw`.
        check: machine name of the check that found it.
        severity: `error` (not accepted), `warning` (accepted, look at it) or `info`.
        message: Russian: what is wrong.
        action: Russian: what to do.
        sheet: sheet of a workbook, empty for CSV.
        row: row as Excel numbers it, from 1; None where the finding concerns a whole sheet.
        column: heading of the column, or its letter.
        value: what stands in the cell, as text.
        school_id: six digits, where a school is concerned.
        municipality: name as the file gives it, where known.
    """

    file: str
    check: str
    severity: str
    message: str
    action: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    school_id: str = ""
    municipality: str = ""

    @property
    def place(self) -> str:
        """«Файл "…", лист "…", строка 48, столбец "2"», as far as known."""
        parts = [f"файл «{self.file}»"]
        if self.sheet:
            parts.append(f"лист «{self.sheet}»")
        if self.row is not None:
            parts.append(f"строка {self.row}")
        if self.column:
            parts.append(f"столбец «{self.column}»")
        return ", ".join(parts)


COLUMNS = tuple(field.name for field in fields(Finding))


def to_frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """Findings as a frame in the order found; `row` is Int64, all other columns are str."""
    frame = pd.DataFrame([asdict(finding) for finding in findings], columns=list(COLUMNS))
    return frame.astype({name: "Int64" if name == "row" else "str" for name in COLUMNS})
