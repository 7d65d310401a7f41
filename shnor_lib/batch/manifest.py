"""The manifest of a published year: what was run, with what, how it ended, and which files lie in the tree.

In:   `reports/<year>/manifest.json`, trusted no further than it can be checked.
Out:  `Entry`, one unit; `read`, the entries of a tree; `content`, the manifest as it is written; `intact`.
Not:  putting a tree in place (see `publish`), or what to do where the manifest cannot be read (see `lying`).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, TypeAdapter

from shnor_lib.batch.facts import Counts, Facts
from shnor_lib.batch.names import DAMAGED, DONE, ENDINGS, FAILED, REGION
from shnor_lib.data.damage import file_hash

MANIFEST = "manifest.json"
VERSION = 1
_GONE = "Страница на диске повреждена и убрана. Она строится заново при следующем запуске."


def _moment(value: str) -> str:
    datetime.fromisoformat(value)
    return value


def _name(value: str) -> str:
    """One that is a part of a path and leads nowhere else."""
    if value in ("", ".", "..") or set(value) & set("/\\\0"):
        raise ValueError("no name of a file")
    return value


Moment = Annotated[str, AfterValidator(_moment)]
Name = Annotated[str, AfterValidator(_name)]


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
        tried: it shows settings on trial, not those of the method.
    """

    finished: Moment
    snapshot: str
    methodology: str
    methodology_version: str
    files: tuple[str, ...]
    key: str = ""
    sha256: tuple[str, ...] = ()
    methodology_hash: str = ""
    tried: bool = False


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

    notebook: Name
    title: str
    label: str
    municipality_id: Name
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
    finished: Moment
    published: Published | None
    memory: int = field(default=0)

    @property
    def key(self) -> tuple[str, str]:
        """Notebook and folder."""
        return self.notebook, self.municipality_id


@dataclass(frozen=True)
class _Place:
    municipality: str
    schools: int | None = None
    listed: int | None = None
    archive: str = ""


@dataclass(frozen=True)
class _Manifest:
    """What must be right in a manifest before anything is made of it."""

    version: Literal[1]
    year: int
    region: str
    written: Moment
    snapshot: str
    snapshot_created: Moment
    methodology: str
    methodology_version: str
    municipalities: dict[Name, _Place]
    units: list[Entry]
    methodology_title: str = ""
    methodology_label: str = ""
    methodology_hash: str = ""
    methodology_trial_of: str = ""
    without_municipality: Counts | None = None
    shared: dict[str, str] = field(default_factory=dict)


def now() -> str:
    """UTC time as it stands in manifests."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def content(
    facts: Facts,
    found: Iterable[Entry],
    zips: Mapping[str, str] | None = None,
    shared: Mapping[str, str] | None = None,
) -> str:
    """Text of a manifest: the whole region first, then municipalities by id, notebooks in order.

    Args:
        facts: what the reports are made from.
        found: entries, those of earlier runs too.
        zips: archive of each municipality, where archives are published.
        shared: hash of every file that is not of one report: the script, archives.
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
        "shared": dict(shared or {}),
        "units": [asdict(entry) for entry in units],
    }
    return json.dumps(values, ensure_ascii=False, indent=1)


def parsed(text: str) -> dict[str, Any]:
    """A manifest from its text."""
    values: dict[str, Any] = json.loads(text)
    return values


def load(root: Path) -> dict[str, Any] | None:
    """The manifest of a year; None where there is none, or one that something else has damaged anywhere."""
    try:
        written = (root / MANIFEST).read_bytes()
        _adapter().validate_json(written, strict=True)
        loaded: dict[str, Any] = json.loads(written)
        return loaded
    except (OSError, ValueError, RecursionError):
        return None


def read(root: Path, manifest: dict[str, Any] | None = None) -> dict[tuple[str, str], Entry]:
    """Entries of a tree by notebook and folder; one whose pages no longer lie in it counts as failed."""
    manifest = manifest or load(root)
    found = _entries().validate_python((manifest or {}).get("units", []))
    return {entry.key: entry if _lies(root, entry) else damaged(entry) for entry in found}


def made_by(entry: Entry | None) -> str:
    """Key of the unit that made the page in the tree; empty where the last attempt failed."""
    if entry is None or entry.published is None or entry.status != DONE:
        return ""
    return entry.published.key


def damaged(entry: Entry) -> Entry:
    """The entry of a unit whose page is no report any more: it has to be made again."""
    return replace(entry, published=None, status=FAILED, error_code=DAMAGED, message=_GONE)


def intact(root: Path, entry: Entry) -> bool:
    """Whether the files of an entry are those that were published; also true where it has none."""
    page = entry.published
    return page is None or (
        _lies(root, entry)
        and len(page.files) == len(page.sha256)
        and all(same(root, name, known) for name, known in zip(page.files, page.sha256, strict=True))
    )


def same(root: Path, name: str, sha256: str) -> bool:
    """Whether a file of a tree is the one that was published there."""
    try:
        return _is_own(root, name) and file_hash(root / name) == sha256
    except OSError:
        return False


def _lies(root: Path, entry: Entry) -> bool:
    """Whether the tree has the files of an entry, under the names that we give and no others."""
    page = entry.published
    if page is None:
        return True
    ours = {f"{entry.municipality_id}/{entry.notebook}{ending}" for ending in ENDINGS.values()}
    return (
        bool(page.files) and ours.issuperset(page.files) and all(_is_own(root, name) for name in page.files)
    )


def _is_own(root: Path, name: str) -> bool:
    """Whether a name in a tree is a file of the tree itself; a link shows what others may change."""
    path = root / name
    return path.is_file() and not path.is_symlink() and not path.parent.is_symlink()


@cache
def _adapter() -> TypeAdapter[_Manifest]:
    return TypeAdapter(_Manifest)


@cache
def _entries() -> TypeAdapter[list[Entry]]:
    return TypeAdapter(list[Entry])
