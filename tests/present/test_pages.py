"""Pages on the synthetic municipality: sections, selections, errors, live answers."""

import base64
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from shnor_lib.errors import ParameterError, SelectionError, ShnorError
from shnor_lib.methodology import load
from shnor_lib.pages import identification_tables as own
from shnor_lib.pages import trial
from shnor_lib.pages.controls import ControlBar, Selection
from shnor_lib.pages.page import page
from shnor_lib.present import text as wording
from shnor_lib.present.display import PLOTLY_MIME

SECTIONS = {
    "identification": ["summary", "listed", "overview", "certainty", "schools", "guide"],
    "dynamics": ["summary", "chance", "transitions", "trend", "schools", "guide"],
    "deficits": ["summary", "codes", "schools_map", "eliminated", "social", "guide"],
    "credibility": [
        "summary",
        "bunching",
        "pass_mark",
        "journal",
        "jumps",
        "schools",
        "objectivity",
        "guide",
    ],
    "stability": ["summary", "policies", "schools", "guide"],
    "neighbours": ["summary", "standing", "similar", "guide"],
}


def _html(outputs):
    return "".join(output.get("text/html", "") for output in outputs)


@pytest.fixture(params=["", "municipality"])
def place(request, batch_mode):
    import shnor_lib as shnor

    return shnor.open().municipalities["municipality_id"].iloc[0] if request.param else ""


@pytest.mark.parametrize("kind", SECTIONS)
def test_sections_of_a_report(kind, place, shown):
    made = page(kind, municipality=place)
    made.header()
    for section in SECTIONS[kind]:
        before = len(shown)
        getattr(made, section)()
        assert len(shown) > before, section
    made.closing()
    html = _html(shown)
    assert made.region.title in html
    assert made.region.snapshot.id in html
    assert made.region.method.label in html
    assert any(PLOTLY_MIME in output for output in shown)
    assert all("text/html" not in output for output in shown if PLOTLY_MIME in output)
    words = re.sub(r"<style>.*?</style>|<script>.*?</script>|<[^>]*>", " ", html, flags=re.DOTALL)
    assert not re.search(r"\b(nan|NaN|None|NA|NaT|shnor|watch|severe|not_listed)\b", words)
    assert made.workbook().startswith(b"PK")


def _numbers(value):
    """All numbers of a figure, whether it keeps them as lists or as packed arrays."""
    if isinstance(value, dict) and {"dtype", "bdata"} <= set(value):
        yield from np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"]).tolist()
    elif isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _numbers(part)
    elif isinstance(value, float):
        yield value


@pytest.mark.rule("R25", "digits that are not printed would tell of counts that are hidden")
def test_figures_of_social_conditions_are_no_more_exact_than_print(place, shown):
    """Points and intervals in tenths of a per cent, shares that are only a colour in per cents."""
    page("deficits", municipality=place).social()
    page("neighbours", municipality=place).standing()
    page("deficits", municipality=place).schools_map()
    traces = [trace for output in shown if PLOTLY_MIME in output for trace in output[PLOTLY_MIME]["data"]]
    values = [
        (value, 2 if name == "z" else 1)
        for trace in traces
        for name in ("x", "y", "z", "error_x")
        for value in _numbers(trace.get(name))
        if not np.isnan(value)
    ]
    assert any(value % 1 for value, _ in values), "nothing but whole numbers: the test proves nothing"
    assert all(value == round(value, digits) for value, digits in values)


def test_the_page_of_deficits_shows_what_the_method_proposes(batch_mode):
    made = page("deficits", methodology="krasnodar-2023")
    found = pd.DataFrame(
        {
            "code": ["1.1", "9.9"],
            "parameter": ["Низкая мотивация школьников к учению", "Своё"],
            "factor": ["", ""],
        }
    )
    made.__dict__["deficits"] = SimpleNamespace(by_code=found)
    table = made._measures_table()
    told = dict(zip([column.title for column in table.columns], table.values(), strict=True))["Меры школы"]
    assert "«Ученик года»" in told[0]
    assert told[1] in ("", "—")
    made.__dict__["deficits"] = SimpleNamespace(by_code=found.iloc[1:])
    assert made._measures_table() is None


