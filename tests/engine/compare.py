"""A notebook through an engine, and what is left of it once ids and times are taken away."""

import contextlib
import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError
from papermill.execute import execute_notebook

from shnor_lib.batch.unit import transport
from shnor_lib.engine import plugin
from tests.engine.cells import ANY_ORDER

plugin.register()
_LONGEST, _TRIES = 30, 4  # seconds for a cell, and runs

# What differs from run to run under one engine, too: addresses, ids of models and displays, cell numbers in
# the names of compiled sources, process ids, durations of %time.
_CHANCE = (
    (re.compile(r"0x[0-9a-f]{6,}"), "0x…"),
    (re.compile(r"[0-9a-f]{32}"), "id"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "id"),
    (re.compile(r"\bT_[0-9a-f]{5}\b"), "T_id"),
    (re.compile(r"/\S+\.py:\d+: UserWarning: Message serialization.*?(?=\")", re.DOTALL), "not JSON"),
    (re.compile(r"ipykernel_\d+"), "ipykernel_pid"),
)


def run(document: NotebookNode, engine: str | None, folder: Path, **options: Any) -> NotebookNode:
    """The notebook that a run in a folder leaves, whether papermill raises for an error in it or not.

    The stock client now and then never hears that a cell has ended; such a run is made again.

    Args:
        document: the notebook.
        engine: `shnor`, `reference` or None for papermill's own.
        folder: where it runs and is written.
        options: further ones of papermill.
    """
    for _ in range(_TRIES):
        made = _run(document, engine, folder, **options)
        facts = [cell.metadata.get("papermill", {}) for cell in made.cells]
        if engine == "shnor" or max(fact.get("duration") or 0 for fact in facts) < _LONGEST:
            break
    return made


def _run(document: NotebookNode, engine: str | None, folder: Path, **options: Any) -> NotebookNode:
    source, target = folder / "in.ipynb", folder / "out.ipynb"
    nbformat.write(document, source)
    with (
        contextlib.suppress(PapermillExecutionError),
        pytest.MonkeyPatch.context() as patch,
        TemporaryDirectory(prefix="k") as runtime,  # short: sockets of kernels lie in it
    ):
        patch.delenv("PYTEST_CURRENT_TEST", raising=False)  # under which ipykernel leaves descriptors alone
        patch.setenv("JUPYTER_RUNTIME_DIR", runtime)
        settings = {
            "kernel_name": "python3",
            "progress_bar": False,
            "config": transport(),  # two stock kernels that start at once may choose one TCP port, and hang
            "execution_timeout": _LONGEST,
        } | options
        execute_notebook(source, target, engine_name=engine, cwd=folder, **settings)
    return nbformat.read(target, as_version=4)


def essence(document: NotebookNode) -> list[dict[str, Any]]:
    """Cells without what differs from run to run, in their order."""
    return [_cell(cell) for cell in document.cells]


def _cell(cell: NotebookNode) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(cell))
    facts = found["metadata"].get("papermill", {})
    for name in ("start_time", "end_time", "duration"):
        if facts.get(name) is not None:
            facts[name] = "known"
    execution = found["metadata"].get("execution", {})
    found["metadata"]["execution"] = dict.fromkeys(sorted(execution), "known")
    found.pop("id", None)
    found["outputs"] = [_plain(output) for output in found.get("outputs", [])]
    if ANY_ORDER in cell.metadata.get("tags", []):
        found["outputs"].sort(key=json.dumps)
    return found


def _plain(output: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(output, ensure_ascii=False, sort_keys=True)
    for pattern, word in _CHANCE:
        text = pattern.sub(word, text)
    plain: dict[str, Any] = json.loads(text)
    return plain


def widgets(document: NotebookNode) -> list[str]:
    """States of the widgets that were saved, in an order that does not depend on their ids."""
    saved = document.metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {})
    return sorted(json.dumps(_plain(state), sort_keys=True) for state in saved.get("state", {}).values())
