"""Defects that the generator plants are found where it planted them, and little else is called wrong."""

from pathlib import Path

import pandas as pd
import pytest

from shnor_lib.data.intake import IngestResult, ingest
from shnor_lib.settings import Project, Settings

demo = pytest.importorskip("shnor_lib.data.demo")

# planted kind → checks that name it
EXPECTED = {
    "all_zero_passport": {"all_zero_passport"},
    "city_prefix": {"municipality_spelling"},
    "count_over_pupils": {"count_over_pupils"},
    "doubled_row": {"doubled_rows"},
    "empty_row": {"empty_row"},
    "foreign_login": {"foreign_login"},
    "latin_letters": {"latin_letters"},
    "marks_do_not_close": {"marks_sum"},
    "nbsp": {"nbsp"},
    "percents_do_not_close": {"percent_not_closing"},
    "sudden_change": {"sudden_change"},
    "text_in_number": {"cell_unit", "cell_word_no", "cell_look_alike", "cell_not_a_number", "cell_dash"},
    "total_row": {"total_row"},
}
_WHOLE = {"doubled_year"}  # reported once for the file


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, IngestResult]:
    root = tmp_path_factory.mktemp("region")
    demo.generate(root / "data", scale="region")
    planted = pd.read_parquet(root / "data" / "truth" / "defects.parquet")
    return planted, ingest(Project(Path(root), Settings()))


def test_every_planted_defect_is_found_in_its_row(region: tuple[pd.DataFrame, IngestResult]) -> None:
    planted, result = region
    found = set(zip(result.findings["file"], result.findings["row"], result.findings["check"], strict=True))
    missed = [
        (defect["kind"], defect["file"], defect["row"])
        for defect in planted[~planted["kind"].isin(_WHOLE)].to_dict("records")
        if not any((defect["file"], defect["row"], check) in found for check in EXPECTED[defect["kind"]])
    ]
    assert missed == []


def test_no_error_stands_where_nothing_was_planted(region: tuple[pd.DataFrame, IngestResult]) -> None:
    planted, result = region
    places = set(zip(planted["file"], planted["row"], strict=True))
    errors = result.findings[result.findings["severity"] == "error"]
    alarms = [
        row for row in errors[["file", "row", "check"]].to_numpy().tolist() if (row[0], row[1]) not in places
    ]
    assert alarms == []


def test_warnings_beyond_the_planted_are_few(region: tuple[pd.DataFrame, IngestResult]) -> None:
    _, result = region
    warnings = result.findings[result.findings["severity"] == "warning"]
    assert len(warnings) < 80
    assert result.counts["results"] > 30_000
    assert result.snapshot.attachment("municipalities.geojson") is not None
