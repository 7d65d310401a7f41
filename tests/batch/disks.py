"""Disks that are small or may not be written to, where this system lets a test have one."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A disk of so many bytes, in memory; the test is skipped where it cannot be had."""
    place.mkdir()
    if _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", place):
        pytest.skip("no right to mount a small disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def read_only(place: Path, on: bool) -> None:
    """Forbid writing on a small disk, or allow it again."""
    assert _mount("-o", f"remount,{'ro' if on else 'rw'}", place) == 0


def grow(place: Path, size: str) -> None:
    """More room on a small disk."""
    assert _mount("-o", f"remount,size={size}", place) == 0


def fill(place: Path) -> Path:
    """A file that takes all room that is left on a disk."""
    hog = place / "hog"
    with hog.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(b"x" * 4096)
        except OSError:
            pass
    return hog


def _mount(*arguments: object) -> int:
    return subprocess.run(["mount", *map(str, arguments)], check=False, capture_output=True).returncode
