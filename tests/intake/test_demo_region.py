"""Defects that the generator plants are found where it planted them, and little else is called wrong."""

from pathlib import Path

import pandas as pd
import pytest

from shnor_lib.data import demo
from shnor_lib.data.demo import audit, defects, files, recall, reports, support
from shnor_lib.data.demo.scales import find_scale
from shnor_lib.data.intake import IngestResult, ingest
from shnor_lib.data.scales import scale
from shnor_lib.settings import Project, Settings


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, IngestResult]:
    root = tmp_path_factory.mktemp("region")
    demo.generate(root / "data", scale="region")
    planted = pd.read_parquet(root / "data" / "truth" / "defects.parquet")
    return planted, ingest(Project(Path(root), Settings()))


def test_every_planted_defect_is_found_at_its_cell(region: tuple[pd.DataFrame, IngestResult]) -> None:
    planted, result = region
    found = recall.measure(planted, result.findings)
    assert found.missed.to_dict("records") == []
    assert found.kinds["at_cell"].tolist() == found.kinds["planted"].tolist()
    assert set(found.kinds["kind"]) == set(defects.KINDS)


def test_alarms_without_a_defect_are_few_and_no_errors(region: tuple[pd.DataFrame, IngestResult]) -> None:
    planted, result = region
    alarms = recall.measure(planted, result.findings).alarms
    assert "error" not in set(alarms["severity"])
    assert alarms["alarms"].sum() < 60


def test_no_error_stands_where_nothing_was_planted(region: tuple[pd.DataFrame, IngestResult]) -> None:
    planted, result = region
    places = set(zip(planted["file"], planted["row"], strict=True))
    errors = result.findings[result.findings["severity"] == "error"]
    alarms = [
        row for row in errors[["file", "row", "check"]].to_numpy().tolist() if (row[0], row[1]) not in places
    ]
    assert alarms == []


def test_scores_of_a_school_agree_with_its_marks(region: tuple[pd.DataFrame, IngestResult]) -> None:
    """Two reports of one work, each rebuilt from its own per cents: who stays under the bound got a «2»."""
    _, result = region
    key = ["school_id", "year", "series"]
    scores = result.snapshot.table("score_distribution")
    assert scores["school_id"].nunique() > 500
    marks = result.snapshot.table("results").query("series.str.startswith('vpr')").set_index(key)
    for series in reports.SERIES:
        known = scale(series, files.REPORTS_YEAR) or scale(series, files.REPORTS_YEAR - 1)
        assert known is not None
        rows = (scores["series"] == series) & (scores["year"] == files.REPORTS_YEAR)
        part = scores[rows & (scores["score"] < known.min_3)]
        under = part.groupby(key)["count"].agg(lambda counts: counts.sum(skipna=False))
        both = pd.DataFrame({"under": under, "failed": marks["failed"]}).dropna()
        assert len(both) > 500
        assert (both["under"] == both["failed"]).all()


def test_reports_about_tasks_and_the_journal_are_read_whole(
    region: tuple[pd.DataFrame, IngestResult],
) -> None:
    _, result = region
    scores, tasks, journal = (
        result.snapshot.table(name) for name in ("score_distribution", "task_results", "journal_comparison")
    )
    rows = journal["series"].isin(reports.SERIES) & (journal["year"] == files.REPORTS_YEAR)
    journal, scores = journal[rows], scores[scores["year"] == files.REPORTS_YEAR]
    of_series = [table.groupby("series")["school_id"].nunique() for table in (tasks, journal)]
    assert of_series[0].equals(of_series[1])
    assert set(tasks["task"]) == set(reports.TASKS)
    assert tasks["points"].notna().all()
    assert (journal[["lowered", "confirmed", "raised"]].sum(axis=1) == journal["participants"]).all()
    base = (
        scores[scores["series"].isin(reports.SERIES)]
        .drop_duplicates(["school_id", "series"])
        .set_index(["school_id", "series"])["base"]
    )
    assert (journal.set_index(["school_id", "series"])["participants"].reindex(base.index) == base).all()


def test_warnings_beyond_the_planted_are_few(region: tuple[pd.DataFrame, IngestResult]) -> None:
    _, result = region
    warnings = result.findings[result.findings["severity"] == "warning"]
    assert len(warnings) < 80
    assert result.counts["results"] > 30_000
    assert result.snapshot.attachment("municipalities.geojson") is not None


def test_the_audit_matrix_and_the_roadmap_of_one_municipality_are_read_whole(
    region: tuple[pd.DataFrame, IngestResult],
) -> None:
    _, result = region
    readers = {item.file.rsplit("/", 1)[-1]: (item.readers, item.rows) for item in result.inputs}
    assert readers[audit.MATRIX][0] == ("audit",)
    assert readers[support.OWN][0] == ("roadmap",)
    deficits = result.snapshot.table("deficits")
    listing = audit.codes()
    matrix = deficits[deficits["source"].str.contains(audit.MATRIX, regex=False)]
    assert set(matrix["wave"]) == {"2026-04"}
    assert set(matrix["code"]) - {""} <= set(listing["code"])
    roadmap = result.snapshot.table("roadmap")
    own = roadmap[roadmap["source"].str.contains(support.OWN, regex=False)]
    assert own["municipality_id"].nunique() == 1
    assert len(own) == readers[support.OWN][1] > 1
    assert not set(own["municipality_id"]) & set(roadmap.drop(index=own.index)["municipality_id"])


def test_every_deficit_that_was_audited_is_in_the_snapshot_and_no_other(
    region: tuple[pd.DataFrame, IngestResult],
) -> None:
    _, result = region
    land = files.build(find_scale("region"), 847)
    true = audit.audited(land.history, land.results, 847)
    waves = true["wave"].map({0: "2025-10", 1: "2026-04"})
    expected = sorted(zip(true["school_id"], waves, true["code"], strict=True))
    deficits = result.snapshot.table("deficits")
    assert sorted(zip(deficits["school_id"], deficits["wave"], deficits["code"], strict=True)) == expected
