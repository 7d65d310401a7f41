"""Invented names: municipalities, villages, schools.

In:   numbers and kinds.
Out:  plausible Russian names. Names repeat between municipalities, as real ones do.
Not:  names of real places taken from any list.
"""

from collections.abc import Iterator
from itertools import islice

from shnor_lib.data.demo import tables

REGIONS = (
    ("84", "Светлоозёрский край"),
    ("85", "Каменоборская область"),
    ("88", "Верхнеярская область"),
    ("80", "Новоприисковый край"),
    ("81", "Среднелужская область"),
    ("82", "Староборская область"),
    ("96", "Яснореченская область"),
    ("97", "Тихозаимский край"),
)


def _words(kind: str) -> list[str]:
    return [row["word"] for row in tables.read("names") if row["kind"] == kind]


_CITIES = _words("city")
_CITY_FIRST, _CITY_LAST = _words("city_first"), _words("city_last")
_FIRST, _LAST = _words("district_first"), _words("district_last")
_VILLAGES = _words("village")

FORMS = ("МБОУ", "МКОУ", "МОУ", "МАОУ")


def cities(count: int) -> Iterator[str]:
    """«город Светлоозёрск», …: `count` different names."""
    more = (first + last for last in _CITY_LAST for first in _CITY_FIRST)
    distinct = dict.fromkeys([*_CITIES, *more])
    for number in range(count):
        names = list(distinct)
        name = names[number % len(names)] + ("" if number < len(names) else f"-{number // len(names) + 1}")
        yield f"город {name}"


def districts(count: int) -> list[str]:
    """«Верхнелужский район», …: `count` different names, first and last parts both varying."""
    steps = len(_FIRST) * len(_LAST)
    pairs = (
        (_FIRST[n % len(_FIRST)], _LAST[(n + n // len(_FIRST) * 7) % len(_LAST)]) for n in range(steps * 2)
    )
    distinct = dict.fromkeys(first + last for first, last in pairs)
    plain = [f"{name} район" for name in distinct]
    while len(plain) < count:  # the largest scale needs more names than there are pairs
        plain.extend(f"{name} район {len(plain) // len(distinct) + 1}-й" for name in distinct)
    return list(islice(plain, count))


def school_core(city: bool, level_max: int, number: int, place: str) -> str:
    """Name of a school without its legal form: «СОШ №12», «Луговая ООШ».

    Args:
        city: whether schools of this municipality are numbered.
        level_max: 4, 9 or 11.
        number: number of the school within its municipality, from 0.
        place: adjective of the municipality, masculine: «Верхнелужский».
    """
    kind = {4: "НОШ", 9: "ООШ", 11: "СОШ"}[level_max]
    if city:
        if level_max == 11 and number % 11 == 4:
            return f"Гимназия №{number + 1}"
        if level_max == 11 and number % 13 == 7:
            return f"Лицей №{number + 1}"
        return f"{kind} №{number + 1}"
    if number < 2:
        return f"{_feminine(place)} {kind} №{number + 1}"
    shift = sum(map(ord, place)) * 5
    village = _VILLAGES[(shift + number * 7) % len(_VILLAGES)]
    again = number // len(_VILLAGES)
    return f"{village} {kind}" + (f" №{again + 1}" if again else "")


def special_core(city: bool, technical: bool, number: int, place: str) -> str:
    """Name of a special school or a college."""
    if technical:
        return "Политехнический техникум" if city else f"{place} аграрный техникум"
    return f"Школа-интернат №{number + 1}" if city else f"{_feminine(place)} школа-интернат"


def full_name(form: str, core: str) -> str:
    """«МБОУ "СОШ №1"»."""
    return f'{form} "{core}"'


def _feminine(adjective: str) -> str:
    """«Верхнелужский» → «Верхнелужская»."""
    return adjective[:-2] + "ая" if adjective[-2:] in ("ий", "ой", "ый") else adjective
