"""Support clusters of seed 000: whom which kind of help is meant for (METHODOLOGY §2.1).

In:   a `Decision`, the zone of risk (R20), the policy `support` of a method.
Out:  one cluster a school, with what put it there.
Not:  how badly a school does: «сильно», «умеренно», «базово» are other clusters (see `clusters`).

The programme joins schools in three clusters, №1 «есть группы неуспевающих», №2 «выраженные в фактической
неуспеваемости», №3 «факторы риска», and keeps the schools of the project «500+» apart. A school may fit
several; the order of the method decides, and the first that fits stands.
"""

from collections.abc import Mapping, Set

import numpy as np
import pandas as pd

from shnor_lib.analysis.cells import Flags
from shnor_lib.analysis.identification import Decision
from shnor_lib.methodology.conditions import Support


def assign(decision: Decision, policy: Support, at_risk: Set[str] = frozenset()) -> pd.Series:
    """Support cluster of every judged school.

    Args:
        decision: verdicts of a year.
        policy: the clusters of the method in the order in which they are given, and from how many failed
            participants of a procedure they are a group.
        at_risk: school ids in the zone of risk (R20); schools with the status `risk` are in it anyway.

    Returns:
        str series indexed by school_id: `project_500`, `addressed`, `risk`, `prevention`; missing where none
        fits.
    """
    fits = _fits(decision, policy, at_risk)
    chosen = [fits[name] for name in policy.clusters]
    names = np.select(chosen, list(policy.clusters), "") if chosen else np.full(len(decision.status), "")
    labels = pd.Series(names.astype(object), index=decision.cube.schools, dtype="str")
    return labels.mask(labels.eq("").to_numpy(dtype=bool))


def _fits(decision: Decision, policy: Support, at_risk: Set[str]) -> Mapping[str, Flags]:
    """Whether each school fits each cluster, whatever else it fits."""
    takes_part = decision.roster.judged["project_500"].astype("boolean").fillna(value=False)
    failed = np.where(decision.now.known, decision.now.low, 0)
    listed = decision.status == "shnor"
    return {
        "project_500": takes_part.to_numpy(dtype=bool),
        "addressed": listed,
        "risk": decision.cube.schools.isin(list(at_risk)) | (decision.status == "risk"),
        "prevention": np.any(failed >= policy.min_failed, axis=1),
    }
