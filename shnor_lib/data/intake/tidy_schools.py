"""Values of the tidy tables that say who a school is: changes of codes, codes in other systems, decisions.

In:   cells under known columns, headings for messages.
Out:  rows with readable keys; what cannot be taken is a finding.
Not:  what the tables do (see `data.crosswalk`, `data.identity`).
"""

from collections.abc import Mapping

import pandas as pd

from shnor_lib.data.findings import ERROR
from shnor_lib.data.identity.codes import number
from shnor_lib.data.intake import cells
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.school_rows import take_logins
from shnor_lib.data.schools import logins


def crosswalk(rows: pd.DataFrame, titles: Mapping[str, str], log: Log) -> pd.DataFrame:
    """Old and new codes as six digits; rows without an old code or a date are left out."""
    taken = take_logins(rows, titles["old_id"], log, column="old_id").drop(columns="login_prefix")
    taken = taken.rename(columns={"school_id": "old_id"})
    taken["new_id"] = logins(taken["new_id"])["school_id"]
    undated = cells.each(taken["from_date"], cells.first_date, "str").isna()
    undated &= cells.each(taken["from_date"], cells.mere_year, "Int64").isna()
    log.many(
        "no_date",
        ERROR,
        "дата перехода кода не распознана; строка не принята",
        "Впишите дату как 01.09.2025 или 2025-09-01.",
        cells.shown(taken.loc[undated, "from_date"]),
        titles["from_date"],
    )
    return taken[~undated]


def school_codes(rows: pd.DataFrame, titles: Mapping[str, str], log: Log) -> pd.DataFrame:
    """Codes as whole numbers in text, years where the table gives them; rows without a code are left out."""
    taken = rows.assign(code=cells.texts(rows["code"]))
    wrong = taken["code"].map(number, na_action="ignore").isna()
    log.many(
        "not_a_code",
        ERROR,
        "код школы в другой системе — целое число; строка не принята",
        "Впишите код цифрами, например 101.",
        cells.shown(taken.loc[wrong, "code"]),
        titles["code"],
        taken["school_id"],
    )
    if "year" in taken:
        shown = taken["year"]
        taken["year"] = cells.each(shown, cells.year, "Int64")
        undated = taken["year"].isna() & cells.shown(shown).ne("")
        log.many(
            "no_year",
            ERROR,
            "год не распознан; строка не принята",
            "Впишите учебный год, с которого код действует, или оставьте ячейку пустой.",
            cells.shown(shown[undated]),
            titles["year"],
        )
        wrong |= undated
    return taken[~wrong]


def school_matches(rows: pd.DataFrame, titles: Mapping[str, str], log: Log) -> pd.DataFrame:
    """Decisions about names; a code that is no login is missing, and the decision then does not hold."""
    named = rows.assign(name=cells.texts(rows["name"])).dropna(subset="name")
    if "school_id" in named:
        named["school_id"] = logins(named["school_id"])["school_id"]
    if "date" in named:
        named["date"] = cells.each(named["date"], cells.first_date, "str").fillna(cells.texts(named["date"]))
    return named
