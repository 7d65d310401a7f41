"""The list for an order."""

import pytest

from shnor_lib.documents import order_list
from shnor_lib.present import text
from tests.documents.conftest import words


@pytest.fixture(scope="session")
def order(region, cards):
    return order_list(region, cards.verdicts)


def rows(document):
    return [school for group in document.content["groups"] for school in group["schools"]]


def test_it_holds_the_listed_schools_once_in_alphabetical_order(order, cards):
    listed = cards.verdicts.listed
    assert [row["code"] for row in rows(order)] == listed["school_id"].to_list()
    assert [row["number"] for row in rows(order)] == [str(n) for n in range(1, len(listed) + 1)]
    places = [group["municipality"] for group in order.content["groups"]]
    assert places == listed["municipality"].drop_duplicates().to_list()


def test_grounds_are_the_conditions_of_the_verdict(order, cards):
    for row, verdict in zip(rows(order), cards.verdicts.listed.to_dict("records"), strict=True):
        assert ("А: " in row["grounds"]) == verdict["limb_a"]
        assert ("Б: " in row["grounds"]) == verdict["limb_b"]


def test_no_counts_are_in_it(order):
    assert not any(" из " in row["grounds"] for row in rows(order))


@pytest.mark.parametrize("ending", ["pdf", "docx", "html"])
def test_every_format_names_every_school(order, ending):
    said = words(ending, getattr(order, ending)())
    assert all(row["code"] in said for row in rows(order))
    assert "Порядок алфавитный" in said


def test_conditions_follow_the_method(region):
    found = region.identify(limb_b="any_series", hits_in_one_year=3, threshold=25)
    first, second = order_list(region, found).content["conditions"]
    assert "не менее 25" in first
    assert "не менее чем в 3" in first
    assert "хотя бы в одной процедуре" in second


def test_an_empty_list_says_so(region):
    found = region.identify(threshold=100, hits_in_one_year=9)
    document = order_list(region, found)
    assert found.listed.empty
    for ending in ("pdf", "docx", "html"):
        assert "ни одна организация не выявлена" in words(ending, getattr(document, ending)())


def test_official_names_keep_their_words():
    full = 'Муниципальное  бюджетное общеобразовательное учреждение "СОШ №7"'
    assert text.official_name(full) == (
        f"Муниципальное бюджетное общеобразовательное учреждение «СОШ №{text.NBSP}7»"
    )
