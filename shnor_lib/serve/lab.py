"""JupyterLab on the project: in Russian, without anything that asks an outside network.

In:   a project.
Out:  a running JupyterLab until Ctrl-C.
"""

import os
import subprocess
import sys
from pathlib import Path

from shnor_lib.engine import provisioner
from shnor_lib.settings import PROJECT_VARIABLE, Project

HERE = Path(__file__).resolve().parent
CONFIG = HERE / "etc" / "jupyter"
_QUIET = (
    # no news, no look for updates, no catalogue of extensions: all three live outside
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)


def lab_command(project: Project, port: int | None = None, open_browser: bool = True) -> list[str]:
    """The command that starts JupyterLab on the project."""
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={project.root}",
        f"--ServerApp.open_browser={open_browser}",
        *([f"--ServerApp.port={port}"] if port else []),
        # in a container there may be no other user; Jupyter would refuse in English
        *(["--ServerApp.allow_root=True"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
        *_QUIET,
    ]


def lab_environment(project: Project) -> dict[str, str]:
    """Variables of JupyterLab and of its kernels: which project, and our defaults of the interface.

    The language and the switched-off extensions are defaults beside the user's own settings, which stay
    where they are and win.
    """
    others = [path for path in os.environ.get("JUPYTER_CONFIG_PATH", "").split(os.pathsep) if path]
    environment = {
        **os.environ,
        PROJECT_VARIABLE: str(project.root),
        "JUPYTER_CONFIG_PATH": os.pathsep.join([str(CONFIG), *others]),
    }
    provisioner.choose(environment)
    return environment


def lab(project: Project, port: int | None = None, open_browser: bool = True) -> int:
    """Open JupyterLab on the project and wait until it is closed.

    Args:
        project: the project.
        port: TCP port; Jupyter's own choice when None.
        open_browser: open the browser.

    Returns:
        Exit code of JupyterLab; 0 after Ctrl-C.
    """
    command = lab_command(project, port, open_browser)
    with subprocess.Popen(command, env=lab_environment(project), cwd=project.root) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                # JupyterLab got the same signal and asks whether to stop; wait for what it decides.
                continue
