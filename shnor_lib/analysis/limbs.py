"""The two limbs of the rule and what the list is made of (R10, R11, R14), as functions on arrays.

In:   hits by school × series, the policies of a method.
Out:  who meets limb A, through which series limb B holds, who is on the list.
Not:  which cells are hits (see `cells`), the status of a school (see `identification`).
"""

import numpy as np

from shnor_lib.analysis.cells import Flags, Ints
from shnor_lib.data import series as series_ids
from shnor_lib.methodology.model import Identification


def procedures(policy: Identification) -> Ints:
    """Number of the procedure to which each series of the method belongs, from 0.

    A series is a procedure of its own; under `ege_maths: combined` the base and the profile exam in
    mathematics are one.
    """
    return _numbered([_procedure(series_ids.parse(item), policy) for item in policy.series])


def kinds(policy: Identification) -> Ints:
    """R10: number of what counts as different procedures, for each series of the method, from 0."""
    if policy.distinct == "series":
        return procedures(policy)
    parsed = [series_ids.parse(item) for item in policy.series]
    return _numbered([item.exam if policy.distinct == "exam_type" else item.subject for item in parsed])


def limb_a(hit: Flags, policy: Identification) -> Flags:
    """R10: enough different procedures with a hit in one year."""
    kind_of = kinds(policy)
    different = np.array([hit[:, kind_of == kind].any(axis=1) for kind in range(int(kind_of.max()) + 1)])
    enough: Flags = different.sum(axis=0) >= policy.hits_in_one_year
    return enough


def limb_b(now: Flags, before: Flags, policy: Identification) -> Flags:
    """R11: the series of t through which limb B holds."""
    return now & reach(before, policy)


def reach(before: Flags, policy: Identification) -> Flags:
    """R11: for each series of t, whether a hit of the year before supports it under the policy."""
    if policy.limb_b == "any_series":
        anywhere: Flags = np.any(before, axis=1, keepdims=True)
        return np.broadcast_to(anywhere, before.shape)
    return shared(before, policy)


def shared(flags: Flags, policy: Identification) -> Flags:
    """Flags of each series joined with those of the other series of its procedure."""
    if policy.ege_maths == "separate":
        return flags
    of = procedures(policy)
    joined = [flags[:, of == number].any(axis=1) for number in of]
    return np.stack(joined, axis=1)


def listing(by_rule: Flags, low_index: Flags, received: Flags, policy: Identification) -> Flags:
    """R14: who is on the list: by the rule, by the rule and a low social index, or as received.

    Args:
        by_rule: limb A or limb B holds.
        low_index: the social index lies in the lowest quartile (R21).
        received: the school stands on the list received for the year.
        policy: `listing` decides.
    """
    if policy.listing == "imported":
        return received
    return by_rule & low_index if policy.listing == "rule_and_low_index" else by_rule


def _procedure(item: series_ids.Series, policy: Identification) -> str:
    is_maths = item.exam == "ege" and item.subject == "ma"
    return "ege-ma" if is_maths and policy.ege_maths == "combined" else item.id


def _numbered(names: list[str]) -> Ints:
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([numbers[name] for name in names], dtype=np.int64)
