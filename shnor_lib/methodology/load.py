"""Reading a methodology profile: YAML, inheritance, overrides; all faults reported at once, in Russian."""

import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shnor_lib.errors import MethodologyError
from shnor_lib.methodology.model import Methodology, similar

# Short names for the settings that an analyst tries most.
ALIASES = {
    "threshold": "identification.threshold_percent",
    "scheme": "clusters.scheme",
}
_MAX_INHERITANCE = 8


def shipped() -> tuple[str, ...]:
    """Ids of the profiles that come with the library."""
    return tuple(
        sorted(item.name.removesuffix(".yml") for item in _profiles().iterdir() if item.name.endswith(".yml"))
    )


def load(name: str | Path, overrides: Mapping[str, object] | None = None) -> Methodology:
    """A profile by id or by path of a YAML file, with some settings replaced.

    Args:
        name: id of a shipped profile, or a path ending in `.yml` or `.yaml`.
        overrides: values by dotted name (`identification.threshold_percent`), by the name alone where
            it is a setting of `identification` (`threshold_percent`), or by a short name (`threshold`).

    Raises:
        MethodologyError: the profile or the overrides are wrong; every fault with its YAML path and
            the allowed values.
    """
    method = _validated(str(name), _inherited(str(name)), overrides or {})
    if not is_file(name) or method.id not in shipped():
        return method
    # A file that calls itself as a shipped profile, and differs: its label tells the two apart.
    other = _validated(str(name), _inherited(str(name)), {}) != load(method.id)
    return (
        method.model_copy(update={"changed": (f"файл {Path(name).name}", *method.changed)})
        if other
        else method
    )


def is_file(name: str | Path) -> bool:
    """Whether a method is named by a file of one's own, not by a profile that comes with the library."""
    return str(name).endswith((".yml", ".yaml"))


def override(method: Methodology, overrides: Mapping[str, object]) -> Methodology:
    """The same method with some settings replaced; names and errors as in `load`."""
    return _validated(method.id, method.model_dump(by_alias=True), overrides)


def _validated(name: str, values: dict[str, Any], overrides: Mapping[str, object]) -> Methodology:
    heading = f"Методика «{name}» не принята:"
    faults = _apply(values, overrides)
    try:
        method = Methodology.model_validate(values)
    except ValidationError as error:
        faults += [_russian(fault) for fault in error.errors()]
    if faults:
        raise MethodologyError(heading, faults)
    changed = tuple(f"{name} = {value}" for name, value in overrides.items())
    return method.model_copy(update={"changed": (*method.changed, *changed)})


def origins(name: str | Path) -> dict[str, str]:
    """Which profile of the chain states each setting: dotted name → id; absent where it is the default.

    Raises:
        MethodologyError: a profile of the chain cannot be read.
    """
    found: dict[str, str] = {}
    for values in _layers(str(name)):
        found.update(dict.fromkeys(_stated(values), str(values.get("id", ""))))
    return found


def parent(name: str | Path) -> str:
    """Id of the profile from which a profile inherits, empty where it has none."""
    chain = _layers(str(name))
    return str(chain[-2].get("id", "")) if len(chain) > 1 else ""


def _inherited(name: str) -> dict[str, Any]:
    """Values of a profile over those it inherits; what was left to the region above stays so until stated."""
    merged: dict[str, Any] = {}
    for values in _layers(name):
        left = merged.get("regional")
        merged = _merge(merged, values)
        own = values.get("regional", [])
        if isinstance(left, list) and isinstance(own, list):
            merged["regional"] = [*(item for item in left if item not in _stated(values)), *own]
            merged["regional"] = list(dict.fromkeys(map(str, merged["regional"])))
    return merged


def _stated(values: Mapping[str, Any]) -> set[str]:
    """Dotted names of the settings that a profile writes down itself."""
    parts = {section: part for section, part in values.items() if isinstance(part, Mapping)}
    return {f"{section}.{key}" for section, part in parts.items() for key in part}


def _layers(name: str, depth: int = 0) -> list[dict[str, Any]]:
    """Raw values of a profile and of all it inherits from, the oldest first."""
    values, origin = _read(name)
    above = values.pop("inherits", None)
    if above is None:
        return [values]
    if depth >= _MAX_INHERITANCE:
        raise MethodologyError(
            f"Методика «{name}» не принята:", ["inherits: профили наследуют друг от друга по кругу"]
        )
    if origin:  # a profile of one's own never passes for the one it builds on
        values.setdefault("id", re.sub(r"[^a-z0-9]+", "-", origin.stem.lower()).strip("-") or "own")
    beside = origin.parent / str(above) if origin else None
    return [*_layers(str(beside if beside and beside.exists() else above), depth + 1), values]


