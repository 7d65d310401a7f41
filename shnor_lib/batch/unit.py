"""One unit from start to page: papermill runs the notebook, nbconvert makes the page, in one process.

In:   a `Job`: what to run, for how long, where to leave the files.
Out:  an `Outcome`: what became of it, in words that may be shown, and a log for the operator.
Not:  publishing (see `publish`) and where the process comes from (see `workers`); another way to
      execute a notebook is another papermill engine, named in the job.
"""

import os
import re
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from jupyter_core.paths import jupyter_runtime_dir
from nbclient.exceptions import CellTimeoutError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError
from papermill.execute import execute_notebook
from traitlets.config import Config

from shnor_lib import atomic
from shnor_lib.batch.html import render
from shnor_lib.batch.job import Job, Outcome
from shnor_lib.batch.names import DEAD, DISK, DONE, ENDINGS, MEMORY, NOTEBOOK, SHNOR, TIMEOUT
from shnor_lib.engine import plugin
from shnor_lib.engine.fork import Process
from shnor_lib.engine.limits import MEGABYTE, Limits
from shnor_lib.errors import ShnorError

# Errors of a cell that are not the notebook's own.
_CODES = {"DeadKernelError": DEAD, "MemoryLimitError": MEMORY, "MemoryError": MEMORY}
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# The history of commands is of no use to a batch, and kernels would wait for each other's writes.
_KERNEL_ARGUMENTS = ["--HistoryManager.enabled=False"]


def produce(job: Job) -> Outcome:
    """Run a unit and leave `<notebook>.ipynb` and `<notebook>.html` in the folder of the job.

    Never raises for what a notebook does; whatever goes wrong becomes a failed outcome.
    """
    peaks: list[int] = []
    outcome = _produce(job, lambda process: peaks.append(process.peak))
    return replace(outcome, memory=max(peaks, default=0) // MEGABYTE)


def _produce(job: Job, watch: Callable[[Process], None]) -> Outcome:
    started = time.monotonic()

    def seconds() -> float:
        return time.monotonic() - started

    executed = job.folder / job.unit.notebook.name
    try:
        notebook = _execute(job, lambda: job.timeout - seconds(), watch)
    except PapermillExecutionError as error:
        return _explain(error, seconds(), job.cwd)
    except (CellTimeoutError, TimeoutError):
        return Outcome.failure(TIMEOUT, seconds(), traceback.format_exc())
    except RuntimeError:  # the kernel died, or never answered
        return Outcome.failure(DEAD, seconds(), traceback.format_exc())
    except Exception:
        return Outcome.failure(NOTEBOOK, seconds(), traceback.format_exc())
    try:
        log = _take_warnings(notebook)
        _forget_machine(notebook, executed.name)
        for kind, ending in ENDINGS.items():
            if kind in job.formats and kind != "ipynb":
                page = executed.with_suffix(ending)
                page.write_text(render(notebook, job.heading, whole=kind == "single"), encoding="utf-8")
        if "ipynb" in job.formats:
            nbformat.write(notebook, executed)  # type: ignore[no-untyped-call]
    except OSError as error:
        message = f"Отчёт не построен: страница не записана: {atomic.reason(error)}."
        return Outcome.failure(DISK, seconds(), traceback.format_exc(), message)
    except Exception:
        return Outcome.failure(NOTEBOOK, seconds(), traceback.format_exc())
    return Outcome(DONE, seconds(), log=log)


def _execute(job: Job, left: Callable[[], float], watch: Callable[[Process], None]) -> NotebookNode:
    plugin.register()
    own: dict[str, Any] = {}
    if job.engine == SHNOR:
        own = {"limits": Limits(memory=job.memory * MEGABYTE or None), "report": watch}
    notebook: NotebookNode = execute_notebook(
        job.unit.notebook,
        None,  # written once, below: as it is published
        parameters=job.unit.parameters,
        engine_name=job.engine,
        request_save_on_cell_execute=False,
        progress_bar=False,
        log_output=False,
        cwd=job.cwd,
        # One limit for the whole unit: each cell gets what is left of it.
        timeout_func=lambda _: max(1, int(left())),
        extra_arguments=_KERNEL_ARGUMENTS,
        config=transport(),
        # All is collected by then; a polite end costs 0.2 s, and 3 s when the kernel misses the request.
        shutdown_kernel="immediate",
        **own,
    )
    return notebook


def transport() -> Config:
    """Talk to the kernel through files of this process.

    Two kernels that start at once may choose the same TCP port, and then wait for a minute in vain; other
    users of the machine could listen, too. Windows has no such files.
    """
    if os.name != "posix":
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "ip": f"{jupyter_runtime_dir()}/{os.getpid()}"}})


def _explain(error: PapermillExecutionError, seconds: float, root: Path) -> Outcome:
    """The message of an error of this library is written for people; any other one is not."""
    log = _ANSI.sub("", "\n".join(error.traceback))
    ours = {kind.__name__: kind for kind in _kinds(ShnorError)}
    if error.ename in _CODES:
        return Outcome.failure(_CODES[error.ename], seconds, log)
    if error.ename not in ours:
        return Outcome.failure(NOTEBOOK, seconds, log)
    message = str(error.evalue).replace(f"{root}/", "").replace(str(root), ".")
    return Outcome.failure(ours[error.ename].code, seconds, log, message)


def _kinds(kind: type[ShnorError]) -> Iterator[type[ShnorError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _kinds(child)


def _take_warnings(notebook: NotebookNode) -> str:
    """Remove what went to stderr from the notebook: it names files of this machine."""
    taken = []
    for cell in notebook.cells:
        if "outputs" in cell:
            taken += [output.text for output in cell.outputs if _is_warning(output)]
            cell.outputs = [output for output in cell.outputs if not _is_warning(output)]
    return "".join(taken)


def _is_warning(output: NotebookNode) -> bool:
    return bool(output.output_type == "stream" and output.name == "stderr")


def _forget_machine(notebook: NotebookNode, name: str) -> None:
    """Published metadata name files, not folders of this machine."""
    facts: dict[str, Any] = notebook.metadata.get("papermill", {})
    facts.update({"input_path": name, "output_path": name})
