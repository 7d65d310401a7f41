"""The workshop of a year: what a run has made and not yet published, and the lock against a second run.

    reports/.batch-<year>/lock               held while a batch of the year runs
    reports/.batch-<year>/request.json       what was asked for, for `--resume`
    reports/.batch-<year>/done/<key>/        files of a unit that is done, renamed here whole
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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from shnor_lib import atomic, locks
from shnor_lib.batch.job import Outcome
from shnor_lib.errors import RunError

_OUTCOME = "outcome.json"
_REQUEST = "request.json"
_MAKING = "making"


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
            RunError: another batch of this year is running.
            OSError: the reports cannot be written.
        """
        root = reports / f".batch-{year}"
        root.mkdir(parents=True, exist_ok=True)
        with locks.held(root / "lock") as free:
            if not free:
                raise RunError(_busy(year, root / "lock"))
            shutil.rmtree(root / _MAKING, ignore_errors=True)
            # A folder of this run alone: a process that outlived an earlier run finds its own gone, and
            # cannot leave the page of one municipality where that of another is awaited.
            work = cls(root, root / _MAKING / secrets.token_hex(4))
            work.making.mkdir(parents=True)
            (root / "done").mkdir(exist_ok=True)
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
        (folder / _OUTCOME).write_text(json.dumps(asdict(outcome), ensure_ascii=False), encoding="utf-8")
        for path in folder.iterdir():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
        kept = self.root / "done" / key
        shutil.rmtree(kept, ignore_errors=True)
        folder.replace(kept)
        return kept

    def done(self, key: str) -> tuple[Path, Outcome] | None:
        """Files and outcome of a unit that an earlier, interrupted run has made; None where there is none."""
        kept = self.root / "done" / key
        try:
            return kept, Outcome(**json.loads((kept / _OUTCOME).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def ask(self, request: Mapping[str, Any]) -> None:
        """Note what a run was asked for."""
        atomic.write_text(self.root / _REQUEST, json.dumps(request, ensure_ascii=False))

    def clear(self) -> None:
        """Everything is published: forget it."""
        for name in (_REQUEST, self.log.name):
            (self.root / name).unlink(missing_ok=True)
        for name in ("done", _MAKING):
            shutil.rmtree(self.root / name, ignore_errors=True)


def _busy(year: int, lock: Path) -> str:
    """Why a run is refused: who is at work, and what to do."""
    who, sign = locks.holder(lock), locks.owner_file(lock)
    named = f" (узел {who[0]}, процесс {who[1]})" if who else ""
    left = f" Если того запуска больше нет, удалите файл «{sign}»." if sign.exists() else ""
    return (
        f"Отчёты за {year} год уже строит другой запуск{named}. Дождитесь его конца и повторите; "
        f"если он больше не нужен, прервите его (Ctrl-C).{left}"
    )


def request(reports: Path, year: int | None) -> dict[str, Any]:
    """What the interrupted run was asked for: of the year, or of the only one there is.

    Raises:
        RunError: no run was interrupted, or several were and the year is not said.
    """
    found = {}
    for path in sorted(reports.glob(f".batch-*/{_REQUEST}")):
        when = path.parent.name.removeprefix(".batch-")
        if when.isdigit() and year in (None, int(when)):
            try:
                found[int(when)] = json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue
    if len(found) == 1:
        asked: dict[str, Any] = next(iter(found.values()))
        return asked
    if found:
        raise RunError(f"Прерваны запуски за разные годы: {', '.join(map(str, found))}. Добавьте --year.")
    raise RunError("Прерванного запуска нет: продолжать нечего. Начните новый: shnor batch")
