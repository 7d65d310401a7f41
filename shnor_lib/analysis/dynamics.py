"""Moves of schools between clusters over two years (R19, matrix of METHODOLOGY §2.5).

In:   decisions of t−1 and t on the same schools, and their clusters.
Out:  `Dynamics`: one row a school with its movement and the reason, transitions, the summary of R19.
Not:  whether chance alone would have moved the schools as much (see `expected`).
"""

from collections.abc import Hashable, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from shnor_lib.analysis.clusters import RANK
from shnor_lib.analysis.identification import Decision

MOVEMENTS = ("positive", "negative", "neutral", "entry", "exit_unconfirmed", "not_evaluable")
STATES = ("severe", "moderate", "basic", "not_listed", "not_evaluable")


@dataclass(frozen=True)
class Dynamics:
    """What happened to the list between t−1 and t.

    Attributes:
        year: reporting year t.
        scheme: cluster scheme; received labels win over it.
        table: one row a school that was judged in either year: school_id, status_before, status_after,
            cluster_before, cluster_after, state_before, state_after (one of `STATES`), movement (one of
            `MOVEMENTS`, missing where the matrix has none), reason (machine name, may be missing).
        comparable: every series of t is comparable with its previous year (R13).
    """

    year: int
    scheme: str
    table: pd.DataFrame
    comparable: bool

    @cached_property
    def transitions(self) -> pd.DataFrame:
        """Number of schools from each state (index) to each state (columns), in the order of `STATES`."""
        crossed = pd.crosstab(self.table["state_before"], self.table["state_after"])
        return crossed.reindex(index=list(STATES), columns=list(STATES), fill_value=0)

    @property
    def summary(self) -> dict[str, object]:
        """R19: the base is the ШНОР of t−1; its share with positive movement as (k, n).

        Keys: base, positive, negative, neutral, not_evaluable, exit_unconfirmed, entry, exits,
        share_positive. The denominator of the share leaves out schools not evaluable in t and exits
        not confirmed; they are counted apart.
        """
        base = self.table["status_before"].eq("shnor").fillna(value=False)
        moved = self.table.loc[base, "movement"].value_counts()
        numbers = {name: int(moved.get(name, 0)) for name in MOVEMENTS if name != "entry"}
        known = int(base.sum()) - numbers["not_evaluable"] - numbers["exit_unconfirmed"]
        exits = base & self.table["state_after"].eq("not_listed")
        return {
            "base": int(base.sum()),
            **numbers,
            "entry": int(self.table["movement"].eq("entry").sum()),
            "exits": int(exits.sum()),
            "share_positive": (numbers["positive"], known),
        }


def compare(
    before: Decision,
    after: Decision,
    cluster_before: pd.Series,
    cluster_after: pd.Series,
    scheme: str,
    closed: Set[str] = frozenset(),
) -> Dynamics:
    """Movement of every school judged in t−1 or in t.

    Args:
        before: decision of t−1, on codes brought to the schools of t.
        after: decision of t.
        cluster_before: cluster of t−1 by school_id, from `clusters.assign`.
        cluster_after: the same for t.
        scheme: name of the cluster scheme, carried along.
        closed: codes of schools closed by t.
    """
    first = _side(before, cluster_before, "before")
    second = _side(after, cluster_after, "after")
    table = first.merge(second, on="school_id", how="outer", sort=True)
    for side in ("before", "after"):
        table[f"state_{side}"] = table[f"state_{side}"].fillna("not_evaluable")
    table["closed"] = table["school_id"].isin(list(closed))
    table["fewer"] = table["school_id"].isin(_fewer_series(before, after))
    moves = [
        _movement(row, exclude_biased=after.policy.biased_list != "annotate")
        for row in table.to_dict("records")
    ]
    table["movement"] = pd.Series([move for move, _ in moves], index=table.index, dtype="str")
    table["reason"] = pd.Series([reason for _, reason in moves], index=table.index, dtype="str")
    columns = ["status_before", "status_after", "cluster_before", "cluster_after"]
    states = ["state_before", "state_after", "movement", "reason"]
    judged = after.expected.any(axis=0)
    comparable = bool(np.all(after.comparable[judged & (after.previous >= 0)]))
    return Dynamics(after.year, scheme, table[["school_id", *columns, *states]], comparable)


def _side(decision: Decision, cluster: pd.Series, side: str) -> pd.DataFrame:
    """Status, cluster and state of one year."""
    status = pd.Series(decision.status, index=decision.cube.schools, dtype="str")
    state = np.select(
        [status.eq("shnor") & cluster.notna(), status.eq("shnor"), status.eq("not_evaluable")],
        [cluster.fillna(""), "not_evaluable", "not_evaluable"],
        "not_listed",
    )
    frame = pd.DataFrame(
        {
            "school_id": decision.cube.schools,
            f"status_{side}": status.to_numpy(),
            f"cluster_{side}": cluster.to_numpy(),
            f"state_{side}": state,
        }
    )
    if side == "after":
        frame["biased"] = decision.biased
    return frame


def unconfirmed(before: Decision, after: Decision) -> set[str]:
    """Schools whose exit in t would not be confirmed: fewer evaluable series, or biased results (R16)."""
    biased = after.cube.schools[after.biased] if after.policy.biased_list != "annotate" else ()
    return _fewer_series(before, after) | set(biased)


def _fewer_series(before: Decision, after: Decision) -> set[str]:
    """Schools with fewer evaluable series than in t−1, among the series held in both years.

    A series cancelled for everybody does not make an exit doubtful.
    """
    both = before.held & after.held
    counts = [
        pd.Series(side.now.known[:, both].sum(axis=1), index=side.cube.schools) for side in (before, after)
    ]
    common = counts[0].index.intersection(counts[1].index)
    return set(common[(counts[1][common] < counts[0][common]).to_numpy()])


def _movement(row: dict[Hashable, Any], *, exclude_biased: bool) -> tuple[str | None, str | None]:
    """Cell of the matrix of §2.5 for one school, and why it is not the plain one."""
    before, after = str(row["state_before"]), str(row["state_after"])
    biased = row["biased"] is True
    if row["status_before"] != "shnor":
        if after not in RANK:
            return None, None
        return ("entry", None) if before == "not_listed" else (None, "no_base")
    if after == "not_evaluable" or before not in RANK:
        return "not_evaluable", "closed" if row["closed"] else None
    if after == "not_listed":
        if biased and exclude_biased:
            return "exit_unconfirmed", "biased"
        if row["fewer"]:
            return "exit_unconfirmed", "fewer_series"
        return "positive", "exit_biased" if biased else "exit"
    change = RANK[before] - RANK[after]
    if change > 0 and biased and exclude_biased:
        return "not_evaluable", "biased"
    return ("positive" if change > 0 else "negative" if change < 0 else "neutral"), None