@pytest.mark.rule("R23", "a second audit elsewhere says nothing of schools that have not had theirs")
def test_where_no_school_was_audited_again_nothing_is_said_of_a_second_audit(batch_mode, shown, place):
    made = page("deficits", municipality=place)
    known = made.deficits
    assert known.waves[1] is not None
    once = known.table.assign(second=pd.NA, eliminated=pd.NA, persistent=pd.NA, new=pd.NA)
    made.__dict__["here"] = once
    for section in ("summary", "codes", "eliminated"):
        getattr(made, section)()
    html = _html(shown)
    drawn = "".join(str(output[PLOTLY_MIME]) for output in shown if PLOTLY_MIME in output)
    assert "Второго обследования нет" in html
    for words in ("Второй аудит", "второй аудит", "При втором аудите", "Устранено всё"):
        assert words not in html + drawn


def test_the_newest_year_is_the_default(batch_mode):
    made = page("identification")
    assert made.year == made.whole.latest_year
    assert made.threshold == 30
    assert not made.is_trial


def test_a_tried_threshold_is_said_to_be_a_trial(batch_mode, shown):
    made = page("identification", threshold=25)
    made.header()
    assert "Пробный порог 25" in _html(shown)
    assert "не по методике" in made.facts()["Порог"]


ALL_FIVE = {
    "threshold": 25,
    "min_participants": 10,
    "limb_b": "any_series",
    "years": "pool2",
    "series": "vpr-ma-5,vpr-ru-5,oge-ma",
}


