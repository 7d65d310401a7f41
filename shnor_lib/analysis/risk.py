"""Zone of risk, ШНСУ, watch zone, candidates for resilient schools (R20, R22, METHODOLOGY §4.1, §9.1).

In:   the index, the latest deficits, the tables of prevention, decisions of some years, policies of a method.
Out:  `signs`, what is known of each school; from it zones, each with the parts that hold.
Not:  the list: status «риск» of R14 takes the zone, and only for schools that nothing else was found in.

Each sign has three values: it holds, it does not, nothing is known. A zone holds if one part holds; it is
unknown, not absent, where no part holds and one of them is unknown.
"""

from collections.abc import Mapping, Sequence, Set
from fractions import Fraction

import numpy as np
import pandas as pd

from shnor_lib.analysis import pooled
from shnor_lib.analysis.cells import Flags
from shnor_lib.analysis.deficits import Deficits
from shnor_lib.analysis.identification import Decision
from shnor_lib.analysis.social_index import Index
from shnor_lib.methodology.conditions import Prevention, Risk, Watch
from shnor_lib.statistics.levels import fit

PARTS = ("deficits", "low_index", "no_prevention", "high_factors", "imported")
WATCH_PARTS = ("one_hit", "near_threshold", "worsening", "low_index_high_factors")


def signs(
    school_ids: Sequence[str],
    index: Index,
    found: Deficits | None,
    prevention: pd.DataFrame,
    risk: Risk,
    system: Prevention,
    imported: Set[str] | None = None,
) -> pd.DataFrame:
    """What is known of each school.

    Args:
        school_ids: the schools judged in the year.
        index: of the same schools.
        found: their deficits, None where nobody was audited.
        prevention: tidy table of prevention, rows of the year.
        risk: rule R20 of a method: which codes are resources and which are factors.
        system: which indicator is the inner system of prevention.
        imported: schools that a received list puts at risk, None where there is no such list.

    Returns:
        One row a school: school_id, deficits, high_factors (Int64, by the latest audit; missing where not
        audited), and the signs by the bounds of the method (boolean): few_resources, low_index,
        no_prevention, many_high_factors, at_risk_list.
    """
    table = pd.DataFrame({"school_id": pd.Series(list(school_ids), dtype="str")})
    resources, factors = _audited(table["school_id"], found, risk)
    table["deficits"], table["high_factors"] = resources, factors
    table["few_resources"] = resources >= risk.min_deficits
    table["low_index"] = index.table.set_index("school_id")["low"].reindex(table["school_id"]).array
    rows = prevention[prevention["indicator"].eq(system.system).to_numpy(dtype=bool)]
    counts = rows.groupby("school_id")["count"].max()
    table["no_prevention"] = counts.reindex(table["school_id"]).eq(0).array
    table["many_high_factors"] = factors >= risk.min_high_factors
    listed = pd.Series(pd.NA, index=table.index, dtype="boolean")
    table["at_risk_list"] = listed if imported is None else table["school_id"].isin(list(imported))
    flags = ["few_resources", "low_index", "no_prevention", "many_high_factors", "at_risk_list"]
    return table.astype(dict.fromkeys(flags, "boolean"))


def zone(of: pd.DataFrame, parts: Sequence[str]) -> pd.DataFrame:
    """R20: the zone of risk, and ШНСУ.

    Args:
        of: `signs`.
        parts: parts of the zone by the method, some of `PARTS`.

    Returns:
        One row a school: school_id, risk (boolean: a part holds; False for a method without parts),
        risk_parts, risk_unknown (parts that hold, and that are unknown, joined by `;`), shnsu (boolean:
        deficits and the index in the lower quartile; known to be false where one of the two is).
    """
    columns = dict(zip(PARTS, of.columns[3:], strict=True))
    chosen = {name: of[columns[name]] for name in parts}
    holds = pd.DataFrame({name: sign.fillna(value=False).astype(bool) for name, sign in chosen.items()})
    unknown = pd.DataFrame({name: sign.isna() for name, sign in chosen.items()})
    risk = holds.any(axis=1).reindex(of.index, fill_value=False).astype("boolean")
    open_ = unknown.any(axis=1).reindex(of.index, fill_value=False)
    return pd.DataFrame(
        {
            "school_id": of["school_id"],
            "risk": risk.mask(~risk & open_),
            "risk_parts": joined(holds, of.index),
            "risk_unknown": joined(unknown, of.index),
            # Three-valued: false and unknown is false.
            "shnsu": of["few_resources"] & of["low_index"],
        }
    )


