"""The same units on a cluster of dask: published here, equal to those made here, whatever a worker does."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shnor_lib.batch import Request, run_batch
from shnor_lib.errors import RunError
from shnor_lib.settings import Project
from tests.batch.conftest import build_project

pytest.importorskip("distributed")
FOUR = Request(["01"], ["reg22_m001", "reg22_m002", "reg22_m003", "reg22_m004"])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Farm:
    """A scheduler and its workers, as the documentation starts them."""

    def __init__(self, folder: Path) -> None:
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self._folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        port = self.address.rpartition(":")[2]
        self.start("scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard")

    def start(self, *command: str) -> "subprocess.Popen[bytes]":
        log = (self._folder / f"{len(self.processes)}.txt").open("wb")
        with log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *command],
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self._folder,
            )
        self.processes.append(process)
        return process

    def worker(self) -> "subprocess.Popen[bytes]":
        """One more worker with one thread, in a process of its own, without a nanny that would restart it."""
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self._folder)]
        return self.start("worker", self.address, *options)

    def stop(self) -> None:
        for process in reversed(self.processes):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    farm = Farm(tmp_path_factory.mktemp("farm"))
    try:
        farm.worker()
        farm.worker()
        yield farm
    finally:
        farm.stop()


@pytest.fixture
def fresh(tmp_path: Path) -> Project:
    return build_project(tmp_path / "project")


def pages(project: Project) -> dict[str, bytes]:
    root = project.reports / "2025"
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*.html")
        if path.name != "index.html"
    }


def test_pages_made_far_away_are_those_made_here(farm: Farm, fresh: Project, tmp_path: Path) -> None:
    far = run_batch(fresh, FOUR, cluster=farm.address)
    assert far.exit_code == 0
    assert len(far.units) == 4
    made = pages(fresh)
    shutil.rmtree(fresh.reports)
    assert run_batch(fresh, FOUR).exit_code == 0
    assert made == pages(fresh)


def changed(project: Project, line: str) -> None:
    """Another line in the notebook, run by every unit."""
    path = project.notebooks / "01_good.ipynb"
    source = path.read_text(encoding="utf-8")
    assert "secret_of_the_code = 42\\n" in source
    path.write_text(source.replace("secret_of_the_code = 42\\n", line + "\\n"), encoding="utf-8")


def children(pid: int) -> list[int]:
    """Processes that a process has started; none when it is gone."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(one) for task in tasks for one in (task / "children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def test_a_lost_worker_costs_nothing(farm: Farm, fresh: Project) -> None:
    changed(fresh, "import time; time.sleep(1.5)")
    victim = farm.worker()
    orphans: list[int] = []

    def kill_at_work() -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            forks = [fork for parent in children(victim.pid) for fork in children(parent)]
            if forks:
                orphans.extend([*children(victim.pid), *forks])
                os.kill(victim.pid, signal.SIGKILL)
                return
            time.sleep(0.01)

    killer = threading.Thread(target=kill_at_work)
    killer.start()
    result = run_batch(fresh, FOUR, cluster=farm.address)
    killer.join()
    assert orphans, "the worker was killed at work"
    assert [entry.status for entry in result.units] == ["done"] * 4
    assert len(pages(fresh)) == 4
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}/stat").exists() for pid in orphans) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [pid for pid in orphans if Path(f"/proc/{pid}/stat").exists()] == []


def test_a_unit_that_fails_far_away_is_one_failure(farm: Farm, fresh: Project) -> None:
    changed(fresh, "assert municipality != 'reg22_m003'")
    result = run_batch(fresh, FOUR, cluster=farm.address)
    (failed,) = result.failed
    assert (failed.municipality_id, failed.error_code) == ("reg22_m003", "notebook")
    assert len(pages(fresh)) == 3


def test_nobody_at_the_address(fresh: Project) -> None:
    started = time.monotonic()
    with pytest.raises(RunError, match="не отвечает"):
        run_batch(fresh, FOUR, cluster=f"tcp://127.0.0.1:{free_port()}")
    assert time.monotonic() - started < 60
    assert not (fresh.reports / "2025" / "manifest.json").exists()
