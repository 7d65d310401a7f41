"""R19 and the matrix of METHODOLOGY §2.5."""

import pytest

from shnor_lib.analysis import clusters, dynamics
from tests.region_builder import judge

S = [f"00000{number}" for number in range(9)]
SERIES = "vpr-ma-5"
# Two hits in one year list a school; the larger of them is its cluster under `max_share`.
LEVELS = {"сильно": (8, 10), "умеренно": (5, 10), "базово": (3, 10), "нет": (0, 10), "н/о": (0, 0)}


def school(before, after):
    return {
        series: {2023: (0, 10), 2024: LEVELS[before], 2025: LEVELS[after]} for series in (SERIES, "vpr-ru-5")
    }


EXAMPLE_9 = {
    S[1]: school("сильно", "умеренно"),
    S[2]: school("умеренно", "базово"),
    S[3]: school("базово", "нет"),
    S[4]: school("базово", "сильно"),
    S[5]: school("умеренно", "умеренно"),
    S[6]: school("сильно", "н/о"),
    S[7]: school("умеренно", "нет"),
    S[8]: school("нет", "базово"),
}


def compare(region, biased=(), **settings):
    before = judge(region, 2024, **settings)
    after = judge(region, 2025, biased=biased, **settings)
    labels = [clusters.assign(side, "max_share") for side in (before, after)]
    return dynamics.compare(before, after, *labels, "max_share")


@pytest.mark.rule("R19", "worked example 9: the share of positive dynamics")
@pytest.mark.parametrize(
    ("policy", "positive", "not_evaluable", "share"),
    [("annotate", 4, 1, (4, 6)), ("exclude_from_positive", 3, 2, (3, 5))],
)
def test_share_of_positive_dynamics(policy, positive, not_evaluable, share):
    found = compare(EXAMPLE_9, biased=[S[7]], biased_list=policy).summary
    assert (found["base"], found["negative"], found["neutral"], found["entry"]) == (7, 1, 1, 1)
    assert found["positive"] == positive
    assert found["not_evaluable"] + found["exit_unconfirmed"] == not_evaluable
    assert found["share_positive"] == share


@pytest.mark.rule(
    "R16", "an improvement of a school with biased results is not confirmed, a change for the worse is"
)
def test_improvement_on_the_biased_list():
    region = {S[1]: school("сильно", "умеренно"), S[2]: school("базово", "сильно")}
    found = compare(region, biased=[S[1], S[2]], biased_list="exclude_from_positive").table
    moved = found.set_index("school_id")
    assert moved.loc[S[1], ["movement", "reason"]].to_list() == ["not_evaluable", "biased"]
    assert moved.loc[S[2], "movement"] == "negative"


@pytest.mark.rule("R19", "every cell of the matrix")
@pytest.mark.parametrize(
    ("before", "after", "movement"),
    [
        ("сильно", "сильно", "neutral"),
        ("сильно", "умеренно", "positive"),
        ("сильно", "базово", "positive"),
        ("сильно", "нет", "positive"),
        ("умеренно", "сильно", "negative"),
        ("умеренно", "базово", "positive"),
        ("базово", "умеренно", "negative"),
        ("базово", "нет", "positive"),
        ("базово", "н/о", "not_evaluable"),
        ("нет", "сильно", "entry"),
        ("нет", "базово", "entry"),
        ("нет", "нет", None),
        ("н/о", "сильно", None),
    ],
)
def test_matrix(before, after, movement):
    others = {S[0]: school("нет", "базово")}
    table = compare({S[1]: school(before, after), **others}).table.set_index("school_id")
    found = table.loc[S[1], "movement"]
    assert (found if isinstance(found, str) else None) == movement


@pytest.mark.rule("R19", "an exit with fewer evaluable series is not confirmed")
def test_exit_with_a_series_missing():
    region = {
        S[1]: {"vpr-ma-5": {2024: (5, 10), 2025: (0, 10)}, "vpr-ru-5": {2024: (5, 10)}},
        S[2]: school("нет", "нет"),
    }
    found = compare(region)
    assert found.table.set_index("school_id").loc[S[1], "movement"] == "exit_unconfirmed"
    assert found.summary["share_positive"] == (0, 0)


@pytest.mark.rule("R19", "bounds of the schemes, lower ones inclusive")
@pytest.mark.parametrize(
    ("scheme", "cells", "cluster"),
    [
        ("max_share", [(49, 100), (30, 100)], "basic"),
        ("max_share", [(50, 100), (30, 100)], "moderate"),
        ("max_share", [(70, 100), (30, 100)], "severe"),
        ("max_share", [(69, 100), (69, 100)], "moderate"),
        ("pooled_share", [(30, 100), (30, 101)], "basic"),
        ("pooled_share", [(30, 100), (30, 100)], "moderate"),
        ("pooled_share", [(50, 100), (50, 100)], "severe"),
        ("mean_share", [(1, 3), (4, 15)], "moderate"),
        ("mean_share", [(2, 3), (1, 3)], "severe"),
        ("hits", [(3, 10), (3, 10)], "moderate"),
        ("hits", [(3, 10), (3, 10), (3, 10)], "severe"),
        ("imported", [(3, 10), (3, 10)], None),
    ],
)
def test_schemes(scheme, cells, cluster):
    names = ("vpr-ma-5", "vpr-ru-5", "vpr-ma-6")
    region = {S[1]: {name: {2025: cell} for name, cell in zip(names, cells, strict=False)}}
    # Limb A needs two hits; a low threshold keeps the school listed whatever the shares are.
    found = clusters.assign(judge(region, 2025, threshold=1 if scheme != "hits" else 30), scheme)
    assert (found[S[1]] if isinstance(found[S[1]], str) else None) == cluster


@pytest.mark.rule("R19", "a received label wins over the computed one")
def test_received_label():
    decision = judge({S[1]: school("нет", "сильно")}, 2025)
    assert clusters.assign(decision, "max_share", {S[1]: "basic"})[S[1]] == "basic"
