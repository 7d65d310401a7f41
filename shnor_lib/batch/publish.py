"""The published tree of one year, and its manifest: nothing is ever seen half-written.

    reports/<year>/<municipality_id>/<notebook>.{ipynb,html}
    reports/<year>/region/<notebook>.{ipynb,html}      the whole region
    reports/<year>/assets/plotly.min.js                one copy for all pages
    reports/<year>/manifest.json                       what was run, with what, how it ended
    reports/<year>/index.html                          see `index`
    reports/<year>/.log/                               for the operator: tracebacks, unfinished notebooks

In:   files that a worker left aside, outcomes.
Out:  files renamed into place; a failed unit leaves the page of the last good run where it is.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import plotly

from shnor_lib import atomic
from shnor_lib.batch.facts import Facts
from shnor_lib.batch.plan import REGION, Unit
from shnor_lib.batch.unit import DONE, FORMATS, Outcome
from shnor_lib.notebooks import Description

MANIFEST = "manifest.json"
INDEX = "index.html"
ASSETS = "assets"
LOG = ".log"
VERSION = 1


@dataclass(frozen=True)
class Published:
    """The page that lies in the tree now: when and from what it was made."""

    finished: str
    snapshot: str
    methodology: str
    methodology_version: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One unit in the manifest.

    Attributes:
        notebook: stem of the notebook.
        title: its heading.
        label: its short title.
        municipality_id: folder; `region` for the whole region.
        municipality: name.
        parameters: what the notebook was given.
        snapshot: id of the snapshot of the last attempt.
        methodology: id of the methodology of the last attempt.
        methodology_version: its version.
        status: `done` or `failed`, of the last attempt.
        seconds: wall time of the last attempt.
        attempt: how many times in a row it was tried until this status.
        error_code: machine name of the failure.
        message: Russian sentence that may be shown.
        finished: UTC time of the last attempt.
        published: the page in the tree, also when the last attempt failed; None where there is none.
    """

    notebook: str
    title: str
    label: str
    municipality_id: str
    municipality: str
    parameters: dict[str, Any]
    snapshot: str
    methodology: str
    methodology_version: str
    status: str
    seconds: float
    attempt: int
    error_code: str
    message: str
    finished: str
    published: Published | None

    @property
    def key(self) -> tuple[str, str]:
        """Notebook and folder."""
        return self.notebook, self.municipality_id


