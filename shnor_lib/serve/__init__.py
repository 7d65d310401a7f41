"""Live pages: dashboards under Voila, JupyterLab on the project."""

from shnor_lib.serve.dashboards import DEFAULT_PORT, serve
from shnor_lib.serve.lab import lab

__all__ = ["DEFAULT_PORT", "lab", "serve"]
