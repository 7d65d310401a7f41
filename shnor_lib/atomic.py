"""Files and folders that a reader meets whole or not at all: written aside, flushed, renamed.

In:   a path, or a folder in which something is to be made.
Out:  `aside`, `write_text`: one file; `exchange`: one folder for another;
      `buffered`: a file written at a stroke, for places that are aside already;
      `workshop`: a folder that others leave alone while its writer lives;
      `sweep`: what dead writers left behind is removed; `remove`: whatever stands at a path;
      `reason`, `advice`: why a write failed and what to do, in Russian.
Not:  keeping others out while one writes (see `locks`).
"""

import ctypes
import errno
import glob
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

from shnor_lib import locks

WRITING = ".writing-"
_LOCK = ".lock"
_STALE = 3600  # seconds after which a file written aside belongs to nobody
_REASONS = {
    errno.ENOSPC: "на диске нет места",
    errno.EDQUOT: "исчерпана квота на диске",
    errno.EFBIG: "файл больше допустимого размера",
    errno.EROFS: "диск доступен только для чтения",
    errno.EACCES: "нет права на запись",
    errno.EPERM: "нет права на запись",
    errno.EEXIST: "на месте папки стоит файл",
    errno.ENOTDIR: "на месте папки стоит файл",
    errno.ENOENT: "папки нет",
    errno.EISDIR: "на месте файла стоит папка",
}
_IN_THE_WAY = (errno.EEXIST, errno.ENOTDIR, errno.EISDIR)
_ADVICE = {
    errno.ENOSPC: "Освободите место",
    errno.EDQUOT: "Освободите место",
    errno.EROFS: "Разрешите запись на диск",
    errno.EACCES: "Проверьте права на папку",
    errno.EPERM: "Проверьте права на папку",
}


@contextmanager
def aside(path: Path, flush: bool = True) -> Iterator[Path]:
    """A path beside `path` to write to; it takes the place of `path` when the block ends well.

    Args:
        path: the file.
        flush: have it on the disk before it takes its place; what can be made again does without.

    Raises:
        OSError: the file cannot be written; what stood at `path` stays.
    """
    _drop_stale(path)
    part = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(3)}")
    try:
        yield part
        if flush:
            with part.open("rb") as stream:
                os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def buffered(path: Path) -> Iterator[BytesIO]:
    """A buffer that is written to `path` when the block ends well.

    For libraries that leave a half-written file open when the disk is full: Python complains of such a file
    on the console when it is thrown away.

    Raises:
        OSError: the file cannot be written.
    """
    buffer = BytesIO()
    yield buffer
    path.write_bytes(buffer.getbuffer())


def write_text(path: Path, text: str) -> Path:
    """Replace a text file in one step."""
    with aside(path) as part:
        part.write_text(text, encoding="utf-8")
    return path


@contextmanager
def workshop(parent: Path) -> Iterator[Path]:
    """A new folder in `parent` to make something in; it is gone when the block ends, unless renamed.

    While the writer lives it holds a lock beside the folder, which the system releases when the process ends
    in whatever way; so `sweep` can tell a folder at work from one that was left behind.

    Raises:
        OSError: the folder cannot be made.
    """
    lock, descriptor = _claim(parent)
    folder = lock.with_suffix("")
    try:
        folder.mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)
        with suppress(OSError):
            lock.unlink(missing_ok=True)


def sweep(parent: Path) -> None:
    """Remove the folders of writers that are no more; what cannot be removed now stays for the next time."""
    for lock in parent.glob(f"{WRITING}*{_LOCK}"):
        with suppress(OSError):
            descriptor = os.open(lock, os.O_RDWR)
            try:
                if locks.taken(descriptor):
                    shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
                    lock.unlink(missing_ok=True)
            finally:
                os.close(descriptor)
    for folder in parent.glob(f"{WRITING}*"):  # without a lock: an earlier version wrote it
        if folder.suffix != _LOCK and not folder.with_suffix(_LOCK).exists() and _age(folder) > _STALE:
            shutil.rmtree(folder, ignore_errors=True)


def flush_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, where the system knows how."""
    with suppress(OSError):  # a folder cannot be opened on Windows, where names are safe without it
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def reason(error: BaseException) -> str:
    """Why a write failed, in Russian where it is a usual reason."""
    return _REASONS.get(_number(error)) or getattr(error, "strerror", None) or str(error)


def advice(error: BaseException) -> str:
    """What to do about a write that failed, in Russian: the beginning of a sentence."""
    number, path = _number(error), getattr(error, "filename", None)
    if number in _IN_THE_WAY and path:
        return f"Уберите «{path}»"
    return _ADVICE.get(number, "Проверьте диск и права на папку")


def _number(error: BaseException) -> int:
    number = getattr(error, "errno", None)
    if number is None:
        # Libraries wrap the error of the system, and keep its number only in the words.
        match = re.search(r"\[errno (\d+)\]", str(error), re.IGNORECASE)
        return int(match[1]) if match else 0
    return int(number)


def remove(path: Path) -> None:
    """Remove what stands at a path, a link without what it leads to; what cannot be removed now stays."""
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _claim(parent: Path) -> tuple[Path, int]:
    """A lock file of our own in `parent`, locked."""
    while True:  # a sweeper may take a new one before we lock it: then again
        descriptor, name = tempfile.mkstemp(prefix=WRITING, suffix=_LOCK, dir=parent)
        lock = Path(name)
        if locks.taken(descriptor) is not False and lock.exists():
            return lock, descriptor
        os.close(descriptor)


def _drop_stale(path: Path) -> None:
    """Parts of this file whose writers died long ago."""
    for part in path.parent.glob(f".{glob.escape(path.name)}-*"):
        if _age(part) > _STALE:
            with suppress(OSError):
                part.unlink()


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def exchange(fresh: Path, current: Path) -> None:
    """Put a folder in the place of another in one step; the old one then lies at `fresh`, if there was one.

    Linux does it in one call. Elsewhere there is a moment between two renames; `mend` ends an exchange that
    was cut short in it.
    """
    if not current.exists():
        fresh.replace(current)
    elif not _exchanged(fresh, current):
        old = _old(current)
        remove(old)
        current.replace(old)
        fresh.replace(current)
        old.replace(fresh)
    flush_folder(current.parent)


def mend(current: Path) -> None:
    """Bring back the folder that an exchange cut short has moved away."""
    old = _old(current)
    if not current.exists() and old.is_dir() and not old.is_symlink():
        old.replace(current)


def _old(current: Path) -> Path:
    return current.with_name(f".old-{current.name}")


def _exchanged(first: Path, second: Path) -> bool:
    """`renameat2` with RENAME_EXCHANGE, where system and disk know it."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    here, exchange_flag = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return int(rename(here, os.fsencode(first), here, os.fsencode(second), exchange_flag)) == 0
