"""What a batch will do: units, one for each notebook, municipality and year.

In:   notebooks and municipalities as a person names them, and what the data hold.
Out:  `Plan`, units in the order in which they run.
Not:  running (see `run`) or where a page goes (see `publish`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from shnor_lib.batch.manifest import Entry, made_by
from shnor_lib.batch.names import DONE, REGION
from shnor_lib.batch.parameters import Value
from shnor_lib.errors import InputError, SelectionError
from shnor_lib.region import Municipality

_RESERVED = frozenset({REGION, "assets"})
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Unit:
    """One notebook for one municipality (or the whole region) and one year.

    Attributes:
        notebook: path of the notebook.
        folder: id of the municipality, or `region`.
        title: name of the municipality or of the region.
        year: year of the report.
        parameters: what papermill injects.
    """

    notebook: Path
    folder: str
    title: str
    year: int
    parameters: dict[str, Value] = field(hash=False)

    @property
    def key(self) -> tuple[str, str]:
        """Notebook and folder: what identifies a published page within a year."""
        return self.notebook.stem, self.folder


def units(
    notebooks: Sequence[Path],
    places: Sequence[Municipality],
    year: int,
    values: dict[Path, dict[str, Value]],
) -> list[Unit]:
    """Units of a batch, place by place, so that a municipality is complete early.

    Args:
        notebooks: notebooks to run.
        places: municipalities, and `Municipality(REGION, …)` for the whole region.
        year: year of all reports.
        values: checked values of the given parameters for each notebook.
    """
    return [
        Unit(
            notebook,
            place.id,
            place.name,
            year,
            {"municipality": "" if place.id == REGION else place.id, "year": year, **values[notebook]},
        )
        for place in places
        for notebook in notebooks
    ]


@dataclass(frozen=True)
class Plan:
    """What a batch will do with each unit.

    Attributes:
        run: units to run, with their keys, in the order in which they run.
        unchanged: units whose pages lie in the tree and would be the same.
        left_out: units that are not run because only failed ones were asked for.
        reformatted: those of `run` whose pages lie in the tree, the same but for the formats.
    """

    run: dict[Unit, str]
    unchanged: tuple[Unit, ...]
    left_out: tuple[Unit, ...]
    reformatted: tuple[Unit, ...] = ()


def sort_out(
    units: Sequence[Unit],
    key: Callable[[Unit], str],
    lying: Mapping[tuple[str, str], Entry],
    anew: bool = False,
    only_failed: bool = False,
    in_other_formats: Sequence[Callable[[Unit], str]] = (),
    intact: Callable[[Entry], bool] = lambda entry: True,
) -> Plan:
    """Which units have to run.

    Args:
        units: all that were asked for.
        key: key of a unit (see `keys`).
        lying: entries of the published tree.
        anew: run also what is unchanged.
        only_failed: run only what failed last time, or whose page is gone or damaged since.
        in_other_formats: keys that a unit would have were other formats asked for.
        intact: whether the files of an entry are still those that were published.
    """
    run: dict[Unit, str] = {}
    unchanged, left_out = [], []
    for unit in units:
        entry, own = lying.get(unit.key), key(unit)
        if only_failed and (entry is None or (entry.status == DONE and intact(entry))):
            left_out.append(unit)
        elif entry is not None and not anew and made_by(entry) == own and intact(entry):
            unchanged.append(unit)
        else:
            run[unit] = own
    reformatted = [
        unit
        for unit in run
        if (made := made_by(lying.get(unit.key))) and any(of(unit) == made for of in in_other_formats)
    ]
    return Plan(run, tuple(unchanged), tuple(left_out), tuple(reformatted))


def select_notebooks(folder: Path, wanted: Sequence[str]) -> list[Path]:
    """Notebooks by stem («01_identification»), number («01», «1») or path; all when none is named.

    Raises:
        SelectionError: the folder holds none, or a name fits none.
    """
    have = sorted(folder.glob("*.ipynb"))
    if not have:
        raise SelectionError(f"В папке «{folder.name}» нет блокнотов (*.ipynb).")
    if not wanted:
        return have
    by_name = {path.stem: path for path in have}
    numbers = {path.stem.split("_")[0].lstrip("0"): path for path in have if path.stem[0].isdigit()}
    chosen: dict[Path, None] = {}
    unknown = []
    for name in wanted:
        path = by_name.get(Path(name).stem) or numbers.get(name.lstrip("0"))
        outside = Path(name)
        if path is None and outside.suffix == ".ipynb" and outside.is_file():
            path = outside.resolve()
        if path is None:
            unknown.append(_unknown(name, list(by_name)))
        else:
            chosen[path] = None
    if unknown:
        raise SelectionError(f"Нет такого блокнота: {'; '.join(unknown)}. Есть: {', '.join(by_name)}.")
    return list(chosen)


def check_folders(places: Sequence[Municipality]) -> None:
    """Every municipality id must be a safe and unique folder name on any file system.

    Raises:
        InputError: naming all that are not.
    """
    seen: dict[str, Municipality] = {}
    faults = []
    for place in places:
        lowered = place.id.casefold()
        if not _SAFE.fullmatch(place.id) or lowered in _RESERVED or _DEVICES.fullmatch(place.id):
            faults.append(f"код «{place.id}» ({place.name}) не годится для имени папки")
        elif lowered in seen:
            faults.append(f"код «{place.id}» у двух муниципалитетов: {seen[lowered].name}, {place.name}")
        seen[lowered] = place
    if faults:
        raise InputError(f"Отчёты некуда записать: {'; '.join(faults)}. Исправьте коды в реестре школ.")


def _unknown(name: str, have: Sequence[str]) -> str:
    like = get_close_matches(name.casefold(), have, n=3, cutoff=0.5)
    return f"«{name}» (похоже: {', '.join(like)})" if like else f"«{name}»"
