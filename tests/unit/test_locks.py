"""Locks: by the system, and by a file where a disk knows none."""

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from shnor_lib import locks


@pytest.fixture(params=["of the system", "of a file"])
def lock(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lock on a usual disk, and on a file share that knows none."""
    if request.param == "of a file":
        monkeypatch.setattr(locks, "taken", lambda descriptor: None)
    return tmp_path / "lock"


@pytest.mark.skipif(os.name != "posix", reason="Windows knows no such locks")
def test_a_lock_has_one_holder_who_is_known_by_name(lock: Path) -> None:
    with locks.held(lock) as first:
        assert first
        assert locks.holder(lock) == (socket.gethostname(), os.getpid())
        with locks.held(lock) as second:
            assert not second
        with locks.held(lock) as third:
            assert not third, "who was refused has released nothing"
    with locks.held(lock) as again:
        assert again


@pytest.mark.skipif(os.name != "posix", reason="Windows knows no such locks")
def test_who_is_patient_gets_the_lock_when_it_is_free(lock: Path) -> None:
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with locks.held(lock):
            entered.set()
            leave.wait(10)

    other = threading.Thread(target=hold)
    other.start()
    entered.wait(10)
    threading.Timer(0.3, leave.set).start()
    started = time.monotonic()
    with locks.held(lock, patience=10) as ours:
        assert ours
        assert 0.2 < time.monotonic() - started < 5
    other.join()


def sign(lock: Path, *words: object) -> None:
    locks.owner_file(lock).write_text(" ".join(map(str, words)), encoding="utf-8")


def test_a_file_left_by_a_killed_process_counts_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "taken", lambda descriptor: None)
    lock, here = tmp_path / "lock", socket.gethostname()
    killed = "import sys, time; from pathlib import Path; from shnor_lib import locks\n"
    killed += "locks.taken = lambda descriptor: None\n"
    killed += "with locks.held(Path(sys.argv[1])) as ours: print(ours, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", killed, lock], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"True\n"
        with locks.held(lock) as ours:
            assert not ours
        process.kill()
    with locks.held(lock) as ours:
        assert ours
    _, pid, boot, start = locks._me().split()
    sign(lock, here, pid, boot, int(start) - 1, "abcd")  # our number belonged to another process before
    with locks.held(lock) as ours:
        assert ours
    sign(lock, here, pid, "another-boot", start, "abcd")
    with locks.held(lock) as ours:
        assert ours
    sign(lock, "another-machine", pid, boot, start, "abcd")
    with locks.held(lock) as ours:
        assert not ours
        assert locks.holder(lock) == ("another-machine", int(pid))
    sign(lock)
    with locks.held(lock) as ours:
        assert not ours, "somebody may be writing it now"
    os.utime(locks.owner_file(lock), (1, 1))
    with locks.held(lock) as ours:
        assert ours
