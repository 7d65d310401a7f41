"""The nearest change of a verdict in Russian.

In:   persons by series from `analysis.nearest`.
Out:  a sentence for the analyst; it names exact numbers.
"""

from collections.abc import Mapping

from shnor_lib.data.series import parse
from shnor_lib.present import text

_PERSONS = ("участник", "участника", "участников")


def sentence(change: Mapping[str, int], leave: bool, listed: bool) -> str:
    """What would have to be different for another verdict, empty where no results would do.

    Args:
        change: series → participants whose result would have to be different.
        leave: the change takes the school off the list.
        listed: the school is on the list.
    """
    if not change or leave != listed:
        return ""
    total = text.counted(sum(change.values()), _PERSONS)
    verb = text.plural(sum(change.values()), "преодолел", "преодолели", "преодолели")
    if leave:
        told = f"Ближайший другой вердикт: школы не было бы в списке, если бы минимум {verb} ещё {total}"
    else:
        told = f"Ближайший другой вердикт: школа была бы в списке, если бы минимум не {verb} ещё {total}"
    cells = ", ".join(f"{parse(name).short} — {text.number(number)}" for name, number in change.items())
    return f"{told}: {cells}."
