"""Shipped profiles: what each states, what it leaves to the region, its list and documents on a region."""

import io

import pandas as pd
import pytest
from docx import Document as WordFile

import shnor_lib
from shnor_lib.documents import Cards, order_list
from shnor_lib.methodology import load, origins, parent, shipped
from shnor_lib.methodology.describe import described, differences, unmarked
from shnor_lib.methodology.words import said
from shnor_lib.present import export

SEEDS = ("dagestan-2023", "irkutsk-2023", "kbr-2024", "krasnodar-2023", "tomsk-2020")


def origin(profile, name):
    return {item.name: item.origin for item in described(profile)}[name]


@pytest.fixture(scope="module", params=(*SEEDS, "rosobrnadzor-847"))
def profile(request):
    return request.param


class TestWhatAProfileSays:
    def test_every_seed_has_its_profile(self):
        assert set(shipped()) == {*SEEDS, "rosobrnadzor-847"}

    def test_it_has_source_region_and_years(self, profile):
        method = load(profile)
        assert method.source
        assert method.valid.from_ is not None
        assert bool(method.region) == (profile != "rosobrnadzor-847")
        assert parent(profile) == ("" if profile == "rosobrnadzor-847" else "rosobrnadzor-847")

    def test_every_identification_setting_that_matters_has_somebody_who_says_so(self, profile):
        """Defaults stay only where the method does not use the setting."""
        left = {item.name for item in unmarked(described(profile)) if item.name.startswith("identification")}
        assert left <= {"identification.min_participants", "identification.pool_years"}

    @pytest.mark.parametrize(
        ("name", "setting", "value"),
        [
            ("dagestan-2023", "identification.threshold_percent", 30),
            ("dagestan-2023", "identification.limb_b", "same_series"),
            ("dagestan-2023", "support.clusters", ("project_500", "addressed", "risk", "prevention")),
            ("dagestan-2023", "risk.parts", ("deficits", "low_index", "no_prevention")),
            ("kbr-2024", "clusters.scheme", "imported"),
            ("kbr-2024", "identification.distinct", "series"),
            ("irkutsk-2023", "identification.listing", "imported"),
            ("tomsk-2020", "identification.attempt", "first"),
            ("tomsk-2020", "identification.listing", "rule_and_low_index"),
        ],
    )
    def test_what_the_seed_states(self, name, setting, value):
        assert load(name).setting(setting) == value
        assert origin(name, setting) == "source"

    @pytest.mark.parametrize(
        ("name", "setting"),
        [
            ("dagestan-2023", "identification.series"),
            ("dagestan-2023", "support.min_failed"),
            ("dagestan-2023", "identification.comparability"),
            ("tomsk-2020", "identification.threshold_percent"),
            ("irkutsk-2023", "identification.hits_in_one_year"),
            ("krasnodar-2023", "deficits.triggers"),
        ],
    )
    def test_what_it_leaves_to_the_region(self, name, setting):
        assert origin(name, setting) == "regional"

    def test_what_it_takes_over_is_told_with_its_profile(self):
        taken = {item.name: item for item in described("kbr-2024")}["identification.threshold_percent"]
        assert (taken.origin, taken.profile) == ("inherited", "rosobrnadzor-847")

    def test_targets_of_seed_001(self):
        targets = load("tomsk-2020").beside.targets
        assert [target.goal for target in targets] == ["at_most", "times_less", "times_more", "times_more"]
        last = targets[-1]
        assert (last.base_count, last.base_of, last.base_year) == (20, 140, 2019)
        assert round(100 * last.base_count / last.base_of, 1) == 14.3

    def test_factors_and_codes_of_seed_004(self):
        parameters = load("krasnodar-2023").deficits.parameters
        codes = [item.code for item in parameters]
        assert (len(codes), len(set(codes)), len({item.factor for item in parameters})) == (62, 62, 11)
        assert {item.code for item in load("krasnodar-2023").deficits.triggers} <= set(codes)


