"""The workshop of a year: what a run has made and not yet published, and the lock against a second run.

    reports/.batch-<year>/lock               held while a batch of the year runs
    reports/.batch-<year>/request.json       what was asked for, for `--resume`
    reports/.batch-<year>/done/<key>/        files and hashes of a unit that is done, renamed here whole
    reports/.batch-<year>/making/<run>/<number>/   a unit at work

In:   outcomes of units with their files.
Out:  `Work`: done units by key, whatever run made them.
Not:  the published tree (see `publish`).

A run that is killed at any moment leaves its done units here; the next run of the year takes those whose keys
it needs.
"""

import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

from shnor_lib import atomic, locks
from shnor_lib.batch import manifest
from shnor_lib.batch.job import Outcome
from shnor_lib.batch.names import DONE
from shnor_lib.data.damage import file_hash
from shnor_lib.errors import RunError

_OUTCOME = "outcome.json"
_REQUEST = "request.json"
_MAKING = "making"
_DONE = "done"

Asked = TypeVar("Asked")


@dataclass(frozen=True)
class _Kept:
    """What is noted of a done unit, so that its files are taken for no others and for none that changed."""

    key: str
    outcome: Outcome
    sha256: dict[str, str]


@dataclass(frozen=True)
class Work:
    """The workshop of one year.

    Attributes:
        root: its folder.
        making: where units at work leave their files.
    """

    root: Path
    making: Path

    @classmethod
    @contextmanager
    def of(cls, reports: Path, year: int) -> Iterator["Work"]:
        """Enter the workshop of a year; nobody else can until the block ends, however it ends.

        Raises:
            RunError: another batch of this year is running, or no folder stands in the place of the workshop.
            OSError: the reports cannot be written.
        """
        root = reports / f".batch-{year}"
        if root.is_symlink() or (root.exists() and not root.is_dir()):
            raise RunError(
                f"Нужна папка «{root}», но на её месте стоит файл или ссылка. Уберите и повторите."
            )
        root.mkdir(parents=True, exist_ok=True)
        with locks.held(root / "lock") as free:
            if not free:
                raise RunError(_busy(year, root / "lock"))
            atomic.remove(root / _MAKING)
            # A folder of this run alone: a process that outlived an earlier run finds its own gone, and
            # cannot leave the page of one municipality where that of another is awaited.
            work = cls(root, root / _MAKING / secrets.token_hex(4))
            work.making.mkdir(parents=True)
            done, notes = root / _DONE, (root / _REQUEST, work.log)
            for path, fits in ((done, done.is_dir()), *((note, note.is_file()) for note in notes)):
                if path.is_symlink() or not fits:
                    atomic.remove(path)
            done.mkdir(exist_ok=True)
            yield work

    @property
    def log(self) -> Path:
        """What the processes print beside the notebooks."""
        return self.root / "workers.txt"

    def folder(self, number: int) -> Path:
        """A new folder for a unit at work, of its own for every attempt."""
        folder = self.making / str(number)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def keep(self, key: str, folder: Path, outcome: Outcome) -> Path:
        """Keep the files of a done unit: written, flushed, renamed."""
        noted = _Kept(key, outcome, {path.name: file_hash(path) for path in folder.iterdir()})
        (folder / _OUTCOME).write_text(json.dumps(asdict(noted), ensure_ascii=False), encoding="utf-8")
        for path in folder.iterdir():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
        kept = self.root / _DONE / key
        atomic.remove(kept)
        folder.replace(kept)
        return kept

    def done(self, key: str) -> tuple[Path, Outcome] | None:
        """Files and outcome of a unit that an earlier, interrupted run has made; None where there is none.

        What is not as it was kept counts as none: the unit is run again.
        """
        kept = self.root / _DONE / key
        try:
            noted = _kept().validate_json((kept / _OUTCOME).read_bytes(), strict=True)
            names = {path.name for path in kept.iterdir()} - {_OUTCOME}
        except (OSError, ValueError):
            return None
        own = noted.key == key and noted.outcome.status == DONE and names == noted.sha256.keys()
        if own and names and all(manifest.same(kept, *one) for one in noted.sha256.items()):
            return kept, noted.outcome
        return None

    def ask(self, request: Mapping[str, Any]) -> None:
        """Note what a run was asked for."""
        atomic.write_text(self.root / _REQUEST, json.dumps(request, ensure_ascii=False))

    def clear(self) -> None:
        """Everything is published: forget it."""
        for name in (_REQUEST, self.log.name, _DONE, _MAKING):
            atomic.remove(self.root / name)


@cache
def _kept() -> TypeAdapter[_Kept]:
    return TypeAdapter(_Kept)


def _busy(year: int, lock: Path) -> str:
    """Why a run is refused: who is at work, and what to do."""
    who, sign = locks.holder(lock), locks.owner_file(lock)
    named = f" (узел {who[0]}, процесс {who[1]})" if who else ""
    left = f" Если того запуска больше нет, удалите файл «{sign}»." if sign.exists() else ""
    return (
        f"Отчёты за {year} год уже строит другой запуск{named}. Дождитесь его конца и повторите; "
        f"если он больше не нужен, прервите его (Ctrl-C).{left}"
    )


def request(reports: Path, year: int | None, understood: Callable[[bytes, int], Asked]) -> Asked:
    """What the interrupted run was asked for: of the year, or of the only one there is.

    Args:
        reports: folder of the reports.
        year: year of the run; the only one that was interrupted when None.
        understood: what a note of the given year says; ValueError where it says nothing that could be asked.

    Raises:
        RunError: no run was interrupted, or several were and the year is not said.
    """
    found: dict[int, Asked] = {}
    unreadable = []
    for path in sorted(reports.glob(f".batch-[0-9]*/{_REQUEST}")):
        when = path.parent.name.removeprefix(".batch-")
        if when.isascii() and when.isdigit() and year in (None, int(when)):
            try:
                found[int(when)] = understood(path.read_bytes(), int(when))
            except (OSError, ValueError):
                unreadable.append(f"«{path}»")
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        raise RunError(f"Прерваны запуски за разные годы: {', '.join(map(str, found))}. Добавьте --year.")
    why = f" Не читается {', '.join(unreadable)}: файл повреждён." if unreadable else ""
    raise RunError(f"Прерванного запуска нет: продолжать нечего.{why} Начните новый: shnor batch")
