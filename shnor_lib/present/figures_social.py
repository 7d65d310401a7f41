"""Figures of the social index: conditions beside results, schools beside similar ones (R21, §9.1).

In:   `Social.public`, where numbers of small groups are masked (R25).
Out:  plotly figures; each title states the finding.
Not:  any order by result: schools stand in the order of the alphabet, or nowhere.
"""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from shnor_lib.present import labels, text, theme
from shnor_lib.present.frames import rows

ROW_HEIGHT = 26
_DIGITS = 1  # of per cents, as `text.percent` prints them
_SYMBOLS = {"higher": "triangle-up", "same": "diamond", "lower": "triangle-down-open"}
_COLOURS = {"higher": theme.ALARM, "same": "#E0A03B", "lower": "#4F86B5"}


def conditions(schools: pd.DataFrame, bound: float, title: str, digits: int) -> go.Figure:
    """Index of each school and its share of «2», with the lower quartile.

    Args:
        schools: protected rows: name, index, share, standing.
        bound: Q1.
        title: the finding for the whole region.
        digits: decimals of the index.
    """
    drawn = schools[schools["index"].notna() & schools["share"].notna()]
    if drawn.empty:
        return theme.empty("Условия и результаты", "Нет школ, у которых есть и индекс, и результаты.")
    figure = go.Figure()
    for name, label in labels.STANDINGS.items():
        part = drawn[drawn["standing"].eq(name).fillna(value=False).astype(bool)]
        figure.add_scatter(
            x=part["index"].astype(float).round(digits),
            y=_per_cent(part["share"]),
            mode="markers",
            name=label.text,
            marker={
                "symbol": _SYMBOLS[name],
                "color": _COLOURS[name],
                "size": 8,
                "opacity": 0.85,
                "line": {"width": 0.8, "color": _COLOURS[name]},
            },
            customdata=[_hover(row, digits) for row in rows(part.rename(columns={"index": "value"}))],
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.add_vline(
        x=round(bound, digits),
        line={"color": theme.MUTED, "width": 1.2, "dash": "dash"},
        annotation={"text": "нижний квартиль", "font": {"size": 12, "color": theme.MUTED}},
        annotation_position="top left",
    )
    figure.update_xaxes(title_text="социальный индекс: правее — благополучнее", showline=True)
    figure.update_yaxes(title_text="не преодолели минимум, %", rangemode="tozero")
    return theme.styled(
        figure,
        title,
        "Точка — школа: все её результаты за год вместе. Знак — доля рядом с долей сходных школ.",
        height=360,
        legend_rows=1,
    )


def standing(schools: pd.DataFrame, continuation: str = "") -> go.Figure:
    """Share of «2» of each school with its interval, and that of similar schools in the same works.

    Args:
        schools: protected rows: school_id, name, share, low, high, others, standing.
        continuation: title of a second and further sheet, in place of the finding.
    """
    known = schools[schools["standing"].notna()]
    if known.empty:
        return theme.empty(
            "Рядом со сходными школами", "Сравнить не с чем: нет результатов или сходных школ."
        )
    drawn = known.sort_values(["name", "school_id"], ascending=False, key=text.alphabet).reset_index(
        drop=True
    )
    figure = go.Figure()
    for name, label in labels.STANDINGS.items():
        part = drawn[drawn["standing"].eq(name) & drawn["share"].notna()]
        share, low, high = (_per_cent(part[of]) for of in ("share", "low", "high"))
        figure.add_scatter(
            x=share,
            y=part.index,
            error_x={
                "array": (high - share).round(_DIGITS),
                "arrayminus": (share - low).round(_DIGITS),
                "color": _COLOURS[name],
                "thickness": 1.6,
                "width": 0,
            },
            mode="markers",
            name=label.text,
            marker={"symbol": _SYMBOLS[name], "color": _COLOURS[name], "size": 9},
            customdata=[_beside(row) for row in rows(part)],
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.add_scatter(
        x=_per_cent(drawn["others"]),
        y=drawn.index,
        mode="markers",
        name="сходные школы",
        marker={"symbol": "line-ns", "size": 15, "line": {"width": 2.4, "color": theme.INK}},
        customdata=[_beside(row) for row in rows(drawn)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    hidden = drawn[drawn["share"].isna()]
    figure.add_scatter(
        x=[2] * len(hidden),
        y=hidden.index,
        mode="text",
        text=[labels.SUPPRESSED] * len(hidden),
        textposition="middle right",
        textfont={"size": 11, "color": theme.MUTED},
        showlegend=False,
        hovertext=[labels.SUPPRESSED_HINT] * len(hidden),
        hoverinfo="text",
    )
    figure.update_yaxes(
        tickvals=list(drawn.index),
        ticktext=[
            text.label(text.shorten(text.school_name(name), theme.LABEL_WIDTH)) for name in drawn["name"]
        ],
        range=[-0.6, len(drawn) - 0.4],
        showgrid=False,
        tickfont={"size": 12},
    )
    figure.update_xaxes(title_text="не преодолели минимум, %", rangemode="tozero", showline=True)
    return theme.styled(
        figure,
        continuation or _finding(known),
        "Знак и черта — школа и её доверительный интервал 95 %, вертикальная черта — доля сходных школ "
        "в тех же работах. Школы по алфавиту.",
        height=max(ROW_HEIGHT * len(drawn) + 60, 120),
        legend_rows=2,
    )


def _per_cent(shares: pd.Series) -> pd.Series:
    """As exact as it is printed: more digits in the source of a page would tell of hidden counts (R25)."""
    return (100 * shares.astype(float)).round(_DIGITS)


def _finding(schools: pd.DataFrame) -> str:
    higher = int(schools["standing"].eq("higher").sum())
    if not higher:
        return "Ни у одной школы доля не преодолевших не выше, чем у сходных школ"
    return (
        f"Выше, чем у сходных школ, доля не преодолевших у {text.part(higher, len(schools), genitive=True)}"
    )


def _hover(row: Any, digits: int) -> str:
    return (
        f"<b>{text.wrap(text.school_name(row.name), 48)}</b><br>"
        f"индекс {text.number(row.value, digits)}<br>{_beside(row, head=False)}"
    )


def _beside(row: Any, head: bool = True) -> str:
    name = f"<b>{text.wrap(text.school_name(row.name), 48)}</b><br>" if head else ""
    share = row.share
    own = labels.SUPPRESSED if text.is_missing(share) else text.percent(share)
    return f"{name}не преодолели: {own}<br>у сходных школ: {text.percent(row.others)}"
