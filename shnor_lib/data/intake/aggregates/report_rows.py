"""Rows of the reports of the ФИС ОКО made rows of tables: series named, words of the report dropped.

In:   rows of schools with the year, grade and subject of their block (see `report`).
Out:  rows with a series (`with_series`), without repetitions (`distinct`), and the schools (`sightings`).
Not:  what stands in the columns.
"""

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd

from shnor_lib.data import series
from shnor_lib.data.findings import ERROR, WARNING
from shnor_lib.data.intake import cells, quoting
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.reading import with_place

FIRST_ATTEMPT = "first"  # ВПР are not retaken
_NAMES = ["login_prefix", "name", "municipality_code", "municipality", "region_id", "region"]
_SIGHTING = ["school_id", "year", *_NAMES]
_WORDS = [*_NAMES, "grade", "subject", "block", "label_row"]


def sightings(rows: pd.DataFrame, sheet: Sheet) -> pd.DataFrame:
    """Schools as the rows name them."""
    return with_place(rows[_SIGHTING], sheet)


def without_words(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows without the words of the report that no table keeps."""
    return rows.drop(columns=_WORDS, errors="ignore")


def distinct(rows: pd.DataFrame, columns: Sequence[str], log: Log) -> pd.DataFrame:
    """Rows of schools of which one that stands twice, cell by cell, is taken once."""
    shown = rows[["school_id", "series", "year"]].join(rows[list(columns)].apply(cells.shown))
    again = shown.duplicated()
    log.many(
        "doubled_rows",
        WARNING,
        "строка школы повторена; учтена один раз",
        "Удалите повтор; на результат он не влияет.",
        rows.loc[again, "series"],
        school_ids=rows["school_id"],
    )
    return rows[~again]


def with_series(rows: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Rows whose block names year, grade and a known subject; the rest are reported once a block."""
    ids: dict[tuple[Any, Any, str], str] = {}
    for year, grade, subject in rows[["year", "grade", "subject"]].drop_duplicates().itertuples(index=False):
        if pd.isna(year) or pd.isna(grade):
            log.add(
                "no_year_or_grade",
                ERROR,
                "над таблицей нет заголовка вида «ВПР 2021. 5 класс»; строки блока не приняты",
                "Верните строку заголовка отчёта или выгрузите его заново.",
            )
            continue
        found = _series(subject, int(grade))
        if found is not None:
            ids[(year, grade, subject)] = found
        else:
            log.add(
                "unknown_subject",
                WARNING,
                f"предмет «{subject}» не входит в перечень; строки блока не приняты",
                "Проверьте название предмета в строке «Предмет:».",
                value=subject,
                quoted=quoting.worded,
            )
    keys = list(zip(rows["year"], rows["grade"], rows["subject"], strict=True))
    named = rows.assign(series=pd.array([ids.get(key) for key in keys], dtype="str"), attempt=FIRST_ATTEMPT)
    known = named[named["series"].notna()]
    return known.astype({"year": "Int64", "grade": "Int64", "series": "str"})


def _series(subject: str, grade: int) -> str | None:
    for words in (subject, cells.heading(subject)):  # the latter with Latin letters among Cyrillic undone
        try:
            return series.make_id("ВПР", *series_subject(words, grade))
        except ValueError:
            continue
    return None


def series_subject(subject: str, grade: int) -> tuple[str, int, str | None]:
    """Subject, grade and level for `series.make_id`: «Математика (углублённый уровень)» → level `adv`.

    Works of two levels (ВПР 7–8 since 2025) are separate series.
    """
    plain = cells.text(subject)
    bare = re.sub(r"\s*[(,].*$", "", plain)
    low = plain.casefold().replace("ё", "е")
    level = "adv" if "углубл" in low else "base" if "базов" in low else None
    return bare, grade, level
