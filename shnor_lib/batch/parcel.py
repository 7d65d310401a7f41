"""A project as one parcel: what a machine needs to make its reports, without the raw files.

In:   a project, the id of its snapshot, the notebooks that will run.
Out:  `pack`, bytes of a ZIP; `unpack`, the same project in another folder; `home` and `here`, a job and
      a unit as they stand there.
Not:  raw files, other snapshots, published reports: they stay where they are.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from shnor_lib.batch.job import Job
from shnor_lib.batch.plan import Unit
from shnor_lib.settings import Project, find_project

_FOLDERS = ("templates",)
_SETTINGS = (".yml", ".yaml")


def pack(project: Project, snapshot: str, notebooks: Sequence[Path]) -> bytes:
    """The project with one snapshot and these notebooks.

    Raises:
        OSError: a file cannot be read.
    """
    buffer = io.BytesIO()
    # Tables are compressed already; settings and notebooks are small. A clock may have stood before 1980 when
    # a file was written, which the format cannot say.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED, strict_timestamps=False) as archive:
        for path in _files(project, snapshot):
            archive.write(path, path.relative_to(project.root).as_posix())
        for notebook in notebooks:
            archive.write(notebook, _place(notebook))
        archive.writestr(f"{_processed(project)}/CURRENT", snapshot)
    return buffer.getvalue()


def unpack(parcel: bytes, folder: Path) -> Project:
    """Lay a parcel out in an empty folder."""
    with zipfile.ZipFile(io.BytesIO(parcel)) as archive:
        archive.extractall(folder)
    return find_project(folder)


def home(job: Job, root: Path, folder: Path) -> Job:
    """The job with the notebook, the project and the folder of this machine."""
    return replace(job, unit=here(job.unit, root), cwd=root, folder=folder)


def here(unit: Unit, root: Path) -> Unit:
    """The unit with the notebook of this machine."""
    return replace(unit, notebook=root / _place(unit.notebook))


def _files(project: Project, snapshot: str) -> Iterator[Path]:
    roots = [project.root / name for name in _FOLDERS] + [project.processed / snapshot]
    for root in roots:
        yield from (path for path in sorted(root.rglob("*")) if path.is_file())
    yield from (path for path in sorted(project.root.iterdir()) if path.suffix in _SETTINGS)


def _place(notebook: Path) -> str:
    return f"notebooks/{notebook.name}"


def _processed(project: Project) -> str:
    return project.processed.relative_to(project.root).as_posix()
