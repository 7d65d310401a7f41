"""Kill a batch at random moments and look at what lies in the tree.

In:   a small project, a number of kills, a seed.
Out:  `soak`, what was killed and every fault that was found; none is the only good answer.

Each round starts `shnor batch`, kills one of its processes (the command itself, the warm parent, a worker, a
notebook) or the whole group with SIGKILL, and then looks: the manifest is true of the tree, and every page in
it is the one that an undisturbed run makes, byte for byte. Then the batch is resumed to its end, and all of
it must be done.
"""

import contextlib
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from shnor_lib.batch import manifest
from shnor_lib.settings import Project
from tests.batch.conftest import build_project

YEAR = 2025
_BATCH = ("batch", "--year", str(YEAR), "--notebook", "01", "--jobs", "2")
_BESIDE = ("manifest.json", "index.html")
_LONGEST = 4.5  # seconds after which a batch of this size has ended


@dataclass
class Soak:
    """What a soak has seen.

    Attributes:
        kills: by what was killed.
        late: rounds in which the batch had ended before the kill.
        faults: what was wrong, with the round.
    """

    kills: Counter[str] = field(default_factory=Counter)
    late: int = 0
    faults: list[str] = field(default_factory=list)


def soak(root: Path, kills: int, seed: int, tell: bool = False) -> Soak:
    """Kill a batch `kills` times.

    Args:
        root: an empty folder.
        kills: how often.
        seed: of the moments and the victims.
        tell: print a line every tenth kill.
    """
    rng = random.Random(seed)  # noqa: S311 - moments, not secrets
    project = build_project(root)
    seen = Soak()
    assert _batch(project).wait() == 0
    wanted = _pages(project)
    rounds = 0
    while sum(seen.kills.values()) < kills:
        rounds += 1
        if rng.random() < 0.3:
            shutil.rmtree(project.reports / str(YEAR), ignore_errors=True)  # as before the first batch
        running = _batch(project, "--again")
        time.sleep(rng.uniform(0.1, _LONGEST))
        victim = _kill(running, rng)
        running.wait()
        if victim is None:
            seen.late += 1
        else:
            seen.kills[victim] += 1
        seen.faults += [f"{rounds}, {victim}: {fault}" for fault in _faults(project, wanted, whole=False)]
        _batch(project, "--resume").wait()  # refused where the kill came before or after all the work
        if _batch(project).wait() != 0:
            seen.faults.append(f"{rounds}, {victim}: the batch does not go on")
        left = _faults(project, wanted, whole=True)
        seen.faults += [f"{rounds}, {victim}: at the end: {fault}" for fault in left]
        if tell and rounds % 10 == 0:
            print(f"{sum(seen.kills.values())} kills, {len(seen.faults)} faults", flush=True)
    return seen


def _batch(project: Project, *options: str) -> "subprocess.Popen[bytes]":
    with (project.root / "said.txt").open("ab") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "shnor_lib.cli", *_BATCH, *options, "--project", str(project.root)],
            stdout=said,
            stderr=said,
            start_new_session=True,
        )


def _kill(running: "subprocess.Popen[bytes]", rng: random.Random) -> str | None:
    """Kill one process of the batch, or all of its group; what it was, None where the batch had ended."""
    if running.poll() is not None:
        return None
    levels = [[running.pid]]
    while levels[-1]:
        levels.append([child for pid in levels[-1] for child in _children(pid)])
    names = ("command", "warm parent", "worker", "notebook", "its child")
    depth = rng.randrange(len(levels))
    if depth == len(levels) - 1:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        return "group"
    with contextlib.suppress(ProcessLookupError):
        os.kill(rng.choice(levels[depth]), signal.SIGKILL)
    return names[min(depth, len(names) - 1)]


def _children(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(one) for task in tasks for one in (task / "children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def _pages(project: Project) -> dict[str, str]:
    root = project.reports / str(YEAR)
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*.html")
        if path.name not in _BESIDE
    }


def _faults(project: Project, wanted: dict[str, str], whole: bool) -> list[str]:
    """What is wrong in the tree."""
    root = project.reports / str(YEAR)
    if not root.exists() and not whole:
        return []
    found = manifest.load(root)
    if found is None:
        return ["no manifest"]
    faults = []
    entries = manifest.read(root, found)
    if len(entries) != len(found["units"]):
        faults.append("the manifest names pages that are not there")
    for entry in entries.values():
        if entry.published is None:
            continue
        for name, digest in zip(entry.published.files, entry.published.sha256, strict=True):
            if hashlib.sha256((root / name).read_bytes()).hexdigest() != digest:
                faults.append(f"{name} is not what the manifest says")
    if not (root / "index.html").read_text(encoding="utf-8").rstrip().endswith("</html>"):
        faults.append("the index is cut")
    lying = _pages(project)
    faults += [f"{name} differs" for name, digest in lying.items() if wanted.get(name) != digest]
    if whole and set(lying) != set(wanted):
        faults.append(f"missing: {sorted(set(wanted) - set(lying))}")
    if whole and any(entry.status != "done" for entry in entries.values()):
        faults.append("not everything is done")
    return faults
