"""What screening finds of the planted defects, and what it calls wrong where nothing was planted.

In:   the truth about defects (`truth/defects.parquet`) and the findings of an intake of the same files.
Out:  `measure`: recall by kind, false alarms by check.
Not:  planting (see `defects`) or screening.

A defect counts as found in its row where a check that names its kind speaks of that file and row, and as
found at its cell where the check names the column too (a defect of a whole row has no column: its row is its
cell). Information (severity «info») is no alarm.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from shnor_lib.data.demo.defects import KINDS
from shnor_lib.data.findings import INFO
from shnor_lib.data.screening.catalogue import title

# planted kind → checks that name it
NAMED_BY: Mapping[str, frozenset[str]] = {
    "all_zero_passport": frozenset({"all_zero_passport"}),
    "city_prefix": frozenset({"municipality_spelling"}),
    "count_over_pupils": frozenset({"count_over_pupils"}),
    "doubled_row": frozenset({"doubled_rows"}),
    "doubled_year": frozenset({"doubled_rows"}),
    "empty_row": frozenset({"empty_row"}),
    "foreign_login": frozenset({"foreign_login"}),
    "latin_letters": frozenset({"latin_letters"}),
    "marks_do_not_close": frozenset({"marks_sum"}),
    "nbsp": frozenset({"nbsp"}),
    "percents_do_not_close": frozenset({"percent_not_closing"}),
    "sudden_change": frozenset({"sudden_change"}),
    "text_in_number": frozenset(
        {"cell_unit", "cell_word_no", "cell_look_alike", "cell_not_a_number", "cell_dash"}
    ),
    "total_row": frozenset({"total_row"}),
    "year_as_text": frozenset({"year_as_text"}),
}
_ONCE_A_FILE = {"doubled_year", "year_as_text"}  # said once for the file
_ANY_CELL = ", "  # a finding about several columns names them all


@dataclass(frozen=True)
class Recall:
    """How well screening does on planted defects.

    Attributes:
        kinds: kind, title, planted, in_row, at_cell (int64 each): defects found in their row, at their cell.
        alarms: check, severity, alarms (int64): findings away from every planted defect.
        missed: the planted defects that no check named; columns of the truth.
    """

    kinds: pd.DataFrame
    alarms: pd.DataFrame
    missed: pd.DataFrame

    @property
    def text(self) -> str:
        """Both tables for a person, in Russian."""
        planted, found, at_cell = (int(self.kinds[name].sum()) for name in ("planted", "in_row", "at_cell"))
        lines = [
            f"Намеренных дефектов: {planted}, найдено в своей строке: {found}, в своей ячейке: {at_cell}."
        ]
        lines += [
            f"  {row['in_row']:>4} из {row['planted']:<4} {row['title']}"
            for row in self.kinds.to_dict("records")
        ]
        total = int(self.alarms["alarms"].sum())
        lines.append(f"Ошибок и предупреждений там, где дефекта нет: {total}.")
        lines += [
            f"  {row['alarms']:>4} {title(row['check'])} ({row['check']})"
            for row in self.alarms.to_dict("records")
        ]
        return "\n".join(lines)


def measure(planted: pd.DataFrame, findings: pd.DataFrame) -> Recall:
    """Compare what was planted with what was found.

    Args:
        planted: columns of `defects.COLUMNS`.
        findings: columns of `findings.COLUMNS`.
    """
    named = findings.assign(row=findings["row"].astype("Int64"))
    of_row: dict[tuple[str, int, str], list[str]] = {}
    of_file: dict[tuple[str, str], list[str]] = {}
    places = zip(named["file"], named["row"], named["check"], named["column"], strict=True)
    for file, row, check, column in places:
        of_file.setdefault((file, check), []).append(str(column))
        if not pd.isna(row):
            of_row.setdefault((file, int(row), check), []).append(str(column))
    in_row, at_cell = [], []
    for defect in planted.to_dict("records"):
        checks, file = NAMED_BY[defect["kind"]], defect["file"]
        if defect["kind"] in _ONCE_A_FILE:
            columns = [name for check in checks for name in of_file.get((file, check), [])]
        else:
            columns = [name for check in checks for name in of_row.get((file, defect["row"], check), [])]
        in_row.append(bool(columns))
        at_cell.append(bool(columns) and (not defect["column"] or _names(columns, defect["column"])))
    counted = planted.assign(in_row=in_row, at_cell=at_cell)
    kinds = counted.groupby("kind", as_index=False).agg(
        planted=("kind", "size"), in_row=("in_row", "sum"), at_cell=("at_cell", "sum")
    )
    kinds.insert(1, "title", kinds["kind"].map(KINDS))
    return Recall(kinds, _alarms(planted, named), planted[[not found for found in in_row]])


def _names(columns: list[str], wanted: str) -> bool:
    return any(wanted == name or wanted in name.split(_ANY_CELL) for name in columns)


def _alarms(planted: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Errors and warnings that stand neither in a planted row nor, said of a file, where one was planted."""
    speaking = findings[findings["severity"] != INFO]
    rows = set(zip(planted["file"], planted["row"], strict=True))
    kinds = {
        (file, check)
        for file, kind in zip(planted["file"], planted["kind"], strict=True)
        for check in NAMED_BY[kind]
    }
    away = [
        (file, row) not in rows and (file, check) not in kinds
        for file, row, check in zip(
            speaking["file"], speaking["row"].fillna(-1).astype(int), speaking["check"], strict=True
        )
    ]
    return (
        speaking[away]
        .groupby(["check", "severity"], as_index=False)
        .size()
        .rename(columns={"size": "alarms"})
        .sort_values(["alarms", "check"], ascending=[False, True], ignore_index=True)
    )
