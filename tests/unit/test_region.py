"""The façade on a small project: what changes with time, with settings, with codes."""

import pandas as pd
import pytest

import shnor_lib as shnor
from shnor_lib.data import findings, store
from shnor_lib.data.schemas import TABLES
from shnor_lib.errors import MethodologyError, SelectionError, UnmatchedError
from shnor_lib.region import open_region
from tests.region_builder import register, results

A, B, C, D = "220001", "220002", "220003", "220004"
BAD, GOOD = (8, 10), (0, 10)


def project(tmp_path, schools=(A, B), **tables):
    cells = {
        A: {name: {2024: BAD, 2025: GOOD} for name in ("oge-ma", "oge-ru")},
        B: {name: {2024: BAD} for name in ("oge-ma", "oge-ru")},
    }
    everything = {
        "schools": register(schools, [2024, 2025]),
        "results": results(cells),
        "procedures": TABLES["procedures"].conform(
            pd.DataFrame(
                [
                    {"series": name, "year": year, "held": "yes", "comparability_group": "one"}
                    for name in ("oge-ma", "oge-ru")
                    for year in (2023, 2024, 2025)
                ]
            )
        ),
        **{name: TABLES[name].conform(frame) for name, frame in tables.items()},
    }
    store.write(tmp_path / "data" / "processed", everything, findings.to_frame([]), [], "1")
    return shnor.open(tmp_path)


def moves(*rows):
    return pd.DataFrame(rows, columns=["old_id", "new_id", "from_date", "kind"])


@pytest.mark.rule("R17", "a closed school stays in the base of the dynamics as not evaluable, no exit")
def test_a_closed_school_is_no_exit(tmp_path):
    region = project(tmp_path, crosswalk=moves((B, None, "2024-09-01", "close")))
    found = region.dynamics(2025)
    assert found.summary["base"] == 2
    assert (found.summary["positive"], found.summary["not_evaluable"]) == (1, 1)
    row = found.table.set_index("school_id").loc[B]
    assert (row["movement"], row["reason"]) == ("not_evaluable", "closed")
    assert B not in set(region.identify(2025).table["school_id"])
    assert B in set(region.identify(2024).table["school_id"])


@pytest.mark.rule("R17", "audits, lists and labels of a predecessor belong to its successor")
def test_other_tables_follow_the_codes(tmp_path):
    region = project(
        tmp_path,
        schools=(A, B, C),
        crosswalk=moves((A, C, "2024-10-01", "rename")),
        deficits=pd.DataFrame({"school_id": [A, C], "wave": ["2024-03", "2025-03"], "code": ["4.1", "4.1"]}),
        objectivity=pd.DataFrame({"school_id": [A], "year": [2025]}),
        clusters_imported=pd.DataFrame({"school_id": [A], "year": [2024], "cluster": ["basic"]}),
    )
    assert region.deficits(2025).items["state"].to_list() == ["persistent"]
    assert region.identify(2025).table.set_index("school_id").loc[C, "biased"]
    assert region.dynamics(2025).table.set_index("school_id").loc[C, "cluster_before"] == "basic"


def test_schools_that_swap_codes_stay_two(tmp_path):
    swap = moves((A, B, "2025-01-10", "rename"), (B, A, "2025-01-10", "rename"))
    found = project(tmp_path, crosswalk=swap).identify(2024)
    assert len(found.table) == 2


def test_what_was_changed_is_printed_with_the_method(tmp_path):
    region = project(tmp_path)
    assert region.identify(2025).method.label == "rosobrnadzor-847, версия 1"
    tried = region.identify(2025, threshold=25).what_if(min_participants=3)
    assert tried.method.label.endswith("изменено: threshold = 25, min_participants = 3")
    assert "изменено: threshold = 25" in region.dynamics(2025, threshold=25).method.label
    assert "threshold = 25" in region.identify(2025, threshold=25).explain(A)


