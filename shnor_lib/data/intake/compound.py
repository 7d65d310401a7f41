"""A compound file (.xls and its relations) looked through before a native reader lays it out in memory.

In:   a path.
Out:  `look` → `Compound`: whether it holds macros. Refused with a reason are locked files, files that are no
      workbook (Word, mail), broken ones, and sheets whose table would not fit into memory.
Not:  values of cells. Only directory and cell records are looked at; format: [MS-CFB], [MS-XLS].
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shnor_lib.data.intake.archive import encrypted
from shnor_lib.errors import InputError

MAX_SIZE = 200 << 20  # bytes; a full sheet of 65,536 rows takes far less
MAX_CELLS = 20_000_000
_MAX_COLUMNS = 256  # of the format itself
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHERS = {
    "WordDocument": "документ Word",
    "PowerPoint Document": "презентация",
    "__properties_version1.0": "письмо Outlook",
}
_BOOKS = ("Workbook", "Book")
_FILE_PASS = 0x2F
_BOUND = 0x0809  # a sheet begins
_CELLS = frozenset(
    {0x0006, 0x0203, 0x0204, 0x0205, 0x00D6, 0x00FD, 0x027E, 0x0206, 0x0406, 0x0002, 0x0003, 0x0004}
)
_TEXTS = 0x00FC
_RUN = 0x00BD  # several numbers in a row
_CHAIN_END = 0xFFFFFFFA  # this and above: no sector


@dataclass(frozen=True)
class Compound:
    """What a workbook of the old format holds beside its sheets."""

    macros: bool = False


class _BrokenError(Exception):
    """The structure leads nowhere."""


def look(path: Path, file: str) -> Compound:
    """Look through a compound file.

    Raises:
        InputError: locked, no workbook, broken, or too large.
    """
    if path.stat().st_size > MAX_SIZE:
        raise InputError(
            f"Файл «{file}» не открыт: он больше {MAX_SIZE >> 20} МБ. Сохраните его как .xlsx или CSV."
        )
    body = path.read_bytes()
    try:
        entries = _directory(body)
    except (_BrokenError, struct.error):
        entries = {}
    if "EncryptedPackage" in entries or (not entries and _ENCRYPTED in body):
        raise InputError(encrypted(file))
    book = next((name for name in _BOOKS if name in entries), None)
    if book is None:
        other = next((title for name, title in _OTHERS.items() if name in entries), None)
        if other is not None:
            raise InputError(
                f"Файл «{file}» — {other}, а не таблица. Нужна сама таблица: .xlsx, .ods или CSV."
            )
        raise InputError(_broken(file))
    try:
        _refuse(_stream(body, entries[book]), file)
    except (_BrokenError, struct.error) as error:
        raise InputError(_broken(file)) from error
    return Compound(bool({"_VBA_PROJECT_CUR", "VBA"} & entries.keys()))


@dataclass(frozen=True)
class _Header:
    sector: int
    fat: list[int]


def _directory(body: bytes) -> dict[str, tuple[int, int]]:
    """Name of an entry → its first sector and size."""
    header = _header(body)
    start = struct.unpack_from("<I", body, 0x30)[0]
    entries: dict[str, tuple[int, int]] = {}
    for sector in _chain(header, start):
        at = (sector + 1) * header.sector
        for offset in range(at, at + header.sector, 128):
            entry = body[offset : offset + 128]
            if len(entry) < 128 or not entry[66]:
                continue
            length = min(max(struct.unpack_from("<H", entry, 64)[0] - 2, 0), 62)
            name = entry[:length].decode("utf-16-le", "replace")
            entries.setdefault(
                name, (struct.unpack_from("<I", entry, 116)[0], struct.unpack_from("<I", entry, 120)[0])
            )
            if entry[66] == 5:
                entries["/"] = struct.unpack_from("<II", entry, 116)
    return entries


def _header(body: bytes) -> _Header:
    shift = struct.unpack_from("<H", body, 0x1E)[0]
    if shift not in (9, 12):
        raise _BrokenError
    size = 1 << shift
    more = struct.unpack_from("<I", body, 0x44)[0]
    sectors = [number for number in struct.unpack_from("<109I", body, 0x4C) if number < _CHAIN_END]
    most = len(body) // size + 1
    seen = 0
    while more < _CHAIN_END and seen < most:  # sectors that list more sectors of the table
        at = (more + 1) * size
        listed = struct.unpack_from(f"<{size // 4}I", body, at)
        sectors += [number for number in listed[:-1] if number < _CHAIN_END]
        more = listed[-1]
        seen += 1
    fat: list[int] = []
    for number in sectors[:most]:
        fat += struct.unpack_from(f"<{size // 4}I", body, (number + 1) * size)
    return _Header(size, fat)


def _chain(header: _Header, start: int) -> Iterator[int]:
    """Sectors of a stream; a chain that bites its tail is broken."""
    steps = 0
    while start < _CHAIN_END:
        if start >= len(header.fat) or steps > len(header.fat):
            raise _BrokenError
        yield start
        start = header.fat[start]
        steps += 1


def _stream(body: bytes, entry: tuple[int, int]) -> bytes:
    """A stream of full sectors, or of the small ones that lie in the root stream."""
    header = _header(body)
    start, size = entry
    if size >= struct.unpack_from("<I", body, 0x38)[0]:
        whole = b"".join(
            body[(at + 1) * header.sector : (at + 2) * header.sector] for at in _chain(header, start)
        )
        return whole[:size]
    root = _directory(body).get("/")
    if root is None:
        raise _BrokenError
    small = b"".join(
        body[(at + 1) * header.sector : (at + 2) * header.sector] for at in _chain(header, root[0])
    )
    first = struct.unpack_from("<I", body, 0x3C)[0]
    table: list[int] = []
    for at in _chain(header, first):
        table += struct.unpack_from(f"<{header.sector // 4}I", body, (at + 1) * header.sector)
    return b"".join(small[at * 64 : at * 64 + 64] for at in _chain(_Header(64, table), start))[:size]


def _refuse(book: bytes, file: str) -> None:
    """Refuse a locked workbook and one with a sheet of an absurd extent."""
    at = rows = columns = 0
    unpack = struct.Struct("<HH").unpack_from
    while at + 4 <= len(book):
        kind, size = unpack(book, at)
        at += 4
        if kind == _FILE_PASS:
            raise InputError(encrypted(file))
        if kind == _BOUND:
            rows = columns = 0
        elif kind == _TEXTS and size >= 8 and int.from_bytes(book[at + 4 : at + 8], "little") > len(book):
            raise InputError(_broken(file))  # more texts than bytes: room would be made for that many
        elif (kind in _CELLS or kind == _RUN) and size >= 4 and at + size <= len(book):
            row, column = unpack(book, at)
            last = unpack(book, at + size - 4)[1] if kind == _RUN else column
            rows, columns = max(rows, row + 1), max(columns, column + 1, last + 1)
            if columns > _MAX_COLUMNS or rows * columns > MAX_CELLS:
                raise InputError(_broken(file))
        at += size


def _broken(file: str) -> str:
    return (
        f"Файл «{file}» повреждён или оборван при передаче: книга не читается. "
        "Откройте его в Excel и сохраните заново либо попросите прислать ещё раз."
    )
