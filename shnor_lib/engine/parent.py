"""The warm parent: imports and draws once, then waits and forks.

In:   requests on a control socket (`warm` is the other end), each with the socket of the fork to be.
Out:  forks; their process ids, exit codes and peaks on the control socket.
Not:  what a fork does: it reads that from its own socket.

Rules of the house: one thread, always, checked before every fork; polars and scikit-learn never run here,
forks of them hang; nothing is opened that a fork could inherit. When its client ends, in whatever way, the
control socket ends, and the parent with all its forks.

Control messages, JSON in datagrams:
    → {"do": "fork"} with a descriptor          ← {"pid": …} or {"refused": "…"}
    → {"do": "signal", "pid": …, "number": …}
                                                ← {"ended": pid, "code": …, "peak": bytes}
    first of all                                ← {"ready": seconds} or {"failed": "traceback"}
"""

import contextlib
import gc
import json
import os
import pickle
import select
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from shnor_lib.engine import fork, warmup
from shnor_lib.engine.wire import Wire

MESSAGE = 1 << 16


class Parent:
    """State of the warm parent: its control socket and the forks that live."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._alive: set[int] = set()
        # Ends of children wake the loop through this pair, so that none is missed between two looks.
        self._bell, ringer = socket.socketpair()
        self._bell.setblocking(False)
        ringer.setblocking(False)
        self._ringer = ringer

    def loop(self) -> NoReturn:
        """Wait and fork until the client is gone."""
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(self._ringer.fileno(), warn_on_full_buffer=False)
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(self._bell, select.POLLIN)
        while True:
            for descriptor, _ in poll.poll():
                if descriptor == self._control.fileno():
                    self._serve()
                else:
                    with contextlib.suppress(BlockingIOError):
                        self._bell.recv(4096)
            self._reap()

    def say(self, **message: Any) -> None:
        """Tell the client; leave when there is none."""
        try:
            self._control.send(json.dumps(message).encode())
        except OSError:
            self._leave()

    def _serve(self) -> None:
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, MESSAGE, 1)
        except ConnectionResetError:
            data, descriptors = b"", []
        if not data:
            self._leave()
        request = json.loads(data)
        if request["do"] == "fork":
            os.set_inheritable(descriptors[0], False)  # programs started by a notebook must not hold it
            self._fork(socket.socket(fileno=descriptors[0]))
        elif request["pid"] in self._alive:
            fork.send_signal(request["pid"], request["number"])

    def _fork(self, sock: socket.socket) -> None:
        try:
            process = fork.launch(obey, sock)
        except fork.ForkRefusedError as error:
            sock.close()
            self.say(refused=str(error))
        else:
            process.forget()
            self._alive.add(process.pid)
            self.say(pid=process.pid)

    def _reap(self) -> None:
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None:
                return
            code, peak = fork.bury(ended.si_pid)
            if ended.si_pid in self._alive:  # else an orphan that a notebook left behind
                self._alive.discard(ended.si_pid)
                self.say(ended=ended.si_pid, code=code, peak=peak)

    def _leave(self) -> NoReturn:
        children = Path(f"/proc/self/task/{threading.get_native_id()}/children")
        for pid in {*self._alive, *map(int, children.read_bytes().split())}:
            fork.send_signal(pid, signal.SIGKILL)
        os._exit(0)


def obey(sock: socket.socket) -> None:
    """Body of every fork of the parent: read what to do from the socket, and do it."""
    wire = Wire(sock)
    try:
        parts = wire.receive()
    except EOFError:  # the client changed its mind, or is gone
        return
    assert parts is not None  # noqa: S101 - there was no time limit
    order = pickle.loads(parts[0])  # noqa: S301 - from our own client, over a socket that nobody else has
    if order["environment"] is not None:
        replace_environment(order["environment"])
    if order["cwd"] is not None:
        os.chdir(order["cwd"])
    order["work"](wire, *order["arguments"])


def replace_environment(environment: dict[str, str]) -> None:
    """Let this process have exactly these variables."""
    for name in set(os.environ) - set(environment):
        del os.environ[name]
    os.environ.update(environment)
    time.tzset()


def main(
    descriptor: int, fresh: Sequence[str], modules: Sequence[str], calls: Sequence[warmup.Call]
) -> NoReturn:
    """Warm up and wait.

    Args:
        descriptor: the control socket.
        fresh: where a new process finds modules; until now `sys.path` is that of the client.
        modules: what to import beside the usual.
        calls: what to do once before the first fork.
    """
    started = time.monotonic()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the client decides
    fork.adopt_orphans()
    parent = Parent(socket.socket(fileno=descriptor))
    try:
        warmup.warm(modules, calls)
    except Exception:
        parent.say(failed=traceback.format_exc())
        sys.exit(1)
    sys.path[:] = fresh  # notebooks find modules as in a new kernel, not as our client does
    gc.collect()
    gc.freeze()  # what is here stays; collecting it in forks would only copy its pages
    parent.say(ready=time.monotonic() - started)
    parent.loop()
