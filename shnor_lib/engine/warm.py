"""The client of the warm parent: starts it, asks it for forks, lets it go.

In:   a function and its arguments, importable by name.
Out:  `WarmParent`, a context manager; `Child`, a fork of it with a wire to it.
Not:  the parent itself (see `parent`).

    with WarmParent() as parent:
        child = parent.start(work, argument)       # work(wire, argument) in a fork
        child.wire.receive()

Any number of forks may live at once. Nothing here starts a thread: wait for several wires with `select`.
"""

import atexit
import contextlib
import json
import math
import os
import pickle
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from shnor_lib.engine.fork import ForkRefusedError
from shnor_lib.engine.parent import MESSAGE
from shnor_lib.engine.warmup import Call
from shnor_lib.engine.wire import Wire, pair

# A disk that is slow to give 200 MB of libraries, on a machine with other work.
_START = 120.0
_FAREWELL = 2.0
_TURN = 0.1
_OPTIONS = (
    "-Xfrozen_modules=off",
)  # as ipykernel starts its kernels: the debugger cannot look into frozen ones
_PROGRAM = """
import json, sys
descriptor, path, modules, calls = json.loads(sys.argv.pop())
fresh, sys.path[:] = sys.path[1:], path
from shnor_lib.engine.parent import main
main(descriptor, fresh, modules, calls)
"""


class Child:
    """A fork of the warm parent.

    Attributes:
        pid: process id, and the id of its process group.
        wire: connection to it.
        peak: bytes of memory at most, known when it has ended.
    """

    def __init__(self, parent: "WarmParent", pid: int, wire: Wire) -> None:
        self.pid = pid
        self.wire = wire
        self.peak = 0
        self._parent = parent
        self._code: int | None = None

    def poll(self) -> int | None:
        """Exit code, negative for a signal; None while it runs."""
        return self.wait(0)

    def wait(self, timeout: float | None = None) -> int | None:
        """Exit code; None when it did not end in time."""
        if self._code is None:
            self._code, self.peak = self._parent._wait_for(self.pid, timeout)
        return self._code

    def signal(self, number: int) -> None:
        """Send a signal to its process group; nothing when it has ended."""
        if self.poll() is None:
            self._parent._ask({"do": "signal", "pid": self.pid, "number": int(number)})

    def kill(self) -> None:
        """Kill its process group."""
        self.signal(signal.SIGKILL)

    def close(self) -> None:
        """Kill it if it still runs, and close the wire."""
        self.kill()
        self.wire.close()


