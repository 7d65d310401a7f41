"""Drawing of a card: the share of each procedure with its interval, beside the threshold, as SVG.

In:   rows in words and shares 0–1.
Out:  SVG without scripts and outside references; the same drawing goes into HTML, PDF and Word.

Colour never carries meaning alone: marks differ in shape, the numbers stand beside them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shnor_lib.present import text, theme

_ROW = 24.0
_TOP = 26.0
_BOTTOM = 20.0
_LEFT = 176.0
_PLOT = 300.0
_WIDTH = 640.0
_FONT = "Libertinus Serif, Georgia, 'Times New Roman', serif"


@dataclass(frozen=True)
class Row:
    """One procedure.

    Attributes:
        name: procedure.
        words: counts as printed.
        share, low, high: share and its interval, 0–1; None where hidden or missing.
        certainty: `above`, `borderline` or `below`; empty where there is no share.
    """

    name: str
    words: str
    share: float | None
    low: float | None
    high: float | None
    certainty: str


def draw(rows: Sequence[Row], threshold: int) -> str:
    """SVG of the rows, empty where there are none."""
    if not rows:
        return ""
    bottom = _TOP + _ROW * len(rows)
    height = bottom + _BOTTOM
    at = _x(threshold / 100)
    parts = [
        f'<svg xmlns="http{"://"}www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {height:g}" '
        f'width="{_WIDTH:g}" height="{height:g}" font-family="{_FONT}" font-size="12.5" role="img">',
        *(
            _line(_x(tick / 100), _TOP - 4, _x(tick / 100), bottom, theme.GRID)
            for tick in (0, 25, 50, 75, 100)
        ),
        *(_text(_x(tick / 100), bottom + 15, f"{tick}", theme.MUTED, "middle") for tick in (0, 50, 100)),
        _line(at, _TOP - 6, at, bottom, theme.ALARM, 'stroke-width="1.4" stroke-dasharray="5 3"'),
        _text(at, _TOP - 11, f"порог {threshold} %", theme.ALARM, "middle"),
    ]
    for number, row in enumerate(rows):
        parts += _row(row, _TOP + _ROW * (number + 0.5))
    return "".join([*parts, "</svg>"])


def _row(row: Row, y: float) -> list[str]:
    drawn = [
        _text(_LEFT - 14, y + 4, row.name, theme.INK, "end"),
        _text(_LEFT + _PLOT + 14, y + 4, row.words, theme.INK, "start"),
    ]
    if row.share is None or row.low is None or row.high is None:
        return drawn
    colour = theme.CERTAINTY_COLOURS.get(row.certainty, theme.MUTED)
    drawn.append(_line(_x(row.low), y, _x(row.high), y, colour, 'stroke-width="2"'))
    drawn.append(_mark(row.certainty, _x(row.share), y, colour))
    return drawn


def _mark(certainty: str, x: float, y: float, colour: str) -> str:
    """Triangle up over the threshold, diamond where one cannot say, hollow triangle down under it."""
    shapes: dict[str, list[tuple[float, float]]] = {
        "above": [(0, -6), (5.5, 4.5), (-5.5, 4.5)],
        "borderline": [(0, -6), (5.5, 0), (0, 6), (-5.5, 0)],
        "below": [(0, 6), (5.5, -4.5), (-5.5, -4.5)],
    }
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in shapes.get(certainty, shapes["borderline"]))
    fill = theme.PAPER if certainty == "below" else colour
    return f'<polygon points="{points}" fill="{fill}" stroke="{colour}" stroke-width="1.5"/>'


def _x(share: float) -> float:
    return _LEFT + _PLOT * share


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" {more}/>'


def _text(x: float, y: float, words: str, colour: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}">{text.label(words)}</text>'
