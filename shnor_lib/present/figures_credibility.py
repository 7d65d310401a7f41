"""Distributions of primary scores with the boundaries of marks (METHODOLOGY §6.4).

In:   histograms of `Credibility.histogram`, which refuses those that may not be shown (R25).
Out:  plotly figures; each title states the finding.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from shnor_lib.data.series import parse
from shnor_lib.present import text, theme
from shnor_lib.present.cells import series_order
from shnor_lib.present.frames import rows

_MARK_COLOURS = {2: theme.ALARM, 3: "#E0A03B", 4: "#4F86B5", 5: theme.ACCENT}
_UNKNOWN = "#9DBBD6"
_PASS_MARK, _TIMES = 3, 2

Histograms = Mapping[str, pd.DataFrame]
Boundaries = Mapping[str, Sequence[tuple[int, int]]]


def histograms(
    shown: Histograms, boundaries: Boundaries, whole: Histograms | None = None, who: str = ""
) -> go.Figure:
    """How many participants got which score, a panel a work.

    Args:
        shown: series → score, count, mark.
        boundaries: series → marks and their lowest scores.
        whole: the region's histograms, drawn as a line of as many participants, where a school is shown.
        who: name of the school; empty for the region.
    """
    if not shown:
        return theme.empty("Распределение первичных баллов", "Распределений баллов за этот год в данных нет.")
    series = series_order(pd.Series(list(shown)))
    columns = min(2, len(series))
    lines = -(-len(series) // columns)
    figure = make_subplots(
        rows=lines,
        cols=columns,
        subplot_titles=[text.label(parse(item).title) for item in series],
        horizontal_spacing=0.08,
        vertical_spacing=min(0.16, 0.4 / lines),
    )
    legend: set[str] = set()
    for index, item in enumerate(series):
        where: dict[str, Any] = {"row": index // columns + 1, "col": index % columns + 1}
        _bars(figure, shown[item], legend, where)
        if whole is not None and item in whole:
            _outline(figure, shown[item], whole[item], legend, where)
        most = max(int(shown[item]["count"].max()), 1)
        figure.update_yaxes(range=[0, 1.16 * most], **theme.count_ticks(most), **where)
        for mark, score in boundaries.get(item, ()):
            figure.add_vline(x=score - 0.5, line={"color": theme.INK, "width": 1, "dash": "dash"}, **where)
            figure.add_annotation(
                x=score - 0.4,
                y=1,
                yref=f"y{index + 1 if index else ''} domain",
                xref=f"x{index + 1 if index else ''}",
                text=f"«{mark}»",
                showarrow=False,
                xanchor="left",
                yanchor="top",
                font={"size": 11, "color": theme.MUTED},
            )
    figure.update_xaxes(showgrid=False, showline=True)
    figure.update_xaxes(title_text="первичный балл", row=lines)
    figure.update_yaxes(title_text="участников", col=1)
    figure.update_layout(bargap=0.12)
    return theme.styled(
        figure,
        f"{who}: {_finding(shown, boundaries, False)}" if who else _finding(shown, boundaries, True),
        "Столбик — сколько участников набрали столько баллов, пунктир — граница отметки. Там, где работы "
        "оценены ровно, столбики по обе стороны границы похожи.",
        height=lines * 230,
        legend_rows=1,
        axis=28,
    )


def ratio(histogram: pd.DataFrame, boundary: int) -> tuple[int, int]:
    """Persons with the first score of a mark, and one point short of it."""
    counts = histogram.set_index("score")["count"]
    return int(counts.get(boundary, 0)), int(counts.get(boundary - 1, 0))


def _finding(shown: Histograms, boundaries: Boundaries, of_region: bool) -> str:
    """The strongest bunching at a pass mark, in words."""
    pairs = [
        (item, *ratio(histogram, score))
        for item, histogram in shown.items()
        for mark, score in boundaries.get(item, ())
        if mark == _PASS_MARK
    ]
    if not pairs:
        return "Границы отметок неизвестны"
    item, at, before = max(pairs, key=lambda pair: pair[1] / max(pair[2], 1))
    name = parse(item).short
    if at < _TIMES * max(before, 1):
        return "У границы «3» скученности не видно" if of_region else "у границы «3» скученности не видно"
    if not before:
        told = f"на первом балле «3» участников {text.number(at)}, на балл ниже — ни одного ({name})"
    else:
        told = (
            f"на первом балле «3» участников в {text.number(round(at / before, 1), 1)} раза больше, "
            f"чем на балл ниже ({name})"
        )
    return text.sentence(told) if of_region else told


def _bars(figure: go.Figure, histogram: pd.DataFrame, legend: set[str], where: dict[str, Any]) -> None:
    marks = histogram["mark"].astype("object").where(histogram["mark"].notna(), None)
    for mark in [*_MARK_COLOURS, None]:
        part = histogram[[value == mark for value in marks]]
        if part.empty:
            continue
        name = f"отметка «{mark}»" if mark else "отметка неизвестна"
        figure.add_bar(
            x=part["score"],
            y=part["count"],
            name=name,
            legendgroup=name,
            showlegend=name not in legend,
            marker={"color": _MARK_COLOURS.get(mark or 0, _UNKNOWN)},
            customdata=[_told(row, name) for row in rows(part)],
            hovertemplate="%{customdata}<extra></extra>",
            **where,
        )
        legend.add(name)


def _told(row: Any, name: str) -> str:
    return (
        f"{text.number(row.score)} б., {name}: {text.counted(int(row._asdict()['count']), text.PARTICIPANTS)}"
    )


def _outline(
    figure: go.Figure, own: pd.DataFrame, whole: pd.DataFrame, legend: set[str], where: dict[str, Any]
) -> None:
    scale = own["count"].sum() / max(int(whole["count"].sum()), 1)
    figure.add_scatter(
        x=whole["score"],
        y=whole["count"] * scale,
        mode="lines",
        line={"color": theme.MUTED, "width": 1.5, "shape": "hvh"},
        name="так было бы, как во всём регионе",
        legendgroup="region",
        showlegend="region" not in legend,
        hoverinfo="skip",
        **where,
    )
    legend.add("region")
