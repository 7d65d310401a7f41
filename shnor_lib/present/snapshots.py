"""The list of snapshots as an aligned table for the console."""

from collections.abc import Mapping, Sequence

from shnor_lib.data.damage import told
from shnor_lib.data.findings import ERROR, INFO, WARNING
from shnor_lib.data.snapshot import Snapshot
from shnor_lib.present import text

_HEADINGS = ("", "Снимок", "Записан", "Файлов", "Строк", "Ошибок", "Предупреждений", "К сведению")
_WORDS = 3  # the first columns stand at the left edge, numbers at the right
_OWN = ("procedures",)  # mostly the calendar that comes with the program
MARK = "▸"


def lines(snapshots: Sequence[Snapshot], current: str, damaged: Mapping[str, Sequence[str]]) -> list[str]:
    """A line a snapshot, newest first, with headings and a legend.

    Args:
        snapshots: in the order to show.
        current: id of the current one, empty where there is none.
        damaged: id → what is damaged in it, in Russian; only damaged ones.
    """
    rows = [_HEADINGS, *(_row(snapshot, snapshot.id == current) for snapshot in snapshots)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEADINGS))]
    aligned = [
        "  ".join(
            cell.ljust(width) if at < _WORDS else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    none = [] if current else ["Текущего снимка нет: он удалён. Выполните: shnor ingest"]
    spoilt = [f"Снимок {name} повреждён: {told(faults)}." for name, faults in damaged.items()]
    if spoilt:
        spoilt.append("Чтобы записать повреждённый снимок заново из тех же файлов, выполните: shnor ingest")
    legend = f"{MARK} текущий снимок. Сравнить два снимка: shnor diff ПЕРВЫЙ ВТОРОЙ"
    return [*aligned, "", *none, *spoilt, legend]


def _row(snapshot: Snapshot, is_current: bool) -> tuple[str, ...]:
    meta = snapshot.meta
    rows = sum(number for name, number in meta["tables"].items() if name not in _OWN)
    found = [meta["findings"].get(severity, 0) for severity in (ERROR, WARNING, INFO)]
    written = text.moment(snapshot.created.astimezone())
    numbers = [text.number(value) for value in (len(meta["inputs"]), rows, *found)]
    return (MARK if is_current else "", snapshot.id, written, *numbers)
