"""Locks between processes that may be killed, run on several machines, or work on a file share.

In:   a lock file.
Out:  `held`: a lock while a block runs; `holder`: who has it; `taken`: the same for an open file.
Not:  what is done under it (see `atomic`).
"""

import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_TURN = 0.1  # seconds between two looks
_STALE = 60  # seconds after which a file without a word was left by a writer that died


@contextmanager
def held(lock: Path, patience: float = 0) -> Iterator[bool]:
    """Hold a lock while the block runs; the value says whether it is ours.

    The system releases it when the process ends in whatever way. On a disk that knows no locks (some file
    shares) a second file says who holds it; one left by a process of this machine that is no more counts for
    nothing, one of another machine stays until somebody removes it. Windows knows no such locks: there it
    counts as ours.

    Args:
        lock: the lock file; who holds it can be read from it (see `holder`).
        patience: seconds to wait for another holder.

    Raises:
        OSError: the lock file cannot be written.
    """
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    sign, signed = owner_file(lock), False
    deadline = time.monotonic() + patience
    try:
        while True:
            ours = taken(descriptor)
            if ours is None and os.name == "posix":
                ours = signed = _signed(sign)
            if ours is not False or time.monotonic() >= deadline:
                break
            time.sleep(_TURN)
        if ours is not False:
            with suppress(OSError):  # on a full disk nobody can read who we are
                os.ftruncate(descriptor, 0)
                os.write(descriptor, _me().encode())
        yield ours is not False
    finally:
        if signed:
            sign.unlink(missing_ok=True)
        os.close(descriptor)


def holder(lock: Path) -> tuple[str, int] | None:
    """Machine and process id of who holds a lock, or held it last; None where that is not known."""
    for path in (owner_file(lock), lock):
        with suppress(OSError, ValueError):
            host, pid, *_ = path.read_text(encoding="utf-8").split()
            return host, int(pid)
    return None


def owner_file(lock: Path) -> Path:
    """The file that stands for a lock on a disk that knows none."""
    return lock.with_name(f"{lock.name}.owner")


def _signed(sign: Path) -> bool:
    """Whether the file that stands for a lock could be made by us."""
    me = f"{_me()} {secrets.token_hex(4)}"
    while True:
        try:
            descriptor = os.open(sign, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        except FileExistsError:
            if not _abandoned(sign):
                return False
            sign.unlink(missing_ok=True)
            continue
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(me)
        time.sleep(_TURN)  # another one who found an abandoned file may have removed ours instead
        with suppress(OSError):
            return sign.read_text(encoding="utf-8") == me


def _abandoned(sign: Path) -> bool:
    """Whether the process that made a file is no more, as far as this machine can know."""
    try:
        host, pid, *life = sign.read_text(encoding="utf-8").split()[:4]
        number = int(pid)
    except OSError:
        return True
    except ValueError:  # its writer died before it could write
        return _age(sign) > _STALE
    # The same number may by now belong to another process: that one started later, or after another boot.
    return host == socket.gethostname() and _life(number) != life


def _me() -> str:
    """Machine, process id, boot and start of this process."""
    return " ".join([socket.gethostname(), str(os.getpid()), *_life(os.getpid())])


def _life(pid: int) -> list[str]:
    """What tells a process from all others of its number; empty when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return [boot, stat.rpartition(")")[2].split()[19]]
    except OSError:
        pass
    if os.name != "posix":  # on Windows `kill` would end it
        return ["-", "-"]
    try:  # no /proc: only whether it runs
        os.kill(pid, 0)
    except ProcessLookupError:
        return []
    except OSError:
        pass
    return ["-", "-"]


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def taken(descriptor: int) -> bool | None:
    """Whether the lock is ours now; None where the disk or the system knows no locks."""
    try:
        import fcntl
    except ImportError:  # Windows knows no such lock
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True
