"""The engines by which papermill runs a notebook: `shnor`, and `reference` to compare it with.

In:   a notebook under papermill's management.
Out:  the notebook with outputs, in memory; on disk only if its process died, else papermill writes it.
Not:  parameters, error markers, the final write: papermill does them the same for every engine.

    papermill in.ipynb out.ipynb --engine shnor
"""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from papermill.engines import Engine, NBClientEngine, NotebookExecutionManager
from papermill.iorw import write_ipynb
from papermill.log import logger
from papermill.utils import merge_kwargs, remove_args

from shnor_lib.engine import fork, safe, shell, warm, warmup
from shnor_lib.engine.fork import ForkRefusedError, Process
from shnor_lib.engine.limits import Limits
from shnor_lib.engine.plugin.recorder import DeadCellError, Line, Recorder
from shnor_lib.engine.wire import Wire, pair

# What only a kernel of its own can do; who asks for it gets one.
_UNKNOWN = ("km", "kernel_manager_class", "coalesce_streams", "error_on_timeout")
_NOTICE = "Движок shnor не применён: %s. Блокнот выполняется обычным движком papermill."


class QuietManager(NotebookExecutionManager):  # type: ignore[misc]
    """Keeps times and statuses as papermill does, and writes nothing on the way."""

    def save(self, **_: Any) -> None:
        """Not now: the whole file, twice a cell, is what makes papermill slow."""

    def autosave_cell(self, **_: Any) -> None:
        """Nor now."""

    def write(self) -> None:
        """Write the notebook."""
        if self.output_path:
            write_ipynb(self.nb, self.output_path)


class ReferenceEngine(NBClientEngine):  # type: ignore[misc]
    """papermill's own engine under a name of ours: what `shnor` is compared with."""


class ShnorEngine(Engine):  # type: ignore[misc]
    """Runs every notebook in a fresh fork of a warm process."""

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: bool | dict[str, Any] = True,
        log_output: bool = False,
        autosave_cell_every: int = 30,
        limits: Limits | None = None,
        report: Callable[[Process], None] | None = None,
        **options: Any,
    ) -> NotebookNode:
        """Run a notebook; arguments as papermill's engines take them.

        Args:
            nb: the notebook.
            kernel_name: its kernel.
            output_path: where to write it if its process dies.
            progress_bar: whether to draw one, and how.
            log_output: whether outputs go to papermill's log.
            autosave_cell_every: taken and ignored: nothing is saved on the way.
            limits: memory and output.
            report: called with the process of the notebook when it has ended.
            options: of papermill's own engine and client.

        A notebook whose process dies in a cell comes back as one whose cell failed: with an error output that
        says how, from which papermill makes its own error that names the cell.

        Raises:
            DeadKernelError: the process of the notebook died before its first cell.
            CellTimeoutError: a cell took too long.
        """
        settings = _settings(kernel_name, log_output, **options)
        given = limits or Limits()
        reason = safe.obstacle() or _beyond(options) or safe.foreign(kernel_name)
        if reason is None:
            try:
                process, wire = _process(_arguments(settings), given)
            except ForkRefusedError as error:
                reason = f"процесс не разветвляется ({error})"
        if reason is not None:
            logger.warning(_NOTICE, reason)
            stock: NotebookNode = NBClientEngine.execute_notebook(
                nb, kernel_name, output_path, progress_bar, log_output, autosave_cell_every, **options
            )
            return stock
        manager = QuietManager(nb, output_path, log_output, progress_bar, autosave_cell_every)
        line = Line(process, wire, given)
        try:
            _record(manager, line, settings)
        finally:
            line.close(now=settings.get("shutdown_kernel") == "immediate")
            if report is not None:
                report(process)
        executed: NotebookNode = manager.nb
        return executed


def _record(manager: QuietManager, line: Line, settings: dict[str, Any]) -> None:
    manager.notebook_start()
    try:
        line.greet()
        with suppress(DeadCellError):
            Recorder(manager, line, **settings).execute()
    except BaseException:
        manager.notebook_complete()
        manager.write()  # papermill writes what it gets back; this it never gets
        raise
    finally:
        manager.cleanup_pbar()
    manager.notebook_complete()


def _settings(
    kernel_name: str,
    log_output: bool,
    stdout_file: Any = None,
    stderr_file: Any = None,
    start_timeout: int = 60,
    execution_timeout: int | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Traits of the client, put together as papermill's own engine does."""
    settings: dict[str, Any] = merge_kwargs(
        remove_args(["input_path", "timeout", "startup_timeout"], **options),
        timeout=execution_timeout or options.get("timeout"),
        startup_timeout=start_timeout,
        kernel_name=kernel_name,
        log=logger,
        log_output=log_output,
        stdout_file=stdout_file,
        stderr_file=stderr_file,
    )
    return settings


def _beyond(options: dict[str, Any]) -> str | None:
    asked = [name for name in _UNKNOWN if options.get(name) is not None]
    return f"он не знает настройки {', '.join(asked)}" if asked else None


def _arguments(settings: dict[str, Any]) -> list[str]:
    """Command line of the kernel; its history stays in memory, as nbclient has it."""
    arguments = list(settings.get("extra_arguments") or [])
    history = settings.get("ipython_hist_file", ":memory:")
    if history and not any(item.startswith("--HistoryManager.hist_file") for item in arguments):
        arguments.append(f"--HistoryManager.hist_file={history}")
    return arguments


def _process(arguments: list[str], given: Limits) -> tuple[Process, Wire]:
    """A fork of this process where it is warm and has one thread, else of the warm parent."""
    if warmup.is_warm() and threading.active_count() == 1:
        ours, theirs = pair()
        return fork.launch(partial(_serve, arguments, given), theirs), Wire(ours)
    child = warm.shared().start(shell.serve, arguments, given, environment=os.environ, cwd=Path.cwd())
    return child, child.wire


def _serve(arguments: list[str], given: Limits, sock: Any) -> None:
    shell.serve(Wire(sock), arguments, given)
