"""What a notebook may take: memory and output.

In:   a limit; the process id of a notebook.
Out:  `Limits`; `apply` inside the notebook's process; `resident`, watched from outside.
Not:  time (the recorder counts it) and disk.

Memory is limited twice. RLIMIT_DATA inside the process turns an allocation too many into a `MemoryError` of
the cell, also in numpy, Arrow and duckdb; the resident size of the process and its children, looked at from
outside, catches what the first does not count: several processes, shared memory.
"""

import contextlib
import resource
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1 << 20
_PAGE = resource.getpagesize()


@dataclass(frozen=True)
class Limits:
    """Limits of one notebook.

    Attributes:
        memory: bytes that a notebook may take beyond what the warm parent holds; None is no limit.
        text: characters of stdout and stderr together that are kept.
        output: bytes of all other outputs together that are kept.
    """

    memory: int | None = None
    text: int = 10 * MEGABYTE
    output: int = 256 * MEGABYTE


def apply(limits: Limits) -> None:
    """Limit the memory of this process, counted from what it has now."""
    if limits.memory is not None:
        ceiling = data_size() + limits.memory
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        if hard != resource.RLIM_INFINITY:
            ceiling = min(ceiling, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (ceiling, ceiling))


def data_size() -> int:
    """Bytes of this process that RLIMIT_DATA counts."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0


def resident(pid: int) -> int:
    """Bytes in memory of a process and all its children; 0 when it is gone."""
    total, waiting = 0, [pid]
    while waiting:
        number = waiting.pop()
        with contextlib.suppress(OSError, IndexError, ValueError):
            total += int(Path(f"/proc/{number}/statm").read_bytes().split()[1]) * _PAGE
            for task in Path(f"/proc/{number}/task").iterdir():
                children = (task / "children").read_bytes().split()
                waiting += [int(child) for child in children]
    return total