def test_a_profile_of_ones_own_never_passes_for_its_parent(tmp_path):
    (tmp_path / "mine.yml").write_text("inherits: rosobrnadzor-847\nvalid: {from: 2030}\n", encoding="utf-8")
    project(tmp_path)
    method = shnor.open(tmp_path, methodology="mine.yml").identify(2025).method
    assert method.id == "mine"
    assert not method.is_valid_in(2025)


def test_a_file_that_takes_the_name_of_a_shipped_profile_is_told_from_it(tmp_path):
    (tmp_path / "ours.yml").write_text(OWN.format("id: rosobrnadzor-847", 45), encoding="utf-8")
    (tmp_path / "same.yml").write_text(OWN.format("id: rosobrnadzor-847", 30), encoding="utf-8")
    project(tmp_path)
    assert shnor.open(tmp_path, "ours.yml").method.label.endswith("изменено: файл ours.yml")
    assert "изменено" not in shnor.open(tmp_path, "same.yml").method.label
    tried = shnor.open(tmp_path, "ours.yml").identify(2024, threshold=25).method
    assert tried.label.endswith("изменено: файл ours.yml, threshold = 25")


OWN = "inherits: rosobrnadzor-847\n{}\nidentification: {{threshold_percent: {}}}\n"


def before_others(tmp_path, methodology):
    return open_region(tmp_path, methodology, before_others=True)


def small_groups(tmp_path):
    """A has one of three, a third, and four of ten; B the same among many."""
    cells = {
        A: {"oge-ma": {2024: (1, 3)}, "oge-ru": {2024: (4, 10)}},
        B: {"oge-ma": {2024: (3, 9)}, "oge-ru": {2024: (4, 10)}},
    }
    project(tmp_path, results=results(cells))


def status_of(region, school):
    return region.identify(2024).table.set_index("school_id").loc[school, "status"]


@pytest.mark.rule(
    "R25", "lists by one's own files, a per cent apart, do not tell the count of a hidden group"
)
def test_a_file_tried_before_others_moves_no_hidden_cell(tmp_path):
    small_groups(tmp_path)
    seen = []
    for threshold in (33, 34):
        (tmp_path / "own.yml").write_text(OWN.format("", threshold), encoding="utf-8")
        region = before_others(tmp_path, "own.yml")
        assert region.usual.id == "rosobrnadzor-847"
        assert region.municipality("m1").usual is region.usual
        every = region.identify(2024), region.try_out(2024), region.social(2024).verdicts
        listed = [found.table.set_index("school_id").loc[A, "status"] for found in every]
        assert len(set(listed)) == 1, "every view of the page says the same"
        after = region.dynamics(2024).table.set_index("school_id").loc[A, "status_after"]
        seen.append((listed[0], after))
        assert status_of(shnor.open(tmp_path, "own.yml"), A) == ("shnor" if threshold == 33 else "watch")
    assert seen[0] == seen[1]


@pytest.mark.rule("R25", "the method of the project and shipped profiles are no trial")
def test_what_is_no_trial_before_others_is_judged_as_it_stands(tmp_path):
    small_groups(tmp_path)
    (tmp_path / "own.yml").write_text(OWN.format("", 34), encoding="utf-8")
    (tmp_path / "same.yml").write_text(OWN.format("title: Наша", 30), encoding="utf-8")
    assert before_others(tmp_path, "same.yml").usual is None
    assert before_others(tmp_path, "dagestan-2023").usual is None
    assert before_others(tmp_path, None).usual is None
    (tmp_path / "shnor.yml").write_text("methodology: own.yml\n", encoding="utf-8")
    for name in (None, "own.yml", tmp_path / "own.yml"):
        region = before_others(tmp_path, name)
        assert (region.usual, status_of(region, A)) == (None, "watch")


@pytest.mark.rule("R25", "a file tried before others hides no less than the method of the project does")
def test_a_file_tried_before_others_does_not_lower_the_bound(tmp_path):
    small_groups(tmp_path)
    for minimum, bound in ((1, 5), (20, 20)):
        own = f"inherits: rosobrnadzor-847\npublication: {{min_participants: {minimum}}}\n"
        (tmp_path / "own.yml").write_text(own, encoding="utf-8")
        assert before_others(tmp_path, "own.yml").method.publication.min_participants == bound


