"""What a batch is doing and which processes do it, as seen from outside.

In:   the command's process id, the folder of its reports.
Out:  `phase` and `tree`.
"""

import os
from pathlib import Path

# In the order in which a batch goes through them.
PHASES = ("start", "warm-up", "units", "publication", "archives", "index")
# Processes of a batch by their depth below the command.
NAMES = ("command", "warm parent", "worker", "notebook", "its child")


def phase(pid: int, reports: Path, year: int) -> str:
    """What a running batch is doing: reading the data, warming up, making reports, putting them in place."""
    new = reports / f".new-{year}"
    if (new / "manifest.json").exists():
        return "index"
    if (new / "zip").exists():
        return "archives"
    if new.exists():
        return "publication"
    levels = tree(pid)
    if len(levels) > 2:
        return "units"
    return "warm-up" if len(levels) > 1 else "start"


def tree(pid: int) -> list[list[int]]:
    """A process, its children, theirs, and so on; empty when it is gone."""
    levels = [[pid]] if Path(f"/proc/{pid}").exists() else []
    while levels and levels[-1]:
        levels.append([child for parent in levels[-1] for child in children(parent)])
    return levels[:-1]


def children(pid: int) -> list[int]:
    """Children of a process; none when it is gone."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(one) for task in tasks for one in (task / "children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def alive(pid: int) -> bool:
    """Whether a process runs; one that nobody has buried yet does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z" and os.getpid() != pid
