"""A batch from the request to the published tree.

In:   a project, and a `Request`: notebooks, municipalities, year and parameters as a person names them.
Out:  `BatchResult`; pages, manifest and index under `reports/<year>`.
Not:  processes (see `workers`), what is kept until it is published (`work`), files (`publish`).

Everything that can be refused is refused before the first notebook runs. A unit whose page lies in the tree
and would be the same is not run again. A failed unit does not stop the others and is tried again where that
may help. Done units are kept aside and published together at the end, also when the run is interrupted; a run
that is killed is continued by the next one.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter
from rich.console import Console

from shnor_lib import atomic
from shnor_lib.batch import address, lying, manifest, plan, publish
from shnor_lib.batch import parameters as strict
from shnor_lib.batch.course import Course, Means
from shnor_lib.batch.facts import Facts, gather
from shnor_lib.batch.index import INDEX
from shnor_lib.batch.interrupts import interruptible
from shnor_lib.batch.job import check_formats
from shnor_lib.batch.keys import Keys, choices
from shnor_lib.batch.manifest import Entry
from shnor_lib.batch.names import (
    DONE,
    ENGINES,
    FORMATS,
    REGION,
    SHNOR,
)
from shnor_lib.batch.plan import Plan
from shnor_lib.batch.progress import another_method, nothing_to_do, reporter, shared_again
from shnor_lib.batch.publish import Made
from shnor_lib.batch.work import Work, request
from shnor_lib.errors import RunError
from shnor_lib.machine import cores
from shnor_lib.region import Municipality
from shnor_lib.settings import Project

LIMIT = 600.0
MEMORY_LIMIT = 4096


@dataclass(frozen=True)
class Request:
    """What a person asks for.

    Attributes:
        notebooks: stems, numbers or paths; all of the project when none is named.
        municipalities: ids or names; all of them and the whole region when none is named.
        year: year of the reports; the newest with data when None.
        parameters: further parameters of the notebooks; strings are converted to the declared types.
        formats: `ipynb`, `html`, `single`.
        zips: pack the pages of each municipality; None where archives stay as they were, made or not.
        anew: run also what is unchanged.
        only_failed: run only units whose last attempt failed.
    """

    notebooks: Sequence[str] = ()
    municipalities: Sequence[str] = ()
    year: int | None = None
    parameters: Mapping[str, strict.Value] = field(default_factory=dict)
    formats: Sequence[str] = FORMATS
    zips: bool | None = None
    anew: bool = False
    only_failed: bool = False

    __pydantic_config__ = ConfigDict(extra="forbid")

    @property
    def whole(self) -> bool:
        """Whether it is about all reports of a year."""
        return not self.notebooks and not self.municipalities


@dataclass(frozen=True)
class BatchResult:
    """What a batch did.

    Attributes:
        units: entries of the manifest for the units of this run, in the order in which they ended.
        failed: those that failed.
        unchanged: units that were not run: their pages lie in the tree and would be the same.
        index: path of the index page.
        manifest: path of the manifest.
        seconds: wall time.
    """

    units: tuple[Entry, ...]
    failed: tuple[Entry, ...]
    unchanged: int
    index: Path
    manifest: Path
    seconds: float

    @property
    def exit_code(self) -> int:
        """0 when every unit is done, 1 when something failed."""
        return 1 if self.failed else 0

    @property
    def memory(self) -> int:
        """Largest memory of one process, MB; 0 where it is not known."""
        return max((entry.memory for entry in self.units), default=0)


def prepare(project: Project, asked: Request) -> tuple[Facts, Plan]:
    """What a batch would do; nothing is run or written.

    Raises:
        SelectionError: an unknown notebook or municipality, a year without data.
        ParameterError: parameters that do not fit, all at once.
        InputError: no snapshot, or municipality ids that cannot be folders.
        RunError: unknown format, or a tree over which this cannot be published (see `lying`).
    """
    check_formats(tuple(asked.formats))
    given = dict(asked.parameters)
    chosen = plan.select_notebooks(project.notebooks, asked.notebooks)
    values = strict.check(chosen, given, {"municipality": "", "year": 0})
    facts = gather(project, asked.year, asked.municipalities, str(given.get("methodology", "")))
    plan.check_folders(facts.municipalities)
    units = plan.units(chosen, _places(facts, whole=not asked.municipalities), facts.year, values)
    root = project.reports / str(facts.year)
    lying.check(root, part=asked.only_failed or not asked.whole)
    keys = Keys(facts, tuple(asked.formats))
    others = [Keys(facts, some).of for some in choices() if set(some) != set(asked.formats)]
    todo = plan.sort_out(
        units,
        keys.of,
        manifest.read(root),
        asked.anew,
        asked.only_failed,
        others,
        intact=lambda entry: manifest.intact(root, entry),
    )
    return facts, todo


def resume(reports: Path, year: int | None) -> Request:
    """What the interrupted run was asked for.

    Raises:
        RunError: no run was interrupted, or several were and the year is not said.
    """

    def understood(note: bytes, when: int) -> Request:
        asked = TypeAdapter(Request).validate_json(note, strict=True)
        if asked.year != when:
            raise ValueError("a request for another year")
        return asked

    return request(reports, year, understood)


def run_batch(
    project: Project,
    asked: Request | None = None,
    jobs: int | None = None,
    console: Console | None = None,
    timeout: float = LIMIT,
    engine: str = SHNOR,
    memory: int = MEMORY_LIMIT,
    cluster: str = "",
) -> BatchResult:
    """Run notebooks for municipalities and publish the reports.

    Args:
        project: where the data are and the reports go.
        asked: what to build; everything of the newest year when None.
        jobs: worker processes; the number of processors when None.
        console: where progress goes; nowhere when None.
        timeout: seconds for one unit.
        engine: `shnor`, forks of a warm process; `reference`, papermill's own, also taken where forks are not
            safe, with a notice.
        memory: MB that a unit may take under the engine `shnor`; 0 is no limit.
        cluster: address of a dask scheduler whose workers run the units; here when empty.

    Returns:
        What was done; failures are in it, not raised.

    Raises:
        SelectionError, ParameterError, InputError: see `prepare`.
        RunError: unknown format or engine, reports not writable, another batch of the year at work, no such
            cluster, or interrupted; what was done is published.
    """
    started = time.monotonic()
    asked = asked or Request()
    if engine not in ENGINES:
        raise RunError(f"Движок «{engine}» не известен. Есть: {', '.join(ENGINES)}.")
    if cluster:
        address.check(cluster)
    facts, todo = prepare(project, asked)
    root = project.reports / str(facts.year)
    another_method(console, facts, manifest.load(root))
    made: list[Made] = []
    interrupted = resumable = False
    units = {unit.key for unit in (*todo.run, *todo.unchanged, *todo.left_out)} if asked.whole else None
    try:
        with interruptible() as signals, Work.of(project.reports, facts.year) as work:
            atomic.mend(root)
            if todo.run:
                work.ask({**asdict(asked), "year": facts.year})
                resumable = True
                means = Means(max(1, min(jobs or cores(), len(todo.run))), timeout, engine, memory, cluster)
                with reporter(console, todo, facts.year, means.jobs) as progress:
                    try:
                        parameters, formats = asked.parameters, tuple(asked.formats)
                        course = Course(
                            project, facts, parameters, formats, work, root, progress, means, console
                        )
                        with closing(course.all(todo.run)) as all_made:
                            for item in all_made:
                                made.append(item)  # first: what is reported as done is also published
                                progress.done(item.entry)
                    except KeyboardInterrupt:
                        interrupted = True
            else:
                nothing_to_do(console, todo, facts.year)
            signals.end()
            kept_back = interrupted and lying.nameless(root)  # pages of which only a whole run can take care
            if not kept_back and (made or asked.zips is not None or not lying.whole(root)):
                publish.publish(root, made, facts, work.log, asked.zips, units)
                if not todo.run:
                    shared_again(console)
            if not interrupted:
                work.clear()
    except OSError as error:
        kept = "готовое сохранено. " if resumable else "отчёты не строились. "
        on = "продолжите: shnor batch --resume" if resumable else "повторите запуск."
        raise RunError(
            f"Отчёты не записаны в «{project.reports}»: {atomic.reason(error)}. "
            f"Прежние страницы целы, {kept}{atomic.advice(error)} и {on}"
        ) from error
    if interrupted:
        done = "; они сохранены" if kept_back else "; они опубликованы"
        raise RunError(
            f"Запуск прерван. Готово отчётов: {len(made)} из {len(todo.run)}{done if made else ''}. "
            "Остальные страницы не изменились. Продолжить: shnor batch --resume"
        )
    entries = tuple(item.entry for item in made)
    return BatchResult(
        units=entries,
        failed=tuple(entry for entry in entries if entry.status != DONE),
        unchanged=len(todo.unchanged),
        index=root / INDEX,
        manifest=root / manifest.MANIFEST,
        seconds=time.monotonic() - started,
    )


def _places(facts: Facts, whole: bool) -> list[Municipality]:
    return [Municipality(REGION, facts.region), *facts.selected] if whole else list(facts.selected)
