"""Signals of credibility as an analyst holds them: what may be shown, what is missing, whose schools."""

from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shnor_lib
from shnor_lib.analysis.credibility.signals import SIGNALS
from shnor_lib.credibility import Credibility
from shnor_lib.errors import SelectionError


@pytest.fixture(scope="module")
def region(demo_project):
    return shnor_lib.open(demo_project)


@pytest.fixture(scope="module")
def verdicts(region):
    return region.identify()


@pytest.fixture(scope="module")
def found(verdicts):
    return verdicts.credibility


@pytest.mark.rule("R25", "what one page hides another does not print")
def test_hidden_counts_are_hidden_in_every_table(verdicts, found):
    cells = verdicts.public_cells
    now = cells[cells["year"].eq(verdicts.year) & cells["suppressed"]]
    hidden = set(zip(now["school_id"], now["series"], strict=True))
    checked = 0
    for frame in (found.bunching, found.pass_mark, found.journal):
        for row in frame.itertuples(index=False):
            if (row.school_id, row.series) in hidden:
                checked += 1
                assert row.suppressed
                assert frame.loc[frame["suppressed"], "participants"].isna().all()
    assert checked, "the region has no small groups: the test proves nothing"
    assert not {"participants_before", "participants_after"} & set(found.jumps)


@pytest.mark.rule("R25", "a sum of the region in which one cell alone is hidden gives it back")
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 12), st.booleans()), min_size=1, max_size=8))
@settings(deadline=None)
def test_no_hidden_cell_is_a_sum_less_what_is_shown(rows):
    ids = [f"{at:06d}" for at in range(len(rows))]
    frame = pd.DataFrame(
        {"school_id": ids, "series": [f"s{of}" for of, _, _ in rows], "participants": [n for _, n, _ in rows]}
    )
    # The last school is not judged, others are hidden to cover those of other pages.
    whole = SimpleNamespace(
        names=pd.DataFrame({"school_id": ids[:-1]}),
        minimum=5,
        public_cells=frame.assign(year=2025, suppressed=[cover for _, _, cover in rows]),
        decision=SimpleNamespace(year=2025),
    )
    kept = Credibility(whole, None)._summed(frame)
    hidden = [n < 5 or cover or at == len(rows) - 1 for at, (_, n, cover) in enumerate(rows)]
    for series, part in frame.assign(hidden=hidden).groupby("series"):
        secret = part[part["hidden"]]
        told = len(secret) == 1 or 0 < secret["participants"].sum() < 5
        assert (series in set(kept["series"])) is not told


def test_a_histogram_of_a_small_school_is_refused(found):
    series = found.works[0]
    work = found.found.works[series]
    for school, persons in zip(work.schools, work.participants, strict=True):
        if persons < 20:
            with pytest.raises(SelectionError, match="меньше 20"):
                found.histogram(series, school)
        else:
            assert found.histogram(series, school)["count"].sum() == persons
    assert (work.participants < 20).any()


def test_histograms_know_their_marks(found):
    series = found.works[0]
    whole = found.histogram(series)
    assert whole["count"].sum() == found.found.works[series].participants.sum()
    firsts = {
        mark: int(whole.loc[whole["mark"].eq(mark), "score"].min()) for mark, _ in found.boundaries(series)
    }
    assert firsts == dict(found.boundaries(series))
    with pytest.raises(SelectionError, match="vpr-ma-5"):
        found.histogram("ege-ru")
    with pytest.raises(SelectionError, match="000001"):
        found.histogram(series, "000001")


def test_a_year_without_distributions_has_no_signals_and_no_errors(region):
    first = region.identify(region.years[0])
    found = first.credibility
    assert found.schools[list(SIGNALS)].isna().all(axis=None)
    assert found.schools["reasons"].eq("").all()
    assert found.objectivity.index is None
    assert "данных для сигналов нет" in repr(found)
    assert found.works == []


def test_a_municipality_sees_its_schools_and_the_region_whole(region):
    place = region.municipalities["municipality_id"].iloc[0]
    here = region.municipality(place).identify().credibility
    assert here.schools["municipality_id"].eq(place).all()
    assert here.tests.equals(region.identify().credibility.tests)


def test_signals_change_no_verdict(verdicts, found):
    before = verdicts.statuses["status"].copy()
    assert len(found.schools) == len(before)
    assert verdicts.again().statuses["status"].equals(before)
    assert "bunching" not in verdicts.table


def test_what_hangs_on_one_point_is_told_apart_from_signals(found):
    schools = found.schools
    hanging = schools["pass_mark"].fillna(value=False).astype(bool)
    assert (schools["one_point"].ne("") == hanging).all()
    assert hanging.any()
    assert schools.loc[hanging, "one_point"].str.contains("на один балл выше").all()
    assert not schools["reasons"].str.contains("на один балл").any()
