"""The published tree of one year: made aside whole, checked, put in place in one step.

    reports/<year>/<municipality_id>/<notebook>.{ipynb,html}
    reports/<year>/region/<notebook>.{ipynb,html}      the whole region
    reports/<year>/assets/plotly.min.js                one copy for all pages
    reports/<year>/zip/<municipality_id>.zip           pages of a municipality, where archives were asked for
    reports/<year>/manifest.json                       what was run, with what, how it ended
    reports/<year>/index.html                          see `index`

In:   entries of a run with the folders of their files, and the tree as it lies now.
Out:  the new tree. Whenever a run dies, a reader finds one whole tree with a manifest that is true of it: the
      old one or the new one. A failed unit leaves the page of the last good run where it is.
"""

import os
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import plotly

from shnor_lib import atomic, locks
from shnor_lib.batch import archive, index, logs, lying, manifest
from shnor_lib.batch.facts import Facts
from shnor_lib.batch.job import Outcome
from shnor_lib.batch.manifest import Entry, Published
from shnor_lib.batch.names import DAMAGED, DONE, ENDINGS
from shnor_lib.batch.plan import Unit
from shnor_lib.data.damage import file_hash
from shnor_lib.errors import RunError
from shnor_lib.notebooks import Description
from shnor_lib.pages.kinds import TRIED

_TURNSTILE = ".publishing"
_PATIENCE = 300.0  # seconds; another year is put in place in a moment, a whole country in some more


@dataclass(frozen=True)
class Made:
    """What a run made of one unit.

    Attributes:
        entry: its entry in the manifest.
        folder: where its files lie; None where it left none.
        log: for the operator only.
    """

    entry: Entry
    folder: Path | None
    log: str = ""


def made(
    unit: Unit,
    key: str,
    outcome: Outcome,
    folder: Path | None,
    facts: Facts,
    head: Description,
    before: Entry | None,
) -> Made:
    """Note what happened to a unit.

    Args:
        unit: what was run.
        key: its key.
        outcome: how it ended.
        folder: where its files lie.
        facts: what it was made from.
        head: what the notebook says of itself.
        before: its entry in the tree as it lies now.
    """
    finished = manifest.now()
    published = before.published if before else None
    if outcome.status == DONE and folder is not None:
        names = [f"{unit.notebook.stem}{ending}" for ending in ENDINGS.values()]
        names = [name for name in names if (folder / name).exists()]
        published = Published(
            finished,
            facts.snapshot,
            facts.methodology,
            facts.methodology_version,
            tuple(f"{unit.folder}/{name}" for name in names),
            key,
            tuple(file_hash(folder / name) for name in names),
            facts.methodology_hash,
            bool(facts.trial_of) or any(unit.parameters.get(name) for name in TRIED),
        )
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
        memory=outcome.memory,
    )
    return Made(entry, folder, outcome.log)


def publish(
    root: Path,
    fresh: Sequence[Made],
    facts: Facts,
    log: Path | None = None,
    zips: bool | None = None,
    year: Collection[tuple[str, str]] | None = None,
) -> Path:
    """Put a new tree of the year in place of the old one.

    Args:
        root: `reports/<year>`.
        fresh: what this run made; all other entries are taken over from the tree as it lies.
        facts: what the reports are made from.
        log: what the processes printed, for the operator.
        zips: pack the pages of each municipality; as the tree has it when None.
        year: keys of all units of the year, where the run is one of the whole year; units that are no more
            and whose pages are gone are then forgotten.

    Returns:
        Path of the manifest.

    Raises:
        OSError: the new tree cannot be written; the old one stays as it was.
        RunError: the new tree is not what its manifest says, or pages of the old one would vanish for want of
            a manifest; the old one stays.
    """
    atomic.mend(root)
    made_now = {item.entry.key for item in fresh}
    lying.check(root, part=year is None or not made_now.issuperset(year))
    new = root.with_name(f".new-{root.name}")
    atomic.remove(new)
    new.mkdir(parents=True)
    try:
        entries = manifest.read(root)
        for key, old in list(entries.items()):
            if key not in made_now:
                entries[key] = _take_over(old, root, new)
                if year is not None and key not in year and entries[key].error_code == DAMAGED:
                    del entries[key]
        for item in fresh:
            entries[item.entry.key] = _lay(item, root, new)
        if log is not None:
            logs.keep_printed(root, log)
        _share_plotly(root, new)
        wanted = archive.lie(root) if zips is None else zips
        packed = archive.pack(new, facts, entries.values()) if wanted else {}
        shared = {name: file_hash(new / name) for name in (lying.SCRIPT, *packed.values())}
        written = manifest.content(facts, entries.values(), packed, shared)
        atomic.write_text(new / manifest.MANIFEST, written)
        _check(new)
        # Indexes of all years lead to each other: a batch of another year waits here while we change them.
        with locks.held(root.parent / _TURNSTILE, _PATIENCE):
            years = sorted({facts.year, *index.published_years(root.parent)}, reverse=True)
            index.write(new, years)
            atomic.exchange(new, root)
            index.write_others(root.parent, facts.year)
    finally:
        atomic.remove(new)
    return root / manifest.MANIFEST


def _lay(item: Made, root: Path, new: Path) -> Entry:
    """Files of a unit of this run, or those of the last good run where it failed; what is true of them."""
    entry = item.entry
    if entry.status == DONE and item.folder is not None and entry.published is not None:
        for name in entry.published.files:
            _link(item.folder / Path(name).name, new / name)
    elif manifest.intact(root, entry):
        _take_files(entry.published, root, new)
    else:
        entry = replace(entry, published=None)
    unfinished = item.folder / f"{entry.notebook}.ipynb" if item.folder and entry.status != DONE else None
    logs.keep(root, entry.municipality_id, entry.notebook, item.log, unfinished)
    return entry


def _take_over(entry: Entry, root: Path, new: Path) -> Entry:
    """Files of a unit of an earlier run; what somebody has changed since is no report any more."""
    if manifest.intact(root, entry):
        _take_files(entry.published, root, new)
    else:
        entry = manifest.damaged(entry)
    return entry


def _take_files(page: Published | None, root: Path, new: Path) -> None:
    for name in page.files if page is not None else ():
        _link(root / name, new / name)


def _link(source: Path, target: Path) -> None:
    """The same file under another name; a copy where the disk knows no such links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _share_plotly(root: Path, new: Path) -> None:
    source = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    target = new / lying.SCRIPT
    if manifest.same(root, lying.SCRIPT, file_hash(source)):
        _link(root / lying.SCRIPT, target)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _check(new: Path) -> None:
    """The tree must be what its manifest says before anybody sees it."""
    wrong = [
        f"{entry.municipality_id}/{entry.notebook}"
        for entry in manifest.read(new).values()
        if not manifest.intact(new, entry)
    ]
    if wrong:
        raise RunError(
            f"Собранные страницы повреждены: {', '.join(wrong[:5])}. Опубликованные прежде не тронуты. "
            "Проверьте диск и повторите запуск."
        )
