"""Figures of the region: how the schools of its municipalities are judged.

In:   verdict tables; `cells` of a verdict after `disclosure.protect`.
Out:  plotly figures; each title states the finding.
Not:  any order by result: municipalities always stand in the order of the alphabet (R25).
"""

import pandas as pd
import plotly.graph_objects as go

from shnor_lib.present import labels, text, theme


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
