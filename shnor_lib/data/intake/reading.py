"""What a reader is: it recognises a sheet by its content and turns it into rows of tidy tables.

A reader never raises for a bad cell: it writes a finding and leaves the value missing or the row out.
Rows carry their place (`PLACE`: file, sheet, row) until the tables are assembled. A row whose school has no
code in the file has no `school_id` but `school_name` and `municipality` (see `attach`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd

from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.pupils.count import Sitting

PLACE = ("file", "sheet", "row")
REBUILT = "rebuilt_from"  # the per cents from which counts were rebuilt (R8); follow the place in the source
WRITTEN = "as_written"  # how a source names the school, where that is not its login; ends the source
SCHOOL_NAME = "school_name"  # name of a school in a row without a code, beside `municipality`
SIGHTINGS = "sightings"  # schools as results name them; a source for the table of schools, no table itself


@dataclass(frozen=True)
class Taken:
    """What a reader took from one sheet.

    Attributes:
        tables: table name (a key of `schemas.TABLES`, or `SIGHTINGS`) → rows with the columns of the
            contract as far as the sheet has them, and the columns of `PLACE`.
        rows: rows of the sheet that were taken.
        sittings: judged rows of pupils, counted when all files are read.
        personal: the sheet is about single pupils: no cell of it may be repeated anywhere.
    """

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    rows: int = 0
    sittings: tuple[Sitting, ...] = ()
    personal: bool = False


class Reader(Protocol):
    """One layout."""

    @property
    def id(self) -> str:
        """Machine name, kept with the inputs of a snapshot."""

    @property
    def title(self) -> str:
        """Russian name of the layout, for the report."""

    def recognise(self, sheet: Sheet) -> Any:
        """What `read` needs to know about the sheet (header, table …), None where it is another layout."""

    def read(self, sheet: Sheet, found: Any, log: Log) -> Taken:
        """Rows of the sheet; faults go to the log."""


def with_place(frame: pd.DataFrame, sheet: Sheet) -> pd.DataFrame:
    """The frame with its place; the index is the row number of Excel and becomes the column `row`."""
    placed = frame.assign(file=sheet.file, sheet=sheet.name, row=frame.index.astype("int64"))
    return placed.astype({"file": "str", "sheet": "str", "row": "Int64"}).reset_index(drop=True)
