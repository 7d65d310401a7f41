"""Cells in words: what a figure or a table says of k failed of n participants.

In:   rows of `cells` of a verdict after `disclosure.protect`.
Out:  counts, tool tips, the order of series, the share to draw where the count is uncertain (R8).
"""

from typing import Any

import pandas as pd

from shnor_lib.data.series import parse
from shnor_lib.present import labels, text


def of_year(cells: pd.DataFrame, year: int) -> pd.DataFrame:
    """Cells of one year with `middle`: the share to draw, between its bounds where k is uncertain (R8)."""
    now = cells[cells["year"] == year]
    between = (
        (now["failed_low"] + now["failed_high"]) / 2 / now["participants"].mask(now["participants"] <= 0)
    )
    return now.assign(middle=now["share"].astype("Float64").fillna(between.astype("Float64")))


def series_order(series: pd.Series) -> list[str]:
    """Series that occur, in the order of school life: ВПР by grade, ОГЭ, ЕГЭ."""
    order = {"vpr": 0, "oge": 1, "ege": 2}
    return sorted(
        series.unique(),
        key=lambda item: (order[parse(item).exam], parse(item).grade or 0, parse(item).subject, item),
    )


def failed(cell: Any) -> str:
    """«5», or «5–6» where the source gives per cents only."""
    if not text.is_missing(cell.failed):
        return str(cell.failed)
    return f"{cell.failed_low}–{cell.failed_high}"


def hover(cell: Any, threshold: int) -> str:
    """Tool tip of a cell: school, procedure, counts, interval, reliability."""
    name = text.wrap(text.school_name(cell.name), 48)
    lines = [f"<b>{name}</b>", f"{text.label(parse(cell.series).title)}, {cell.year}{text.NBSP}г."]
    if flag(cell, "suppressed"):
        lines.append(labels.SUPPRESSED_HINT)
    elif text.is_missing(cell.middle):
        lines.append("нет участников")
    else:
        lines.append(f"не преодолели минимум: {text.k_of_n(cell.failed, cell.participants, threshold)}")
        if text.is_missing(cell.failed):
            lines[-1] = (
                f"не преодолели минимум: от {cell.failed_low} до {cell.failed_high} из {cell.participants}"
            )
        if not text.is_missing(cell.low):
            low, high = (text.percent(bound, threshold, 0) for bound in (cell.low, cell.high))
            lines.append(f"95 % интервал: от {low} до {high}")
        lines.append(f"надёжность: {labels.of(labels.RELIABILITY, cell.reliability).text}")
        lines.append(labels.of(labels.CERTAINTY, cell.certainty).text)
    return "<br>".join(lines)


def flag(cell: Any, name: str) -> bool:
    """Whether a flag of the cell is known and true."""
    value = getattr(cell, name, False)
    return not text.is_missing(value) and bool(value)
