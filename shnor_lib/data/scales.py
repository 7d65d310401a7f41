"""Scales: from which score a work is passed and which mark a score gives (rule R2, METHODOLOGY §5).

In:   `scales.csv`, reviewed data with evidence and source in each row, keyed by region, year and series.
Out:  `scale`, the row for a series in a year; a row of the region wins over the federal one.
Not:  marks that a file gives: those win over any scale (see `intake.pupils.count`).
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).with_name("scales.csv")
PRIMARY, TEST = "primary", "test"


@dataclass(frozen=True)
class Scale:
    """Bounds of one work.

    Attributes:
        unit: `primary` or `test`: which score the bounds are of.
        max_score: highest possible score, None where not known.
        min_3: first score that is passed.
        min_4: first score of mark 4, None where not known or not decided by the score alone.
        min_5: the same of mark 5.
        geometry_min: points in the geometry tasks that a pass needs besides (ОГЭ mathematics).
        geometry_tasks: numbers of these tasks.
    """

    unit: str
    max_score: int | None
    min_3: int
    min_4: int | None = None
    min_5: int | None = None
    geometry_min: int | None = None
    geometry_tasks: tuple[int, ...] = ()


def scale(series: str, year: int, region: str = "") -> Scale | None:
    """Scale of a series in a year.

    Args:
        series: id of the series.
        year: calendar year in which the school year ends.
        region: two digits of the region, empty for the federal scale only.

    Returns:
        The region's row, else the federal one, None where neither is known: never guessed from other years.
    """
    known = _scales()
    return known.get((region, year, series)) or known.get(("", year, series))


@lru_cache(maxsize=1)
def _scales() -> Mapping[tuple[str, int, str], Scale]:
    with _FILE.open(encoding="utf-8", newline="") as stream:
        return {
            (row["region"], int(row["year"]), row["series"]): _scale(row) for row in csv.DictReader(stream)
        }


def _scale(row: Mapping[str, str]) -> Scale:
    return Scale(
        row["unit"],
        _whole(row["max_score"]),
        int(row["min_3"]),
        _whole(row["min_4"]),
        _whole(row["min_5"]),
        _whole(row["geometry_min"]),
        _tasks(row["geometry_tasks"]),
    )


def _whole(text: str) -> int | None:
    return int(text) if text else None


def _tasks(text: str) -> tuple[int, ...]:
    """«15-19 23-25» → 15, 16, 17, 18, 19, 23, 24, 25."""
    tasks: list[int] = []
    for first, last in re.findall(r"(\d+)(?:-(\d+))?", text):
        tasks += range(int(first), int(last or first) + 1)
    return tuple(tasks)
