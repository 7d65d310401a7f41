"""A methodology profile setting by setting: what it says, by which rule, and who says so.

In:   the name or the file of a profile.
Out:  `described`, one `Setting` a line; `differences` between two profiles.
Not:  tables for a person (see `present.methodology`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shnor_lib.methodology.load import load, origins
from shnor_lib.methodology.model import Methodology, settings
from shnor_lib.methodology.part import Part
from shnor_lib.methodology.words import said

Origin = Literal["source", "inherited", "regional", "default"]


@dataclass(frozen=True)
class Setting:
    """One setting of a profile.

    Attributes:
        name: dotted name, as `--set` and `regional` take it.
        section: Russian title of its section.
        rule: rule or section of METHODOLOGY.
        title: Russian words for it.
        value: as text; entries of a list by their names, joined by «; ».
        origin: the document of the profile states it, that of the profile it inherits from does, the region
            decides because no document does, or it is the default of the rules.
        profile: the profile that writes it down, empty for a default.
    """

    name: str
    section: str
    rule: str
    title: str
    value: str
    origin: Origin
    profile: str


@dataclass(frozen=True)
class Difference:
    """A setting in which two profiles differ; `first` and `second` hold it as each has it."""

    first: Setting
    second: Setting


def described(name: str | Path) -> list[Setting]:
    """All settings of a profile in the order of the model.

    Raises:
        MethodologyError: the profile is wrong.
    """
    method = load(name)
    written = origins(name)
    return [_setting(method, full, description, written.get(full, "")) for full, description in settings()]


def decided(method: Methodology) -> list[str]:
    """What the region decides because the source does not state it, each with the value it has.

    Of a list only the number of its entries is told: `shnor methodology show` prints them all.
    """
    titles = dict(settings())
    return [f"{titles[name]} [{_brief(name, method.setting(name))}]" for name in method.regional]


def differences(first: str | Path, second: str | Path) -> list[Difference]:
    """Settings whose values differ in two profiles.

    Raises:
        MethodologyError: one of them is wrong.
    """
    pairs = zip(described(first), described(second), strict=True)
    return [Difference(a, b) for a, b in pairs if a.value != b.value]


def _setting(method: Methodology, name: str, description: str, profile: str) -> Setting:
    rule, _, title = description.partition(": ")
    section = str(Methodology.model_fields[name.split(".")[0]].description)
    return Setting(
        name, section, rule, title, _text(method.setting(name)), _origin(method, name, profile), profile
    )


def _origin(method: Methodology, name: str, profile: str) -> Origin:
    if name in method.regional:
        return "regional"
    if not profile:
        return "default"
    return "source" if profile == method.id else "inherited"


def _text(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return "; ".join(_text(item) for item in value)
    if isinstance(value, Part):
        return _named(value)
    return "" if value is None else str(value)


def _brief(setting: str, value: object) -> str:
    if not isinstance(value, (list, tuple)):
        return said(setting, _text(value)) or "нет"
    if any(isinstance(item, Part) for item in value):
        return f"в перечне {len(value)}"
    return "; ".join(said(setting, _text(item)) for item in value) or "нет"


def _named(entry: Part) -> str:
    """An entry of a list by its names, and its numbers: «4.1 Дефицит педагогов (at_least 50)»."""
    given = {name: value for name, value in entry.model_dump().items() if value not in (None, "")}
    heads = [str(given.pop(name)) for name in ("code", "indicator", "title", "parameter") if name in given]
    given.pop("factor", None)
    rest = ", ".join(f"{name} {value}" for name, value in given.items())
    return " ".join(heads) + (f" ({rest})" if rest else "")


def unmarked(of: Sequence[Setting]) -> list[Setting]:
    """Settings that stand at their defaults although nobody, neither a document nor the region, says so."""
    return [setting for setting in of if setting.origin == "default"]
