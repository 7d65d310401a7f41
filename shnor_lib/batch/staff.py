"""Which workers a run gets, and with what knowledge.

In:   what the run is about, and the engine that was asked for.
Out:  `hire`: a source of workers and the engine that works in them.
Not:  starting and watching them (see `hands`, `workers`).

Where forks are not safe, or the warm parent does not start, papermill's own engine works instead, and the
person is told.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from shnor_lib import atomic
from shnor_lib.batch import progress
from shnor_lib.batch.facts import Facts
from shnor_lib.batch.hands import Forked, Source, Spawned
from shnor_lib.batch.names import REFERENCE, SHNOR
from shnor_lib.batch.parameters import Value
from shnor_lib.batch.plan import Unit
from shnor_lib.engine import safe
from shnor_lib.engine.fork import ForkRefusedError
from shnor_lib.engine.warmup import Call
from shnor_lib.errors import RunError
from shnor_lib.pages.kinds import REHEARSAL, TRIED, drawn
from shnor_lib.region import SNAPSHOT_VARIABLE
from shnor_lib.settings import PROJECT_VARIABLE, Project

DISPLAY_VARIABLE = "SHNOR_DISPLAY"
_SHARED = ("methodology", *TRIED)


@dataclass(frozen=True)
class Need:
    """What a run is about.

    Attributes:
        project: where the data are.
        facts: what the reports are made from.
        parameters: of the notebooks, as given.
        units: what will run.
        log: file for what processes print.
    """

    project: Project
    facts: Facts
    parameters: Mapping[str, Value]
    units: Sequence[Unit]
    log: Path


@contextmanager
def hire(need: Need, engine: str, console: Console | None) -> Iterator[tuple[Source, str]]:
    """A source of workers, and the engine that works in them.

    Args:
        need: what the run is about.
        engine: the engine that was asked for.
        console: where a notice goes if it cannot be had.

    Raises:
        RunError: the folder for temporary files cannot be used.
    """
    with _runtime() as runtime:
        environment = {
            DISPLAY_VARIABLE: "batch",
            PROJECT_VARIABLE: str(need.project.root),
            SNAPSHOT_VARIABLE: need.facts.snapshot,
            "JUPYTER_RUNTIME_DIR": runtime,  # short and private: sockets of kernels lie in it
        }
        forked = None
        if engine == SHNOR:
            forked, reason = _forked(need, environment, console)
            if forked is None:
                progress.slower(console, reason)
        if forked is None:
            yield Spawned(environment, need.log), REFERENCE
        else:
            with forked:
                yield forked, SHNOR


def _runtime() -> TemporaryDirectory[str]:
    try:
        return TemporaryDirectory(prefix="shnor-")
    except OSError as error:
        raise RunError(
            f"Папка для временных файлов не годится: {atomic.reason(error)}. Прежние страницы целы. "
            "Освободите в ней место или назовите другую в TMPDIR и продолжите: shnor batch --resume"
        ) from error


def _forked(need: Need, environment: Mapping[str, str], console: Console | None) -> tuple[Forked | None, str]:
    """The warm parent, or why there is none."""
    reason = safe.obstacle()
    if reason is not None:
        return None, reason
    calls = _calls(need)
    if calls:
        progress.shared_first(console)
    try:
        return Forked(environment, need.log, calls), ""
    except ForkRefusedError as error:
        with need.log.open("a", encoding="utf-8") as log:
            log.write(f"{error}\n")
        return None, "подготовленный процесс не запускается"


def _calls(need: Need) -> list[Call]:
    """What the warm parent works out for all units: pages of this library have much in common."""
    kinds = drawn(path.read_text(encoding="utf-8") for path in {unit.notebook for unit in need.units})
    settings = {name: need.parameters[name] for name in _SHARED if name in need.parameters}
    if not kinds:
        return []
    return [(REHEARSAL, [str(need.project.root), need.facts.year, kinds, settings])]
