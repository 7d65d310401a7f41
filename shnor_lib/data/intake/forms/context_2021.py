"""Context form of the ФИС ОКО, 2021.

In:   a sheet whose headings are those of `maps/context_2021.csv` (the first header of the export).
Out:  attributes of schools for 2021 and the table `context` (school, year, indicator, value).
Not:  what the answers mean (see `context`); codes of the РЦОИ, which came with the form of 2022.
"""

import pandas as pd

from shnor_lib.data.intake import columns
from shnor_lib.data.intake.columns import Header
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.forms import context
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.reading import Taken, with_place
from shnor_lib.data.intake.school_rows import take_logins

FORM = "context_2021"
YEAR = 2021
_ENOUGH = 12  # known headings that make a sheet a context form


class Context2021:
    """Reader of the context form of 2021."""

    id = FORM
    title = "Контекстная анкета ФИС ОКО (2021)"

    def recognise(self, sheet: Sheet) -> Header | None:
        """The header row, where enough headings of the form stand in it."""
        header = columns.match(sheet.head, columns.synonyms(FORM))
        if header is None or "login" not in header.columns or len(header.columns) < _ENOUGH:
            return None
        return header

    def read(self, sheet: Sheet, found: Header, log: Log) -> Taken:
        """Attributes of schools and context indicators."""
        frame = sheet.frame(found.row)
        rows = pd.DataFrame({name: frame[at] for name, at in found.columns.items()})
        rows = take_logins(rows, found.titles["login"], log)
        values = context.indicators(rows, found, context.kinds(FORM), log)
        schools = context.schools(rows, values, YEAR)
        long = context.long(rows, values, YEAR)
        return Taken(
            {"schools": with_place(schools, sheet), "context": with_place(long, sheet)}, rows=len(schools)
        )
