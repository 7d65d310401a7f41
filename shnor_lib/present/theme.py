"""One look for every figure: colours, symbols, fonts, Russian numbers and tool tips.

Colours are chosen to stay apart for colour-blind readers and on a grey printer (they differ in lightness),
and never carry meaning alone: a symbol, a pattern or a printed number says the same. Fonts are those a
closed network has; nothing is fetched.
"""

from typing import Any, Literal

import plotly.graph_objects as go

from shnor_lib.present import text

FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', 'Liberation Sans', Arial, sans-serif"

INK = "#1F2A37"
MUTED = "#5B6673"
LINE = "#D5DBE1"
GRID = "#E9EDF1"
PAPER = "#FFFFFF"
ACCENT = "#1F4E79"
ALARM = "#A63D22"

STATUS_COLOURS = {
    "shnor": ALARM,
    "watch": "#E0A03B",
    "risk": "#8B7BB5",
    "not_identified": "#9DBBD6",
    "doubtful": "#55606E",
    "not_evaluable": "#D9DEE4",
}
CLUSTER_COLOURS = {
    "severe": "#7E2411",
    "moderate": "#C8603A",
    "basic": "#EDB488",
    "not_listed": "#9DBBD6",
    "not_evaluable": "#D9DEE4",
}
DEFICIT_COLOURS = {
    "eliminated": "#2F6F9F",
    "persistent": ALARM,
    "new": "#E0A03B",
    "unknown": "#C7CED6",
}
PATTERNS = {
    "watch": "/",
    "risk": "x",
    "doubtful": "\\",
    "not_evaluable": ".",
    "exit_unconfirmed": "x",
    "entry": "/",
    "new": "/",
    "unknown": ".",
}
CERTAINTY_SYMBOLS = {"above": "triangle-up", "borderline": "diamond", "below": "triangle-down-open"}
CERTAINTY_COLOURS = {"above": ALARM, "borderline": "#E0A03B", "below": "#4F86B5"}

# Widths in letters: a title must fit an A4 page, a label must leave room for the drawing.
TITLE_WIDTH = 66
SUBTITLE_WIDTH = 92
LABEL_WIDTH = 34

_TITLE_LINE, _SUBTITLE_LINE, _TOP = 24, 18, 20

LOCALE = {
    "dictionary": {
        "Download plot as a PNG": "Сохранить картинку (PNG)",
        "Download plot": "Сохранить картинку",
        "Preparing image - this may take a few seconds": "Картинка готовится…",
        "Image download succeeded": "Картинка сохранена",
        "Sorry, there was a problem downloading your image!": "Картинку сохранить не удалось",
        "Zoom": "Увеличить область",
        "Zoom in": "Ближе",
        "Zoom out": "Дальше",
        "Pan": "Сдвинуть",
        "Reset axes": "Вернуть исходный вид",
        "Autoscale": "Показать всё",
        "Double-click to zoom back out": "Двойной щелчок вернёт исходный вид",
        "Double-click on legend to isolate one trace": "Двойной щелчок в легенде оставит один ряд",
    },
    "format": {"decimal": ",", "thousands": text.NBSP, "grouping": [3], "currency": ["", f"{text.NBSP}₽"]},
}

CONFIG: dict[str, Any] = {
    "locale": "ru",
    "locales": {"ru": LOCALE},
    "displaylogo": False,
    "responsive": True,
    "displayModeBar": "hover",
    "modeBarButtons": [["toImage", "resetScale2d"]],
    "scrollZoom": False,
    "toImageButtonOptions": {"format": "png", "scale": 2, "filename": "shnor"},
}

_FEW = 10  # counts up to which every whole number has its tick; above, plotly steps by whole numbers itself

TEMPLATE = go.layout.Template(
    layout={
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "separators": f",{text.NBSP}",
        "colorway": [ACCENT, ALARM, "#E0A03B", "#4F86B5", "#8B7BB5", "#55606E", "#6B9E78"],
        "title": {
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": _TOP, "l": 4},
            "font": {"size": 17, "color": INK, "weight": 600},
            "subtitle": {"font": {"size": 13, "color": MUTED}},
        },
        "hoverlabel": {
            "bgcolor": PAPER,
            "bordercolor": LINE,
            "font": {"family": FONT, "size": 13, "color": INK},
            "align": "left",
            "namelength": -1,
        },
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.0,
            "yanchor": "bottom",
            "font": {"size": 12},
            "title": {"text": ""},
        },
        "xaxis": {
            "gridcolor": GRID,
            "linecolor": LINE,
            "zeroline": False,
            "ticks": "",
            "title": {"standoff": 10, "font": {"size": 12, "color": MUTED}},
            "automargin": True,
        },
        "yaxis": {
            "gridcolor": GRID,
            "linecolor": LINE,
            "zeroline": False,
            "ticks": "",
            "title": {"standoff": 10, "font": {"size": 12, "color": MUTED}},
            "automargin": True,
        },
        "margin": {"l": 8, "r": 16, "b": 8, "t": 60},
        "bargap": 0.35,
    }
)


