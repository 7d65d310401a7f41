"""Pages on the synthetic municipality: sections, selections, errors, live answers."""

import re
from types import SimpleNamespace

import pandas as pd
import pytest

from shnor_lib.errors import ParameterError, SelectionError, ShnorError
from shnor_lib.pages.controls import ControlBar, Selection
from shnor_lib.pages.page import page
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
    assert "«Ученик года»" in table.frame()["Меры школы"].iloc[0]
    assert table.frame()["Меры школы"].iloc[1] in ("", "—")
    made.__dict__["deficits"] = SimpleNamespace(by_code=found.iloc[1:])
    assert made._measures_table() is None


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
        monkeypatch.setenv("QUERY_STRING", "year=2024&threshold=40&theme=light")
        made = page("identification", year=2025)
        assert (made.year, made.threshold) == (2024, 40)

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