class TestInheritance:
    def test_left_to_the_region_until_somebody_states_it(self, tmp_path):
        path = tmp_path / "ours.yml"
        path.write_text(
            "inherits: rosobrnadzor-847\nidentification: {attempt: best, biased_list: separate}\n"
            "regional: [identification.biased_list]\n",
            encoding="utf-8",
        )
        method = load(path)
        assert "identification.attempt" not in method.regional
        assert method.regional.count("identification.biased_list") == 1
        assert "identification.comparability" in method.regional
        assert origins(path)["identification.attempt"] == "ours"

    def test_two_profiles_differ_where_their_values_do(self):
        found = {item.first.name: item for item in differences("rosobrnadzor-847", "kbr-2024")}
        assert set(found) == {"clusters.scheme"}
        assert (found["clusters.scheme"].first.value, found["clusters.scheme"].second.value) == (
            "max_share",
            "imported",
        )

    def test_nothing_differs_from_itself(self, profile):
        assert differences(profile, profile) == []


@pytest.fixture(scope="module")
def cards(demo_project, profile):
    return Cards(shnor_lib.open(demo_project, methodology=profile))


class TestOnARegion:
    """Every profile gives its list, and the documents of it."""

    def test_list_and_order(self, cards, profile):
        found = cards.verdicts
        assert found.counts["shnor"] > 0
        order = order_list(cards.region, found)
        assert order.content["total"].startswith(str(found.counts["shnor"]))
        assert load(profile).source == order.content["source"]
        regional = [item for item in described(profile) if item.origin == "regional"]
        told = dict(line.rsplit(" [", 1) for line in order.content["regional"])
        assert sorted(told) == sorted(f"{item.rule}: {item.title}" for item in regional)
        assert told
        for item in regional:
            value, brief = item.value or "нет", told[f"{item.rule}: {item.title}"].removesuffix("]")
            # A list of indicators or of parameters fills a page: its length is told, `show` prints it.
            long = "(" in value
            words = "; ".join(said(item.name, part) for part in value.split("; "))
            assert brief == (f"в перечне {len(load(profile).setting(item.name))}" if long else words)
        assert order.title.encode() in order.html()

    def test_the_list_as_workbook_and_word_file(self, cards, tmp_path):
        found = cards.verdicts
        ids = set(found.listed["school_id"])
        export.write(found.table, tmp_path / "list.xlsx", "Список ШНОР", (), found.sheets)
        sheet = pd.read_excel(
            tmp_path / "list.xlsx", sheet_name="Список ШНОР", dtype=str, header=None, engine="calamine"
        )
        assert ids <= set(sheet.to_numpy().ravel())
        file = WordFile(io.BytesIO(order_list(cards.region, found).docx()))
        assert ids <= {cell.text for table in file.tables for row in table.rows for cell in row.cells}

    def test_a_card_as_word_file_and_page(self, cards):
        card = cards.of(cards.verdicts.listed["school_id"].iloc[0])
        file = WordFile(io.BytesIO(card.docx()))
        words = " ".join(paragraph.text for paragraph in file.paragraphs)
        words += " ".join(cell.text for table in file.tables for row in table.rows for cell in row.cells)
        assert "ШНОР" in words
        assert card.content["method"].split(" (")[0] in words
        assert "ШНОР" in card.html().decode()

    def test_a_card_of_every_listed_school(self, cards):
        for school in cards.verdicts.listed["school_id"]:
            card = cards.of(school).content
            assert card["status"] == "ШНОР"
            assert card["reasons"]

    def test_dynamics_and_deficits(self, cards, profile):
        region, year = cards.region, cards.verdicts.year
        assert region.dynamics(year).summary["base"] > 0
        assert len(region.deficits(year).items) > 0


def test_every_parameter_of_the_constructor_has_measures():
    deficits = load("krasnodar-2023").deficits
    known = [parameter.code for parameter in deficits.parameters]
    named = [code for block in deficits.measures for code in block.codes]
    assert named == known
    assert sum(len(block.municipality) for block in deficits.measures) == 54
    assert sum(len(block.school) for block in deficits.measures) == 76
    assert deficits.against("11.2")[0] == ("Формирование кадрового резерва специалистов УО и ТМС",)
    assert load("rosobrnadzor-847").deficits.against("1.1") == ((), ())


def test_an_audit_that_numbers_parameters_in_its_own_way_gets_measures_by_their_names():
    deficits = load("krasnodar-2023").deficits
    assert deficits.against("1.1", "Дефицит педагогических  сотрудников") == deficits.against("4.1")
    assert deficits.against("4.2", "Стаж руководящей работы администрации менее 5 лет") == ((), ())
