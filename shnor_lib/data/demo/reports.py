"""Reports about the works themselves (METHODOLOGY §7.2): scores, the journal, tasks; before defects.

In:   the history of the schools, their results, scores and journal marks.
Out:  `distribution`, «Распределение первичных баллов»; `journal`, «Сравнение отметок с отметками по журналу»;
      `tasks`, «Выполнение заданий»: one workbook each for a series and year, region → municipality → school.
Not:  marks (see `layouts`), scores and the journal themselves (see `scores`); the tasks are made up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_lib.data import series as series_ids
from shnor_lib.data.demo.grid import Cell, Grid, Row
from shnor_lib.data.demo.history import History
from shnor_lib.data.demo.layouts import GROUP, ORGANISATIONS, PARTICIPANTS, per_cent, with_schools
from shnor_lib.data.demo.scales import stream

SERIES = ("vpr-ma-5", "vpr-ru-5")
TASKS = {"1": 1, "2": 1, "3": 1, "4": 2, "5": 1, "6.1": 1, "6.2": 2, "7": 2}
_EASE = (0.9, 0.45)  # share of the points of the first and of the last task in a middling school
_LINES = (
    "Понизили (Отметка < Отметка по журналу) %",
    "Подтвердили (Отметка = Отметке по журналу) %",
    "Повысили (Отметка > Отметка по журналу) %",
)


@dataclass(frozen=True)
class _School:
    login: str
    name: str
    place: int
    values: tuple[int, ...]  # the participants first


def distribution(
    history: History,
    places: pd.DataFrame,
    results: pd.DataFrame,
    scores: pd.DataFrame,
    series: str,
    year: int,
) -> Grid:
    """Per cents of participants by score, a column a score.

    Args:
        history: of the schools.
        places: municipalities.
        results: what `results.results` gives.
        scores: what `scores.distributions` gives.
        series: of the report.
        year: of the report.
    """
    chosen = with_schools(history, results, year, [series])
    own = scores[(scores["series"] == series) & (scores["year"] == year)]
    wide = own.pivot(index="school_id", columns="score", values="count")
    every = range(int(wide.columns.max()) + 1)
    counts = wide.reindex(chosen["school_id"], columns=every).fillna(0).to_numpy(dtype=np.int64)

    def cells(values: Sequence[int]) -> list[list[Cell]]:
        return [[values[0], *(per_cent(value, values[0]) for value in values[1:])]]

    columns = [GROUP, ORGANISATIONS, PARTICIPANTS, *map(str, range(counts.shape[1]))]
    return _grid(
        "Распределение первичных баллов", columns, places, _schools(chosen, counts), series, year, cells
    )


def journal(
    history: History, places: pd.DataFrame, results: pd.DataFrame, marks: pd.DataFrame, series: str, year: int
) -> Grid:
    """Four rows below every group, as the ФИС ОКО prints them; `marks` is what `scores.journal` gives."""
    chosen = with_schools(history, results, year, [series])
    own = marks[(marks["series"] == series) & (marks["year"] == year)].set_index("school_id")
    counts = own.loc[chosen["school_id"], ["lowered", "confirmed", "raised"]].to_numpy(dtype=np.int64)

    def cells(values: Sequence[int]) -> list[list[Cell]]:
        lines: list[list[Cell]] = [
            [f"  {line}", value, per_cent(value, values[0])]
            for line, value in zip(_LINES, values[1:], strict=True)
        ]
        return [[None, None], *lines, ["  Всего", values[0], "100,00"]]

    columns = [GROUP, PARTICIPANTS, "%"]
    name = "Сравнение отметок с отметками по журналу"
    return _grid(name, columns, places, _schools(chosen, counts), series, year, cells)


def tasks(
    history: History, places: pd.DataFrame, results: pd.DataFrame, series: str, year: int, seed: int
) -> Grid:
    """Per cents of the points that could be had, a column a task."""
    chosen = with_schools(history, results, year, [series])
    rng = stream(seed, f"tasks {series} {year}")
    people = chosen["participants"].to_numpy()
    # Where more got a 2, all tasks went worse.
    failed = (chosen["n2"].to_numpy() / people)[:, None]
    ease = np.linspace(*_EASE, len(TASKS))[None, :] * (1 - 0.6 * failed)
    most = np.array(list(TASKS.values()))
    points = rng.binomial(people[:, None] * most[None, :], ease)

    def cells(values: Sequence[int]) -> list[list[Cell]]:
        shares = [per_cent(got, values[0] * top) for got, top in zip(values[1:], TASKS.values(), strict=True)]
        return [[values[0], *shares]]

    columns = [GROUP, ORGANISATIONS, PARTICIPANTS, *(f"{task} ({top}б)" for task, top in TASKS.items())]
    return _grid("Выполнение заданий", columns, places, _schools(chosen, points), series, year, cells)


def _schools(chosen: pd.DataFrame, counts: "np.ndarray") -> list[_School]:
    named = zip(chosen["login"], chosen["name"], chosen["place"], chosen["participants"], strict=True)
    return [
        _School(str(login), str(name), int(place), (int(people), *values))
        for (login, name, place, people), values in zip(named, counts.tolist(), strict=True)
    ]


def _grid(
    name: str,
    columns: list[str],
    places: pd.DataFrame,
    schools: Sequence[_School],
    series: str,
    year: int,
    cells: Callable[[Sequence[int]], list[list[Cell]]],
) -> Grid:
    """Region, municipalities and schools; a group has the sums of its schools."""
    parsed = series_ids.parse(series)
    subject = series_ids.SUBJECTS[parsed.subject][1]
    has_number = ORGANISATIONS in columns
    rows: list[Row] = []

    def add(label: str, members: Sequence[_School], school_id: str = "") -> None:
        values = [sum(item) for item in zip(*(member.values for member in members), strict=True)]
        first, *others = cells(values)
        number: list[Cell] = [None if school_id else len(members)] if has_number else []
        rows.append(Row([label, *number, *first], school_id))
        rows.extend(Row(line) for line in others)

    add(str(places["region"].iloc[0]), schools)
    by_place: dict[int, list[_School]] = {}
    for school in schools:
        by_place.setdefault(school.place, []).append(school)
    for place, members in by_place.items():
        home = places.iloc[place]
        add(f"{home['municipality_id']} | {home['municipality']}", members)
        for member in members:
            add(f"{member.login} | {member.name}", [member], member.login[3:])
    file = f"ВПР_{year}_{subject.replace(' ', '_')}_{parsed.grade}_класс_{name.replace(' ', '_')}.xlsx"
    return Grid(
        file=f"Аналитика ВПР/{year}/{file}",
        sheet=name[:31],
        columns=columns,
        rows=rows,
        title=[[f"ВПР {year}. {parsed.grade} класс"], ["Предмет:", subject], [name], []],
    )
