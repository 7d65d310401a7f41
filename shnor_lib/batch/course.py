"""Units of one run on their way from the plan to what is kept for publication.

In:   units with their keys, what the run is about.
Out:  `Course.all`, made units in the order in which they end.
Not:  the request (see `run`), processes (`workers`, `cluster`), files (`publish`).

A failure that may be of the moment is tried again; a done unit is kept before it is told of.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from shnor_lib.batch import manifest, publish, staff, workers
from shnor_lib.batch.facts import Facts
from shnor_lib.batch.job import Heading, Job, Outcome
from shnor_lib.batch.names import DEAD, DISK, DONE, REGION, TIMEOUT
from shnor_lib.batch.parameters import Value
from shnor_lib.batch.plan import Unit
from shnor_lib.batch.progress import Progress
from shnor_lib.batch.publish import Made
from shnor_lib.batch.work import Work
from shnor_lib.errors import RunError
from shnor_lib.notebooks import Description, describe
from shnor_lib.settings import Project

RunJobs = Callable[[Sequence[Job], Callable[[Job], None]], Generator[tuple[Job, Outcome]]]

# Failures that may be of the moment: a process that died, a machine too busy.
_PASSING = (DEAD, TIMEOUT)
_ANOTHER_TRY = 1
STAYS = (
    "Прежние страницы целы, готовое сохранено. Освободите место или проверьте права на папку и продолжите: "
    "shnor batch --resume"
)


@dataclass(frozen=True)
class Means:
    """With what units are run.

    Attributes:
        jobs: processes.
        timeout: seconds for one unit.
        engine: `shnor` or `reference`.
        memory: MB for one unit; 0 is no limit.
        cluster: address of a dask scheduler; this machine when empty.
    """

    jobs: int
    timeout: float
    engine: str
    memory: int
    cluster: str = ""


@dataclass(frozen=True)
class Course:
    """Units of one run on their way from the plan to what is kept for publication."""

    project: Project
    facts: Facts
    parameters: Mapping[str, Value]
    formats: tuple[str, ...]
    work: Work
    root: Path
    progress: Progress
    means: Means
    console: Console | None

    def all(self, units: Mapping[Unit, str]) -> Generator[Made]:
        """Everything that is made, in the order in which it ends; first what an interrupted run has left."""
        lying = manifest.read(self.root)
        heads: dict[Path, Description] = {}

        def made(unit: Unit, outcome: Outcome, folder: Path) -> Made:
            head = heads.setdefault(unit.notebook, describe(unit.notebook))
            before = lying.get(unit.key)
            return publish.made(unit, units[unit], outcome, folder, self.facts, head, before)

        left: dict[Unit, Job] = {}
        for unit, key in units.items():
            if found := self.work.done(key):
                yield made(unit, found[1], found[0])
            else:
                left[unit] = self._job(unit, len(left), heads)
        if left:
            need = staff.Need(self.project, self.facts, self.parameters, list(left), self.work.log)
            with self._hands(need) as (run, engine):
                ready = {unit: replace(job, engine=engine) for unit, job in left.items()}
                for unit, outcome, folder in self._tried(ready, run):
                    if outcome.status == DONE:
                        folder = self.work.keep(units[unit], folder, outcome)
                    yield made(unit, outcome, folder)

    @contextmanager
    def _hands(self, need: staff.Need) -> Iterator[tuple[RunJobs, str]]:
        """What runs jobs, here or on a cluster, and the engine that works there."""
        if self.means.cluster:
            from shnor_lib.batch import cluster

            with cluster.connect(self.means.cluster, need, self.means.engine) as far:
                yield far.run, self.means.engine
            return
        with staff.hire(need, self.means.engine, self.console) as (source, engine):
            yield (
                lambda jobs, started: workers.run(jobs, min(self.means.jobs, len(jobs)), source, started),
                engine,
            )

    def _tried(self, left: dict[Unit, Job], run: RunJobs) -> Iterator[tuple[Unit, Outcome, Path]]:
        """Outcomes of units and folders of their files; what may be of the moment is tried again."""
        tries = dict.fromkeys(left, 0)
        number = len(left)
        while left:
            again: dict[Unit, Job] = {}
            with closing(run(list(left.values()), self.progress.started)) as outcomes:
                for job, outcome in outcomes:
                    if outcome.code in _PASSING and tries[job.unit] < _ANOTHER_TRY:
                        tries[job.unit] += 1
                        again[job.unit] = replace(job, folder=self.work.folder(number))
                        number += 1
                    elif outcome.code == DISK and not self.means.cluster:
                        # The next ones would fare no better; those done are kept.
                        raise RunError(f"{outcome.message} {STAYS}")
                    else:
                        yield job.unit, outcome, job.folder
            left = again

    def _job(self, unit: Unit, number: int, heads: dict[Path, Description]) -> Job:
        title = heads.setdefault(unit.notebook, describe(unit.notebook)).title
        return Job(
            unit=unit,
            heading=_heading(unit, title, self.facts),
            folder=self.work.folder(number),
            cwd=self.project.root,
            timeout=self.means.timeout,
            formats=self.formats,
            engine=self.means.engine,
            memory=self.means.memory,
        )


def _heading(unit: Unit, title: str, facts: Facts) -> Heading:
    whole = unit.folder == REGION
    return Heading(
        title=title,
        place=unit.title,
        region="" if whole else facts.region,
        year=unit.year,
        anchor="" if whole else unit.folder,
    )
