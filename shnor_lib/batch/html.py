"""A page without code from an executed notebook: offline, Russian, for the screen and for A4 paper.

In:   an executed notebook, a heading for the page.
Out:  one HTML text; figures are drawn by the plotly file that all pages of a year share
      (`assets/plotly.min.js`, see `publish`), nothing is asked of any network.
Not:  executing (see `unit`).
"""

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import plotly
from nbconvert import HTMLExporter
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from shnor_lib.batch.job import Heading

PLOTLY_MIME = "application/vnd.plotly.v1+json"
TEMPLATES = Path(__file__).resolve().parent / "templates"
_PARTS: dict[str, Any] = {"data": [], "layout": {}, "config": {}}
_DEFAULT_HEIGHT = 450  # plotly's own, used to keep the place while the figure is not drawn yet


class PlotlyFigures(Preprocessor):
    """Turns figures stored as plotly JSON into a place on the page and data for the shared script."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Replace every plotly output; `resources["figures"]` becomes their number."""
        figures = 0
        for cell in nb.cells:
            for output in cell.get("outputs", []):
                figure = output.get("data", {}).get(PLOTLY_MIME)
                if figure is not None:
                    output["data"] = {"text/html": _place(figure)}
                    figures += 1
        resources["figures"] = figures
        return nb, resources


def render(notebook: NotebookNode, heading: Heading, whole: bool = False) -> str:
    """The page of an executed notebook.

    Args:
        notebook: executed notebook; it is not changed.
        heading: what the top of the page says.
        whole: the page holds the script of its figures itself and leads nowhere: one file to be mailed.
    """
    script = plotly_script() if whole else ""
    text, _ = _exporter().from_notebook_node(
        notebook, {"heading": asdict(heading), "whole": whole, "plotly_script": script}
    )
    return str(text)


@cache
def plotly_script() -> str:
    """Text of plotly.js that may stand inside a page."""
    source = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return source.read_text(encoding="utf-8").replace("</script", "<\\/script")


@cache
def _exporter() -> HTMLExporter:
    # One exporter a process: the first page costs 0.8 s, the next ones 0.1 s.
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="shnor_report",
        extra_template_basedirs=[str(TEMPLATES)],
        language_code="ru",
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        mathjax_url="",
        require_js_url="",
        mermaid_js_url="",
    )
    exporter.register_preprocessor(PlotlyFigures, enabled=True)  # type: ignore[no-untyped-call]
    return exporter


def _place(figure: dict[str, Any]) -> str:
    height = figure.get("layout", {}).get("height") or _DEFAULT_HEIGHT
    content = {part: figure.get(part, empty) for part, empty in _PARTS.items()}
    # "</" would end the script element wherever it stands in a label.
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return (
        f'<figure class="report-figure" style="min-height:{int(height)}px">'
        f'<div class="report-plot"></div><script type="application/json">{text}</script></figure>'
    )
