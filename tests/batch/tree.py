"""What lies in a published tree, and whether its manifest is true of it."""

import hashlib
import json
import os
from pathlib import Path

from shnor_lib.batch import manifest
from shnor_lib.settings import Project

BESIDE = ("index.html",)


def pages(project: Project, year: int = 2025) -> dict[str, bytes]:
    """Pages of a year without its index, which holds dates."""
    root = project.reports / str(year)
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*.html"))
        if path.name not in BESIDE
    }


def true(project: Project, year: int = 2025) -> dict[tuple[str, str], str]:
    """Status by unit of a tree whose manifest is true of it; fails where it is not."""
    root = project.reports / str(year)
    loaded = manifest.load(root)
    assert loaded is not None
    found = manifest.read(root)
    assert len(found) == len(loaded["units"]), "a page named by the manifest is not there"
    for page in (entry.published for entry in found.values() if entry.published):
        for name, digest in zip(page.files, page.sha256, strict=True):
            assert hashlib.sha256((root / name).read_bytes()).hexdigest() == digest, name
    named = {name for entry in found.values() if entry.published for name in entry.published.files}
    assert set(pages(project, year)) <= named, "a page lies there that the manifest does not know"
    assert (root / "index.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert [path.name for path in project.reports.glob(".new-*")] == []
    return {key: entry.status for key, entry in found.items()}


def changed(project: Project, line: str) -> None:
    """Another line in the notebook, run by every unit."""
    path = project.notebooks / "01_good.ipynb"
    source = path.read_text(encoding="utf-8")
    assert "secret_of_the_code = 42\\n" in source
    inside = json.dumps(line, ensure_ascii=False)[1:-1]
    path.write_text(source.replace("secret_of_the_code = 42\\n", inside + "\\n"), encoding="utf-8")


def processes(project: Project) -> list[int]:
    """Processes that work for a batch of the project, this one excepted."""
    marker, found = f"SHNOR_PROJECT={project.root}\0".encode(), []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if marker in environ.read_bytes() and int(environ.parent.name) != os.getpid():
                found.append(int(environ.parent.name))
        except OSError:
            continue
    return found
