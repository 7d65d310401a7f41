"""Rule R17: codes that change with time."""

import pandas as pd
import pytest

from shnor_lib.data.crosswalk import closed, effective_year, last_years, successors
from shnor_lib.data.schemas import TABLES

pytestmark = pytest.mark.rule("R17", "identity through an effective-dated crosswalk")


def crosswalk(*rows: tuple[str, str | None, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["old_id", "new_id", "from_date", "kind"])
    return TABLES["crosswalk"].conform(frame)


def results(*rows: tuple[str, int, int, int | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["school_id", "year", "participants", "failed"])
    frame["failed"] = frame["failed"].astype("Int64")
    frame["failed_low"] = frame["failed"].fillna(1)
    frame["failed_high"] = frame["failed"].fillna(2)
    frame["source"] = "файл | " + frame["school_id"]
    frame["mean_score"] = 10.0
    return TABLES["results"].conform(frame.assign(series="vpr-ma-5", attempt="first"))


def cells(frame: pd.DataFrame) -> set[tuple[object, ...]]:
    shown = frame[["school_id", "year", "participants", "failed"]].astype(object)
    return {tuple(None if pd.isna(cell) else cell for cell in row) for row in shown.to_numpy()}


A, B, C, D = "220001", "220002", "220003", "220004"


@pytest.mark.parametrize(
    ("date", "year"), [("2024-08-31", 2024), ("2024-09-01", 2025), ("2024", 2024), ("2024-10", 2025)]
)
def test_a_change_counts_from_the_school_year_it_begins(date: str, year: int) -> None:
    assert effective_year(date) == year


def test_renamed_school_takes_its_past_along() -> None:
    codes = crosswalk((A, B, "2024-09-01", "rename"))
    past = results((A, 2024, 20, 6))
    assert cells(successors(past, codes, 2025)) == {(B, 2024, 20, 6)}
    assert cells(successors(past, codes, 2024)) == {(A, 2024, 20, 6)}


def test_chain_of_changes() -> None:
    codes = crosswalk((B, C, "2024-01-15", "merge"), (A, B, "2022-09-01", "prefix"))
    assert cells(successors(results((A, 2022, 20, 6), (C, 2022, 10, 1)), codes, 2024)) == {(C, 2022, 30, 7)}
    assert cells(successors(results((A, 2022, 20, 6)), codes, 2023)) == {(B, 2022, 20, 6)}


MERGE = crosswalk((A, C, "2024-09-01", "merge"), (B, C, "2024-09-01", "merge"))


def test_merged_counts_are_added_up() -> None:
    past = results((A, 2024, 20, 6), (B, 2024, 30, 3), (C, 2025, 45, 9), (D, 2024, 5, 0))
    merged = successors(past, MERGE, 2025)
    assert cells(merged) == {(C, 2024, 50, 9), (C, 2025, 45, 9), (D, 2024, 5, 0)}
    row = merged[(merged["school_id"] == C) & (merged["year"] == 2024)].iloc[0]
    assert row["source"] == f"файл | {A}; файл | {B}"
    assert row["mean_score"] == 10
    assert list(merged.columns) == list(past.columns)


def test_sum_with_an_unknown_part_is_unknown_but_bounded() -> None:
    merged = successors(results((A, 2024, 20, None), (B, 2024, 30, 3)), MERGE, 2025).iloc[0]
    assert pd.isna(merged["failed"])
    assert (merged["failed_low"], merged["failed_high"]) == (4, 5)


def test_successor_only_forgets_the_predecessors() -> None:
    past = results((A, 2024, 20, 6), (C, 2024, 10, 1), (C, 2025, 45, 9))
    assert cells(successors(past, MERGE, 2025, "successor_only")) == {(C, 2024, 10, 1), (C, 2025, 45, 9)}


def test_rows_under_the_old_code_after_the_merger_count_for_the_successor() -> None:
    late = results((A, 2025, 5, 1), (C, 2025, 40, 8))
    for policy in ("sum", "successor_only", "any_predecessor"):
        assert cells(successors(late, MERGE, 2025, policy)) == {(C, 2025, 45, 9)}


def test_any_predecessor_keeps_the_worst_cell() -> None:
    past = results((A, 2024, 20, 6), (B, 2024, 30, 3))
    assert cells(successors(past, MERGE, 2025, "any_predecessor")) == {(C, 2024, 20, 6)}


def test_branch_is_always_added_to_its_school() -> None:
    codes = crosswalk((B, A, "2023-09-01", "branch"))
    past = results((A, 2023, 20, 6), (B, 2023, 10, 1))
    assert cells(successors(past, codes, 2024, "successor_only")) == {(A, 2023, 30, 7)}


def test_children_of_a_split_have_no_past() -> None:
    codes = crosswalk((A, A, "2024-09-01", "split"), (A, B, "2024-09-01", "split"))
    past = results((A, 2024, 20, 6), (A, 2025, 10, 1), (B, 2025, 10, 5))
    assert cells(successors(past, codes, 2025)) == {(A, 2025, 10, 1), (B, 2025, 10, 5)}
    assert closed(codes, TABLES["schools"].empty(), 2025) == set()


def test_split_into_new_codes_leaves_the_parent_its_history() -> None:
    codes = crosswalk((A, B, "2024-09-01", "split"), (A, C, "2024-09-01", "split"))
    assert cells(successors(results((A, 2024, 20, 6)), codes, 2025)) == {(A, 2024, 20, 6)}
    assert closed(codes, TABLES["schools"].empty(), 2025) == {A}


def test_closed_school_leaves_the_lists_and_keeps_its_history() -> None:
    codes = crosswalk((A, None, "2024-09-01", "close"))
    past = results((A, 2024, 20, 6))
    assert closed(codes, TABLES["schools"].empty(), 2024) == set()
    assert closed(codes, TABLES["schools"].empty(), 2025) == {A}
    assert cells(successors(past, codes, 2025)) == {(A, 2024, 20, 6)}
    assert last_years(codes)[["school_id", "until"]].to_numpy().tolist() == [[A, 2024]]


def test_status_closed_counts_too() -> None:
    schools = TABLES["schools"].conform(
        pd.DataFrame({"school_id": [A, B], "year": 2025, "status": ["closed", "active"]})
    )
    assert closed(TABLES["crosswalk"].empty(), schools, 2025) == {A}


def test_same_digits_under_a_new_prefix_change_nothing() -> None:
    codes = crosswalk((A, A, "2021-09-01", "prefix"))
    past = results((A, 2021, 20, 6))
    assert successors(past, codes, 2022) is past
    assert closed(codes, TABLES["schools"].empty(), 2022) == set()


def test_unknown_policy() -> None:
    with pytest.raises(ValueError, match="merge"):
        successors(results((A, 2024, 1, 0)), MERGE, 2025, "both")
