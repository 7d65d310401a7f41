"""PDF of a document through typst: embedded fonts, nothing fetched, the same bytes each time.

In:   content of a document for its template `<kind>.typ`, or a drawing as SVG.
Out:  bytes of PDF; bytes of PNG of the drawing, for Word.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst

TEMPLATES = Path(__file__).parent / "templates"
# The moment of writing would make each file another one; the text says which snapshot it was made from.
_NO_MOMENT = 0
_DPI = 220
_DRAWING = b"""
#set page(width: auto, height: auto, margin: 0pt, fill: white)
#image(bytes(sys.inputs.svg), format: "svg")
"""


def render(kind: str, title: str, content: Mapping[str, Any]) -> bytes:
    """PDF of a document."""
    inputs = {"content": json.dumps({**content, "title": title}, ensure_ascii=False)}
    made = _compiler().compile(
        str(TEMPLATES / f"{kind}.typ"), format="pdf", sys_inputs=inputs, timestamp=_NO_MOMENT
    )
    return _bytes(made)


def png(svg: str) -> bytes:
    """A drawing as a picture, for formats that know no SVG."""
    return _bytes(_compiler().compile(_DRAWING, format="png", ppi=_DPI, sys_inputs={"svg": svg}))


@cache
def _compiler() -> typst.Compiler:
    # System fonts differ from machine to machine; the embedded ones hold Cyrillic.
    return typst.Compiler(root=str(TEMPLATES), ignore_system_fonts=True)


def _bytes(made: bytes | list[bytes] | None) -> bytes:
    if not isinstance(made, bytes):
        raise TypeError("one document was asked for")
    return made
