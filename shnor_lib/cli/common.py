"""What several commands do: open a region, read options, write a table, speak."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
import yaml

from shnor_lib.errors import ParameterError

if TYPE_CHECKING:
    from shnor_lib.region import Region


def open_region(project: Path | None, methodology: str | None, municipality: str | None) -> "Region":
    """The region of a project under a method, limited to a municipality where one is named."""
    from shnor_lib.region import open_region as opened

    region = opened(project, methodology)
    return region.municipality(municipality) if municipality else region


def write(
    table: Any,
    out: Path,
    title: str,
    region: "Region",
    method: str,
    sheets: Any = None,
    notes: tuple[str, ...] = (),
) -> None:
    """Write a table with what stands under every table: method, snapshot, no rating; `notes` before that."""
    from shnor_lib.present import export

    usual = (f"Методика: {method}", f"Снимок данных: {region.snapshot.id}", "Перечень не является рейтингом.")
    export.write(table, out, title, (*notes, *usual), sheets)


def settings_of(given: list[str] | None) -> dict[str, object]:
    """`--set` values as YAML scalars, so that numbers are numbers."""
    if any(item.split("=")[0] == "year" for item in given or ()):
        raise ParameterError("--set: год задаётся отдельно.", ["--year ГОД"])
    try:
        return {name: yaml.safe_load(value) for name, value in pairs(given, "--set").items()}
    except yaml.YAMLError as error:
        raise ParameterError("--set: значение не читается.", [f"«{item}»" for item in given or ()]) from error


def pairs(given: list[str] | None, option: str) -> dict[str, str]:
    """`name=value` strings as a dict; all malformed ones are named at once."""
    wrong = [item for item in given or () if "=" not in item]
    if wrong:
        raise ParameterError(f"{option}: нужен вид имя=значение.", [f"«{item}»" for item in wrong])
    return dict(item.split("=", 1) for item in given or ())


def complain(text: str) -> None:
    """Say what went wrong, on the error stream."""
    typer.echo(text, err=True)
