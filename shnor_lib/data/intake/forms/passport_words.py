"""Names of passport indicators as people write them: «Число обучающихся с ОВЗ, чел.», «1.2. Дети-инвалиды».

In:   a heading or the label of a row.
Out:  `find`, the column of `maps/social_passport_wide.csv`; `is_share`, whether it is a per cent.
Not:  guesses: what is left after trimming must stand in the map.
"""

import re
from functools import lru_cache

from shnor_lib.data.intake import cells, columns

FORM = "social_passport_wide"
BASE = "pupils_total"
_TRIMMED = (
    re.compile(r"^\d{1,2}(?:\.\d{1,2})*[.)]?\s+"),  # 1.2.
    re.compile(r"^(?:из них|в том числе|в т\.?\s?ч\.?)[:,]?\s+"),
    re.compile(r"[,;]?\s*\(?(?:чел|человек|кол-во|количество)\.?\)?$"),
    re.compile(r"^(?:общее\s+)?(?:количество|число|кол-во|численность)\s+"),
    re.compile(r"^(?:обучающихся|учащихся|детей|учеников|школьников)[,]?\s+"),
    re.compile(r"^(?:воспитывающихся|проживающих|состоящих)\s+"),
)
_SHARE = re.compile(r"%|\bдоля\b|процент|удельный вес", re.IGNORECASE)


@lru_cache(maxsize=4096)
def find(words: str) -> str | None:
    """Column of the map, None where the words are not in it.

    A per cent beside a count is none of the indicators.
    """
    if is_share(words):
        return None
    known = columns.synonyms(FORM)
    plain = cells.heading(words)
    if plain in known:
        return known[plain]
    for pattern in _TRIMMED:
        plain = pattern.sub("", plain).strip(" ,.;:")
        if plain in known:
            return known[plain]
    return None


def is_share(words: str) -> bool:
    """Whether a heading is about per cents."""
    return bool(_SHARE.search(words))


def is_indicator(name: str | None) -> bool:
    """Whether a column of the map is an indicator, not a key or the base."""
    return name in _indicators()


@lru_cache(maxsize=1)
def _indicators() -> frozenset[str]:
    return frozenset(row["column"] for row in columns.read_map(FORM) if row["kind"] == "count")
