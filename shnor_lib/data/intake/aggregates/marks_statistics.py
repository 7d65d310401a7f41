"""«Статистика по отметкам» of the ФИС ОКО: per cents of the marks 2, 3, 4, 5 by schools.

In:   a report (see `report`) with the columns «Кол-во участников, 2, 3, 4, 5».
Out:  `results` (counts rebuilt by rule R8) and the schools with their municipality and region.
Not:  reports with columns of other scores or tasks, which have readers of their own.
"""

from typing import Any

from shnor_lib.data.intake.aggregates import marks, report, report_rows
from shnor_lib.data.intake.aggregates.rebuild import MARKS
from shnor_lib.data.intake.aggregates.report import Heading
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.reading import SIGHTINGS, Taken, with_place


class MarksStatistics:
    """Reader of «Статистика по отметкам»."""

    id = "marks_statistics"
    title = "Статистика по отметкам (ФИС ОКО)"

    def recognise(self, sheet: Sheet) -> bool | None:
        """True where a header row begins with «Группы участников» and has the four marks."""
        return any(_heading(sheet.head, at) is not None for at in range(len(sheet.head))) or None

    def read(self, sheet: Sheet, found: Any, log: Log) -> Taken:
        """Rows of schools as results and sightings."""
        taken = report.read(sheet, _heading, log)
        if taken is None:
            return Taken()
        rows = report_rows.with_series(taken.rows, log)
        rows = marks.take_participants(rows, "Кол-во участников", log)
        results = marks.from_percent(rows, log)
        return Taken(
            {
                "results": with_place(report_rows.without_words(results), sheet),
                SIGHTINGS: report_rows.sightings(rows, sheet),
            },
            rows=len(results),
        )


def _heading(rows: report.Rows, at: int) -> Heading | None:
    heads = report.labels(rows, at)
    if heads is None:
        return None
    words = [under or word for word, under in heads]
    people = report.participants_at(heads)
    # Distributions of scores and reports about tasks have a 2, 3, 4 and 5, too, and a 0 or a 1 besides.
    numbers = [word for word in words if word.isdigit()]
    if people is None or sorted(numbers) != list(MARKS):
        return None
    places = {mark: words.index(mark) for mark in MARKS}
    group = words.index(report.GROUP)
    return Heading({report.GROUP_COLUMN: group, report.PARTICIPANTS: people, **places}, report.depth(heads))
