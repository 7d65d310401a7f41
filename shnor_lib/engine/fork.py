"""One fork: what is set right first in the new process, and how the old one watches and ends it.

In:   a function to run in a fork of this process.
Out:  `launch`, which gives a `Local` process; `settle`, what every fork does first.
Not:  which process may be forked (see `parent`), what the fork does (see `shell`).

A fork takes over everything: random states, signal handlers, open files, farewell calls. None of it may reach
a notebook, and no fork may outlive the process that watches it.
"""

import atexit
import contextlib
import ctypes
import os
import random
import select
import signal
import socket
import sys
import threading
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import NoReturn, Protocol

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
# Everything that Python or a library may have set; a new process starts with the defaults of the system.
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGUSR1, signal.SIGUSR2)
CRASHED = 70
_state = {"adopts": False}

Work = Callable[[socket.socket], None]


class Process(Protocol):
    """A fork as the one who asked for it sees it.

    Attributes:
        pid: process id, and the id of its process group.
        peak: bytes of memory at most, known when it has ended.
    """

    pid: int
    peak: int

    def poll(self) -> int | None:
        """Exit code, negative for a signal; None while it runs."""

    def wait(self, timeout: float | None = None) -> int | None:
        """Exit code; None when it did not end in time."""

    def signal(self, number: int) -> None:
        """Send a signal to its process group; nothing when it has ended."""


class ForkRefusedError(RuntimeError):
    """A fork is not safe here, or the system has no room for it."""


class Local:
    """A fork of this very process."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.peak = 0
        self._code: int | None = None
        self._descriptor = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """Exit code, negative for a signal; None while it runs."""
        return self.wait(0)

    def wait(self, timeout: float | None = None) -> int | None:
        """Exit code; None when it did not end in time."""
        if self._code is None:
            poll = select.poll()
            poll.register(self._descriptor, select.POLLIN)
            if poll.poll(None if timeout is None else timeout * 1000):
                self._code, self.peak = bury(self.pid)
                os.close(self._descriptor)
        return self._code

    def signal(self, number: int) -> None:
        """Send a signal to its process group; nothing when it has ended."""
        if self.poll() is None:
            send_signal(self.pid, number)

    def forget(self) -> None:
        """Leave watching and reaping to somebody else."""
        os.close(self._descriptor)


def launch(work: Work, sock: socket.socket) -> Local:
    """Run a function in a fork of this process.

    Args:
        work: takes the socket; when it returns, the fork ends.
        sock: the end of a connection that belongs to the fork; it is closed here.

    Raises:
        ForkRefusedError: this process has threads, or the system cannot fork now.
    """
    if threading.active_count() != 1:
        names = ", ".join(thread.name for thread in threading.enumerate())
        raise ForkRefusedError(f"threads: {names}")
    for stream in (sys.stdout, sys.stderr):  # or the fork would write what waits there a second time
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    watcher = os.getpid()
    try:
        pid = os.fork()
    except OSError as error:
        raise ForkRefusedError(str(error)) from error
    if pid == 0:
        run(work, sock, watcher)
    sock.close()
    return Local(pid)


def run(work: Work, sock: socket.socket, watcher: int) -> NoReturn:
    """Body of a fork; never returns into the frames of the process that was forked."""
    code = CRASHED
    try:
        settle(sock.fileno(), watcher)
        work(sock)
        atexit._run_exitfuncs()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 0
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def settle(kept: int, watcher: int) -> None:
    """Make a fork as good as a new process.

    Args:
        kept: the descriptor that stays open beside the standard ones.
        watcher: the process with whose end this one ends.
    """
    os.setsid()  # a process group of its own, and no terminal whose Ctrl-C would reach it
    die_with(watcher)
    signal.set_wakeup_fd(-1)
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    close_others({0, 1, 2, kept})
    atexit._clear()
    _state["adopts"] = False
    random.seed()
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()
    # Places that warned already would stay silent; leaving this block makes Python forget them.
    with warnings.catch_warnings():
        pass


def die_with(watcher: int) -> None:
    """Ask the system to kill this process when the watching one ends, however that comes."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != watcher:  # it ended before we asked
        os._exit(CRASHED)


def adopt_orphans() -> None:
    """Become the parent of processes that notebooks leave behind, so that they can be ended."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    _state["adopts"] = True


def orphans(own: int) -> list[int]:
    """Processes that came to this one because a fork of it left them behind; none unless it adopts them.

    Args:
        own: the fork that is none of them.
    """
    if not _state["adopts"]:
        return []
    tasks = Path("/proc/self/task").iterdir()
    return [int(pid) for task in tasks for pid in (task / "children").read_bytes().split() if int(pid) != own]


def end_orphans(own: int, patience: float = 2.0) -> None:
    """Kill what a fork left behind, and what that leaves.

    A notebook may start a demon in a session of its own: no signal to the group of the notebook reaches it.

    Args:
        own: the fork.
        patience: seconds to wait for their ends.
    """
    deadline = monotonic() + patience
    while (left := orphans(own)) and monotonic() < deadline:
        for pid in left:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, os.WNOHANG)
        sleep(0.002)


def close_others(kept: set[int]) -> None:
    """Close every descriptor but these."""
    for name in [path.name for path in Path("/proc/self/fd").iterdir()]:
        if int(name) not in kept:
            with contextlib.suppress(OSError):  # the one with which the folder was read
                os.close(int(name))


def send_signal(pid: int, number: int) -> None:
    """Send a signal to the group of a child that is not reaped yet."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:  # so young that it has no group yet
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def bury(pid: int) -> tuple[int, int]:
    """Exit code and peak memory in bytes of an ended child, whose whole process group ends with it.

    The group is killed before the child is reaped: until then nobody else can get its number.
    """
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    send_signal(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024


def end(process: Process, patience: float = 2.0) -> int | None:
    """Kill a fork and wait for its end.

    Args:
        process: the fork.
        patience: seconds to wait.
    """
    deadline = monotonic() + patience
    process.signal(signal.SIGKILL)
    return process.wait(max(0.0, deadline - monotonic()))
