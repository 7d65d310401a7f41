"""stdout and stderr of a notebook: what Python prints, and what its child processes and C code write.

In:   writes to `sys.stdout`, `sys.stderr` and to descriptors 1 and 2.
Out:  pieces of text in the order of the kernel's own rules, each with the request that it belongs to.
Not:  what becomes of the pieces (see `shell`).

The rules are those of ipykernel: each stream collects what is written and lets it go after 0.2 seconds,
when it is flushed, and before anything is displayed. What child processes wrote is taken in before the next
thing that Python writes, and before a cell ends, so that it stands where it was written; ipykernel leaves
that to chance.
"""

import codecs
import contextlib
import io
import os
import select
import threading
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any

from shnor_lib.engine.limits import MEGABYTE

INTERVAL = 0.2
_CHUNK = 1 << 16
_NOTICE = "\n[Вывод обрезан: больше {limit} МБ текста в блокноте.]\n"

Header = dict[str, Any]
Publish = Callable[[str, str, Header], None]


class Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of a notebook, with the interface that ipykernel's shell expects."""

    encoding = "UTF-8"

    def __init__(self, name: str, number: int, streams: "Streams") -> None:
        self.name = name
        self.parent_header: Header = {}
        self.pending = io.StringIO()
        self.due: float | None = None
        self._number = number
        self._original = os.dup(number)
        self._streams = streams

    def fileno(self) -> int:
        """The stream that this process was started with."""
        return self._original

    def isatty(self) -> bool:
        """No."""
        return False

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, text: str) -> int:
        """Take text in."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if not self._streams.ours():  # a fork made by the notebook: its words come through the descriptor
            os.write(self._number, text.encode(errors="replace"))
        else:
            self._streams.write(self, text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:  # type: ignore[override]
        """Take several pieces of text in."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Let go of what was collected."""
        if self._streams.ours():
            self._streams.flush(self)

    def set_parent(self, parent: dict[str, Any]) -> None:
        """What is written from now on belongs to this request."""
        self.flush()
        self.parent_header = parent.get("header", parent)


class Streams:
    """Both streams, and the thread that lets go of what waited long enough.

    Attributes:
        out: for `sys.stdout`.
        err: for `sys.stderr`.
    """

    def __init__(self, publish: Publish, limit: int) -> None:
        """Put pipes in the place of descriptors 1 and 2.

        Args:
            publish: takes the name of a stream, a piece of its text and the request it belongs to.
            limit: characters that are kept of both together.
        """
        self._publish = publish
        self._limit = limit
        self._left = limit
        self._lock = threading.RLock()
        self._pid = os.getpid()
        self.out = Stream("stdout", 1, self)
        self.err = Stream("stderr", 2, self)
        self._pipes = {_divert(1): self.out, _divert(2): self.err}
        self._decoders = {pipe: codecs.getincrementaldecoder("utf-8")("replace") for pipe in self._pipes}
        self._alarm = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._poll = select.poll()
        for pipe in self._pipes:
            self._poll.register(pipe, select.POLLIN)
        threading.Thread(target=self._attend, name="streams", daemon=True).start()

    def ours(self) -> bool:
        """Whether this is still the process of the notebook, not a fork that it made."""
        return os.getpid() == self._pid

    def write(self, stream: Stream, text: str) -> None:
        """Collect text behind what child processes wrote before it."""
        with self._lock:
            self._take_in()
            self._collect(stream, text)

    def flush(self, stream: Stream) -> None:
        """Let go of what a stream collected."""
        with self._lock:
            self._take_in()
            self._let_go(stream)

    def _collect(self, stream: Stream, text: str) -> None:
        if self._left <= 0 or not text:
            return
        if len(text) > self._left:
            text = text[: self._left] + _NOTICE.format(limit=self._limit // MEGABYTE)
            self._left = 0
        else:
            self._left -= len(text)
        stream.pending.write(text)
        if stream.due is None:
            stream.due = monotonic() + INTERVAL
            if threading.current_thread().name != "streams":
                os.eventfd_write(self._alarm, 1)

    def _let_go(self, stream: Stream) -> None:
        text = stream.pending.getvalue()
        stream.pending = io.StringIO()
        stream.due = None
        if text:
            self._publish(stream.name, text, stream.parent_header)

    def _take_in(self) -> None:
        """Collect what stands in the pipes; one look is enough, as a pipe holds no more than a chunk."""
        for pipe, _ in self._poll.poll(0):
            self._collect(self._pipes[pipe], self._decoders[pipe].decode(os.read(pipe, _CHUNK)))

    def _attend(self) -> None:
        poll = select.poll()
        for descriptor in (*self._pipes, self._alarm):
            poll.register(descriptor, select.POLLIN)
        while True:
            due = [stream.due for stream in self._pipes.values() if stream.due is not None]
            poll.poll(max(0.0, min(due) - monotonic()) * 1000 + 1 if due else None)
            with self._lock:
                with contextlib.suppress(BlockingIOError):
                    os.eventfd_read(self._alarm)
                self._take_in()
                for stream in self._pipes.values():
                    if stream.due is not None and stream.due <= monotonic():
                        self._let_go(stream)


def _divert(number: int) -> int:
    """Put a pipe in the place of a descriptor; its reading end."""
    reading, writing = os.pipe()
    os.dup2(writing, number)
    os.close(writing)
    return reading