class TestTrial:
    """What-if: settings in place of those of the method."""

    def test_every_setting_is_named_and_reaches_the_rule(self, batch_mode, shown):
        made = page("identification", **ALL_FIVE)
        made.header()
        policy = made.verdicts.method.identification
        assert (policy.threshold_percent, policy.min_participants, policy.limb_b) == (25, 10, "any_series")
        assert (policy.small_counts, policy.pool_years) == ("pool", 2)
        assert policy.series == ("vpr-ma-5", "vpr-ru-5", "oge-ma")
        html = _html(shown).replace("\N{NO-BREAK SPACE}", " ")
        for words in (
            "порог 25 % (по методике 30 %)",
            "не считать работы, где участников меньше 10",
            "два года подряд — в любой процедуре",
            "годы: два года вместе",
            "процедуры: ВПР МА 5, ВПР РУ 5, ОГЭ МА",
            "списком ШНОР они не являются",
        ):
            assert words in html
        assert "порог 25" in made.facts()["Проба, не по методике"]

    def test_a_file_in_place_of_the_method_of_the_project_is_a_trial(self, batch_mode, shown, tmp_path):
        own = tmp_path / "own.yml"
        own.write_text("inherits: rosobrnadzor-847\nidentification: {threshold_percent: 20}\n", "utf-8")
        made = page("identification", methodology=str(own))
        for section in ("header", "summary", "certainty", "closing"):
            getattr(made, section)()
        html = _html(shown)
        assert "методика own, версия 1 (методика проекта: rosobrnadzor-847, версия 1)" in html
        assert "назовите её в shnor.yml" in html
        assert "При пробе в списке" in html
        assert made.usual.method.id == "rosobrnadzor-847"
        assert made.usual.counts["shnor"] < made.verdicts.counts["shnor"]
        assert "методика own" in made.facts()["Проба, не по методике"]
        dynamics = page("dynamics", methodology=str(own))
        dynamics.header()
        assert "списком ШНОР они не являются" in _html(shown[-3:])

    def test_what_the_method_says_is_no_trial(self, batch_mode):
        made = page("identification", threshold=30, limb_b="same_series", years="calendar")
        assert not made.is_trial
        assert made.verdicts.decision is made.usual.decision

    @pytest.mark.parametrize(
        ("tried", "changed"),
        [
            ({"min_participants": 7}, {"small_counts": "suppress", "min_participants": 7}),
            ({"years": "last_held"}, {"previous_year": "last_held"}),
            ({"years": "pool3"}, {"small_counts": "pool", "pool_years": 3, "min_participants": 1}),
            ({"series": "oge-ma; oge-ru"}, {"series": ["oge-ma", "oge-ru"]}),
        ],
    )
    def test_settings_of_the_method_that_a_trial_changes(self, batch_mode, tried, changed):
        assert page("identification", **tried).overrides == changed

    def test_a_method_that_pools_is_tried_with_other_minima_and_windows(self):
        method = load("rosobrnadzor-847", {"small_counts": "pool", "pool_years": 3}).identification
        assert trial.overrides(Selection(min_participants=10, years="pool3"), method) == {}
        assert trial.overrides(Selection(min_participants=5), method)["small_counts"] == "pool"
        assert trial.overrides(Selection(years="pool2"), method)["min_participants"] == 10
        assert trial.choices(method, ["oge-ma"])["years"][0] == ["", "по методике: три года вместе"]

    def test_a_method_that_pools_is_tried_with_single_years(self):
        whole = load("rosobrnadzor-847", {"small_counts": "pool", "pool_years": 3})
        method = whole.identification
        single = Selection(years="calendar")
        assert trial.overrides(single, method) == {"small_counts": "suppress", "min_participants": 10}
        assert trial.words(single, whole) == ["годы: отчётный и предыдущий"]

    def test_only_what_differs_is_told(self):
        method = load("rosobrnadzor-847", {"min_participants": 10})
        assert trial.words(Selection(years="pool2"), method) == ["годы: два года вместе"]
        assert trial.words(Selection(min_participants=1), method) == ["считать и самые малые работы"]

    def test_series_of_the_gve_are_judged_apart(self):
        method = load("rosobrnadzor-847").identification
        assert trial.overrides(Selection(series="gve-ma-9"), method)["gve"] == "separate"

    def test_schools_that_enter_and_leave_are_named(self, batch_mode, shown):
        made = page("identification", threshold=20)
        made.summary()
        entered, left = own.entered_and_left(made.verdicts, made.usual)
        assert entered
        assert not left
        text = _html(shown)
        assert "Что изменила бы проба" in text
        assert f"{wording.sentence(wording.entered_and_left(len(entered), 0))}." in text
        part = text[text.index("Что изменила бы проба") :]
        assert all(school in part for school in entered)
        assert [table.title for table in made.tables()][2] == "Что изменила бы проба"

    def test_a_school_that_leaves_is_told_with_the_reason_of_the_method(self, batch_mode):
        made = page("identification", threshold=100)
        _, left = own.entered_and_left(made.verdicts, made.usual)
        assert left
        html = own.changes(made.verdicts, made.usual).html()
        assert all(school in html for school in left)
        assert "порог достигнут" in html.lower(), "the reason is that of the method: at 100 % there is none"

    def test_chance_is_told_of_the_list_of_the_method_only(self, batch_mode, shown):
        page("identification", threshold=20).certainty()
        assert "Насколько твёрд список" not in _html(shown)
        assert "считается только для списка по методике" in _html(shown)

    def test_all_faults_come_together(self, batch_mode):
        with pytest.raises(ParameterError) as raised:
            page("identification", limb_b="both", years="five", series="vpr-ma-5,oge-xx")
        assert len(raised.value.faults) == 3
        with pytest.raises(ParameterError) as raised:
            page("identification", limb_b=1, min_participants=-1)
        assert len(raised.value.faults) == 2


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"municipality": "Нигдейский район"}, SelectionError),
        ({"year": 1990}, ParameterError),
        ({"year": 2005}, SelectionError),
        ({"year": "2025"}, ParameterError),
        ({"threshold": 101}, ParameterError),
        ({"methodology": "нет-такой"}, ShnorError),
        ({"project": "/nowhere"}, ShnorError),
    ],
)
def test_a_report_of_nothing_fails_the_run(batch_mode, arguments, error):
    with pytest.raises(error):
        page("identification", **arguments)


def test_faults_of_parameters_come_together(batch_mode):
    with pytest.raises(ParameterError) as raised:
        page("identification", year=1, threshold=True)
    assert len(raised.value.faults) == 2


def test_an_unknown_kind_is_refused(batch_mode):
    with pytest.raises(ParameterError, match="deficits"):
        page("rating")


