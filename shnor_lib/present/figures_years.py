"""Figures over the years: the size of the list, shares of all participants by series.

In:   pooled counts by year and series, with the comparability group of each.
Out:  plotly figures; each title states the finding.
Rule: a line is never drawn across a break in comparability.
"""

from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from shnor_lib.data.series import EXAMS, parse
from shnor_lib.present import text, theme
from shnor_lib.present.frames import count, rows

_LINES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "triangle-down", "star", "x", "pentagon")
_EXAM_ORDER = ("vpr", "oge", "ege")


def list_size(points: pd.DataFrame) -> go.Figure:
    """Number of listed schools by year.

    Args:
        points: year, listed, evaluable (numbers of schools).
    """
    if points.empty:
        return theme.empty("Список по годам", "Нет ни одного года с результатами.")
    years = [str(year) for year in points["year"]]
    shares = [
        text.share(listed, total) for listed, total in zip(points["listed"], points["evaluable"], strict=True)
    ]
    figure = go.Figure(
        go.Bar(
            x=years,
            y=points["listed"],
            marker={"color": [theme.STATUS_COLOURS["shnor"]] * len(years)},
            text=[f"<b>{n}</b><br>{share}" for n, share in zip(points["listed"], shares, strict=True)],
            textposition="outside",
            cliponaxis=False,
            width=0.35,
            hovertemplate="%{x} год: %{y} в списке<extra></extra>",
        )
    )
    figure.update_xaxes(type="category", tickfont={"size": 13})
    most = max(1, int(points["listed"].max()))
    figure.update_yaxes(
        title_text="школ в списке", rangemode="tozero", range=[0, 1.3 * most], **theme.count_ticks(most)
    )
    return theme.styled(
        figure,
        _size_finding(points),
        "Под числом — доля среди школ, которые оценивались в этом году.",
        height=220,
    )


def trend(points: pd.DataFrame, threshold: int) -> go.Figure:
    """Shares of all participants by year and series; lines stop at breaks in comparability.

    Args:
        points: series, year, failed, participants, group (comparability group).
        threshold: per cent, drawn as a line.
    """
    drawn = points[points["participants"] > 0]
    if drawn.empty:
        return theme.empty("Доли по годам", "Нет результатов, которые можно показать.")
    exams = [exam for exam in _EXAM_ORDER if any(parse(item).exam == exam for item in drawn["series"])]
    years = sorted({int(year) for year in drawn["year"]})
    figure = make_subplots(
        rows=len(exams),
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.09 if len(exams) > 1 else 0,
        subplot_titles=[EXAMS[exam] for exam in exams],
    )
    figure.update_annotations(font={"size": 13})
    for row, exam in enumerate(exams, start=1):
        inside = drawn[[parse(item).exam == exam for item in drawn["series"]]]
        for index, item in enumerate(sorted(inside["series"].unique())):
            _trend_line(figure, inside[inside["series"] == item].sort_values("year"), index, row, threshold)
        _breaks(figure, inside, row)
    theme.threshold_line(figure, threshold)
    top = float((100 * drawn["failed"] / drawn["participants"]).max())
    figure.update_yaxes(range=[0, max(threshold + 6, top * 1.15)], title_text="доля, %")
    figure.update_xaxes(
        tickvals=years,
        ticktext=[str(year) for year in years],
        range=[years[0] - 0.35, years[-1] + 0.35],
        showticklabels=True,
    )
    figure = theme.styled(
        figure,
        _trend_finding(drawn),
        f"Доля не преодолевших минимум среди всех участников. Пунктир — {threshold} %. "
        "Через вертикальную черту сравнивать нельзя: линия прерывается.",
        height=230 * len(exams),
        legend_rows=1,
    )
    figure.update_layout(legend={"orientation": "v", "x": 1.01, "xanchor": "left", "y": 1, "yanchor": "top"})
    return figure


def _size_finding(points: pd.DataFrame) -> str:
    last = points.iloc[-1]
    size = int(last["listed"])
    now = f"В {int(last['year'])} году в списке ШНОР {text.counted(size, text.SCHOOLS)}"
    if len(points) == 1:
        return now
    change = size - int(points.iloc[-2]["listed"])
    if change == 0:
        return f"{now} — столько же, сколько годом ранее"
    word = "больше" if change > 0 else "меньше"
    return f"{now} — на {text.number(abs(change))} {word}, чем годом ранее"


def _trend_line(figure: go.Figure, line: pd.DataFrame, index: int, row: int, threshold: int) -> None:
    """One series: a separate piece for each run of consecutive comparable years."""
    colour = theme.TEMPLATE.layout.colorway[index % len(theme.TEMPLATE.layout.colorway)]
    previous: tuple[int, str] | None = None
    x: list[float | None] = []
    y: list[float | None] = []
    hover: list[str] = []
    for point in rows(line):
        if previous is not None and (point.year - previous[0] > 1 or point.group != previous[1]):
            x.append(None)
            y.append(None)
            hover.append("")
        x.append(int(point.year))
        y.append(100 * point.failed / point.participants)
        counts = text.k_of_n(point.failed, point.participants, threshold)
        hover.append(f"<b>{text.label(parse(point.series).title)}</b><br>{point.year}: {counts}")
        previous = int(point.year), point.group
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines+markers",
        name=parse(line["series"].iloc[0]).short,
        line={"color": colour, "width": 2, "dash": _LINES[index % len(_LINES)]},
        marker={"symbol": _SYMBOLS[index % len(_SYMBOLS)], "size": 9, "color": colour},
        connectgaps=False,
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
        row=row,
        col=1,
    )


def _breaks(figure: go.Figure, inside: pd.DataFrame, row: int) -> None:
    """Vertical marks between years of which no series is comparable with the one before."""
    groups = {count(year): set(part["group"]) for year, part in inside.groupby("year")}
    years = sorted(groups)
    for before, after in pairwise(years):
        if groups[before] & groups[after]:
            continue
        figure.add_vline(
            x=(before + after) / 2,
            line={"color": theme.MUTED, "width": 1, "dash": "dot"},
            annotation={
                "text": "несопоставимо",
                "font": {"size": 11, "color": theme.MUTED},
                "bgcolor": theme.PAPER,
                "xanchor": "center",
                "yanchor": "top",
            },
            annotation_position="top",
            row=row,
            col=1,
        )


def _trend_finding(drawn: pd.DataFrame) -> str:
    last = int(drawn["year"].max())
    now = drawn[drawn["year"] == last]
    shares = (now["failed"] / now["participants"]).astype(float)
    worst = now.iloc[int(shares.argmax())]
    return (
        f"В {last} году чаще всего не преодолевали минимум по серии {parse(worst['series']).short}: "
        f"{text.share(worst['failed'], worst['participants'])} участников"
    )
