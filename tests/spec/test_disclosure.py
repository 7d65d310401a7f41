"""R25: no count of a handful of children leaves the institute."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_lib import disclosure
from shnor_lib.present import reasons
from tests.region_builder import judge


def cells(*participants, series="oge-ma"):
    n = pd.array(participants, dtype="Int64")
    return pd.DataFrame(
        {
            "school_id": [f"{number:06d}" for number in range(len(n))],
            "municipality_id": "m1",
            "series": series,
            "year": 2025,
            "participants": n,
            "failed": pd.array([1] * len(n), dtype="Int64"),
            "share": pd.array([0.5] * len(n), dtype="Float64"),
        }
    )


@pytest.mark.rule("R25", "k of n only if n is at least 5")
def test_small_cells_are_masked():
    found = disclosure.protect(cells(3, 4, 5, 50))
    assert found["suppressed"].to_list() == [True, True, False, False]
    assert found.loc[:1, ["participants", "failed", "share"]].isna().all(axis=None)
    assert disclosure.leaks(found).empty


@pytest.mark.rule("R25", "a lone masked cell takes the next smallest with it, or a total would give it away")
def test_complementary_masking():
    found = disclosure.protect(cells(3, 20, 7, 50))
    assert found["suppressed"].to_list() == [True, False, True, False]


def test_nobody_took_part_is_not_masked():
    assert not disclosure.protect(cells(0, 0))["suppressed"].any()


def test_groups_are_apart():
    two = pd.concat([cells(3, 20), cells(9, 20, series="oge-ru")], ignore_index=True)
    assert disclosure.protect(two)["suppressed"].to_list() == [True, True, False, False]


@pytest.mark.rule("R25", "what a table hides no reason prints")
def test_reasons_hide_what_the_cells_hide():
    region = {
        "000001": {"oge-ma": {2025: (2, 3)}, "oge-ru": {2025: (9, 11)}},
        "000002": {"oge-ma": {2025: (6, 7)}, "oge-ru": {2025: (9, 12)}},
        "000003": {"oge-ma": {2025: (30, 40)}, "oge-ru": {2025: (9, 13)}},
    }
    decision = judge(region, 2025)
    told = dict(zip(decision.cube.schools, reasons.reasons(decision, 5), strict=True))
    assert "менее 5 участников" in told["000001"]
    assert "из\N{NO-BREAK SPACE}7" not in told["000002"], (
        "the next smallest cell is hidden with the small one"
    )
    assert "30 из" in told["000003"]
    cells = decision.cells.merge(decision.roster.judged[["school_id", "municipality_id"]], on="school_id")
    masked = disclosure.protect(cells)
    hidden = set(masked.loc[masked["suppressed"], "school_id"] + masked.loc[masked["suppressed"], "series"])
    assert hidden == {"000001oge-ma", "000002oge-ma"}


@pytest.mark.rule("R25", "hidden cells against an obvious count, over generated groups")
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 12)), min_size=1, max_size=40))
def test_hidden_agrees_with_an_obvious_reading(rows):
    groups, n = (np.array(values, dtype="int64") for values in zip(*rows, strict=True))
    found = disclosure.hidden(n, groups, 5)
    for group in set(groups):
        cells = [i for i in range(len(n)) if groups[i] == group and n[i] > 0]
        small = [i for i in cells if n[i] < 5]
        rest = sorted((i for i in cells if n[i] >= 5), key=lambda i: (n[i], i))
        expected = set(small) | (set(rest[:1]) if len(small) == 1 else set())
        assert {i for i in cells if found[i]} == expected
