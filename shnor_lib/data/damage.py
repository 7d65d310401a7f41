"""Whether the files of a snapshot are still those that were written.

In:   the folder of a snapshot and its description.
Out:  `record`, sizes and hashes of its files, kept in the description; `damage`, what is not as recorded,
      in Russian; `told`, the same as one sentence; `file_hash`.
Not:  writing it anew (see `store`).

On opening only presence and size are looked at: a call of the system a file. Hashes are for ingest, which can
write the snapshot anew, and for those who ask.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shnor_lib.data.schemas import TABLES

META = "snapshot.json"
FINDINGS = "findings"
_NAMED = 3  # faults that a sentence names


def file_hash(path: Path) -> str:
    """SHA-256 of a file, read in blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def record(folder: Path) -> dict[str, dict[str, Any]]:
    """Every file of a folder: path with forward slashes → `size` (bytes) and `sha256`."""
    return {
        path.relative_to(folder).as_posix(): {"size": path.stat().st_size, "sha256": file_hash(path)}
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def damage(folder: Path, meta: Mapping[str, Any], contents: bool = False) -> list[str]:
    """What of a snapshot is not as it was written.

    Args:
        folder: of the snapshot.
        meta: its description; of one that an earlier version wrote, without `files`, only presence of the
            tables is known, and their numbers of rows.
        contents: look at contents, too, not at presence and size alone.

    Returns:
        Faults in Russian; a table that is gone altogether is one fault. Empty where all is well.
    """
    files: Mapping[str, Any] = meta.get("files", {})
    gone = [name for name in (*meta["tables"], FINDINGS) if not lies(folder, name)]
    faults = [f"нет таблицы {title(name)}" for name in gone]
    for name, known in files.items():
        if name.partition("/")[0].removesuffix(".parquet") in gone:
            continue
        faults += _file_damage(folder / name, name, known, contents)
    if contents:
        faults += _strangers(folder, files) if files else _rows_damage(folder, meta, gone)
    return faults


def told(faults: Sequence[str]) -> str:
    """The first faults in a row, and how many more there are."""
    more = len(faults) - _NAMED
    return "; ".join(faults[:_NAMED]) + (f"; и ещё {more}" if more > 0 else "")


def lies(folder: Path, table: str) -> bool:
    """Whether a table is there, as a file or as files by municipality."""
    return (folder / f"{table}.parquet").exists() or (folder / table).is_dir()


def title(table: str) -> str:
    """A table as a message names it."""
    words = TABLES[table].title if table in TABLES else "замечания проверки"
    return f"«{words}» ({table})"


def _file_damage(path: Path, name: str, known: Mapping[str, Any], contents: bool) -> Iterator[str]:
    try:
        size = path.stat().st_size
        if size != known["size"]:
            yield f"в файле «{name}» байтов {size} вместо {known['size']}"
        elif contents and file_hash(path) != known["sha256"]:
            yield f"файл «{name}» изменён"
    except FileNotFoundError:
        yield f"нет файла «{name}»"
    except OSError:
        yield f"файл «{name}» не читается"


def _strangers(folder: Path, files: Mapping[str, Any]) -> Iterator[str]:
    """Files among those of a table that were not written there: they would be read along."""
    tables = {name.partition("/")[0] for name in files if "/" in name}
    for path in sorted(file for table in tables for file in (folder / table).rglob("*") if file.is_file()):
        if (name := path.relative_to(folder).as_posix()) not in files:
            yield f"лишний файл «{name}»"


def _rows_damage(folder: Path, meta: Mapping[str, Any], gone: Sequence[str]) -> Iterator[str]:
    expected = {**meta["tables"], FINDINGS: sum(meta.get("findings", {}).values())}
    for name in (name for name in expected if name not in gone):
        parts = sorted((folder / name).rglob("*.parquet")) or [folder / f"{name}.parquet"]
        try:
            rows = sum(pq.ParquetFile(path).metadata.num_rows for path in parts)
        except (pa.ArrowException, OSError):
            yield f"таблица {title(name)} не читается"
        else:
            if rows != expected[name]:
                yield f"в таблице {title(name)} строк {rows} вместо {expected[name]}"
