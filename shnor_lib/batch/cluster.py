"""Units on many machines: a cluster of dask runs them, this side publishes.

In:   jobs, the address of a scheduler.
Out:  `Cluster.run`, outcomes as they come, the files of each unit in the folder of its job.
Not:  what a worker does (see `remote`). A worker that is lost takes nothing with it: its units go to others.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import Any

from shnor_lib import __version__, atomic
from shnor_lib.batch import names, parcel
from shnor_lib.batch.job import Job, Outcome
from shnor_lib.batch.keys import library
from shnor_lib.batch.staff import Need
from shnor_lib.errors import RunError

_CONNECT = 15.0  # seconds for the scheduler to answer
_FIRST_WORKER = 60.0
_FAREWELL = 5.0
_AHEAD = 2  # units a thread: one at work, one on its way; the results of more would wait in memory
_LISTEN = 1.0
_NO_WORKER = 120.0  # seconds in which a lost machine may come back
_LOOK = 5.0
# What dask says of a lost scheduler goes past the person, who is told in one sentence.
_TALKERS = ("distributed", "tornado", "asyncio")
_ALONE = (
    "На кластере не осталось рабочих процессов; готовое сохранено. Запустите их и продолжите: "
    "shnor batch --resume"
)
_OTHER = (
    "На рабочих машинах кластера ({}) другая сборка программы или другие версии пакетов: их страницы "
    "не взяты. Установите на них то же, что здесь, и повторите запуск."
)
_LOST = "Связь с кластером потеряна; готовое сохранено. Продолжить: shnor batch --resume"


class Cluster:
    """A crew of dask workers that know the project.

    A worker that joins in the middle may hold other code than ours: what it makes is not taken, its units go
    to others, and it gets no more.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._strange: set[str] = set()

    @property
    def hands(self) -> int:
        """Units that run at once, now; one where the scheduler does not say."""
        return max(1, self._threads() or 0)

    def run(
        self, jobs: Sequence[Job], on_start: Callable[[Job], None] = lambda job: None
    ) -> Generator[tuple[Job, Outcome]]:
        """Run jobs on the cluster.

        Args:
            jobs: what to run, in this order.
            on_start: called when a job is handed over.

        Yields:
            A job and its outcome, as they are done. What is still out when the iterator is closed is called
            off.

        Raises:
            RunError: the scheduler is gone.
        """
        waiting = deque(jobs)
        out: dict[Any, Job] = {}
        ended: SimpleQueue[Any] = SimpleQueue()

        def hand_over() -> None:
            while waiting and len(out) < _AHEAD * self.hands:
                job = waiting.popleft()
                on_start(job)
                future = self._submit(job)
                out[future] = job
                future.add_done_callback(ended.put)

        try:
            hand_over()
            while out:
                future = self._next(ended)
                job = out.pop(future)
                outcome = self._taken(future, job)
                if outcome is None:
                    waiting.appendleft(job)
                else:
                    yield job, outcome
                future.release()
                hand_over()
        finally:
            with suppress(Exception):  # of a scheduler that is gone nothing has to be called off
                self._client.cancel(list(out))

    def _submit(self, job: Job) -> Any:
        """Hand a unit over.

        Raises:
            RunError: the scheduler is gone, or only workers with other code are left.
        """
        try:
            own = sorted(set(self._client.nthreads()) - self._strange) if self._strange else None
            # Should all of these go, another may take the unit: by what code it works is looked at.
            more = {"workers": own, "allow_other_workers": True} if own else {}
            if own != []:
                return self._client.submit(_produce, job, pure=False, retries=0, **more)
        except Exception as error:
            raise RunError(_LOST) from error
        raise RunError(f"{_OTHER.format(', '.join(sorted(self._strange)))} Готовое сохранено.")

    def _next(self, ended: "SimpleQueue[Any]") -> Any:
        """The next unit that ended.

        Raises:
            RunError: the scheduler is gone for good, or all workers are.
        """
        heard = seen = looked = time.monotonic()
        while True:
            try:
                return ended.get(timeout=_LISTEN)
            except Empty:
                now = time.monotonic()
            if self._client.status == "running":
                heard = now
            if now - heard > _CONNECT or self._client.status == "closed":
                raise RunError(_LOST)
            if heard == now and now - looked > _LOOK:
                looked = now
                seen = seen if self._threads() == 0 else now
            if now - seen > _NO_WORKER:
                raise RunError(_ALONE)

    def _threads(self) -> int | None:
        """Threads of all workers; None where the scheduler does not say: it went in this moment."""
        try:
            threads = self._client.nthreads()
        except Exception:
            return None
        return sum(int(number) for worker, number in threads.items() if worker not in self._strange)

    def _taken(self, future: Any, job: Job) -> Outcome | None:
        """The outcome of a unit, its files laid into the folder of the job; None where other code made it."""
        from distributed import KilledWorker

        try:
            answer = future.result()
        except KilledWorker as error:
            return Outcome.failure(names.DEAD, 0.0, str(error))
        except Exception as error:
            if self._client.status != "running":
                raise RunError(_LOST) from error
            return Outcome.failure(names.DEAD, 0.0, f"{type(error).__name__}: {error}")
        # An earlier version of the library says nothing of itself.
        theirs, outcome, files = answer if len(answer) == 3 else ("", None, {})
        if theirs != library() or outcome is None:
            self._strange.update(self._where(future))
            return None
        for name, content in files.items():
            (job.folder / name).write_bytes(content)
        result: Outcome = outcome
        return result

    def _where(self, future: Any) -> list[str]:
        """Addresses of the workers that hold a result.

        Raises:
            RunError: the scheduler is gone.
        """
        try:
            return [str(worker) for held in self._client.who_has([future]).values() for worker in held]
        except Exception as error:
            raise RunError(_LOST) from error


