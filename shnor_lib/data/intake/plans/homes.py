"""Which municipality a plan belongs to, where its rows do not say it.

In:   rows of `roadmap` or `targets` with their places and, from the readers, the words of their titles.
Out:  `settle`, the same rows with `municipality_id`; rows of nobody are findings and left out.
Not:  what the sheet says under a label, or `files.csv` (see `stated`): the readers have put it in the rows.

A title counts where it names one municipality of the register: «… Алейского района» is «Алейский район».
Where the register has a single municipality, the plan is its own.
"""

import re

import pandas as pd

from shnor_lib.data.findings import ERROR, INFO, Finding
from shnor_lib.data.intake.plans.stated import TITLES
from shnor_lib.data.intake.school_register import municipality_of_rows
from shnor_lib.data.schools import municipality_key
from shnor_lib.data.screening.flags import Flag
from shnor_lib.data.screening.flags import settle as settle_flags

_ENDING = 3  # letters of a word that its case changes, at most
_SHORTEST = 3  # letters of a stem at least


def settle(rows: pd.DataFrame, ids: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Rows with a municipality.

    Args:
        rows: with `PLACE`, and as far as known `municipality_id`, `municipality`, `stated.TITLES` (str).
        ids: municipalities of the register: key, municipality, municipality_id (str).
    """
    full = rows.reset_index(drop=True)
    for name in ("municipality_id", "municipality", TITLES):
        if name not in full:
            full[name] = pd.Series(None, index=full.index, dtype="str")
    silent = full["municipality_id"].isna() & full["municipality"].isna()
    told = full[TITLES].map(lambda words: named_in(words, ids), na_action="ignore").astype("str")
    alone = ids["municipality"].iloc[0] if ids["municipality_id"].nunique() == 1 else None
    full["municipality"] = full["municipality"].fillna(told.fillna(alone) if alone else told).astype("str")
    lost = full["municipality_id"].isna() & full["municipality"].isna()
    first = ~full.duplicated(["file", "sheet"])
    flags = [
        Flag(
            "municipality_of_plan",
            INFO,
            silent & ~lost & first,
            "муниципалитет не указан в таблице; взят из заголовка листа или как единственный в реестре",
            "Если он другой, впишите его в files.csv, столбец municipality.",
            values=full["municipality"],
        ),
        Flag(
            "plan_without_municipality",
            ERROR,
            lost,
            "не указано, к какому муниципалитету относится строка; строка не принята",
            "Добавьте столбец «Муниципалитет», строку «Муниципалитет: …» над таблицей или впишите его в "
            "files.csv, столбец municipality.",
            rejects=True,
        ),
    ]
    kept, found = settle_flags(full.drop(columns=TITLES), flags)
    return municipality_of_rows(kept, ids), found


def named_in(words: str, ids: pd.DataFrame) -> str | None:
    """The municipality whose name stands in the words in any case; None where none or several do."""
    key = municipality_key(words)
    found = {
        str(row["municipality_id"]): str(row["municipality"])
        for row in ids.to_dict("records")
        if _pattern(str(row["key"])).search(key)
    }
    return next(iter(found.values())) if len(found) == 1 else None


def _pattern(key: str) -> re.Pattern[str]:
    stems = [word[: max(len(word) - _ENDING, _SHORTEST)] for word in key.split()]
    return re.compile(
        r"(?<![а-яa-z])"
        + r"\s+".join(rf"{re.escape(stem)}[а-яa-z]{{0,5}}" for stem in stems)
        + r"(?![а-яa-z])"
    )
