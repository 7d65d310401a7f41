"""Word templates of a project: copies of the shipped ones, which a region changes to its own letterhead.

In:   a project.
Out:  `templates/card.docx`, `templates/order.docx`; what a person has changed is never overwritten.
"""

import shutil
from pathlib import Path

from shnor_lib import atomic
from shnor_lib.errors import InputError
from shnor_lib.settings import Project

FOLDER = "templates"
_SHIPPED = Path(__file__).parent / "templates"


def folder(project: Project) -> Path:
    """Where the project keeps its own templates."""
    return project.root / FOLDER


def lay_out(project: Project) -> tuple[list[Path], list[Path]]:
    """Copy the shipped templates into the project.

    Returns:
        Templates that were copied, and those that stood there already and stay as they are.

    Raises:
        InputError: the folder cannot be written.
    """
    there = folder(project)
    copied: list[Path] = []
    kept: list[Path] = []
    try:
        there.mkdir(parents=True, exist_ok=True)
        for template in sorted(_SHIPPED.glob("*.docx")):
            target = there / template.name
            if target.exists():
                kept.append(target)
                continue
            with atomic.aside(target) as part:
                shutil.copyfile(template, part)
            copied.append(target)
    except OSError as error:
        raise InputError(f"Шаблоны в «{there}» не записаны: {atomic.reason(error)}.") from error
    return copied, kept
