"""R17, R18 from the raw files to the list: every kind of change of codes, every way to name a school."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from shnor_lib.data.schemas import CODE_KINDS, CROSSWALK_KINDS
from shnor_lib.errors import UnmatchedError
from shnor_lib.region import open_region
from tests.intake.conftest import Box

A, B, C = "220001", "220002", "220003"
RESULTS = ["school_id", "year", "series", "participants", "failed"]
SCHOOLS = ["school_id", "year", "name", "municipality"]
MOVES = ["old_id", "new_id", "from_date", "kind"]
# 2024: 7 of 20 under the old code; 2025: 6 of 20 under the new one
PAST, NOW = [A, 2024, "oge-ma", 20, 7], [B, 2025, "oge-ma", 20, 6]
LISTED, WATCHED = "shnor", "watch"


def region(root: Path, moves: Sequence[Sequence[object]], *results: Sequence[object]) -> pd.DataFrame:
    """Verdicts of 2025, by school."""
    box = Box(root)
    names = [[code, year, f"Школа {code}", "Алейский район"] for code in (A, B, C) for year in (2024, 2025)]
    box.csv("schools.csv", [SCHOOLS, *names])
    box.csv("results.csv", [RESULTS, *results])
    box.csv("crosswalk.csv", [MOVES, *moves])
    box.ingest()
    found: pd.DataFrame = open_region(root).identify(2025).table
    return found.set_index("school_id")


def test_every_kind_of_change_has_an_example_here() -> None:
    assert set(OUTCOMES) == set(CROSSWALK_KINDS)
    assert CODE_KINDS == ("oge", "ege", "inn")


OUTCOMES = {
    "rename": ("the same school: two years running", {B: LISTED}),
    "prefix": ("the same school: two years running", {B: LISTED}),
    "merge": ("the past of the predecessor counts for the successor", {B: LISTED}),
    "branch": ("the branch is counted with its school", {B: LISTED}),
    "split": ("children have no past", {B: WATCHED}),
    "close": ("the closed school leaves the list and is no exit", {B: WATCHED}),
}


@pytest.mark.parametrize("kind", OUTCOMES)
@pytest.mark.rule("R17", "each kind of change of codes decides what the past counts for")
def test_kind_of_change(tmp_path: Path, kind: str) -> None:
    moves = [[A, "" if kind == "close" else B, "2024-09-01", kind]]
    found = region(tmp_path, moves, PAST, NOW)
    assert found["status"].reindex([B]).to_dict() == OUTCOMES[kind][1]
    assert A not in found.index


@pytest.mark.rule("R17", "without a change the two codes are two schools, whatever they are called")
def test_without_a_change_nothing_is_joined(tmp_path: Path) -> None:
    found = region(tmp_path, [], PAST, NOW)
    assert found["status"].reindex([B]).to_list() == [WATCHED]
    assert A in found.index


@pytest.mark.rule("R17", "a change counts from the school year it falls into")
def test_a_change_of_the_next_school_year_changes_nothing_yet(tmp_path: Path) -> None:
    found = region(tmp_path, [[A, B, "2025-09-01", "merge"]], PAST, NOW)
    assert found["status"].reindex([B]).to_list() == [WATCHED]


@pytest.mark.rule("R17", "merge: past counts are summed, 7 of 20 and 1 of 20 are 8 of 40, below 30 %")
def test_merged_past_is_a_sum(tmp_path: Path) -> None:
    moves = [[A, C, "2024-09-01", "merge"], [B, C, "2024-09-01", "merge"]]
    other = [B, 2024, "oge-ma", 20, 1]
    found = region(tmp_path, moves, PAST, other, [C, 2025, "oge-ma", 40, 12])
    assert found.loc[C, "status"] == WATCHED


@pytest.mark.rule("R17", "prefix: sch220001, edu220001 and 220001 are one school")
def test_letters_before_the_digits_are_no_part_of_the_key(tmp_path: Path) -> None:
    rows = [["sch220001", 2024, "oge-ma", 20, 7], ["edu220001", 2025, "oge-ma", 20, 6]]
    assert region(tmp_path, [], *rows).loc[A, "status"] == LISTED


@pytest.mark.rule("R18", "an unknown code of the РЦОИ stops the list and is named")
def test_an_unknown_code_of_the_rcoi_stops_the_list(tmp_path: Path) -> None:
    from tests.intake import pupils

    box = Box(tmp_path)
    box.csv("schools.csv", [SCHOOLS, [A, 2025, "Школа", "Алейский район"]])
    box.csv("codes.csv", [["school_id", "kind", "code"], [A, "oge", 101]])
    rows = [pupils.protocol(code, who, 20, 3) for who, code in enumerate((101, 999))]
    box.xlsx("огэ.xlsx", [["01 - Русский язык 2025.06.09"], pupils.PROTOCOL, *rows])
    box.ingest()
    with pytest.raises(UnmatchedError, match="000999"):
        open_region(tmp_path).identify(2025)
    (tmp_path / "shnor.yml").write_text("acknowledged_codes: ['000999']\n", encoding="utf-8")
    assert A in set(open_region(tmp_path).identify(2025).table["school_id"])


@pytest.mark.rule("R18", "a name without a code is not matched in silence: the row is out and listed")
def test_a_name_without_a_decision_is_listed_and_nothing_is_guessed(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.csv("schools.csv", [SCHOOLS, [A, 2025, "МБОУ СОШ № 1", "Алейский район"]])
    box.csv("a.csv", [["Школа", *RESULTS[1:]], ["МБОУ СОШ № 1", 2025, "oge-ma", 20, 7]])
    ingested = box.ingest()
    assert (ingested.findings["check"] == "undecided_school").sum() == 1
    assert ingested.snapshot.table("results").empty
