"""Figures of the identification notebook: why schools are listed, and how sure one can be of it.

In:   `cells` of a verdict after `disclosure.protect` (columns `suppressed`, masked counts), verdict tables.
Out:  plotly figures; each title states the finding.
Not:  any order by result: schools and municipalities always stand in the order of the alphabet (R25).
"""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from shnor_lib.data.series import parse
from shnor_lib.present import labels, text, theme
from shnor_lib.present.cells import failed, flag, hover, of_year, series_order
from shnor_lib.present.frames import rows

ROW_HEIGHT = 27
_DARK_SHARE = 0.55


def shares(cells: pd.DataFrame, year: int, threshold: int, continuation: str = "") -> go.Figure:
    """Shares of schools with their Wilson intervals, one panel a series, one row a school.

    Args:
        cells: protected cells of the schools to draw.
        year: only cells of this year are drawn.
        threshold: per cent, drawn as a line.
        continuation: title of a second and further sheet, in place of the finding.

    Returns:
        Intervals make the uncertainty of small schools visible; cells under the publication limit are
        marked by words, without a number.
    """
    now = of_year(cells, year)
    if now["school_id"].nunique() == 0:
        return theme.empty("Доли не преодолевших минимум", "Нет школ, для которых есть что показать.")
    schools = _rows(now)
    series = series_order(now["series"])
    figure = make_subplots(
        rows=1,
        cols=len(series),
        shared_yaxes=True,
        horizontal_spacing=0.012,
        subplot_titles=[_panel_title(item) for item in series],
    )
    for column, item in enumerate(series, start=1):
        part = now[now["series"] == item]
        _share_points(figure, part, schools, column, threshold)
        _hidden_points(figure, part, schools, column, threshold)
    theme.threshold_line(figure, threshold, along="y")
    figure.update_xaxes(
        range=[-4, 104],
        tickvals=[0, threshold] if len(series) > 4 else sorted({0, threshold, 60, 100}),
        ticksuffix="",
        showline=True,
    )
    _school_axis(figure, schools)
    figure.update_annotations(font={"size": 12, "color": theme.MUTED})
    return theme.styled(
        figure,
        continuation or _shares_finding(now, threshold),
        f"Доля не преодолевших минимум, %. Черта — 95 % доверительный интервал, пунктир — {threshold} %. "
        f"{_certainty_legend()}",
        height=ROW_HEIGHT * len(schools) + 42,
        axis=42,
    )


def matrix(cells: pd.DataFrame, year: int, threshold: int, continuation: str = "") -> go.Figure:
    """All schools by all series: k of n in every cell, warm from the threshold on."""
    now = of_year(cells, year)
    if now["school_id"].nunique() == 0:
        return theme.empty("Школы и процедуры", "Нет результатов, которые можно показать.")
    schools = _rows(now)
    series = series_order(now["series"])
    shape = (len(schools), len(series))
    z = np.full(shape, np.nan)
    words = np.full(shape, "", dtype=object)
    tips = np.full(shape, "нет результатов", dtype=object)
    place = {school: row for row, school in enumerate(schools["school_id"])}
    column_of = {item: column for column, item in enumerate(series)}
    for cell in rows(now):
        spot = place[cell.school_id], column_of[cell.series]
        tips[spot] = hover(cell, threshold)
        if flag(cell, "suppressed"):
            words[spot] = f'<span style="color:{theme.MUTED}">{labels.SUPPRESSED}</span>'
        elif not text.is_missing(cell.middle):
            z[spot] = float(cell.middle)
            colour = "#FFFFFF" if z[spot] > _DARK_SHARE else theme.INK
            mark = " ●" if flag(cell, "hit") else " ?" if text.is_missing(cell.hit) else ""
            words[spot] = f'<span style="color:{colour}">{failed(cell)}/{cell.participants}{mark}</span>'
    figure = go.Figure(
        go.Heatmap(
            z=z,
            x=[_panel_title(item) for item in series],
            y=list(range(len(schools))),
            text=words,
            texttemplate="%{text}",
            textfont={"size": 11.5},
            customdata=tips,
            hovertemplate="%{customdata}<extra></extra>",
            hoverongaps=False,
            colorscale=theme.share_scale(threshold),
            zmin=0,
            zmax=1,
            xgap=2,
            ygap=2,
            showscale=False,
        )
    )
    figure.update_xaxes(side="top", showgrid=False, tickfont={"size": 12}, tickangle=0)
    _school_axis(figure, schools)
    figure.update_yaxes(showgrid=False)
    return theme.styled(
        figure,
        continuation or _matrix_finding(now, threshold),
        f"В клетке: не преодолели минимум / участвовали; ● — {threshold} % и больше (тёплый цвет). "
        "«скрыто» — участников слишком мало, чтобы публиковать числа. Пусто — результатов нет.",
        height=ROW_HEIGHT * len(schools) + 8,
        axis=42,
    )


