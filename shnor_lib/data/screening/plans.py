"""Plausibility of what is said of support: shares of prevention and outcomes, plans, codes (§4.2–§4.4, §7.6).

In:   tables with their places.
Out:  a `Flag` each.
"""

import re

import pandas as pd

from shnor_lib.data.findings import ERROR, WARNING
from shnor_lib.data.screening.flags import Flag

# «4.1», «РПШ.2», «all»: several are joined by «;». What a region calls its parameters has a number in it.
_CODE = r"(?:[A-Za-zА-Яа-яЁё]+[.\-]?)?\d{1,2}(?:\.\d{1,2}){0,2}"
_CODES = rf"(?:all|{_CODE}(?:;{_CODE})*)?"
_SHARE = r"\bдол[яиейю]+\b|процент|%"  # words of a parameter or an indicator that is counted in per cent
_TITLES = {"target": "План", "actual": "Факт", "value": "Значение", "base_value": "База"}
_WHOLE = 100  # per cent
_ODD = re.compile(r"[^\W\d_]{4,}")  # a word where a code belongs; it may name a person


def count_over_base(indicators: pd.DataFrame) -> Flag:
    """More persons than those of whom they are a part."""
    return Flag(
        "count_over_base",
        ERROR,
        indicators["count"] > indicators["base"],
        "показатель больше числа, от которого он считается; строка не принята",
        "Сверьте оба числа.",
        "count, base",
        indicators["count"].astype("str") + " из " + indicators["base"].astype("str"),
        rejects=True,
    )


def dates_reversed(plan: pd.DataFrame) -> Flag:
    """An end before the beginning: ISO dates, or their beginnings of one length."""
    first, last = plan["date_from"].astype("str"), plan["date_to"].astype("str")
    length = first.str.len().where(first.str.len() < last.str.len(), last.str.len())
    cut = [
        (begin[:size], end[:size]) if isinstance(begin, str) and isinstance(end, str) else ("", "")
        for begin, end, size in zip(first, last, length.fillna(0).astype(int), strict=True)
    ]
    return Flag(
        "dates_reversed",
        WARNING,
        pd.Series([end < begin for begin, end in cut], index=plan.index, dtype=bool),
        "окончание раньше начала",
        "Исправьте даты мероприятия.",
        "date_from, date_to",
        first + " – " + last,
    )


def no_activity(roadmap: pd.DataFrame) -> Flag:
    """An item that says when and who, and not what."""
    return Flag(
        "no_activity",
        WARNING,
        roadmap["activity"].isna(),
        "в пункте дорожной карты не названо мероприятие",
        "Впишите, что будет сделано, или удалите пункт.",
        "activity",
        roadmap["item"].astype("str"),
    )


def odd_code(table: pd.DataFrame, column: str) -> Flag:
    """A code that is no code: a date that a spreadsheet made of 1.1, or a word."""
    told = table[column].astype("str").fillna("")
    return Flag(
        "odd_code",
        WARNING,
        ~told.str.fullmatch(_CODES),
        "код параметра не похож на код; принят как есть",
        "Впишите код из перечня, например 4.2; дату вместо кода ставит Excel: задайте текстовый формат.",
        column,
        told.str.replace(_ODD, "…", regex=True),
    )


def value_outside(deficits: pd.DataFrame) -> Flag:
    """A value of a parameter below nought, or a share above 100: parameters are counts, hours and shares."""
    words = deficits.get("parameter")
    return Flag(
        "value_outside",
        ERROR,
        _outside(deficits["value"], words),
        "значение параметра меньше нуля или доля больше 100 %; значение не принято",
        "Впишите верное значение или оставьте ячейку пустой.",
        "Значение",
        _number(deficits["value"]),
        clears="value",
    )


def plan_outside(plan: pd.DataFrame, column: str, words: str, unit: str = "") -> Flag:
    """A planned or reached value that cannot be: below nought, or a share above 100.

    Args:
        plan: rows of a plan.
        column: the value.
        words: column that says what is counted.
        unit: column with the unit of the value, where there is one.
    """
    said = plan[words].astype("str").fillna("")
    if unit:
        said = said.mask(plan[unit].notna(), plan[unit].astype("str"))
    return Flag(
        "plan_outside",
        WARNING,
        _outside(plan[column], said),
        "плановое или достигнутое значение меньше нуля или доля больше 100 %; принято как есть",
        "Проверьте значение показателя.",
        _TITLES[column],
        _number(plan[column]),
    )


def _outside(values: "pd.Series[float]", words: "pd.Series[str] | None") -> "pd.Series[bool]":
    wrong = values < 0
    if words is not None:
        share = words.astype("str").fillna("").str.contains(_SHARE, case=False, regex=True)
        wrong |= share & (values > _WHOLE)
    return wrong.fillna(value=False).astype(bool)


def _number(values: "pd.Series[float]") -> "pd.Series[str]":
    return values.map("{:g}".format, na_action="ignore").astype("str")
