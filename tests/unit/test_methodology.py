import re
from typing import Literal, get_args, get_origin

import pytest

from shnor_lib.errors import MethodologyError
from shnor_lib.methodology import load, override, shipped
from shnor_lib.methodology.describe import decided
from shnor_lib.methodology.model import Methodology
from shnor_lib.methodology.part import Part
from shnor_lib.methodology.words import WORDS


def own(tmp_path, text):
    path = tmp_path / "own.yml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", shipped())
def test_shipped_profiles_are_valid_and_name_their_source(name):
    method = load(name)
    assert method.id == name
    assert method.source


def test_the_default_profile_is_the_rule_of_the_order():
    rule = load("rosobrnadzor-847").identification
    assert (rule.threshold_percent, rule.hits_in_one_year, rule.limb_b) == (30, 2, "same_series")
    assert len(rule.series) == 9


def test_inheritance_replaces_only_what_is_named(tmp_path):
    path = own(tmp_path, "inherits: rosobrnadzor-847\nid: ours\nidentification: {threshold_percent: 25}\n")
    method = load(path)
    assert method.id == "ours"
    assert method.identification.threshold_percent == 25
    assert method.identification.series == load("rosobrnadzor-847").identification.series


def test_every_fault_is_reported_with_its_path_and_what_is_allowed(tmp_path):
    path = own(
        tmp_path,
        "inherits: rosobrnadzor-847\n"
        "identification: {threshold_percent: много, limb_b: same, series: [vpr-xx-5]}\n"
        "nonsense: 1\n"
        "regional: [identification.nothing]\n",
    )
    with pytest.raises(MethodologyError) as refused:
        load(path, {"unknown": 1})
    faults = "\n".join(refused.value.faults)
    for path_of_fault in (
        "unknown",
        "identification.threshold_percent",
        "identification.limb_b",
        "series",
        "nonsense",
    ):
        assert path_of_fault in faults
    assert "same_series" in faults


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a: [", "YAML"),
        ("просто текст", "ключ: значение"),
        ("inherits: nowhere\n", "такого профиля нет"),
        ("inherits: own.yml\n", "по кругу"),
    ],
)
def test_unreadable_profiles(tmp_path, text, word):
    with pytest.raises(MethodologyError, match=word):
        load(own(tmp_path, text))


def test_unknown_profile_and_missing_file(tmp_path):
    with pytest.raises(MethodologyError, match="rosobrnadzor-847"):
        load("no-such")
    with pytest.raises(MethodologyError, match="не найден"):
        load(tmp_path / "absent.yml")


def test_short_names_and_a_minimum_that_means_something():
    method = override(load("rosobrnadzor-847"), {"threshold": 25, "min_participants": 8})
    assert method.identification.threshold_percent == 25
    assert (method.identification.small_counts, method.identification.min_participants) == ("suppress", 8)
    pooled = override(method, {"min_participants": 12, "small_counts": "pool"})
    assert (pooled.identification.small_counts, pooled.identification.min_participants) == ("pool", 12)


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        (
            "social_index: {weights: given, indicators: [{indicator: a, sign: 1}]}",
            "social_index.weights",
            "weight",
        ),
        (
            "social_index: {indicators: [{indicator: a, sign: 1}, {indicator: a, sign: -1}]}",
            "social_index.indicators",
            "повторяются: a",
        ),
        ("social_index: {completeness: 3/2}", "social_index.completeness", "дробь"),
        ("social_index: {completeness: много}", "social_index.completeness", "дробь"),
        ("deficits: {triggers: [{code: '1', indicator: a}]}", "deficits.triggers.0", "ровно одна граница"),
        (
            "deficits: {triggers: [{code: '1', indicator: a, above: 1, below: 2}]}",
            "deficits.triggers.0",
            "ровно одна граница",
        ),
        (
            "beside: {indicators: [{code: a, title: б}]}",
            "beside.indicators.0.indicator",
            "показатель таблицы",
        ),
        (
            "beside: {indicators: [{code: А, title: б, indicator: a}]}",
            "beside.indicators.0.code",
            "подчёркивания",
        ),
        (
            "beside: {targets: [{indicator: a, title: б, goal: at_most, value: 1;3, year: 2024}]}",
            "beside.targets.0.value",
            "нужно число",
        ),
        ("identification: {gve: separate}", "identification.series", "серии ГВЭ"),
        ("identification: {series: [oge-ma, gve-ma-9]}", "identification.gve", "separate"),
        ("identification: {series: [oge-ma, oge-ma]}", "identification.series", "повторяются"),
        ("identification: {series: oge-ma}", "identification.series", "нужен список"),
        (
            "social_index: {indicators: []}\nidentification: {listing: rule_and_low_index}",
            "identification.listing",
            "нужны показатели",
        ),
        ("social_index: {indicators: []}\nrisk: {parts: [low_index]}", "risk.parts", "нужны показатели"),
        ("valid: {from: 2025, to: 2020}", "valid", "позже последнего"),
        ("regional: [identification.atempt]", "regional", "identification.attempt"),
        ("risk: 1", "risk", "раздел"),
    ],
)
def test_faults_between_settings_are_told_like_the_rest(tmp_path, text, path, words):
    with pytest.raises(MethodologyError) as refused:
        load(own(tmp_path, f"inherits: rosobrnadzor-847\n{text}\nextra: 1\n"))
    faults = {fault.partition(":")[0]: fault for fault in refused.value.faults}
    assert words in faults[path], faults
    assert "extra" in faults, "the other faults of the file come with it"


def test_a_fraction_of_indicators_is_a_number():
    method = load("rosobrnadzor-847", {"social_index.completeness": "3/4"})
    assert method.social_index.share_needed * 4 == 3


@pytest.mark.parametrize("text", ["a: 2025-13-45\n? [1,2]\n: 3\n", "[" * 5000])
def test_a_damaged_profile_is_named_whatever_is_wrong_in_it(tmp_path, text):
    path = tmp_path / "e.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MethodologyError, match="YAML"):
        load(str(path))


def choices(model=Methodology, before=""):
    """Settings that are chosen from a list of words, and the words."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and not get_args(kind) and issubclass(kind, Part):
            yield from choices(kind, f"{before}{name}.")
        for each in (kind, *get_args(kind)):
            if get_origin(each) is Literal and all(isinstance(value, str) for value in get_args(each)):
                yield f"{before}{name}", set(get_args(each))


def test_every_value_that_can_be_chosen_has_words():
    assert {name: set(words) for name, words in WORDS.items()} == dict(choices())


@pytest.mark.parametrize("name", shipped())
def test_a_page_tells_what_a_region_decides_without_names_of_the_program(name):
    told = decided(load(name))
    assert [line for line in told if re.search(r"[a-z]+_[a-z]+", line)] == []
