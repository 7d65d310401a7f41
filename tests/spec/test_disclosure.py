"""R25: no count of a handful of children leaves the institute."""

import pandas as pd
import pytest

from shnor_lib import disclosure


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
