"""Cells as people fill them in: numbers with a comma, years, flags, dates; nothing is guessed silently.

In:   cells of a `files.Sheet`: text, numbers, dates, None.
Out:  values with a fault code beside each value that was not taken as it stands; `FAULTS` words them.
Not:  where a cell stands (see `log.Log`).
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import pandas as pd

from shnor_lib.data.findings import ERROR, WARNING

Cell = str | float | int | bool | date | datetime | None

# Letters that look alike: Latin ones among Cyrillic break headings, Cyrillic ones among digits break numbers.
_LATIN = "ABCEHKMOPTXaceopxy"
_CYRILLIC = "АВСЕНКМОРТХасеорху"
_TO_CYRILLIC = str.maketrans(_LATIN, _CYRILLIC)
_LIKE_DIGITS = {"о": "0", "О": "0", "o": "0", "O": "0", "З": "3", "з": "3", "l": "1", "I": "1", "б": "6"}
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f\ufeff]+")
_HAS_CYRILLIC = re.compile(r"[А-Яа-яЁё]")
_NUMBER = re.compile(r"^[+-]?(\d+([.,](?P<decimals>\d+))?|[.,](?P<only>\d+))$")
DASHES = frozenset({"-", "–", "—", "−", "--", "н/д", "нд", "нет данных", "n/a", "na", "nan"})

DASH = "dash"
WORD_NO = "word_no"
UNIT = "unit"
LOOK_ALIKE = "look_alike"
PER_CENT_SIGN = "per_cent_sign"
NOT_A_NUMBER = "not_a_number"
NOT_WHOLE = "not_whole"
NEGATIVE = "negative"
TOO_LARGE = "too_large"
MOST = 10_000_000  # persons or things: no school and no municipality has as many [A]
_MOST_OF_ALL = 1e9  # of any number

# fault → severity, what is wrong, what to do
FAULTS: dict[str, tuple[str, str, str]] = {
    DASH: (
        WARNING,
        "прочерк вместо числа; принято как «нет данных», а не как ноль",
        "Если показатель равен нулю, впишите 0; если данных нет, оставьте ячейку пустой.",
    ),
    WORD_NO: (
        WARNING,
        "слово «нет» вместо числа; принято как «нет данных», а не как ноль",
        "Если показатель равен нулю, впишите 0; если данных нет, оставьте ячейку пустой.",
    ),
    UNIT: (
        ERROR,
        "к числу приписаны слова; значение не принято",
        "Оставьте в ячейке только число.",
    ),
    LOOK_ALIKE: (
        ERROR,
        "в числе стоит буква, похожая на цифру; значение не принято",
        "Наберите число заново цифрами.",
    ),
    PER_CENT_SIGN: (
        ERROR,
        "знак процента в столбце, где ожидается число; значение не принято",
        "Впишите число без знака процента.",
    ),
    NOT_A_NUMBER: (ERROR, "не число; значение не принято", "Впишите число или оставьте ячейку пустой."),
    NOT_WHOLE: (
        ERROR,
        "количество не может быть дробным; значение не принято",
        "Впишите целое число; если это проценты, верните столбец с количеством.",
    ),
    NEGATIVE: (
        ERROR,
        "количество не может быть отрицательным; значение не принято",
        "Впишите верное число.",
    ),
    TOO_LARGE: (
        ERROR,
        "число слишком велико; значение не принято",
        "Впишите верное число: похоже, в ячейке стоит код, телефон или сбились разряды.",
    ),
}


@dataclass(frozen=True)
class Number:
    """A cell read as a number.

    Attributes:
        value: the number, None where the cell is empty or was not taken.
        decimals: digits printed after the comma.
        fault: a key of `FAULTS`, empty where nothing is wrong.
    """

    value: float | None
    decimals: int = 0
    fault: str = ""


def text(cell: Cell) -> str:
    """A cell as one line of text: NBSP and line breaks become spaces, 772802.0 becomes «772802»."""
    if isinstance(cell, str):
        return " ".join((cell.replace("\ufeff", " ") if "\ufeff" in cell else cell).split())
    if cell is None:
        return ""
    if isinstance(cell, float):
        return "" if cell != cell else f"{int(cell)}" if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "да" if cell else "нет"
    return str(cell)


@lru_cache(maxsize=8192)
def _heading(words: str) -> str:
    folded = [word.translate(_TO_CYRILLIC) if _HAS_CYRILLIC.search(word) else word for word in words.split()]
    plain = " ".join(folded).casefold().replace("ё", "е")
    plain = re.sub(r"[\"'«»“”„`]", "", plain)
    plain = re.sub(r"\s*[–—−-]\s*", "-", plain)
    return _SPACES.sub(" ", plain).strip(" .,:;*")


def heading(cell: Cell) -> str:
    """A heading in the form in which headings are compared.

    Case, ё, quotes, end punctuation and Latin letters among Cyrillic ones do not matter.
    """
    return _heading(text(cell))


def number(cell: Cell) -> Number:
    """Read one cell as a number; a decimal comma and spaces between digits are normal."""
    if isinstance(cell, bool):
        return Number(None, 0, NOT_A_NUMBER)
    if isinstance(cell, int | float):
        if cell != cell:
            return Number(None)
        if cell in (math.inf, -math.inf):
            return Number(None, 0, NOT_A_NUMBER)
        if abs(cell) > _MOST_OF_ALL:
            return Number(None, 0, TOO_LARGE)
        shown = f"{cell:.10f}".rstrip("0")
        return Number(float(cell), len(shown.split(".")[1]))
    if isinstance(cell, date):
        return Number(None, 0, NOT_A_NUMBER)
    return _number(text(cell))


@lru_cache(maxsize=65536)
def _number(words: str) -> Number:
    if not words:
        return Number(None)
    compact = words.replace(" ", "").replace("−", "-")
    match = _NUMBER.match(compact)
    if match:
        decimals = match["decimals"] or match["only"] or ""
        if abs(float(compact.replace(",", "."))) > _MOST_OF_ALL:
            return Number(None, 0, TOO_LARGE)
        return Number(float(compact.replace(",", ".")), len(decimals))
    low = words.casefold()
    if low in DASHES:
        return Number(None, 0, DASH)
    if low == "нет":
        return Number(None, 0, WORD_NO)
    if compact.endswith("%") and _NUMBER.match(compact[:-1]):
        return Number(None, 0, PER_CENT_SIGN)
    digits = "".join(_LIKE_DIGITS.get(letter, letter) for letter in compact)
    if any(letter.isdigit() for letter in compact) and _NUMBER.match(digits):
        return Number(None, 0, LOOK_ALIKE)
    if re.match(r"^\d+([.,]\d+)?\s*[^\d\s]", words):
        return Number(None, 0, UNIT)
    return Number(None, 0, NOT_A_NUMBER)


def numbers(column: "pd.Series[float] | pd.Series[str]") -> "tuple[pd.Series[float], pd.Series[str]]":
    """Read a column as numbers.

    Args:
        column: cells as they stand.

    Returns:
        Values (Float64, missing where empty or not taken) and fault codes (str, empty where fine), both
        aligned with `column`.
    """
    values, faults, _ = numbers_with_decimals(column)
    return values, faults


def numbers_with_decimals(
    column: "pd.Series[float] | pd.Series[str]",
) -> "tuple[pd.Series[float], pd.Series[str], pd.Series[int]]":
    """As `numbers`, and the digits printed after the comma (Int64)."""
    codes, distinct = pd.factorize(column.to_numpy(dtype=object), use_na_sentinel=True)
    read = [number(cell) for cell in distinct] + [Number(None)]  # code -1 is the last: a missing cell
    index = column.index
    values = pd.array([item.value for item in read], dtype="Float64")
    faults = pd.array([item.fault for item in read], dtype="str")
    decimals = pd.array([item.decimals for item in read], dtype="Int64")
    return (
        pd.Series(values.take(codes), index=index),
        pd.Series(faults.take(codes), index=index),
        pd.Series(decimals.take(codes), index=index),
    )


def counts(column: "pd.Series[float] | pd.Series[str]") -> "tuple[pd.Series[int], pd.Series[str]]":
    """Read a column as numbers of persons or things: whole, not negative. Int64 values and fault codes."""
    values, faults = numbers(column)
    broken = (values % 1 != 0).fillna(False)
    negative = (values < 0).fillna(False)
    large = (values > MOST).fillna(False)
    faults = faults.mask(broken, NOT_WHOLE).mask(negative, NEGATIVE).mask(large, TOO_LARGE)
    return values.mask(broken | negative | large).astype("Int64"), faults


def each(column: "pd.Series[Any]", read: Callable[[Any], Any], dtype: str) -> "pd.Series[Any]":
    """A function of cells over a column, called once for each distinct cell; missing cells stay missing."""
    codes, distinct = pd.factorize(column.to_numpy(dtype=object), use_na_sentinel=True)
    values = pd.Series([*map(read, distinct), None], dtype=dtype)
    return values.take(codes).set_axis(column.index)


def texts(column: "pd.Series[Any]") -> "pd.Series[str]":
    """Read a column as text (str); empty cells are missing."""
    return each(column, lambda cell: text(cell) or None, "str")


def shown(column: "pd.Series[Any]") -> "pd.Series[str]":
    """A column as text for messages and comparison (str); empty cells are empty text."""
    return texts(column).fillna("")


_YEAR = re.compile(r"(?<!\d)(20\d\d)(?:\s*[/–—-]\s*(20\d\d|\d\d))?(?!\d)")


def year(cell: Cell) -> int | None:
    """Calendar year in which the school year ends: 2021, «2021», «2020/21», «2020-2021 уч. год» → 2021.

    Returns:
        The year, None where the cell names none.
    """
    match = _YEAR.search(text(cell))
    if match is None:
        return None
    if match[2] is None:
        return int(match[1])
    return int(match[2]) if len(match[2]) == 4 else 2000 + int(match[2])


_MERE_YEAR = re.compile(r"\D*20\d\d(?:\s*[/–—-]\s*(?:20)?\d\d)?\D*")


def mere_year(cell: Cell) -> int | None:
    """The year of a cell that names a year and nothing else; a broken date is none: «31.02.2026»."""
    return year(cell) if _MERE_YEAR.fullmatch(text(cell)) else None


_YES = frozenset({"да", "true", "1", "yes", "+", "истина", "есть"})
_NO = frozenset({"нет", "false", "0", "no", "-", "ложь"})


def flag(cell: Cell) -> bool | None:
    """«Да» and «нет» in their usual spellings; None where the cell is empty or says something else."""
    word = text(cell).casefold()
    return True if word in _YES else False if word in _NO else None


_MONTHS = ("янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_ISO = re.compile(r"(20\d\d)-(\d\d)(?:-(\d\d))?")
_RUSSIAN = re.compile(r"(?:(\d{1,2})\.)?(\d{1,2})\.(20\d\d)")
_WORDS = re.compile(r"(?:(\d{1,2})\s+)?(янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)[а-я]*\s+(20\d\d)")


@lru_cache(maxsize=8192)
def _dates(words: str) -> tuple[str, ...]:
    found = [(match.start(), match[0]) for match in _ISO.finditer(words)]
    for match in _RUSSIAN.finditer(words):
        day = f"-{int(match[1]):02d}" if match[1] else ""
        found.append((match.start(), f"{match[3]}-{int(match[2]):02d}{day}"))
    for match in _WORDS.finditer(words.casefold()):
        month = next(at for at, stem in enumerate(_MONTHS, 1) if match[2].startswith(stem))
        if match[2].startswith("ма") and match[2] != "мар":
            month = 5
        day = f"-{int(match[1]):02d}" if match[1] else ""
        found.append((match.start(), f"{match[3]}-{month:02d}{day}"))
    return tuple(iso for _, iso in sorted(found) if _exists(iso))


def _exists(iso: str) -> bool:
    """Whether there is such a day or month: no 31 February."""
    try:
        date.fromisoformat(f"{iso}-01"[:10])
    except ValueError:
        return False
    return True


def dates(cell: Cell) -> tuple[str, ...]:
    """Dates in a cell as ISO dates or their beginnings, in the order written.

    «15.09.2025» → 2025-09-15, «Октябрь 2023» → 2023-10, «декабрь 2023, июнь 2023» → both. A day that does not
    exist («31.02.2026») is none.
    """
    return _dates(text(cell))


def first_date(cell: Cell) -> str | None:
    """The first of `dates`, None where the cell holds none."""
    found = dates(cell)
    return found[0] if found else None
