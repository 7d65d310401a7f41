"""What a person has decided about names without a code, and which of these decisions hold (R17).

In:   the tidy table `school_matches`: name and municipality as the files write them, school_id, decision.
Out:  `Book`, decisions by name; `faults`, rows that cannot be followed, and why.
Not:  the likeness of names: a decision holds for the name that it states, letter by letter but for case,
      spaces and «ё», within the municipality that it states.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from shnor_lib.data.identity.names import is_school
from shnor_lib.data.schools import municipality_key

ACCEPTED, REJECTED = "accepted", "rejected"
NO_SCHOOL = "match_without_school"
NO_SUCH_SCHOOL = "match_unknown_school"
CONTRADICTION = "match_contradiction"
NOT_A_NAME = "match_not_a_school"
# fault → what is wrong, what to do
WORDS: Mapping[str, tuple[str, str]] = {
    NO_SCHOOL: (
        "решение «принято», но код школы не указан или это не шесть цифр; решение не применено",
        "Впишите шесть цифр логина школы.",
    ),
    NO_SUCH_SCHOOL: (
        "решение ссылается на код, которого нет ни в реестре, ни в переходах кодов; решение не применено",
        "Исправьте код или добавьте школу в реестр. Коды школ: shnor schools list",
    ),
    CONTRADICTION: (
        "об этом названии в этом муниципалитете есть другое решение; не применено ни одно из них",
        "Оставьте одно верное решение.",
    ),
    NOT_A_NAME: (
        "это не название школы (должность, имя человека или пометка); решение не применено",
        "Удалите строку.",
    ),
}

Key = tuple[str, str]


def key(name: str | float | None, municipality: str | float | None) -> Key:
    """Name and municipality in the form in which decisions are looked up."""
    words = "" if pd.isna(name) else str(name)
    place = "" if pd.isna(municipality) else str(municipality)
    return " ".join(words.casefold().replace("ё", "е").split()), municipality_key(place)


@dataclass(frozen=True)
class Book:
    """Decisions that hold.

    Attributes:
        schools: name and municipality → six digits, None where the name was decided to be no school.
    """

    schools: Mapping[Key, str | None] = field(default_factory=dict)

    def has(self, name: Key) -> bool:
        """Whether somebody has decided."""
        return name in self.schools


def decided(matches: pd.DataFrame) -> pd.DataFrame:
    """Rows with a decision; proposals that nobody has decided yet are left out."""
    if matches.empty or "decision" not in matches:
        return matches.iloc[:0]
    return matches[matches["decision"].isin([ACCEPTED, REJECTED])]


def faults(matches: pd.DataFrame, known: frozenset[str]) -> "pd.Series[str]":
    """Why a decision cannot be followed: a key of `WORDS` for each row, empty where it can.

    Args:
        matches: rows with a decision (see `decided`).
        known: six digits of all schools of the register and of the crosswalk.
    """
    matches = with_schools(matches)
    accepted = matches["decision"].eq(ACCEPTED)
    looked_up = pd.Series(keys(matches), index=matches.index, dtype=object)
    meant = matches["school_id"].where(accepted, "").fillna("")
    several = meant.groupby(looked_up).transform("nunique").gt(1)
    found = pd.Series("", index=matches.index, dtype="str")
    found = found.mask(accepted & ~meant.isin(known), NO_SUCH_SCHOOL)
    found = found.mask(accepted & meant.eq(""), NO_SCHOOL)
    found = found.mask(several, CONTRADICTION)
    return found.mask(~matches["name"].map(is_school).astype(bool), NOT_A_NAME)


def book(matches: pd.DataFrame) -> Book:
    """The book of decisions without faults."""
    schools = with_schools(matches)["school_id"].where(matches["decision"].eq(ACCEPTED)).astype(object)
    pairs = zip(keys(matches), schools, strict=True)
    return Book({name: None if pd.isna(school) else str(school) for name, school in pairs})


def with_schools(matches: pd.DataFrame) -> pd.DataFrame:
    """The rows with the column of codes, which a table of mere refusals may lack."""
    nobody = pd.Series(None, index=matches.index, dtype="str")
    return matches if "school_id" in matches else matches.assign(school_id=nobody)


def keys(matches: pd.DataFrame) -> list[Key]:
    """The form in which each row is looked up."""
    places = matches["municipality"] if "municipality" in matches else [None] * len(matches)
    return [key(name, place) for name, place in zip(matches["name"], places, strict=True)]
