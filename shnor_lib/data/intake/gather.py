"""All files of `data/raw` read, or taken as they were read before, and put together in their order.

In:   files, notes, what is kept.
Out:  `gather` → `Gathered`: what goes into the tables, with findings in an order that does not depend on what
      was kept.
Rule: pupils of one work are counted together, since a second attempt may come in a file of its own. Files
      that share a work (series and year) make a group; where any file of a group has changed, all are read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from shnor_lib.data import store
from shnor_lib.data.findings import WARNING, Finding
from shnor_lib.data.intake import file_notes, geojson, one_file
from shnor_lib.data.intake.file_notes import Notes
from shnor_lib.data.intake.kept import Kept
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.one_file import FileRead, Job
from shnor_lib.data.intake.pupils import count
from shnor_lib.data.intake.pupils.count import Counted
from shnor_lib.data.screening.report import Accepted

ReadAll = Callable[[Sequence[Job]], Iterator[tuple[int, FileRead]]]


@dataclass
class Gathered:
    """What all files gave.

    Attributes:
        taken: reader and its tables, a pair for each sheet, in the order of files.
        findings: in the order of files.
        accepted: a line for each sheet.
        inputs: the files.
        attachments: name in the snapshot → file.
        keys: file → key under which it is kept.
        unchanged: files that were not read again.
    """

    taken: list[tuple[str, Mapping[str, pd.DataFrame]]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    inputs: list[store.InputFile] = field(default_factory=list)
    attachments: dict[str, Path] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    unchanged: set[str] = field(default_factory=set)


def gather(files: Mapping[str, Path], kept: Kept, read_all: ReadAll = one_file.in_turn) -> Gathered:
    """Read all files.

    Args:
        files: name → path, in the order of reading.
        kept: what was read before; takes what is read now.
        read_all: reads files, in any order.
    """
    gathered = Gathered()
    notes = Notes()
    reads: dict[str, FileRead] = {}
    fresh: list[Job] = []
    order = sorted(files, key=lambda file: file.casefold() != file_notes.FILE)  # notes before all else
    for file in order:
        before = one_file.content(files[file])
        if file.casefold() == file_notes.FILE:
            notes, reads[file] = _read_notes(files[file], file, before)
            continue
        key = gathered.keys[file] = kept.key(file, before[0], notes)
        found = kept.file(key) if before[0] else None
        if found is None:
            fresh.append(Job(files[file], file, notes, before))
        else:
            gathered.unchanged.add(file)
            reads[file] = found
    _read(fresh, reads, gathered, kept, read_all)
    gathered.findings += _twins(reads)
    reads = {file: reads[file] for file in order}
    groups = _groups(reads)
    known = [_known(group, gathered, kept) for group in groups]
    again = [file for group, found in zip(groups, known, strict=True) if found is None for file in group]
    again = [file for file in again if file in gathered.unchanged]
    gathered.unchanged.difference_update(again)
    contents = {file: (reads[file].input.sha256, reads[file].input.size) for file in again}
    _read([Job(files[file], file, notes, contents[file]) for file in again], reads, gathered, kept, read_all)
    for file, read in reads.items():
        for sheet in read.sheets:
            notes.of(file, sheet)  # the note has found its sheet
    counted = [
        _count(group, reads, gathered, kept) if found is None else found
        for group, found in zip(groups, known, strict=True)
    ]
    for file, read in reads.items():
        _join(gathered, read, files[file])
    for together in counted:
        gathered.findings += together.findings
        gathered.taken.append(("pupils", together.tables))
    log = Log(file_notes.FILE)
    file_notes.report_unused(notes, log)
    gathered.findings += log.findings
    return gathered


def _twins(reads: Mapping[str, FileRead]) -> list[Finding]:
    """Files of the same content: their rows count once, and a report full of doubled rows gets its reason."""
    first: dict[str, str] = {}
    found = []
    for file in sorted(reads):
        told = reads[file].input
        if told.size and told.sha256 and first.setdefault(told.sha256, file) != file:
            log = Log(file)
            log.add(
                "same_file",
                WARNING,
                f"точная копия файла «{first[told.sha256]}»; повторённые строки учтены один раз",
                "Удалите лишнюю копию.",
            )
            found += log.findings
    return found


def _read(
    jobs: Sequence[Job], reads: dict[str, FileRead], gathered: Gathered, kept: Kept, read_all: ReadAll
) -> None:
    """Read files and keep what they gave."""
    for at, read in read_all(jobs):
        file = jobs[at].file
        kept.keep_file(gathered.keys[file], read)
        reads[file] = read


def _read_notes(path: Path, file: str, content: tuple[str, int]) -> tuple[Notes, FileRead]:
    """What a person says about the files, and the line of the report about that."""
    log = Log(file)
    try:
        notes = file_notes.read(path, log)
    except Exception as error:  # as any other file
        notes = Notes()
        one_file.unreadable(error, log)
    rows = len(notes.rows)
    read = FileRead(
        store.InputFile(file, *content, (file_notes.FORM,) if rows else (), rows),
        findings=log.findings,
        accepted=[Accepted(file, "", file_notes.FORM if rows else "", rows)],
    )
    return notes, read


def _groups(reads: Mapping[str, FileRead]) -> list[list[str]]:
    """Pupil files by works that they share, in the order of their first files."""
    groups: list[tuple[set[one_file.Work], list[str]]] = []
    for file, read in reads.items():
        if not read.works:
            continue
        meeting = [group for group in groups if group[0] & set(read.works)]
        works = set(read.works).union(*(group[0] for group in meeting))
        names = [name for group in meeting for name in group[1]]
        groups = [group for group in groups if group not in meeting]
        groups.append((works, [*names, file]))
    order = list(reads)
    sorted_groups = [sorted(names, key=order.index) for _, names in groups]
    return sorted(sorted_groups, key=lambda names: order.index(names[0]))


def _known(group: Sequence[str], gathered: Gathered, kept: Kept) -> Counted | None:
    """Results of the pupils of a group, where they were counted before and no file of it has changed."""
    if not gathered.unchanged.issuperset(group):
        return None
    return kept.counted(kept.group_key([gathered.keys[file] for file in group]))


def _count(group: Sequence[str], reads: Mapping[str, FileRead], gathered: Gathered, kept: Kept) -> Counted:
    """Results of the pupils of a group, counted now."""
    counted = count.count([sitting for file in group for sitting in reads[file].sittings])
    for file in group:
        reads[file].sittings = []
    if all(reads[file].sure for file in group):
        kept.keep_counted(kept.group_key([gathered.keys[file] for file in group]), counted)
    return counted


def _join(gathered: Gathered, read: FileRead, path: Path) -> None:
    """Add what a file gave; of several maps the first is taken."""
    findings, accepted, told = read.findings, read.accepted, read.input
    if read.polygons and geojson.ATTACHMENT in gathered.attachments:
        log = Log(told.file)
        log.add("geojson", WARNING, "второй файл границ; не принят", "Оставьте один файл границ.")
        findings = [*findings, *log.findings]
        accepted, told = [replace(item, rows=0) for item in accepted], replace(told, rows=0)
    elif read.polygons:
        gathered.attachments[geojson.ATTACHMENT] = path
    gathered.taken += read.taken
    gathered.findings += findings
    gathered.accepted += accepted
    gathered.inputs.append(told)
