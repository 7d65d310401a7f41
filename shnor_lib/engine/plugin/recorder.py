"""What a notebook's process says, put into the cells as stock papermill does it.

In:   a notebook under papermill's management, a process that runs `shell.serve`.
Out:  outputs, counts, times, widget states and statuses in the notebook; errors as papermill knows them.
Not:  where the process comes from (see `engines`).

Messages go through nbclient's own `process_message`, so display ids, clear_output, output widgets and widget
states come out as with a real kernel. The talk with the kernel is ours: it is a wire, its death is seen at
once, and a cell that was cut short carries an error and the status `failed`.
"""

import json
import signal
import time
from collections.abc import Callable
from typing import Any, NoReturn

from jupyter_client.jsonutil import extract_dates
from jupyter_client.session import Session
from nbclient.exceptions import CellExecutionComplete, CellTimeoutError, DeadKernelError
from nbclient.util import run_hook, run_sync
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.clientwrap import PapermillNotebookClient

from shnor_lib.engine import fork, limits
from shnor_lib.engine.fork import Process
from shnor_lib.engine.limits import MEGABYTE, Limits
from shnor_lib.engine.shell import HELLO, SHELL
from shnor_lib.engine.wire import Wire

# How often memory is looked at, and how long an interrupted cell may take to say where it was.
_TICK = 0.1
_GRACE = 2.0
_START = 60.0

Message = dict[str, Any]


class MemoryLimitError(DeadKernelError):
    """The process of a notebook was killed because it took too much memory."""


class DeadCellError(Exception):
    """The process of a notebook ended in a cell, which says so."""


class Line:
    """The recorder's end of the wire, with the few parts of a kernel client that nbclient's widgets ask for.

    Attributes:
        session: makes messages.
        shell_channel: takes messages for the kernel, `send(message)`.
        language: what the kernel says of its language.
    """

    def __init__(self, process: Process, wire: Wire, given: Limits) -> None:
        self.session = Session()
        self.shell_channel = self
        self.process = process
        self.language: Message = {}
        self._wire = wire
        self._given = given
        self._limit: int | None = None
        self._next_look = 0.0

    def greet(self) -> None:
        """Wait until the process is ready.

        Raises:
            DeadKernelError: it ended before.
            TimeoutError: it did not say anything.
        """
        channel, packed, _ = self._receive(time.monotonic() + _START)
        if channel != HELLO:
            raise TimeoutError("the process of the notebook did not start")
        self.language = json.loads(packed)
        if self._given.memory is not None:
            # A little more than the process allows itself: a MemoryError says more than a killed process.
            self._limit = limits.resident(self.process.pid) + self._given.memory * 9 // 8

    def send(self, message: Message) -> None:
        """Send a message to the kernel."""
        buffers = message.get("buffers") or []
        try:
            self._wire.send(self.session.pack(message), *buffers)
        except OSError:
            self._lament()

    def receive(self, deadline: float | None) -> tuple[bytes, Message]:
        """The next message and its channel; an empty channel when none came in time.

        Raises:
            DeadKernelError: the process ended.
            MemoryLimitError: it took too much memory and was killed.
        """
        channel, packed, buffers = self._receive(deadline)
        if not channel:
            return channel, {}
        message = self.session.unpack(packed)
        message["header"] = extract_dates(message["header"])
        message["buffers"] = buffers
        return channel, message

    def close(self, now: bool) -> None:
        """End the process: at once, or after its farewell calls."""
        if not now:
            try:
                self.send(self.session.msg("shutdown_request"))
                self.process.wait(_GRACE)
            except DeadKernelError:
                pass
        fork.end(self.process)
        fork.end_orphans(self.process.pid)
        self._wire.close()

    def _receive(self, deadline: float | None) -> tuple[bytes, bytes, list[bytes]]:
        # Time and memory are looked at before messages: a cell may pour them out without end.
        while deadline is None or time.monotonic() < deadline:
            self._weigh()
            left = [] if deadline is None else [max(0.0, deadline - time.monotonic())]
            turns = left if self._limit is None else [*left, _TICK]
            try:
                parts = self._wire.receive(min(turns, default=None))
            except EOFError:
                self._lament()
            if parts is not None:
                return parts[0], parts[1], parts[2:]
        return b"", b"", []

    def _weigh(self) -> None:
        if self._limit is None or time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + _TICK
        own = self.process.pid
        if sum(map(limits.resident, [own, *fork.orphans(own)])) > self._limit:
            self.process.signal(signal.SIGKILL)
            raise MemoryLimitError(f"Kernel killed: more than {self._limit // MEGABYTE} MB of memory")

    def _lament(self) -> NoReturn:
        code = self.process.wait(_GRACE)
        raise DeadKernelError("Kernel died" + (f", exit code {code}" if code is not None else ""))


