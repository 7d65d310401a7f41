"""Funnels: what chance does to shares of small schools, one panel a series.

In:   `cells` of a verdict after `disclosure.protect`; funnels of the region.
Out:  plotly figure; its title states the finding.
"""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from shnor_lib.data.series import parse
from shnor_lib.present import labels, text, theme
from shnor_lib.present.cells import hover, of_year, series_order
from shnor_lib.present.frames import rows
from shnor_lib.statistics import Z95
from shnor_lib.statistics.funnel import Z998, Funnel

_FEW_SERIES = 4
_LIMITS = ((Z95, "95 %", "dash"), (Z998, "99,8 %", "dot"))


def funnel(
    cells: pd.DataFrame,
    funnels: dict[str, Funnel],
    year: int,
    threshold: int,
) -> go.Figure:
    """Shares against numbers of participants, with limits of chance around the regional mean.

    The limits are widened by overdispersion (see `statistics.funnel`): a school outside them differs by more
    than the schools of the region usually do.

    Args:
        cells: protected cells of the schools to draw.
        funnels: series → funnel of the whole region.
        year: only cells of this year are drawn.
        threshold: per cent, drawn as a line.
    """
    now = of_year(cells, year)
    now = now[now["middle"].notna()]
    now = now[now["series"].isin(list(funnels))]
    if now.empty:
        return theme.empty("Доли и число участников", "Нет школ, числа которых можно показать.")
    series = series_order(now["series"])
    columns = min(2 if len(series) <= _FEW_SERIES else 3, len(series))
    lines = -(-len(series) // columns)
    figure = make_subplots(
        rows=lines,
        cols=columns,
        subplot_titles=[text.label(parse(item).title) for item in series],
        horizontal_spacing=0.07,
        vertical_spacing=min(0.09, 0.32 / lines),
        shared_yaxes=True,
    )
    above = set()
    largest = max(int(now["participants"].max()), 30)
    for index, item in enumerate(series):
        where: dict[str, Any] = {"row": index // columns + 1, "col": index % columns + 1}
        _limits(figure, funnels[item], largest, first=index == 0, **where)
        part = now[now["series"] == item]
        size = part["participants"].to_numpy(dtype=float)
        value = part["middle"].to_numpy(dtype=float)
        above |= set(part["school_id"][value > funnels[item].limits(size, Z998)[1]])
        for name, label in labels.CERTAINTY.items():
            chosen = part[part["certainty"] == name]
            figure.add_scatter(
                x=chosen["participants"].astype(float),
                y=100 * chosen["middle"].astype(float),
                mode="markers",
                name=label.text,
                legendgroup=name,
                showlegend=index == 0,
                marker={
                    "symbol": theme.CERTAINTY_SYMBOLS[name],
                    "color": theme.CERTAINTY_COLOURS[name],
                    "size": 8,
                    "opacity": 0.85,
                    "line": {"width": 0.8, "color": theme.CERTAINTY_COLOURS[name]},
                },
                customdata=[hover(cell, threshold) for cell in rows(chosen)],
                hovertemplate="%{customdata}<extra></extra>",
                **where,
            )
    theme.threshold_line(figure, threshold)
    ticks = [5, 10, 20, 50, 100, 200, 500]
    figure.update_xaxes(
        type="log", tickvals=ticks, range=[np.log10(4.5), np.log10(largest * 1.15)], showline=True
    )
    figure.update_xaxes(title_text="участников (логарифмическая шкала)", row=lines)
    figure.update_yaxes(range=[-3, 103], tickvals=[0, threshold, 60, 100])
    figure.update_yaxes(title_text="доля, %", col=1)
    figure.update_annotations(font={"size": 13, "color": theme.INK}, xanchor="center")
    found = text.counted(len(above), text.SCHOOLS)
    verb = text.plural(len(above), "выходит", "выходят", "выходят")
    title = (
        f"За пределы обычного разброса вокруг среднего по региону {verb} {found}"
        if above
        else "Все отличия школ от среднего по региону лежат в пределах обычного разброса"
    )
    return theme.styled(
        figure,
        title,
        "Точка — школа. Чем меньше участников, тем шире пределы 95 и 99,8 %: в них учтены и случай, и то, "
        f"насколько школы региона вообще различаются. Пунктир — порог {threshold} %.",
        height=lines * 240,
        legend_rows=2,
        axis=34,
    )


def _limits(figure: go.Figure, of: Funnel, largest: int, first: bool, row: int, col: int) -> None:
    sizes = np.geomspace(4.5, largest * 1.15, 60)
    for z, name, dash in _LIMITS:
        lower, upper = (100 * bound for bound in of.limits(sizes, z))
        figure.add_scatter(
            x=[*sizes, None, *sizes],  # one line of two pieces
            y=[*lower, None, *upper],
            mode="lines",
            line={"color": "#93A1AF", "width": 1, "dash": dash},
            name=f"предел {name}",
            legendgroup=name,
            showlegend=first,
            hoverinfo="skip",
            row=row,
            col=col,
        )
    figure.add_scatter(
        x=[sizes[0], sizes[-1]],
        y=[100 * of.mean, 100 * of.mean],
        mode="lines",
        line={"color": theme.ACCENT, "width": 1.4},
        name="среднее по региону",
        legendgroup="mean",
        showlegend=first,
        hovertemplate=f"среднее по региону: {text.percent(of.mean)}<extra></extra>",
        row=row,
        col=col,
    )
