"""Which municipality a plan belongs to, where its rows do not say it.

In:   rows of `roadmap` or `targets` with their places and, from the readers, the words of their titles.
Out:  `settle`, the same rows with `municipality_id`; rows of nobody are findings and left out.
Not:  what the sheet says under a label, or `files.csv` (see `stated`): the readers have put it in the rows.

A code that belongs to another municipality than the name beside it settles nothing: the row is left out. A
code that the register does not know gives way to the name. A title counts where it names one municipality of
the register: «… Алейского района» is «Алейский район». Where the register has a single municipality, the plan
is its own.
"""

import re

import pandas as pd

from shnor_lib.data.findings import ERROR, INFO, WARNING, Finding
from shnor_lib.data.intake import quoting
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
        # An empty column is one of numbers until it is told otherwise.
        full[name] = full[name].astype("str") if name in full else pd.Series(None, full.index, dtype="str")
    silent = full["municipality_id"].isna() & full["municipality"].isna()
    told = full[TITLES].map(lambda words: named_in(words, ids), na_action="ignore").astype("str")
    alone = ids["municipality"].iloc[0] if ids["municipality_id"].nunique() == 1 else None
    full["municipality"] = full["municipality"].fillna(told.fillna(alone) if alone else told).astype("str")
    lost = full["municipality_id"].isna() & full["municipality"].isna()
    differs, strange = _contradictions(full, ids)
    named = full["municipality"].map(municipality_key, na_action="ignore").isin(set(ids["key"]))
    full["_code"] = full["municipality_id"]
    full["municipality_id"] = full["municipality_id"].mask(strange & named).astype("str")
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
        Flag(
            "municipality_contradicts",
            ERROR,
            differs,
            "код муниципалитета принадлежит не тому муниципалитету, который назван рядом; строка не принята",
            "Оставьте верный код или верное название. Коды муниципалитетов — в таблице schools.",
            "Код муниципалитета",
            full["_code"],
            rejects=True,
        ),
        Flag(
            "municipality_contradicts",
            WARNING,
            strange & ~lost,
            "такого кода муниципалитета в реестре нет; где рядом стоит название, строка принята по нему",
            "Исправьте код или удалите его: достаточно названия.",
            "Код муниципалитета",
            full["_code"].map(quoting.code, na_action="ignore").astype("str"),
        ),
    ]
    kept, found = settle_flags(full.drop(columns=[TITLES, "_code"]), flags)
    return municipality_of_rows(kept, ids), found


def _contradictions(rows: pd.DataFrame, ids: pd.DataFrame) -> "tuple[pd.Series[bool], pd.Series[bool]]":
    """Rows whose code is that of another municipality, and rows with a code that the register has not."""
    if ids.empty:
        nothing = pd.Series(False, index=rows.index)
        return nothing, nothing
    code = rows["municipality_id"]
    keys = rows["municipality"].map(municipality_key, na_action="ignore")
    pairs = set(zip(ids["key"], ids["municipality_id"], strict=True))
    agree = pd.Series([pair in pairs for pair in zip(keys, code, strict=True)], index=rows.index, dtype=bool)
    known = code.isin(set(ids["municipality_id"]))
    return known & keys.isin(set(ids["key"])) & ~agree, code.notna() & ~known


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
