"""The fork that runs the cells of one notebook: an ipykernel whose sockets are one wire.

In:   requests of the Jupyter protocol, one message a request.
Out:  its replies and outputs, tagged `shell` or `iopub`, in the order in which they were made; first of all
      `hello` with the language of the kernel.
Not:  recording (see `plugin.recorder`), time limits.

Everything a cell can see is ipykernel's own: shell, display hooks, comms, magics, configuration, start-up
files. Only the transport differs, so outputs differ only where a transport shows.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any, cast

import ipykernel
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.session import Session
from tornado.ioloop import IOLoop
from traitlets import Any as Trait
from traitlets import Type

from shnor_lib.engine import limits
from shnor_lib.engine.limits import MEGABYTE, Limits
from shnor_lib.engine.streams import Header, Streams
from shnor_lib.engine.wire import Wire

HELLO, SHELL, IOPUB = b"hello", b"shell", b"iopub"
_NOTICE = "[Вывод обрезан: блокнот выдал больше {limit} МБ.]"
_LIMITED = ("display_data", "execute_result", "update_display_data")


class WireSession(Session):
    """A session that writes to a wire and reads ready messages."""

    wire: Wire
    limit: int
    interrupted = False

    def attach(self, wire: Wire, limit: int) -> None:
        """Use this wire; of rich outputs keep `limit` bytes."""
        self.wire, self.limit = wire, limit
        self._left = limit
        self._lock = threading.RLock()

    def send(
        self,
        stream: Any,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        ident: Any = None,
        buffers: Any = None,
        track: bool = False,
        header: Any = None,
        metadata: Any = None,
    ) -> Any:
        """Send a message; a fork made by the notebook has nothing to say here."""
        if isinstance(msg_or_type, dict):
            message = msg_or_type
            buffers = buffers or message.get("buffers")
        else:
            message = self.msg(msg_or_type, content, parent, header, metadata)
        if os.getpid() != self.pid:
            return None
        parts = [bytes(memoryview(buffer)) for buffer in buffers or ()]
        packed = self.pack(message)
        if message["msg_type"] in _LIMITED and not self._fits(len(packed)):
            notice = _NOTICE.format(limit=self.limit // MEGABYTE)
            packed = self.pack(message | {"content": message["content"] | {"data": {"text/plain": notice}}})
        with self._lock:
            self.wire.send(SHELL if stream is SHELL else IOPUB, packed, *parts)
        if self.interrupted and threading.current_thread() is threading.main_thread():
            self.interrupted = False
            raise KeyboardInterrupt
        return message

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        """Handler of SIGINT: raises, but never in the middle of a message."""
        if self.wire.sender == threading.main_thread().ident:
            self.interrupted = True
        else:
            signal.default_int_handler(number, frame)

    def feed_identities(self, msg_list: Any, copy: bool = True) -> Any:
        """A ready message has none."""
        return [], msg_list

    def deserialize(self, msg_list: Any, content: bool = True, copy: bool = True) -> Any:
        """A ready message is ready."""
        return msg_list

    def _fits(self, size: int) -> bool:
        self._left -= size
        return self._left >= 0


class NotebookKernel(IPythonKernel):
    """An ipykernel that is given its messages."""

    _supports_kernel_subshells = False
    shell_stream = Trait()

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)  # type: ignore[no-untyped-call]
        # Asked for only to tell the main thread from those of subshells.
        self.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())

    def start(self) -> None:
        """Begin; there are no sockets to listen to."""
        assert self.shell is not None  # noqa: S101 - made in __init__
        self.shell.exit_now = False
        self.io_loop = IOLoop.current()

    def pre_handler_hook(self) -> None:
        """Let SIGINT interrupt a request, and nothing else."""
        self.saved_sigint_handler = signal.signal(signal.SIGINT, cast("WireSession", self.session).interrupt)

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """No request waits behind one that failed: the recorder sends them one by one."""


class NotebookApp(IPKernelApp):
    """The application around the kernel, without connection file, sockets, heartbeat and poller."""

    kernel_class = Type(NotebookKernel, klass="ipykernel.kernelbase.Kernel")  # type: ignore[assignment]
    wire = Trait()
    limits = Trait()

    def init_connection_file(self) -> None:
        """No connection file."""

    def init_poller(self) -> None:
        """The system ends this process with its watcher."""

    def init_sockets(self) -> None:
        """No sockets."""
        self.session = WireSession(parent=self)
        self.session.attach(self.wire, self.limits.output)

    def init_heartbeat(self) -> None:
        """No heartbeat."""

    def write_connection_file(self, **traits: Any) -> None:
        """No connection file."""

    def log_connection_info(self) -> None:
        """Nobody else can connect."""
        self._ports: dict[str, int] = {}

    def init_io(self) -> None:
        """Take over the streams."""
        self.streams = Streams(self._publish, self.limits.text)
        for handler in self.log.handlers:  # the kernel's own log is not an output of the notebook
            if isinstance(handler, logging.StreamHandler):
                handler.setStream(os.fdopen(self.streams.err.fileno(), "w", closefd=False))
        sys.stdout, sys.stderr = self.streams.out, self.streams.err
        self.patch_io()  # type: ignore[no-untyped-call]

    def init_kernel(self) -> None:
        """Create the kernel."""
        self.kernel = NotebookKernel.instance(
            parent=self,
            session=self.session,
            shell_stream=SHELL,
            iopub_socket=IOPUB,
            log=self.log,
            profile_dir=self.profile_dir,
            user_ns=self.user_ns,
        )

    def _publish(self, name: str, text: str, header: Header) -> None:
        content = {"name": name, "text": text}
        self.session.send(IOPUB, "stream", content, parent={"header": header} if header else None)


def serve(wire: Wire, arguments: list[str], given: Limits) -> None:
    """Body of the fork: run what comes over the wire until it ends.

    Args:
        wire: connection to the recorder.
        arguments: command line of the kernel, as given to ipykernel.
        given: limits of the notebook.
    """
    # As `python -m ipykernel_launcher` would have it.
    sys.argv = [str(Path(ipykernel.__file__).parents[1] / "ipykernel_launcher.py"), *arguments]
    app = NotebookApp.instance(wire=wire, limits=given)
    app.initialize(arguments)  # type: ignore[no-untyped-call]
    app.kernel.shell._tee = _unkept
    adopt()
    limits.apply(given)
    os.register_at_fork(after_in_child=wire.close)  # or a fork of a cell would keep the line open
    wire.send(HELLO, json.dumps(app.kernel.language_info).encode())
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(_loop(app))


@contextlib.contextmanager
def _unkept(channel: str) -> Iterator[None]:
    """In the place of IPython's copy of all that a cell prints: a gigabyte of it would take one of memory.

    It serves `%notebook` alone, and nobody types that here.
    """
    yield


def adopt() -> None:
    """Tell libraries that looked for a shell while they were imported that there is one now."""
    widgets, renderers = sys.modules.get("ipywidgets"), sys.modules.get("plotly.io._renderers")
    if widgets is not None:
        widgets.register_comm_target()
    if renderers is not None:
        renderers.renderers.default = os.environ.get("PLOTLY_RENDERER") or "plotly_mimetype"


async def _loop(app: NotebookApp) -> None:
    wire, kernel, session = app.wire, app.kernel, app.session
    kernel.start()
    waiting: deque[list[bytes]] = deque()
    came = asyncio.Event()

    def look() -> None:
        try:
            waiting.extend(wire.take())
        except EOFError:
            os._exit(0)  # the recorder has all it wanted
        came.set()

    asyncio.get_running_loop().add_reader(wire.fileno(), look)
    while True:
        await came.wait()
        while waiting:
            packed, *buffers = waiting.popleft()
            message = session.unpack(packed)
            if message["msg_type"] == "shutdown_request":
                return
            message["buffers"] = buffers
            try:
                await kernel.dispatch_shell(message)
            except SystemExit as leaving:
                _leave(leaving)
            if os.getpid() != session.pid:  # a fork made by the cell came back from it
                os._exit(0)
        came.clear()


def _leave(leaving: SystemExit) -> None:
    os._exit(leaving.code if isinstance(leaving.code, int) else 1)
