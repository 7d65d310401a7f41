"""Ingests under hardship, in a process of its own: killed, two at once, a full disk, a read-only folder.

Run as `python -m tests.intake.hardship FOLDER`; prints what happened as JSON. Each ingest and each look at
the result runs in a fork of this process, which itself starts no thread that a fork would lose.
"""

import json
import os
import random
import re
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shnor_lib.data import findings, intake, procedures, store
from shnor_lib.data.intake import one_file
from shnor_lib.data.intake.kept import FOLDER, Kept
from shnor_lib.data.schemas import TABLES
from shnor_lib.errors import ShnorError
from shnor_lib.present import export
from shnor_lib.settings import Project, Settings
from tests.region_builder import register, results

SCHOOLS = "school_id,year,name,municipality\n990001,2025,Школа,Район\n990002,2025,Вторая,Другой\n"
TABLES_WRITTEN = 5  # results of two municipalities, procedures, schools, findings


def fill(root: Path, failed: int) -> Project:
    """A project whose snapshot differs with `failed`."""
    raw = root / "data" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    rows = "".join(f"99000{at},2025,oge-ma,90,{failed}\n" for at in (1, 2))
    (raw / "results.csv").write_text(f"school_id,year,series,participants,failed\n{rows}", encoding="utf-8")
    (raw / "schools.csv").write_text(SCHOOLS, encoding="utf-8")
    return Project(root, Settings())


