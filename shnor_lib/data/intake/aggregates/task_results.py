"""«Выполнение заданий» of the ФИС ОКО: per cent of the points that could be had, by tasks.

In:   a report (see `report`) in one of its two shapes: a column a task («1», «5.1», «1К1», «11 (2б)»; highest
      scores in the heading or in a row «Макс. балл»), or a row a task («№ задания», «Макс. балл»,
      «% выполнения»).
Out:  `task_results`: a row for each school and task; points rebuilt by rule R8; and the schools.
Not:  distributions of scores, whose columns begin with 0 (see `score_distribution`).
"""

from typing import Any

import pandas as pd

from shnor_lib.data.findings import WARNING
from shnor_lib.data.intake import cells, columns, quoting
from shnor_lib.data.intake.aggregates import marks, rebuild, report, report_rows, shares
from shnor_lib.data.intake.aggregates.rebuild import MARKS
from shnor_lib.data.intake.aggregates.report import DETAIL, GROUP_COLUMN, PARTICIPANTS, Block, Heading
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.reading import SIGHTINGS, Taken, with_place
from shnor_lib.data.intake.task_names import task_name

FORM = "report_tasks"
PERCENT = "% выполнения"
_FEWEST = 2


class TaskResults:
    """Reader of «Выполнение заданий»."""

    id = "task_results"
    title = "Выполнение заданий (ФИС ОКО)"

    def recognise(self, sheet: Sheet) -> bool | None:
        """True where a heading «Группы участников» lists tasks, or has columns for number and per cent."""
        head = sheet.head
        return any(_wide(head, at) or _rows(head, at) for at in range(len(head))) or None

    def read(self, sheet: Sheet, found: Any, log: Log) -> Taken:
        """Rows of schools and tasks, and sightings."""
        in_rows = not any(_wide(sheet.head, at) is not None for at in range(len(sheet.head)))
        taken = report.read(sheet, _rows, log, _detail) if in_rows else report.read(sheet, _wide, log)
        if taken is None:
            return Taken()
        rows = report_rows.with_series(taken.rows, log)
        if in_rows:
            rows = _with_people(rows)
        rows = marks.take_participants(rows, "Кол-во участников", log)
        parts = [
            _of_rows(part, log) if in_rows else _of_columns(part, taken.blocks[int(str(block))], log)
            for block, part in rows[rows[PARTICIPANTS] > 0].groupby("block", sort=False)
        ]
        if not parts:
            return Taken()
        table = _with_points(pd.concat(parts), log)
        return Taken(
            {
                self.id: with_place(table, sheet),
                SIGHTINGS: report_rows.sightings(rows, sheet).drop_duplicates(),
            },
            rows=table.index.nunique(),
        )


def _wide(rows: report.Rows, at: int) -> Heading | None:
    """Heading with a column a task."""
    heads = report.labels(rows, at)
    people = report.participants_at(heads) if heads is not None else None
    if heads is None or people is None:
        return None
    maxima = any(word.startswith("макс") for _, word in heads)  # the row below is one of highest scores
    places: dict[str, int] = {}  # by heading as written, so that a fault names it
    for place, (word, under) in enumerate(heads):
        above = maxima or not under
        if task_name(word if above else under) is not None:
            places.setdefault(cells.text(report.at_(rows[at if above else at + 1], place)), place)
    if len(places) < _FEWEST or sorted(places) == list(MARKS) or "0" in places:
        return None
    group = next(place for place, (word, _) in enumerate(heads) if word == report.GROUP)
    depth = 1 if maxima else report.depth(heads)
    return Heading({GROUP_COLUMN: group, PARTICIPANTS: people, **places}, depth)


def _rows(rows: report.Rows, at: int) -> Heading | None:
    """Heading with a row a task."""
    heads = report.labels(rows, at)
    if heads is None:
        return None
    known = columns.match_row([under or word for word, under in heads], columns.synonyms(FORM), at).columns
    if not {"task", "percent"} <= known.keys():
        return None
    group = next(place for place, (word, _) in enumerate(heads) if word == report.GROUP)
    people = report.participants_at(heads)
    places = {name: place for name, place in known.items() if name != "task"}
    people_at = {PARTICIPANTS: people} if people is not None else {}
    return Heading({GROUP_COLUMN: group, DETAIL: known["task"], **people_at, **places}, report.depth(heads))


def _detail(cell: cells.Cell) -> str | None:
    found = task_name(cell)
    return found[0] if found is not None else None


