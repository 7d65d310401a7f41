"""What a notebook can do to its process, and what its cells then say."""

import signal
import subprocess
import sys
import time
import tomllib
from importlib import import_module
from pathlib import Path

import nbformat
import papermill
import pytest
from nbclient.exceptions import CellTimeoutError

from shnor_lib.engine import plugin, safe
from shnor_lib.engine.fork import ForkRefusedError, launch
from shnor_lib.engine.limits import MEGABYTE, Limits
from shnor_lib.engine.warm import WarmParent
from shnor_lib.engine.warmup import is_warm
from shnor_lib.engine.wire import Wire, pair
from tests.engine import cells

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")


def run(source: str, folder: Path, **options: object) -> nbformat.NotebookNode:
    """A good cell, this one and another, under the engine `shnor`; errors are raised."""
    plugin.register()
    document = cells.notebook(cells.Cell("", "print('first')"), cells.Cell("", source), cells.Cell("", "3"))
    nbformat.write(document, folder / "in.ipynb")
    settings = {"kernel_name": "python3", "progress_bar": False, "engine_name": "shnor"} | options
    papermill.execute_notebook(folder / "in.ipynb", folder / "out.ipynb", **settings)
    return nbformat.read(folder / "out.ipynb", as_version=4)


def statuses(folder: Path) -> list[str]:
    """Statuses of the code cells of what was written."""
    document = nbformat.read(folder / "out.ipynb", as_version=4)
    return [cell.metadata.papermill.status for cell in document.cells if cell.cell_type == "code"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import os\nprint('last words', flush=True)\nos._exit(3)", "exit code 3"),
        ("import os\nos.kill(os.getpid(), 9)", "exit code -9"),
        ("import ctypes\nctypes.string_at(0)", "exit code -11"),
    ],
    ids=["_exit", "killed", "segmentation fault"],
)
def test_a_cell_in_which_the_process_died_says_so(source: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(papermill.PapermillExecutionError, match=said) as caught:
        run(source, tmp_path)
    assert (caught.value.ename, caught.value.exec_count) == ("DeadKernelError", 2)
    assert statuses(tmp_path) == ["completed", "failed", "pending"]


def test_an_endless_cell_is_stopped_where_it_was(tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(CellTimeoutError):
        run("print('before')\nwhile True:\n    pass", tmp_path, execution_timeout=1)
    assert time.monotonic() - started < 15
    assert statuses(tmp_path) == ["completed", "failed", "pending"]
    document = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    said = [output.get("text") or output.ename for output in document.cells[1].outputs]
    assert said == ["before\n", "KeyboardInterrupt", "CellTimeoutError"]


def test_a_cell_deaf_to_interrupts_is_killed(tmp_path: Path) -> None:
    source = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(60)"
    started = time.monotonic()
    with pytest.raises(CellTimeoutError):
        run(source, tmp_path, execution_timeout=1)
    assert time.monotonic() - started < 15


def test_memory_without_end_becomes_an_error_of_the_cell(tmp_path: Path) -> None:
    with pytest.raises(papermill.PapermillExecutionError) as caught:
        run(
            "hog = []\nwhile True:\n    hog.append(bytearray(1 << 24))",
            tmp_path,
            limits=Limits(300 * MEGABYTE),
        )
    assert caught.value.ename == "MemoryError"


def test_memory_that_the_system_does_not_count_is_watched(tmp_path: Path) -> None:
    source = (
        "import mmap, time\nhog = []\nwhile True:\n    hog.append(mmap.mmap(-1, 1 << 24))\n"
        "    hog[-1].write(b'x' * (1 << 24))\n    time.sleep(0.02)"
    )
    with pytest.raises(papermill.PapermillExecutionError, match="more than") as caught:
        run(source, tmp_path, limits=Limits(300 * MEGABYTE), execution_timeout=60)
    assert caught.value.ename == "MemoryLimitError"
    assert statuses(tmp_path) == ["completed", "failed", "pending"]


def test_a_gigabyte_of_output_is_cut(tmp_path: Path) -> None:
    source = "line = 'x' * 999_999\nfor _ in range(1000):\n    print(line)"
    document = run(source, tmp_path, limits=Limits(memory=200 * MEGABYTE, text=MEGABYTE))
    (output,) = document.cells[1].outputs
    assert len(output.text) < 1.1 * MEGABYTE
    assert output.text.endswith("[Вывод обрезан: больше 1 МБ текста в блокноте.]\n")
    assert (tmp_path / "out.ipynb").stat().st_size < 2 * MEGABYTE


def test_displays_without_end_are_cut(tmp_path: Path) -> None:
    source = "for _ in range(30):\n    display({'text/html': 'x' * 200_000}, raw=True)"
    document = run(source, tmp_path, limits=Limits(output=MEGABYTE))
    kept = [len(output.data.get("text/html", "")) for output in document.cells[1].outputs]
    assert kept == [200_000] * 5 + [0] * 25


@pytest.mark.parametrize(
    "source",
    [
        "import os\npid = os.fork()\nif pid == 0:\n    os._exit(0)\nos.waitpid(pid, 0)[1]",
        "import os\npid = os.fork()\nif pid:\n    os.waitpid(pid, 0)\nprint('both')",
        "import os, time\npid = os.fork()\nif pid == 0:\n    time.sleep(60)\nNone",
    ],
    ids=["leaves", "comes back", "stays"],
)
def test_a_fork_of_a_cell_does_not_speak_in_its_place(source: str, tmp_path: Path) -> None:
    started = time.monotonic()
    document = run(source, tmp_path)
    assert statuses(tmp_path) == ["completed"] * 3
    assert document.cells[2].outputs[0].data["text/plain"] == "3"
    assert time.monotonic() - started < 30


def test_nothing_passes_from_one_notebook_to_the_next(tmp_path: Path) -> None:
    leak = (
        "import pandas as pd, plotly.io as pio, warnings, os, sys\n"
        "pd.options.display.max_rows = 3\npio.renderers.default = 'json'\n"
        "warnings.simplefilter('error')\nos.environ['LEAK'] = '1'\nsys.modules['leak'] = sys"
    )
    look = (
        "import pandas as pd, plotly.io as pio, warnings, os, sys\n"
        "pd.options.display.max_rows, pio.renderers.default, 'LEAK' in os.environ, 'leak' in sys.modules"
    )
    run(leak, tmp_path)
    seen = run(look, tmp_path).cells[1].outputs[0].data["text/plain"]
    assert seen == "(60, 'plotly_mimetype', False, False)"


def test_random_numbers_differ_between_notebooks(tmp_path: Path) -> None:
    source = "import random, numpy\nrandom.random(), numpy.random.random()"
    seen = {run(source, tmp_path).cells[1].outputs[0].data["text/plain"] for _ in range(2)}
    assert len(seen) == 2


def test_a_process_with_threads_is_not_forked() -> None:
    script = (
        "import threading, time\nfrom shnor_lib.engine.fork import *\n"
        "from shnor_lib.engine.wire import pair\n"
        "threading.Thread(target=time.sleep, args=(5,), daemon=True).start()\n"
        "try:\n    launch(print, pair()[0])\nexcept ForkRefusedError as error:\n    print('refused', error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("refused threads: MainThread, Thread-1")


def test_a_killed_warm_parent_takes_its_forks_along() -> None:
    with WarmParent() as parent:
        child = parent.start(sleep)
        assert child.poll() is None
        subprocess.run(["kill", "-9", str(parent.pid)], check=True)
        assert child.wait(10) == -signal.SIGKILL
        deadline = time.monotonic() + 10
        while Path(f"/proc/{child.pid}").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not Path(f"/proc/{child.pid}").exists()
        assert not parent.usable()
        with pytest.raises(ForkRefusedError, match="gone"):
            parent.start(sleep)


def test_a_warm_parent_that_cannot_warm_up_says_why() -> None:
    with WarmParent(["no_such_module"]) as parent, pytest.raises(ForkRefusedError, match="no_such_module"):
        parent.ready()


def sleep(wire: Wire) -> None:
    """Body of a fork that waits."""
    time.sleep(60)


def test_where_forks_are_not_safe_papermills_engine_runs_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert safe.obstacle() == "он работает только в Linux"
    monkeypatch.undo()
    monkeypatch.setattr(safe, "obstacle", lambda: "он работает только в Linux")
    with caplog.at_level("WARNING", logger="papermill"):
        run("4", tmp_path)
    assert "Движок shnor не применён: он работает только в Linux" in caplog.text
    assert statuses(tmp_path) == ["completed"] * 3


def test_the_engines_are_declared_for_papermill() -> None:
    root = Path(__file__).resolve().parents[2]
    declared = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    names = {}
    for name, place in declared["papermill.engine"].items():
        module, _, attribute = place.partition(":")
        names[name] = getattr(import_module(module), attribute).__name__
    assert names == {"shnor": "ShnorEngine", "reference": "ReferenceEngine"}


def test_messages_are_whole_or_not_at_all() -> None:
    ours, theirs = pair()
    here, there = Wire(ours), Wire(theirs)
    there.send(b"a", b"", b"x" * 100_000)
    assert here.receive(1) == [b"a", b"", b"x" * 100_000]
    assert here.receive(0.01) is None
    theirs.send(b"\0\0\0\1\0\0")  # killed in the middle of one
    there.close()
    with pytest.raises(EOFError):
        here.receive(1)
    here.close()


def test_this_process_is_not_warm_and_so_is_not_forked_by_the_engine() -> None:
    assert not is_warm()
    assert callable(launch)
