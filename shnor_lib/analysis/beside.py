"""Beside the rule: indicators of schools, and who needs prevention (seed 000, METHODOLOGY §8, R20).

In:   tidy outcomes, prevention and the list of biased results, under the codes of the year; the policies.
Out:  `indicators`, one row a school and indicator; `needs`, one row a school.
Not:  the list: nothing here changes a verdict.

A need has three values: it is there, it is not, nothing is known. One that is there decides; a school of
which something is unknown and nothing is there is unknown, not without need.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from shnor_lib.methodology.conditions import Indicator, Prevention

NO_SYSTEM = "no_system"
SEPARATOR = ";"


def indicators(
    school_ids: Sequence[str], year: int, policies: Sequence[Indicator], tables: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Indicators that the method follows beside the rule.

    Args:
        school_ids: schools wanted.
        year: reporting year; rows of other years are left out.
        policies: indicators of the method.
        tables: `outcomes`, `prevention` and `objectivity`, the last with the schools of the list.

    Returns:
        One row a school and indicator: school_id, code (str), count, base (Int64, persons; missing where
        nothing is known, and for the list of biased results), holds (boolean: the school stands on that
        list; missing for counted indicators).
    """
    parts = [_indicator(school_ids, year, policy, tables[policy.table]) for policy in policies]
    if not parts:
        return _empty(school_ids[:0])
    return pd.concat(parts, ignore_index=True)


def needs(school_ids: Sequence[str], rows: pd.DataFrame, policy: Prevention) -> pd.DataFrame:
    """R20: which schools need prevention of school failure, by the signs of the method.

    Args:
        school_ids: schools wanted.
        rows: tidy `prevention` of the year.
        policy: the indicator of the inner system, and shares under which there is a need.

    Returns:
        One row a school: school_id, need (boolean), signs and unknown (str: `no_system` and indicators of the
        method, joined by `;`).
    """
    schools = pd.Index(school_ids)
    counts, bases = (
        rows.pivot_table(index="school_id", columns="indicator", values=name, aggfunc="last").reindex(schools)
        for name in ("count", "base")
    )
    signs = pd.DataFrame(index=schools)
    signs[NO_SYSTEM] = _column(counts, policy.system).eq(0)
    for sign in policy.needs:
        count, base = _column(counts, sign.indicator), _column(bases, sign.indicator)
        # Compared as integers; of nobody there is no share.
        signs[sign.indicator] = (100 * count < sign.below_percent * base).mask(
            (base <= 0).fillna(value=False)
        )
    signs = signs.astype("boolean")
    there, unknown = signs.fillna(value=False).astype(bool), signs.isna()
    need = there.any(axis=1).astype("boolean").mask(~there.any(axis=1) & unknown.any(axis=1))
    return pd.DataFrame(
        {
            "school_id": schools,
            "need": need.array,
            "signs": _joined(there),
            "unknown": _joined(unknown),
        }
    )


def _indicator(school_ids: Sequence[str], year: int, policy: Indicator, table: pd.DataFrame) -> pd.DataFrame:
    of_year = table[table["year"].eq(year).to_numpy(dtype=bool)]
    found = _empty(school_ids).assign(code=policy.code)
    if policy.table == "objectivity":
        on_list = found["school_id"].isin(of_year["school_id"])
        # Where no list of the year was received, nobody knows who would stand on it.
        found["holds"] = on_list.astype("boolean") if len(of_year) else found["holds"]
        return found
    named = of_year[of_year["indicator"].eq(policy.indicator).to_numpy(dtype=bool)]
    known = named.drop_duplicates("school_id", keep="last").set_index("school_id")
    for name in ("count", "base"):
        found[name] = known[name].reindex(found["school_id"]).astype("Int64").array
    return found


def _empty(school_ids: Sequence[str]) -> pd.DataFrame:
    frame = pd.DataFrame({"school_id": pd.Series(list(school_ids), dtype="str")})
    frame["code"] = pd.Series("", index=frame.index, dtype="str")
    for name, kind in (("count", "Int64"), ("base", "Int64"), ("holds", "boolean")):
        frame[name] = pd.Series(pd.NA, index=frame.index, dtype=kind)
    return frame


def _column(wide: pd.DataFrame, name: str) -> pd.Series:
    """An indicator by school as Int64, missing throughout where nobody has it."""
    if name not in wide:
        return pd.Series(pd.NA, index=wide.index, dtype="Int64")
    return wide[name].astype("Int64")


def _joined(flags: pd.DataFrame) -> list[str]:
    names = list(flags.columns)
    return [
        SEPARATOR.join(name for name, flag in zip(names, row, strict=True) if flag)
        for row in flags.to_numpy()
    ]
