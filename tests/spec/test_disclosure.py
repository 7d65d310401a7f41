"""R25: no count of a handful of children leaves the institute."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shnor_lib import disclosure
from shnor_lib.documents.card import school_card
from shnor_lib.documents.order import order_list
from shnor_lib.present import figures_identification, reasons
from tests.region_builder import calendar, judge, results
from tests.unit.test_region import A, B, C, project

HELD = calendar(["oge-ma", "oge-ru", "vpr-ma-6"], (2023, 2024, 2025))


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
    assert "ещё 1 — числа скрыты" in told["000001"]
    assert "ОГЭ МА" not in told["000001"] + told["000002"], "which of the hidden groups it is, is not told"
    assert "из\N{NO-BREAK SPACE}7" not in told["000002"], (
        "the next smallest cell is hidden with the small one"
    )
    assert "30 из" in told["000003"]
    cells = decision.cells.merge(decision.roster.judged[["school_id", "municipality_id"]], on="school_id")
    masked = disclosure.protect(cells)
    hidden = set(masked.loc[masked["suppressed"], "school_id"] + masked.loc[masked["suppressed"], "series"])
    assert hidden == {"000001oge-ma", "000002oge-ma"}


def two_hidden(first, second):
    """A school of the cluster from 30 to 50 per cent with two hidden groups, and another one like it."""
    own = {"oge-ma": {2025: first}, "oge-ru": {2025: second}, "vpr-ma-6": {2025: (4, 12)}}
    return {
        A: own,
        B: {"oge-ma": {2025: (0, 4)}, "oge-ru": {2025: (0, 4)}, "vpr-ma-6": {2025: (0, 15)}},
        C: {"oge-ma": {2025: (3, 40)}, "oge-ru": {2025: (3, 40)}, "vpr-ma-6": {2025: (0, 15)}},
    }


@pytest.mark.rule("R25", "a cluster may leave one share to a small group: none is named")
def test_nothing_tells_which_of_two_hidden_groups_reached_the_threshold(tmp_path):
    told = []
    for place, cells in (("one", ((1, 3), (0, 4))), ("two", ((0, 4), (1, 3)))):
        region = project(
            tmp_path / place, schools=(A, B, C), results=results(two_hidden(*cells)), procedures=HELD
        )
        verdicts = region.identify(2025)
        drawn = figures_identification.shares(verdicts.public_cells, 2025, 30)
        card = school_card(region, A, 2025).content
        order = order_list(region, verdicts).content
        told.append(
            (verdicts.table, verdicts.contract, drawn.layout.title.text, card["cells"], order["groups"])
        )
        row = verdicts.table.set_index("school_id").loc[A]
        assert (row["status"], row["hits"], row["hit_series"]) == ("shnor", 2, "vpr-ma-6")
        assert "ещё 1 — числа скрыты" in row["reasons"]
        assert [line["reached"] for line in card["cells"]].count("скрыто") == 2
        assert "не считая" in drawn.layout.title.text
    (table, contract, *one), (other, same, *two) = told
    pd.testing.assert_frame_equal(table, other)
    pd.testing.assert_frame_equal(contract, same)
    assert one == two
    assert region.dynamics(2025).table.set_index("school_id").loc[A, "cluster_after"] == "basic"


@pytest.mark.rule("R11", "R25", "a series is not named as reached twice where either year is hidden")
def test_two_years_of_which_one_is_hidden_have_no_name(tmp_path):
    cells = {school: {"oge-ma": {2024: (0, 30), 2025: (0, 30)}} for school in (B, C)}
    cells[A] = {"oge-ma": {2024: (1, 3), 2025: (5, 12)}}
    verdicts = project(tmp_path, schools=(A, B, C), results=results(cells)).identify(2025)
    row = verdicts.table.set_index("school_id").loc[A]
    assert (row["limb_b"], row["hit_series"], row["limb_b_series"]) == (True, "oge-ma", "")
    assert "R11: два года подряд в одной процедуре: числа скрыты" in row["reasons"]
    assert "1 из 3" in verdicts.explain(A).replace("\N{NO-BREAK SPACE}", " "), "the analyst sees all"


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


def untold(*cells):
    """Municipalities whose total is not shown, and whether that of the region is not.

    Args:
        cells: municipality and participants of each school in one series.
    """
    homes = pd.Series([home for home, _ in cells])
    n = np.array([[size] for _, size in cells])
    of_municipality, of_region = disclosure.untold_over_schools(n, np.full(n.shape, True), homes, 5)
    return sorted(set(homes[of_municipality[:, 0]])), bool(of_region.any())


@pytest.mark.rule("R25", "a total that gives a hidden count back is hidden, too")
@pytest.mark.parametrize(
    ("cells", "told"),
    [
        # Nothing is hidden.
        ((("m1", 5), ("m2", 7)), ([], False)),
        # Two of one municipality stand for each other.
        ((("m1", 3), ("m1", 9), ("m2", 7)), ([], False)),
        # The only school of a municipality is covered from another one: neither total may stand.
        ((("m1", 3), ("m2", 9), ("m2", 40), ("m3", 50)), (["m1", "m2"], False)),
        # What m1 hides could be told from the region once m2 is known, though that one is safe by itself.
        ((("m1", 3), ("m2", 2), ("m2", 8), ("m3", 50)), (["m1", "m2"], False)),
        # Only the one that hides the fewest goes.
        ((("m1", 3), ("m2", 2), ("m2", 8), ("m3", 4), ("m3", 30)), (["m1", "m2"], False)),
        # There is nobody to cover it.
        ((("m1", 3),), (["m1"], True)),
    ],
)
def test_totals_that_would_tell_are_not_shown(cells, told):
    assert untold(*cells) == told


@given(
    st.lists(st.tuples(st.sampled_from(["m1", "m2", "m3", "m4"]), st.integers(1, 12)), min_size=1, max_size=9)
)
@pytest.mark.rule("R25", "no hidden count follows from cells and totals that are shown")
def test_no_hidden_count_is_the_solution_of_what_is_shown(cells):
    homes, n = pd.Series([home for home, _ in cells]), np.array([[size] for _, size in cells])
    exact = np.full(n.shape, True)
    hidden = disclosure.over_schools(n, exact, homes, 5)[:, 0]
    assume(hidden.any())
    of_municipality, of_region = disclosure.untold_over_schools(n, exact, homes, 5)
    told = [
        homes.eq(home).to_numpy() for home in homes.unique() if not of_municipality[homes.eq(home), 0].any()
    ]
    told += [] if of_region.any() else [np.full(len(n), True)]
    equations = np.array([total[hidden] for total in told], dtype=float).reshape(-1, hidden.sum())
    for at, (size,) in enumerate(n[hidden]):
        alone = np.eye(hidden.sum())[at]
        rank = np.linalg.matrix_rank(equations) if len(equations) else 0
        is_solved = len(equations) > 0 and np.linalg.matrix_rank(np.vstack([equations, alone])) == rank
        assert not (is_solved and size < 5)


@pytest.mark.rule("R8", "R25", "a count that is not known covers nobody: it is in no total")
def test_reasons_and_trials_cover_by_known_counts():
    region = {
        "000001": {"oge-ma": {2025: (2, 3)}, "oge-ru": {2025: (9, 11)}},
        "000002": {"oge-ma": {2025: (None, 6)}, "oge-ru": {2025: (9, 12)}},
        "000003": {"oge-ma": {2025: (4, 12)}, "oge-ru": {2025: (9, 13)}},
        "000004": {"oge-ma": {2025: (30, 40)}, "oge-ru": {2025: (9, 13)}},
    }
    decision = judge(region, 2025)
    told = dict(zip(decision.cube.schools, reasons.reasons(decision, 5), strict=True))
    assert "4 из 12" not in told["000003"].replace("\N{NO-BREAK SPACE}", " ")
    tried = judge(region, 2025, threshold=34, guarded=True).table.set_index("school_id")
    assert tried.loc["000003", "hits"] == 2, "what covers a hidden cell keeps its verdict"


@pytest.mark.rule("R25", "limits of a funnel are printed to many digits: no hidden count is in them")
def test_funnels_are_drawn_by_what_is_shown(tmp_path):
    limits = []
    for place, hidden in (("one", ((2, 4), (6, 12))), ("two", ((4, 4), (4, 12)))):
        cells = {A: hidden[0], B: hidden[1], C: (7, 30), "220004": (20, 41), "220005": (3, 26)}
        region = project(
            tmp_path / place,
            schools=tuple(cells),
            results=results({school: {"oge-ma": {2025: cell}} for school, cell in cells.items()}),
        )
        found = region.identify(2025).chance.funnel("oge-ma")
        limits.append(found.limits(np.array([6.0, 20.0]), 1.96))
    np.testing.assert_array_equal(*limits)
