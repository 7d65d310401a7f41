"""The list under other readings of the rule.

In:   counts by reading: listed, stayed, entered, left (schools).
Out:  a plotly figure; its title states the finding.
"""

import pandas as pd
import plotly.graph_objects as go

from shnor_lib.present import labels, text, theme
from shnor_lib.present.frames import rows

_PARTS = (
    ("stayed", "останутся", theme.ACCENT, ""),
    ("entered", "добавятся", "#E0A03B", "/"),
    ("left", "выпадут", "#C7CED6", "x"),
)


def readings(counts: pd.DataFrame) -> go.Figure:
    """Schools that would stay, enter and leave, a bar a reading.

    Args:
        counts: reading, listed, stayed, entered, left.
    """
    if counts.empty or not counts[["stayed", "entered", "left"]].to_numpy().any():
        return theme.empty("Список при других прочтениях", "Список пуст при всех прочтениях правила.")
    names = [labels.READINGS[name].text for name in counts["reading"]][::-1]
    figure = go.Figure()
    for column, name, colour, shape in _PARTS:
        values = counts[column].to_list()[::-1]
        figure.add_bar(
            y=names,
            x=values,
            name=name,
            orientation="h",
            marker={
                "color": colour,
                "pattern": {"shape": shape, "fillmode": "overlay", "fgcolor": theme.PAPER, "size": 5},
            },
            text=[str(value) if value else "" for value in values],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            hovertemplate=f"%{{y}}<br>{name}: %{{x}}<extra></extra>",
        )
    figure.update_layout(barmode="stack")
    most = int(counts[["stayed", "entered", "left"]].sum(axis=1).max())
    figure.update_xaxes(title_text="школ", **theme.count_ticks(most))
    moved = max(rows(counts), key=lambda row: row.entered + row.left)
    title = (
        f"Сильнее всего список меняет прочтение «{labels.READINGS[moved.reading].text}»: "
        f"{text.entered_and_left(moved.entered, moved.left)}"
        if moved.entered + moved.left
        else "Список один и тот же при всех прочтениях правила"
    )
    return theme.styled(
        figure,
        title,
        "Полоса — список при другом прочтении правила: кто остался бы, добавился и выпал.",
        height=34 * len(names) + 40,
        legend_rows=1,
    )
