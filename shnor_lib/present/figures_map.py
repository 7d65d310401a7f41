"""The map of municipalities, drawn as filled shapes on plain axes.

In:   a verdict table and the polygons of the snapshot.
Out:  a plotly figure; its title states the finding.
Not:  plotly's own maps: they fetch their outlines from a network.
"""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from shapely.geometry import shape
from shapely.ops import polylabel, unary_union

from shnor_lib.present import text, theme
from shnor_lib.present.frames import at


def municipality_map(table: pd.DataFrame, geometry: dict[str, Any], selected: str | None = None) -> go.Figure:
    """Municipalities as filled polygons on plain axes: how many schools of each are listed.

    Args:
        table: verdict table of the region.
        geometry: GeoJSON FeatureCollection with `municipality_id` in the properties.
        selected: id of a municipality to outline.

    Returns:
        Plain axes, not a map subplot: map subplots of plotly ask a network for coastlines.
    """
    listed = table.assign(listed=table["status"] == "shnor").groupby("municipality_id", observed=True)
    counts = listed.agg(listed=("listed", "sum"), schools=("listed", "size"), name=("municipality", "first"))
    figure = go.Figure()
    steps = _map_steps()
    known = [step[:2] for step in steps]
    shown: set[str] = set()
    shapes = _shapes(geometry)
    names = {
        str(item["properties"].get("municipality_id", "")): str(item["properties"].get("municipality", ""))
        for item in geometry["features"]
    }
    # Cities lie inside districts: the smaller is drawn over the larger.
    for identity, form in sorted(shapes.items(), key=lambda item: -item[1].area):
        x, y = _outline(form)
        row: Any = counts.loc[identity] if identity in counts.index else None
        step = _step(row, steps)
        chosen = identity == selected
        figure.add_scatter(
            x=x,
            y=y,
            mode="lines",
            fill="toself",
            fillcolor=step[1],
            line={"color": theme.INK if chosen else theme.PAPER, "width": 2.4 if chosen else 1},
            name=step[0],
            legendrank=1 + [name for name, *_ in steps].index(step[0]) if step in known else 9,
            legendgroup=step[0],
            showlegend=step[0] not in shown,
            hoveron="fills",
            hoverinfo="text",
            text=_map_hover(row, names[identity]),
        )
        shown.add(step[0])
    if not figure.data:
        return theme.empty("Карта", "Границы муниципалитетов не загружены.")
    _map_numbers(figure, shapes, counts, steps)
    latitudes = [value for trace in figure.data for value in trace.y if value is not None]
    ratio = 1 / max(np.cos(np.radians(float(np.mean(latitudes)))), 0.2)
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, scaleanchor="x", scaleratio=ratio)
    figure.update_layout(legend={"traceorder": "normal"})
    with_listed = int((counts["listed"] > 0).sum())
    return theme.styled(
        figure,
        f"Школы из списка ШНОР есть в {text.number(with_listed)} из "
        f"{text.number(len(counts))} муниципалитетов",
        "Число на карте — сколько школ муниципалитета в списке; цвет — их доля.",
        height=520,
        legend_rows=2,
    )


def _map_steps() -> list[tuple[str, str, float]]:
    return [
        ("нет школ в списке", "#E4ECF3", 0.0),
        ("меньше четверти школ", "#F6D9BE", 0.25),
        ("от четверти до половины", "#DE9568", 0.5),
        ("половина школ и больше", "#A63D22", 1.01),
    ]


def _step(row: Any, steps: list[tuple[str, str, float]]) -> tuple[str, str]:
    if row is None:
        return "нет данных", "#F1F1F1"
    value = row["listed"] / row["schools"]
    if row["listed"] == 0:
        return steps[0][:2]
    return next(step[:2] for step in steps[1:] if value < step[2])


def _map_hover(row: Any, name: str) -> str:
    if row is None:
        return f"<b>{text.wrap(name, 48)}</b><br>нет данных"
    return (
        f"<b>{text.wrap(str(row['name']), 48)}</b><br>"
        f"в списке ШНОР: {text.k_of_n(row['listed'], row['schools'])}"
    )


def _shapes(geometry: dict[str, Any]) -> dict[str, Any]:
    """Polygons by municipality id; features without a polygon are left out."""
    found = {}
    for feature in geometry.get("features", []):
        form = shape(feature["geometry"]) if feature.get("geometry") else None
        if form is not None and form.geom_type in ("Polygon", "MultiPolygon") and not form.is_empty:
            found[str(feature.get("properties", {}).get("municipality_id", ""))] = form
    return found


def _outline(form: Any) -> tuple[list[float | None], list[float | None]]:
    """Coordinates of all outer rings, parts separated by None."""
    x: list[float | None] = []
    y: list[float | None] = []
    for polygon in getattr(form, "geoms", [form]):
        if x:
            x.append(None)
            y.append(None)
        for point in polygon.exterior.coords:
            x.append(float(point[0]))
            y.append(float(point[1]))
    return x, y


def _map_numbers(
    figure: go.Figure, shapes: dict[str, Any], counts: pd.DataFrame, steps: list[tuple[str, str, float]]
) -> None:
    """Numbers in the widest place of each municipality that no other one covers."""
    x, y, words, colours = [], [], [], []
    for identity, form in shapes.items():
        if identity not in counts.index or at(counts, identity, "listed") == 0:
            continue
        smaller = [other for other in shapes.values() if other.area < form.area and other.intersects(form)]
        free = form.difference(unary_union(smaller)) if smaller else form
        largest = max(getattr(free, "geoms", [free]), key=lambda part: part.area, default=None)
        if largest is None or largest.is_empty:
            continue
        point = polylabel(largest, tolerance=max(largest.area**0.5 / 50, 1e-9))
        x.append(point.x)
        y.append(point.y)
        words.append(str(at(counts, identity, "listed")))
        dark = _step(counts.loc[identity], steps)[0] == steps[-1][0]
        colours.append(theme.PAPER if dark else theme.INK)
    figure.add_scatter(
        x=x,
        y=y,
        mode="text",
        text=words,
        textfont={"size": 11, "color": colours},
        hoverinfo="skip",
        showlegend=False,
    )
