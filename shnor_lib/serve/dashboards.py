"""Dashboards in the browser: Voila on the project's notebooks, with our template and our home page.

In:   a project, where to listen, who may enter.
Out:  a running server until Ctrl-C.
Not:  what the pages show (notebooks and `present`).

Nothing is asked of an outside network, neither by the server nor by the pages.
"""

import os
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tornado.ioloop import IOLoop
from tornado.web import HTTPError
from traitlets.config import Config
from voila.app import Voila
from voila.handler import BaseVoilaHandler
from voila.tornado.handler import TornadoVoilaHandler

from shnor_lib.engine import provisioner, warm
from shnor_lib.errors import RunError
from shnor_lib.pages.kinds import REHEARSAL, drawn
from shnor_lib.serve.home import PAGE, HomeHandler, dashboards
from shnor_lib.settings import PROJECT_VARIABLE, Project

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE / "share" / "jupyter"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
DEFAULT_PORT = 8866
# Handlers of Voila that list folders: our home page takes their place.
_UNWANTED = ("/voila/tree", "/voila/api/contents")


class DashboardHandler(TornadoVoilaHandler):  # type: ignore[misc]
    """Shows a dashboard, and lets it end its kernel when it is closed."""

    async def get(self, path: str | None = None) -> None:
        """Render the page."""
        # The page's farewell needs this cookie; Voila itself sets it on its list of files only, so that
        # kernels of pages opened by their address would live until they are culled.
        _ = self.xsrf_token
        await super().get(path)


class NotFoundHandler(BaseVoilaHandler):  # type: ignore[misc]
    """Answers every address that no other handler knows, with our page instead of Tornado's."""

    def get(self) -> None:
        """Say so."""
        raise HTTPError(404)


class Dashboards(Voila):  # type: ignore[misc]
    """Voila with a home page of ours instead of its list of files."""

    project: Project
    announce: Callable[[str], None]

    def init_handlers(self) -> list[Any]:
        """Handlers of Voila without those that list folders, and ours at the root."""
        kept = [
            tuple(DashboardHandler if part is TornadoVoilaHandler else part for part in handler)
            for handler in super().init_handlers()
            if handler[0] != self.server_url and not any(part in handler[0] for part in _UNWANTED)
        ]
        unknown = {"voila_configuration": self.voila_configuration}
        return [
            (self.server_url, HomeHandler, {"project": self.project}),
            *kept,
            (r".*", NotFoundHandler, unknown),
        ]

    def listen(self) -> None:
        """Listen on the asked port or say that it is taken; run until Ctrl-C.

        Raises:
            RunError: the port is taken or forbidden.
        """
        try:
            self.app.listen(self.port, self.ip)
        except OSError as error:
            raise RunError(
                f"Порт {self.port} занять не удалось: {error.strerror or error}. "
                f"Укажите другой: shnor serve --port {self.port + 1}"
            ) from error
        address = self.address()
        self.announce(f"Панели открыты: {address}\nОстановить: Ctrl-C")
        if self.open_browser:
            webbrowser.open(address)
        self.ioloop = IOLoop.current()
        try:
            self.ioloop.start()
        except KeyboardInterrupt:
            self.announce("Панели остановлены.")
        finally:
            self.stop()

    def address(self) -> str:
        """Address to open, with the key where one is needed."""
        host = "127.0.0.1" if self.ip in ("", "0.0.0.0", "::") else self.ip  # noqa: S104 - compared, not bound
        host = f"[{host}]" if ":" in host else host
        token = self.identity_provider.token
        return f"http://{host}:{self.port}{self.base_url}" + (f"?token={token}" if token else "")


def serve(
    project: Project,
    port: int = DEFAULT_PORT,
    host: str = "127.0.0.1",
    open_browser: bool = False,
    token: str | None = None,
    announce: Callable[[str], None] = print,
) -> int:
    """Serve the dashboards of a project until Ctrl-C.

    Args:
        project: the project.
        port: TCP port.
        host: address to listen on; other computers reach anything but the loopback address.
        open_browser: open the home page.
        token: key that a visitor must present once; None means none on the loopback address and a new
            random one elsewhere; an empty string means none at all.
        announce: takes the lines for the person who started the server.

    Returns:
        Exit code: 0 after Ctrl-C.

    Raises:
        RunError: the port is taken.
        SelectionError: the project has no notebooks.
    """
    shown = dashboards(project.notebooks)
    os.environ[PROJECT_VARIABLE] = str(project.root)  # kernels inherit it
    _prefer(TEMPLATES)
    if provisioner.choose(os.environ):
        # It works out what all pages share while the server starts; the first visitor may wait for it.
        kinds = drawn((project.notebooks / f"{item.name}.ipynb").read_text("utf-8") for item in shown)
        warm.shared([(REHEARSAL, [str(project.root), 0, kinds, {}])])
    app = Dashboards(config=_config(project, port, host, open_browser, token))
    app.project, app.announce = project, announce
    app.initialize([])
    try:
        app.start()
    finally:
        Dashboards.clear_instance()
    return 0


def _config(project: Project, port: int, host: str, open_browser: bool, token: str | None) -> Config:
    links = [
        {"name": item.name, "title": item.title, "label": item.label, "path": PAGE.format(name=item.name)}
        for item in dashboards(project.notebooks)
    ]
    private = host in LOOPBACK
    access: dict[str, Any] = {"auto_token": True} if token is None and not private else {"token": token or ""}
    return Config(
        {
            "Voila": {
                "root_dir": str(project.notebooks),
                "port": port,
                "ip": host,
                "open_browser": open_browser,
                # the project may add to the shipped voila.json
                "config_file_paths": [str(project.root), str(HERE)],
                "log_level": "WARN",
                **access,
            },
            # files do not collide as ports may, and other users of the machine cannot listen
            "KernelManager": {"transport": "ipc"} if os.name == "posix" else {},
            "VoilaConfiguration": {"resources": {"shnor_dashboards": links}},
        }
    )


def _prefer(share: Path) -> None:
    """Let Jupyter find our templates before installed copies of them."""
    others = [path for path in os.environ.get("JUPYTER_PATH", "").split(os.pathsep) if path]
    if str(share) not in others:
        os.environ["JUPYTER_PATH"] = os.pathsep.join([str(share), *others])
