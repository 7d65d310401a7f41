"""Worker processes: start, feed, watch, replace, stop.

In:   jobs.
Out:  outcomes as they come, one for every job, whatever happens to a worker.
Not:  what a job does (see `unit`), what becomes of its files (see `publish`).

Never a fork of this very process: it draws a progress bar from a thread, and a fork of a process with threads
may hang (see `hands`).
"""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import wait
from typing import Any, cast

from shnor_lib.batch import names
from shnor_lib.batch.hands import READY, Channel, Process, Source
from shnor_lib.batch.job import Job, Outcome
from shnor_lib.errors import RunError

# A worker ends its unit by itself when the time is over; only one that cannot is killed.
_GRACE = 20.0
_FAREWELL = 5.0
_START = 120.0


@dataclass
class _Worker:
    process: Process
    connection: Channel
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


def run(
    jobs: Sequence[Job],
    workers: int,
    source: Source,
    on_start: Callable[[Job], None] = lambda job: None,
) -> Generator[tuple[Job, Outcome]]:
    """Run jobs in `workers` processes.

    Args:
        jobs: what to run, in this order.
        workers: number of processes.
        source: where they come from.
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
        for _ in range(min(workers, len(jobs))):
            crew.append(_start(source))  # noqa: PERF401 - those started are stopped if the next one fails
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
                    crew[crew.index(worker)] = _start(source)
                yield job, outcome
    finally:
        for worker in crew:
            _dismiss(worker)
        for worker in crew:
            _stop(worker)


def _start(source: Source) -> _Worker:
    process, connection = source.start()
    now = time.monotonic()
    return _Worker(process, connection, now, now + _START)


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
    spoke = wait([cast("Any", worker.connection) for worker in watched], timeout=max(0.0, left))
    for worker in watched:
        if worker.connection in spoke:
            said = _hear(worker)
        elif time.monotonic() >= worker.deadline:
            worker.process.kill()
            said = Outcome.failure(names.TIMEOUT, 0.0, "worker did not answer and was killed")
        else:
            continue
        if said == READY:
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
