"""Each notebook and its text twin under docs/notebooks hold the same cells (see jupytext.toml)."""

from pathlib import Path
from typing import Any

import jupytext
import pytest

from tests.repository.checkout import ROOT

FOLDER, TWINS = ROOT / "notebooks", ROOT / "docs" / "notebooks"
NOTEBOOKS = [path for path in sorted(FOLDER.rglob("*.ipynb")) if ".ipynb_checkpoints" not in path.parts]


def _cells(path: Path) -> list[tuple[Any, ...]]:
    notebook = jupytext.read(path)
    return [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in notebook.cells]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_twin_holds_the_same_cells(notebook: Path) -> None:
    twin = (TWINS / notebook.relative_to(FOLDER)).with_suffix(".md")
    assert _cells(twin) == _cells(notebook), f"run: .venv/bin/jupytext --sync {notebook}"


def test_no_twin_is_left_over() -> None:
    twins = {path.relative_to(TWINS).with_suffix("") for path in TWINS.rglob("*.md")}
    assert twins == {path.relative_to(FOLDER).with_suffix("") for path in NOTEBOOKS}