def test_the_analyst_sees_words_not_arrays(tmp_path):
    region = project(tmp_path)
    assert len(repr(region)) < 200
    assert "не выявлена: 1" in repr(region.identify(2025))


def test_selections(tmp_path):
    region = project(tmp_path)
    assert region.municipality("первый р-н").scope.id == "m1"
    assert A in region.identify(2025).explain(f"edu{A}")
    for wrong in (
        lambda: region.municipality("Второй район"),
        lambda: region.identify(2020),
        lambda: region.identify(2025).explain("999999"),
    ):
        with pytest.raises(SelectionError):
            wrong()
    with pytest.raises(MethodologyError):
        region.identify(2025, treshold=3)


@pytest.mark.rule("R18", "codes without a school stop the run")
def test_unmatched_codes(tmp_path):
    with pytest.raises(UnmatchedError, match=B):
        project(tmp_path, schools=(A,)).identify(2024)


def test_a_pinned_snapshot_is_used(tmp_path, monkeypatch):
    first = project(tmp_path).snapshot.id
    store.write(
        tmp_path / "data" / "processed",
        {"schools": register([D], [2025]), "results": results({D: {"oge-ma": {2025: BAD}}})},
        findings.to_frame([]),
        [],
        "2",
    )
    assert shnor.open(tmp_path).snapshot.id != first
    monkeypatch.setenv("SHNOR_SNAPSHOT", first)
    assert shnor.open(tmp_path).snapshot.id == first


def test_a_trace_is_a_value_and_its_text_is_the_explanation(tmp_path):
    found = project(tmp_path).identify(2024)
    told = found.trace(A)
    assert (told.status, told.limb_a, told.limb_b, told.threshold_percent) == ("shnor", True, False, 30)
    assert told.leave
    assert told.change == {"oge-ma": 6}, "8 of 10 failed; with 2 of 10 the threshold is not reached"
    assert told.cells["failed"].to_list() == [8, 8]
    assert found.explain(A) == told.text
    assert "преодолели ещё 6\xa0участников: ОГЭ МА — 6." in told.text


def test_readings_stand_side_by_side(tmp_path):
    found = project(tmp_path).identify(2025)
    table = found.readings({"низкий порог": {"threshold": 1}, "как есть": {}})
    assert table["как есть"].to_list() == table["status"].to_list()
    assert list(table.columns[-2:]) == ["низкий порог", "как есть"]


@pytest.mark.rule("R14", "a method that takes the list as received refuses a year without one")
def test_a_received_list_follows_the_codes_and_has_to_be_there(tmp_path):
    region = project(
        tmp_path,
        schools=(A, B, C),
        crosswalk=moves((A, C, "2024-10-01", "rename")),
        lists_imported=pd.DataFrame({"school_id": [A, B], "year": 2025, "list": ["shnor", "risk"]}),
    )
    found = region.identify(2025, listing="imported")
    assert found.listed["school_id"].to_list() == [C]
    with pytest.raises(SelectionError, match="за 2024 год его нет"):
        region.identify(2024, listing="imported")
    with pytest.raises(SelectionError, match="lists_imported"):
        region.dynamics(2025, listing="imported")


@pytest.mark.rule("R16", "schools kept apart as doubtful have a sheet of their own")
def test_doubtful_schools_stand_apart(tmp_path):
    region = project(tmp_path, objectivity=pd.DataFrame({"school_id": [A, B], "year": [2024, 2024]}))
    assert "Под сомнением" not in region.identify(2024).sheets
    apart = region.identify(2024, biased_list="separate").sheets
    assert list(apart) == ["Список ШНОР", "Под сомнением", "Все школы"]
    assert apart["Под сомнением"]["school_id"].to_list() == [A, B]
    assert apart["Список ШНОР"].empty


