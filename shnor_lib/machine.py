"""What the machine offers: processors that this process may use.

In:   nothing.
Out:  `cores`.
"""

import os

_MOST = 8  # more readers or notebooks at once than this wait for the disk


def cores() -> int:
    """Processors that this process may use, at most eight."""
    try:
        return min(_MOST, len(os.sched_getaffinity(0)))
    except AttributeError:  # not on macOS and Windows
        return min(_MOST, os.cpu_count() or 1)
