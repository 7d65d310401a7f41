"""Worker processes: start, feed, watch, replace, stop.

In:   jobs.
Out:  outcomes as they come, one for every job, whatever happens to a worker.
Not:  what a job does (see `unit`), what becomes of its files (see `publish`).

Workers are spawned, not forked: the parent draws a progress bar from a thread, and a fork of a process
with threads may hang.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from shnor_lib.batch import names, unit
from shnor_lib.batch.unit import Job, Outcome
from shnor_lib.errors import RunError

# A worker ends its unit by itself when the time is over; only one that cannot is killed.
_GRACE = 20.0
_FAREWELL = 5.0
_START = 120.0
_READY = "ready"


@dataclass
class _Worker:
    process: SpawnProcess
    connection: Connection
    started: float
    deadline: float
    ready: bool = False
    index: int = -1

    @property
    def busy(self) -> bool:
        return self.index >= 0

    @property
    def free(self) -> bool:
        return self.ready and not self.busy


def default_jobs() -> int:
    """As many workers as processors this process may use, at most eight."""
    try:
        return min(8, len(os.sched_getaffinity(0)))
    except AttributeError:  # not on macOS and Windows
        return min(8, os.cpu_count() or 1)


def run(
    jobs: Sequence[Job],
    workers: int,
    environment: Mapping[str, str],
    log: Path,
    on_start: Callable[[Job], None] = lambda job: None,
) -> Generator[tuple[Job, Outcome]]:
    """Run jobs in `workers` processes.

    Args:
        jobs: what to run, in this order.
        workers: number of processes.
        environment: variables for workers and their kernels.
        log: file for what processes print beside the notebooks.
        on_start: called when a job is handed to a worker.

    Yields:
        A job and its outcome, as they are done. When the iterator is closed before its end, workers
        and their kernels are stopped.

    Raises:
        RunError: worker processes cannot be started here.
    """
    waiting = deque(enumerate(jobs))
    crew: list[_Worker] = []
    try:
        crew = [_start(environment, log) for _ in range(min(workers, len(jobs)))]
        while waiting or any(worker.busy for worker in crew):
            for worker in crew:
                if worker.free and waiting:
                    worker.index, job = waiting.popleft()
                    on_start(job)
                    _give(worker, job)
            for worker, outcome in _collect(crew):
                job, worker.index = jobs[worker.index], -1
                if not worker.process.is_alive() or outcome.code in (names.DEAD, names.TIMEOUT):
                    # A worker that lost a kernel may hold its remains: the next unit gets a fresh one.
                    _stop(worker)
                    crew[crew.index(worker)] = _start(environment, log)
                yield job, outcome
    finally:
        for worker in crew:
            _dismiss(worker)
        for worker in crew:
            _stop(worker)


def _start(environment: Mapping[str, str], log: Path) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, dict(environment), log), daemon=False)
    process.start()
    theirs.close()
    now = time.monotonic()
    return _Worker(process, ours, now, now + _START)


def _give(worker: _Worker, job: Job) -> None:
    worker.started = time.monotonic()
    worker.deadline = worker.started + job.timeout + _GRACE
    try:
        worker.connection.send(job)
    except OSError:  # it died while idle; `_collect` finds that out and says so
        worker.deadline = worker.started


def _collect(crew: Sequence[_Worker]) -> Iterator[tuple[_Worker, Outcome]]:
    """Wait until something happens; outcomes of the workers that ended their unit."""
    watched = [worker for worker in crew if not worker.free]
    left = min(worker.deadline for worker in watched) - time.monotonic()
    spoke = wait([worker.connection for worker in watched], timeout=max(0.0, left))
    for worker in watched:
        if worker.connection in spoke:
            said = _hear(worker)
        elif time.monotonic() >= worker.deadline:
            worker.process.kill()
            said = Outcome.failure(names.TIMEOUT, 0.0, "worker did not answer and was killed")
        else:
            continue
        if said == _READY:
            worker.ready = True
        elif not worker.ready:
            # Not the fault of any unit: the next worker would fare no better.
            raise RunError(
                "Рабочие процессы не запускаются. Если отчёты строит ваша собственная программа, "
                "вызовите run_batch внутри «if __name__ == '__main__':»; иначе смотрите журнал "
                "reports/.batch-<год>/workers.txt."
            )
        else:
            yield worker, replace(said, seconds=time.monotonic() - worker.started)


def _hear(worker: _Worker) -> Any:
    try:
        return worker.connection.recv()
    except (EOFError, OSError):
        worker.process.join(_FAREWELL)
        return Outcome.failure(names.DEAD, 0.0, f"worker exit code {worker.process.exitcode}")


def _dismiss(worker: _Worker) -> None:
    """An idle worker leaves by itself; a busy one is told to end its kernel and leave."""
    if worker.busy:
        worker.process.terminate()
    worker.connection.close()


def _stop(worker: _Worker) -> None:
    worker.connection.close()
    worker.process.join(_FAREWELL)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()


def _work(connection: Connection, environment: dict[str, str], log: Path) -> None:
    """Body of a worker: take jobs until the parent closes the pipe or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    signal.signal(signal.SIGTERM, _leave)  # SystemExit, so that nbclient ends its kernel on the way out
    os.environ.update(environment)
    _redirect(log)
    with contextlib.suppress(EOFError, OSError):
        connection.send(_READY)
        while True:
            connection.send(unit.produce(connection.recv()))


def _leave(signum: int, frame: Any) -> None:
    sys.exit(128 + signum)


def _redirect(log: Path) -> None:
    """Kernels write to the terminal past Python; that would tear the progress bar."""
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):
        os.dup2(target, stream)
    os.close(target)
