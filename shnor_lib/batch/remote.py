"""A worker of a cluster: it lays the project out once, keeps a warm parent, and runs units.

In:   a parcel with the project, and jobs.
Out:  `Home`, a plugin of dask workers; `produce`, the task: an outcome and the files of the unit.
Not:  publishing: files go back to the machine that asked (see `cluster`).
"""

import shutil
import threading
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, cast

from distributed import WorkerPlugin, get_worker

from shnor_lib.batch import parcel, staff, workers
from shnor_lib.batch.facts import Facts
from shnor_lib.batch.hands import Channel, Process, Source
from shnor_lib.batch.job import Job, Outcome
from shnor_lib.batch.keys import library
from shnor_lib.batch.parameters import Value
from shnor_lib.batch.plan import Unit

NAME = "shnor-batch"
_LOG = "workers.txt"


class Home(WorkerPlugin):
    """The project on a worker, and the processes that make its reports."""

    name = NAME

    def __init__(
        self,
        packed: bytes,
        facts: Facts,
        parameters: Mapping[str, Value],
        units: tuple[Unit, ...],
        engine: str,
    ) -> None:
        self._packed = packed
        self._facts = facts
        self._parameters = dict(parameters)
        self._units = units
        self._engine = engine
        self.library = library()

    def setup(self, worker: Any) -> None:
        """Lay the project out; the warm parent starts with the first unit."""
        self._root = Path(mkdtemp(prefix="shnor-batch-"))
        self._project = parcel.unpack(self._packed, self._root)
        self._open = ExitStack()
        self._lock = threading.Lock()
        self._hired: tuple[Source, str] | None = None

    def teardown(self, worker: Any) -> None:
        """Let the processes go and remove the project."""
        self._open.close()
        shutil.rmtree(self._root, ignore_errors=True)

    def run(self, job: Job) -> tuple[Outcome, dict[str, bytes]]:
        """Run a unit here; its outcome and its files by name."""
        source, engine = self._source()
        folder = Path(mkdtemp(dir=self._root))
        try:
            here = replace(parcel.home(job, self._root, folder), engine=engine)
            with closing(workers.run([here], 1, source)) as outcomes:
                _, outcome = next(outcomes)
            return outcome, {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _source(self) -> tuple[Source, str]:
        with self._lock:
            if self._hired is None:
                units = [parcel.here(unit, self._root) for unit in self._units]
                need = staff.Need(self._project, self._facts, self._parameters, units, self._root / _LOG)
                source, engine = self._open.enter_context(staff.hire(need, self._engine, None))
                self._hired = _OneByOne(source), engine
            return self._hired


class _OneByOne:
    """A source of workers for several threads."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lock = threading.Lock()

    def start(self) -> tuple[Process, Channel]:
        with self._lock:
            return self._source.start()


def produce(job: Job) -> tuple[str, Outcome | None, dict[str, bytes]]:
    """The task of a unit, on the worker where it lands.

    Returns:
        By what code and libraries the worker works (see `keys.library`), outcome and files of the unit;
        nothing was run where that is not what the machine that asked has.
    """
    home = cast("Home", get_worker().plugins[NAME])
    if library() != home.library:
        return library(), None, {}
    return library(), *home.run(job)


def version() -> tuple[str, str]:
    """Version of the library that the worker has, and the hash of its files and of what shapes a page."""
    from shnor_lib import __version__

    return __version__, library()
