"""Targets: what was planned, what came of it, and whether that is enough (rule R24, seed 001).

In:   targets with their base; persons counted by indicator and year, as bounds where not exact (R8).
Out:  `evaluate`, one row a target: actual value, whether it is reached.
Not:  where the counts come from (see the module `targets` of the façade), words (see `present.targets`).

Shares are compared as fractions of integers: 171 of 1,000 is less than 1.2 times 20 of 140, though both are
printed as 17,1 %.
A relative target without a base, and one of which nothing is known, is neither reached nor missed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from shnor_lib.data.target_indicators import RELATIVE

COLUMNS = ("plan", "base", "share", "count", "of", "actual", "reached", "why", "suppressed")


@dataclass(frozen=True)
class Measured:
    """Persons of an indicator in a year.

    Attributes:
        low: smallest possible number that is counted.
        high: largest possible one.
        of: their base.
        hidden: they must not be shown, nor what would tell them (R25).
    """

    low: int
    high: int
    of: int
    hidden: bool = False


# Indicator, year → what was counted, or None.
Measure = Callable[[str, int], Measured | None]


def evaluate(targets: pd.DataFrame, measure: Measure, until: int) -> pd.DataFrame:
    """Compare targets with what came of them.

    Args:
        targets: indicator, year, goal, value, unit, base_year, base_value, base_count, base_of, actual (as in
            the table `targets`; values are numbers or decimal strings).
        measure: what was counted.
        until: newest year of which results may be used; of a target of a later year the state of this year is
            told, and it is not judged as missed.

    Returns:
        The targets with plan (Float64, the bound in the unit of the target: per cent for shares), base
        (Float64, the same of the base), count, of (Int64, persons; missing where only a value is stated or
        a count is not exact), share (Float64, per cent), actual (Float64, what is compared), reached
        (boolean), why (str): `no_base`, `no_data`, `no_goal`, `bounds` (a count not exact leaves it open),
        `ahead` (the year of the target is still to come and it is not reached yet), `hidden`, or empty, and
        suppressed (bool): the persons of the year must not be shown. Where those of the year or of the base
        are hidden, numbers that tell them are missing, and so is whether the target is reached: with a plan
        of nobody at all, that is a count, too.
    """
    rows = [_evaluated(row, measure, until) for row in targets.to_dict("records")]
    found = pd.DataFrame(rows, columns=list(COLUMNS), index=targets.index)
    kinds = {"count": "Int64", "of": "Int64", "reached": "boolean", "why": "str"}
    kinds |= {"suppressed": "bool"}
    found = found.astype({name: kinds.get(name, "Float64") for name in COLUMNS})
    return targets.drop(columns="actual", errors="ignore").join(found)


def _evaluated(row: Mapping[Any, Any], measure: Measure, until: int) -> dict[str, Any]:
    counted = measure(str(row["indicator"]), min(int(row["year"]), until))
    counted_base = _counted_base(row, measure, until)
    told = _told(row, counted, counted_base, until) | {"suppressed": bool(counted and counted.hidden)}
    secret = dict.fromkeys(("count", "of", "share", "actual") if told["suppressed"] else ())
    if counted_base and counted_base.hidden:
        secret |= dict.fromkeys(("base", "plan"))
    judged = told["reached"] is not None or told["why"] in ("ahead", "bounds")
    return told | secret | ({"reached": None, "why": "hidden"} if secret and judged else {})


def _told(
    row: Mapping[Any, Any], counted: Measured | None, counted_base: Measured | None, until: int
) -> dict[str, Any]:
    """A target with all its numbers, hidden or not."""
    year = int(row["year"])
    base = _base(row, counted_base)
    plan = _plan(row, base)
    told: dict[str, Any] = dict.fromkeys(COLUMNS)
    told |= {"plan": _number(plan), "base": _number(base), "why": ""}
    if counted is not None:
        exact = counted.low == counted.high
        told["count"] = counted.low if exact else None
        # Of a count within bounds the persons would be left over from those of the region (R25).
        told["of"] = counted.of if exact else None
        ends = [_value(end, counted.of, row) for end in (counted.low, counted.high)]
        told["share"] = float(100 * Fraction(counted.low, counted.of)) if exact and counted.of else None
        told["actual"] = _number(ends[0]) if exact else None
    elif (stated := _fraction(row.get("actual"))) is not None:
        ends, told["actual"] = [stated, stated], float(stated)
    else:
        ends = []
    if not isinstance(row.get("goal"), str):
        return told | {"why": "no_goal"}
    if plan is None:
        return told | {"why": "no_base"}
    if not ends:
        return told | {"why": "no_data"}
    verdicts = {end <= plan if _is_upper(row) else end >= plan for end in ends}
    if len(verdicts) > 1:
        return told | {"why": "bounds"}
    reached = verdicts.pop()
    ahead = year > until and not reached
    return told | {"reached": None if ahead else reached, "why": "ahead" if ahead else ""}


def _is_upper(row: Mapping[Any, Any]) -> bool:
    """Whether the plan is not to be exceeded."""
    return str(row["goal"]) in ("at_most", "times_less")


def _plan(row: Mapping[Any, Any], base: Fraction | None) -> Fraction | None:
    """R24: the bound: `actual ≤ base/1.3` for falling, `≥ base·1.2` for rising."""
    value = _fraction(row["value"])
    if value is None or row.get("goal") not in RELATIVE:
        return value
    if base is None or not value:
        return None
    return base * value if row["goal"] == "times_more" else base / value


def _counted_base(row: Mapping[Any, Any], measure: Measure, until: int) -> Measured | None:
    """What was counted in the base year of a relative target that does not state its base itself."""
    if row.get("goal") not in RELATIVE or _stated_base(row) is not None:
        return None
    year = _fraction(row.get("base_year"))
    return None if year is None or year > until else measure(str(row["indicator"]), int(year))


def _base(row: Mapping[Any, Any], counted: Measured | None) -> Fraction | None:
    """Base of a relative target: as stated in persons or in per cent, else as counted in the base year."""
    if row.get("goal") not in RELATIVE:
        return None
    stated = _stated_base(row)
    if stated is not None or counted is None or counted.low != counted.high or not counted.of:
        return stated
    return _value(counted.low, counted.of, row)


def _stated_base(row: Mapping[Any, Any]) -> Fraction | None:
    count, of = _fraction(row.get("base_count")), _fraction(row.get("base_of"))
    if count is not None and of:
        return 100 * count / of
    return _fraction(row.get("base_value"))


def _value(count: int, of: int, row: Mapping[Any, Any]) -> Fraction:
    """A count in the unit of the target: a share in per cent, unless another unit is stated."""
    unit = row.get("unit")
    is_share = row.get("goal") in RELATIVE or not isinstance(unit, str) or unit.strip() in ("", "%", "раза")
    return 100 * Fraction(count, of) if is_share and of else Fraction(count)


def _fraction(value: Any) -> Fraction | None:
    """A number or a decimal string, exactly as it is written; None where there is none."""
    if pd.isna(value):
        return None
    return Fraction(str(value))


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
