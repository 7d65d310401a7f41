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
from dataclasses import dataclass, replace
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
from shnor_lib.batch.html import Heading, render
from shnor_lib.batch.names import (
    CANCELLED,
    DAMAGED,
    DEAD,
    DISK,
    DONE,
    ENDINGS,
    FAILED,
    FORMATS,
    MEMORY,
    NOTEBOOK,
    REFERENCE,
    SHNOR,
    TIMEOUT,
)
from shnor_lib.batch.plan import Unit
from shnor_lib.engine import plugin
from shnor_lib.engine.fork import Process
from shnor_lib.engine.limits import MEGABYTE, Limits
from shnor_lib.errors import RunError, ShnorError

MESSAGES = {
    TIMEOUT: "Отчёт не построен: расчёт не уложился в отведённое время.",
    DEAD: "Отчёт не построен: процесс расчёта завершился аварийно, возможно, не хватило памяти.",
    MEMORY: "Отчёт не построен: расчёту не хватило отведённой памяти.",
    NOTEBOOK: "Отчёт не построен: в блокноте произошла ошибка. Подробности — в журнале оператора.",
    DISK: "Отчёт не построен: страница не записана на диск.",
    DAMAGED: "Страница на диске повреждена и убрана. Она строится заново при следующем запуске.",
    CANCELLED: "Отчёт не построен: запуск прерван.",
}
# Errors of a cell that are not the notebook's own.
_CODES = {"DeadKernelError": DEAD, "MemoryLimitError": MEMORY, "MemoryError": MEMORY}
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# The history of commands is of no use to a batch, and kernels would wait for each other's writes.
_KERNEL_ARGUMENTS = ["--HistoryManager.enabled=False"]


@dataclass(frozen=True)
class Job:
    """What a worker is asked to do.

    Attributes:
        unit: what to run.
        heading: top of the page.
        folder: existing folder, of this job alone, where the files are left.
        cwd: current folder of the notebook.
        timeout: seconds for the whole unit.
        formats: which of `ENDINGS` to leave.
        engine: papermill engine.
        memory: MB that the notebook may take; 0 is no limit. Only the engine `shnor` knows limits.
    """

    unit: Unit
    heading: Heading
    folder: Path
    cwd: Path
    timeout: float
    formats: tuple[str, ...] = FORMATS
    engine: str = REFERENCE
    memory: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of a unit.

    Attributes:
        status: `done` or `failed`.
        seconds: wall time.
        code: machine name of the failure, empty when done.
        message: Russian, safe for an official: no paths, no traceback; empty when done.
        log: traceback and warnings, for the operator only.
        memory: largest memory of the process that ran the notebook, MB; 0 where it is not known.
    """

    status: str
    seconds: float
    code: str = ""
    message: str = ""
    log: str = ""
    memory: int = 0

    @classmethod
    def failure(cls, code: str, seconds: float, log: str = "", message: str = "") -> "Outcome":
        """A failure with the general sentence of its code, unless a better one is known."""
        return cls(FAILED, seconds, code, message or MESSAGES[code], log)


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


def check_formats(formats: tuple[str, ...]) -> None:
    """Formats must be known and at least one.

    Raises:
        RunError: naming the unknown ones and those there are.
    """
    unknown = [name for name in formats if name not in ENDINGS]
    if unknown or not formats:
        named = ", ".join(f"«{name}»" for name in unknown) or "не названы"
        raise RunError(f"Форматы отчётов: {named}. Есть: {', '.join(ENDINGS)}.")
