"""R17: codes through time."""

import pandas as pd
import pytest

from shnor_lib.data import crosswalk
from shnor_lib.data.schemas import TABLES
from tests.region_builder import register, results

NO_SCHOOLS = TABLES["schools"].empty()
A, B, C, D = "000001", "000002", "000003", "000004"


def moves(*rows):
    return TABLES["crosswalk"].conform(pd.DataFrame(rows, columns=["old_id", "new_id", "from_date", "kind"]))


def cells(frame):
    return {
        (row.school_id, row.year): (row.failed, row.participants) for row in frame.itertuples(index=False)
    }


PAST = results({A: {"oge-ma": {2024: (3, 10)}}, B: {"oge-ma": {2024: (1, 5), 2025: (2, 5)}}})


@pytest.mark.rule("R17", "a renamed school is the same school, through a chain of codes")
def test_rename_chain():
    chain = moves((A, C, "2024-09-01", "rename"), (C, D, "2025-01-10", "prefix"))
    found = cells(crosswalk.successors(PAST, chain, 2025))
    assert found[(D, 2024)] == (3, 10)
    assert crosswalk.closed(chain, NO_SCHOOLS, 2025) == {A, C}


@pytest.mark.rule("R17", "a change counts from the school year that it falls into")
def test_effective_date():
    chain = moves((A, C, "2025-08-31", "rename"), (B, D, "2025-09-01", "rename"))
    assert crosswalk.closed(chain, NO_SCHOOLS, 2025) == {A}
    assert crosswalk.closed(chain, NO_SCHOOLS, 2026) == {A, B}


@pytest.mark.rule("R17", "merged schools: counts of the predecessors are summed")
class TestMerge:
    merged = moves((A, C, "2025-01-01", "merge"), (B, C, "2025-01-01", "merge"))

    def test_sum(self):
        found = cells(crosswalk.successors(PAST, self.merged, 2025))
        assert found == {(C, 2024): (4, 15), (C, 2025): (2, 5)}

    def test_a_missing_summand_makes_the_sum_missing(self):
        past = results({A: {"oge-ma": {2024: (None, 10)}}, B: {"oge-ma": {2024: (1, 5)}}})
        found = crosswalk.successors(past, self.merged, 2025)
        assert found["failed"].isna().all()
        assert found["participants"].to_list() == [15]

    def test_bounds_are_summed(self):
        past = results({A: {"oge-ma": {2024: (None, 10)}}, B: {"oge-ma": {2024: (1, 5)}}})
        past.loc[past["school_id"] == A, ["failed_low", "failed_high"]] = [2, 3]
        found = crosswalk.successors(past, self.merged, 2025).iloc[0]
        assert (found["failed_low"], found["failed_high"]) == (3, 4)

    def test_successor_only(self):
        found = cells(crosswalk.successors(PAST, self.merged, 2025, "successor_only"))
        assert (C, 2024) not in found

    def test_any_predecessor_takes_the_larger_share(self):
        found = cells(crosswalk.successors(PAST, self.merged, 2025, "any_predecessor"))
        assert found[(C, 2024)] == (3, 10)


@pytest.mark.rule("R17", "children of a split have no past; a closed school leaves the lists")
def test_split_and_close():
    chain = moves(
        (A, C, "2025-01-01", "split"), (A, D, "2025-01-01", "split"), (B, None, "2025-01-01", "close")
    )
    found = cells(crosswalk.successors(PAST, chain, 2025))
    assert {school for school, _ in found} == {A, B}
    assert crosswalk.closed(chain, NO_SCHOOLS, 2025) == {A, B}


@pytest.mark.rule("R17", "the register follows the codes; the successor's own row stands")
def test_register():
    schools = register([A, C], [2024, 2025])
    found = crosswalk.current_register(schools, moves((A, C, "2025-01-01", "rename")), 2025)
    assert found["school_id"].to_list() == [C, C]
    assert set(found["name"]) == {f"Школа {C}"}


@pytest.mark.rule("R17", "several merges at once, in whatever order their rows stand")
def test_two_merges_out_of_order():
    past = results(
        {
            "000009": {"oge-ma": {2024: (1, 10)}},
            A: {"oge-ma": {2024: (2, 10)}},
            B: {"oge-ma": {2024: (3, 10)}},
            C: {"oge-ma": {2024: (4, 10)}},
        }
    )
    twice = moves((A, "000009", "2025-01-01", "merge"), (B, C, "2025-01-01", "merge"))
    assert cells(crosswalk.successors(past, twice, 2025)) == {("000009", 2024): (3, 20), (C, 2024): (7, 20)}
