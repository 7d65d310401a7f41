"""HTML of a document: one file, styles inside, nothing fetched."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

_TEMPLATES = Path(__file__).parent / "templates"


def render(kind: str, title: str, content: Mapping[str, Any]) -> bytes:
    """HTML of a document, UTF-8."""
    return _environment().get_template(f"{kind}.html.j2").render(content, title=title).encode()


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["j2"], default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
