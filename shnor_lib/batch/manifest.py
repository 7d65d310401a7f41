"""The manifest of a published year: what was run, with what, how it ended, and which files lie in the tree.

In:   `reports/<year>/manifest.json`.
Out:  `Entry`, one unit; `read`, the entries of a tree; `content`, the manifest as it is written.
Not:  putting a tree in place (see `publish`).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shnor_lib.batch.facts import Facts
from shnor_lib.batch.names import DONE, REGION

MANIFEST = "manifest.json"
VERSION = 1


@dataclass(frozen=True)
class Published:
    """The page that lies in the tree now: when and from what it was made.

    Attributes:
        finished: UTC time.
        snapshot: id of the snapshot.
        methodology: id of the methodology.
        methodology_version: its version.
        files: paths from the folder of the year.
        key: key of the unit that made it (see `keys`); the same key gives the same page.
        sha256: hash of each file, in the order of `files`.
        methodology_hash: of all settings of the methodology; empty in a tree that an earlier version wrote.
    """

    finished: str
    snapshot: str
    methodology: str
    methodology_version: str
    files: tuple[str, ...]
    key: str = ""
    sha256: tuple[str, ...] = ()
    methodology_hash: str = ""


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
        memory: largest memory of the process of the last attempt, MB; 0 where it is not known.
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
    memory: int = field(default=0)

    @property
    def key(self) -> tuple[str, str]:
        """Notebook and folder."""
        return self.notebook, self.municipality_id


def now() -> str:
    """UTC time as it stands in manifests."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def content(facts: Facts, found: Iterable[Entry], zips: Mapping[str, str] | None = None) -> str:
    """Text of a manifest: the whole region first, then municipalities by id, notebooks in order.

    Args:
        facts: what the reports are made from.
        found: entries, those of earlier runs too.
        zips: archive of each municipality, where archives are published.
    """

    def place(municipality_id: str, name: str) -> dict[str, Any]:
        counts = facts.counts.get(municipality_id)
        archive = {"archive": zips[municipality_id]} if zips and municipality_id in zips else {}
        return {"municipality": name, **(asdict(counts) if counts else {}), **archive}

    units = sorted(
        found, key=lambda entry: (entry.municipality_id != REGION, entry.municipality_id, entry.notebook)
    )
    values = {
        "version": VERSION,
        "year": facts.year,
        "region": facts.region,
        "written": now(),
        "snapshot": facts.snapshot,
        "snapshot_created": facts.snapshot_created,
        "methodology": facts.methodology,
        "methodology_version": facts.methodology_version,
        "methodology_title": facts.methodology_title,
        "methodology_label": facts.methodology_label,
        "methodology_hash": facts.methodology_hash,
        "methodology_trial_of": facts.trial_of,
        "municipalities": {item.id: place(item.id, item.name) for item in facts.municipalities},
        "without_municipality": asdict(facts.homeless),
        "units": [asdict(entry) for entry in units],
    }
    return json.dumps(values, ensure_ascii=False, indent=1)


def parsed(text: str) -> dict[str, Any]:
    """A manifest from its text."""
    values: dict[str, Any] = json.loads(text)
    return values


def load(root: Path) -> dict[str, Any] | None:
    """The manifest of a year; None where there is none, or one that something else has damaged.

    The next batch writes a new one.
    """
    try:
        loaded: dict[str, Any] = json.loads((root / MANIFEST).read_text(encoding="utf-8"))
        return loaded if loaded["version"] == VERSION else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read(root: Path, manifest: dict[str, Any] | None = None) -> dict[tuple[str, str], Entry]:
    """Entries of a tree by notebook and folder; those whose pages no longer lie in it are left out."""
    manifest = manifest or load(root)
    found = []
    for values in (manifest or {}).get("units", []):
        with suppress(AttributeError, KeyError, TypeError):
            found.append(_entry(values))
    return {entry.key: entry for entry in found if _lies(root, entry)}


def made_by(entry: Entry | None) -> str:
    """Key of the unit that made the page in the tree; empty where the last attempt failed."""
    if entry is None or entry.published is None or entry.status != DONE:
        return ""
    return entry.published.key


def intact(root: Path, entry: Entry) -> bool:
    """Whether the files of an entry are those that were published; also true where it has none."""
    page = entry.published
    try:
        if page is None:
            return True
        found = [digest(root / name) for name in page.files]
    except OSError:
        return False
    # The first trees named no hashes.
    return all(own == known for own, known in zip(found, page.sha256, strict=False))


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _entry(values: dict[str, Any]) -> Entry:
    page = values.get("published")
    lists = {name: tuple(page.get(name, ())) for name in ("files", "sha256")} if page else {}
    return Entry(**{**values, "published": Published(**{**page, **lists}) if page else None})


def _lies(root: Path, entry: Entry) -> bool:
    return entry.published is None or all((root / name).exists() for name in entry.published.files)
