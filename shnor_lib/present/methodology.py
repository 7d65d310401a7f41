"""Methodology profiles in Russian tables: what each says, by which rule, and who says so.

In:   `methodology.describe`.
Out:  rows of words, a heading first, for the command line.
"""

from collections.abc import Sequence
from itertools import groupby

from shnor_lib.methodology import Methodology
from shnor_lib.methodology.describe import Difference, Setting
from shnor_lib.present import labels, text

Row = tuple[str, ...]

LIST_HEADINGS = ("Методика", "Что это", "Регион", "Годы", "Источник")
SHOW_HEADINGS = ("Правило", "Настройка", "Что значит", "Значение", "Откуда")
_NOTHING = labels.MISSING


def listed(methods: Sequence[Methodology]) -> list[Row]:
    """One row a profile under `LIST_HEADINGS`."""
    return [
        (method.id, method.title, method.region or "любой", years(method), method.source)
        for method in methods
    ]


def head(method: Methodology, above: str) -> list[str]:
    """What stands over the settings of a profile.

    Args:
        method: the profile.
        above: id of the profile it inherits from, empty where there is none.
    """
    return [
        f"{method.id}, версия {method.version}: {method.title}",
        f"Источник: {method.source}",
        f"Регион: {method.region or 'любой'}. Годы действия: {years(method)}."
        + (f" Наследует: {above}." if above else ""),
    ]


def sections(settings: Sequence[Setting]) -> list[tuple[str, list[Row]]]:
    """Title of each section and its rows under `SHOW_HEADINGS`."""
    return [
        (
            title,
            [
                (item.rule, item.name.partition(".")[2], item.title, item.value or _NOTHING, origin(item))
                for item in group
            ],
        )
        for title, group in groupby(settings, key=lambda item: item.section)
    ]


def differing(differences: Sequence[Difference]) -> list[Row]:
    """Rule, setting, and for each of both profiles the value with its origin."""
    return [
        (item.first.rule, f"{item.first.name}: {item.first.title}", *map(_said, (item.first, item.second)))
        for item in differences
    ]


def origin(setting: Setting) -> str:
    """Who says so: «источник», «источник методики …», «решает регион», «по умолчанию»."""
    words = labels.ORIGINS[setting.origin].text
    return f"{words} {setting.profile}" if setting.origin == "inherited" else words


def counted(settings: Sequence[Setting]) -> list[str]:
    """How many settings each says: «источник: 5»."""
    numbers = {name: sum(item.origin == name for item in settings) for name in labels.ORIGINS}
    return [f"{labels.ORIGINS[name].hint}: {number}" for name, number in numbers.items() if number]


def years(method: Methodology) -> str:
    """«2023–2025», «с 2020», «любые»."""
    first, last = method.valid.from_, method.valid.to
    if first and last:
        return str(first) if first == last else f"{first}–{last}"
    return f"с {first}" if first else f"по {last}" if last else "любые"


def _said(setting: Setting) -> str:
    return f"{setting.value or _NOTHING} ({text.stop(origin(setting)).rstrip('.')})"
