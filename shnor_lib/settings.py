"""Where a project lives and what it has decided: folders and `shnor.yml`.

A project is a folder with `data/raw`, `data/processed`, `reports` and, optionally, `notebooks`
and `shnor.yml`. It is found from the given path, from the environment variable `SHNOR_PROJECT`,
or by walking up from the current folder, so that a notebook run by papermill (current folder:
the project) and by Voila (current folder: `notebooks/`) finds the same one.
"""

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shnor_lib.errors import InputError

SETTINGS_FILE = "shnor.yml"
PROJECT_VARIABLE = "SHNOR_PROJECT"
_MARKERS = (SETTINGS_FILE, "data/raw", "data/processed")


class Settings(BaseModel):
    """Contents of `shnor.yml`; every key has a default, an unknown key is an error.

    Attributes:
        region: name of the region in headings, nominative case.
        methodology: id of a shipped profile or path of a YAML file inside the project.
        acknowledged_codes: six-digit codes that results may carry although no school has them
            (rule R18); the person who lists them has looked at them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    region: str = ""
    methodology: str = "rosobrnadzor-847"
    acknowledged_codes: frozenset[str] = Field(default_factory=frozenset)


@dataclass(frozen=True)
class Project:
    """Folders of one project, and its settings.

    Attributes:
        root: absolute path of the project folder.
    """

    root: Path
    _settings: Settings | None = field(default=None, repr=False, compare=False)

    @property
    def raw(self) -> Path:
        """Inputs as received; never changed."""
        return self.root / "data" / "raw"

    @property
    def processed(self) -> Path:
        """Snapshots; never edited."""
        return self.root / "data" / "processed"

    @property
    def reports(self) -> Path:
        """What the batch publishes."""
        return self.root / "reports"

    def method(self, name: str | Path) -> str:
        """The file of a method in the project, where there is one of the name; else the name."""
        beside = self.root / name
        return str(beside if beside.is_file() else name)

    @property
    def notebooks(self) -> Path:
        """The project's notebooks, or the shipped ones where it has none."""
        own = self.root / "notebooks"
        return own if any(own.glob("*.ipynb")) else shipped_notebooks()

    @cached_property
    def settings(self) -> Settings:
        """Settings of the project, defaults where `shnor.yml` is absent.

        Raises:
            InputError: the file is not YAML, or a key or a value is wrong; all faults at once.
        """
        if self._settings is not None:
            return self._settings
        return load_settings(self.root / SETTINGS_FILE)


def load_settings(path: Path) -> Settings:
    """Read `shnor.yml`; an absent or empty file means the defaults."""
    if not path.exists():
        return Settings()
    try:
        values: Any = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except UnicodeDecodeError as error:
        raise InputError(f"Файл настроек «{path}» записан не в кодировке UTF-8.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", строка {mark.line + 1}" if mark else ""
        raise InputError(f"Файл настроек «{path}» не читается как YAML{where}.") from error
    if not isinstance(values, dict):
        raise InputError(f"Файл настроек «{path}» должен состоять из строк «ключ: значение».")
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        faults = "; ".join(
            f"«{'.'.join(map(str, fault['loc']))}»: {_russian(fault['type'])}" for fault in error.errors()
        )
        raise InputError(
            f"Файл настроек «{path}»: {faults}. Допустимые ключи: {', '.join(Settings.model_fields)}."
        ) from error


def _russian(fault: str) -> str:
    """What is wrong with a value; the validator itself speaks English."""
    return {
        "extra_forbidden": "такого ключа нет",
        "string_type": "нужна строка (в кавычках, если это число)",
        "frozen_set_type": "нужен список кодов",
    }.get(fault, "значение не подходит")


def find_project(path: str | Path | None = None) -> Project:
    """The project at `path`, at `SHNOR_PROJECT`, or at the nearest folder above the current one.

    Raises:
        InputError: the given folder does not exist, or no project is found on the way up.
    """
    given = path or os.environ.get(PROJECT_VARIABLE)
    if given:
        root = Path(given).expanduser().resolve()
        if not root.is_dir():
            raise InputError(f"Папка проекта «{root}» не найдена. Создайте её: shnor init {given}")
        return Project(root)
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if any((folder / marker).exists() for marker in _MARKERS):
            return Project(folder)
    raise InputError(
        f"В папке «{here}» и выше нет проекта ШНОР. Перейдите в папку проекта, укажите её "
        "(--project ПАПКА) или создайте новую: shnor init ПАПКА"
    )


def shipped_notebooks() -> Path:
    """Folder of the notebooks that come with the library: in a checkout or in an installed wheel."""
    package = Path(__file__).resolve().parent
    inside = package / "_notebooks"
    return inside if inside.is_dir() else package.parent / "notebooks"
