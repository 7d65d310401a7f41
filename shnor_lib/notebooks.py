"""What a notebook says of itself: its title, a short label for links, one sentence of intent.

In:   a notebook file.
Out:  `Description`; nothing is executed.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

_SENTENCE = re.compile(r".+?[.!?…](?=\s|$)", re.DOTALL)
_LONG_NAME = re.compile(r"школ\w* с низкими образовательными результатами", re.IGNORECASE)


@dataclass(frozen=True)
class Description:
    """The head of a notebook.

    Attributes:
        name: stem of the file.
        title: its first heading, the stem where it has none.
        label: a short title for links: `metadata.shnor.label`, else the title abbreviated.
        about: first sentence after the heading, empty where there is none.
    """

    name: str
    title: str
    label: str
    about: str


def describe(notebook: Path) -> Description:
    """Read the head of a notebook."""
    document: Any = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    text = "\n\n".join(cell.source for cell in document.cells[:3] if cell.cell_type == "markdown")
    lines = text.replace("*", "").splitlines()
    heading = next((line.lstrip("# ").strip() for line in lines if line.startswith("# ")), "")
    title = heading or notebook.stem
    given = document.metadata.get("shnor", {}).get("label")
    prose = "\n".join(line for line in lines if not line.startswith("#")).strip().split("\n\n")[0]
    first = _SENTENCE.match(" ".join(prose.split()))
    return Description(
        name=notebook.stem,
        title=title,
        label=given or _shorten(title),
        about=first[0] if first else " ".join(prose.split()),
    )


def _shorten(title: str) -> str:
    return "Список ШНОР" if _LONG_NAME.fullmatch(title) else _LONG_NAME.sub("ШНОР", title)