def _read(name: str) -> tuple[dict[str, Any], Path | None]:
    """Raw values of a profile, and the folder it was found in when it is a file of the user."""
    heading = f"Методика «{name}» не принята:"
    path: Path | None = None
    if is_file(name):
        path = Path(name)
        if not path.is_file():
            raise MethodologyError(heading, [f"файл «{name}» не найден"])
        text = path.read_text(encoding="utf-8", errors="replace")
    elif name in shipped():
        text = (_profiles() / f"{name}.yml").read_text(encoding="utf-8")
    else:
        raise MethodologyError(
            heading, [f"такого профиля нет; есть: {', '.join(shipped())}, или укажите файл .yml"]
        )
    try:
        values = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # an impossible date, endless brackets
        mark = getattr(error, "problem_mark", None)
        place = f" (строка {mark.line + 1}, столбец {mark.column + 1})" if mark else ""
        raise MethodologyError(heading, [f"файл не читается как YAML{place}"]) from error
    if not isinstance(values, dict):
        raise MethodologyError(heading, ["файл должен состоять из строк «ключ: значение»"])
    return values, path


def _profiles() -> Any:
    return resources.files("shnor_lib.methodology") / "profiles"


def _merge(base: dict[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Own values over inherited ones, section by section; lists are replaced, not joined."""
    merged = dict(base)
    for key, value in own.items():
        below = merged.get(key)
        merged[key] = (
            _merge(below, value) if isinstance(below, dict) and isinstance(value, Mapping) else value
        )
    return merged


def _apply(values: dict[str, Any], overrides: Mapping[str, object]) -> list[str]:
    """Put overrides into the raw values; names that mean nothing are returned as faults."""
    faults = []
    for name, value in overrides.items():
        *sections, key = _full_name(name).split(".")
        model: Any = Methodology
        target = values
        for section in sections:
            field = model.model_fields.get(section) if hasattr(model, "model_fields") else None
            model = field.annotation if field else None
            target[section] = dict(target.get(section) or {})
            target = target[section]
        if model is None or key not in getattr(model, "model_fields", {}):
            faults.append(f"{name}: такой настройки нет{similar(name)}")
            continue
        target[key] = value
        if key == "min_participants" and sections == ["identification"]:
            # A minimum means something only under a policy that uses it.
            target["small_counts"] = overrides.get("small_counts", target.get("small_counts"))
            if target["small_counts"] in (None, "as_is"):
                target["small_counts"] = "suppress"
    return faults


def _full_name(name: str) -> str:
    if name in ALIASES:
        return ALIASES[name]
    identification: Any = Methodology.model_fields["identification"].annotation
    return f"identification.{name}" if name in identification.model_fields else name


_BOUNDS = {
    "greater_than_equal": ("ge", "не меньше"),
    "less_than_equal": ("le", "не больше"),
    "greater_than": ("gt", "больше"),
}
_PATTERNS = {
    "id": "допустимы только строчные латинские буквы, цифры и дефис",
    "code": "допустимы только строчные латинские буквы, цифры и знак подчёркивания",
    "value": "нужно число, десятичная дробь с точкой, в кавычках",
}
_MESSAGES = {
    "extra_forbidden": "такой настройки нет",
    "missing": "не задано, а нужно",
    "int_type": "нужно целое число",
    "int_parsing": "нужно целое число",
    "int_from_float": "нужно целое число",
    "float_type": "нужно число",
    "float_parsing": "нужно число",
    "string_type": "нужен текст",
    "string_too_short": "текст не может быть пустым",
    "too_short": "список не может быть пустым",
    "tuple_type": "нужен список",
    "model_type": "нужен раздел со строками «ключ: значение»",
    "model_attributes_type": "нужен раздел со строками «ключ: значение»",
    "dict_type": "нужен раздел со строками «ключ: значение»",
}


def _russian(fault: ErrorDetails) -> str:
    """One pydantic fault as «путь: что не так; что допустимо; задано»."""
    path = ".".join(str(step) for step in fault["loc"]) or "профиль"
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "literal_error":
        text = f"допустимы только {str(context['expected']).replace(' or ', ' или ')}"
    elif kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        text = f"нужно число {words} {context[key]}"
    elif kind == "string_pattern_mismatch":
        text = _PATTERNS.get(str(fault["loc"][-1]), _PATTERNS["id"])
    elif kind == "value_error":
        text = str(context["error"])
    else:
        text = _MESSAGES.get(kind, fault["msg"])
    given = fault["input"]
    shown = "" if isinstance(given, (dict, list, tuple)) or kind == "missing" else f" (задано: {given!r})"
    return f"{path}: {text}{shown}"
