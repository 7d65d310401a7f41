"""Schools of one cell: «СОШ № 5, 6, 8, 10», «лицей № 3 (edu220003); гимназия № 1».

In:   a cell of a column «Перечень ШНОР», or the heading of a column about one school.
Out:  `named`, one `Named` a school; a bare number takes the words before the number preceding it.
Not:  which schools these are: only a login says it, names are never a key (R17).
"""

import re
from dataclasses import dataclass

from shnor_lib.data.intake import cells
from shnor_lib.data.intake.cells import Cell
from shnor_lib.data.schools import school_digits

_NONE = frozenset({"", "-", "–", "—", "...", "…", "нет", "отсутствуют", "отсутствует", "не выявлено"})
_ALL = re.compile(r"^все(?:\s|$)", re.IGNORECASE)
_SPLIT = re.compile(r"[,;\n]|\s+и\s+(?=№|\d)")
_BARE = re.compile(r"^(?:№\s*)?(\d{1,4})$")
_RANGE = re.compile(r"№?\s*\d{1,4}\s*(?:[–—-]|\.\.\.|…)\s*\d{1,4}$")
_BEFORE_NUMBER = re.compile(r"^(.*?[А-Яа-яЁё][^\d]*?)\d{1,4}\b")
_LOGIN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{3}\d{6}(?!\d)|(?<!\d)\d{6}(?!\d)")
_BRACKETS = re.compile(r"[(\[]\s*[)\]]")


@dataclass(frozen=True)
class Named:
    """A school as a cell names it.

    Attributes:
        name: words of the cell without the login; empty where there are none.
        login: as written; empty where the cell has none.
    """

    name: str
    login: str = ""

    @property
    def school_id(self) -> str | None:
        """Six digits, None where there is no login."""
        return school_digits(self.login) if self.login else None


def named(cell: Cell) -> tuple[list[Named], list[str]]:
    """Schools of a cell, and the parts that name none: «все школы», «СОШ № 5–8».

    A range is not taken apart: not every number between its ends is a school.
    """
    words = cell.replace("\u00a0", " ") if isinstance(cell, str) else cells.text(cell)
    if words.strip().casefold() in _NONE or words.strip(" .").casefold() in _NONE:
        return [], []
    found: list[Named] = []
    unclear: list[str] = []
    before = "№ "
    for part in _parts(words):
        login = _LOGIN.search(part)
        rest = part if login is None else _without(part, login[0])
        bare = _BARE.match(rest)
        if bare:
            rest = f"{before}{bare[1]}"
        elif login is None and (_ALL.match(rest) or _RANGE.search(rest)):
            unclear.append(part)
            continue
        else:
            numbered = _BEFORE_NUMBER.match(rest)
            before = numbered[1] if numbered else before
        found.append(Named(rest, login[0] if login else ""))
    return list(dict.fromkeys(found)), unclear


def _without(part: str, login: str) -> str:
    return re.sub(r"\s+", " ", _BRACKETS.sub(" ", part.replace(login, " "))).strip(" .,;:–—-|")


def _parts(words: str) -> list[str]:
    """Parts between commas that stand in no brackets and no quotes."""
    depth = 0
    plain = []
    for letter in words:
        depth += letter in "(«"
        depth -= letter in ")»" and depth > 0
        plain.append("\0" if depth and letter in ",;" else " " if depth and letter == "\n" else letter)
    parts = _SPLIT.split("".join(plain))
    tidy = [re.sub(r"\s+", " ", part.replace("\0", ",")).strip(" .") for part in parts]
    return [part for part in tidy if part]