class WarmParent:
    """A prepared process that forks on request. It ends with this object and with this process.

    Attributes:
        seconds: how long the warm-up took; None until it is known.
    """

    def __init__(
        self,
        modules: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        calls: Sequence[Call] = (),
        log: int | None = None,
    ) -> None:
        """Start the parent; it warms up while this process goes on.

        Args:
            modules: what it imports beside the usual (see `warmup`).
            environment: its variables; those of this process when None.
            calls: what it does once before the first fork.
            log: descriptor for what it and its forks print; those of this process when None.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        order = json.dumps([theirs.fileno(), _path(), list(modules), list(calls)])
        self.seconds: float | None = None
        self._control = ours
        self._ended: dict[int, tuple[int, int]] = {}
        self._answers: list[dict[str, Any]] = []
        self._lock = threading.RLock()
        self._gone = False
        self._failure = ""
        self._owner = os.getpid()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, *_OPTIONS, "-c", _PROGRAM, order],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                env=None if environment is None else dict(environment),
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """Process id of the parent."""
        return self._process.pid

    def usable(self) -> bool:
        """Whether it lives and belongs to this process; a fork of the process needs one of its own."""
        return not self._gone and os.getpid() == self._owner and self._process.poll() is None

    def ready(self, timeout: float = _START) -> None:
        """Wait until the parent is warm.

        Args:
            timeout: seconds, more than usual where it has something to work out first.

        Raises:
            ForkRefusedError: it cannot warm up; the message says why.
        """
        with self._lock:
            deadline = time.monotonic() + timeout
            while self.seconds is None:
                self._listen(deadline - time.monotonic())
                if self._gone or time.monotonic() > deadline:
                    self.close()
                    raise ForkRefusedError(self._failure or "the warm parent did not start")

    def start(
        self,
        work: Callable[..., None],
        *arguments: Any,
        environment: Mapping[str, str] | None = None,
        cwd: str | Path | None = None,
    ) -> Child:
        """Run `work(wire, *arguments)` in a fork.

        Args:
            work: a function of a module; its name is sent, not its code.
            arguments: pickled.
            environment: variables of the fork; those of the parent when None.
            cwd: its current folder; that of the parent when None.

        Raises:
            ForkRefusedError: the parent is gone or cannot fork.
        """
        order = {
            "work": work,
            "arguments": arguments,
            "environment": None if environment is None else dict(environment),
            "cwd": None if cwd is None else str(cwd),
        }
        parcel = pickle.dumps(order)
        self.ready()
        ours, theirs = pair()
        with self._lock, theirs:
            self._ask({"do": "fork"}, theirs.fileno())
            while not self._answers and not self._gone:
                self._listen(None)
            answer = self._answers.pop() if self._answers else {"refused": "the warm parent is gone"}
        if "refused" in answer:
            ours.close()
            raise ForkRefusedError(answer["refused"])
        child = Child(self, int(answer["pid"]), Wire(ours))
        with contextlib.suppress(OSError):  # it died at once; whoever waits for it will see
            child.wire.send(parcel)
        return child

    def close(self) -> None:
        """End the parent and all its forks. In a fork of this process: only let go of it."""
        self._gone = True
        self._control.close()
        if os.getpid() != self._owner:
            return
        try:
            self._process.wait(_FAREWELL)
        except subprocess.TimeoutExpired:  # it is still importing, and hears nothing
            self._process.kill()
            self._process.wait()

    def _ask(self, request: dict[str, Any], *descriptors: int) -> None:
        with self._lock, contextlib.suppress(OSError):
            socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)

    def _listen(self, timeout: float | None) -> None:
        """Take in what the parent says, waiting for the first message at most so long."""
        if self._gone:
            return
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        while poll.poll(None if timeout is None else max(0.0, timeout) * 1000):
            timeout = 0
            try:
                data = self._control.recv(MESSAGE)
            except OSError:
                data = b""
            if not data:
                self._gone = True
                return
            self._note(json.loads(data))

    def _note(self, message: dict[str, Any]) -> None:
        if "ended" in message:
            self._ended[message["ended"]] = message["code"], message["peak"]
        elif "ready" in message:
            self.seconds = message["ready"]
        elif "failed" in message:
            self._failure = message["failed"]
        else:
            self._answers.append(message)

    def _wait_for(self, pid: int, timeout: float | None) -> tuple[int | None, int]:
        deadline = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            left = deadline - time.monotonic()
            with self._lock:  # not for long: other threads may wait for other forks
                self._listen(max(0.0, min(left, _TURN)))
                if pid in self._ended:
                    return self._ended.pop(pid)
                if self._gone:  # the system killed its forks with it
                    return -signal.SIGKILL, 0
            if left <= 0:
                return None, 0


def _path() -> list[str]:
    """Where this process finds modules, in a form that does not depend on the current folder."""
    return [str(Path(entry).resolve()) for entry in sys.path]


_shared: list[WarmParent] = []


def shared(calls: Sequence[Call] = ()) -> WarmParent:
    """The warm parent of this process, started when first asked for, and again when it died.

    Args:
        calls: what it does once before its first fork, when it is started now.
    """
    if not (_shared and _shared[0].usable()):
        _shared[:] = [WarmParent(calls=calls)]
        atexit.register(_shared[0].close)
    return _shared[0]
