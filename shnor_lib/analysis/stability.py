"""How firm a list is: chance, and other readings of the rule (METHODOLOGY §2.4, §9.1 items 3 and 5).

In:   a `Decision` over the whole region.
Out:  `Firmness`: for every school the chance to be listed again and the chance that its true shares deserve
      it; for every cell the shrunken share with its interval.
Not:  the formal list, which chance never changes. Of a received list (R14) it is told how far the rule, on
      repeated years, would agree with it.

A hierarchical parametric bootstrap: the model of `statistics.levels` is fitted to the counts of t and of the
year before together, true shares are drawn from what it says of every school, new counts are drawn from them
for as many participants, and the rules R6, R10 and R11 are applied under the policies of the decision. Where
a count is known only within bounds (R8) its middle is used.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.analysis.cells import Flags, Ints
from shnor_lib.analysis.identification import Decision
from shnor_lib.analysis.limbs import limb_a, limb_b
from shnor_lib.statistics.levels import Levels, Posterior, fit

DRAWS = 1000
FIRM = 80  # per cent: a verdict that so many repetitions confirm is firm, METHODOLOGY §2.4
CLASSES = ("firm", "grey", "against")
_SEED = 847  # one seed: a report printed twice shows the same numbers
_BATCH = 2_000_000  # cells drawn at once: a few dozen megabytes

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Firmness:
    """What chance makes of a list.

    Attributes:
        schools: one row a judged school: school_id, listed (bool), listed_again (Float64, 0–1: the share of
            repeated years in which the rule lists it), truly_listed (Float64, 0–1: how probably its true
            shares satisfy the rule), firmness (one of `CLASSES`: how far `truly_listed` bears out the list;
            missing where nothing can be judged).
        cells: one row a judged cell of t: school_id, series, year, shrunk (Float64, share 0–1), shrunk_low,
            shrunk_high (Float64, 95 % of its posterior), over (Float64, 0–1: how probably the true share is
            at least the threshold).
        levels: the fitted model; cells of t come first, then those of the year before.
    """

    schools: pd.DataFrame
    cells: pd.DataFrame
    levels: Levels

    @property
    def list_size(self) -> tuple[float, float]:
        """Mean number of listed schools over the repetitions, and how many true shares deserve it."""
        return float(self.schools["listed_again"].sum()), float(self.schools["truly_listed"].sum())


def firmness(decision: Decision, draws: int = DRAWS, seed: int = _SEED) -> Firmness:
    """Repeat the two years of a decision by chance, many times.

    Args:
        decision: verdicts of a year.
        draws: repetitions.
        seed: of the generator.
    """
    failed, participants = _counts(decision)
    levels = fit(failed, participants)
    posterior = levels.posterior(failed, participants)
    generator = np.random.default_rng(seed)
    schools, width = len(failed), len(decision.cube.series)
    again, truly = np.zeros(schools), np.zeros(schools)
    kept = np.empty((draws, schools, width), dtype=np.float32)
    step = max(1, min(draws, _BATCH // max(failed.size, 1)))
    for start in range(0, draws, step):
        number = min(step, draws - start)
        shares = posterior.draw(generator, number)
        drawn = generator.binomial(np.maximum(participants, 0), shares)
        threshold = decision.policy.threshold_percent
        hit = 100 * drawn >= threshold * participants
        again += _listed(hit, decision).sum(axis=0)
        truly += _listed(100 * shares >= threshold, decision).sum(axis=0)
        kept[start : start + number] = shares[:, :, :width]
    return Firmness(
        schools=_schools(decision, again / draws, truly / draws),
        cells=_cells(decision, posterior, kept),
        levels=levels,
    )


def _counts(decision: Decision) -> tuple[Ints, Ints]:
    """Failed and participants of the cells of t, then of those of the year before; 0 where not judged."""
    parts = []
    for hits in (decision.now, decision.before):
        n = np.where(hits.known, hits.participants, 0)
        k = np.where(hits.known, (hits.low + hits.high) // 2, 0)
        parts.append((k, n))
    return np.hstack([k for k, _ in parts]), np.hstack([n for _, n in parts])


def _listed(hit: Flags, decision: Decision) -> Flags:
    """R10 and R11 on drawn cells, draws × school × (cells of t, cells before); draws × school."""
    draws, schools, both = hit.shape
    width = both // 2
    policy = decision.policy
    now = (hit[:, :, :width] & decision.now.known).reshape(draws * schools, width)
    before = (hit[:, :, width:] & decision.before.known & decision.usable).reshape(draws * schools, width)
    listed = limb_a(now, policy) | np.any(limb_b(now, before, policy), axis=1)
    if policy.biased_list == "separate":
        listed &= ~np.tile(decision.biased, draws)
    if policy.listing == "rule_and_low_index":
        listed &= np.tile(decision.low_index, draws)
    result: Flags = listed.reshape(draws, schools)
    return result


def _schools(decision: Decision, again: Floats, truly: Floats) -> pd.DataFrame:
    unknown = pd.Series(~decision.now.known.any(axis=1))
    listed = decision.status == "shnor"
    agreed = np.where(listed, truly, 1 - truly)
    conditions = [100 * agreed > FIRM, 100 * agreed >= 100 - FIRM]
    grade = np.select(conditions, CLASSES[:2], CLASSES[2]).astype(object)
    return pd.DataFrame(
        {
            "school_id": decision.cube.schools.to_numpy(),
            "listed": listed,
            "listed_again": pd.Series(again, dtype="Float64").mask(unknown),
            "truly_listed": pd.Series(truly, dtype="Float64").mask(unknown),
            "firmness": pd.Series(grade, dtype="str").mask(unknown),
        }
    )


def _cells(decision: Decision, posterior: Posterior, drawn: npt.NDArray[np.float32]) -> pd.DataFrame:
    draws, schools, width = drawn.shape
    low, high, over = (np.empty((schools, width)) for _ in range(3))
    step = max(1, _BATCH // (draws * width))  # schools at once: a country does not fit several times over
    for start in range(0, schools, step):
        some = slice(start, start + step)
        low[some], high[some] = np.quantile(drawn[:, some], [0.025, 0.975], axis=0)
        over[some] = (100 * drawn[:, some] >= decision.policy.threshold_percent).mean(axis=0)
    school, series = np.nonzero(decision.now.known)
    values = {"shrunk": posterior.mean, "shrunk_low": low, "shrunk_high": high, "over": over}
    return pd.DataFrame(
        {
            "school_id": decision.cube.schools.to_numpy()[school],
            "series": np.array(decision.cube.series, dtype=object)[series],
            "year": decision.year,
            **{name: pd.array(array[school, series], dtype="Float64") for name, array in values.items()},
        }
    )