def _with_people(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of tasks with the participants of their school, who may be told in its first row only."""
    if PARTICIPANTS not in rows:
        rows = rows.assign(**{PARTICIPANTS: None})
    told = rows[PARTICIPANTS].where(cells.shown(rows[PARTICIPANTS]) != "")
    filled = told.groupby(rows["label_row"]).transform("first")
    return rows.assign(**{PARTICIPANTS: told.where(told.notna(), filled)})[rows[DETAIL] != ""]


def _of_columns(rows: pd.DataFrame, block: Block, log: Log) -> pd.DataFrame:
    """A row for each school and task from a column a task."""
    known = block.heading.columns if block.heading is not None else {}
    titles = [name for name in known if name not in (GROUP_COLUMN, PARTICIPANTS)]
    rows = report_rows.distinct(rows, [PARTICIPANTS, *titles], log)
    read = shares.read(rows, titles, log)
    parts = []
    for title in titles:
        name, most = task_name(title) or (title, None)
        stated = cells.number(block.facts.get("max", {}).get(title)).value
        part = rows[["school_id", "year", "series", PARTICIPANTS]].assign(
            task=name,
            column=title,
            shown=rows[title],
            max_score=int(stated) if stated is not None and stated >= 1 else most,
            level=_level(block.facts.get("level", {}).get(title)),
            percent=read.percent[title],
            decimals=read.decimals[title],
            told=read.told,
        )
        parts.append(part.astype({"max_score": "Int64", "level": "str"}))
    return pd.concat(parts)


def _of_rows(rows: pd.DataFrame, log: Log) -> pd.DataFrame:
    """A row for each school and task from a row a task."""
    said = [name for name in ("max_score", "level", "title") if name in rows]
    rows = report_rows.distinct(rows, [DETAIL, PARTICIPANTS, "percent", *said], log)
    named = rows.rename(columns={"percent": PERCENT})
    read = shares.read(named, [PERCENT], log)
    table = rows[["school_id", "year", "series", PARTICIPANTS]].assign(
        task=rows[DETAIL],
        column=PERCENT,
        shown=rows["percent"],
        percent=read.percent[PERCENT],
        decimals=read.decimals[PERCENT],
        told=read.told,
    )
    if "max_score" in rows:
        table["max_score"], faults = cells.counts(rows["max_score"])
        log.cell_faults(faults, rows["max_score"], "Макс. балл", rows["school_id"])
    if "level" in rows:
        table["level"] = rows["level"].map(_level).astype("str")
    if "title" in rows:
        table["title"] = cells.texts(rows["title"])
    return table


def _level(cell: cells.Cell) -> str | None:
    """`base`, `advanced`, `high` of «Б», «П», «В»."""
    word = cells.heading(cell)
    return next(
        (
            row["value"]
            for row in columns.read_map("values")
            if row["column"] == "task_level" and cells.heading(row["synonym"]) == word
        ),
        None,
    )


def _with_points(table: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Tasks with their points; those without a per cent are reported and left out."""
    missing = table["percent"].isna()
    untold = table[missing & ~table["told"].astype(bool)]
    for column, rows in untold.groupby("column", sort=False):
        log.many(
            "task_percent_missing",
            WARNING,
            "не указан процент выполнения; задание у школы не принято",
            "Выгрузите отчёт заново или впишите процент.",
            cells.shown(rows["task"]),
            str(column),
            rows["school_id"],
            quoting.worded,
        )
    table = table[~missing]
    if "max_score" not in table:
        table = table.assign(max_score=pd.Series(pd.NA, index=table.index, dtype="Int64"))
    known = (table["max_score"] >= 1).fillna(False).astype(bool)
    for task in sorted(set(table.loc[~known, "task"])):
        log.add(
            "no_task_maximum",
            WARNING,
            f"наибольший балл задания {task} не указан; принят процент выполнения, баллы не восстановлены",
            "Выгрузите отчёт со строкой «Макс. балл» или впишите её под заголовком.",
            column=task,
            value=task,
            quoted=quoting.worded,
        )
    numbered = table.reset_index(names="at")
    rated = numbered[known.to_numpy()]
    whole = (rated[PARTICIPANTS] * rated["max_score"]).astype("Int64").to_frame("percent")
    bounds = rebuild.single_parts(
        whole, rated[["percent"]], rated[["decimals"]].set_axis(["percent"], axis=1)
    )
    _report_points(rated, bounds, log)
    numbered["points"] = bounds.exact["percent"].reindex(numbered.index)
    numbered["points_low"] = bounds.low["percent"].reindex(numbered.index)
    numbered["points_high"] = bounds.high["percent"].reindex(numbered.index)
    return numbered.set_index("at").drop(columns=["column", "shown", "decimals", "told"])


def _report_points(rated: pd.DataFrame, bounds: rebuild.Bounds, log: Log) -> None:
    wrong = rated[~bounds.possible.astype(bool)]
    for column, rows in wrong.set_index("at").groupby("column", sort=False):
        log.many(
            "percent_not_rebuilt",
            WARNING,
            "процент выполнения не соответствует никакому целому числу баллов; приняты только его границы",
            "Сверьте число участников, наибольший балл и процент с отчётом ФИС ОКО.",
            cells.shown(rows["shown"]),
            str(column),
            rows["school_id"],
        )
