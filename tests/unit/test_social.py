"""The façade of social conditions on the synthetic municipality and on a small project."""

import pandas as pd
import pytest

import shnor_lib as shnor
from shnor_lib.analysis import neighbours, risk, social_index
from shnor_lib.data import store
from shnor_lib.data.findings import to_frame
from shnor_lib.data.schemas import TABLES
from shnor_lib.errors import SelectionError
from shnor_lib.present import labels
from shnor_lib.present import social as told
from shnor_lib.social import CONTRACT
from tests.region_builder import calendar, register, results
from tests.spec.test_social_index import EXAMPLE_10, passports, policy

A, B, C, D = "000001", "000002", "000003", "000004"
EXAMPLE_METHOD = {
    "social_index.indicators": [
        {"indicator": "low_income", "sign": -1},
        {"indicator": "single_parent", "sign": -1},
        {"indicator": "parents_higher_education", "sign": 1},
    ]
}


@pytest.fixture(scope="module")
def region(demo_project):
    return shnor.open(demo_project)


@pytest.fixture(scope="module")
def social(region):
    return region.social()


@pytest.mark.rule("R21", "the index of the synthetic region goes with the disadvantage that made it")
def test_index_knows_the_latent_truth(demo_project, social):
    truth = pd.read_parquet(demo_project / "data" / "truth" / "schools.parquet")
    both = social.table.merge(truth, on="school_id").dropna(subset="index")
    assert len(both) > 8
    order = both[["index", "disadvantage"]].astype(float).rank().corr()
    assert order.iloc[0, 1] < -0.7
    assert order.iloc[0, 1] > -1, "a passport is not the truth itself"


def test_table_has_a_row_a_school_and_the_contract_its_columns(region, social):
    assert list(social.contract) == list(CONTRACT)
    assert set(social.table["school_id"]) == set(region.identify().table["school_id"])
    assert set(social.table["index_state"]) <= set(social_index.STATES)
    assert "рассчитан" in repr(social)
    assert {"Все школы", "ШНСУ"} == set(social.sheets)


@pytest.mark.rule("R20", "status «риск» takes the zone of the method")
def test_risk_in_the_list(region):
    plain = region.identify()
    tried = region.identify(**{"risk.parts": ["deficits", "low_index"]})
    before, after = plain.statuses["status"], tried.statuses["status"]
    assert plain.counts["risk"] == 0
    assert tried.counts["risk"] > 0
    moved = before[before != after]
    assert set(moved) <= {"not_identified", "doubtful"}
    assert set(after[moved.index]) == {"risk"}
    assert tried.counts["shnor"] == plain.counts["shnor"]
    reasons = tried.table.loc[tried.table["status"].eq("risk"), "reasons"]
    assert reasons.str.contains("R20: ").all()
    zone = region.social(**{"risk.parts": ["deficits", "low_index"]}).table.set_index("school_id")
    at_risk = tried.table.loc[tried.table["status"].eq("risk"), "school_id"]
    assert zone.loc[at_risk, "risk"].all()


@pytest.mark.rule("R25", "what leaves shows no counts of a handful of people")
class TestPublic:
    def test_no_pupils_and_no_small_groups(self, social):
        public = social.public
        assert "pupils" not in public
        assert not public["participants"].lt(5).any()
        assert public["share"].notna().any()

    def test_a_sum_holds_no_hidden_cell(self, social):
        cells = social.verdicts.public_cells
        cells = cells[cells["year"].eq(social.year)]
        shown = cells[~cells["suppressed"]].groupby("school_id")["participants"].sum()
        hidden = set(cells.loc[cells["suppressed"], "school_id"])
        assert hidden, "the municipality has no hidden cell: the test proves nothing"
        known = social.public.dropna(subset="participants").set_index("school_id")["participants"]
        assert (known <= shown.reindex(known.index)).all()
        raw = social.table.set_index("school_id")["participants"]
        several = [school for school in hidden & set(known.index) if raw[school] > known[school]]
        assert several

    def test_index_of_a_few_pupils_is_hidden(self, tmp_path):
        found = example(tmp_path, base={A: 4}).social(2026, **EXAMPLE_METHOD)
        assert found.table.set_index("school_id").loc[A, "index"] is not pd.NA
        assert found.public.set_index("school_id").loc[A, "index"] is pd.NA


def test_a_municipality_is_a_part_of_the_region(region, social):
    place = region.municipalities["municipality_id"].iloc[0]
    part = region.municipality(place).social()
    assert len(part.table) > 0
    assert set(part.table["municipality_id"]) == {place}
    whole = social.table.set_index("school_id").loc[part.table["school_id"], "index"]
    assert whole.to_list() == part.table["index"].to_list(), "Q1 and scales are those of the region"
    assert part.found is social.found


