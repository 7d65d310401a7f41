"""The fork that serves JupyterLab and Voila: a real ipykernel, with sockets of its own.

In:   the command line of a kernel.
Out:  a kernel that runs until it is told to end.
Not:  asking for it (see `provisioner`).
"""

import os
import sys
from pathlib import Path

import ipykernel
from ipykernel.kernelapp import IPKernelApp

from shnor_lib.engine.shell import adopt
from shnor_lib.engine.wire import Wire


def serve(wire: Wire, arguments: list[str]) -> None:
    """Body of the fork.

    Args:
        wire: not needed: the kernel talks through its own sockets.
        arguments: command line of the kernel, as given to ipykernel.
    """
    wire.close()
    sys.argv = [str(Path(ipykernel.__file__).parents[1] / "ipykernel_launcher.py"), *arguments]
    app = IPKernelApp.instance()
    app.parent_handle = os.getppid()
    app.initialize(arguments)  # type: ignore[no-untyped-call]
    adopt()
    app.start()  # type: ignore[no-untyped-call]
