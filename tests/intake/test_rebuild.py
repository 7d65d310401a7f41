"""Rule R8: counts rebuilt from per cents agree with a search over all sets of counts."""

from decimal import ROUND_HALF_UP, Decimal
from itertools import product

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_lib.data.intake.aggregates.rebuild import MARKS, closes, counts_from_percent, printed_decimals
from shnor_lib.data.intake.aggregates.shares import COUNTS, PER_CENT, decide_meaning

pytestmark = pytest.mark.rule("R8", "counts rebuilt from printed per cents")


def rebuild(n: int, shares: list[Decimal], decimals: int) -> dict[str, int | None]:
    percent = pd.DataFrame([[float(share) for share in shares]], columns=list(MARKS)).astype("Float64")
    digits = pd.DataFrame([[decimals] * 4], columns=list(MARKS)).astype("Int64")
    row = counts_from_percent(pd.Series([n], dtype="Int64"), percent, digits).iloc[0]
    return {name: None if pd.isna(value) else int(value) for name, value in row.items()}


def slow(n: int, shares: list[Decimal], decimals: int) -> list[tuple[int, ...]]:
    """Every set of counts that prints as these shares, by trying them all."""
    half = Decimal(1) / (2 * 10**decimals)
    fitting = [[k for k in range(n + 1) if abs(Decimal(100 * k) - share * n) <= half * n] for share in shares]
    return [counts for counts in product(*fitting) if sum(counts) == n]


def printed(k: int, n: int, decimals: int) -> Decimal:
    unit = Decimal(1).scaleb(-decimals)
    return (Decimal(100 * k) / n).quantize(unit, ROUND_HALF_UP)


@given(st.lists(st.integers(0, 90), min_size=4, max_size=4).filter(sum), st.integers(0, 2))
def test_agrees_with_brute_force(counts: list[int], decimals: int) -> None:
    n = sum(counts)
    shares = [printed(k, n, decimals) for k in counts]
    found = rebuild(n, shares, decimals)
    sets = slow(n, shares, decimals)
    assert tuple(counts) in sets
    assert found["possible"]
    assert (found["failed_low"], found["failed_high"]) == (min(s[0] for s in sets), max(s[0] for s in sets))
    for position, mark in enumerate(MARKS):
        distinct = {s[position] for s in sets}
        assert found[f"n{mark}"] == (distinct.pop() if len(distinct) == 1 else None)
    assert found["failed"] == found["n2"]


@given(st.integers(1, 60), st.lists(st.integers(0, 10_000), min_size=4, max_size=4))
def test_shares_of_nothing_are_not_possible_and_still_bounded(n: int, hundredths: list[int]) -> None:
    shares = [Decimal(value) / 100 for value in hundredths]
    found = rebuild(n, shares, 2)
    assert bool(found["possible"]) == bool(slow(n, shares, 2))
    assert 0 <= found["failed_low"] <= found["failed_high"] <= n
    if not found["possible"]:
        assert found["failed"] is None


def test_whole_per_cents_of_a_large_school_stay_uncertain() -> None:
    found = rebuild(207, [Decimal(30), Decimal(40), Decimal(20), Decimal(10)], 0)
    assert found["failed"] is None
    assert found["failed_low"] <= 62 <= found["failed_high"]


def test_two_decimals_tell_62_of_207_from_a_hit() -> None:
    assert rebuild(207, [printed(k, 207, 2) for k in (62, 80, 45, 20)], 2)["failed"] == 62


def test_per_cents_must_close() -> None:
    percent = pd.DataFrame([[20.0, 30, 30, 20.2], [20, 30, 30, 20.3]], columns=list(MARKS))
    digits = pd.DataFrame([[2] * 4, [2] * 4], columns=list(MARKS))
    assert closes(percent, digits).tolist() == [True, False]


def test_precision_of_a_report_that_drops_zeros_is_that_of_its_longest_cell() -> None:
    decimals = pd.DataFrame([[1, 2, 0, 2]], columns=list(MARKS)).astype("Int64")
    is_text = pd.DataFrame([[True, True, True, False]], columns=list(MARKS))
    assert printed_decimals(decimals, is_text, trailing_zero=False).to_numpy().tolist() == [[2, 2, 2, 2]]
    assert printed_decimals(decimals, is_text, trailing_zero=True).to_numpy().tolist() == [[1, 2, 0, 2]]


@pytest.mark.parametrize(
    ("rows", "meaning"),
    [
        ([[20, 5, 5, 5, 5], [30, 10, 10, 5, 5]], COUNTS),
        ([[20, 25, 25, 25, 25], [30, "33,3", "33,3", "16,7", "16,7"]], PER_CENT),
        ([[100, 25, 25, 25, 25]], None),
        ([[20, 5, 5, 5, 5], [30, 25, 25, 25, 25]], None),
        ([[20, 1, 1, 1, 1], [30, 2, 2, 2, 2], [40, 10, 10, 10, 10]], None),
    ],
)
def test_counts_or_per_cents(rows: list[list[object]], meaning: str | None) -> None:
    frame = pd.DataFrame(rows, columns=["participants", *MARKS], dtype=object)
    assert decide_meaning(frame.astype({"participants": "Int64"})) == meaning