def at_risk(zone: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Schools in the zone and the parts that put them there."""
    inside = zone[zone["risk"].fillna(value=False).astype(bool)]
    return {
        school: tuple(parts.split(";"))
        for school, parts in zip(inside["school_id"], inside["risk_parts"], strict=True)
    }


def watch(decision: Decision, earlier: Decision | None, of: pd.DataFrame, policy: Watch) -> pd.DataFrame:
    """§9.2: unlisted schools worth a look, with the reasons.

    Args:
        decision: verdicts of the year.
        earlier: verdicts of `worsening_years` before, on the same schools; None where there are no results.
        of: `signs` of the same schools.
        policy: parts and bounds of the method.

    Returns:
        One row a school: school_id, watch (bool), watch_parts (joined by `;`). Listed schools and those that
        cannot be judged are never in it.
    """
    found = {
        "one_hit": decision.now.certain.any(axis=1),
        "near_threshold": _near(decision, policy.near_from_percent),
        "worsening": _worse(decision, earlier, policy.worsening_points),
        "low_index_high_factors": (of["low_index"] & of["many_high_factors"])
        .fillna(value=False)
        .to_numpy(dtype=bool),
    }
    open_ = ~np.isin(decision.status.astype(str), ["shnor", "not_evaluable"])
    holds = pd.DataFrame({name: found[name] & open_ for name in policy.parts})
    inside = holds.any(axis=1).reindex(of.index, fill_value=False)
    return pd.DataFrame(
        {"school_id": of["school_id"], "watch": inside.astype(bool), "watch_parts": joined(holds, of.index)}
    )


def resilient(decisions: Sequence[Decision], index: Index) -> pd.DataFrame:
    """R22: a school in hard conditions whose results are good, several years running.

    Args:
        decisions: verdicts of the last years on the same schools, one a year; fewer than the method asks for
            make nobody a candidate, so the caller passes none then.
        index: of the newest year.

    Returns:
        One row a school: school_id, resilient (boolean). True: the index is in the lower quartile, and in
        every year some series was judged, none has a hit or could have one (R8), the share that passed is
        not under the regional median, and the school is not on the list of biased results. Missing where
        the index is, or where a year cannot be judged.
    """
    low = index.table["low"]
    good = pd.Series(True, index=low.index, dtype="boolean")
    for decision in decisions:
        shares = pooled.shares(decision)
        middle = pooled.median(shares)
        names = decision.cube.schools
        passed = [
            None if school not in shares or middle is None else shares[school] <= middle for school in names
        ]
        clean = pd.Series(~decision.now.possible.any(axis=1) & ~decision.biased, index=names, dtype="boolean")
        year = clean & pd.Series(passed, index=names, dtype="boolean")
        good = good & year.reindex(index.table["school_id"]).set_axis(good.index)
    if not decisions:
        good = good.mask(good.notna())
    return pd.DataFrame({"school_id": index.table["school_id"], "resilient": low & good})


def joined(flags: pd.DataFrame, index: pd.Index) -> pd.Series:
    """Names of the columns that hold in each row, joined by `;`."""
    names = np.array(flags.columns, dtype=object)
    spelled = (
        [";".join(names[row]) for row in flags.to_numpy(dtype=bool)] if len(names) else [""] * len(index)
    )
    return pd.Series(spelled, index=index, dtype="str")


def _audited(school_ids: pd.Series, found: Deficits | None, risk: Risk) -> tuple[pd.Series, pd.Series]:
    """Resource deficits and factors of high significance by the latest audit."""
    if found is None:
        nothing = pd.Series(pd.NA, index=school_ids.index, dtype="Int64")
        return nothing, nothing
    now = found.items[found.items["state"].ne("eliminated")]
    audited = school_ids.isin(found.table.loc[found.table["audited"], "school_id"])
    resource = now["code"].map(lambda code: not risk.deficit_codes or bool(_begins(code, risk.deficit_codes)))
    codes = tuple(factor.code for factor in risk.factors)
    high = now[now["significance"].eq("high")]
    factor = high["code"].map(lambda code: _begins(code, codes) if codes else code.split(".")[0])
    named = high.assign(factor=factor.astype("str"))
    named = named[named["factor"].ne("")].drop_duplicates(["school_id", "factor"])
    numbers = (
        rows["school_id"].value_counts().reindex(school_ids, fill_value=0).set_axis(school_ids.index)
        for rows in (now[resource.to_numpy(dtype=bool)], named)
    )
    resources, factors = (number.astype("Int64").where(audited) for number in numbers)
    return resources, factors


def _begins(code: str, codes: Sequence[str]) -> str:
    """The code of a list under which a code stands: «4.1.2» is under «4» and «4.1», not under «4.11»."""
    return next((upper for upper in codes if code == upper or code.startswith(f"{upper}.")), "")


def _near(decision: Decision, percent: int) -> Flags:
    """Some share of the year, drawn towards what all cells of the school say, is near the threshold."""
    known = decision.now.known
    if not known.any():
        return np.zeros(len(known), dtype=bool)
    n = np.where(known, decision.now.participants, 0)
    k = np.where(known, (decision.now.low + decision.now.high) // 2, 0)
    shrunk = fit(k, n).posterior(k, n).mean
    near: Flags = np.any((100 * shrunk >= percent) & known, axis=1)
    return near


def _worse(decision: Decision, earlier: Decision | None, points: int) -> Flags:
    """The share of all results together rose by so many percentage points."""
    now: Mapping[str, Fraction] = pooled.shares(decision)
    then: Mapping[str, Fraction] = pooled.shares(earlier) if earlier is not None else {}
    return np.array(
        [
            school in now and school in then and 100 * (now[school] - then[school]) >= points
            for school in decision.cube.schools
        ],
        dtype=bool,
    )
