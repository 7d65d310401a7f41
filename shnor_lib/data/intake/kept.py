"""What readers took from files, kept between ingests: a file that has not changed is not read again.

    data/processed/.kept/
        <key>.file       tables, findings and counts of one raw file
        <key>.pupils     results counted from a set of pupil files together
        <key>.quotes     rows with faults as they stand in a file, for the workbooks of municipalities

In:   the hash of a file, its name, its notes. The code that reads (every source and map under
      `shnor_lib/data`) and the versions of the libraries are part of the key: other code sees no old entry.
Out:  `Kept`. An entry is written aside and renamed; one that is damaged, or that another run has removed, is
      as good as none, and so is a disk that takes nothing: then the file is read.
Not:  anything about a single pupil. Of a pupil file its schools, findings and numbers of rows are kept, which
      a snapshot holds too; judged rows never are, and the counts only as results of schools.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from shnor_lib import atomic, data
from shnor_lib.data.findings import Finding
from shnor_lib.data.identity.names import is_school
from shnor_lib.data.intake.file_notes import Notes
from shnor_lib.data.intake.one_file import FileRead
from shnor_lib.data.intake.packed import DamagedError, pack, unpack
from shnor_lib.data.intake.pupils.count import Counted
from shnor_lib.data.intake.reading import SCHOOL_NAME
from shnor_lib.data.screening.report import Accepted
from shnor_lib.data.store import InputFile

FOLDER = ".kept"
_FILE, _PUPILS, _QUOTES = ".file", ".pupils", ".quotes"
_LIBRARIES = ("duckdb", "numpy", "pandas", "pyarrow", "python-calamine")
_SOURCES = frozenset({".py", ".csv", ".yml", ".yaml", ".json"})

Quotes = dict[str, Any]
Made = TypeVar("Made")


class Kept:
    """Entries of one project; those that nobody asked for go with `prune`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._asked: set[str] = set()

    def key(self, file: str, digest: str, notes: Notes) -> str:
        """The key of a file: what it holds, how it is called, what is said of it, and who reads it."""
        return _digest([reading(), file, digest, sorted(map(list, notes.about(file)))])

    def group_key(self, keys: Sequence[str]) -> str:
        """The key of files that are counted together, in their order."""
        return _digest(["together", *keys])

    def file(self, key: str) -> FileRead | None:
        """What a file gave, None where it has to be read."""
        return self._load(key + _FILE, _file)

    def keep_file(self, key: str, read: FileRead) -> None:
        """Keep what a file gave, its judged rows of pupils left out.

        A file in which a name stands that may be a person's and not a school's is read again each time.
        """
        if not read.sure or _may_name_persons(read):
            return
        frames = [(reader, list(tables)) for reader, tables in read.taken]
        values = {
            "input": asdict(read.input),
            "frames": frames,
            "findings": [asdict(finding) for finding in read.findings],
            "accepted": [asdict(item) for item in read.accepted],
            "works": read.works,
            "sheets": read.sheets,
            "polygons": read.polygons,
        }
        self._save(key + _FILE, values, [frame for _, tables in read.taken for frame in tables.values()])

    def counted(self, key: str) -> Counted | None:
        """What a set of pupil files gave together, None where they have to be counted."""
        return self._load(key + _PUPILS, _counted)

    def keep_counted(self, key: str, counted: Counted) -> None:
        """Keep what a set of pupil files gave together."""
        values = {
            "tables": list(counted.tables),
            "findings": [asdict(finding) for finding in counted.findings],
        }
        self._save(key + _PUPILS, values, list(counted.tables.values()))

    def quotes(self, key: str) -> Quotes:
        """Rows of a file that were shown before, by sheet; empty where there are none."""
        return self._load(key + _QUOTES, lambda values, _: dict(values)) or {}

    def keep_quotes(self, key: str, quotes: Quotes) -> None:
        """Keep rows of a file that are shown."""
        self._save(key + _QUOTES, quotes, [])

    def prune(self) -> None:
        """Remove what no file of this ingest has to do with."""
        with suppress(OSError):
            for path in self._folder.iterdir():
                if path.name not in self._asked and not path.name.startswith("."):
                    path.unlink(missing_ok=True)

    def _load(self, name: str, made: Callable[[Any, list[pd.DataFrame]], Made]) -> Made | None:
        self._asked.add(name)
        try:
            return made(*unpack((self._folder / name).read_bytes()))
        except (OSError, DamagedError, KeyError, TypeError, ValueError):
            return None

    def _save(self, name: str, values: Any, frames: Sequence[pd.DataFrame]) -> None:
        self._asked.add(name)
        whole = pack(values, frames)
        if whole is None:
            return
        with suppress(OSError):  # a full disk costs the next ingest some time, and this one nothing
            self._folder.mkdir(parents=True, exist_ok=True)
            with atomic.aside(self._folder / name, flush=False) as part:
                part.write_bytes(whole)


def _file(values: Mapping[str, Any], frames: list[pd.DataFrame]) -> FileRead:
    left = iter(frames)
    told = values["input"]
    return FileRead(
        InputFile(**{**told, "readers": tuple(told["readers"])}),
        [(reader, {name: next(left) for name in names}) for reader, names in values["frames"]],
        [Finding(**finding) for finding in values["findings"]],
        [Accepted(**item) for item in values["accepted"]],
        works=tuple((str(series), int(year)) for series, year in values["works"]),
        sheets=tuple(values["sheets"]),
        polygons=int(values["polygons"]),
    )


def _counted(values: Mapping[str, Any], frames: list[pd.DataFrame]) -> Counted:
    tables = dict(zip(values["tables"], frames, strict=True))
    return Counted(tables, [Finding(**finding) for finding in values["findings"]])


def _may_name_persons(read: FileRead) -> bool:
    names = [
        frame[SCHOOL_NAME] for _, tables in read.taken for frame in tables.values() if SCHOOL_NAME in frame
    ]
    return any(not column.dropna().map(is_school).all() for column in names)


def _digest(parts: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:40]


@lru_cache(maxsize=1)
def reading() -> str:
    """A hash of all code and maps that have a say in what is read, and of the libraries below."""
    root = Path(data.__path__[0])
    digest = hashlib.sha256("".join(f"{name} {version(name)}\n" for name in _LIBRARIES).encode())
    for path in sorted(root.rglob("*")):
        if path.suffix in _SOURCES and path.is_file():
            digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()