def _rows(cells: pd.DataFrame) -> pd.DataFrame:
    """Schools to draw, last of the alphabet first: plotly counts rows from below."""
    schools = cells[["school_id", "name", "municipality"]].drop_duplicates("school_id")
    key = schools["name"].astype("str").fillna(schools["school_id"])
    return (
        schools.assign(key=key)
        .sort_values(["municipality", "key", "school_id"], ascending=False, key=text.alphabet)
        .reset_index(drop=True)
    )


def _panel_title(item: str) -> str:
    series = parse(item)
    exam, subject, *rest = series.short.split(" ")
    if series.level is not None and series.grade is None:
        return f"{exam} {subject}<br><b>{' '.join(rest)}</b>"
    return f"{exam}<br><b>{' '.join([subject, *rest])}</b>"


def _school_axis(figure: go.Figure, schools: pd.DataFrame) -> None:
    names = [
        text.label(text.shorten(text.school_name(school.name), theme.LABEL_WIDTH))
        if not text.is_missing(school.name)
        else school.school_id
        for school in rows(schools)
    ]
    figure.update_yaxes(
        tickvals=list(range(len(schools))),
        ticktext=names,
        range=[-0.6, len(schools) - 0.4],
        tickfont={"size": 12},
    )


def _share_points(
    figure: go.Figure, part: pd.DataFrame, schools: pd.DataFrame, column: int, threshold: int
) -> None:
    place = {school: row for row, school in enumerate(schools["school_id"])}
    shown = part[part["middle"].notna()]
    for name in labels.CERTAINTY:
        chosen = shown[shown["certainty"] == name]
        if chosen.empty:
            continue
        value = 100 * chosen["middle"].astype(float)
        figure.add_scatter(
            x=value,
            y=[place[school] for school in chosen["school_id"]],
            mode="markers",
            marker={
                "symbol": theme.CERTAINTY_SYMBOLS[name],
                "size": 10,
                "color": theme.CERTAINTY_COLOURS[name],
                "line": {"width": 1, "color": theme.CERTAINTY_COLOURS[name]},
            },
            error_x={
                "type": "data",
                "symmetric": False,
                "array": 100 * chosen["high"].astype(float) - value,
                "arrayminus": value - 100 * chosen["low"].astype(float),
                "color": "rgba(91,102,115,0.55)",
                "thickness": 1.6,
                "width": 0,
            },
            customdata=[hover(cell, threshold) for cell in rows(chosen)],
            hovertemplate="%{customdata}<extra></extra>",
            showlegend=False,
            row=1,
            col=column,
        )


def _hidden_points(
    figure: go.Figure, part: pd.DataFrame, schools: pd.DataFrame, column: int, threshold: int
) -> None:
    hidden = part[part["suppressed"].fillna(False)] if "suppressed" in part else part.iloc[:0]
    if hidden.empty:
        return
    place = {school: row for row, school in enumerate(schools["school_id"])}
    figure.add_scatter(
        x=[threshold + 4] * len(hidden),
        y=[place[school] for school in hidden["school_id"]],
        mode="text",
        text=[labels.SUPPRESSED] * len(hidden),
        textposition="middle right",
        textfont={"size": 10.5, "color": theme.MUTED},
        hovertemplate=f"{labels.SUPPRESSED_HINT}<extra></extra>",
        showlegend=False,
        row=1,
        col=column,
    )


def _certainty_legend() -> str:
    return "▲ уверенно выше порога, ◆ пограничная, ▽ уверенно ниже."


def _shares_finding(now: pd.DataFrame, threshold: int) -> str:
    hits = now[now["hit"].fillna(False)]
    if hits.empty:
        return f"Порог {threshold}{text.NBSP}% в этом году не достигнут ни по одной процедуре"
    schools = now["school_id"].nunique()
    if schools == 1:
        number = hits["series"].nunique()
        return (
            f"Порог {threshold}{text.NBSP}% достигнут по {text.number(number)} "
            f"{text.plural(number, 'процедуре', 'процедурам', 'процедурам')}"
        )
    # Which of the hidden groups reached it is not told (R25).
    shown = hits[~hits["suppressed"].fillna(value=False).astype(bool)] if "suppressed" in hits else hits
    if shown.empty:
        return f"Порог {threshold}{text.NBSP}% достигнут только там, где числа скрыты"
    per_series = shown.groupby("series", observed=True)["school_id"].nunique()
    most = int(per_series.max())
    names = [parse(item).short for item in series_order(pd.Series(per_series.index[per_series == most]))]
    where = text.join(names) if len(names) <= 3 else "по нескольким процедурам поровну"
    besides = "" if len(shown) == len(hits) else ", не считая скрытых"
    often = f"Порог {threshold}{text.NBSP}% чаще всего достигнут"
    return f"{often}: {where} — {text.part(most, schools)}{besides}"


def _matrix_finding(now: pd.DataFrame, threshold: int) -> str:
    hits = now[now["hit"].fillna(False)]
    schools = now["school_id"].nunique()
    if hits.empty:
        return f"Ни в одной школе доля не преодолевших минимум не достигла {threshold}{text.NBSP}%"
    touched = hits["school_id"].nunique()
    who = text.part(touched, schools, genitive=True)
    return f"Порог {threshold}{text.NBSP}% хотя бы по одной процедуре достигнут у {who}"