class Recorder(PapermillNotebookClient):  # type: ignore[misc]
    """Papermill's client with a wire in the place of a kernel manager."""

    def __init__(self, nb_man: Any, line: Line, **traits: Any) -> None:
        super().__init__(nb_man, **traits)
        self.kc = line

    def execute(self, **_: Any) -> NotebookNode:
        """Run all cells.

        Raises:
            DeadCellError: the process of the notebook ended; its cell says so.
            CellTimeoutError: a cell took too long; it says so.
        """
        self.reset_execution_trackers()
        self._call(self.on_notebook_start, notebook=self.nb)
        try:
            self.papermill_execute_cells()
        finally:
            self.nb.metadata["language_info"] = self.kc.language
            self.set_widgets_metadata()
            self._call(self.on_notebook_complete, notebook=self.nb)
        executed: NotebookNode = self.nb
        return executed

    def execute_cell(
        self,
        cell: NotebookNode,
        cell_index: int,
        execution_count: int | None = None,
        store_history: bool = True,
    ) -> NotebookNode:
        """Run one cell, as nbclient does; see there for the arguments.

        Raises:
            CellExecutionError: the cell raised, and was not allowed to.
            DeadCellError: the process ended.
            CellTimeoutError: the cell took too long.
        """
        self._call(self.on_cell_start, cell=cell, cell_index=cell_index)
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or self.skip_cells_with_tag in tags:
            return cell
        if self.record_timing:
            cell["metadata"]["execution"] = {}
        allowed = not self.force_raise_errors and (self.allow_errors or "raises-exception" in tags)
        self._call(self.on_cell_execute, cell=cell, cell_index=cell_index)
        cell.outputs = []
        self.clear_before_next_output = False
        try:
            request = self._request(cell.source, store_history, stop_on_error=not allowed)
            self.kc.send(request)
            self._call(self.on_cell_complete, cell=cell, cell_index=cell_index)
            self.code_cells_executed += 1
            reply = self._collect(request["msg_id"], cell, cell_index)
        except CellTimeoutError as error:
            self._cut_short(cell, cell_index, error)
            raise
        except DeadKernelError as error:
            self._cut_short(cell, cell_index, error)
            raise DeadCellError from error
        if execution_count:
            cell["execution_count"] = execution_count
        self._call(self.on_cell_executed, cell=cell, cell_index=cell_index, execute_reply=reply)
        run_sync(self._check_raise_for_error)(cell, cell_index, reply)
        return cell

    def _request(self, source: str, store_history: bool, stop_on_error: bool) -> Message:
        content = {
            "code": source,
            "silent": False,
            "store_history": store_history,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": stop_on_error,
        }
        message: Message = self.kc.session.msg("execute_request", content)
        return message

    def _collect(self, identity: str, cell: NotebookNode, index: int) -> Message:
        """Take in outputs until the cell has ended; its reply."""
        timeout = self._get_timeout(cell)
        deadline = None if timeout is None else time.monotonic() + timeout
        reply: Message | None = None
        idle = False
        while reply is None or not idle:
            channel, message = self.kc.receive(deadline)
            if not channel:
                deadline = self._out_of_time(timeout or 0, identity, cell, index)
            elif message["parent_header"].get("msg_id") != identity:
                continue
            elif channel == SHELL:
                reply = message
                if self.record_timing:
                    stamp = message["header"]["date"].strftime("%Y-%m-%dT%H:%M:%S.%fZ")
                    cell["metadata"]["execution"]["shell.execute_reply"] = stamp
            else:
                idle = self._take(message, cell, index)
        return reply

    def _take(self, message: Message, cell: NotebookNode, index: int) -> bool:
        """Put an output into the cell; whether it was the sign that there are no more."""
        try:
            self.process_message(message, cell, index)
        except CellExecutionComplete:
            return True
        return False

    def _out_of_time(self, timeout: int, identity: str, cell: NotebookNode, index: int) -> float | None:
        """Interrupt the cell; go on if nbclient was told to, else see where it was and give up."""
        self.log.error("Timeout waiting for execute reply (%is).", timeout)
        self.kc.process.signal(signal.SIGINT)
        if self.interrupt_on_timeout:
            return time.monotonic() + timeout
        deadline = time.monotonic() + _GRACE
        while True:
            channel, message = self.kc.receive(deadline)
            ours = bool(channel) and message["parent_header"].get("msg_id") == identity
            if not channel or (ours and channel != SHELL and self._take(message, cell, index)):
                raise CellTimeoutError.error_from_timeout_and_cell("Cell execution timed out", timeout, cell)

    def _cut_short(self, cell: NotebookNode, index: int, error: Exception) -> None:
        """Let the cell say what ended it."""
        text = str(error)
        cell.outputs.append(
            new_output(  # type: ignore[no-untyped-call]
                "error", ename=type(error).__name__, evalue=text, traceback=[text]
            )
        )
        self.nb_man.cell_exception(cell, cell_index=index, exception=error)

    def _call(self, hook: Callable[..., Any] | None, **arguments: Any) -> None:
        if hook is not None:
            run_sync(run_hook)(hook, **arguments)