def test_neighbours_of_a_school(social):
    code = social.table["school_id"].iloc[0]
    near = social.neighbours(code)
    assert code not in set(near["school_id"])
    assert near["place"].to_list() == list(range(1, len(near) + 1))
    assert near["distance"].is_monotonic_increasing
    assert not {"share", "failed"} & set(near), "others are alike, not compared in results"
    assert set(social.compared_by(code)) <= set(neighbours.CHARACTERISTICS)
    with pytest.raises(SelectionError):
        social.neighbours("999999")


def test_resilient_needs_the_years_it_looks_at(region):
    first = region.years[0]
    assert region.social(first).table["resilient"].isna().all()


def example(tmp_path, base=None, **tables):
    """The schools of example 10 with results of two years."""
    forms = pd.concat(
        [passports({code: EXAMPLE_10[code]}, base=(base or {}).get(code, 100)) for code in EXAMPLE_10]
    )
    over = (forms["count"] > forms["base"]).fillna(value=False)
    forms["count"] = forms["count"].mask(over, forms["base"])
    years = (2025, 2026)
    cells = {code: {"oge-ma": dict.fromkeys(years, (2, 20))} for code in EXAMPLE_10}
    everything = {
        "schools": register(list(EXAMPLE_10), years),
        "results": results(cells),
        "procedures": calendar(["oge-ma"], range(2021, 2027)),
        "social_passport": forms,
        **tables,
    }
    store.write(tmp_path / "data" / "processed", everything, to_frame([]), [], "1")
    return shnor.open(tmp_path)


def test_passports_follow_the_codes(tmp_path):
    """R17: a renamed school keeps its passport of last year."""
    moves = TABLES["crosswalk"].conform(
        pd.DataFrame(
            [(A, "000009", "2025-10-01", "rename")], columns=["old_id", "new_id", "from_date", "kind"]
        )
    )
    schools = pd.concat(
        [register([B, C, D], (2025, 2026)), register([A], (2025,)), register(["000009"], (2026,))]
    )
    region = example(tmp_path, crosswalk=moves, schools=schools)
    found = region.social(2026, **EXAMPLE_METHOD).table.set_index("school_id")
    assert found.loc["000009", "index"] == 100


def test_prevention_of_the_year_is_what_counts(tmp_path):
    rows = [(A, 2026, 0), (B, 2025, 0), (C, 2026, 1)]
    prevention = pd.DataFrame(rows, columns=["school_id", "year", "count"]).assign(indicator="school_system")
    region = example(tmp_path, prevention=TABLES["prevention"].conform(prevention))
    zone = region.social(2026, **EXAMPLE_METHOD, **{"risk.parts": ["no_prevention"]}).table
    assert zone.set_index("school_id")["risk"].to_list() == [True, pd.NA, False, pd.NA]
    assert region.identify(2026, **{"risk.parts": ["no_prevention"]}).counts["risk"] == 1


class TestWords:
    def test_ties_are_said(self):
        found = social_index.compute(
            passports(EXAMPLE_10 | {"000009": (30, 40, 20), "000010": (30, 40, 20)}),
            [*EXAMPLE_10, "000009", "000010"],
            policy(),
            2026,
        )
        said = told.quartile(found)
        assert "в нём 3 из 6" in said.replace(told.text.NBSP, " ")
        assert "1 попала сверх четверти" in said

    @pytest.mark.parametrize(
        ("value", "words"),
        [(-0.4, "Так и должно быть"), (0.0, "Связи условий"), (0.4, "обратна"), (None, "не проверена")],
    )
    def test_sanity(self, value, words):
        assert words in told.sanity(40, value)
        assert told.relation(value)

    def test_refused_weights_are_explained(self):
        found = social_index.compute(
            passports(EXAMPLE_10), list(EXAMPLE_10), policy(weights="first_component"), 2026
        )
        assert "Веса не приняты" in told.weights(found)
        assert "веса показателей не приняты" in told.calculated(found)

    def test_every_machine_value_has_words(self):
        assert set(labels.INDEX_STATES) == set(social_index.STATES)
        assert set(labels.INDEX_REASONS) == set(social_index.REASONS)
        assert set(labels.RISK_PARTS) == set(risk.PARTS)
        assert set(labels.WATCH_PARTS) == set(risk.WATCH_PARTS)
        assert set(labels.STANDINGS) == set(neighbours.PLACES)
        assert set(labels.CHARACTERISTICS) == set(neighbours.CHARACTERISTICS)
