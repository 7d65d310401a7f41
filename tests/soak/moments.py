"""What a batch is doing and which processes do it, as seen from outside.

In:   the command's process id, the folder of its reports.
Out:  `phase`.
"""

from pathlib import Path

from tests.processes import tree

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
