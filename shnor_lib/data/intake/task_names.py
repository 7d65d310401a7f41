"""Numbers of tasks as headings write them: «1», «5.1», «11К1», «5(1) (1б)», «балл за 7», «a-8-1-grade».

In:   a heading or a cell.
Out:  the number in one spelling, and the highest score where the heading says it.
Not:  which columns hold tasks at all: «2» may be a mark or a score, too (see the readers).
"""

import re

from shnor_lib.data.intake import cells

_TASK = re.compile(
    r"^(?:задание ?)?№? ?(?P<task>у?\d{1,2}(?:[.,]\d{1,2})?(?: ?\(\d{1,2}\))?(?:[.,]? ?к ?\d{1,2})?)"
    r"(?: ?\((?P<most>\d{1,2}) ?б\w*\.?\))?$"
)
# Headings of single pupils' points in the exports of 2020, 2021, and of 2022 and Ф1.
_OF_PUPILS = (
    re.compile(r"^a-(.+)-grade$"),
    re.compile(r"^балл за (.+)$"),
    re.compile(r"^(.+\(\d{1,2} ?б\w*\.?\))$"),
)


def task_name(cell: cells.Cell) -> tuple[str, int | None] | None:
    """Number of a task in one spelling and its highest score: «11.1 (2б)» → («11.1», 2); None for no task."""
    match = _TASK.match(cells.heading(cell).replace("k", "к"))
    if match is None:
        return None
    name = match["task"].replace(" ", "").replace(",", ".").upper()
    return name, int(match["most"]) if match["most"] else None


def pupil_task(cell: cells.Cell) -> tuple[str, int | None] | None:
    """As `task_name`, of a heading over the points of single pupils, which always says that it is one."""
    word = cells.heading(cell)
    for pattern in _OF_PUPILS:
        match = pattern.match(word)
        if match is not None:
            return task_name(match[1].replace("-", "."))
    return None