@contextmanager
def connect(address: str, need: Need, engine: str) -> Iterator[Cluster]:
    """A cluster whose workers know the project.

    Args:
        address: of the scheduler, `tcp://host:8786`.
        need: what the run is about.
        engine: `shnor` or `reference`.

    Raises:
        RunError: no dask here, no scheduler, no worker, or workers with another version of the library.
    """
    try:
        from distributed import Client

        from shnor_lib.batch import remote
    except ImportError as error:
        raise RunError("Для --cluster нужен пакет distributed: pip install 'shnor-lib[cluster]'.") from error
    with _quiet(), _client(Client, address) as client:
        try:
            client.wait_for_workers(1, timeout=_FIRST_WORKER)
        except TimeoutError as error:
            raise RunError(
                f"К планировщику «{address}» не подключён ни один рабочий процесс. "
                f"Запустите на машинах кластера: dask worker {address}"
            ) from error
        _same_version(client, remote.version)
        one_each = tuple({unit.notebook: unit for unit in need.units}.values())
        packed = parcel.pack(need.project, need.facts.snapshot, [unit.notebook for unit in one_each])
        home = remote.Home(packed, need.facts, need.parameters, one_each, engine)
        try:
            client.register_plugin(home, name=remote.NAME)
        except Exception as error:
            raise RunError(
                f"Рабочий процесс кластера не принял проект: {atomic.reason(error)}. "
                "Проверьте место во временной папке каждой машины и повторите запуск."
            ) from error
        try:
            yield Cluster(client)
        finally:
            with suppress(Exception):
                if client.status == "running":
                    client.unregister_worker_plugin(remote.NAME)


@contextmanager
def _client(kind: Any, address: str) -> Iterator[Any]:
    """A client of the scheduler, let go of without waiting for one that is gone.

    Raises:
        RunError: what listens there is no scheduler.
    """
    try:
        client = kind(address, timeout=_CONNECT, set_as_default=False)
    except Exception as error:
        raise RunError(f"Планировщик «{address}» не принял соединение: нужен dask той же версии.") from error
    try:
        yield client
    finally:
        with suppress(Exception):
            client.close(timeout=_FAREWELL)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the log of dask off the screen while the block runs."""
    names = [*_TALKERS, *(name for name in logging.root.manager.loggerDict if name.startswith(_TALKERS))]
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def _produce(job: Job) -> Any:
    from shnor_lib.batch import remote

    return remote.produce(job)


def _same_version(client: Any, version: Callable[[], tuple[str, str]]) -> None:
    """Reports of one tree are made by one version.

    Raises:
        RunError: naming the workers that have another.
    """
    try:
        said = client.run(version)
    except Exception as error:
        raise RunError(
            "На машинах кластера не установлена библиотека shnor-lib. Установите её на каждой."
        ) from error
    # Earlier versions say their number alone.
    found = {worker: (one, "") if isinstance(one, str) else one for worker, one in said.items()}
    other = sorted(f"{worker} ({theirs})" for worker, (theirs, _) in found.items() if theirs != __version__)
    if other:
        raise RunError(f"Здесь версия {__version__}, на кластере другая: {', '.join(other)}.")
    strange = sorted(worker for worker, (_, theirs) in found.items() if theirs != library())
    if strange:
        raise RunError(_OTHER.format(", ".join(strange)))
