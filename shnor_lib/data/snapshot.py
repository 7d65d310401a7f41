"""One snapshot on disk, read table by table.

In:   a folder under `data/processed` (see `store` for what lies there).
Out:  `Snapshot`: its description, its tables as frames, the files carried beside them.
Not:  which snapshot is current, and how one is written (see `store`).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from shnor_lib.data.damage import FINDINGS, META, damage, lies, title, told
from shnor_lib.data.schemas import TABLES
from shnor_lib.errors import InputError, SelectionError

GEOMETRY = "municipalities.geojson"
PARTITION = "municipality_id"
PART = "part.parquet"


@dataclass(frozen=True)
class Snapshot:
    """A snapshot on disk; tables are read when asked for.

    Attributes:
        path: its folder.
        mended: where it has just been written anew, what was damaged in it, in Russian.
    """

    path: Path
    mended: tuple[str, ...] = field(default=(), compare=False)

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

    def damage(self, contents: bool = False) -> list[str]:
        """What of it is not as it was written, in Russian (see `data.damage`); empty where all is well.

        Args:
            contents: compare contents, too, not presence and size alone.
        """
        if not self.whole:
            return [f"описание «{META}» не читается"]
        return damage(self.path, self.meta, contents)

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
            InputError: the snapshot held the table, and it is gone, wholly or in part, or cannot be read.
        """
        if name not in TABLES:
            raise SelectionError(f"Таблицы «{name}» нет. Есть: {', '.join(TABLES)}.")
        if not lies(self.path, name):
            if name in self.meta["tables"]:
                raise damaged(self.path, f"нет таблицы {title(name)}")
            return TABLES[name].empty()
        partitioned = self.path / name
        if partitioned.is_dir():
            return self._partitioned(partitioned, municipality_id)
        file = self.path / f"{name}.parquet"
        with _told_if_damaged(file):
            frame = _to_pandas(pq.ParquetFile(file).read())
        if municipality_id is not None and PARTITION in frame:
            frame = frame[frame[PARTITION] == municipality_id].reset_index(drop=True)
        return frame

    def _partitioned(self, folder: Path, municipality_id: str | None) -> pd.DataFrame:
        asked = folder if municipality_id is None else part(folder, municipality_id)
        inside = f"{asked.relative_to(self.path).as_posix()}/"
        recorded = [name for name in self.meta.get("files", {}) if name.startswith(inside)]
        gone = [f"нет файла «{name}»" for name in recorded if not (self.path / name).exists()]
        if gone:
            raise damaged(self.path, told(gone))
        with _told_if_damaged(folder):
            return _read_partitioned(folder, municipality_id)

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
        if not file.exists():
            raise damaged(self.path, f"нет таблицы {title(FINDINGS)}")
        with _told_if_damaged(file):
            return _to_pandas(pq.ParquetFile(file).read())


def damaged(folder: Path, what: str) -> InputError:
    """The error that tells of a damaged snapshot and what to do."""
    return InputError(
        f"Снимок данных «{folder.name}» повреждён: {what}. Чтобы записать его заново из data/raw, "
        "выполните: shnor ingest"
    )


@contextmanager
def _told_if_damaged(path: Path) -> Iterator[None]:
    """A file of a snapshot that somebody cut or overwrote is a message, not a failure."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise damaged(path.parent, f"«{path.name}» не читается") from error


def part(table: Path, municipality_id: str) -> Path:
    """The folder of a municipality in a table that lies by municipality."""
    return table / f"{PARTITION}={quote(municipality_id, safe='')}"


def _read_partitioned(folder: Path, municipality_id: str | None) -> pd.DataFrame:
    if municipality_id is None:
        return _to_pandas(ds.dataset(folder, format="parquet").to_table())
    file = part(folder, municipality_id) / PART
    if not file.exists():
        return TABLES[folder.name].empty()
    return _to_pandas(pq.ParquetFile(file).read())


def _to_pandas(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas()
    return frame
