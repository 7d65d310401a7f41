"""The files of `data/raw`: which are read, and what lies there that is no file to read.

In:   the folder, sub-folders too; names beginning with «~$» or «.» are left alone.
Out:  `find` → `Found`: files by the name under which everything speaks of them, in the order of reading, and
      findings about the rest: links, pipes, devices, folders that may not be entered, unprintable names.
Not:  what is in a file (see `one_file`).

Links are not followed: a link into the folder would count a file twice, and one that leads out of it would
read what nobody has put there.
"""

import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from shnor_lib import atomic
from shnor_lib.data.findings import ERROR, INFO, WARNING, Finding

IGNORED_NAMES = frozenset({"demo.json", "thumbs.db", "desktop.ini"})
IGNORED_STARTS = ("~$", ".")
TABLE_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv"})
# Signs that turn the direction of writing make one name look like another.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Found:
    """What lies in `data/raw`.

    Attributes:
        files: name in messages and places (relative to `data/raw`, forward slashes) → path, in the order of
            reading.
        findings: what is not read, and why.
    """

    files: dict[str, Path] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def find(raw: Path) -> Found:
    """Files to read, by folders and names, and findings about everything else."""
    found = Found()
    if not raw.is_dir():
        return found
    for path, fault in sorted(_walk(raw, raw), key=lambda item: item[0].relative_to(raw).parts):
        name = path.relative_to(raw).as_posix()
        file = _shown(name)
        while file in found.files:
            file += " (2)"
        if file != name:
            message = "в имени служебные или неразборчивые знаки; в отчётах они заменены"
            found.findings.append(Finding(file, "file_name", WARNING, message, "Переименуйте файл."))
        if fault is not None:
            check, severity, message, action = fault
            found.findings.append(Finding(file, check, severity, message, action))
        else:
            found.files[file] = path
    return found


_Fault = tuple[str, str, str, str]  # check, severity, message, action


def _walk(folder: Path, raw: Path) -> Iterator[tuple[Path, _Fault | None]]:
    """Every file below a folder, and what else is worth a word."""
    try:
        with os.scandir(folder) as listed:
            entries = [Path(entry.path) for entry in listed]
    except OSError as error:
        yield folder, _closed(error)
        return
    for path in entries:
        if path.name.startswith(IGNORED_STARTS) or path.name.casefold() in IGNORED_NAMES:
            continue
        try:
            mode = path.lstat().st_mode
        except OSError as error:
            yield path, _closed(error)
            continue
        if stat.S_ISDIR(mode):
            if path.suffix.casefold() in TABLE_SUFFIXES:
                yield path, _NAMED_AS_FILE
            yield from _walk(path, raw)
        elif stat.S_ISREG(mode):
            yield path, None
        else:
            yield path, _link(path, raw) if stat.S_ISLNK(mode) else _SPECIAL


_NAMED_AS_FILE: _Fault = (
    "folder_named_as_file",
    INFO,
    "это папка, хотя названа как файл таблицы; прочитаны файлы внутри неё",
    "Если это распакованная книга, положите саму книгу.",
)
_SPECIAL: _Fault = (
    "not_a_file",
    WARNING,
    "это не файл, а канал или устройство; не прочитано",
    "Положите в папку сам файл.",
)


def _link(path: Path, raw: Path) -> _Fault:
    try:
        target = path.resolve(strict=True)
        inside = target.is_relative_to(raw.resolve())
    except (OSError, RuntimeError):
        return "link", WARNING, "ссылка никуда не ведёт; не прочитано", "Положите в папку сам файл."
    if inside:
        return "link", INFO, "ссылка на файл этой же папки; он прочитан один раз", "Ничего не нужно."
    return (
        "link",
        ERROR,
        "ссылка ведёт за пределы папки с исходными данными; не прочитано",
        "Положите в папку сам файл, а не ссылку на него.",
    )


def _closed(error: OSError) -> _Fault:
    why = atomic.reason(error).replace("на запись", "на чтение")
    return (
        "folder_closed",
        ERROR,
        f"папка или файл не открывается: {why}; не прочитано",
        "Откройте доступ на чтение или перенесите файлы в папку с именем короче.",
    )


def _shown(name: str) -> str:
    """A name that can be printed and written into any file; strange signs as their codes."""
    return "".join(
        f"\\x{ord(sign):02x}" if unicodedata.category(sign) in ("Cc", "Cs") or sign in _TURNING else sign
        for sign in name
    )