def in_fork(work: Callable[[], Any], wait: bool = True) -> Any:
    """Run in a fork; its result, or the name of the signal that killed it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            told = json.dumps(work())
        except ShnorError as error:
            told = json.dumps({"error": str(error)})
        os.write(writing, told.encode())
        os._exit(0)
    os.close(writing)
    return result(child, reading) if wait else (child, reading)


def result(child: int, reading: int) -> Any:
    """What a fork said before it ended."""
    with os.fdopen(reading, "rb") as stream:
        told = stream.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return json.loads(told) if told else f"exit {os.WEXITSTATUS(status)}"


def add_row(path: Path, row: str) -> None:
    """One more row at the end of a CSV."""
    path.write_text(f"{path.read_text(encoding='utf-8')}{row}\n", encoding="utf-8")


def look(root: Path) -> dict[str, Any]:
    """The current snapshot, read whole, and what lies beside it."""
    processed = Project(root).processed
    snapshot = store.current(processed)
    rows = sum(len(snapshot.table(name)) for name in TABLES)
    same = rows == sum(snapshot.meta["tables"].values())
    failed = sorted({int(value) for value in snapshot.table("results")["failed"]})
    left = sorted(path.name for path in processed.iterdir() if path.name.startswith(".writing-"))
    every = [one.id for one in store.snapshots(processed)]
    kept = Kept(processed / FOLDER)
    torn = [path.name for path in (processed / FOLDER).glob("*.file") if kept.file(path.stem) is None]
    whole = same and not torn and len(snapshot.findings()) == sum(snapshot.meta["findings"].values())
    return {"id": snapshot.id, "whole": whole, "failed": failed, "left": left, "snapshots": len(every)}


def die(*_: Any, **__: Any) -> None:
    """End at once, as by `kill -9`."""
    os.kill(os.getpid(), signal.SIGKILL)


def dying_at(call: int, real: Callable[..., Any], after: bool = False) -> Callable[..., Any]:
    """A function that kills the process at its n-th call, before or after doing its work."""
    calls = 0

    def function(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call and not after:
            die()
        done = real(*arguments, **named)
        if calls == call:
            die()
        return done

    return function


def _patch(owner: Any, name: str, call: int = 1, after: bool = False) -> Callable[[], None]:
    return lambda: setattr(owner, name, dying_at(call, getattr(owner, name), after))


def _placing(ending: str) -> Callable[[], None]:
    """Die between writing a file aside and putting it in place."""

    def patch() -> None:
        real = Path.replace

        def replace(self: Path, target: Path) -> Path:
            if Path(target).name.endswith(ending):
                die()
            return real(self, target)

        Path.replace = replace  # type: ignore[method-assign,assignment]

    return patch


POINTS: dict[str, Callable[[], None]] = {
    "reading": _patch(one_file, "_read_sheet"),
    "reports": _patch(intake, "write_reports"),
    "first table": _patch(store, "_write_parquet"),
    "last table": _patch(store, "_write_parquet", TABLES_WRITTEN, after=True),
    "meta": _patch(store, "_write_meta", after=True),
    "move": _patch(store, "_move", after=True),
    "pointer": _placing(store.CURRENT),
    "keeping": _placing(".file"),
    "pruning": _patch(Kept, "prune", after=True),
}


def killed(root: Path) -> dict[str, Any]:
    """For each point: how the ingest ended, what was current before and after, what the next one left."""
    told: dict[str, Any] = {}
    before = in_fork(lambda: _ingest(root, 1))
    for failed, (point, patch) in enumerate(POINTS.items(), start=2):

        def work(failed: int = failed, patch: Callable[[], None] = patch) -> Any:
            patch()
            return _ingest(root, failed)

        told[point] = {"before": before, "end": in_fork(work), "after": in_fork(lambda: look(root))}
        before = in_fork(lambda failed=failed: _ingest(root, failed))
        told[point] |= {"next": before, "wanted": failed}
    return told


def _ingest(root: Path, failed: int) -> dict[str, Any]:
    intake.ingest(fill(root, failed))
    return look(root)


def at_random(root: Path, times: int) -> list[dict[str, Any]]:
    """The same, killed from outside after a random while."""
    moments = random.Random(847)  # noqa: S311 - no secret
    started = time.monotonic()
    before = in_fork(lambda: _ingest(root, 1))
    usual = time.monotonic() - started
    told = []
    for failed in range(2, 2 + times):
        child, reading = in_fork(lambda failed=failed: _ingest(root, failed), wait=False)
        time.sleep(moments.uniform(usual / 2, usual))
        os.kill(child, signal.SIGKILL)
        result(child, reading)
        after = in_fork(lambda: look(root))
        told.append({"before": before, "after": after, "wanted": failed})
        before = after
    told.append({"before": before, "after": in_fork(lambda: _ingest(root, 80)), "wanted": 80})
    return told


def at_once(root: Path, rounds: int = 4) -> dict[str, Any]:
    """Two ingests of the same files at once, two writers of different snapshots, and a reader beside them."""
    project = fill(root, 1)
    pair = [in_fork(lambda: intake.ingest(project).snapshot.id, wait=False) for _ in range(2)]
    same = [result(*one) for one in pair]

    def write(writer: int) -> list[str]:
        ids = []
        for turn in range(rounds):
            failed = 10 * writer + turn
            tables = {
                "schools": register(["990001"], [2025]),
                "results": results({"990001": {"oge-ma": {2025: (failed, 90)}}}),
            }
            inputs = [store.InputFile("r.csv", f"{failed:064x}", 1)]
            ids.append(store.write(project.processed, tables, findings.to_frame([]), inputs, "1").id)
        return ids

    def read() -> int:
        seen = 0
        until = time.monotonic() + 20
        while not (root / "done").exists() and time.monotonic() < until:
            if not look(root)["whole"]:
                raise ShnorError("a snapshot that is not whole")
            seen += 1
        return seen

    reader = in_fork(read, wait=False)
    writers = [in_fork(lambda at=at: write(at), wait=False) for at in (1, 2)]
    ids = [result(*one) for one in writers]
    (root / "done").touch()
    return {"same": same, "ids": ids, "read": result(*reader), "after": in_fork(lambda: look(root))}


def hard_disk(root: Path) -> dict[str, Any]:
    """No room for the reports, none for the tables, no right to write."""
    before = in_fork(lambda: _ingest(root, 1))
    processed = Project(root).processed
    tables = {
        "schools": register(["990001"], [2025]),
        "results": results({"990001": {"oge-ma": {2025: (3, 9)}}}),
    }
    nothing = findings.to_frame([])
    inputs = [store.InputFile("r.csv", "f" * 64, 1)]

    def full(size: int, work: Callable[[], Any]) -> Callable[[], Any]:
        def limited() -> Any:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
            return work()

        return limited

    def read_only() -> Any:
        processed.chmod(0o555)
        if os.geteuid() == 0:
            os.seteuid(65534)  # the superuser may write anywhere
        return store.write(processed, tables, nothing, inputs, "1").id

    told = {
        name: in_fork(full(size, work))
        for name, size, work in (
            ("reports", 2_000, lambda: _ingest(root, 2)),
            ("tables", 300, lambda: store.write(processed, tables, nothing, inputs, "1").id),
            ("list", 300, lambda: export.write(tables["results"], root / "list.xlsx", "Список")),
        )
    }
    told["read_only"] = in_fork(read_only)
    processed.chmod(0o755)
    parts = re.compile(r"\.writing-.*|\..*-\d+-[0-9a-f]{6}")
    files = sorted(path.name for path in root.rglob("*") if parts.fullmatch(path.name))
    return told | {"before": before, "after": in_fork(lambda: look(root)), "left": files}


def _threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))


def main(folder: Path) -> None:
    """All of it."""
    threads = _threads()  # those of numerical libraries, which know about forks
    procedures.builtin()  # what every fork would load and read anew
    register(["990001"], [2025])
    assert _threads() == threads, "a thread would be lost in a fork"
    parts = {name: folder / name for name in ("killed", "random", "once", "disk")}
    print(
        json.dumps(
            {
                "killed": killed(parts["killed"]),
                "random": at_random(parts["random"], times=4),
                "once": at_once(parts["once"]),
                "disk": hard_disk(parts["disk"]),
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
