"""Plausibility of social passports (METHODOLOGY §3)."""

import pandas as pd

from shnor_lib.data.findings import ERROR, WARNING
from shnor_lib.data.screening.flags import Flag

EXCLUSIVE = (("full_families", "single_parent", "orphans"),)  # a pupil belongs to one of them at most
_TIMES = 3
_SIGMAS = 3  # of the difference of two small counts, which vary by themselves


def count_over_pupils(passport: pd.DataFrame) -> Flag:
    """A category with more pupils than the school has."""
    return Flag(
        "count_over_pupils",
        ERROR,
        passport["count"] > passport["base"],
        "показатель больше числа обучающихся школы; значение не принято",
        "Сверьте показатель и число обучающихся с паспортом школы.",
        _title(passport),
        _shown(passport),
        rejects=True,
    )


def exclusive_over_pupils(passport: pd.DataFrame) -> Flag:
    """Categories that exclude one another and together exceed the pupils."""
    rows = pd.Series(False, index=passport.index)
    for names in EXCLUSIVE:
        part = passport[passport["indicator"].isin(names)]
        total = part.groupby(["school_id", "year"])["count"].transform("sum")
        rows.loc[part.index] = (total > part["base"]).fillna(False)
    return Flag(
        "exclusive_over_pupils",
        WARNING,
        rows,
        "сумма взаимоисключающих категорий больше числа обучающихся",
        "Проверьте, не посчитан ли один ученик дважды.",
        _title(passport),
        _shown(passport),
    )


def all_zero(passport: pd.DataFrame) -> Flag:
    """A passport of zeroes only: an unfilled form. The first row of the school speaks for all."""
    grouped = passport.groupby(["school_id", "year"])["count"]
    empty = (grouped.transform("max") == 0) & (grouped.transform("size") >= 3)
    first = ~passport.duplicated(["school_id", "year"])
    return Flag(
        "all_zero_passport",
        WARNING,
        empty & first,
        "все показатели паспорта равны нулю: вероятно, форма не заполнена",
        "Запросите у школы заполненный паспорт.",
    )


def sudden_change(passport: pd.DataFrame) -> Flag:
    """An indicator that changed threefold from one year to the next, by more than small counts vary.

    Nothing is said about zeroes: an unfilled passport is found by `all_zero`.
    """
    before = passport[["school_id", "indicator", "year", "count"]].copy()
    before["year"] = before["year"] + 1
    before = before.rename(columns={"count": "_before"})
    keys = ["school_id", "indicator", "year"]
    was = passport[keys].merge(before.drop_duplicates(keys), how="left", on=keys)["_before"]
    was = was.set_axis(passport.index)
    now = passport["count"]
    low, high = was.where(was <= now, now), was.where(was >= now, now)
    noise = _SIGMAS * (low + high).astype("Float64") ** 0.5
    return Flag(
        "sudden_change",
        WARNING,
        (low > 0) & (high >= _TIMES * low) & (high - low >= noise),
        "показатель паспорта изменился за год втрое или больше",
        "Уточните показатель у школы.",
        _title(passport),
        was.astype("str") + " → " + now.astype("str"),
    )


def _title(passport: pd.DataFrame) -> "pd.Series[str]":
    """Heading of the indicator in the form, where the table carries it."""
    return passport["title"].fillna(passport["indicator"]) if "title" in passport else passport["indicator"]


def _shown(passport: pd.DataFrame) -> "pd.Series[str]":
    return passport["count"].astype("str") + " из " + passport["base"].astype("str")
