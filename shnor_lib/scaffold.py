"""A new workbench for a region: folders, notebooks, settings (`shnor init`)."""

import shutil
from importlib import resources
from pathlib import Path

import yaml

from shnor_lib.errors import InputError
from shnor_lib.methodology import load
from shnor_lib.settings import SETTINGS_FILE, Project, shipped_notebooks

_FOLDERS = ("data/raw", "data/processed", "reports", "notebooks")


def create(folder: Path, region: str = "", methodology: str = "rosobrnadzor-847") -> Project:
    """Make a project folder; nothing that exists is overwritten.

    Args:
        folder: new or empty folder.
        region: name of the region for headings.
        methodology: id of a shipped profile.

    Raises:
        InputError: the folder holds something already, or cannot be made.
        MethodologyError: no such profile.
    """
    load(methodology)
    root = folder.expanduser().resolve()
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise InputError(f"Папка «{root}» не пуста. Укажите новую папку.")
    try:
        for name in _FOLDERS:
            (root / name).mkdir(parents=True)
        for part in ("", "explore"):
            (root / "notebooks" / part).mkdir(exist_ok=True)
            for notebook in (shipped_notebooks() / part).glob("*.ipynb"):
                shutil.copy(notebook, root / "notebooks" / part)
        voila = resources.files("shnor_lib.serve") / "voila.json"
        (root / "voila.json").write_text(voila.read_text(encoding="utf-8"), encoding="utf-8")
        settings = {"region": region, "methodology": methodology, "acknowledged_codes": []}
        lines = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
        (root / SETTINGS_FILE).write_text(lines, encoding="utf-8")
    except OSError as error:
        raise InputError(f"Проект в «{root}» не создан: {error.strerror or error}.") from error
    return Project(root)
