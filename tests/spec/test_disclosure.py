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


@pytest.mark.rule("R25", "hidden cells against an obvious reading, over generated regions")
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 1), st.integers(-1, 12), st.booleans()),
        min_size=1,
        max_size=40,
    )
)
def test_hidden_agrees_with_an_obvious_reading(rows):
    place, series, n, inexact = (list(values) for values in zip(*rows, strict=True))
    exact = [not value for value in inexact]
    municipalities = np.array([2 * p + s for p, s in zip(place, series, strict=True)])
    found = disclosure.hidden(np.array(n), np.array(exact), municipalities, np.array(series), 5)
    hide = {i for i in range(len(n)) if 0 < n[i] < 5}
    if hide:
        for group_of in (lambda i: (place[i], series[i]), lambda i: series[i]):
            added = set()
            for group in {group_of(i) for i in range(len(n))}:
                inside = [i for i in range(len(n)) if group_of(i) == group and exact[i]]
                secret = [i for i in inside if i in hide]
                if secret and (len(secret) == 1 or sum(n[i] for i in secret) < 5):
                    shown = sorted((i for i in inside if i not in hide and n[i] > 0), key=lambda i: (n[i], i))
                    added |= set(shown[:1])
            hide |= added
    assert {int(i) for i in np.flatnonzero(found)} == hide


@pytest.mark.rule("R25", "two hidden cells that are together fewer than the minimum are told by their sum")
def test_a_sum_below_the_minimum_takes_another_cell_with_it():
    assert disclosure.protect(cells(1, 2, 40, 30))["suppressed"].to_list() == [True, True, False, True]


@pytest.mark.rule("R25", "a cell known only within bounds is in no total and covers nobody")
def test_an_inexact_cell_is_no_cover():
    rows = cells(3, 7, 50)
    rows.loc[1, "failed"] = pd.NA
    assert disclosure.protect(rows)["suppressed"].to_list() == [True, False, True]


@pytest.mark.rule("R25", "the region less its other municipalities must not tell a hidden one")
def test_the_region_covers_a_municipality_of_one_school():
    other = cells(60, 70).assign(municipality_id="m2", school_id=["000008", "000009"])
    both = pd.concat([cells(3), other], ignore_index=True)
    assert disclosure.protect(both)["suppressed"].to_list() == [True, True, False]
