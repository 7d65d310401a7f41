"""The rules of identification as a lawyer would read them aloud: one school, one series, one year at a time.

Slow and obvious on purpose; the fast implementation must agree with it on every region and every policy.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

EXAM_STAGE = {"oge": 9, "ege": 11}
MERGED_SINCE = 2025


@dataclass(frozen=True)
class Cell:
    """What is known of one school, series and year."""

    participants: int
    low: int | None
    high: int | None


@dataclass(frozen=True)
class School:
    """A school: results of first attempts, results of other attempts, past of a school merged into it."""

    level: int
    cells: dict[tuple[str, int], Cell]
    biased: bool = False
    in_scope: bool = True
    low_index: bool = False
    received: bool = False
    others: dict[tuple[str, int, str], Cell] = field(default_factory=dict)
    merged: dict[tuple[str, int], Cell] = field(default_factory=dict)


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


def judge(school: School, held: Held, policy, year: int) -> Verdict | None:
    """Verdict on a school, nothing where the method does not apply to it (R4)."""
    if not school.in_scope and policy.out_of_scope == "excluded":
        return None
    certain = _judge(school, held, policy, year, lambda cell: cell.low)
    possible = _judge(school, held, policy, year, lambda cell: cell.high)
    return Verdict(*certain[:6], requires_check=certain[0] != possible[0])


def _judge(school: School, held: Held, policy, year: int, count: Callable[[Cell], int | None]):
    def cell_of(series: str, when: int) -> Cell | None:
        return _cell(school, policy, series, when)

    def share(series: str, when: int) -> Fraction | None:
        """Share of those who failed, or nothing where it cannot be judged."""
        cell = cell_of(series, when)
        if cell is None or count(cell) is None or cell.participants == 0 or not held.held[series, when]:
            return None
        failed, participants = count(cell), cell.participants
        if policy.small_counts == "pool":
            for past in range(when - policy.pool_years + 1, when):
                earlier = cell_of(series, past)
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

    def procedure(series: str) -> str:
        both = ("ege-ma-base", "ege-ma-profile")
        return "ege-ma" if policy.ege_maths == "combined" and series in both else series

    kind = {
        "series": procedure,
        "exam_type": lambda series: series.split("-")[0],
        "subject": lambda series: series.split("-")[1],
    }[policy.distinct]
    limb_a = len({kind(series) for series in hits}) >= policy.hits_in_one_year
    if policy.limb_b == "same_series":
        limb_b = any(
            hit_before(past)
            for series in hits
            for past in policy.series
            if procedure(past) == procedure(series)
        )
    else:
        limb_b = bool(hits) and any(hit_before(series) for series in policy.series)
    evaluable = [series for series in policy.series if share(series, year) is not None]
    expected = [series for series in policy.series if _expected(school, held, policy, series, year)]
    listed = {
        "rule": limb_a or limb_b,
        "rule_and_low_index": (limb_a or limb_b) and school.low_index,
        "imported": school.received,
    }[policy.listing]
    if evaluable and school.biased and policy.biased_list == "separate":
        status = "doubtful"
    elif listed:
        status = "shnor"
    elif not evaluable:
        status = "not_evaluable"
    elif hits:
        status = "watch"
    else:
        status = "doubtful" if school.biased else "not_identified"
    return status, limb_a, limb_b, len(hits), len(evaluable), len(expected)


def _expected(school: School, held: Held, policy, series: str, year: int) -> bool:
    exam = series.split("-")[0]
    stage = EXAM_STAGE.get(exam, 9)
    cell = _cell(school, policy, series, year)
    took_part = cell is not None and cell.participants > 0
    return held.held[series, year] and (took_part or (exam != "gve" and stage <= school.level))


def _cell(school: School, policy, series: str, when: int) -> Cell | None:
    """The cell of the attempt that the method names (R3), else the first one, else whatever there is."""
    first = _with_merged(school.cells.get((series, when)), school.merged.get((series, when)), policy, when)
    for attempt in (policy.attempt, "first", "best", "all_rows"):
        cell = first if attempt == "first" else school.others.get((series, when, attempt))
        if cell is not None:
            return cell
    return None


def _with_merged(own: Cell | None, theirs: Cell | None, policy, when: int) -> Cell | None:
    """The past of a school and of one merged into it (R17)."""
    if theirs is None or (when < MERGED_SINCE and policy.merged_schools == "successor_only"):
        return own
    if own is None:
        return theirs
    if policy.merged_schools == "any_predecessor":
        return max(own, theirs, key=_share_at_most)
    known = own.low is not None and theirs.low is not None
    return Cell(
        own.participants + theirs.participants,
        own.low + theirs.low if known else None,
        own.high + theirs.high if known else None,
    )


def _share_at_most(cell: Cell) -> Fraction:
    if cell.high is None or cell.participants == 0:
        return Fraction(-1)
    return Fraction(cell.high, cell.participants)
