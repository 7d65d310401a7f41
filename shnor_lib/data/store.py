"""Snapshots: immutable sets of tidy tables under `data/processed`, and which one is current.

    data/processed/
        CURRENT                     id of the current snapshot, replaced in one step
        <id>/snapshot.json          inputs and their hashes, tables, versions, size and hash of every file
        <id>/<table>.parquet        one file a table …
        <id>/results/municipality_id=<id>/part.parquet    … but results lie by municipality
        <id>/findings.parquet       what screening found
        <id>/<attachment>           a file carried beside the tables as it is (polygons of municipalities)

A snapshot is written aside, flushed and renamed; only then `CURRENT` is replaced. A run that dies at any
moment leaves the previous snapshot whole and current; what it had begun (`.writing-…`) the next run removes.
Of two runs at once each writes a snapshot of its own, and the one that ends last is current. The id is a hash
of the inputs and of the version of the reading code, so the same inputs give the same snapshot: one that lies
there is kept, unless its files are no longer those that were written (see `damage`); then it is written aside
as any other and exchanged for the damaged one in one step, under the eyes of those who read it.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from shnor_lib import atomic
from shnor_lib.data.damage import FINDINGS, META, record, told
from shnor_lib.data.snapshot import PART, PARTITION, Snapshot, damaged, part
from shnor_lib.errors import InputError, SelectionError

CURRENT = "CURRENT"
FORMAT = 2


@dataclass(frozen=True)
class InputFile:
    """One raw file that went into a snapshot.

    Attributes:
        file: path relative to `data/raw`, with forward slashes.
        sha256: hash of its bytes.
        size: bytes.
        readers: ids of the readers that took its sheets, none where nothing was recognised.
        rows: rows taken into tables.
    """

    file: str
    sha256: str
    size: int
    readers: tuple[str, ...] = ()
    rows: int = 0


def snapshots(processed: Path) -> list[Snapshot]:
    """All whole snapshots, newest first."""
    found = [Snapshot(meta.parent) for meta in processed.glob(f"*/{META}")]
    whole = [snapshot for snapshot in found if not snapshot.id.startswith(".") and snapshot.whole]
    return sorted(whole, key=lambda snapshot: snapshot.created, reverse=True)


def current(processed: Path) -> Snapshot:
    """The current snapshot of a project.

    Raises:
        InputError: nothing has been ingested yet, or the current snapshot has been deleted or damaged.
    """
    snapshot = pointed(processed)
    if snapshot is not None:
        return _undamaged(snapshot)
    if (processed / CURRENT).exists():
        raise InputError(
            f"Текущий снимок данных, который назван в «{processed / CURRENT}», удалён или повреждён. "
            "Выполните: shnor ingest"
        )
    raise InputError(
        f"В «{processed}» нет загруженных данных. Положите файлы в data/raw и выполните: shnor ingest"
    )


def stays(processed: Path) -> str:
    """What a failed ingest leaves behind, in Russian: the last snapshot, where there is one."""
    try:
        there = pointed(processed)
        faults = there.damage() if there else []
    except OSError:  # the folder may not even be looked into
        return "Прежний снимок, если он был, остаётся текущим."
    if faults:
        return f"Прежний снимок остаётся текущим, но он повреждён: {told(faults)}."
    if there:
        return "Прежний снимок цел и остаётся текущим."
    return "Прежнего снимка нет, данных для отчётов пока тоже."


def pointed(processed: Path) -> Snapshot | None:
    """The snapshot that `CURRENT` names, damaged or not; None where it names none that can be described."""
    pointer = processed / CURRENT
    if not pointer.exists():
        return None
    try:
        snapshot = Snapshot(processed / pointer.read_text(encoding="utf-8").strip())
    except ValueError:  # damaged from outside; the next ingest writes another
        return None
    return snapshot if snapshot.whole else None


def open_snapshot(processed: Path, snapshot_id: str) -> Snapshot:
    """The snapshot with this id or the beginning of it.

    Raises:
        SelectionError: none or several begin so.
        InputError: it is damaged.
    """
    matching = [item for item in snapshots(processed) if item.id.startswith(snapshot_id)]
    if len(matching) != 1:
        have = ", ".join(item.id for item in snapshots(processed)) or "ни одного"
        raise SelectionError(f"Снимок данных «{snapshot_id}» не найден. Есть: {have}.")
    return _undamaged(matching[0])


def _undamaged(snapshot: Snapshot) -> Snapshot:
    if faults := snapshot.damage():
        raise damaged(snapshot.path, told(faults))
    return snapshot


def snapshot_id(inputs: Sequence[InputFile], library: str) -> str:
    """Id of the snapshot that these inputs give: the same files and code, the same id."""
    lines = sorted(f"{item.file}\t{item.sha256}" for item in inputs)
    text = "\n".join([f"format {FORMAT}", f"library {library}", *lines])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def write(
    processed: Path,
    tables: Mapping[str, pd.DataFrame],
    findings: pd.DataFrame,
    inputs: Sequence[InputFile],
    library: str,
    attachments: Mapping[str, Path] | None = None,
) -> Snapshot:
    """Write a snapshot aside, rename it into place and make it current.

    Args:
        processed: the project's `data/processed`.
        tables: tidy tables; empty ones are left out.
        findings: what screening found.
        inputs: the raw files.
        library: version of the library that read them.
        attachments: name in the snapshot → file to copy beside the tables.

    Returns:
        The new current snapshot; an existing one with the same inputs is kept as it is. Where that one was
        damaged it is written anew, and `mended` says what was wrong.

    Raises:
        InputError: the disk is full or the folder cannot be written; the previous snapshot stays.
    """
    target = processed / snapshot_id(inputs, library)
    faults: list[str] = []
    try:
        processed.mkdir(parents=True, exist_ok=True)
        atomic.sweep(processed)
        atomic.mend(target)
        faults = Snapshot(target).damage(contents=True) if target.exists() else []
        if faults or not target.exists():
            with atomic.workshop(processed) as folder:
                _write_tables(folder, tables, findings)
                for name, source in (attachments or {}).items():
                    shutil.copyfile(source, folder / name)
                _write_meta(folder, target.name, tables, findings, inputs, library)
                _move(folder, target)
                atomic.flush_folder(processed)
        atomic.write_text(processed / CURRENT, target.name)
    except OSError as error:
        raise InputError(
            f"Снимок данных не записан в «{processed}»: {atomic.reason(error)}. {stays(processed)}"
        ) from error
    return Snapshot(target, tuple(faults))


def _write_tables(folder: Path, tables: Mapping[str, pd.DataFrame], findings: pd.DataFrame) -> None:
    for name, frame in tables.items():
        if frame.empty:
            continue
        if name == "results":
            _write_partitioned(folder / name, frame, tables["schools"])
        else:
            _write_parquet(folder / f"{name}.parquet", frame)
    _write_parquet(folder / f"{FINDINGS}.parquet", findings)


def _write_partitioned(folder: Path, results: pd.DataFrame, schools: pd.DataFrame) -> None:
    """Results by the municipality in which a school stands now, so that its history lies together."""
    newest = schools.sort_values("year").drop_duplicates("school_id", keep="last")
    homes = results["school_id"].map(newest.set_index("school_id")[PARTITION]).astype("str").fillna("")
    for municipality_id, rows in results.groupby(homes, sort=True):
        home = part(folder, str(municipality_id))
        home.mkdir(parents=True)
        ordered = rows.sort_values(["school_id", "year", "series"], ignore_index=True)
        _write_parquet(home / PART, ordered)


def _write_parquet(path: Path, frame: pd.DataFrame) -> None:
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path, compression="zstd")
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _write_meta(
    folder: Path,
    identity: str,
    tables: Mapping[str, pd.DataFrame],
    findings: pd.DataFrame,
    inputs: Sequence[InputFile],
    library: str,
) -> None:
    meta = {
        "id": identity,
        "format": FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "library": library,
        "inputs": [asdict(item) for item in inputs],
        "tables": {name: len(frame) for name, frame in tables.items() if not frame.empty},
        "findings": findings["severity"].value_counts().to_dict() if len(findings) else {},
        "files": record(folder),
    }
    atomic.write_text(folder / META, json.dumps(meta, ensure_ascii=False, indent=1))


def _move(folder: Path, target: Path) -> None:
    try:
        atomic.exchange(folder, target)
    except OSError:
        if not Snapshot(target).whole:  # another run wrote the same inputs first: theirs is as good
            raise
