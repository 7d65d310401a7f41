"""Targets in Russian: plan, what came of it, whether it is reached.

In:   what `Region.targets` gives.
Out:  `table`, for a page and a workbook; `summary`, lines for the command line.
"""

from typing import Any

import pandas as pd

from shnor_lib.data.target_indicators import RELATIVE
from shnor_lib.present import labels, tables, text
from shnor_lib.present.frames import rows
from shnor_lib.present.tables import Table


def table(found: pd.DataFrame, year: int, title: str) -> Table:
    """Targets one below another: those of the method, then those of the municipalities by name.

    Args:
        found: see `targets.targets`.
        year: reporting year.
        title: territory; a target of the method speaks of all its schools.
    """
    frame = found.sort_values(["municipality", "year"], key=text.alphabet, na_position="first")
    whose = [title if text.is_missing(name) else str(name) for name in frame["municipality"]]
    return Table(
        f"Целевые показатели, {year} год",
        [
            tables.words("Территория", whose),
            tables.words("Показатель", frame["title"].fillna(frame["indicator"]), wide=True),
            tables.numbers("Год цели", frame["year"]),
            tables.words("План", [_plan(row) for row in rows(frame)]),
            tables.words("Факт", [_actual(row) for row in rows(frame)]),
            tables.words("Выполнение", [_reached(row) for row in rows(frame)]),
        ],
        note="Сравниваются доли как дроби целых чисел, без округления. Если срок цели ещё не наступил, "
        "показано состояние на отчётный год.",
        nothing="Целевых показателей на этот год нет.",
    )


def sheet(found: pd.DataFrame, year: int, title: str) -> pd.DataFrame:
    """`table` as a frame, for a workbook."""
    made = table(found, year, title)
    return pd.DataFrame(dict(zip([column.title for column in made.columns], made.values(), strict=True)))


def summary(found: pd.DataFrame) -> list[str]:
    """How many targets are reached, missed and not known, in a line; nothing where there are none."""
    if found.empty:
        return []
    reached = int(found["reached"].fillna(value=False).sum())
    missed = int((~found["reached"].fillna(value=True).astype(bool)).sum())
    rest = len(found) - reached - missed
    told = f"Целевые показатели: достигнуто {reached} из {len(found)}, не достигнуто {missed}"
    return [f"{told}, судить нельзя или рано: {rest}" if rest else told]


def _plan(row: Any) -> str:
    if text.is_missing(row.goal) or text.is_missing(row.value):
        return labels.MISSING
    told = labels.GOALS[row.goal].text
    if row.goal not in RELATIVE:
        return f"{told} {_number(row.value)}{_unit(row)}"
    told = f"{told} в {_number(row.value)} раза"
    if text.is_missing(row.base):
        return told
    return f"{told}: {_number(row.plan)}{text.NBSP}% (было {_number(row.base)}{text.NBSP}%)"


def _actual(row: Any) -> str:
    if not text.is_missing(row.count):
        return text.k_of_n(int(row.count), int(row.of))
    if text.is_missing(row.actual):
        return labels.SUPPRESSED if row.suppressed else labels.MISSING
    return _number(row.actual) + _unit(row)


def _reached(row: Any) -> str:
    if row.suppressed:
        return labels.SUPPRESSED
    if text.is_missing(row.reached):
        return labels.TARGET_STATES[row.why].text
    return "достигнут" if row.reached else "не достигнут"


def _unit(row: Any) -> str:
    percent = text.is_missing(row.unit) or row.unit in ("%", "раза")
    return f"{text.NBSP}{'%' if percent else row.unit}"


def _number(value: Any) -> str:
    return text.number(float(value), 1).removesuffix(",0")