class Site:
    """The tree of one year.

    Attributes:
        root: `reports/<year>`.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        manifest = load_manifest(root)
        self.entries: dict[tuple[str, str], Entry] = {
            entry.key: entry for entry in (entries(root, manifest) if manifest else ())
        }

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """A folder on the same disk for files being written; gone afterwards.

        Raises:
            OSError: the reports cannot be written there.
        """
        (self.root / LOG).mkdir(parents=True, exist_ok=True)
        self._share_plotly()
        folder = Path(tempfile.mkdtemp(prefix=".writing-", dir=self.root))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def accept(self, unit: Unit, outcome: Outcome, staged: Path, facts: Facts, head: Description) -> Entry:
        """Publish what a unit left, or keep the last good page, and note what happened."""
        before = self.entries.get(unit.key)
        finished = datetime.now(UTC).isoformat(timespec="seconds")
        if outcome.status == DONE:
            files = self._place(unit, staged)
            published: Published | None = Published(
                finished, facts.snapshot, facts.methodology, facts.methodology_version, files
            )
        else:
            published = before.published if before else None
        self._keep_log(unit, outcome, staged)
        shutil.rmtree(staged, ignore_errors=True)
        entry = Entry(
            notebook=unit.notebook.stem,
            title=head.title,
            label=head.label,
            municipality_id=unit.folder,
            municipality=unit.title,
            parameters=dict(unit.parameters),
            snapshot=facts.snapshot,
            methodology=facts.methodology,
            methodology_version=facts.methodology_version,
            status=outcome.status,
            seconds=round(outcome.seconds, 2),
            attempt=before.attempt + 1 if before and before.status != DONE else 1,
            error_code=outcome.code,
            message=outcome.message,
            finished=finished,
            published=published,
        )
        self.entries[entry.key] = entry
        return entry

    def write_manifest(self, facts: Facts) -> Path:
        """Write all entries, those of earlier runs too, and what the reports are made from."""
        content = {
            "version": VERSION,
            "year": facts.year,
            "region": facts.region,
            "written": datetime.now(UTC).isoformat(timespec="seconds"),
            "snapshot": facts.snapshot,
            "snapshot_created": facts.snapshot_created,
            "methodology": facts.methodology,
            "methodology_version": facts.methodology_version,
            "methodology_title": facts.methodology_title,
            "municipalities": {
                place.id: {"municipality": place.name, **self._counts(facts, place.id)}
                for place in facts.municipalities
            },
            "without_municipality": asdict(facts.homeless),
            "units": [asdict(entry) for entry in self.sorted_entries()],
        }
        return atomic.write_text(self.root / MANIFEST, json.dumps(content, ensure_ascii=False, indent=1))

    def sorted_entries(self) -> list[Entry]:
        """The whole region first, then municipalities by id, notebooks in order."""
        return sorted(
            self.entries.values(),
            key=lambda entry: (entry.municipality_id != REGION, entry.municipality_id, entry.notebook),
        )

    @staticmethod
    def _counts(facts: Facts, municipality_id: str) -> dict[str, int]:
        counts = facts.counts.get(municipality_id)
        return asdict(counts) if counts else {}

    def _place(self, unit: Unit, staged: Path) -> tuple[str, ...]:
        """Rename each file into the tree: a reader sees the old page or the new one."""
        folder = self.root / unit.folder
        folder.mkdir(exist_ok=True)
        names = [f"{unit.notebook.stem}.{kind}" for kind in FORMATS]
        # The notebook first: a page never links to something older than itself. A format that was not asked
        # for this time leaves: it would show the data of an earlier run under the name of this one.
        made = [name for name in names if (staged / name).exists()]
        for name in made:
            (staged / name).replace(folder / name)
        for name in set(names) - set(made):
            (folder / name).unlink(missing_ok=True)
        return tuple(f"{unit.folder}/{name}" for name in made)

    def _keep_log(self, unit: Unit, outcome: Outcome, staged: Path) -> None:
        folder = self.root / LOG / unit.folder
        log, unfinished = folder / f"{unit.notebook.stem}.txt", folder / unit.notebook.name
        for path in (log, unfinished):
            path.unlink(missing_ok=True)
        if not outcome.log:
            with suppress(OSError):  # holds logs of other notebooks, or was never there
                folder.rmdir()
            return
        folder.mkdir(parents=True, exist_ok=True)
        log.write_text(outcome.log, encoding="utf-8")
        if (staged / unit.notebook.name).exists():
            (staged / unit.notebook.name).replace(unfinished)

    def _share_plotly(self) -> None:
        source = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
        target = self.root / ASSETS / source.name
        if target.exists() and target.stat().st_size == source.stat().st_size:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{target.name}-{os.getpid()}")
        shutil.copyfile(source, aside)
        aside.replace(target)


def load_manifest(root: Path) -> dict[str, Any] | None:
    """The manifest of a year; None where there is none, or one that something else has damaged.

    The next batch writes a new one.
    """
    try:
        content: dict[str, Any] = json.loads((root / MANIFEST).read_text(encoding="utf-8"))
        return content if content["version"] == VERSION else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def entries(root: Path, manifest: dict[str, Any]) -> list[Entry]:
    """Entries of a manifest that can be read and whose pages still lie in the tree."""
    found = []
    for values in manifest.get("units", []):
        with suppress(AttributeError, KeyError, TypeError):
            found.append(_entry(values))
    return [entry for entry in found if _lies(root, entry)]


def _entry(values: dict[str, Any]) -> Entry:
    page = values.get("published")
    published = Published(**{**page, "files": tuple(page["files"])}) if page else None
    return Entry(**{**values, "published": published})


def _lies(root: Path, entry: Entry) -> bool:
    return entry.published is None or all((root / name).exists() for name in entry.published.files)
