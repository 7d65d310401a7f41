"""Diagnostic cards of the synthetic region: they come in, and they agree with what is true."""

import numpy as np
import pandas as pd
import pytest

import shnor_lib as shnor
from shnor_lib.data.demo import audit, cards, files
from shnor_lib.data.demo.scales import Scale
from shnor_lib.data.intake import ingest
from shnor_lib.settings import Project

_SMALL_COUNTRY = Scale("small country", 6, 1, 60, 2, 3, 1, 1, 1, 1, 1, 1, 2, tidy_only=True)


@pytest.fixture(scope="module")
def told(region: files.Region) -> pd.DataFrame:
    return cards.counts(region.history, region.results, 847)


def shares(told: pd.DataFrame, indicator: str) -> pd.Series:
    """Share by row of the population, both years together."""
    rows = told[told["indicator"] == indicator].groupby("school")[["count", "base"]].sum()
    return rows["count"] / rows["base"]


def test_counts_are_parts_of_their_bases(told: pd.DataFrame) -> None:
    assert (told["count"] >= 0).all()
    assert (told["count"] <= told["base"]).all()
    assert (told["base"] > 0).all()
    assert not told.duplicated(["school_id", "year", "indicator"]).any()


def test_weaker_schools_have_more_without_certificate_and_fewer_in_the_olympiad(
    region: files.Region, told: pd.DataFrame
) -> None:
    effect = region.history.population.schools["effect"]
    for indicator, sign in (("no_certificate_9", 1), ("olympiad_school_stage", -1), ("ege_81", -1)):
        share = shares(told, indicator)
        assert sign * np.corrcoef(share, effect[share.index])[0, 1] > 0.2, indicator


def test_improving_schools_look_after_all_who_fail(region: files.Region, told: pd.DataFrame) -> None:
    improving = region.history.population.schools["slope"] < 0
    for indicator in ("individual_routes", "extra_classes"):
        share = shares(told, indicator)
        here = improving[share.index]
        assert (share[here] == 1).all()
        assert share[~here].mean() < 0.95


def test_graduates_add_up(told: pd.DataFrame) -> None:
    wide = told.pivot(index=["school_id", "year"], columns="indicator", values="count")
    bases = told.pivot(index=["school_id", "year"], columns="indicator", values="base")
    assert (wide["graduates_9"] + wide["no_certificate_9"]).equals(bases["graduates_9"])
    assert (wide["continued_after_9"] <= wide["graduates_9"]).loc[wide["continued_after_9"].notna()].all()
    assert (wide["ege_100"] <= wide["ege_81"]).loc[wide["ege_81"].notna()].all()


def test_the_example_of_indicators_prints_something(demo_project) -> None:
    found = shnor.open(demo_project, "dagestan-2023").beside(2026)
    table = found.table
    assert table["olympiad_count"].notna().sum() > 5
    assert set(table["need"].dropna()) == {True, False}


def test_the_tidy_scale_has_audits_for_the_page_of_deficits(tmp_path) -> None:
    raw, truth = tmp_path / "data" / "raw", tmp_path / "data" / "truth"
    raw.mkdir(parents=True)
    truth.mkdir()
    region = files.build(_SMALL_COUNTRY, 847)
    files.write_region(region, raw, truth, _SMALL_COUNTRY, 847)
    assert ingest(Project(tmp_path)).findings.empty
    found = shnor.open(tmp_path).deficits()
    expected = audit.audited(region.history, region.results, 847)
    assert found.waves == ("2025-10", "2026-04")
    assert found.summary["audited"] == expected["school_id"].nunique()
    assert found.summary["any_eliminated"] > 0
