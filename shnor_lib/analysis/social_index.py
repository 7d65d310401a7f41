"""Индекс социального благополучия of schools, and its lower quartile (rule R21, METHODOLOGY §3).

In:   social passports under the codes of the year, the schools judged in the year, the policy of a method.
Out:  `Index`: one row a school, its scaled indicators, the quartile, the weights.
Not:  what a low index means for a school (see `risk`), and similar schools (see `neighbours`).

A passport of an earlier year than `passport_max_age` allows is not used, and which year was used is said.
Nothing is put in the place of a missing indicator: a school lacking too many has no index and is in no
quartile.
A passport that is all zeroes is an unfilled form, not a school without troubles.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil
from typing import Any

import pandas as pd

from shnor_lib.analysis import social_scales
from shnor_lib.analysis.social_scales import Weights
from shnor_lib.data.screening.passports import all_zero
from shnor_lib.methodology.conditions import SocialIndex

FAMILIES = "families_total"  # the indicator that holds the number of families
STATES = ("complete", "incomplete", "not_calculated")
REASONS = ("no_passport", "old_passport", "unfilled", "few_indicators", "no_difference", "no_weights")

_KEY = ["school_id", "year", "indicator"]

_Cells = dict[str, tuple[Any, Any]]  # indicator → count, base


@dataclass(frozen=True)
class Quartile:
    """The lower quartile of the index.

    Attributes:
        schools: schools that have an index.
        bound: Q1; None where there is no school.
        inside: schools at or below it.
        tied: how many of these are more than a quarter, in only because their index equals Q1.
    """

    schools: int
    bound: Fraction | None
    inside: int
    tied: int


@dataclass(frozen=True)
class Index:
    """The index of a year.

    Attributes:
        year: year of the index.
        policy: rule R21 of the method.
        values: exact index by school, only where it was calculated.
        table: one row a school: school_id (str), passport_year (Int64), earlier (boolean: the passport is
            of an earlier year), pupils, indicators (Int64: of the passport, of those the method asks for),
            asked (int), state (one of `STATES`), reason (one of `REASONS`, missing where calculated), index
            (Float64; 0–100, standard deviations with `zscore`), low (boolean: index ≤ Q1, missing where not
            calculated).
        scaled: one row a school and indicator: school_id, indicator, share (Float64, 0–1), scaled (Float64).
        quartile: Q1, and who is under it.
        weights: weights of the indicators that vary.
        silent: indicators that are equal in all schools and decide nothing.
        absent: indicators that no school has.
    """

    year: int
    policy: SocialIndex
    values: Mapping[str, Fraction]
    table: pd.DataFrame
    scaled: pd.DataFrame
    quartile: Quartile
    weights: Weights
    silent: tuple[str, ...]
    absent: tuple[str, ...]

    @cached_property
    def counts(self) -> dict[str, int]:
        """Number of schools by state."""
        found = self.table["state"].value_counts()
        return {state: int(found.get(state, 0)) for state in STATES}


@dataclass(frozen=True)
class _Passport:
    """What the passport of one school says: year, pupils, exact shares of the indicators of the method."""

    year: int | None
    pupils: int | None
    shares: Mapping[str, Fraction]
    reason: str = ""


def joined(passports: pd.DataFrame) -> pd.DataFrame:
    """One row a school, year and indicator, where schools were merged since (R17).

    Counts and bases of the predecessors are added up; an indicator that one of them lacks is left out.
    """
    several = passports.duplicated(_KEY, keep=False)
    if not several.any():
        return passports
    grouped = passports.groupby(_KEY, sort=False)
    summed = (
        grouped[["count", "base"]]
        .sum(min_count=1)
        .mask(grouped[["count", "base"]].count().lt(grouped.size(), axis=0))
    )
    summed = summed.reset_index()
    parts = grouped.size().reset_index(name="parts")
    most = parts.groupby(["school_id", "year"])["parts"].transform("max")
    return summed[parts["parts"].eq(most).to_numpy(dtype=bool)].reset_index(drop=True)


def compute(passports: pd.DataFrame, school_ids: Sequence[str], policy: SocialIndex, year: int) -> Index:
    """The index of every school of a year.

    Args:
        passports: tidy social_passport under the codes of the year, one row a key (see `joined`).
        school_ids: the schools judged in the year; they are the reference set.
        policy: rule R21 of a method.
        year: year of the index.
    """
    found = _passports(passports, school_ids, policy, year)
    shares = {
        entry.indicator: {
            school: of.shares[entry.indicator]
            for school, of in found.items()
            if not of.reason and entry.indicator in of.shares
        }
        for entry in policy.indicators
    }
    signs = {entry.indicator: entry.sign for entry in policy.indicators}
    places = {name: social_scales.scaled(of, policy.scaling, signs[name]) for name, of in shares.items()}
    varying = {name: of for name, of in places.items() if of is not None}
    weights = social_scales.weigh(policy, varying)
    values, reasons = {}, {}
    for school, of in found.items():
        reason = of.reason or _lacking(of, policy, varying, weights)
        if reason:
            reasons[school] = reason
        else:
            used = [name for name in of.shares if name in varying]
            total = sum((weights.by_indicator[name] for name in used), Fraction(0))
            values[school] = (
                sum((weights.by_indicator[name] * varying[name][school] for name in used), Fraction(0))
                / total
            )
    quartile = lower_quartile(list(values.values()), policy.quartile)
    return Index(
        year=year,
        policy=policy,
        values=values,
        table=_table(found, values, reasons, quartile.bound, policy, year),
        scaled=_long(shares, varying),
        quartile=quartile,
        weights=weights,
        silent=tuple(name for name, of in places.items() if of is None and shares[name]),
        absent=tuple(name for name, of in shares.items() if not of),
    )


def lower_quartile(values: Sequence[Fraction], method: str) -> Quartile:
    """Q1 and the schools at or below it, ties included.

    Args:
        values: exact index of the schools that have one.
        method: `nearest_rank`: the ⌈n/4⌉-th smallest; `linear`: between two ranks (type 7).
    """
    if not values:
        return Quartile(0, None, 0, 0)
    ordered, n = sorted(values), len(values)
    if method == "nearest_rank":
        quarter = ceil(Fraction(n, 4))
        bound = ordered[quarter - 1]
    else:
        place = Fraction(n - 1, 4)
        below, part = int(place), place - int(place)
        quarter = below + 1
        bound = ordered[below] + part * (ordered[min(below + 1, n - 1)] - ordered[below])
    inside = sum(value <= bound for value in ordered)
    return Quartile(n, bound, inside, inside - quarter)


def rank_correlation(index: Index, shares: Mapping[str, Fraction]) -> tuple[int, float | None]:
    """Sanity check: schools with both, and Spearman's correlation of the index with the share of «2».

    A sound index goes with fewer failures: the correlation is negative. None under three schools, or where
    one of the two does not vary.

    Args:
        index: of a year.
        shares: exact share of those who failed by school, all series together.
    """
    both = [school for school in index.values if school in shares]
    # Ranks of exact fractions, so that equal values are ties whatever their floats are.
    ranks = [
        pd.Series(pd.Categorical([of[school] for school in both], ordered=True).codes).rank()
        for of in (index.values, shares)
    ]
    if len(both) < 3 or any(rank.nunique() < 2 for rank in ranks):
        return len(both), None
    return len(both), float(ranks[0].corr(ranks[1]))


def _passports(
    passports: pd.DataFrame, school_ids: Sequence[str], policy: SocialIndex, year: int
) -> dict[str, _Passport]:
    """The newest passport of every school, with why it cannot be used."""
    wanted = passports["school_id"].isin(list(school_ids)) & passports["year"].le(year)
    rows = passports[wanted.to_numpy(dtype=bool)].reset_index(drop=True)
    rows = rows[rows["year"].eq(rows.groupby("school_id")["year"].transform("max"))]
    unfilled = set(rows.loc[all_zero(rows).rows.fillna(value=False).to_numpy(dtype=bool), "school_id"])
    years = dict(zip(rows["school_id"], rows["year"].tolist(), strict=True))
    cells: dict[str, _Cells] = {school: {} for school in years}
    told = (rows[name].tolist() for name in ("school_id", "indicator", "count", "base"))
    for school, indicator, count, base in zip(*told, strict=True):
        cells[school][indicator] = (count, base)
    bases = {entry.indicator: entry.base for entry in policy.indicators}

    def read(school: str) -> _Passport:
        if school not in years:
            return _Passport(None, None, {}, "no_passport")
        old = year - years[school] > policy.passport_max_age
        reason = "old_passport" if old else "unfilled" if school in unfilled else ""
        bases_told = [base for name, (_, base) in cells[school].items() if name != FAMILIES]
        pupils = max((int(base) for base in bases_told if not pd.isna(base)), default=None)
        return _Passport(years[school], pupils, dict(_shares(cells[school], bases)), reason)

    return {school: read(school) for school in school_ids}


def _shares(cells: _Cells, bases: Mapping[str, str]) -> Iterator[tuple[str, Fraction]]:
    """Exact shares of one school; none where a count, its base or sense is missing."""
    families = cells.get(FAMILIES, (pd.NA, pd.NA))[0]
    for name, of in bases.items():
        count, pupils = cells.get(name, (pd.NA, pd.NA))
        base = families if of == "families" else pupils
        if not pd.isna(count) and not pd.isna(base) and 0 <= count <= base and base > 0:
            yield name, Fraction(int(count), int(base))


def _lacking(of: _Passport, policy: SocialIndex, varying: Mapping[str, object], weights: Weights) -> str:
    """Why a usable passport gives no index; empty where it does."""
    if len(of.shares) < policy.share_needed * len(policy.indicators) or not of.shares:
        return "few_indicators"
    if weights.refusal:
        return "no_weights"
    return "" if any(name in varying for name in of.shares) else "no_difference"


def _table(
    found: Mapping[str, _Passport],
    values: Mapping[str, Fraction],
    reasons: Mapping[str, str],
    bound: Fraction | None,
    policy: SocialIndex,
    year: int,
) -> pd.DataFrame:
    asked = len(policy.indicators)
    rows = [
        {
            "school_id": school,
            "passport_year": of.year,
            "earlier": None if of.year is None else of.year < year,
            "pupils": of.pupils,
            "indicators": None if of.year is None else len(of.shares),
            "asked": asked,
            "state": STATES[2] if school in reasons else STATES[0 if len(of.shares) == asked else 1],
            "reason": reasons.get(school),
            "index": float(values[school]) if school in values else None,
            "low": None if school not in values or bound is None else values[school] <= bound,
        }
        for school, of in found.items()
    ]
    columns = ["school_id", "passport_year", "earlier", "pupils", "indicators", "asked", "state", "reason"]
    return pd.DataFrame(rows, columns=[*columns, "index", "low"]).astype(
        {
            "school_id": "str",
            "passport_year": "Int64",
            "earlier": "boolean",
            "pupils": "Int64",
            "indicators": "Int64",
            "asked": "int64",
            "state": "str",
            "reason": "str",
            "index": "Float64",
            "low": "boolean",
        }
    )


def _long(
    shares: Mapping[str, Mapping[str, Fraction]], varying: Mapping[str, Mapping[str, Fraction]]
) -> pd.DataFrame:
    rows = [
        (school, name, float(share), float(varying[name][school]) if name in varying else None)
        for name, of in shares.items()
        for school, share in of.items()
    ]
    frame = pd.DataFrame(rows, columns=["school_id", "indicator", "share", "scaled"])
    return frame.astype({"school_id": "str", "indicator": "str", "share": "Float64", "scaled": "Float64"})
