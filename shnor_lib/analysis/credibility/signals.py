"""All signals of a year side by side: one row a school, one column a signal, no sum of them (§6.4).

In:   a `Decision` over the whole region, distributions, journal comparisons and the calendar under its codes.
Out:  `Signals`.
Not:  words (see `present.credibility`) and what may be shown (see `credibility`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_lib.analysis import identification
from shnor_lib.analysis.credibility import (
    bounds,
    bunching,
    counterfactual,
    journal,
    jump,
    objectivity,
    pass_mark,
    scores,
)
from shnor_lib.analysis.credibility.bounds import Bounds
from shnor_lib.analysis.credibility.objectivity import Indicator
from shnor_lib.analysis.identification import Decision
from shnor_lib.statistics.unusual import FALSE_SHARE, RARE

SIGNALS = ("bunching", "pass_mark", "journal_raised", "journal_lowered", "jump")


@dataclass(frozen=True)
class Signals:
    """Signals of a year over the whole region.

    Attributes:
        works: distributions of the year by series.
        bounds: boundaries of their marks.
        bunching: `bunching.cells`.
        pooled: `bunching.schools`.
        smoothed: `counterfactual.estimate`.
        pass_mark: `pass_mark.cells` of the year and of the years before that limb B looks at.
        higher: verdicts with the pass mark one point higher where it could be counted.
        journal: `journal.cells`.
        pooled_journal: `journal.schools`.
        jumps: `jump.ratios` and `jump.to_exam`.
        indicator: the published algorithm, a thing of its own.
        schools: one row a judged school: school_id and a boolean column for each of `SIGNALS`; missing where
            the data do not allow the signal.
    """

    works: Mapping[str, scores.Work]
    bounds: Mapping[str, Bounds]
    bunching: pd.DataFrame
    pooled: pd.DataFrame
    smoothed: pd.DataFrame
    pass_mark: pd.DataFrame
    higher: Decision
    journal: pd.DataFrame
    pooled_journal: pd.DataFrame
    jumps: pd.DataFrame
    indicator: Indicator
    schools: pd.DataFrame

    @property
    def tests(self) -> pd.DataFrame:
        """How many schools each signal could be asked of, and of how many it says something.

        Returns:
            signal (one of `SIGNALS`), tested, found (schools), false_share (Float64, 0–1: so many of the
            finds may be false on the average), rare (Int64: schools whose count has a chance of at most
            1 %), by_chance (Float64: as many schools would be rare if there were nothing to find); the last
            three are missing where a signal is no test of chance.
        """
        own = self.schools.set_index("school_id")
        chances = {
            "bunching": self.pooled.set_index("school_id")["chance"],
            "journal_raised": self.pooled_journal.set_index("school_id")["chance_raised"],
            "journal_lowered": self.pooled_journal.set_index("school_id")["chance_lowered"],
        }
        here = {name: chance[chance.index.isin(own.index)].dropna() for name, chance in chances.items()}
        shares = [FALSE_SHARE if name in here else pd.NA for name in SIGNALS]
        rare = [int(here[name].le(RARE).sum()) if name in here else pd.NA for name in SIGNALS]
        usual = [RARE * len(here[name]) if name in here else pd.NA for name in SIGNALS]
        return pd.DataFrame(
            {
                "signal": SIGNALS,
                "tested": [int(own[name].notna().sum()) for name in SIGNALS],
                "found": [int(own[name].sum()) for name in SIGNALS],
                "false_share": pd.array(shares, dtype="Float64"),
                "rare": pd.array(rare, dtype="Int64"),
                "by_chance": pd.array(usual, dtype="Float64"),
            }
        )


def find(
    decision: Decision, distribution: pd.DataFrame, comparison: pd.DataFrame, procedures: pd.DataFrame
) -> Signals:
    """Signals of the year of a decision.

    Args:
        decision: verdicts of the whole region.
        distribution: what `scores.exact` gives of `score_distribution`, under the codes of the decision.
        comparison: `journal_comparison` under the same codes.
        procedures: the calendar.
    """
    year, results = decision.year, decision.cube.results
    works = {when: scores.works(distribution, when) for when in decision.cube.years}
    limits = {
        when: {name: bounds.of(work, results, _region(decision)) for name, work in made.items()}
        for when, made in works.items()
    }
    now = bunching.cells(works[year], limits[year])
    pooled = bunching.schools(now)
    counted = pass_mark.cells(
        results,
        ((work, limits[when][name]) for when, made in works.items() for name, work in made.items()),
        decision.policy.threshold_percent,
    )
    higher = identification.decide(
        decision.roster,
        pass_mark.harder(results, counted),
        procedures,
        decision.policy,
        year,
        biased=frozenset(decision.cube.schools[decision.biased]),
        low_index=frozenset(decision.cube.schools[decision.low_index]),
        received=frozenset(decision.cube.schools[decision.received]),
        risk=decision.risk,
    )
    compared = journal.cells(comparison, year)
    together = journal.schools(compared)
    before = works.get(year - 1) or scores.works(distribution, year - 1)
    means = [_moments(before), _moments(works[year])]
    most = {
        (name, when): limit.max_score
        for when, made in limits.items()
        for name, limit in made.items()
        if limit.max_score is not None
    }
    jumps = _jumps(means, most, results, procedures, year)
    of_year = comparison[comparison["year"].eq(year).to_numpy(dtype=bool)]
    found = {
        "bunching": pooled.set_index("school_id")["found"],
        "pass_mark": _only_higher(decision, higher, counted),
        "journal_raised": together.set_index("school_id")["found_raised"],
        "journal_lowered": together.set_index("school_id")["found_lowered"],
        "jump": _any(
            jumps.assign(beyond=jumps["direction"].ne("").mask(jumps["direction"].isna())), "beyond"
        ),
    }
    schools = pd.DataFrame({"school_id": decision.cube.schools.to_numpy()})
    for name in SIGNALS:
        schools[name] = schools["school_id"].map(found[name].to_dict()).astype("boolean")
    return Signals(
        works=works[year],
        bounds=limits[year],
        bunching=now,
        pooled=pooled,
        smoothed=counterfactual.estimate(works[year], limits[year]),
        pass_mark=counted,
        higher=higher,
        journal=compared,
        pooled_journal=together,
        jumps=jumps,
        indicator=objectivity.indicator(means[0], means[1], of_year, most),
        schools=schools,
    )


def _region(decision: Decision) -> str:
    """Two digits of the region, where the schools have one region."""
    codes = decision.cube.schools.str[:2].unique()
    return str(codes[0]) if len(codes) == 1 else ""


def _moments(works: Mapping[str, scores.Work]) -> pd.DataFrame:
    parts = [jump.moments(work) for work in works.values()]
    if parts:
        return pd.concat(parts, ignore_index=True)
    return jump.moments(scores.Work("", 0, pd.Index([]), np.zeros((0, 1), dtype=np.int64)))


def _jumps(
    means: list[pd.DataFrame],
    most: Mapping[tuple[str, int], int],
    results: pd.DataFrame,
    procedures: pd.DataFrame,
    year: int,
) -> pd.DataFrame:
    """K between works of one comparability group (R13), and ВПР 8 against ОГЭ."""
    groups = procedures.dropna(subset=["comparability_group"]).drop_duplicates(["series", "year"])
    group = groups.set_index(["series", "year"])["comparability_group"].to_dict()
    series = sorted({*means[0]["series"], *means[1]["series"]})
    pairs = [
        pair
        for pair in jump.pairs(series)
        if group.get((pair[1], year - 1)) is not None
        and group.get((pair[1], year - 1)) == group.get((pair[2], year))
    ]
    columns = ["school_id", "series", "participants", "failed"]
    rows = [
        results[results["year"].eq(when).fillna(value=False).to_numpy(dtype=bool)]
        for when in (year - 1, year)
    ]
    first, second = (part.drop_duplicates(["school_id", "series"])[columns] for part in rows)
    exams = jump.to_exam(first, second)
    parts = [part for part in (jump.ratios(means[0], means[1], pairs, most), exams) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else exams


def _only_higher(decision: Decision, higher: Decision, counted: pd.DataFrame) -> pd.Series:
    now = counted[counted["year"].eq(decision.year).fillna(value=False).to_numpy(dtype=bool)]
    status, other = (pd.Series(side.status, index=decision.cube.schools) for side in (decision, higher))
    counts = {str(code): int(number) for code, number in now["school_id"].value_counts().items()}
    return pass_mark.changed_status(status, other, counts)


def _any(frame: pd.DataFrame, column: str) -> pd.Series:
    """Whether any judged row of a school is a find, by school id; missing where none is judged."""
    judged = frame[frame[column].notna().to_numpy(dtype=bool)]
    return judged.groupby("school_id")[column].any().astype("boolean")
