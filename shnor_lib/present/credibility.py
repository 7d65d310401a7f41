"""Signals of credibility in Russian: what is unusual, and how many such finds may be nothing.

In:   flags of a school and its rows of the signals, after `disclosure`.
Out:  sentences with the number of their section.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from shnor_lib.data.series import parse
from shnor_lib.present import labels, text
from shnor_lib.present.frames import rows

SECTION = "§6.4"
FALSE_ALARMS = (
    "Сигнал — повод посмотреть работы, а не вывод: у большинства школ с сигналом объяснение невинное. "
    "Сигналы не складываются в балл, школы по ним не ранжируются, и с официальным списком школ с признаками "
    "необъективности они не связаны."
)
PASS_MARK = 3
ONE_POINT = "Держится на одном балле"
NOT_HERE = f"Школы, о которых сказано «{ONE_POINT.lower()}», здесь не названы: у них своя таблица."


def summary(tests: pd.DataFrame) -> str:
    """«скученность у границы — 7 из 512 школ, …» for the region."""
    told = [
        f"{labels.SIGNALS[row.signal].text} — {text.number(row.found)} из{text.NBSP}{text.number(row.tested)}"
        for row in rows(tests)
        if row.tested
    ]
    return ", ".join(told) or "данных для сигналов нет"


def false_alarms(row: Any) -> str:
    """What chance alone would do to a signal: «редких 6, по одной случайности было бы 5,5»."""
    if text.is_missing(row.by_chance):
        return "случайность не проверяется"
    usual = text.number(round(float(row.by_chance), 1), 1)
    return f"редких (не чаще 1 из 100) — {text.number(row.rare)}; по одной случайности было бы {usual}"


def reasons(flags: Mapping[str, Any], own: Mapping[str, pd.DataFrame]) -> list[str]:
    """Sentences for the signals that are on; what hangs on one point says `one_point`.

    Args:
        flags: a boolean for each signal, missing where it cannot be judged.
        own: public rows of the school: `bunching`, `journal`, `jump`.
    """
    made: dict[str, Callable[[], str]] = {
        "bunching": lambda: _bunching(own["bunching"]),
        "journal_raised": lambda: _journal(own["journal"], "raised", "выше"),
        "journal_lowered": lambda: _journal(own["journal"], "lowered", "ниже"),
        "jump": lambda: _jump(own["jump"]),
    }
    on = [name for name in made if not text.is_missing(flags[name]) and bool(flags[name])]
    return [f"{SECTION}: {made[name]()}" for name in on]


def _bunching(frame: pd.DataFrame) -> str:
    passing = frame[frame["mark"].eq(PASS_MARK).fillna(value=False) & ~frame["suppressed"]]
    told = [
        f"{parse(row.series).short} — {text.number(row.at)} и{text.NBSP}{text.number(row.before)}"
        for row in rows(passing)
    ]
    base = "на первом балле «3» необычно много участников"
    return f"{base} (на нём и на балл ниже: {', '.join(told)})" if told else base


def one_point(frame: pd.DataFrame) -> str:
    """That a school would be listed with the pass mark one point higher, and through what.

    Args:
        frame: public rows of the school of `pass_mark.cells`.
    """
    crossing = frame[(frame["hit_higher"] & ~frame["hit"]).fillna(value=False) & ~frame["suppressed"]]
    told = [
        f"{parse(row.series).short} — {text.k_of_n(row.failed_higher, row.participants)}"
        for row in rows(crossing)
    ]
    base = "школа вошла бы в список, если бы минимум был на один балл выше"
    return f"{base}: {', '.join(told)}" if told else base


def _journal(frame: pd.DataFrame, name: str, way: str) -> str:
    more = frame[name] > frame[f"expected_{name}"] * frame["participants"]
    found = frame[more.fillna(value=False).astype(bool) & ~frame["suppressed"]]
    told = [
        f"{parse(row.series).short} — у{text.NBSP}{text.number(getattr(row, name))} из{text.NBSP}"
        f"{text.number(row.participants)}, обычно {text.percent(getattr(row, f'expected_{name}'), digits=0)}"
        for row in rows(found)
    ]
    base = f"отметка за работу {way} журнальной необычно часто"
    return f"{base}: {', '.join(told)}" if told else base


def _jump(frame: pd.DataFrame) -> str:
    found = frame[frame["direction"].isin(list(labels.JUMPS)).to_numpy(dtype=bool)]
    told = [
        f"{parse(row.series_before).short} → {parse(row.series_after).short} "
        f"({labels.JUMPS[row.direction].text}, {jump_value(row)})"
        for row in rows(found)
    ]
    return f"результаты изменились гораздо резче, чем в других школах: {', '.join(told)}"


def jump_value(row: Any) -> str:
    """«K = 1,42», or the change of place in per cent of the schools."""
    if row.kind == "oge":
        return f"место сместилось на {text.number(round(100 * abs(float(row.value))))}{text.NBSP}% школ"
    return f"K{text.NBSP}={text.NBSP}{text.number(round(float(row.value), 2), 2)}"
