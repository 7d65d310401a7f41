"""A workbook as a zip archive, looked through before anything native unpacks it.

In:   a path.
Out:  `Archive`: what kind of document it is, and its members in pieces of bounded size.
Rule: refused with a reason are archives that unpack into more than memory holds, whose members lie over one
      another, are named twice, are larger than they declare, are locked or packed in an unusual way. The
      pieces come from a decompressor of our own, since a declared size may lie.
Not:  what stands in the members (see `sheet_scan`).
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from shnor_lib.errors import InputError

MAX_UNPACKED = 600 << 20  # bytes of a workbook when unpacked
MAX_MEMBERS = 5_000
MAX_RATIO = 200  # bytes out of one; sheets with stretched formatting reach about a hundred …
RATIO_FROM = 16 << 20  # … and a small member may have any
PIECE = 1 << 20
_HEADER = 30  # bytes of a local header without name and extra field
_SAVED = "Сохраните книгу заново в Excel."
_OFFICE = {"word/": "документ Word", "ppt/": "презентация", "index/document.iwa": "таблица Apple Numbers"}


class Archive:
    """A zip archive that may be read.

    Attributes:
        kind: `xlsx`, `xlsb` or `ods`.
        members: name → member, in their order.

    Raises:
        InputError: it is damaged, absurd, locked or no workbook.
    """

    def __init__(self, path: Path, file: str) -> None:
        self._path = path
        self._file = file
        try:
            with zipfile.ZipFile(path) as archive:
                listed = archive.infolist()
        except (
            zipfile.BadZipFile,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            raise self._broken() from error
        self._refuse_bombs(listed)
        self.members = {member.filename: member for member in listed}
        self.kind = self._kind()

    @property
    def macros(self) -> bool:
        """Whether the workbook holds a program."""
        return any(re.search(r"(^|/)vbaproject\.bin$|^basic/.", name.casefold()) for name in self.members)

    def read(self, name: str, most: int = 8 << 20) -> bytes:
        """A small member whole, empty where there is none."""
        if name not in self.members or self.members[name].file_size > most:
            return b""
        return b"".join(self.pieces(name))

    def pieces(self, name: str) -> Iterator[bytes]:
        """A member in pieces of at most `PIECE` bytes; never more than it declares."""
        member = self.members[name]
        left = member.file_size
        with self._path.open("rb") as stream:
            for piece in self._unpacked(stream, member):
                left -= len(piece)
                if left < 0:
                    raise self._absurd("он больше, чем в нём заявлено")
                yield piece
        if left:
            raise self._broken()

    def _unpacked(self, stream: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
        unpacker = (
            zlib.decompressobj(-zlib.MAX_WBITS) if member.compress_type == zipfile.ZIP_DEFLATED else None
        )
        try:
            stream.seek(member.header_offset)
            header = stream.read(_HEADER)
            if len(header) < _HEADER or not header.startswith(b"PK\x03\x04"):
                raise self._broken()
            name, extra = header[26:28], header[28:30]
            stream.seek(int.from_bytes(name, "little") + int.from_bytes(extra, "little"), 1)
            packed = member.compress_size
            while packed:
                block = stream.read(min(PIECE // 4, packed))
                if not block:
                    raise self._broken()
                packed -= len(block)
                while unpacker is not None and block:
                    yield unpacker.decompress(block, PIECE)
                    block = unpacker.unconsumed_tail
                if unpacker is None:
                    yield block
        except (zlib.error, OSError, ValueError) as error:  # the place of a member may be a lie, too
            raise self._broken() from error
        if unpacker is not None and not unpacker.eof:
            raise self._broken()

    def _refuse_bombs(self, listed: list[zipfile.ZipInfo]) -> None:
        if len(listed) > MAX_MEMBERS:
            raise self._absurd(f"в нём {len(listed)} частей")
        if len({member.filename for member in listed}) < len(listed):
            raise self._broken()
        if any(member.flag_bits & 1 for member in listed):
            raise InputError(encrypted(self._file))
        if sum(member.file_size for member in listed) > MAX_UNPACKED:
            raise self._absurd(f"после распаковки он больше {MAX_UNPACKED >> 20} МБ")
        if sum(member.compress_size for member in listed) > self._path.stat().st_size:
            raise self._absurd("части архива наложены одна на другую")
        for member in listed:
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise self._absurd("он сжат необычным способом")
            if member.file_size > RATIO_FROM and member.file_size > MAX_RATIO * member.compress_size:
                raise self._absurd("он сжат так сильно, как не сжимаются настоящие таблицы")

    def _kind(self) -> str:
        names = {name.casefold() for name in self.members}
        if "xl/workbook.bin" in names:
            return "xlsb"
        if "xl/workbook.xml" in names:
            return "xlsx"
        if "content.xml" in names:
            if b"spreadsheet" not in self.read("mimetype") + self.read("META-INF/manifest.xml"):
                raise InputError(
                    f"Файл «{self._file}» — документ OpenDocument, но не таблица. Нужна сама таблица."
                )
            if b"encryption-data" in self.read("META-INF/manifest.xml"):
                raise InputError(encrypted(self._file))
            return "ods"
        for start, title in _OFFICE.items():
            if any(name.startswith(start) for name in names):
                raise InputError(
                    f"Файл «{self._file}» — {title}, а не таблица. Нужна сама таблица: .xlsx, .ods или CSV."
                )
        if "[content_types].xml" in names:
            raise self._broken()
        raise InputError(f"Файл «{self._file}» — архив ZIP. Распакуйте его и положите файлы из него.")

    def _broken(self) -> InputError:
        return InputError(
            f"Файл «{self._file}» повреждён или оборван при передаче: архив книги не распаковывается. "
            "Попросите прислать его ещё раз."
        )

    def _absurd(self, why: str) -> InputError:
        return InputError(f"Файл «{self._file}» не открыт: {why}. {_SAVED}")


def encrypted(file: str) -> str:
    """What is said of a file that needs a password."""
    return f"Файл «{file}» защищён паролем. Снимите пароль в Excel и положите файл заново."