def test_what_an_analyst_holds_tells_itself_in_one_line(tmp_path):
    """A notebook prints what a cell ends with: a line that says what it is, not all that is inside."""
    deficits = pd.DataFrame({"school_id": [A], "wave": ["2025-03"], "code": ["4.1"]})
    region = project(tmp_path, deficits=deficits)
    found = region.identify(2025)
    held = {
        "region": region,
        "verdicts": found,
        "method": found.method,
        "decision": found.decision,
        "dynamics": region.dynamics(2025),
        "deficits": region.deficits(2025),
        "beside": region.beside(2025),
        "social": region.social(2025),
        "credibility": found.credibility,
    }
    told = {name: repr(value) for name, value in held.items()}
    assert {name: line for name, line in told.items() if "\n" in line or len(line) > 400} == {}
    assert all(line.startswith("<") and line.endswith(">") for line in told.values())
    assert "2025 год: положительная динамика у 1 из 1 школы, вход в список: 0" in told["dynamics"]
    assert "школ с дефицитами 1 из 1; март 2025 г." in told["deficits"]


def test_municipalities_stand_as_in_the_tables_of_the_pages(tmp_path):
    names = {"1": "город Барнаул", "2": "Алейский район", "3": "Яровое"}
    schools = register(["000001", "000002", "000003"], [2025])
    schools = schools.assign(
        municipality_id=schools["school_id"].str[-1].map("m{}".format),
        municipality=schools["school_id"].str[-1].map(names),
    )
    tables = {"schools": schools, "results": results({"000001": {"oge-ma": {2025: (1, 20)}}})}
    store.write(tmp_path / "data" / "processed", tables, findings.to_frame([]), [], "1")
    told = shnor.open(tmp_path).municipalities["municipality"].to_list()
    assert told == ["Алейский район", "город Барнаул", "Яровое"]


def test_spreadsheets_of_schools_stand_in_the_order_of_the_alphabet(tmp_path):
    """Neither by code nor by anything that could look like a place in a rating."""
    names = {A: "СОШ № 11", B: "Гимназия", C: "СОШ № 2"}
    schools = register([A, B, C], [2024, 2025]).assign(
        name=lambda frame: frame["school_id"].map(names).astype("str")
    )
    bad = {name: {2024: BAD, 2025: BAD} for name in ("oge-ma", "oge-ru")}
    items = pd.DataFrame({"school_id": [A, C, C], "wave": ["2025-03"] * 3, "code": ["4.1", "10.1", "9.2"]})
    tables = {"schools": schools, "results": results({A: bad, B: bad, C: bad})}
    tables["deficits"] = TABLES["deficits"].conform(items)
    store.write(tmp_path / "data" / "processed", tables, findings.to_frame([]), [], "1")
    region = shnor.open(tmp_path)
    moved = region.dynamics(2025).sheets
    assert [frame["school_id"].to_list() for frame in moved.values()] == [[B, C, A], [B, C, A]]
    (listed,) = region.deficits(2025).sheets.values()
    assert list(zip(listed["school_id"], listed["code"], strict=True)) == [
        (C, "9.2"),
        (C, "10.1"),
        (A, "4.1"),
    ]


class TestAnswersThatAreKept:
    """Each question is answered once for all who ask it."""

    def test_who_changes_what_he_was_given_changes_nothing_for_others(self, tmp_path):
        region = project(tmp_path)
        for ask in (
            lambda: region.identify(2025).statuses,
            lambda: region.identify(2025).cells,
            lambda: region.identify(2025).chance.schools,
            lambda: region.dynamics(2025).table,
            lambda: region.table("results"),
            lambda: region.municipalities,
        ):
            given, before = ask(), ask().copy()
            given["note"] = 1
            given.iloc[:, 0] = "999999"
            pd.testing.assert_frame_equal(ask(), before)

    def test_chance_is_asked_of_the_very_decision(self, tmp_path):
        region = project(tmp_path)
        ground, method = region.ground, region.method
        here = ground.decision(2025, method, as_of=2025)
        later = ground.decision(2025, method, as_of=2026)
        assert ground.firmness(here) is ground.firmness(here)
        assert ground.firmness(here) is not ground.firmness(later)
        assert ground.signals(here) is not ground.signals(later)
