"""Snapshots: immutable sets of tidy tables under `data/processed`, and which one is current.

    data/processed/
        CURRENT                     id of the current snapshot, replaced in one step
        <id>/snapshot.json          inputs and their hashes, tables, versions
        <id>/<table>.parquet        one file a table …
        <id>/results/municipality_id=<id>/part.parquet    … but results lie by municipality
        <id>/findings.parquet       what screening found
        <id>/<attachment>           a file carried beside the tables as it is (polygons of municipalities)

A snapshot is written aside, flushed and renamed; only then `CURRENT` is replaced. A run that dies at any
moment leaves the previous snapshot whole and current; what it had begun (`.writing-…`) the next run removes.
Of two runs at once each writes a snapshot of its own, and the one that ends last is current. The id is a hash
of the inputs and of the version of the reading code, so the same inputs give the same snapshot.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from shnor_lib import atomic
from shnor_lib.data.schemas import TABLES
from shnor_lib.errors import InputError, SelectionError

CURRENT = "CURRENT"
META = "snapshot.json"
FINDINGS = "findings"
GEOMETRY = "municipalities.geojson"
PARTITION = "municipality_id"
FORMAT = 2
_BLOCK = 1 << 20


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


@dataclass(frozen=True)
class Snapshot:
    """A snapshot on disk; tables are read when asked for."""

    path: Path

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits, the hash of the inputs."""
        return self.path.name

    @cached_property
    def meta(self) -> dict[str, Any]:
        """Contents of `snapshot.json`."""
        loaded: dict[str, Any] = json.loads((self.path / META).read_text(encoding="utf-8"))
        return loaded

    @property
    def whole(self) -> bool:
        """Whether it is there and its description can be read."""
        try:
            return {"created", "inputs", "tables"} <= self.meta.keys()
        except (OSError, ValueError, AttributeError):
            return False

    @property
    def created(self) -> datetime:
        """When it was written, UTC."""
        return datetime.fromisoformat(self.meta["created"])

    def table(self, name: str, municipality_id: str | None = None) -> pd.DataFrame:
        """One tidy table, empty where the inputs held none of it.

        Args:
            name: a key of `schemas.TABLES`.
            municipality_id: only this municipality (for `results`, only its files are read).

        Returns:
            Columns and dtypes of the contract, and the columns the inputs held beyond it.

        Raises:
            SelectionError: no such table.
        """
        if name not in TABLES:
            raise SelectionError(f"Таблицы «{name}» нет. Есть: {', '.join(TABLES)}.")
        partitioned = self.path / name
        if partitioned.is_dir():
            with _told_if_damaged(partitioned):
                return _read_partitioned(partitioned, municipality_id)
        file = self.path / f"{name}.parquet"
        if not file.exists():
            return TABLES[name].empty()
        with _told_if_damaged(file):
            frame = _to_pandas(pq.ParquetFile(file).read())
        if municipality_id is not None and PARTITION in frame:
            frame = frame[frame[PARTITION] == municipality_id].reset_index(drop=True)
        return frame

    def attachment(self, name: str) -> Path | None:
        """A file carried beside the tables, such as `municipalities.geojson`; None where there is none."""
        file = self.path / name
        return file if file.exists() else None

    def geometry(self) -> dict[str, Any] | None:
        """Polygons of the municipalities (GeoJSON), None where the inputs held none."""
        file = self.attachment(GEOMETRY)
        polygons: dict[str, Any] | None = json.loads(file.read_text(encoding="utf-8")) if file else None
        return polygons

    def findings(self) -> pd.DataFrame:
        """Everything screening found: file, sheet, row, column, check, severity, value, message, action."""
        file = self.path / f"{FINDINGS}.parquet"
        with _told_if_damaged(file):
            return _to_pandas(pq.ParquetFile(file).read())


@contextmanager
def _told_if_damaged(path: Path) -> Iterator[None]:
    """A file of a snapshot that somebody cut or overwrote is a message, not a failure."""
    try:
        yield
    except pa.ArrowInvalid as error:
        raise InputError(
            f"Снимок повреждён: «{path}» не читается. Удалите папку снимка и выполните: shnor ingest"
        ) from error


