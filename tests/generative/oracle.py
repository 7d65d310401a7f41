"""The rules of identification as a lawyer would read them aloud: one school, one series, one year at a time.

Slow and obvious on purpose; the fast implementation must agree with it on every region and every policy.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

EXAM_STAGE = {"oge": 9, "ege": 11}


@dataclass(frozen=True)
class Cell:
    """What is known of one school, series and year."""

    participants: int
    low: int | None
    high: int | None


@dataclass(frozen=True)
class School:
    level: int
    cells: dict[tuple[str, int], Cell]
    biased: bool = False


@dataclass(frozen=True)
class Held:
    """Calendar: whether a series was held in a year, and its comparability group."""

    held: dict[tuple[str, int], bool]
    group: dict[tuple[str, int], str]


@dataclass(frozen=True)
class Verdict:
    status: str
    limb_a: bool
    limb_b: bool
    hits: int
    evaluable: int
    expected: int
    requires_check: bool


def judge(school: School, held: Held, policy, year: int) -> Verdict:
    certain = _judge(school, held, policy, year, lambda cell: cell.low)
    possible = _judge(school, held, policy, year, lambda cell: cell.high)
    return Verdict(*certain[:6], requires_check=certain[0] != possible[0])


def _judge(school: School, held: Held, policy, year: int, count: Callable[[Cell], int | None]):
    def share(series: str, when: int) -> Fraction | None:
        """Share of those who failed, or nothing where it cannot be judged."""
        cell = school.cells.get((series, when))
        if cell is None or count(cell) is None or cell.participants == 0 or not held.held[series, when]:
            return None
        failed, participants = count(cell), cell.participants
        if policy.small_counts == "pool":
            for past in range(when - policy.pool_years + 1, when):
                earlier = school.cells.get((series, past))
                same_group = held.held[series, past] and held.group[series, past] == held.group[series, when]
                if earlier and same_group and count(earlier) is not None and earlier.participants > 0:
                    failed += count(earlier)
                    participants += earlier.participants
        if policy.small_counts != "as_is" and participants < policy.min_participants:
            return None
        return Fraction(failed, participants)

    def hit(series: str, when: int) -> bool:
        known = share(series, when)
        return known is not None and known >= Fraction(policy.threshold_percent, 100)

    def previous(series: str) -> int | None:
        furthest = 1 if policy.previous_year == "calendar" else 4
        for when in range(year - 1, year - 1 - furthest, -1):
            if held.held[series, when]:
                return when
        return None

    def hit_before(series: str) -> bool:
        when = previous(series)
        if when is None or not hit(series, when):
            return False
        return policy.comparability == "warn" or held.group[series, when] == held.group[series, year]

    hits = [series for series in policy.series if hit(series, year)]
    kind = {
        "series": lambda series: series,
        "exam_type": lambda series: series.split("-")[0],
        "subject": lambda series: series.split("-")[1],
    }[policy.distinct]
    limb_a = len({kind(series) for series in hits}) >= policy.hits_in_one_year
    if policy.limb_b == "same_series":
        limb_b = any(hit_before(series) for series in hits)
    else:
        limb_b = bool(hits) and any(hit_before(series) for series in policy.series)
    evaluable = [series for series in policy.series if share(series, year) is not None]
    expected = [series for series in policy.series if _expected(school, held, series, year)]
    if not evaluable:
        status = "not_evaluable"
    elif school.biased and policy.biased_list == "separate":
        status = "doubtful"
    elif limb_a or limb_b:
        status = "shnor"
    elif hits:
        status = "watch"
    else:
        status = "doubtful" if school.biased else "not_identified"
    return status, limb_a, limb_b, len(hits), len(evaluable), len(expected)


def _expected(school: School, held: Held, series: str, year: int) -> bool:
    exam = series.split("-")[0]
    stage = EXAM_STAGE.get(exam, 9)
    took_part = (series, year) in school.cells and school.cells[series, year].participants > 0
    return held.held[series, year] and (took_part or stage <= school.level)
