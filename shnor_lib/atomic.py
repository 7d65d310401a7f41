"""Files that a reader meets whole or not at all: written aside, flushed, renamed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def aside(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; it takes the place of `path` when the block ends well.

    Raises:
        OSError: the file cannot be written; what stood at `path` stays.
    """
    part = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        yield part
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> Path:
    """Replace a text file in one step."""
    with aside(path) as part:
        part.write_text(text, encoding="utf-8")
    return path
