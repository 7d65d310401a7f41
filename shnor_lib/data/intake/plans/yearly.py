"""Values by years in one cell: «2020-17 2021-17», «2020 г. - 30% 2021 г. - 40%», «2020г. - не менее 1».

In:   words of a cell.
Out:  `values`, one `Planned` a year; nothing where the cell holds no such list.
"""

import re
from dataclasses import dataclass

from shnor_lib.data.intake import cells

_ITEM = re.compile(
    r"(?<!\d)(20\d\d)\s*(?:г(?:од|\.)?)?\s*[.]?\s*[–—:-]\s*"
    r"(?P<bound>не менее|не более|не ниже|не выше|до)?\s*(?P<value>\d+(?:[.,]\d+)?)\s*(?P<unit>%)?(?!\d)",
    re.IGNORECASE,
)
_GOALS = {"не менее": "at_least", "не ниже": "at_least", "не более": "at_most", "не выше": "at_most"}


@dataclass(frozen=True)
class Planned:
    """A planned value of one year.

    Attributes:
        year: as written.
        value: the number.
        goal: `at_least`, `at_most`, or None where the words give no direction.
        unit: «%» where it is written.
    """

    year: int
    value: float
    goal: str | None
    unit: str | None


def values(words: str) -> list[Planned]:
    """Planned values of a cell; a range of years («2020-2024») is none."""
    found = []
    for match in _ITEM.finditer(words):
        number = cells.number(match["value"]).value
        if number is not None and not _is_year(match["value"]):
            bound = (match["bound"] or "").casefold()
            found.append(Planned(int(match[1]), number, _GOALS.get(bound), match["unit"]))
    return found


def _is_year(value: str) -> bool:
    return bool(re.fullmatch(r"20\d\d", value))
