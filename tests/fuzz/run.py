"""Trials in processes of their own, which are watched: one that hangs or dies costs its file, not the run."""

import multiprocessing
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path

from tests.fuzz import trial
from tests.fuzz.seeds import all_seeds
from tests.fuzz.trial import Outcome

PATIENCE = 30.0  # seconds of a processor for one file
_STANDSTILL = 300.0  # seconds by the clock: it waits for something that does not come
_START = 300.0
_MEMORY = 3 << 30  # bytes of data that a trial may take
_OUT_OF_TIME = getattr(signal, "SIGPROF", 0)
Result = tuple[int, Outcome, float]  # number, what became of it, seconds


def run(numbers: Sequence[int], seed: int, jobs: int = 2, real: bool = True) -> Iterator[Result]:
    """Trials of these numbers, as they end."""
    crew = [_Worker(numbers[at::jobs], seed, real) for at in range(jobs)]
    try:
        while busy := [worker for worker in crew if worker.left]:
            ready = wait([worker.pipe for worker in busy], 1.0)
            for worker in busy:
                yield from worker.results(worker.pipe in ready)
    finally:
        for worker in crew:
            worker.stop()


class _Worker:
    """A process with its share of numbers; a new one takes over after it was lost."""

    def __init__(self, numbers: Sequence[int], seed: int, real: bool) -> None:
        self.left = list(numbers)
        self._seed, self._real = seed, real
        self._start()

    def _start(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.pipe, there = spawn.Pipe()
        self._process = spawn.Process(
            target=_work, args=(there, tuple(self.left), self._seed, self._real), daemon=True
        )
        self._process.start()
        there.close()
        self._until = time.monotonic() + _START

    def results(self, ready: bool) -> Iterator[Result]:
        """What has come; a loss where the process has hung or died."""
        lost = ""
        try:
            if ready:
                number, outcome, seconds = self.pipe.recv()
                self.left.remove(number)
                self._until = time.monotonic() + _STANDSTILL
                yield number, outcome, seconds
            elif time.monotonic() > self._until:
                lost = "hang"
        except (EOFError, OSError):
            self._process.join(5)
            lost = "hang" if self._process.exitcode == -_OUT_OF_TIME else f"death {self._process.exitcode}"
        if lost:
            self.stop()
            yield self.left.pop(0), Outcome(lost), PATIENCE
            if self.left:
                self._start()

    def stop(self) -> None:
        self._process.kill()
        self._process.join()
        self.pipe.close()


def _work(pipe: Connection, numbers: Sequence[int], seed: int, real: bool) -> None:
    _limit()
    seeds = all_seeds(real)
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            name, body = trial.make(seed, number, seeds)
            if _OUT_OF_TIME:
                signal.setitimer(signal.ITIMER_PROF, PATIENCE)  # ends the process: a busy machine is no hang
            started = time.perf_counter()
            outcome = trial.attempt(name, body, Path(folder))
            pipe.send((number, outcome, time.perf_counter() - started))


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
