"""Kill a batch at random moments and look at what lies in the tree.

In:   a small project, a number of kills, a seed.
Out:  `soak`, what was killed in which phase and every fault that was found; none is the only good answer.

Each round starts `shnor batch`, waits for one of its phases and a moment more, and kills one of its processes
(the command itself, the warm parent, a worker, a notebook) or the whole group with SIGKILL; or it runs the
batch on a cluster and kills a worker of dask, its processes, the scheduler or the command. What was hit least
often is aimed at first: putting pages in place takes a hundredth of the time of making them.

Then it looks: the manifest is true of the tree, and every page in it is the one that an undisturbed run
makes, byte for byte. Then the batch is resumed to its end, and all of it must be done.
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
from importlib.util import find_spec
from pathlib import Path

from shnor_lib.batch import manifest
from shnor_lib.settings import Project
from tests.batch.conftest import build_project
from tests.batch.farm import Farm
from tests.processes import alive, tree
from tests.soak.moments import NAMES, PHASES, phase

YEAR = 2025
_BATCH = ("batch", "--year", str(YEAR), "--notebook", "01", "--zip")
_BESIDE = ("manifest.json", "index.html")
_LONGEST = 60.0  # seconds in which a batch of this size comes to any of its phases
# How long a phase lasts on a usual machine: the kill comes somewhere within.
_LASTS = {"start": 1.5, "warm-up": 2.0, "units": 1.5, "publication": 0.05, "archives": 0.3, "index": 0.05}
CLUSTER = "cluster"
_FAR = ("dask worker", "warm parent", "worker", "notebook", "scheduler", "command")
_EVERY = 8  # one round of so many runs on a cluster: it takes several times as long


@dataclass
class Soak:
    """What a soak has seen.

    Attributes:
        kills: by phase and by what was killed.
        late: rounds in which the batch had ended before the kill.
        faults: what was wrong, with the round.
    """

    kills: Counter[tuple[str, str]] = field(default_factory=Counter)
    late: int = 0
    faults: list[str] = field(default_factory=list)

    def table(self) -> str:
        """Kills by phase and victim."""
        victims = [*NAMES[:4], "group", "dask worker", "scheduler"]
        rows = [["", *victims]]
        rows += [
            [row, *(str(self.kills[row, victim] or "-") for victim in victims)] for row in (*PHASES, CLUSTER)
        ]
        return "\n".join(f"{row[0]:12}" + "".join(f"{cell:>13}" for cell in row[1:]) for row in rows)


def soak(root: Path, kills: int, seed: int, tell: bool = False, far: bool | None = None) -> Soak:
    """Kill a batch `kills` times.

    Args:
        root: an empty folder.
        kills: how often.
        seed: of the moments and the victims.
        tell: print a line every round.
        far: whether some batches run on a cluster of dask; where dask is installed, when None.
    """
    rng = random.Random(seed)  # noqa: S311 - moments, not secrets
    project = build_project(root / "project")
    (root / "farm").mkdir()
    far = find_spec("distributed") is not None if far is None else far
    seen = Soak()
    assert _batch(project).wait() == 0
    wanted = _pages(project)
    rounds = 0
    while sum(seen.kills.values()) < kills:
        rounds += 1
        if rng.random() < 0.3:
            shutil.rmtree(project.reports / str(YEAR), ignore_errors=True)  # as before the first batch
        hit = (
            _far(project, root / "farm", seen, rng)
            if far and rounds % _EVERY == 0
            else _here(project, seen, rng)
        )
        name = "too late" if hit is None else ", ".join(hit)
        if hit is None:
            seen.late += 1
        else:
            seen.kills[hit] += 1
        seen.faults += [f"{rounds}, {name}: {fault}" for fault in _faults(project, wanted, whole=False)]
        _batch(project, "--resume").wait()  # refused where the kill came before or after all the work
        if _batch(project).wait() != 0:
            seen.faults.append(f"{rounds}, {name}: the batch does not go on")
        left = _faults(project, wanted, whole=True)
        seen.faults += [f"{rounds}, {name}: at the end: {fault}" for fault in left]
        if tell:
            print(f"{sum(seen.kills.values())} kills, {len(seen.faults)} faults; {name}", flush=True)
    return seen


def _batch(project: Project, *options: str) -> "subprocess.Popen[bytes]":
    with (project.root / "said.txt").open("ab") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "shnor_lib.cli", *_BATCH, *options, "--project", str(project.root)],
            stdout=said,
            stderr=said,
            start_new_session=True,
        )


def _here(project: Project, seen: Soak, rng: random.Random) -> tuple[str, str] | None:
    """Kill a batch of this machine; in which phase, and what."""
    running = _batch(project, "--again", "--jobs", "2")
    hits = {name: sum(number for (when, _), number in seen.kills.items() if when == name) for name in PHASES}
    fewest = min(hits.values())
    aim = rng.choice([name for name in PHASES if hits[name] == fewest])
    deadline = time.monotonic() + _LONGEST
    while running.poll() is None and time.monotonic() < deadline:
        now = phase(running.pid, project.reports, YEAR)
        if PHASES.index(now) >= PHASES.index(aim):
            break
    time.sleep(rng.uniform(0, _LASTS[aim]))
    now = phase(running.pid, project.reports, YEAR)
    levels = tree(running.pid)
    if running.poll() is not None or not levels:
        running.wait()
        return None
    depth = rng.randrange(len(levels) + 1)
    victim = "group" if depth == len(levels) else NAMES[min(depth, len(NAMES) - 1)]
    everybody = [pid for level in levels for pid in level]
    with contextlib.suppress(ProcessLookupError):
        if victim == "group":
            os.killpg(running.pid, signal.SIGKILL)
        else:
            os.kill(rng.choice(levels[depth]), signal.SIGKILL)
    running.wait()
    _ended(everybody, seen, f"{now}, {victim}")
    return now, victim


def _far(project: Project, folder: Path, seen: Soak, rng: random.Random) -> tuple[str, str] | None:
    """Kill something of a batch on a cluster of two workers; what it was."""
    farm = Farm(folder)
    try:
        workers = [farm.worker(), farm.worker()]
        running = _batch(project, "--again", "--cluster", farm.address)
        victim = min(_FAR, key=lambda name: (seen.kills[CLUSTER, name], rng.random()))
        deadline = time.monotonic() + _LONGEST
        levels: list[list[int]] = []
        while running.poll() is None and time.monotonic() < deadline and len(levels) < 4:
            levels = tree(rng.choice(workers).pid)  # a notebook is at work there
        if len(levels) < 4 or running.poll() is not None:
            running.wait()
            return None
        time.sleep(rng.uniform(0, 0.2))
        pids = {"scheduler": [farm.scheduler.pid], "command": [running.pid]}
        depths = dict(zip(_FAR, levels, strict=False))
        with contextlib.suppress(ProcessLookupError):
            os.kill(rng.choice(pids.get(victim) or depths[victim]), signal.SIGKILL)
        code = running.wait()
        if victim not in pids and code != 0:
            seen.faults.append(f"{CLUSTER}, {victim}: not everything was done by the others")
        return CLUSTER, victim
    finally:
        farm.stop()


def _ended(pids: list[int], seen: Soak, name: str) -> None:
    """No process of a batch that has ended may live on."""
    deadline = time.monotonic() + 10
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    left = [pid for pid in pids if alive(pid)]
    if left:
        seen.faults.append(f"{name}: processes that live on: {left}")


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
