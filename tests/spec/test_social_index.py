"""R21: worked example 10, scales, weights, completeness, quartile, age of passports."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from shnor_lib.analysis import social_index, social_scales
from shnor_lib.data.schemas import TABLES
from shnor_lib.methodology.conditions import IndexIndicator, SocialIndex
from shnor_lib.statistics.components import first_component

A, B, C, D = "000001", "000002", "000003", "000004"
YEAR = 2026
THREE = (
    IndexIndicator(indicator="low_income", sign=-1, weight=2),
    IndexIndicator(indicator="single_parent", sign=-1, weight=1),
    IndexIndicator(indicator="parents_higher_education", sign=1, weight=1),
)
NAMES = tuple(entry.indicator for entry in THREE)
EXAMPLE_10 = {A: (10, 20, 50), B: (30, 40, 20), C: (20, 30, 35), D: (30, 20, None)}


def policy(**settings):
    return SocialIndex(**{"indicators": THREE, **settings})


def passports(schools, names=NAMES, base=100, year=YEAR):
    """Counts of `{school: (…)}` of so many pupils; None where the form has no number."""
    rows = [
        {"school_id": school, "year": year, "indicator": name, "count": count, "base": base}
        for school, counts in schools.items()
        for name, count in zip(names, counts, strict=True)
    ]
    return TABLES["social_passport"].conform(pd.DataFrame(rows))


def index(schools=EXAMPLE_10, ids=None, **settings):
    frame = schools if isinstance(schools, pd.DataFrame) else passports(schools)
    return social_index.compute(frame, ids or sorted(frame["school_id"].unique()), policy(**settings), YEAR)


def of(found, school):
    return found.table.set_index("school_id").loc[school]


@pytest.mark.rule("R21", "worked example 10: min–max, equal weights")
class TestExample10:
    found = index()

    def test_values(self):
        assert self.found.values == {A: 100, B: 0, C: 50, D: 50}

    def test_a_school_with_two_of_three_is_incomplete(self):
        assert of(self.found, D)["state"] == "incomplete"
        assert of(self.found, A)["state"] == "complete"

    def test_with_completeness_of_all_it_is_not_calculated(self):
        school = of(index(completeness="1/1"), D)
        assert (school["state"], school["reason"]) == ("not_calculated", "few_indicators")
        assert school["index"] is pd.NA
        assert school["low"] is pd.NA, "missing is in no quartile"


@pytest.mark.rule("R21", "a missing indicator is never a zero")
def test_one_of_three_is_too_few():
    found = index(EXAMPLE_10 | {D: (30, None, None)})
    assert of(found, D)["reason"] == "few_indicators"
    assert D not in found.values


@pytest.mark.rule("R21", "the indicator is a share of pupils, exact")
def test_counts_are_divided_by_pupils_not_compared():
    rows = pd.concat([passports({A: (1, 0, 0)}, base=3), passports({B: (333, 1, 1)}, base=1000)])
    shares = index(rows).scaled.set_index(["school_id", "indicator"])["share"]
    assert shares[A, "low_income"] == pytest.approx(1 / 3)
    assert shares[B, "low_income"] == 0.333


@pytest.mark.rule("R21", "a share of families, where the passport counts them")
def test_base_of_families():
    names = ("low_income", social_index.FAMILIES)
    entry = IndexIndicator(indicator="low_income", sign=-1, base="families")
    rows = passports({A: (10, 40), B: (10, 80), C: (10, None)}, names)
    found = social_index.compute(rows, [A, B, C], SocialIndex(indicators=(entry,)), YEAR)
    assert found.values == {A: 0, B: 100}
    assert of(found, C)["reason"] == "few_indicators"


@pytest.mark.rule("R21", "counts without sense are no shares")
@pytest.mark.parametrize(("count", "base"), [(101, 100), (5, 0), (5, None), (None, 100)])
def test_no_share(count, base):
    rows = pd.concat([passports(EXAMPLE_10), passports({"000009": (count, 1, 1)}, base=base)])
    found = index(rows)
    assert ("000009", "low_income") not in set(
        found.scaled[["school_id", "indicator"]].itertuples(index=False, name=None)
    )


@pytest.mark.rule("R21", "a passport of zeroes is an unfilled form")
def test_zeroes_are_not_prosperity():
    found = index(EXAMPLE_10 | {D: (0, 0, 0)})
    assert of(found, D)["reason"] == "unfilled"
    assert found.values == {A: 100, B: 0, C: 50}, "nor do they move the scale of others"


@pytest.mark.rule("R21", "an old passport is never used silently")
class TestAge:
    def rows(self, year):
        return pd.concat([passports(EXAMPLE_10), passports({"000009": (20, 30, 35)}, year=year)])

    def test_last_years_passport_is_used_and_said(self):
        school = of(index(self.rows(YEAR - 1)), "000009")
        assert (school["passport_year"], school["earlier"], school["index"]) == (YEAR - 1, True, 50)

    def test_a_passport_of_two_years_ago_is_not(self):
        school = of(index(self.rows(YEAR - 2)), "000009")
        assert (school["passport_year"], school["reason"]) == (YEAR - 2, "old_passport")

    def test_the_method_may_allow_it_or_forbid_any(self):
        assert of(index(self.rows(YEAR - 2), passport_max_age=2), "000009")["index"] == 50
        assert of(index(self.rows(YEAR - 1), passport_max_age=0), "000009")["reason"] == "old_passport"

    def test_a_passport_of_next_year_is_not_yet_there(self):
        assert of(index(self.rows(YEAR + 1)), "000009")["reason"] == "no_passport"

    def test_the_newest_one_stands_alone(self):
        rows = pd.concat([passports({A: (1, 1, 1)}, year=YEAR - 1), passports(EXAMPLE_10)])
        assert of(index(rows), A)["passport_year"] == YEAR
        assert index(rows).values[A] == 100


def test_a_school_without_passport_says_so():
    assert of(index(ids=[A, B, C, D, "000009"]), "000009")["reason"] == "no_passport"
    empty = social_index.compute(TABLES["social_passport"].empty(), [A], policy(), YEAR)
    assert (of(empty, A)["reason"], empty.quartile.bound) == ("no_passport", None)
    assert set(empty.absent) == set(NAMES)


def test_an_indicator_equal_everywhere_decides_nothing():
    found = index({A: (10, 20, 5), B: (30, 40, 5), C: (20, 30, 5)})
    assert found.silent == ("parents_higher_education",)
    assert found.values == {A: 100, B: 0, C: 50}
    same = index({A: (1, 2, 3), B: (1, 2, 3)})
    assert set(same.table["reason"]) == {"no_difference"}


@pytest.mark.rule("R21", "scales")
class TestScales:
    shares = {A: Fraction(1, 10), B: Fraction(3, 10), C: Fraction(3, 10), D: Fraction(9, 10)}

    def test_minmax(self):
        assert social_scales.scaled(self.shares, "minmax", 1) == {A: 0, B: 25, C: 25, D: 100}

    def test_rank_has_middle_ranks(self):
        assert social_scales.scaled(self.shares, "rank", 1) == {A: 0, B: 50, C: 50, D: 100}

    def test_zscore(self):
        found = social_scales.scaled(self.shares, "zscore", 1)
        values = np.array([float(value) for value in found.values()])
        assert values.mean() == pytest.approx(0)
        assert values.std() == pytest.approx(1)
        assert found[B] == found[C]

    @pytest.mark.parametrize("scaling", ["minmax", "rank", "zscore"])
    def test_a_sign_turns_the_scale(self, scaling):
        up, down = (social_scales.scaled(self.shares, scaling, sign) for sign in (1, -1))
        total = {up[school] + down[school] for school in self.shares}
        assert total == ({0} if scaling == "zscore" else {100})


@pytest.mark.rule("R21", "weights")
class TestWeights:
    def test_given_weights_over_what_is_present(self):
        found = index(weights="given")
        assert found.values == {A: 100, B: 0, C: 50, D: Fraction(100, 3)}

    def test_first_component_shows_loadings(self):
        found = index(related(60), weights="first_component")
        assert not found.weights.refusal
        loadings = found.weights.component.loadings
        assert [float(weight) for weight in found.weights.by_indicator.values()] == pytest.approx(
            loadings, abs=1e-4
        )
        assert len(found.values) == 60

    def test_it_is_refused_where_an_indicator_goes_against_its_sign(self):
        found = index(related(60, turned=True), weights="first_component")
        assert (found.weights.refusal, found.weights.against) == (
            "sign_conflict",
            ("parents_higher_education",),
        )
        assert set(found.table["reason"]) == {"no_weights"}

    def test_it_is_refused_where_indicators_have_little_in_common(self):
        found = index(related(60), weights="first_component", min_kmo_percent=99)
        assert found.weights.refusal == "low_kmo"

    def test_it_is_refused_of_a_few_schools(self):
        assert index(weights="first_component").weights.refusal == "no_component"


def related(schools, turned=False):
    """Passports in which trouble goes with trouble, and education against it, or with it."""
    chance = np.random.default_rng(5)
    hard = chance.random(schools)
    counts = {}
    for number, level in enumerate(hard):
        noise = chance.random(3) * 15
        education = level if turned else 1 - level
        counts[f"{number:06d}"] = tuple(
            int(60 * x + y) for x, y in zip((level, level, education), noise, strict=True)
        )
    return counts


def test_component_of_two_uncorrelated_pairs():
    """Four values by hand: x and y agree in three of four; r = 1/3, the first root 4/3."""
    table = np.array([[1, 1], [-1, -1], [1, -1], [-1, 1], [1, 1], [-1, -1]], dtype=float)
    found = first_component(table)
    assert found.loadings == pytest.approx([(2 / 3) ** 0.5] * 2)
    assert found.explained == pytest.approx(2 / 3)
    assert found.kmo == pytest.approx(0.5), "two indicators always have one half"
    assert first_component(np.column_stack([table, table[:, 0]])) is None


@pytest.mark.rule("R21", "lower quartile by nearest rank, ties in")
class TestQuartile:
    @pytest.mark.parametrize(
        ("values", "bound", "inside", "tied"),
        [
            ([4, 3, 2, 1], 1, 1, 0),
            ([5, 4, 3, 2, 1], 2, 2, 0),
            ([1, 1, 1, 2, 3, 4, 5, 6], 1, 3, 1),
            ([7], 7, 1, 0),
            ([2, 2, 2], 2, 3, 2),
        ],
    )
    def test_nearest_rank(self, values, bound, inside, tied):
        found = social_index.lower_quartile([Fraction(value) for value in values], "nearest_rank")
        assert (found.schools, found.bound, found.inside, found.tied) == (len(values), bound, inside, tied)

    @pytest.mark.parametrize(
        ("values", "bound", "inside"),
        [
            ([4, 3, 2, 1], Fraction(7, 4), 1),
            ([5, 4, 3, 2, 1], 2, 2),
            ([1, 2], Fraction(5, 4), 1),
            ([7], 7, 1),
        ],
    )
    def test_linear(self, values, bound, inside):
        found = social_index.lower_quartile([Fraction(value) for value in values], "linear")
        assert (found.bound, found.inside, found.tied) == (bound, inside, 0)
        assert float(found.bound) == pytest.approx(np.quantile(values, 0.25))

    def test_nobody(self):
        assert social_index.lower_quartile([], "linear").bound is None

    def test_a_tie_is_an_equal_fraction_not_an_equal_float(self):
        """2/6 of one school and 100/300 of another are the same share, whatever sums of floats say."""
        schools = {f"{n:06d}": (50 + n, 50, 50) for n in range(3, 10)}
        rows = pd.concat(
            [
                passports(schools),
                passports({"000100": (3, 3, 1)}, base=3),
                passports({"000101": (300, 300, 100)}, base=300),
            ]
        )
        found = index(rows)
        assert found.values["000100"] == found.values["000101"]
        low = found.table.set_index("school_id")["low"]
        assert low["000100"] == low["000101"]


@pytest.mark.rule("R21", "sanity: a sound index goes with fewer failures")
def test_rank_correlation():
    found = index()
    falling = {A: Fraction(1, 10), C: Fraction(2, 10), D: Fraction(2, 10), B: Fraction(3, 10)}
    assert social_index.rank_correlation(found, falling) == (4, pytest.approx(-1))
    assert social_index.rank_correlation(found, {A: Fraction(1, 10), B: Fraction(3, 10)}) == (2, None)
    assert social_index.rank_correlation(found, dict.fromkeys(falling, Fraction(1, 10))) == (4, None)


@pytest.mark.rule("R17", "passports of schools that became one are added up")
def test_merged_passports():
    rows = pd.concat([passports({A: (10, 5, 1)}), passports({A: (20, 5, None)}, base=50)])
    rows = rows[rows["count"].notna()]
    one = social_index.joined(rows).set_index("indicator")
    assert one.loc["low_income", ["count", "base"]].to_list() == [30, 150]
    assert "parents_higher_education" not in one.index, "of one of them it is not known"
    assert social_index.joined(passports(EXAMPLE_10)).equals(passports(EXAMPLE_10))
