"""Figures of the dynamics notebook: how the list changed, and what chance alone would have done.

In:   `Dynamics` (transitions, summary, expected).
Out:  plotly figures; each title states the finding.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from shnor_lib.present import labels, text, theme
from shnor_lib.present.frames import at

_STATES = tuple(labels.TRANSITIONS)
_RANK = {"severe": 3, "moderate": 2, "basic": 1, "not_listed": 0}
_TINTS = {
    "positive": "#D6E6F2",
    "negative": "#F3D6CC",
    "neutral": "#ECEFF2",
    "entry": "#F9E8C9",
    "none": "#F8F9FA",
}
_NODE_GAP = 22
_SANKEY_NOTE = (
    "Ширина потока — число школ. Показаны только школы, которые были в списке хотя бы в одном из двух лет."
)
_COMPARED = ("positive", "neutral", "negative", "entry")


def transitions(counts: pd.DataFrame, year: int, unconfirmed: Mapping[str, int] | None = None) -> go.Figure:
    """Matrix of transitions: rows are clusters of t−1, columns of t, a number of schools in each cell.

    Args:
        counts: from `Dynamics.transitions`.
        year: t.
        unconfirmed: exits not confirmed, by the state of t−1; they are not positive movements.
    """
    grid = counts.reindex(index=list(_STATES), columns=list(_STATES), fill_value=0)
    total = int(grid.to_numpy().sum())
    if total == 0:
        return theme.empty("Переходы между кластерами", "Нет школ, которые оценивались хотя бы в одном году.")
    kinds = list(_TINTS)
    z = [[kinds.index(_kind(before, after)) for after in _STATES] for before in _STATES]
    figure = go.Figure(
        go.Heatmap(
            z=z,
            x=[_broken(state) for state in _STATES],
            y=[_broken(state) for state in _STATES],
            text=[
                [_cell_text(grid, before, after, (unconfirmed or {}).get(before, 0)) for after in _STATES]
                for before in _STATES
            ],
            texttemplate="%{text}",
            textfont={"size": 14},
            customdata=[[_cell_hover(grid, before, after, year) for after in _STATES] for before in _STATES],
            hovertemplate="%{customdata}<extra></extra>",
            colorscale=theme.step_scale([_TINTS[kind] for kind in kinds]),
            zmin=-0.5,
            zmax=len(kinds) - 0.5,
            xgap=3,
            ygap=3,
            showscale=False,
        )
    )
    figure.update_xaxes(
        side="top", showgrid=False, tickfont={"size": 12}, title_text=f"{year}{text.NBSP}год", tickangle=0
    )
    figure.update_yaxes(
        autorange="reversed", showgrid=False, tickfont={"size": 12}, title_text=f"{year - 1}{text.NBSP}год"
    )
    return theme.styled(
        figure,
        _transitions_finding(grid),
        "Число школ. ↑ положительная динамика, ↓ отрицательная, = без изменений, → вход в список, "
        "? выход не подтверждён.",
        height=56 * len(_STATES),
        axis=64,
    )


def sankey(counts: pd.DataFrame, year: int) -> go.Figure:
    """Flows of schools between clusters; schools that stayed outside the list are left out."""
    grid = counts.reindex(index=list(_STATES), columns=list(_STATES), fill_value=0)
    flows = [
        (before, after, at(grid, before, after))
        for before in _STATES
        for after in _STATES
        if at(grid, before, after) and (before in labels.CLUSTERS or after in labels.CLUSTERS)
    ]
    if not flows:
        return theme.empty("Потоки школ между кластерами", "Ни в одном из двух лет в списке не было школ.")
    left = [state for state in _STATES if any(flow[0] == state for flow in flows)]
    right = [state for state in _STATES if any(flow[1] == state for flow in flows)]
    sums = [sum(n for before, _, n in flows if before == state) for state in left] + [
        sum(n for _, after, n in flows if after == state) for state in right
    ]
    nodes = left + right
    height = max(46 * max(len(left), len(right)), 180) + 60
    figure = go.Figure(
        go.Sankey(
            arrangement="fixed",
            textfont={"size": 13, "color": theme.INK, "shadow": "none"},
            node={
                "label": [
                    f"{labels.TRANSITIONS[state].text}: {n}" for state, n in zip(nodes, sums, strict=True)
                ],
                "color": [theme.CLUSTER_COLOURS[state] for state in nodes],
                "x": [0.001] * len(left) + [0.999] * len(right),
                "y": _middles(sums, len(left), height),
                "pad": _NODE_GAP,
                "thickness": 20,
                "line": {"width": 0},
                "hovertemplate": "%{label}<extra></extra>",
            },
            link={
                "source": [left.index(before) for before, _, _ in flows],
                "target": [len(left) + right.index(after) for _, after, _ in flows],
                "value": [n for _, _, n in flows],
                "color": [theme.pale(theme.CLUSTER_COLOURS[before]) for before, _, _ in flows],
                "customdata": [_cell_hover(grid, before, after, year) for before, after, _ in flows],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
        )
    )
    for x, anchor, value in ((0, "left", year - 1), (1, "right", year)):
        figure.add_annotation(
            x=x,
            y=1.0,
            yshift=24,
            xref="paper",
            yref="paper",
            xanchor=anchor,
            text=f"<b>{value}{text.NBSP}год</b>",
            showarrow=False,
        )
    left_list = sum(n for before, after, n in flows if before in labels.CLUSTERS and after == "not_listed")
    came = sum(n for before, after, n in flows if before == "not_listed" and after in labels.CLUSTERS)
    title = (
        f"Из списка {text.plural(left_list, 'вышла', 'вышли', 'вышли')} "
        f"{text.counted(left_list, text.SCHOOLS)}, "
        f"{text.plural(came, 'вошла', 'вошли', 'вошли')} {text.counted(came, text.SCHOOLS)}"
    )
    return theme.styled(
        figure,
        title,
        _SANKEY_NOTE,
        height=height,
        axis=34,
    )


def expected(summary: Mapping[str, Any], chance: Mapping[str, Any] | None) -> go.Figure:
    """Observed movements beside those expected if nothing had really changed."""
    if not summary.get("base") and not summary.get("entry"):
        return theme.empty(
            "Динамика и случайность", "Годом ранее в списке не было школ: сравнивать не с чем."
        )
    rows = [name for name in _COMPARED if name in summary]
    names = [labels.MOVEMENTS[name].marked for name in rows]
    observed = [int(summary[name]) for name in rows]
    figure = go.Figure()
    figure.add_bar(
        y=names,
        x=observed,
        name="было на самом деле",
        orientation="h",
        marker={"color": theme.ACCENT},
        text=[text.number(value) for value in observed],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{text}<extra>на самом деле</extra>",
    )
    likely: list[float] = []
    if chance is not None:
        # As exact as it is printed: more digits in the source of a page would tell of hidden counts (R25).
        values = [float(chance.get(name, 0.0)) for name in rows]
        likely = [round(value, 0 if value >= 10 else 1) for value in values]
        figure.add_bar(
            y=names,
            x=likely,
            name="ожидалось бы без перемен",
            orientation="h",
            marker={
                "color": "#C9D3DC",
                "pattern": {"fillmode": "overlay", "shape": "/", "fgcolor": "#7C8A98", "size": 5},
                "line": {"color": "#7C8A98", "width": 1},
            },
            text=[f"≈{text.NBSP}{text.number(value, 0 if value >= 10 else 1)}" for value in likely],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{text}<extra>без перемен</extra>",
        )
    figure.update_yaxes(autorange="reversed", showgrid=False, tickfont={"size": 13})
    most = max([*observed, *likely, 1.0])
    figure.update_xaxes(
        title_text="школ", rangemode="tozero", range=[0, 1.12 * most], **theme.count_ticks(most)
    )
    figure.update_layout(barmode="group", bargap=0.32, bargroupgap=0.08)
    subtitle = (
        "«Без перемен»: уровень каждой школы прежний, работы пишут столько же детей — меняется только случай."
        if chance is not None
        else "Ожидаемая динамика не рассчитана: кластеры получены извне или нет данных за прошлый год."
    )
    return theme.styled(
        figure,
        _expected_finding(summary, chance),
        subtitle,
        height=62 * len(rows) + 46,
        legend_rows=1,
    )


def _kind(before: str, after: str) -> str:
    """Movement that a cell of the matrix means."""
    if "not_evaluable" in (before, after) or (before == after == "not_listed"):
        return "none"
    if before == "not_listed":
        return "entry"
    change = _RANK[before] - _RANK[after]
    return "positive" if change > 0 else "negative" if change < 0 else "neutral"


def _cell_text(grid: pd.DataFrame, before: str, after: str, unconfirmed: int = 0) -> str:
    count = at(grid, before, after)
    if count == 0:
        return '<span style="color:#B6BEC7">·</span>'
    kind = _kind(before, after)
    symbol = labels.MOVEMENTS[kind].symbol if kind in labels.MOVEMENTS else ""
    if after == "not_listed" and unconfirmed:
        return f"<b>{text.number(count)}</b> {symbol}<br>из них ? {text.number(unconfirmed)}"
    return f"<b>{text.number(count)}</b> {symbol}"


def _cell_hover(grid: pd.DataFrame, before: str, after: str, year: int) -> str:
    count = at(grid, before, after)
    kind = _kind(before, after)
    movement = f"<br>{labels.MOVEMENTS[kind].text}" if kind in labels.MOVEMENTS else ""
    return (
        f"<b>{text.counted(count, text.SCHOOLS)}</b><br>"
        f"{year - 1}: {labels.TRANSITIONS[before].text}<br>{year}: {labels.TRANSITIONS[after].text}{movement}"
    )


def _broken(state: str) -> str:
    return labels.TRANSITIONS[state].text.replace(" ", "<br>", 1)


def _middles(sums: list[int], left: int, height: int) -> list[float]:
    """Where the middles of the nodes of both columns lie, 0–1 from above, in the order of the clusters."""
    columns = [sums[:left], sums[left:]]
    scale = min((height - _NODE_GAP * (len(column) - 1)) / sum(column) for column in columns)
    middles = []
    for column in columns:
        top = 0.0
        for size in column:
            middles.append(min(max((top + size * scale / 2) / height, 0.001), 0.999))
            top += size * scale + _NODE_GAP
    return middles


def _transitions_finding(grid: pd.DataFrame) -> str:
    """The most frequent move of schools that were listed."""
    moves = {
        (before, after): at(grid, before, after)
        for before in labels.CLUSTERS
        for after in _STATES
        if before != after
    }
    base = int(grid.loc[list(labels.CLUSTERS)].to_numpy().sum())
    if base == 0:
        return "Годом ранее в списке ШНОР не было ни одной школы"
    (before, after), count = max(moves.items(), key=lambda move: move[1])
    if count == 0:
        return "Ни одна школа прошлогоднего списка не сменила кластер"
    names = [labels.TRANSITIONS[state].text for state in (before, after)]
    if names[0].endswith("неуспевающие") and names[1].endswith("неуспевающие"):
        names[0] = names[0].removesuffix(" неуспевающие")
    return f"Самый частый переход: {names[0]} → {names[1]} ({text.counted(count, text.SCHOOLS)})"


def _expected_finding(summary: Mapping[str, Any], chance: Mapping[str, Any] | None) -> str:
    observed = int(summary.get("positive", 0))
    found = f"Положительная динамика: {text.counted(observed, text.SCHOOLS)}"
    if chance is None:
        return found
    likely = float(chance.get("positive", 0.0))
    about = text.number(likely, 0 if likely >= 10 else 1)
    return f"{found}; без всяких перемен их было бы около {about}"
