"""Russian labels for what changed between two snapshots.

In:   machine values of `analysis.changes`.
Out:  groups of `labels.Label`: what became of a file, a school, a cell and a list, and why.
Not:  sentences about it (see `present.changes`).
"""

from shnor_lib.present.labels import Label

FILE_CHANGES: dict[str, Label] = {
    "added": Label("новый", "+"),
    "removed": Label("удалён", "−"),
    "changed": Label("изменён", "≠"),
    "renamed": Label("переименован", "→", "содержание прежнее"),
    "same": Label("без изменений", "="),
}

SCHOOL_CHANGES: dict[str, Label] = {
    "added": Label("появилась", "+"),
    "removed": Label("исчезла", "−"),
    "recoded": Label("сменила код", "→", "по таблице переходов кодов"),
    "renamed": Label("переименована", "≠"),
    "moved": Label("сменила муниципалитет", "⇄"),
    "municipality_renamed": Label("муниципалитет переименован", "≠"),
    "status": Label("изменилось состояние", "≠"),
    "scope": Label("изменился охват методикой", "≠"),
    "level": Label("изменился уровень", "≠"),
}

CELL_CHANGES: dict[str, Label] = {
    "added": Label("появилась", "+"),
    "removed": Label("исчезла", "−"),
    "changed": Label("изменилась", "≠"),
}

CELL_CAUSES: dict[str, Label] = {
    "file_added": Label("новый файл"),
    "file_removed": Label("файл удалён"),
    "file_changed": Label("файл изменён"),
    "correction": Label("исправление"),
    "elsewhere": Label("сам файл не менялся", hint="повлияли другие файлы или новая версия чтения"),
    "unknown": Label("файл не назван", hint="источник строки записан своими словами"),
}

LIST_CHANGES: dict[str, Label] = {
    "entered": Label("вошла в список", "+"),
    "left": Label("вышла из списка", "−"),
    "other": Label("другой статус", "≠"),
}
