"""Codes of schools in other systems: which school a code of the РЦОИ means in a year (R17; METHODOLOGY §7.3).

In:   the tidy table `school_codes` (school_id, kind, code, year).
Out:  `contradicting`, rows that give one code to two schools; `CodeBook`, which answers for one code.
Not:  six digits of a login: a code that the book does not know is left as it stands.

A row with a year holds from that school year on, until a row of a later year; a row without a year holds for
all years before the first dated one. So an undated register and a dated change of it may stand side by side.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

RCOI = "rcoi_kind"  # column of tables: `oge` or `ege` where a file of the РЦОИ writes the school as a number
_ALWAYS = 0  # first year of a row without one
_LONGEST = 12  # digits of an ИНН


def number(code: object) -> int | None:
    """A code as a number: «0101» and 101.0 are one code; None where it is no number."""
    words = str(code).strip().removesuffix(".0")
    return int(words) if words.isascii() and words.isdigit() and len(words) <= _LONGEST else None


@dataclass(frozen=True)
class CodeBook:
    """Schools by their codes in other systems.

    Attributes:
        rows: kind and number of the code → first year and six digits, the newest first.
    """

    rows: Mapping[tuple[str, int], tuple[tuple[int, str], ...]] = field(default_factory=dict)

    def school(self, kind: str, code: int, year: int) -> str | None:
        """Six digits of the school that has the code in a school year, None where no row says it."""
        return next((school for first, school in self.rows.get((kind, code), ()) if first <= year), None)

    def knows(self, kind: str) -> bool:
        """Whether there are codes of this kind at all."""
        return any(known == kind for known, _ in self.rows)


def book(codes: pd.DataFrame) -> CodeBook:
    """The book of a table; rows that contradict each other and codes that are no numbers are left out.

    Args:
        codes: tidy `school_codes`, may be empty and without the column `year`.
    """
    if codes.empty:
        return CodeBook()
    kept = codes[~contradicting(codes)].dropna(subset=["school_id", "kind", "code"])
    found: dict[tuple[str, int], set[tuple[int, str]]] = {}
    for kind, code, first, school in zip(
        kept["kind"], kept["code"], _first_years(kept), kept["school_id"], strict=True
    ):
        digits = number(code)
        if digits is not None:
            found.setdefault((str(kind), digits), set()).add((int(first), str(school)))
    return CodeBook({key: tuple(sorted(rows, reverse=True)) for key, rows in found.items()})


def contradicting(codes: pd.DataFrame) -> "pd.Series[bool]":
    """Rows whose code another row gives to another school from the same year on (bool, aligned)."""
    if codes.empty:
        return pd.Series(False, index=codes.index)
    plain = codes["code"].map(lambda code: str(number(code)) if number(code) is not None else str(code))
    keys = [codes["kind"], plain, _first_years(codes)]
    return codes["school_id"].groupby(keys, dropna=False).transform("nunique").gt(1)


def _first_years(codes: pd.DataFrame) -> "pd.Series[int]":
    if "year" not in codes:
        return pd.Series(_ALWAYS, index=codes.index)
    return codes["year"].fillna(_ALWAYS).astype("int64")
