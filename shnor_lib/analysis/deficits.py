r"""Resource deficits of schools and what became of them between two audits (R23, METHODOLOGY §4.2–4.3).

In:   the tidy `deficits` table, the context form, the register, the triggers of a method.
Out:  `Deficits`: the state of every deficit, one row a school, one row a parameter.

Set semantics per school: eliminated = D(first) \ D(second), persistent = ∩, new = D(second) \ D(first).
A school without a second audit has unknown states, not eliminated ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from shnor_lib.methodology.conditions import Parameter, Trigger

STATES = ("eliminated", "persistent", "new", "unknown")


@dataclass(frozen=True)
class Deficits:
    """Deficits of the schools of one register in one or two waves.

    Attributes:
        waves: first and second wave, the second None where only one audit is known.
        items: one row a school and code: school_id, code, factor, parameter, significance, state
            (one of `STATES`), value, source.
        table: one row a school: school_id, baseline, second (deficits in each wave), eliminated,
            persistent, new (Int64, missing where unknown), known (bool: audited in both waves),
            audited (bool: audited at all).
    """

    waves: tuple[str, str | None]
    items: pd.DataFrame
    table: pd.DataFrame

    @cached_property
    def by_code(self) -> pd.DataFrame:
        """One row a parameter: code, names, schools in each wave, schools by what became of it."""
        states = pd.crosstab(self.items["code"], self.items["state"])
        states = states.reindex(columns=list(STATES), fill_value=0)
        names = self.items.drop_duplicates("code").set_index("code")[["factor", "parameter"]]
        frame = names.join(states)
        frame["schools_first"] = frame["eliminated"] + frame["persistent"] + frame["unknown"]
        frame["schools_second"] = frame["persistent"] + frame["new"]
        columns = ["factor", "parameter", "schools_first", "schools_second", *STATES[:3]]
        ordered = frame.reset_index()
        ordered = ordered.iloc[ordered["code"].map(_code_order).argsort(kind="stable")]
        return ordered[["code", *columns]].reset_index(drop=True)

    @cached_property
    def matrix(self) -> pd.DataFrame:
        """State of each deficit: school_id (index) × code (columns), missing where there is none."""
        wide = self.items.pivot_table(index="school_id", columns="code", values="state", aggfunc="first")
        return wide[sorted(wide.columns, key=_code_order)]

    @property
    def has_now(self) -> pd.Series:
        """Whether a school has deficits by its latest audit; aligned with `table`."""
        table = self.table
        return (table["second"].where(table["known"], table["baseline"]) > 0).fillna(value=False).astype(bool)

    @property
    def summary(self) -> dict[str, int]:
        """Numbers of schools by what is known of their deficits.

        Both readings of «устранены» are given (§4.3); their base is `audited_twice_with_deficits`.
        """
        table = self.table
        twice = table["known"] & (table["baseline"] > 0).fillna(value=False)
        return {
            "schools": len(table),
            "audited": int(table["audited"].sum()),
            "with_deficits": int(self.has_now.sum()),
            "with_deficits_first": int((table["baseline"] > 0).sum()),
            "audited_twice": int(table["known"].sum()),
            "audited_twice_with_deficits": int(twice.sum()),
            "all_eliminated": int((twice & table["eliminated"].eq(table["baseline"])).sum()),
            "any_eliminated": int((twice & (table["eliminated"] > 0)).sum()),
        }


def compare_waves(
    deficits: pd.DataFrame, school_ids: Sequence[str], waves: tuple[str, str | None]
) -> Deficits:
    """States of all deficits between two waves (R23).

    Args:
        deficits: school_id, wave, code, significance, value, source; factor and parameter where known.
            A school that was audited and has no deficit stands in it with an empty code.
        school_ids: the schools to report on; others are left out.
        waves: first and second wave; the second may be None.
    """
    first_wave, second_wave = waves
    rows = deficits[deficits["school_id"].isin(list(school_ids))]
    first = rows[rows["wave"].eq(first_wave)]
    second = rows[rows["wave"].eq(second_wave)] if second_wave else rows.iloc[:0]
    # The only audit of a school is its first one, whenever it took place.
    late = second["school_id"].isin(first["school_id"])
    first, second = pd.concat([first, second[~late]], ignore_index=True), second[late]
    audited = pd.Index(first["school_id"].unique())
    twice = pd.Index(second["school_id"].unique())
    items = _states(first, second, twice)
    return Deficits(waves, items, _by_school(items, list(school_ids), audited, twice))


def from_context(context: pd.DataFrame, triggers: Sequence[Trigger], year: int) -> pd.DataFrame:
    """Deficits that the context form of a year shows, as rows of the tidy `deficits` table.

    Args:
        context: school_id, year, indicator, value, source.
        triggers: bounds of the method; with a `base`, `value` is per cent of that indicator.
        year: year of the form; it becomes the wave.

    Returns:
        school_id, wave, code, factor, parameter, significance, value, source. A school that answered has one
        row with an empty code too, so that one without deficits is not taken for one never asked.
    """
    rows = context[context["year"].eq(year)]
    wide = rows.pivot_table(index="school_id", columns="indicator", values="value", aggfunc="last")
    found = [_triggered(wide, trigger) for trigger in triggers if trigger.indicator in wide]
    answered = pd.DataFrame({"school_id": wide.index, "code": ""})
    frame = pd.concat([answered, *found], ignore_index=True)
    sources = rows.drop_duplicates("school_id").set_index("school_id")["source"]
    frame["wave"] = str(year)
    frame["source"] = frame["school_id"].map(sources)
    columns = ["school_id", "wave", "code", "factor", "parameter", "significance", "value", "source"]
    return frame.reindex(columns=columns)


def _triggered(wide: pd.DataFrame, trigger: Trigger) -> pd.DataFrame:
    value = wide[trigger.indicator].astype("Float64")
    if trigger.base is not None:
        base = wide[trigger.base].astype("Float64") if trigger.base in wide else value.mask(value.notna())
        # The bound is a per cent of the base: compared without dividing, and nothing where the base is 0.
        value, scale = 100 * value, base.mask(base <= 0)
    else:
        scale = value.mask(value.notna(), 1.0)
    over = _beyond(trigger, value, scale).fillna(value=False).astype(bool)
    return pd.DataFrame(
        {
            "school_id": wide.index[over],
            "code": trigger.code,
            "factor": trigger.factor,
            "parameter": trigger.parameter,
            "significance": trigger.significance,
            "value": (value / scale)[over].to_numpy(),
        }
    )


def _beyond(trigger: Trigger, value: pd.Series, scale: pd.Series) -> pd.Series:
    """Where the value lies beyond the one bound that the trigger has."""
    if trigger.at_least is not None:
        return value >= trigger.at_least * scale
    if trigger.at_most is not None:
        return value <= trigger.at_most * scale
    if trigger.above is not None:
        return value > trigger.above * scale
    return value < (trigger.below or 0.0) * scale


def named(audits: pd.DataFrame, parameters: Sequence[Parameter]) -> pd.DataFrame:
    """The same audits with the names that the method gives to the codes, where the file names none.

    Args:
        audits: rows of the tidy `deficits` table; `factor` and `parameter` may be missing.
        parameters: factors and parameters of the audit with their codes (seed 004).
    """
    named = audits.copy()
    for column in ("factor", "parameter"):
        names = {item.code: getattr(item, column) for item in parameters}
        known = pd.Series(audits["code"].map(names), dtype="str")
        named[column] = audits[column].fillna(known) if column in audits else known
    return named


def _states(first: pd.DataFrame, second: pd.DataFrame, twice: pd.Index) -> pd.DataFrame:
    """One row a school and code, with its state; the details of the later audit that names it."""
    key = ["school_id", "code"]
    marked = pd.concat([first.assign(in_first=True), second.assign(in_second=True)], ignore_index=True)
    marked = marked[marked["code"].fillna("").ne("")]
    for name in ("factor", "parameter", "in_first", "in_second"):
        if name not in marked:
            marked[name] = None
    grouped = marked.groupby(key, sort=True, as_index=False).agg(
        factor=("factor", "last"),
        parameter=("parameter", "last"),
        significance=("significance", "last"),
        value=("value", "last"),
        source=("source", "last"),
        in_first=("in_first", "count"),
        in_second=("in_second", "count"),
    )
    known = grouped["school_id"].isin(twice)
    in_first, in_second = grouped["in_first"] > 0, grouped["in_second"] > 0
    state = pd.Series("persistent", index=grouped.index, dtype="str")
    state = state.mask(in_first & ~in_second, "eliminated").mask(~in_first & in_second, "new")
    grouped["state"] = state.mask(~known, "unknown")
    return grouped.drop(columns=["in_first", "in_second"]).reset_index(drop=True)


def _by_school(
    items: pd.DataFrame, school_ids: list[str], audited: pd.Index, twice: pd.Index
) -> pd.DataFrame:
    states = pd.crosstab(items["school_id"], items["state"]).reindex(
        index=school_ids, columns=list(STATES), fill_value=0
    )
    table = pd.DataFrame({"school_id": school_ids})
    known = table["school_id"].isin(twice)
    was_audited = table["school_id"].isin(audited)
    counts = states.reset_index(drop=True).astype("Int64")
    baseline = counts["eliminated"] + counts["persistent"] + counts["unknown"]
    table["baseline"] = baseline.where(was_audited)
    table["second"] = (counts["persistent"] + counts["new"]).where(known)
    for name in ("eliminated", "persistent", "new"):
        table[name] = counts[name].where(known)
    table["known"] = known
    table["audited"] = was_audited
    return table


def _code_order(code: object) -> tuple[int, ...]:
    """Codes in the order of people: 2.1, 2.9, 2.10, 11.1."""
    return tuple(int(part) if part.isdigit() else 0 for part in str(code).split("."))
