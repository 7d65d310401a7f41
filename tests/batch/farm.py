"""A scheduler of dask and its workers, as the documentation starts them."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Farm:
    """A scheduler and its workers, as the documentation starts them."""

    def __init__(
        self,
        folder: Path,
        scheme: str = "tcp",
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.address = f"{scheme}://127.0.0.1:{free_port()}"
        self._folder = folder
        self._options = list(options)
        self._environment = {**os.environ, **(environment or {})}
        self.processes: list[subprocess.Popen[bytes]] = []
        port = self.address.rpartition(":")[2]
        host = ["--host", f"{scheme}://127.0.0.1" if scheme != "tcp" else "127.0.0.1"]
        self.scheduler = self.start("scheduler", *host, "--port", port, "--no-dashboard", *options)
        self._wait(int(port))

    def _wait(self, port: int) -> None:
        """Until the scheduler listens."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.scheduler.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            time.sleep(0.05)
        raise AssertionError((self._folder / "0.txt").read_text(encoding="utf-8"))

    def start(self, *command: str, environment: Mapping[str, str] | None = None) -> "subprocess.Popen[bytes]":
        log = (self._folder / f"{len(self.processes)}.txt").open("wb")
        with log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *command],
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self._folder,
                env={**self._environment, **(environment or {})},
            )
        self.processes.append(process)
        return process

    def worker(self, environment: Mapping[str, str] | None = None) -> "subprocess.Popen[bytes]":
        """One more worker with one thread, in a process of its own, without a nanny that would restart it."""
        command = ("worker", self.address, "--no-nanny", *self._usual(), *self._options)
        return self.start(*command, environment=environment)

    def watched_worker(self) -> "subprocess.Popen[bytes]":
        """A worker as `dask worker` starts it: under a nanny."""
        return self.start("worker", self.address, *self._usual(), *self._options)

    def wait_for_workers(self, number: int) -> None:
        """Until so many have joined."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(number, timeout=60)

    def _usual(self) -> list[str]:
        return ["--nthreads", "1", "--no-dashboard", "--local-directory", str(self._folder)]

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