class TestLive:
    """The same page behind Voila: the answer to each choice is one message."""

    @pytest.fixture
    def live(self, monkeypatch, batch_mode, shown):
        monkeypatch.setenv("SHNOR_DISPLAY", "voila")
        monkeypatch.setenv("QUERY_STRING", "")
        made = page("identification")
        made.header()
        for section in SECTIONS["identification"]:
            getattr(made, section)()
        return made

    @pytest.fixture
    def bar(self, live, shown, monkeypatch):
        bar = next(value for value in shown if isinstance(value, ControlBar))
        bar.said = []
        monkeypatch.setattr(bar, "send", lambda content, buffers=None: bar.said.append((content, buffers)))
        return bar

    def test_the_bar_is_the_only_widget(self, shown, live):
        assert sum(isinstance(value, ControlBar) for value in shown) == 1

    def test_a_choice_brings_all_sections(self, bar, live):
        identity, name = bar.municipalities[0]
        bar._receive(bar, {"kind": "choose", "municipality": identity, "year": 2025, "threshold": 25}, [])
        answer = bar.said[-1][0]
        assert answer["kind"] == "done"
        assert set(answer["sections"]) == {
            str(number) for number in range(1 + len(SECTIONS["identification"]))
        }
        assert name in answer["sections"]["0"][0]["html"]
        assert (bar.municipality, bar.year, bar.threshold) == (identity, 2025, 25)
        assert any("figure" in block for block in answer["sections"]["3"])

    def test_settings_to_try_are_offered_and_taken(self, bar, live):
        assert bar.choices["min_participants"][0] == [0, "по методике: нет"]
        assert [value for value, _ in bar.choices["limb_b"]] == ["", "any_series"]
        assert {value for value, _ in bar.choices["series"]} >= set(bar.method_series)
        bar._receive(bar, {"kind": "choose", "municipality": "", "year": 2025, **ALL_FIVE}, [])
        assert bar.tried == {
            "min_participants": 10,
            "limb_b": "any_series",
            "years": "pool2",
            "series": ["vpr-ma-5", "vpr-ru-5", "oge-ma"],
        }
        assert "Что изменила бы проба" in str(bar.said[-1][0]["sections"]["1"])
        bar._receive(bar, {"kind": "choose", "municipality": "", "year": 2025, "series": "vpr-xx-5"}, [])
        assert bar.said[-1][0]["error"] is True

    def test_a_wrong_choice_is_a_calm_message_and_can_be_mended(self, bar, live):
        bar._receive(bar, {"kind": "choose", "municipality": "нет", "year": 2025, "threshold": 0}, [])
        answer = bar.said[-1][0]
        assert answer["error"] is True
        assert "shnor-is-error" in answer["sections"]["0"][0]["html"]
        assert answer["sections"]["1"] == []
        bar._receive(bar, {"kind": "choose", "municipality": "", "year": 2025, "threshold": 0}, [])
        assert "error" not in bar.said[-1][0]

    def test_the_workbook_can_be_taken_away(self, bar, live):
        bar._receive(bar, {"kind": "download"}, [])
        content, buffers = bar.said[-1]
        assert content["name"].endswith(".xlsx")
        assert buffers[0].startswith(b"PK")

    def test_a_hello_is_answered(self, bar, live):
        bar._receive(bar, {"kind": "hello"}, [])
        assert bar.said[-1][0] == {"kind": "ready"}

    def test_the_address_chooses(self, monkeypatch, batch_mode):
        monkeypatch.setenv("SHNOR_DISPLAY", "voila")
        monkeypatch.setenv(
            "QUERY_STRING", "year=2024&threshold=40&theme=light&limb_b=any_series&series=oge-ma"
        )
        made = page("identification", year=2025)
        assert (made.year, made.threshold) == (2024, 40)
        assert (made.selection.limb_b, made.selection.series) == ("any_series", "oge-ma")

    @pytest.mark.parametrize(
        "query", ["year=abc", "year=1999", "municipality=%D0%BD%D0%B5%D1%82", "threshold=-1"]
    )
    def test_a_wrong_address_is_told_on_the_page(self, monkeypatch, batch_mode, shown, query):
        monkeypatch.setenv("SHNOR_DISPLAY", "voila")
        monkeypatch.setenv("QUERY_STRING", query)
        made = page("identification")
        made.header()
        made.summary()
        assert _html([value for value in shown if isinstance(value, dict)]).count('shnor-is-error"') == 1
        assert any(isinstance(value, ControlBar) for value in shown)

    def test_no_project_no_bar(self, monkeypatch, batch_mode, shown):
        monkeypatch.setenv("SHNOR_DISPLAY", "voila")
        made = page("identification", project="/nowhere")
        made.header()
        made.closing()
        assert not any(isinstance(value, ControlBar) for value in shown)
        assert "не найдена" in _html(shown)


def test_a_selection_reads_an_address():
    assert Selection("a", 2024).from_query("municipality=b&year=2025") == Selection("b", 2025)
    with pytest.raises(ParameterError) as raised:
        Selection().from_query("year=x&threshold=y")
    assert len(raised.value.faults) == 2