def styled(
    figure: go.Figure, title: str, subtitle: str = "", height: int = 360, legend_rows: int = 0, axis: int = 0
) -> go.Figure:
    """Give a figure the common look, its finding as a title, and room for both.

    Args:
        figure: traces and axes; changed in place.
        title: the finding, one Russian sentence without a full stop.
        subtitle: how to read the figure.
        height: pixels of the drawing itself; title and legend are added on top.
        legend_rows: rows that the legend takes above the drawing.
        axis: pixels that labels of an axis on top take.

    Returns:
        The same figure.
    """
    head = text.wrap(title, TITLE_WIDTH)
    sub = text.wrap(subtitle, SUBTITLE_WIDTH) if subtitle else ""
    title_height = _TITLE_LINE * (head.count("<br>") + 1) + (
        _SUBTITLE_LINE * (sub.count("<br>") + 1) if sub else 0
    )
    top = _TOP + title_height + 12 + 24 * legend_rows + axis
    figure.update_layout(
        template=TEMPLATE,
        title={"text": head, "subtitle": {"text": sub}},
        height=height + top,
        margin={"t": top},
        showlegend=legend_rows > 0,
        legend={"y": 1 + axis / height},
    )
    return figure


def threshold_line(figure: go.Figure, value: float, along: Literal["x", "y"] = "x") -> None:
    """Draw the threshold through every panel that has a trace.

    Args:
        figure: all its traces are there; changed in place.
        value: where the line stands.
        along: the axis along which it runs.

    plotly's own `add_hline` and `add_vline` look at every trace and copy the layout once a panel: with nine
    panels they took a fifth of the time of the whole figure.
    """
    across = "y" if along == "x" else "x"
    panels = dict.fromkeys((trace.xaxis or "x", trace.yaxis or "y") for trace in figure.data)
    lines = [
        {
            "type": "line",
            f"{along}0": 0,
            f"{along}1": 1,
            f"{along}ref": f"{x if along == 'x' else y} domain",
            f"{across}0": value,
            f"{across}1": value,
            f"{across}ref": y if along == "x" else x,
            "line": {"color": ALARM, "width": 1.2, "dash": "dash"},
        }
        for x, y in panels
    ]
    figure.update_layout(shapes=[*figure.layout.shapes, *lines])


def count_ticks(top: float) -> dict[str, Any]:
    """Settings of an axis of counts: whole ticks. plotly draws halves where the largest count is small.

    Args:
        top: the largest count, or sum of stacked counts, on the axis.
    """
    return {"dtick": 1} if top <= _FEW else {}


def empty(title: str, reason: str) -> go.Figure:
    """A figure that says why there is nothing to draw."""
    figure = go.Figure()
    figure.add_annotation(
        text=text.wrap(reason, 80),
        showarrow=False,
        font={"size": 14, "color": MUTED},
        x=0.5,
        y=0.5,
        xref="paper",
        yref="paper",
    )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return styled(figure, title, height=90)


def pattern(value: str) -> dict[str, Any]:
    """Pattern of a bar for a machine value: white strokes over its colour, none for the main values."""
    return {"shape": PATTERNS.get(value, ""), "fillmode": "overlay", "fgcolor": PAPER, "size": 5}


def share_scale(threshold: int) -> list[tuple[float, str]]:
    """Colours of shares 0–1: cool below the threshold, warm from it on."""
    bound = min(threshold / 100, 0.99)
    return [
        (0.0, "#F3F7FA"),
        (max(bound - 1e-6, 0.0), "#BCD0E2"),
        (bound, "#F6D2B0"),
        (bound + (1 - bound) / 2, "#C8603A"),
        (1.0, "#7E2411"),
    ]


def step_scale(colours: list[str]) -> list[tuple[float, str]]:
    """A colour scale of flat steps, one a colour."""
    size = len(colours)
    return [
        pair
        for index, colour in enumerate(colours)
        for pair in ((index / size, colour), ((index + 1) / size, colour))
    ]


def pale(colour: str, opacity: float = 0.38) -> str:
    """The colour `#rrggbb`, seen through."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
