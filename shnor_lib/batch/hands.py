"""Where worker processes come from: spawned by Python, or forked from a warm parent.

In:   the environment of the workers, a file for what they print.
Out:  `Spawned` and `Forked`: sources whose `start` gives a process and a connection to it.
Not:  what a worker does with a job (see `unit`), watching it (see `workers`).

A spawned worker imports everything anew and starts a kernel for every unit. A forked one has it all, knows
what the pages of all municipalities share, and forks once more for every unit.
"""

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from shnor_lib.engine import fork
from shnor_lib.engine.warm import Child, WarmParent
from shnor_lib.engine.warmup import Call
from shnor_lib.engine.wire import Wire

READY = "ready"
# What all units share is worked out before the first of them: minutes for a country of 40,000 schools.
_REHEARSAL = 3600.0
_MODULES = ("shnor_lib.batch.unit", "papermill", "nbconvert", "nbclient")


class Process(Protocol):
    """A worker process, as `multiprocessing` has it."""

    @property
    def exitcode(self) -> int | None:
        """Exit code; None while it runs."""

    def is_alive(self) -> bool:
        """Whether it runs."""

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end."""

    def terminate(self) -> None:
        """Tell it to end."""

    def kill(self) -> None:
        """End it."""


class Channel(Protocol):
    """A connection that carries objects."""

    def fileno(self) -> int:
        """Descriptor to wait for."""

    def send(self, value: Any) -> None:
        """Send an object."""

    def recv(self) -> Any:
        """The next object; EOFError when the other side is gone."""

    def close(self) -> None:
        """Close it."""


class Source(Protocol):
    """Where workers come from."""

    def start(self) -> tuple[Process, Channel]:
        """A new worker; it says `READY` when it can take a job."""


class Spawned:
    """Workers that start from nothing."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment = dict(environment)
        self._log = log

    def start(self) -> tuple[Process, Channel]:
        """A new worker."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        arguments = (theirs, self._environment, self._log, os.getpid())
        process = context.Process(target=_spawned, args=arguments, daemon=False)
        with _not_a_demon():
            process.start()
        theirs.close()
        return process, ours


class Forked:
    """Workers that are forks of a warm parent, and end with it."""

    def __init__(self, environment: Mapping[str, str], log: Path, calls: Sequence[Call]) -> None:
        """Start the warm parent.

        Raises:
            ForkRefusedError: it cannot warm up here.
        """
        self._environment = {**os.environ, **environment}
        self._log = log
        self._calls = calls
        self._parent = self._warm()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._parent.close()

    def start(self) -> tuple[Process, Channel]:
        """A new worker, of a new warm parent if the old one was killed.

        Raises:
            ForkRefusedError: the system has no room for it.
        """
        if not self._parent.usable():
            self._parent.close()
            self._parent = self._warm()
        child = self._parent.start(_forked, str(self._log))
        return _Fork(child), Objects(child.wire)

    def _warm(self) -> WarmParent:
        with self._log.open("ab") as log:
            parent = WarmParent(_MODULES, self._environment, self._calls, log.fileno())
        try:
            parent.ready(_REHEARSAL)
        except BaseException:
            parent.close()
            raise
        return parent


class Objects:
    """A wire that carries objects."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def fileno(self) -> int:
        """Descriptor to wait for."""
        return self._wire.fileno()

    def send(self, value: Any) -> None:
        """Send an object."""
        self._wire.send(pickle.dumps(value))

    def recv(self) -> Any:
        """The next object; EOFError when the other side is gone."""
        (parcel,) = self._wire.receive() or (b"",)
        return pickle.loads(parcel)  # noqa: S301 - from our own worker, over a socket that nobody else has

    def close(self) -> None:
        """Close it."""
        self._wire.close()


class _Fork:
    """A fork of the warm parent with the face of a process of `multiprocessing`."""

    def __init__(self, child: Child) -> None:
        self._child = child

    @property
    def exitcode(self) -> int | None:
        return self._child.poll()

    def is_alive(self) -> bool:
        return self._child.poll() is None

    def join(self, timeout: float | None = None) -> None:
        self._child.wait(timeout)

    def terminate(self) -> None:
        self._child.signal(signal.SIGTERM)

    def kill(self) -> None:
        self._child.kill()


@contextlib.contextmanager
def _not_a_demon() -> Iterator[None]:
    """Let this process have children while the block runs.

    `multiprocessing` forbids it to its daemons, since it would end them without a word. Workers under a nanny
    of dask are such; ours end by themselves when their connection is cut.
    """
    this = multiprocessing.current_process()
    before, this.daemon = this.daemon, False
    try:
        yield
    finally:
        this.daemon = before


def _spawned(connection: Connection, environment: dict[str, str], log: Path, watcher: int) -> None:
    """Body of a spawned worker."""
    if sys.platform == "linux":  # elsewhere it ends after its unit, when it finds the connection cut
        fork.die_with(watcher)
    os.environ.update(environment)
    _work(connection, log)


def _forked(wire: Wire, log: str) -> None:
    """Body of a forked worker."""
    fork.adopt_orphans()  # what a notebook leaves behind ends with it, not with the batch
    _work(Objects(wire), Path(log))


def _work(channel: Channel, log: Path) -> None:
    """Take jobs until the parent closes the connection or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    signal.signal(signal.SIGTERM, _leave)  # SystemExit, so that a kernel at work is ended on the way out
    _redirect(log)
    from shnor_lib.batch.unit import produce  # here, where units are made; not where they are planned

    with contextlib.suppress(EOFError, OSError):
        channel.send(READY)
        while True:
            channel.send(produce(channel.recv()))


def _leave(signum: int, frame: Any) -> None:
    sys.exit(128 + signum)


def _redirect(log: Path) -> None:
    """Kernels write to the terminal past Python; that would tear the progress bar."""
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):
        os.dup2(target, stream)
    os.close(target)
