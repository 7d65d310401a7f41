"""The key of a unit: a hash of everything its page depends on.

In:   a unit, what the reports are made from, the formats.
Out:  `Keys.of`: equal keys, equal pages; so an unchanged unit need not run again.

A page prints the id of its snapshot and compares its municipality with the region, so it depends on the whole
snapshot, not on the rows of its municipality alone.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from itertools import combinations
from pathlib import Path
from typing import Any

from shnor_lib.batch.facts import Facts
from shnor_lib.batch.names import ENDINGS
from shnor_lib.batch.plan import Unit
from shnor_lib.data.damage import file_hash

_PACKAGE = Path(__file__).resolve().parents[1]
# Whose versions shape a page besides our own code.
_LIBRARIES = ("pandas", "plotly", "nbconvert", "papermill", "ipython")
_IGNORED = {"__pycache__", ".ipynb_checkpoints"}


class Keys:
    """Keys under one snapshot, method and set of formats."""

    def __init__(self, facts: Facts, formats: tuple[str, ...]) -> None:
        self._common = [facts.snapshot, facts.methodology_content, sorted(formats), library()]

    def of(self, unit: Unit) -> str:
        """Forty hexadecimal digits."""
        parts: list[Any] = [
            *self._common,
            _content(unit.notebook),
            unit.notebook.stem,
            unit.folder,
            unit.title,
            unit.year,
            unit.parameters,
        ]
        text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:40]


def choices() -> Iterator[tuple[str, ...]]:
    """All sets of formats that can be asked for."""
    for number in range(1, len(ENDINGS) + 1):
        yield from combinations(ENDINGS, number)


@cache
def library() -> str:
    """Hash of this library's files and of the versions of those that shape a page."""
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*")):
        if path.is_file() and not _IGNORED & set(path.parts):
            digest.update(path.relative_to(_PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    for name in _LIBRARIES:
        digest.update(f"{name} {version(name)}".encode())
    digest.update(sys.version.encode())
    return digest.hexdigest()


@cache
def _content(notebook: Path) -> str:
    return file_hash(notebook)
