"""Commands that open the notebooks: dashboards and JupyterLab."""

from typing import Annotated

import typer

from shnor_lib.cli.options import (
    ProjectOption,
)
from shnor_lib.cli.words import Command
from shnor_lib.settings import find_project


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(cls=Command, epilog="Пример: shnor serve --port 8866")(serve)
    app.command(cls=Command, epilog="Пример: shnor lab")(lab)


def serve(
    port: Annotated[int, typer.Option("--port", help="Порт.")] = 8866,
    host: Annotated[
        str, typer.Option("--host", help="Адрес; 127.0.0.1 — только этот компьютер.")
    ] = "127.0.0.1",
    project: ProjectOption = None,
) -> int:
    """Открыть панели для чтения в браузере (Voila)."""
    from shnor_lib.serve import serve as start

    return start(find_project(project), port=port, host=host)


def lab(
    port: Annotated[int, typer.Option("--port", help="Порт.")] = 8888,
    project: ProjectOption = None,
) -> int:
    """Открыть проект в JupyterLab на русском языке."""
    from shnor_lib.serve import lab as start

    return start(find_project(project), port=port)
