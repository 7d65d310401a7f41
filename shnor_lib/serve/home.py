"""The home page of the dashboards: what there is, for which municipality and year.

In:   the project's notebooks and its snapshot.
Out:  a static page; the choice made on it goes into the addresses of the dashboards.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import tornado.web
from jinja2 import Environment, FileSystemLoader, Template
from jupyter_server.base.handlers import JupyterHandler

from shnor_lib.errors import SelectionError, ShnorError
from shnor_lib.notebooks import Description, describe
from shnor_lib.present import text
from shnor_lib.region import open_region
from shnor_lib.settings import Project

TEMPLATES = Path(__file__).resolve().parent / "templates"
PAGE = "voila/render/{name}.ipynb"


@dataclass(frozen=True)
class Offer:
    """What the data let one choose; `fault` says in Russian why nothing can be chosen."""

    region: str
    years: tuple[int, ...] = ()
    municipalities: tuple[tuple[str, str], ...] = ()
    snapshot: str = ""
    method: str = ""
    fault: str = ""


class HomeHandler(JupyterHandler):
    """Answers `/`."""

    def initialize(self, project: Project) -> None:
        """Keep the project whose dashboards are served."""
        self.project = project

    @tornado.web.authenticated
    def get(self) -> None:
        """Render the page anew at every visit, so that a new snapshot shows at once."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.finish(render(self.project, self.base_url))


def render(project: Project, base_url: str) -> str:
    """Text of the home page."""
    return _template().render(
        base_url=base_url, page=PAGE, dashboards=dashboards(project.notebooks), offer=offer(project)
    )


def dashboards(folder: Path) -> list[Description]:
    """Notebooks of a folder, in order; each is served at `PAGE`.

    Raises:
        SelectionError: the folder has none.
    """
    found = [describe(path) for path in sorted(folder.glob("*.ipynb"))]
    if not found:
        raise SelectionError(f"В папке «{folder}» нет блокнотов (*.ipynb): показывать нечего.")
    return found


def offer(project: Project) -> Offer:
    """Years and municipalities of the current snapshot; a fault instead where there is none."""
    try:
        region = open_region(project.root)
        return _offer(project, region.snapshot.id, region.method.label)
    except ShnorError as error:
        return Offer(project.settings.region or "Регион", fault=str(error))


@lru_cache(maxsize=4)
def _offer(project: Project, snapshot: str, method: str) -> Offer:
    region = open_region(project.root, snapshot=snapshot)
    places = region.municipalities
    return Offer(
        region=region.title,
        years=tuple(sorted(region.years, reverse=True)),
        municipalities=tuple(
            zip(places["municipality_id"].astype(str), places["municipality"].astype(str), strict=True)
        ),
        snapshot=f"{snapshot} от {text.date(region.snapshot.created)}",
        method=method,
    )


@cache
def _template() -> Template:
    loader = FileSystemLoader(TEMPLATES)
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True).get_template(
        "home.html.j2"
    )
