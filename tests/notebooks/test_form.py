"""The form of a notebook (DESIGN §4): what makes it serve as a report and as a dashboard at once."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

from shnor_lib.pages import kinds as pages
from shnor_lib.pages.credibility import CredibilityPage
from shnor_lib.pages.deficits import DeficitsPage
from shnor_lib.pages.dynamics import DynamicsPage
from shnor_lib.pages.identification import IdentificationPage
from shnor_lib.pages.neighbours import NeighboursPage
from shnor_lib.pages.stability import StabilityPage

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb")) + sorted(FOLDER.glob("explore/*.ipynb"))
PAGES = {
    page.kind: page
    for page in (
        IdentificationPage,
        DynamicsPage,
        DeficitsPage,
        CredibilityPage,
        StabilityPage,
        NeighboursPage,
    )
}
_LINES = 12


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def _code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_is_a_notebook_for_each_page():
    assert len(NOTEBOOKS) == len(PAGES) == len(pages.KINDS)


def test_title_and_intent_come_first(notebook):
    first = notebook.cells[0]
    assert first.cell_type == "markdown"
    assert re.match(r"# [А-Я][^\n]+\n\n[А-Я]", first.source)


def test_exactly_one_cell_of_explained_typed_parameters(notebook):
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    for line in tagged[0].source.splitlines():
        assert re.fullmatch(r'[a-z_]+: (str|int) = ("[^"]*"|\d+)  # [а-я].+', line), line


def test_cells_are_short_calls(notebook):
    for cell in _code(notebook):
        assert len(cell.source.splitlines()) <= _LINES
        tree = ast.parse(cell.source)
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)]


def test_nothing_is_left_of_a_run(notebook):
    for cell in _code(notebook):
        assert cell.outputs == []
        assert cell.execution_count is None
    assert notebook.metadata.kernelspec.name == "python3"


def test_every_section_exists_and_the_closing_comes_last(notebook):
    source = "\n".join(cell.source for cell in _code(notebook))
    kind = re.search(r'shnor\.page\(\s*"(\w+)"', source)
    assert kind is not None
    called = re.findall(r"^page\.(\w+)\(\)$", source, flags=re.MULTILINE)
    assert called[0] == "header"
    assert called[-1] == "closing"
    assert all(callable(getattr(PAGES[kind[1]], name)) for name in called)


def test_headings_are_russian(notebook):
    for cell in notebook.cells[1:]:
        if cell.cell_type == "markdown":
            assert re.fullmatch(r"## [А-Я][а-яё ,]+", cell.source)
