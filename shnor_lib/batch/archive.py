"""Pages of a municipality as one ZIP that opens from any folder.

In:   a tree that is being made.
Out:  `zip/<municipality_id>.zip`: its pages, the shared script, and an index of its own.

The same pages give the same bytes: dates in the archive are fixed, names are sorted. The script is the
largest part and the same in all, so it is compressed once and every archive begins as a copy of that.
"""

import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from shnor_lib.batch import index, manifest
from shnor_lib.batch.facts import Facts
from shnor_lib.batch.lying import SCRIPT
from shnor_lib.batch.manifest import Entry
from shnor_lib.batch.names import REGION

FOLDER = "zip"
_DATE = (1980, 1, 1, 0, 0, 0)


def lie(root: Path) -> bool:
    """Whether the tree of a year holds archives: once asked for, they are made with every run."""
    places = (manifest.load(root) or {}).get("municipalities", {})
    return any("archive" in place for place in places.values())


def pack(root: Path, facts: Facts, entries: Iterable[Entry]) -> dict[str, str]:
    """Write an archive for every municipality that has pages to read.

    Args:
        root: the tree, with pages and assets in place.
        facts: what the reports are made from.
        entries: all entries of the tree.

    Returns:
        Path of the archive from the root, by municipality id.
    """
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        if _packed(entry) and entry.municipality_id != REGION:
            found.setdefault(entry.municipality_id, []).append(entry)
    if not found:
        return {}
    (root / FOLDER).mkdir(exist_ok=True)
    shared = root / FOLDER / ".shared"
    with zipfile.ZipFile(shared, "w") as archive:
        _add(archive, SCRIPT, (root / SCRIPT).read_bytes())
    try:
        return {place: _pack(root, facts, place, own, shared) for place, own in sorted(found.items())}
    finally:
        shared.unlink()


def _pack(root: Path, facts: Facts, place: str, own: list[Entry], shared: Path) -> str:
    pages = sorted(
        name
        for entry in own
        if entry.published is not None
        for name in entry.published.files
        if name in _packed(entry)
    )
    name = f"{FOLDER}/{place}.zip"
    shutil.copyfile(shared, root / name)
    with zipfile.ZipFile(root / name, "a") as archive:
        _add(archive, index.INDEX, _index(root, facts, place, own).encode())
        for page in pages:
            _add(archive, page, (root / page).read_bytes())
    return name


def _packed(entry: Entry) -> tuple[str, ...]:
    """Pages of a report that an archive holds: plain ones, else those of one file."""
    names = entry.published.files if entry.published is not None else ()
    single = tuple(name for name in names if name.endswith(".single.html"))
    plain = tuple(name for name in names if name.endswith(".html") and name not in single)
    return plain or single


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    member = zipfile.ZipInfo(name, _DATE)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    archive.writestr(member, content, compresslevel=6)


def _index(root: Path, facts: Facts, place: str, own: list[Entry]) -> str:
    """The index of the year with this municipality alone."""
    here = tuple(item for item in facts.municipalities if item.id == place)
    alone = replace(facts, municipalities=here, homeless=type(facts.homeless)(0, 0))
    values = manifest.parsed(manifest.content(alone, [_without_notebook(entry) for entry in own]))
    return index.render(root, values, [facts.year])


def _without_notebook(entry: Entry) -> Entry:
    page = entry.published
    if page is None:
        return entry
    kept = [
        (name, digest) for name, digest in zip(page.files, page.sha256, strict=True) if name in _packed(entry)
    ]
    names, digests = zip(*kept, strict=True) if kept else ((), ())
    return replace(entry, published=replace(page, files=names, sha256=digests))
