"""A page: no code, no warnings, nothing from outside, figures as data for the shared script."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from shnor_lib.batch.html import PLOTLY_MIME, TEMPLATES, render
from shnor_lib.batch.job import Heading

HEADING = Heading("Название & <b>", "Район «Тест»", "Край", 2025, "m1")
FIGURE = {
    "data": [{"y": [1, 2], "name": "</script><b>"}],
    "layout": {"height": 321},
    "config": {"locale": "ru"},
}


def _cell(source: str, *outputs: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(source, outputs=list(outputs))


@pytest.fixture(scope="module")
def page() -> str:
    show = nbformat.v4.new_output
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_markdown_cell("# Заголовок\n\nТекст."),
        _cell("secret = 42"),
        _cell(
            "figure()",
            show("display_data", {PLOTLY_MIME: FIGURE, "text/plain": "FigureAsText"}),
            show("display_data", {"text/html": "<table><tr><td>ячейка</td></tr></table>"}),
            show("execute_result", {"text/plain": "результат"}),
            show("stream", name="stdout", text="печать <Школа>"),
            show("stream", name="stderr", text="/usr/lib/secret.py: FutureWarning"),
            show("error", ename="ValueError", evalue="беда", traceback=["беда в /secret"]),
        ),
    ]
    return render(notebook, HEADING)


def test_the_heading_and_the_way_back(page: str) -> None:
    assert '<html lang="ru">' in page
    assert "<title>Название &amp; &lt;b&gt; — Район «Тест», 2025 год</title>" in page
    assert 'href="../index.html#m1"' in page


def test_text_and_results_are_there(page: str) -> None:
    for part in ("Заголовок", "ячейка", "результат", "печать &lt;Школа&gt;"):
        assert part in page


def test_code_warnings_and_tracebacks_are_not(page: str) -> None:
    for part in ("secret", "FutureWarning", "беда", "ValueError", "FigureAsText"):
        assert part not in page


def test_nothing_is_asked_of_a_network(page: str) -> None:
    loaded = re.findall(r"<(?:script|link|img|iframe)[^>]*?(?:src|href)=\"([^\"]*)\"", page)
    assert loaded == ["data:,", "../assets/plotly.min.js"]
    assert "http" not in page.replace("http-equiv", "")


def test_a_figure_is_data_that_cannot_end_its_script(page: str) -> None:
    content = re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)
    assert content is not None
    assert json.loads(content[1]) == FIGURE
    assert "min-height:321px" in page


def test_a_page_without_figures_loads_no_script() -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("Текст")])
    assert "<script" not in render(notebook, HEADING)


def test_templates_name_no_host() -> None:
    for path in Path(TEMPLATES).rglob("*.*"):
        assert "//" not in re.sub(r"(?m)(^|\s)//\s.*$", "", path.read_text(encoding="utf-8")), path.name
