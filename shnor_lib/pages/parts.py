"""Rows and words that several pages arrange in the same way."""

from collections.abc import Iterator
from typing import TypeVar

import pandas as pd

from shnor_lib.data.schemas import TABLES
from shnor_lib.present import text
from shnor_lib.region import Region

# Rows of one figure: what an A4 page holds under a title.
SHEET_ROWS = 34

Rows = TypeVar("Rows", pd.DataFrame, pd.Series)


def sheets(schools: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, str]]:
    """Schools in portions that fit a printed page, with the title of each portion after the first.

    Args:
        schools: one row a school, with municipality, name and school_id.
    """
    ordered = schools.sort_values(["municipality", "name", "school_id"], key=text.alphabet)
    return portions(ordered, SHEET_ROWS)


def portions(rows: Rows, most: int) -> Iterator[tuple[Rows, str]]:
    """Rows in equal portions of at most so many: a last sheet of one row would look like a mistake."""
    total = -(-len(rows) // most)
    for number in range(total):
        part = rows.iloc[number * len(rows) // total : (number + 1) * len(rows) // total]
        yield part, f"Продолжение: лист {number + 1} из {total}" if number else ""


def procedures_of(region: Region) -> pd.DataFrame:
    """series, year, comparability_group of the calendar; a year without a group is a group of its own."""
    frame = region.table("procedures")
    columns = list(TABLES["procedures"].columns)
    known = frame[columns].drop_duplicates(["series", "year"])
    group = known["comparability_group"].fillna(known["year"].astype("str"))
    return known.assign(comparability_group=group)[["series", "year", "comparability_group"]]
