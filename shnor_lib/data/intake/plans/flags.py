"""Deficits of a sheet, one row a school and parameter, before they are a table.

In:   `Mark`s: where a deficit stands, whose it is, what is said of it.
Out:  `deficits`, rows of the table; `sightings`, schools that the sheet names beside their logins.
Not:  how a layout is read (see `audit`, `risk_profile`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from shnor_lib.data.crosswalk import effective_year
from shnor_lib.data.intake import cells
from shnor_lib.data.intake.cells import Cell
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.plans.school_lists import Named
from shnor_lib.data.intake.reading import SCHOOL_NAME, SIGHTINGS, Taken, with_place
from shnor_lib.data.intake.tidy_values import word
from shnor_lib.data.schools import split_login

_YES = frozenset({"+", "да", "1", "x", "х", "v", "✓", "✔", "есть", "выявлен", "выявлено", "имеется"})
_NO = frozenset({"", "-", "–", "—", "нет", "0", "не выявлен", "не выявлено"})
_HIGHEST = 100.0


@dataclass(frozen=True)
class Mark:
    """One deficit of one school.

    Attributes:
        row: as Excel numbers it.
        school: whose it is.
        code: of the parameter; "" says that the school was audited and has no deficits.
        wave: date of the audit, ISO or its beginning.
        factor: name of the factor, None where unknown.
        parameter: name of the parameter, None where unknown.
        significance: one of `schemas.SIGNIFICANCES`, None where not said.
        value: 0-100, None where not said.
        municipality: as the sheet names it.
    """

    row: int
    school: Named
    code: str
    wave: str
    factor: str | None = None
    parameter: str | None = None
    significance: str | None = None
    value: float | None = None
    municipality: str | None = None


@dataclass(frozen=True)
class Said:
    """What a cell of a matrix says: whether there is a deficit (None: unreadable), how grave, how much."""

    there: bool | None
    significance: str | None = None
    value: float | None = None


def said(cell: Cell, numbers: bool) -> Said:
    """Read a cell of a matrix.

    Args:
        cell: «+», «высокая», 65, «нет».
        numbers: numbers of this sheet are values from 0 to 100, not signs 0 and 1.
    """
    text = cells.text(cell).casefold().strip(" .")
    number = cells.number(cell).value
    if numbers and number is not None:
        return Said(number > 0, None, number) if 0 <= number <= _HIGHEST else Said(None)
    if text in _NO:
        return Said(False)
    if text in _YES:
        return Said(True)
    label = word("significance", cell)
    return Said(True, label) if label else Said(None)


def taken(sheet: Sheet, marks: Sequence[Mark], rows: int) -> Taken:
    """Marks as what a reader took."""
    if not marks:
        return Taken(rows=0)
    named = pd.DataFrame(
        {
            "row": [mark.row for mark in marks],
            "school_id": pd.Series([mark.school.school_id for mark in marks], dtype="str"),
            "login_prefix": pd.Series([split_login(mark.school.login)[0] for mark in marks], dtype="str"),
            "name": pd.Series([mark.school.name or None for mark in marks], dtype="str"),
            "municipality": pd.Series([mark.municipality for mark in marks], dtype="str"),
            "wave": pd.Series([mark.wave for mark in marks], dtype="str"),
            "code": pd.Series([mark.code for mark in marks], dtype="str"),
            "significance": pd.Series([mark.significance for mark in marks], dtype="str"),
            "value": pd.Series([mark.value for mark in marks], dtype="Float64"),
            "factor": pd.Series([mark.factor for mark in marks], dtype="str"),
            "parameter": pd.Series([mark.parameter for mark in marks], dtype="str"),
        }
    ).set_index("row")
    deficits = named.drop(columns=["login_prefix", "name", "municipality"])
    if named["school_id"].isna().any():
        deficits = deficits.assign(
            **{SCHOOL_NAME: named["name"].fillna("").astype("str"), "municipality": named["municipality"]}
        )
    tables = {"deficits": with_place(deficits, sheet)}
    known = named[named["school_id"].notna() & named[["name", "municipality"]].notna().any(axis=1)]
    if not known.empty:
        years = known["wave"].map(effective_year).astype("Int64")
        seen = known[["school_id", "login_prefix", "name", "municipality"]].assign(year=years)
        tables[SIGHTINGS] = with_place(seen.drop_duplicates(["school_id", "year"]), sheet)
    return Taken(tables, rows=rows)
