import pytest

from shnor_lib.errors import MethodologyError
from shnor_lib.methodology import load, override, shipped


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
