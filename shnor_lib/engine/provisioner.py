"""Kernels of JupyterLab and Voila from the warm parent, as Jupyter asks for them.

In:   a kernel that a server wants to start.
Out:  the same kernel, forked instead of started: its imports are done, and shared with all others.
Not:  notebooks run by papermill (see `plugin`).

    JUPYTER_DEFAULT_PROVISIONER_NAME=shnor-fork jupyter lab

Every kernel of this Python then comes from the warm parent of the server; others, and all where forks are not
safe, start as always. `shnor lab` and `shnor serve` set the variable themselves (see `choose`).
"""

import asyncio
import os
import signal
from collections.abc import MutableMapping
from importlib.metadata import entry_points
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from shnor_lib.engine import kernel, safe, warm
from shnor_lib.engine.fork import ForkRefusedError
from shnor_lib.engine.warm import Child

NAME = "shnor-fork"
VARIABLE = "JUPYTER_DEFAULT_PROVISIONER_NAME"
_GROUP = "jupyter_client.kernel_provisioners"
_LAUNCHER = "ipykernel_launcher"


def choose(environment: MutableMapping[str, str]) -> bool:
    """Let a server with these variables take its kernels from a warm parent, where that can be done.

    Args:
        environment: variables of the server; another provisioner named there stays.

    Returns:
        Whether kernels will be forks.
    """
    # A server that is told a name nobody has registered starts no kernel at all.
    if safe.obstacle() is not None or not entry_points(group=_GROUP, name=NAME):
        return False
    return environment.setdefault(VARIABLE, NAME) == NAME


class Forked:
    """A fork with the part of `subprocess.Popen` that Jupyter uses."""

    stdin = stdout = stderr = None

    def __init__(self, child: Child) -> None:
        self.pid = child.pid
        self._child = child

    def poll(self) -> int | None:
        """Exit code; None while it runs."""
        return self._child.poll()

    def wait(self) -> int | None:
        """Exit code, when it has ended."""
        return self._child.wait()

    def send_signal(self, number: int) -> None:
        """Send a signal to its process group."""
        self._child.signal(number)

    def terminate(self) -> None:
        """Tell it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self._child.kill()


class ForkProvisioner(LocalProvisioner):
    """Starts kernels as forks of a warm parent where that can be done, else as processes."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel.

        Args:
            cmd: its command line.
            kwargs: as for `subprocess.Popen`; environment and current folder are heeded.
        """
        if safe.obstacle() is None and safe.is_ours(self.kernel_spec):
            arguments = cmd[cmd.index(_LAUNCHER) + 1 :]
            # The first kernel waits for the warm-up; the server meanwhile serves others.
            loop = asyncio.get_running_loop()
            try:
                child = await loop.run_in_executor(None, self._fork, arguments, kwargs)
            except ForkRefusedError as error:
                self.log.warning("Ядро не ответвлено, оно запускается как обычно: %s", error)
            else:
                self.process = Forked(child)  # type: ignore[assignment]
                self.pid = self.pgid = child.pid
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)

    def _fork(self, arguments: list[str], options: dict[str, Any]) -> Child:
        environment = options.get("env") or os.environ
        return warm.shared().start(kernel.serve, arguments, environment=environment, cwd=options.get("cwd"))
