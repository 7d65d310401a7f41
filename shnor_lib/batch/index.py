"""The index page of a year: every municipality with its reports, as one static file.

In:   the manifest of the year, which years lie beside it.
Out:  `reports/<year>/index.html`; works from a folder, a file share or any web server.
Not:  a rating: municipalities stand in alphabetical order and carry no places.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, Template

from shnor_lib import atomic
from shnor_lib.batch.manifest import MANIFEST, Entry, Published, load, read
from shnor_lib.batch.names import DONE, REGION
from shnor_lib.present import text

INDEX = "index.html"
TEMPLATES = Path(__file__).resolve().parent / "templates"


@dataclass(frozen=True)
class Link:
    """A cell of the table: one notebook for one municipality.

    Attributes:
        title: title of the report.
        label: its short title.
        page: path of the page from the index, empty where there is none.
        notebook: path of the notebook, empty where it is not published.
        stale: date of the page when it is not of the newest data, method or attempt, else empty.
        message: why the newest attempt failed, else empty.
        tried: the page shows settings on trial.
    """

    title: str
    label: str
    page: str = ""
    notebook: str = ""
    stale: str = ""
    message: str = ""
    tried: bool = False


@dataclass(frozen=True)
class Row:
    """One municipality; counts are None where the data have no verdicts for it; its archive may be empty."""

    id: str
    title: str
    schools: int | None
    listed: int | None
    links: tuple[Link, ...]
    archive: str = ""


def write(root: Path, years: list[int]) -> None:
    """Write the index of a tree that has its manifest.

    Args:
        root: folder of the year.
        years: all years to link to.
    """
    manifest = load(root)
    if manifest:
        atomic.write_text(root / INDEX, render(root, manifest, years))


def write_others(reports: Path, year: int) -> None:
    """Write the index of every other year anew, so that each links to all.

    One that cannot be written stays as it is: the next batch of its year finds it out of date.
    """
    years = published_years(reports)
    for other in years:
        if other != year:
            with suppress(OSError):
                write(reports / str(other), years)


def is_current(root: Path, manifest: dict[str, Any]) -> bool:
    """Whether the index of a tree is the one that its manifest and the years beside it give."""
    path = root / INDEX
    wanted = render(root, manifest, published_years(root.parent))
    try:
        return not path.is_symlink() and path.read_text(encoding="utf-8") == wanted
    except (OSError, ValueError):
        return False


def published_years(reports: Path) -> list[int]:
    """Years with a manifest that can be read, newest first."""
    roots = [path.parent for path in reports.glob(f"[0-9]*/{MANIFEST}")]
    years = [root for root in roots if root.name.isascii() and root.name.isdigit() and load(root)]
    return sorted((int(root.name) for root in years), reverse=True)


def render(root: Path, manifest: dict[str, Any], years: list[int]) -> str:
    """Text of the index page.

    Args:
        root: folder of the year.
        manifest: its manifest.
        years: all years to link to.
    """
    found = list(read(root, manifest).values())
    titles = {entry.notebook: (entry.title, entry.label) for entry in found}
    columns = sorted(titles)
    by_key = {entry.key: entry for entry in found}

    def links(folder: str) -> tuple[Link, ...]:
        return tuple(_link(by_key.get((name, folder)), titles[name], manifest) for name in columns)

    rows = _rows(manifest, found, links)
    homeless = manifest.get("without_municipality") or {"schools": 0, "listed": 0}
    return _template().render(
        manifest=manifest,
        year=manifest["year"],
        years=years,
        region_links=links(REGION),
        rows=rows,
        failures=[entry for entry in found if entry.status != DONE],
        homeless=homeless,
        total_schools=sum(row.schools or 0 for row in rows) + homeless["schools"],
        total_listed=sum(row.listed or 0 for row in rows) + homeless["listed"],
        snapshot_date=_date(manifest["snapshot_created"]),
        written=_date(manifest["written"]),
    )


def _rows(
    manifest: dict[str, Any], found: list[Entry], links: Callable[[str], tuple[Link, ...]]
) -> list[Row]:
    places: dict[str, dict[str, Any]] = dict(manifest["municipalities"])
    for entry in found:  # a municipality that the newest snapshot no longer has keeps its pages
        if entry.municipality_id != REGION:
            places.setdefault(entry.municipality_id, {"municipality": entry.municipality})
    rows = [
        Row(
            key,
            facts["municipality"],
            facts.get("schools"),
            facts.get("listed"),
            links(key),
            facts.get("archive", ""),
        )
        for key, facts in places.items()
    ]
    order = text.alphabet(pd.Series([row.title for row in rows], dtype="str")).argsort(kind="stable")
    return [rows[position] for position in order]


def _link(entry: Entry | None, title: tuple[str, str], manifest: dict[str, Any]) -> Link:
    if entry is None:
        return Link(*title)
    page = entry.published
    files = {Path(name).suffix: name for name in reversed(page.files)} if page else {}
    older = page is not None and _is_older(page, manifest)
    return Link(
        *title,
        page=files.get(".html", ""),
        notebook=files.get(".ipynb", ""),
        stale=_date(page.finished) if page and (older or entry.status != DONE) else "",
        message=entry.message,
        tried=page is not None and page.tried,
    )


def _is_older(page: Published, manifest: dict[str, Any]) -> bool:
    """Whether a page was made from other data or by another method than the newest ones."""
    names = ("snapshot", "methodology", "methodology_version", "methodology_hash")
    pairs = [(getattr(page, name), manifest.get(name, "")) for name in names]
    # The first trees named no hashes of methods.
    return any(own != newest for own, newest in pairs if own and newest)


def _date(iso: str) -> str:
    return text.date(datetime.fromisoformat(iso).astimezone())


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["number"] = text.number
    return environment.get_template("index.html.j2")
