"""Schools that a name without a code may mean: proposals with scores, for a person to decide (R17).

In:   names as files write them, and the register.
Out:  `propose`, one row a name: the best candidate, the runner-up, and how clear the matter is.
Not:  a decision: a row is attached to a school only by an accepted row of `school_matches`.

Only schools of the named municipality are candidates; where no municipality is named, or none of this name
is known, all schools are, and such a proposal is clear only when no other school comes near. Schools whose
numbers or kinds differ are never a clear match, however alike the letters are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from rapidfuzz import fuzz

from shnor_lib.data.identity import names
from shnor_lib.data.schools import municipality_key

CLEAR, AMBIGUOUS, NONE = "clear", "ambiguous", "none"
CLARITIES = (CLEAR, AMBIGUOUS, NONE)
_SURE = 88  # points of a hundred from which a candidate is clear …
_MARGIN = 8  # … if the runner-up is so many points behind
_LEAST = 55  # a candidate below is no candidate
_OTHER_NUMBER, _NO_NUMBER, _OTHER_KIND = 40, 20, 15  # points taken off
_HONOUR = 3  # points taken off where only one of two names says whose name the school bears
OUT = (
    "name",
    "municipality",
    "sheets",
    "clarity",
    "candidate_id",
    "candidate",
    "score",
    "second_id",
    "second",
    "second_score",
)


@dataclass(frozen=True)
class _Known:
    """A school with one of its names in compared form, whole and without what it is named after."""

    school_id: str
    shown: str
    normal: str
    plain: str
    home: str


def propose(unsettled: pd.DataFrame, register: pd.DataFrame) -> pd.DataFrame:
    """The likeliest school for each name.

    Args:
        unsettled: `name`, `municipality` (str, may be missing) and `sheets` (in how many sheets it stands).
        register: tidy `schools`, any years: a school is known by all its names, candidates are those that
            the newest year holds and that are not closed.

    Returns:
        Columns `OUT`: candidate and runner-up as six digits and name (missing where there is none), scores of
        0–100 (Int64), clarity `clear`, `ambiguous` or `none`; in the order of municipalities and names.
    """
    known = _known(register)
    homes = {school.home for school in known}
    rows = []
    for name, municipality, count in zip(
        unsettled["name"].astype(str),
        unsettled["municipality"].astype("str").fillna(""),
        unsettled["sheets"],
        strict=True,
    ):
        home = municipality_key(municipality)
        near = [school for school in known if school.home == home] if home in homes else known
        rows.append((name, municipality, int(count), *_best(name, municipality, near)))
    found = pd.DataFrame(rows, columns=list(OUT))
    texts = dict.fromkeys(("name", "municipality", "clarity", *OUT[4:6], *OUT[7:9]), "str")
    found = found.astype({**texts, **dict.fromkeys(("sheets", "score", "second_score"), "Int64")})
    return found.sort_values(["municipality", "name"], ignore_index=True)


def _known(register: pd.DataFrame) -> list[_Known]:
    """Names of schools that a name may mean today."""
    named = register.dropna(subset=["name"])
    if named.empty:
        return []
    ordered = named.sort_values("year", kind="stable")
    newest = ordered.drop_duplicates("school_id", keep="last")
    today = newest[(newest["year"] == register["year"].max()).fillna(False).astype(bool)]
    if "status" in today:
        today = today[today["status"].ne("closed").fillna(True).astype(bool)]
    shown = dict(zip(today["school_id"], today["name"], strict=True))
    home = {row["school_id"]: str(row.get("municipality") or "") for row in today.to_dict("records")}
    ever = ordered[ordered["school_id"].isin(shown)][["school_id", "name"]].drop_duplicates()
    return [
        _Known(
            school,
            shown[school],
            names.normal(name, home[school]),
            names.without_honour(name, home[school]),
            municipality_key(home[school]),
        )
        for school, name in zip(ever["school_id"], ever["name"], strict=True)
    ]


def _best(name: str, municipality: str, near: Sequence[_Known]) -> tuple[object, ...]:
    wanted, plain = names.normal(name, municipality), names.without_honour(name, municipality)
    scores: dict[str, tuple[int, str]] = {}
    for school in near:
        points = score(wanted, school.normal)
        if plain != wanted or school.plain != school.normal:  # honours come and go
            points = max(points, score(plain, school.plain) - _HONOUR)
        if points >= _LEAST and points > scores.get(school.school_id, (-1, ""))[0]:
            scores[school.school_id] = (points, school.shown)
    ranked = sorted(scores.items(), key=lambda item: (-item[1][0], item[0]))[:2]
    cells: list[object] = []
    for at in range(2):
        if at < len(ranked):
            school_id, (points, shown) = ranked[at]
            cells += [school_id, shown, points]
        else:
            cells += [None, None, None]
    if not ranked:
        return NONE, *cells
    first = ranked[0][1][0]
    margin = first - (ranked[1][1][0] if len(ranked) > 1 else 0)
    return CLEAR if first >= _SURE and margin >= _MARGIN else AMBIGUOUS, *cells


def score(wanted: str, known: str) -> int:
    """How alike two names in compared form are, 0–100; 100 means the same words in any order."""
    points = fuzz.token_sort_ratio(wanted, known)
    one, other = names.numbers(wanted), names.numbers(known)
    if one != other:
        points -= _OTHER_NUMBER if one and other else _NO_NUMBER
    kinds = {names.kind(wanted), names.kind(known)} - {""}
    if len(kinds) > 1:
        points -= _OTHER_KIND
    return max(0, round(points))
