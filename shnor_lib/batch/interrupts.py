"""Ctrl-C and SIGTERM while a batch runs.

In:   signals, as a person at a terminal or a service manager sends them.
Out:  `interruptible`: the first one ends the work, what is done is published; the second one is patience
      asked for, the third one ends the process as the system would.
Not:  what has to be done at the end (see `run`).

An exception in the middle of ending would leave processes behind and print tracebacks.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_BOTH = (signal.SIGINT, signal.SIGTERM)
_PATIENT = 2


class Interrupts:
    """What was heard so far."""

    def __init__(self) -> None:
        self._heard = 0
        self._ending = False

    def end(self) -> None:
        """From now on the work is ending by itself: a signal need not tell it to."""
        self._ending = True

    def hear(self, number: int, frame: FrameType | None) -> None:
        """Handler of both signals."""
        self._heard += 1
        if self._heard >= _PATIENT:
            signal.signal(number, signal.SIG_DFL)
        if not self._ending:
            self._ending = True
            raise KeyboardInterrupt


@contextmanager
def interruptible() -> Iterator[Interrupts]:
    """Let the first signal of either kind raise KeyboardInterrupt in the block, and no other."""
    heard = Interrupts()
    if threading.current_thread() is not threading.main_thread():  # signals reach the main thread only
        yield heard
        return
    before = {number: signal.getsignal(number) for number in _BOTH}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # as a shell starts what runs in the background
            signal.signal(number, heard.hear)
    try:
        yield heard
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
