"""How a page reaches its reader: four display modes, one function to show a block.

    batch    `shnor batch`: figures as `application/vnd.plotly.v1+json` only; the exporter draws them with one
             plotly.js shared by all reports
    report   papermill, nbconvert and everything else without a live page: the same, and beside it HTML that
             draws the figure with the plotly.js inlined once a notebook (stock nbconvert takes the HTML)
    voila    a dashboard: the plotly renderer of the front end draws, widgets live
    lab      JupyterLab: the same

Nothing asks a network: MathJax and the CDN, which plotly's own HTML renderers add, are left out.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal, TypeAlias
from uuid import uuid4

import plotly.graph_objects as go
from plotly.io import to_json
from plotly.offline import get_plotlyjs

from shnor_lib.present import text, theme

Mode = Literal["batch", "report", "voila", "lab"]
MODES: tuple[Mode, ...] = ("batch", "report", "voila", "lab")
VARIABLE = "SHNOR_DISPLAY"
PLOTLY_MIME = "application/vnd.plotly.v1+json"

Bundle = dict[str, Any]


@dataclass(frozen=True)
class Html:
    """A piece of HTML as a block of a page."""

    markup: str


Block: TypeAlias = Html | go.Figure


def detect() -> Mode:
    """Mode of this process: as told by `SHNOR_DISPLAY`, else as the surroundings show.

    Voila announces itself to its kernels as a web server does (`SERVER_SOFTWARE`); Jupyter Server names the
    notebook of a live session (`JPY_SESSION_NAME`); papermill and nbconvert do neither.
    """
    told = os.environ.get(VARIABLE, "")
    for mode in MODES:
        if told == mode:
            return mode
    if os.environ.get("SERVER_SOFTWARE", "").startswith("voila"):
        return "voila"
    return "lab" if os.environ.get("JPY_SESSION_NAME") else "report"


def is_live(mode: Mode) -> bool:
    """Whether widgets work: somebody sits before the page, and a kernel behind it."""
    return mode in ("voila", "lab")


@lru_cache(maxsize=8)
def asset(name: str) -> str:
    """Text of a file in `present/assets`."""
    return resources.files("shnor_lib.present").joinpath("assets", name).read_text(encoding="utf-8")


def figure_data(figure: go.Figure) -> dict[str, Any]:
    """Data, layout and configuration of a figure as JSON values."""
    data: dict[str, Any] = json.loads(to_json(figure, validate=False, remove_uids=False))
    data["config"] = theme.CONFIG
    return data


def figure_html(data: dict[str, Any], identity: str | None = None) -> str:
    """A figure as HTML for a page that holds plotly.js already; it resizes with the page.

    Args:
        data: from `figure_data`, or the value of a notebook output of type `PLOTLY_MIME`.
        identity: id of the element; a random one if not given.
    """
    identity = identity or f"shnor-{uuid4().hex[:12]}"
    parts = (json.dumps(data.get(name, {}), ensure_ascii=False) for name in ("data", "layout", "config"))
    # A string of the data must not end the script element.
    arguments = ", ".join(part.replace("</", "<\\/") for part in parts)
    height = data.get("layout", {}).get("height", 400)
    return (
        f'<div class="shnor-figure"><div id="{identity}" class="plotly-graph-div" '
        f'style="width:100%;height:{height}px"></div>'
        f'<script>Plotly.newPlot("{identity}", {arguments})</script></div>'
    )


def bundle(block: Block, mode: Mode) -> Bundle:
    """Mime bundle of a block."""
    if isinstance(block, Html):
        return {"text/html": block.markup, "text/plain": ""}
    data = figure_data(block)
    plain = {PLOTLY_MIME: data, "text/plain": _title(data)}
    return plain | {"text/html": figure_html(data)} if mode == "report" else plain


def preamble(mode: Mode) -> Html:
    """Styles and scripts, once a notebook; in report mode with plotly.js itself."""
    parts = [f"<style>{asset('page.css')}</style>", f"<script>{asset('tables.js')}</script>"]
    if is_live(mode):
        parts.append(f"<script>{asset('live.js')}</script>")
    if mode == "report":
        parts.append(f"<script>{get_plotlyjs()}</script>")
        parts.append(f"<script>{asset('print.js')}</script>")
    return Html("".join(parts))


def show(blocks: Sequence[Block], mode: Mode) -> None:
    """Display blocks in the current cell, neighbouring HTML as one output."""
    for block in merged(blocks):
        publish(bundle(block, mode))


def publish(value: Any) -> None:
    """Show a mime bundle, or an object that knows how to show itself, in the current cell."""
    from IPython import display

    display.display(value, raw=isinstance(value, dict))  # type: ignore[no-untyped-call]


def merged(blocks: Sequence[Block]) -> list[Block]:
    """The same blocks with neighbouring pieces of HTML joined."""
    result: list[Block] = []
    for block in blocks:
        last = result[-1] if result else None
        if isinstance(block, Html) and isinstance(last, Html):
            result[-1] = Html(last.markup + block.markup)
        else:
            result.append(block)
    return result


def marker(section: str) -> Html:
    """The empty place of a live section, into which it is drawn anew."""
    return Html(f'<div class="shnor-section" data-shnor-section="{text.escape(section)}"></div>')


def message(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Blocks as the control bar takes them: `html` or `figure`."""
    return [
        {"html": block.markup} if isinstance(block, Html) else {"figure": figure_data(block)}
        for block in merged(blocks)
    ]


def _title(data: dict[str, Any]) -> str:
    title = data.get("layout", {}).get("title", {}).get("text", "")
    return f"[Рисунок: {text.plain(title)}]"
