"""What of a cell may be repeated in a finding: where a number stands as words, the words may be a person.

In:   a cell; `harmless.csv`, words that are known to name nobody, and the words of the column maps.
Out:  `shown`: the cell where a number, a date or a word of a list was asked for; `named`: where a name of a
      school or of a municipality was; `code`: where a code was; `worded`: where words were; `number`: a cell
      that holds a number. What may not be repeated is `TEXT` or `LONG`.
Rule: a finding tells file, sheet, row and column, so nothing is lost by its silence; a surname in a column of
      counts would go into the report, the snapshot and the workbooks of municipalities (R25).
"""

import csv
import re
from functools import lru_cache
from pathlib import Path

from shnor_lib.data import series
from shnor_lib.data.identity.names import is_school
from shnor_lib.data.intake import columns
from shnor_lib.data.intake.cells import DASHES, Cell, text
from shnor_lib.data.intake.plans.roles import without_persons

TEXT = "текст"
LONG = "длинное число"
MOST = 200  # signs of a cell that are repeated
_FILE = Path(__file__).with_name("harmless.csv")
_WORD = re.compile(r"[^\W\d_]+")
_SERIES = re.compile(rf"\b(?:{'|'.join(series.EXAMS)})(?:-[a-z0-9]+)+\b")
_PERSONAL_DIGITS = 10  # a telephone or a number of a document has as many, or more
_PERSONAL = re.compile(rf"(?:\d[\s().-]*){{{_PERSONAL_DIGITS},}}")
_CODE = re.compile(r"[A-Za-z0-9_.-]*\d[A-Za-z0-9_.-]*")
_SHARE = re.compile(r"-?\d{1,6}[.,]\d+")  # a third, as a spreadsheet has it, is no telephone
_ISO = re.compile(r"20\d\d-\d\d-\d\d[ T]?[\d:.]*")
_PLACE = re.compile(
    r"\b(?:район|р-н|округ|город|край|области?|республик[аи]|поселени[ея]|зато|пгт|москва|санкт-петербург"
    r"|севастополь)\b|\b(?:муниципальн|городск)|\b[гс]\.|\b(?:г|м)\.?\s?[ор]\b",
    re.IGNORECASE,
)
_LISTED = ("values", "indicators")  # maps whose synonyms stand in cells


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    with _FILE.open(encoding="utf-8", newline="") as stream:
        known = {row["word"] for row in csv.DictReader(stream)}
    said = [row[name] for form in _LISTED for row in columns.read_map(form) for name in ("column", "synonym")]
    said += [title for titles in series.SUBJECTS.values() for title in titles]
    said += [*series.EXAMS, *series.EXAMS.values(), *series.LEVELS.values()]
    return frozenset(known.union(*(map(_plain, _WORD.findall(words)) for words in said)))


def _plain(word: str) -> str:
    return word.casefold().replace("ё", "е")


@lru_cache(maxsize=4096)
def _harmless(words: str) -> str:
    """The words themselves where they can name nobody, else what stands in their place."""
    if words.casefold() in DASHES:
        return words
    if _is_personal(words):
        return LONG if not _WORD.search(words) else TEXT
    left = _WORD.findall(_SERIES.sub("", words))
    letters = [word for word in left if len(word) == 1]
    alone = len(left) == 1 or any(sign.isdigit() for sign in words)  # «5А», «х», but not «И. П.»
    unknown = [word for word in left if len(word) > 1 and _plain(word) not in _known()]
    return TEXT if unknown or (letters and not alone) else words


def _is_personal(words: str) -> bool:
    """Whether words hold a number as long as that of a telephone or a document."""
    return not _SHARE.fullmatch(words) and bool(_PERSONAL.search(_ISO.sub("", words)))


def shown(cell: Cell) -> str:
    """A cell in which something else than words was asked for: «5 чел.», but not «Иванова»."""
    return _harmless(text(cell)[:MOST])


def named(cell: Cell) -> str:
    """A cell in which a school or a municipality was asked for: «МБОУ СОШ № 3», but not «Иванова»."""
    words = text(cell)[:MOST]
    is_name = (is_school(words) or is_place(words)) and not _is_personal(words)
    return words if is_name else _harmless(words)


def is_place(words: str) -> bool:
    """Whether words name a municipality or a region by what it is: «Алейский район», but not «Алейск»."""
    return bool(_PLACE.search(words)) and not without_persons(words)[1]


def code(cell: Cell) -> str:
    """A code: Latin letters, digits, hyphens; «reg22_m001», but not «Иванова» nor a telephone."""
    words = text(cell)[:MOST]
    return words if _CODE.fullmatch(words) and not _is_personal(words) else _harmless(words)


def worded(cell: Cell) -> str:
    """A cell in which words were asked for, without the persons and long numbers among them."""
    words = without_persons(text(cell)[:MOST])[0]
    return _PERSONAL.sub(LONG, words) if _is_personal(words) else words


def number(value: float) -> float | str:
    """A cell that holds a number: a telephone may be one, too."""
    return value if abs(value) < 10 ** (_PERSONAL_DIGITS - 1) else LONG
