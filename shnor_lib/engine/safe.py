"""Whether notebooks may run in forks here, and whose kernel is asked for.

In:   this system; the name of a kernel.
Out:  a Russian sentence that says why not; None where nothing stands against it.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_client.kernelspec import KernelSpec

_LAUNCHER = "ipykernel_launcher"


def obstacle() -> str | None:
    """What forbids forks on this system."""
    if sys.platform != "linux":
        return "он работает только в Linux"
    if not Path("/proc/self/fd").is_dir():
        return "не подключена файловая система /proc"
    return None


def foreign(kernel_name: str) -> str | None:
    """Why a kernel cannot be a fork of this Python: another interpreter or language."""
    # Costs a fifth of a batch with nothing to do, which asks nothing of kernels.
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec(kernel_name)
    except NoSuchKernel:
        return f"ядра «{kernel_name}» здесь нет"
    return None if is_ours(spec) else f"ядро «{kernel_name}» принадлежит другому окружению"


def is_ours(spec: "KernelSpec") -> bool:
    """Whether a kernel is ipykernel under this very interpreter, without settings of its own."""
    argv = list(spec.argv)
    if spec.env or len(argv) < 3 or _LAUNCHER not in argv[1:4]:
        return False
    program = argv[0]
    same = program in ("python", "python3", f"python3.{sys.version_info[1]}", sys.executable)
    return same or Path(program).absolute() == Path(sys.executable).absolute()
