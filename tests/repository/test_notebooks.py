"""Each notebook and its text twin under docs/notebooks hold the same cells (see jupytext.toml)."""

from pathlib import Path
from typing import Any

import jupytext
import pytest

from tests.repository.checkout import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def _cells(path: Path) -> list[tuple[Any, ...]]:
    notebook = jupytext.read(path)
    return [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in notebook.cells]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_twin_holds_the_same_cells(notebook: Path) -> None:
    twin = ROOT / "docs" / "notebooks" / f"{notebook.stem}.md"
    assert _cells(twin) == _cells(notebook), "run: .venv/bin/jupytext --sync notebooks/*.ipynb"


def test_no_twin_is_left_over() -> None:
    twins = {path.stem for path in (ROOT / "docs" / "notebooks").glob("*.md")}
    assert twins == {path.stem for path in NOTEBOOKS}
