"""Rows that begin with a login: the login becomes the key, rows without one are reported.

A row without a login that names its school is kept for `attach`: a person may have decided whose it is (R17).
"""

from collections.abc import Mapping

import pandas as pd

from shnor_lib.data.findings import ERROR, INFO, WARNING
from shnor_lib.data.intake import cells, quoting
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.reading import SCHOOL_NAME
from shnor_lib.data.schools import logins

_NO_LOGIN = frozenset({"", "-", "–", "—", "нет", "нет логина", "нет кода"})
_ONE_REGION = 0.9  # share of schools with the same first two digits that makes a sheet one region's
_TOTALS = ("итого", "всего", "среднее", "средние", "средний", "сумма")  # but not «Средняя школа»


def take_logins(rows: pd.DataFrame, title: str, log: Log, column: str = "login") -> pd.DataFrame:
    """Rows with a readable login.

    Args:
        rows: cells; the index is the row number of Excel.
        title: heading of the column with logins, for messages.
        log: takes rows without a login; rows of totals are left out with a note.
        column: column with logins.

    Returns:
        `rows` with `school_id` and `login_prefix` (str) in place of the column.
    """
    split = logins(rows[column])
    short = _short(rows[column], split["school_id"])
    log.many(
        "short_login",
        ERROR,
        "в коде школы пять цифр вместо шести; строка не принята",
        "Впишите все шесть цифр логина ОО из ФИС ОКО.",
        cells.shown(rows.loc[short, column]),
        title,
    )
    rows, split = rows[~short], split[~short]
    unread = split["school_id"].isna()
    shown = cells.shown(rows.loc[unread, column])
    totals = _is_total(rows.loc[unread])
    log.many(
        "no_login",
        ERROR,
        "в строке нет логина школы (три буквы и шесть цифр); строка не принята",
        "Впишите логин ОО из ФИС ОКО, например edu220028.",
        shown[~totals],
        title,
        quoted=quoting.named,
    )
    log.many(
        "total_row",
        INFO,
        "строка итогов пропущена",
        "Ничего не нужно.",
        shown[totals],
        title,
        quoted=quoting.named,
    )
    kept = rows[~unread].drop(columns=column)
    return kept.assign(**{name: split.loc[kept.index, name] for name in ("school_id", "login_prefix")})


def _short(cells_of: "pd.Series[str]", schools: "pd.Series[str]") -> "pd.Series[bool]":
    """Codes of five digits among codes of one region that needs no nought in front: a digit is lost.

    Elsewhere a spreadsheet has eaten the nought, and `logins` has put it back.
    """
    five = cells.shown(cells_of).str.extract(r"(\d+)\s*$")[0].str.len().eq(5) & schools.notna()
    if not five.any():
        return five
    shares = schools[~five].dropna().str[:2].value_counts(normalize=True)
    if shares.empty or shares.iloc[0] < _ONE_REGION or str(shares.index[0]).startswith("0"):
        return five & False
    return five


def take_schools(
    rows: pd.DataFrame, titles: Mapping[str, str], log: Log, column: str = "login"
) -> pd.DataFrame:
    """Rows with a login, and rows without one that name their school in the column `name`.

    Args:
        rows: cells; the index is the row number of Excel; either of `column` and `name` may be absent.
        titles: column name → heading in the file.
        log: takes rows with neither.
        column: column with logins.

    Returns:
        `rows` with `school_id` and `login_prefix` (str) in place of the column. Where a row has no login,
        `school_id` is missing and `reading.SCHOOL_NAME` (str) holds the name; there is no such column where
        all rows have one.
    """
    if "name" not in rows:
        return take_logins(rows, titles[column], log, column)
    blank = pd.Series(True, index=rows.index)
    if column in rows:
        blank = cells.shown(rows[column]).str.casefold().isin(_NO_LOGIN)
    bare = blank & cells.shown(rows["name"]).ne("") & ~_is_total(rows)
    rest = rows[~bare]
    if column not in rows:
        rest = rest.assign(**{column: rest["name"]})
    coded = take_logins(rest, titles.get(column, titles["name"]), log, column)
    if not bare.any():
        return coded
    named = rows[bare].drop(columns=column, errors="ignore")
    nobody = pd.Series(None, index=named.index, dtype="str")
    named = named.assign(school_id=nobody, login_prefix="", **{SCHOOL_NAME: cells.texts(named["name"])})
    return named if coded.empty else pd.concat([coded, named]).sort_index()


def _is_total(rows: pd.DataFrame) -> "pd.Series[bool]":
    total = pd.Series(False, index=rows.index)
    for name in rows.columns[:6]:
        total |= cells.shown(rows[name]).str.casefold().str.startswith(_TOTALS).astype(bool)
    return total


def take_years(rows: pd.DataFrame, title: str, log: Log, column: str = "year") -> pd.DataFrame:
    """Rows with a readable year; «2024/25» is the year in which the school year ends.

    Returns:
        `rows` with `column` as Int64; rows without a year are reported and left out.
    """
    years = cells.each(rows[column], cells.year, "Int64")
    unread = years.isna()
    log.many(
        "no_year",
        ERROR,
        "в строке нет года (например, 2025 или 2024/2025); строка не принята",
        "Впишите год, в котором заканчивается учебный год.",
        cells.shown(rows.loc[unread, column]),
        title,
    )
    kept = rows[~unread]
    if log.sheet and any(isinstance(cell, str) for cell in kept[column]):  # in CSV everything is text
        log.add(
            "year_as_text",
            WARNING,
            "годы записаны текстом; приняты как числа",
            "Ничего не нужно: при следующей выгрузке задайте столбцу числовой формат.",
            column=title,
        )
    return kept.assign(**{column: years[kept.index]})
