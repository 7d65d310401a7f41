"""Display modes: what goes into a notebook's outputs in each of them."""

import re

import plotly.graph_objects as go
import pytest

from shnor_lib.present import display
from shnor_lib.present.display import PLOTLY_MIME, Html

FIGURE = go.Figure(go.Bar(x=["</script>"], y=[1]), layout={"height": 200, "title": {"text": "Находка"}})


@pytest.mark.parametrize(
    ("variables", "mode"),
    [
        ({}, "report"),
        ({"SHNOR_DISPLAY": "batch"}, "batch"),
        ({"SHNOR_DISPLAY": "nonsense"}, "report"),
        ({"SERVER_SOFTWARE": "voila/0.5.13", "JPY_SESSION_NAME": "a"}, "voila"),
        ({"JPY_SESSION_NAME": "a.ipynb"}, "lab"),
        ({"SHNOR_DISPLAY": "report", "SERVER_SOFTWARE": "voila/0.5.13"}, "report"),
    ],
)
def test_mode_follows_the_surroundings(monkeypatch, variables, mode):
    for name in ("SHNOR_DISPLAY", "SERVER_SOFTWARE", "JPY_SESSION_NAME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert display.detect() == mode


def test_batch_gives_the_figure_as_data_only():
    assert set(display.bundle(FIGURE, "batch")) == {PLOTLY_MIME, "text/plain"}


def test_report_draws_without_any_network():
    html = display.bundle(FIGURE, "report")["text/html"]
    assert "Plotly.newPlot" in html
    assert "http" not in html
    assert html.count("</script>") == 1, "data must not end the script"
    head = display.preamble("report").markup
    assert "window.Plotly = Plotly" in head
    assert not re.search(r"<(script|link)[^>]+(src|href)=", head)


def test_only_the_report_carries_plotly():
    assert all(len(display.preamble(mode).markup) < 100_000 for mode in ("batch", "voila", "lab"))


def test_neighbouring_html_is_one_output():
    merged = display.merged([Html("a"), Html("b"), FIGURE, Html("c")])
    assert [block.markup if isinstance(block, Html) else "figure" for block in merged] == [
        "ab",
        "figure",
        "c",
    ]


def test_a_live_page_gets_sections_as_data():
    html, figure = display.message([Html("a"), FIGURE])
    assert html == {"html": "a"}
    assert figure["figure"]["layout"]["height"] == 200
