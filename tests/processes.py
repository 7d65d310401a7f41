"""Processes as the system shows them: who has started whom, and who still runs."""

import os
from pathlib import Path


def children(pid: int) -> list[int]:
    """Processes that a process has started; none when it is gone."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(one) for task in tasks for one in (task / "children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def tree(pid: int) -> list[list[int]]:
    """A process, its children, theirs, and so on; empty when it is gone."""
    levels = [[pid]] if Path(f"/proc/{pid}").exists() else []
    while levels and levels[-1]:
        levels.append([child for parent in levels[-1] for child in children(parent)])
    return levels[:-1]


def alive(pid: int) -> bool:
    """Whether a process runs; one that nobody has buried yet does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z" and os.getpid() != pid
