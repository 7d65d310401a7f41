"""«Распределение первичных баллов» of the ФИС ОКО: how many participants got 0, 1, 2 … points.

In:   a report (see `report`) whose heading numbers the scores from 0 on, one column a score, in per cent of
      the participants or in persons.
Out:  `score_distribution`: a row for each school and score, counts rebuilt by rule R8; and the schools.
Not:  marks (see `marks_statistics`) or scores of single pupils (see `pupils`).
"""

from typing import Any

import pandas as pd

from shnor_lib.data.intake import cells
from shnor_lib.data.intake.aggregates import marks, rebuild, report, report_rows, shares
from shnor_lib.data.intake.aggregates.report import Heading
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.reading import SIGHTINGS, Taken, with_place

_FEWEST = 4  # scores from 0 on; a work with a highest score of 2 does not exist


class ScoreDistribution:
    """Reader of «Распределение первичных баллов»."""

    id = "score_distribution"
    title = "Распределение первичных баллов (ФИС ОКО)"

    def recognise(self, sheet: Sheet) -> bool | None:
        """True where a heading begins with «Группы участников» and numbers scores from 0 without a gap."""
        return any(_heading(sheet.head, at) is not None for at in range(len(sheet.head))) or None

    def read(self, sheet: Sheet, found: Any, log: Log) -> Taken:
        """Rows of schools as distributions and sightings."""
        taken = report.read(sheet, _heading, log)
        if taken is None:
            return Taken()
        rows = report_rows.with_series(taken.rows, log)
        rows = marks.take_participants(rows, "Кол-во участников", log)
        counted = [
            _counted(part, _scores(taken.blocks[int(str(block))].heading), log)
            for block, part in rows.groupby("block", sort=False)
        ]
        if not counted:
            return Taken()
        table = pd.concat(counted)
        return Taken(
            {self.id: with_place(table, sheet), SIGHTINGS: report_rows.sightings(rows, sheet)},
            rows=table.index.nunique(),
        )


def _heading(rows: report.Rows, at: int) -> Heading | None:
    heads = report.labels(rows, at)
    if heads is None:
        return None
    words = [under or word for word, under in heads]
    people = report.participants_at(heads)
    numbers = sorted(int(word) for word in words if word.isdecimal())
    if people is None or len(numbers) < _FEWEST or numbers != list(range(len(numbers))):
        return None
    places = {str(score): words.index(str(score)) for score in numbers}
    group = words.index(report.GROUP)
    return Heading({report.GROUP_COLUMN: group, report.PARTICIPANTS: people, **places}, report.depth(heads))


def _scores(heading: Heading | None) -> list[str]:
    return [name for name in (heading.columns if heading is not None else ()) if name.isdecimal()]


def _counted(rows: pd.DataFrame, scores: list[str], log: Log) -> pd.DataFrame:
    """One block: a row for each school and score."""
    rows = report_rows.distinct(rows, ["participants", *scores], log)
    rows = rows[rows["participants"] > 0]
    meaning = shares.decide_meaning(rows, scores)
    bounds = _as_counts(rows, scores, log) if meaning == shares.COUNTS else _from_percent(rows, scores, log)
    key = rows.loc[bounds.low.index, ["school_id", "year", "series", "participants"]]
    parts = [
        key.assign(
            score=int(score),
            count=bounds.exact[score],
            count_low=bounds.low[score],
            count_high=bounds.high[score],
        )
        for score in scores
    ]
    table = pd.concat(parts).rename(columns={"participants": "base"})
    known = table["count_low"].notna()
    return table[known].astype({"score": "Int64"}).sort_values("school_id", kind="stable")


def _as_counts(rows: pd.DataFrame, scores: list[str], log: Log) -> rebuild.Bounds:
    counts = pd.DataFrame(index=rows.index)
    for score in scores:
        counts[score], faults = cells.counts(rows[score])
        log.cell_faults(faults, rows[score], score, rows["school_id"])
    return rebuild.Bounds(counts, counts, pd.Series(True, index=rows.index, dtype="boolean"))


def _from_percent(rows: pd.DataFrame, scores: list[str], log: Log) -> rebuild.Bounds:
    """A blank cell may be any count that the other cells leave open: it is nought where they give 100 %."""
    title = ", ".join(scores)
    read = shares.read(rows, scores, log)
    good = shares.closing(rows, read, scores, "баллов", title, log)
    percent, decimals = read.percent[good], read.decimals[good]
    bounds = rebuild.parts_of_whole(rows.loc[good, "participants"], percent, decimals)
    shares.report_rebuilt(rows, bounds, scores, "баллов", title, log)
    return bounds
