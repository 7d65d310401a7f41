"""Both engines record the same notebook: cell by cell, ids and times excepted."""

from pathlib import Path

import nbformat
import papermill
import pytest

from shnor_lib.settings import shipped_notebooks
from tests.engine import cells, compare

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
NOTEBOOKS = sorted(shipped_notebooks().glob("*.ipynb"))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[str, nbformat.NotebookNode]:
    """The notebook of all features after each engine."""
    document = cells.notebook(*cells.FEATURES)
    return {
        engine: compare.run(document.copy(), engine, tmp_path_factory.mktemp(engine))
        for engine in ("reference", "shnor")
    }


def test_every_way_to_speak_is_recorded_alike(both: dict[str, nbformat.NotebookNode]) -> None:
    reference, ours = (compare.essence(both[engine]) for engine in ("reference", "shnor"))
    assert len(ours) == len(reference) >= len(cells.FEATURES)
    different = [(ours[n], cell) for n, cell in enumerate(reference) if cell != ours[n]]
    assert different == []


def test_cells_may_await(tmp_path: Path) -> None:
    ours = compare.essence(compare.run(cells.notebook(*cells.AWAITED), "shnor", tmp_path))
    said = [
        [output.get("text") or output["data"]["text/plain"] for output in cell["outputs"]] for cell in ours
    ]
    assert said == [["awaited\n", "'value'"], [], ["5"]]


def test_widgets_are_saved_alike(both: dict[str, nbformat.NotebookNode]) -> None:
    reference, ours = (compare.widgets(both[engine]) for engine in ("reference", "shnor"))
    assert len(reference) >= 6
    assert ours == reference


def test_the_notebook_itself_says_the_same(both: dict[str, nbformat.NotebookNode]) -> None:
    reference, ours = both["reference"].metadata, both["shnor"].metadata
    assert set(ours) == set(reference)
    assert ours.language_info == reference.language_info
    assert set(ours.papermill) == set(reference.papermill)
    for name in ("exception", "parameters", "default_parameters", "version"):
        assert ours.papermill[name] == reference.papermill[name]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_of_the_project_comes_out_alike(
    path: Path, demo_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHNOR_DISPLAY", "batch")
    document = nbformat.read(path, as_version=4)
    parameters = {"project": str(demo_project)}
    found = []
    for engine in ("reference", "shnor"):
        folder = tmp_path / engine
        folder.mkdir()
        found.append(compare.run(document.copy(), engine, folder, parameters=parameters))
    reference, ours = (compare.essence(document) for document in found)
    assert ours == reference
    assert all(cell["metadata"]["papermill"]["status"] == "completed" for cell in ours)


def test_parameters_and_errors_are_told_as_papermill_tells_them(tmp_path: Path) -> None:
    document = cells.notebook(
        cells.Cell("", "x = 1", ("parameters",)), cells.Cell("", "print(x)\n1 / 0"), cells.Cell("", "2")
    )
    found = []
    for engine in ("reference", "shnor"):
        folder = tmp_path / engine
        folder.mkdir()
        found.append(compare.run(document.copy(), engine, folder, parameters={"x": "мир"}))
    reference, ours = (compare.essence(document) for document in found)
    assert ours == reference
    assert [cell.metadata.papermill.status for cell in found[1].cells if cell.cell_type == "code"] == [
        "completed",
        "completed",
        "failed",
        "pending",
    ]
    with pytest.raises(papermill.PapermillExecutionError, match="division by zero"):
        papermill.execute_notebook(
            tmp_path / "shnor" / "in.ipynb",
            tmp_path / "again.ipynb",
            engine_name="shnor",
            progress_bar=False,
            kernel_name="python3",
        )
