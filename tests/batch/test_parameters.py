"""Strict parameters: all faults at once, before anything runs."""

from pathlib import Path

import nbformat
import pytest

from shnor_lib.batch import parameters
from shnor_lib.errors import ParameterError

NOTEBOOKS = Path(__file__).parent / "notebooks"
GOOD, PICKY = NOTEBOOKS / "01_good.ipynb", NOTEBOOKS / "02_picky.ipynb"
SYSTEM: dict[str, parameters.Value] = {"municipality": "", "year": 0}


def _notebook(path: Path, *cells: str) -> Path:
    document = nbformat.v4.new_notebook()
    for source in cells:
        document.cells.append(nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]}))
    nbformat.write(document, path)
    return path


def test_declared_parameters_are_read_with_types_defaults_and_explanations() -> None:
    declared = parameters.read(GOOD)
    assert list(declared) == ["municipality", "year", "threshold", "share", "loud", "name"]
    assert declared["year"] == parameters.Parameter("year", "int", 0, "год отчёта")
    assert declared["municipality"].help.startswith("код или название муниципалитета")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("threshold", " 25 ", 25),
        ("share", "0,5", 0.5),
        ("share", "1", 1.0),
        ("loud", "да", True),
        ("loud", "false", False),
        ("name", "30", "30"),
    ],
)
def test_strings_become_values_of_the_declared_type(name: str, text: str, value: object) -> None:
    typed = parameters.check([GOOD], {name: text}, SYSTEM)[GOOD][name]
    assert typed == value
    assert type(typed) is type(value)


def test_all_faults_of_all_notebooks_arrive_together() -> None:
    given: dict[str, parameters.Value] = {
        "treshold": "25",
        "threshold": "много",
        "loud": "2",
        "year": "2025",
        "share": True,
    }
    with pytest.raises(ParameterError) as caught:
        parameters.check([GOOD, PICKY], given, SYSTEM)
    text = str(caught.value)
    assert "«year» задаётся ключом --year" in text
    assert text.count("«treshold» нет") == 2
    assert "Может быть, «threshold»?" in text
    assert "threshold (int)" in text
    assert "«много» — не целое число" in text
    assert "«2» — не да или нет" in text
    assert "«True» — не число" in text
    assert len(caught.value.faults) == 1 + 2 * 4


def test_a_notebook_must_tell_reports_apart(tmp_path: Path) -> None:
    notebook = _notebook(tmp_path / "x.ipynb", "year: str = ''")
    with pytest.raises(ParameterError, match="нет параметра «municipality»") as caught:
        parameters.check([notebook], {}, SYSTEM)
    assert any("«year» объявлен как str, нужен int" in fault for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ((), "меткой «parameters» нет"),
        (("a: int = 1", "b: int = 1"), "несколько"),
        (("a: int = 'да'",), "строка 1"),
        (("a: int = 1\nb = 2",), "строка 2"),
        (("a: int = f()",), "строка 1"),
        (("a: list = []",), "тип — str, int, float, bool"),
        (("a: int = (",), "не разбирается"),
    ],
)
def test_a_wrong_cell_is_refused(tmp_path: Path, cells: tuple[str, ...], fault: str) -> None:
    with pytest.raises(ParameterError) as caught:
        parameters.read(_notebook(tmp_path / "x.ipynb", *cells))
    assert fault in str(caught.value)


def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "x.ipynb"
    broken.write_text("{", encoding="utf-8")
    with pytest.raises(ParameterError, match="не читается как блокнот"):
        parameters.read(broken)