def snapshots(processed: Path) -> list[Snapshot]:
    """All whole snapshots, newest first."""
    found = [Snapshot(meta.parent) for meta in processed.glob(f"*/{META}")]
    whole = [snapshot for snapshot in found if not snapshot.id.startswith(".") and snapshot.whole]
    return sorted(whole, key=lambda snapshot: snapshot.created, reverse=True)


def current(processed: Path) -> Snapshot:
    """The current snapshot of a project.

    Raises:
        InputError: nothing has been ingested yet, or the current snapshot has been deleted.
    """
    snapshot = _pointed(processed)
    if snapshot is not None:
        return snapshot
    if (processed / CURRENT).exists():
        raise InputError(
            f"Текущий снимок данных, который назван в «{processed / CURRENT}», удалён или повреждён. "
            "Выполните: shnor ingest"
        )
    raise InputError(
        f"В «{processed}» нет загруженных данных. Положите файлы в data/raw и выполните: shnor ingest"
    )


def has_current(processed: Path) -> bool:
    """Whether there is a current snapshot."""
    return _pointed(processed) is not None


def stays(processed: Path) -> str:
    """What a failed ingest leaves behind, in Russian: the last snapshot, where there is one."""
    try:
        there = has_current(processed)
    except OSError:  # the folder may not even be looked into
        return "Прежний снимок, если он был, остаётся текущим."
    if there:
        return "Прежний снимок цел и остаётся текущим."
    return "Прежнего снимка нет, данных для отчётов пока тоже."


def _pointed(processed: Path) -> Snapshot | None:
    """The snapshot that `CURRENT` names, None where it names none that is whole."""
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
    """
    matching = [item for item in snapshots(processed) if item.id.startswith(snapshot_id)]
    if len(matching) != 1:
        have = ", ".join(item.id for item in snapshots(processed)) or "ни одного"
        raise SelectionError(f"Снимок данных «{snapshot_id}» не найден. Есть: {have}.")
    return matching[0]


def file_hash(path: Path) -> str:
    """SHA-256 of a file, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


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
        The new current snapshot; an existing one with the same inputs is kept as it is.

    Raises:
        InputError: the disk is full or the folder cannot be written; the previous snapshot stays.
    """
    target = processed / snapshot_id(inputs, library)
    try:
        processed.mkdir(parents=True, exist_ok=True)
        atomic.sweep(processed)
        if not Snapshot(target).whole:
            if (target / META).exists():  # damaged from outside; there is nothing to lose
                shutil.rmtree(target, ignore_errors=True)
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
    return Snapshot(target)


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
    home = results["school_id"].map(newest.set_index("school_id")[PARTITION]).astype("str").fillna("")
    for municipality_id, rows in results.groupby(home, sort=True):
        part = folder / f"{PARTITION}={quote(str(municipality_id), safe='')}"
        part.mkdir(parents=True)
        ordered = rows.sort_values(["school_id", "year", "series"], ignore_index=True)
        _write_parquet(part / "part.parquet", ordered)


def _read_partitioned(folder: Path, municipality_id: str | None) -> pd.DataFrame:
    if municipality_id is None:
        return _to_pandas(ds.dataset(folder, format="parquet").to_table())
    part = folder / f"{PARTITION}={quote(municipality_id, safe='')}" / "part.parquet"
    if not part.exists():
        return TABLES[folder.name].empty()
    return _to_pandas(pq.ParquetFile(part).read())


def _write_parquet(path: Path, frame: pd.DataFrame) -> None:
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path, compression="zstd")
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _to_pandas(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas()
    return frame


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
    }
    atomic.write_text(folder / META, json.dumps(meta, ensure_ascii=False, indent=1))


def _move(folder: Path, target: Path) -> None:
    try:
        folder.rename(target)
    except OSError:
        if not (target / META).exists():  # another run wrote the same inputs first: theirs is as good
            raise
