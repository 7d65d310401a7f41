"""Messages over a stream socket: each a list of byte strings, whole or not at all.

In:   a connected socket.
Out:  `Wire`: `send`, `receive` with a time limit, `take` for event loops.
Not:  what the parts mean (see `shell`, `warm`).

A reader never waits for the rest of a message longer than it was asked to: the other side may be killed in
the middle of one.
"""

import select
import socket
import struct
import threading
from collections import deque
from time import monotonic

_COUNT = struct.Struct("!I")
_SIZE = struct.Struct("!Q")
_CHUNK = 1 << 18

Parts = list[bytes]


class Wire:
    """One end of a connection.

    Attributes:
        sender: the thread that is sending a message, else None; a signal handler must not raise in it, or the
            reader would take the next message for the rest of this one.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.sender: int | None = None
        self._socket = sock
        self._buffer = bytearray()
        self._ready: deque[Parts] = deque()

    def fileno(self) -> int:
        """Descriptor, for `select` and event loops."""
        return self._socket.fileno()

    def send(self, *parts: bytes) -> None:
        """Send one message.

        Raises:
            OSError: the other side is gone.
        """
        head = _COUNT.pack(len(parts)) + b"".join(_SIZE.pack(len(part)) for part in parts)
        self.sender = threading.get_ident()
        try:
            self._socket.sendall(b"".join([head, *parts]))
        finally:
            self.sender = None

    def receive(self, timeout: float | None = None) -> Parts | None:
        """The next message; None when none came in time.

        Args:
            timeout: seconds; without limit when None.

        Raises:
            EOFError: the other side is gone, and all that it sent whole was received.
        """
        deadline = None if timeout is None else monotonic() + timeout
        while not self._ready:
            left = None if deadline is None else max(0.0, deadline - monotonic())
            if not self._wait(left):
                return None
            self._read()
        return self._ready.popleft()

    def take(self) -> list[Parts]:
        """All messages that can be had without waiting.

        Raises:
            EOFError: there are none, and there will be none.
        """
        while self._wait(0):
            try:
                self._read()
            except EOFError:
                if not self._ready:
                    raise
                break
        ready = list(self._ready)
        self._ready.clear()
        return ready

    def close(self) -> None:
        """Close this end."""
        self._socket.close()

    def _wait(self, timeout: float | None) -> bool:
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(None if timeout is None else timeout * 1000))

    def _read(self) -> None:
        try:
            chunk = self._socket.recv(_CHUNK)
        except ConnectionResetError:  # the other side died with something unread
            chunk = b""
        if not chunk:
            raise EOFError
        self._buffer += chunk
        while (parts := self._cut()) is not None:
            self._ready.append(parts)

    def _cut(self) -> Parts | None:
        """The first whole message of the buffer."""
        if len(self._buffer) < _COUNT.size:
            return None
        (count,) = _COUNT.unpack_from(self._buffer)
        start = _COUNT.size + count * _SIZE.size
        if len(self._buffer) < start:
            return None
        sizes = [_SIZE.unpack_from(self._buffer, _COUNT.size + n * _SIZE.size)[0] for n in range(count)]
        if len(self._buffer) < start + sum(sizes):
            return None
        parts = []
        for size in sizes:
            parts.append(bytes(self._buffer[start : start + size]))
            start += size
        del self._buffer[:start]
        return parts


def pair() -> tuple[socket.socket, socket.socket]:
    """Two connected sockets that no other program started from here inherits."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
