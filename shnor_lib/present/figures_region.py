"""Figures of the region: municipalities, and what chance does to shares of small schools.

In:   verdict tables; `cells` of a verdict after `disclosure.protect`.
Out:  plotly figures; each title states the finding.
Not:  any order by result: municipalities always stand in the order of the alphabet (R25).
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

_FEW_SERIES = 4
_LIMITS = ((1.959963984540054, "95 %", "dash"), (3.090232306167813, "99,8 %", "dot"))


def composition(table: pd.DataFrame, title: str) -> go.Figure:
    """Statuses of schools by municipality, in the order of the alphabet.

    Bars are of one length, so that a district of three schools can be read beside a city of eighty; the
    numbers of schools stand in them.

    Args:
        table: verdict table of the municipalities to draw.
        title: from `composition_finding`, for the whole region.
    """
    if table.empty:
        return theme.empty("Состав по статусам", "Нет школ, которые можно показать.")
    counts = table.groupby(["municipality", "status"], observed=True).size().unstack(fill_value=0)
    counts = counts.sort_index(ascending=False, key=text.alphabet)
    y = list(range(len(counts)))
    totals = counts.sum(axis=1)
    figure = go.Figure()
    for status in [status for status in labels.STATUSES if status in counts]:
        label = labels.STATUSES[status]
        values = counts[status]
        figure.add_bar(
            y=y,
            x=100 * values / totals,
            name=label.marked,
            orientation="h",
            marker={
                "color": theme.STATUS_COLOURS[status],
                "line": {"color": theme.PAPER, "width": 1},
                "pattern": theme.pattern(status),
            },
            text=[str(value) if value else "" for value in values],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"size": 11},
            customdata=[
                f"<b>{text.label(name)}</b><br>{label.marked}: {text.k_of_n(value, total)}"
                for name, value, total in zip(counts.index, values, totals, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    names = [
        f"{text.label(text.shorten(str(name), theme.LABEL_WIDTH))}  <b>{total}</b>"
        for name, total in zip(counts.index, totals, strict=True)
    ]
    figure.update_yaxes(
        tickvals=y, ticktext=names, range=[-0.6, len(y) - 0.4], showgrid=False, tickfont={"size": 12}
    )
    quarters = [0, 25, 50, 75, 100]
    figure.update_xaxes(
        range=[0, 100], tickvals=quarters, ticktext=[f"{value}{text.NBSP}%" for value in quarters]
    )
    figure.update_layout(barmode="stack", bargap=0.2, legend={"traceorder": "normal"})
    return theme.styled(
        figure,
        title,
        "Доли школ по статусам, в полосах — число школ, после названия — всего школ. "
        "Муниципалитеты по алфавиту.",
        height=max(20 * len(counts) + 40, 100),
        legend_rows=2 if len(counts.columns) > 3 else 1,
    )


def composition_finding(table: pd.DataFrame, place: str) -> str:
    """How many schools of the region are listed, and in how many municipalities."""
    listed = table[table["status"].eq("shnor")]
    if listed.empty:
        return f"{text.sentence(place)}: в списке ШНОР нет ни одной школы"
    where, municipalities = listed["municipality"].nunique(), table["municipality"].nunique()
    return (
        f"В списке ШНОР {text.part(len(listed), len(table))}; такие школы есть "
        f"в {text.number(where)} из {text.number(municipalities)} муниципалитетов"
    )


def funnel(
    cells: pd.DataFrame,
    means: dict[str, tuple[int, int]],
    year: int,
    threshold: int,
) -> go.Figure:
    """Shares against numbers of participants, with limits of chance around the regional mean.

    Args:
        cells: protected cells of the schools to draw.
        means: series → (failed, participants) of the whole region.
        year: only cells of this year are drawn.
        threshold: per cent, drawn as a line.
    """
    now = of_year(cells, year)
    now = now[now["middle"].notna()]
    now = now[now["series"].isin([item for item, (_, n) in means.items() if n > 0])]
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
        failed, participants = means[item]
        mean = failed / participants
        _limits(figure, mean, largest, first=index == 0, **where)
        figure.add_hline(y=threshold, line={"color": theme.ALARM, "width": 1.2, "dash": "dash"}, **where)
        part = now[now["series"] == item]
        size = part["participants"].to_numpy(dtype=float)
        value = part["middle"].to_numpy(dtype=float)
        above |= set(part["school_id"][value > mean + _LIMITS[1][0] * np.sqrt(mean * (1 - mean) / size)])
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
        f"За пределы случайных колебаний вокруг среднего по региону {verb} {found}"
        if above
        else "Все отличия школ от среднего по региону лежат в пределах случайных колебаний"
    )
    return theme.styled(
        figure,
        title,
        f"Точка — школа. Чем меньше участников, тем шире пределы 95 и 99,8 %. Пунктир — порог {threshold} %.",
        height=lines * 240,
        legend_rows=2,
        axis=34,
    )


def series_means(cells: pd.DataFrame, year: int) -> dict[str, tuple[int, int]]:
    """Failed and participants of all schools together, by series: the centre of a funnel."""
    now = cells[(cells["year"] == year) & cells["failed"].notna() & cells["participants"].notna()]
    sums = now.groupby("series", observed=True)[["failed", "participants"]].sum()
    return {str(item): (int(row["failed"]), int(row["participants"])) for item, row in sums.iterrows()}


def _limits(figure: go.Figure, mean: float, largest: int, first: bool, row: int, col: int) -> None:
    sizes = np.geomspace(4.5, largest * 1.15, 60)
    spread = np.sqrt(mean * (1 - mean) / sizes)
    for z, name, dash in _LIMITS:
        for sign in (1, -1):
            figure.add_scatter(
                x=sizes,
                y=100 * np.clip(mean + sign * z * spread, 0, 1),
                mode="lines",
                line={"color": "#93A1AF", "width": 1, "dash": dash},
                name=f"предел {name}",
                legendgroup=name,
                showlegend=first and sign == 1,
                hoverinfo="skip",
                row=row,
                col=col,
            )
    figure.add_scatter(
        x=[sizes[0], sizes[-1]],
        y=[100 * mean, 100 * mean],
        mode="lines",
        line={"color": theme.ACCENT, "width": 1.4},
        name="среднее по региону",
        legendgroup="mean",
        showlegend=first,
        hovertemplate=f"среднее по региону: {text.percent(mean)}<extra></extra>",
        row=row,
        col=col,
    )
