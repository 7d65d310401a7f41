"""Stock papermill and stock nbconvert run the notebooks with no help from our own engine."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = [
    path for folder in ("", "explore") for path in sorted((ROOT / "notebooks" / folder).glob("*.ipynb"))
]
BIN = Path(sys.executable).parent
PLOTLY = "application/vnd.plotly.v1+json"
# Addresses of namespaces and of documentation are names, not requests; a loaded file stands in src or href.
LOADED = re.compile(r"""(?:<script[^>]+src|<link[^>]+href)=["']?(https?:[^"'> ]+)""")


def run(project, *command):
    environment = {**os.environ, "SHNOR_PROJECT": str(project)}
    return subprocess.run(
        [BIN / command[0], *map(str, command[1:])],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_papermill(demo_project, tmp_path, notebook):
    out = tmp_path / "out.ipynb"
    done = run(
        demo_project, "papermill", notebook, out, "-p", "municipality", "reg84_m001", "-p", "year", 2026
    )
    assert done.returncode == 0, done.stderr[-2000:]
    outputs = [
        output
        for cell in nbformat.read(out, as_version=4).cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]
    assert not [output for output in outputs if output.output_type == "error"]
    assert [output for output in outputs if PLOTLY in output.get("data", {})], "no figure"


def test_papermill_fails_with_a_russian_message_on_a_wrong_municipality(demo_project, tmp_path):
    notebook = NOTEBOOKS[0]
    done = run(demo_project, "papermill", notebook, tmp_path / "out.ipynb", "-p", "municipality", "Нигде")
    assert done.returncode != 0
    assert "Муниципалитета «Нигде» в данных нет" in done.stderr


def test_nbconvert_gives_a_report_without_code_and_without_requests(demo_project, tmp_path):
    done = run(
        demo_project,
        *("jupyter", "nbconvert", "--execute", "--to", "html", "--output-dir", tmp_path, NOTEBOOKS[2]),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    page = (tmp_path / f"{NOTEBOOKS[2].stem}.html").read_text(encoding="utf-8")
    assert "Plotly.newPlot" in page
    assert "import shnor_lib" not in re.sub(r"<[^>]+>", "", page)
    assert LOADED.findall(page) == []
