"""A batch from the request to the published tree.

In:   a project; notebooks, municipalities, year and parameters as a person names them.
Out:  `BatchResult`; pages, manifest and index under `reports/<year>`.
Not:  processes (see `workers`), files (see `publish`), what a notebook shows.

Everything that can be refused is refused before the first notebook runs. A failed unit does not stop the
others. An interrupted batch publishes what was done until then.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from shnor_lib.batch import parameters as strict
from shnor_lib.batch import plan, workers
from shnor_lib.batch.facts import Facts, gather
from shnor_lib.batch.html import Heading
from shnor_lib.batch.index import write_indexes
from shnor_lib.batch.plan import REGION, Unit
from shnor_lib.batch.progress import reporter
from shnor_lib.batch.publish import INDEX, LOG, Entry, Site
from shnor_lib.batch.unit import DONE, FORMATS, Job, check_formats
from shnor_lib.errors import RunError
from shnor_lib.notebooks import describe
from shnor_lib.region import SNAPSHOT_VARIABLE, Municipality
from shnor_lib.settings import PROJECT_VARIABLE, Project

TIMEOUT = 600.0
DISPLAY_VARIABLE = "SHNOR_DISPLAY"


@dataclass(frozen=True)
class BatchResult:
    """What a batch did.

    Attributes:
        units: entries of the manifest for the units of this run, in the order in which they ended.
        failed: those that failed.
        index: path of the index page.
        manifest: path of the manifest.
        seconds: wall time.
    """

    units: tuple[Entry, ...]
    failed: tuple[Entry, ...]
    index: Path
    manifest: Path
    seconds: float

    @property
    def exit_code(self) -> int:
        """0 when every unit is done, 1 when something failed."""
        return 1 if self.failed else 0


def run_batch(
    project: Project,
    notebooks: Sequence[str] = (),
    municipalities: Sequence[str] = (),
    year: int | None = None,
    jobs: int | None = None,
    parameters: Mapping[str, strict.Value] | None = None,
    formats: Sequence[str] = FORMATS,
    console: Console | None = None,
    timeout: float = TIMEOUT,
    engine: str | None = None,
) -> BatchResult:
    """Run notebooks for municipalities and publish the reports.

    Args:
        project: where the data are and the reports go.
        notebooks: stems, numbers or paths; all of the project when none is named.
        municipalities: ids or names; all of them and the whole region when none is named.
        year: year of the reports; the newest with data when None.
        jobs: worker processes; the number of processors when None.
        parameters: further parameters of the notebooks; strings are converted to the declared types.
        formats: `ipynb`, `html`.
        console: where progress goes; nowhere when None.
        timeout: seconds for one unit.
        engine: papermill engine; papermill's own when None.

    Returns:
        What was done; failures are in it, not raised.

    Raises:
        SelectionError: an unknown notebook or municipality, a year without data.
        ParameterError: parameters that do not fit, all at once.
        InputError: no snapshot, or municipality ids that cannot be folders.
        RunError: unknown format, reports not writable, or interrupted; what was done is published.
    """
    started = time.monotonic()
    check_formats(tuple(formats))
    given = dict(parameters or {})
    chosen = plan.select_notebooks(project.notebooks, notebooks)
    values = strict.check(chosen, given, {"municipality": "", "year": 0})
    facts = gather(project, year, municipalities, str(given.get("methodology", "")))
    plan.check_folders(facts.municipalities)
    units = plan.units(chosen, _places(facts, whole=not municipalities), facts.year, values)
    heads = {notebook: describe(notebook) for notebook in chosen}

    site = Site(project.reports / str(facts.year))
    done: list[Entry] = []
    crew = max(1, min(jobs or workers.default_jobs(), len(units)))
    interrupted = False
    try:
        with (
            site.staging() as staging,
            reporter(console, len(units), facts.year, crew) as progress,
            TemporaryDirectory(prefix="shnor-") as runtime,
        ):
            prepared = [
                Job(
                    unit=unit,
                    heading=_heading(unit, heads[unit.notebook].title, facts),
                    folder=_folder(staging, number),
                    cwd=project.root,
                    timeout=timeout,
                    formats=tuple(formats),
                    engine=engine,
                )
                for number, unit in enumerate(units)
            ]
            environment = {
                DISPLAY_VARIABLE: "batch",
                PROJECT_VARIABLE: str(project.root),
                SNAPSHOT_VARIABLE: facts.snapshot,
                "JUPYTER_RUNTIME_DIR": runtime,  # short and private: sockets of kernels lie in it
            }
            log = site.root / LOG / "workers.txt"
            with closing(workers.run(prepared, crew, environment, log, progress.started)) as outcomes:
                for job, outcome in outcomes:
                    entry = site.accept(job.unit, outcome, job.folder, facts, heads[job.unit.notebook])
                    done.append(entry)
                    progress.done(entry)
    except KeyboardInterrupt:
        interrupted = True
    except OSError as error:
        raise _not_written(site, error) from error
    finally:
        manifest = _finish(project, site, facts)
    if interrupted:
        raise RunError(
            f"Запуск прерван. Готово отчётов: {len(done)} из {len(units)}; они опубликованы, "
            "остальные страницы не изменились."
        )
    return BatchResult(
        units=tuple(done),
        failed=tuple(entry for entry in done if entry.status != DONE),
        index=site.root / INDEX,
        manifest=manifest,
        seconds=time.monotonic() - started,
    )


def _places(facts: Facts, whole: bool) -> list[Municipality]:
    return [Municipality(REGION, facts.region), *facts.selected] if whole else list(facts.selected)


def _heading(unit: Unit, title: str, facts: Facts) -> Heading:
    whole = unit.folder == REGION
    return Heading(
        title=title,
        place=unit.title,
        region="" if whole else facts.region,
        year=unit.year,
        anchor="" if whole else unit.folder,
    )


def _folder(staging: Path, number: int) -> Path:
    folder = staging / str(number)
    folder.mkdir()
    return folder


def _finish(project: Project, site: Site, facts: Facts) -> Path:
    try:
        manifest = site.write_manifest(facts)
        write_indexes(project.reports)
    except OSError as error:
        raise _not_written(site, error) from error
    return manifest


def _not_written(site: Site, error: OSError) -> RunError:
    return RunError(
        f"Отчёты не записаны в «{site.root}»: {error.strerror or error}. Прежние страницы целы. "
        "Освободите место или проверьте права на папку и повторите запуск."
    )
