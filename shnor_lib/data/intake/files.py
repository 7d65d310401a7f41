"""Open any file a region sends and give its sheets as plain cells, or say why that cannot be done.

In:   .xlsx, .xlsm, .xlsb, .xls, .ods (calamine) and .csv, told apart by their bytes, not by their names.
Out:  `Sheet`s; row numbers are those of Excel, from 1.
Not:  what a sheet means (see `registry`). Formulas are read as their last values, macros are not run.
"""

import csv
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import python_calamine as calamine

from shnor_lib.data.intake.cells import Cell
from shnor_lib.errors import InputError

HEAD = 40  # rows among which a header is looked for
MAX_UNPACKED = 600 << 20  # bytes of a workbook when unpacked
MAX_CELLS = 20_000_000  # cells of one sheet, counted to its last row and column
MAX_COLUMNS = 4_000
_CSV_HEAD = 1 << 16
_ENCODINGS = ("utf-8-sig", "cp1251")
_DELIMITERS = ";,\t"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True)
class Sheet:
    """One sheet as plain cells.

    Attributes:
        file: path relative to `data/raw`, with forward slashes.
        name: name of the sheet, empty for CSV.
        rows: cells by rows; row `i` is row `i + 1` of Excel.
        notes: what `files.csv` says of the file or sheet (see `file_notes`).
    """

    file: str
    name: str
    rows: list[list[Cell]] = field(repr=False)
    notes: Mapping[str, str] = field(default_factory=dict, kw_only=True)

    @property
    def head(self) -> Sequence[Sequence[Cell]]:
        """The first rows, where titles and headings stand."""
        return self.rows[:HEAD]

    def all_rows(self) -> list[list[Cell]]:
        """Every row."""
        return self.rows

    def frame(self, header: int) -> pd.DataFrame:
        """Cells below the header row, without empty rows.

        Args:
            header: position of the header row in `rows`, from 0.

        Returns:
            Columns are positions from 0; the index is the row number of Excel.
        """
        body = self.rows[header + 1 :]
        width = max((len(row) for row in self.rows[header:]), default=0)
        full = [row if len(row) == width else [*row, *[None] * (width - len(row))] for row in body]
        index = pd.RangeIndex(header + 2, header + 2 + len(full))
        frame = pd.DataFrame(full, columns=range(width), index=index, dtype=object)
        return _without_empty_rows(frame)


@dataclass(frozen=True)
class CsvSheet(Sheet):
    """A CSV file: only its head is read until the rest is asked for, since it may hold millions of rows."""

    rows: list[list[Cell]] = field(repr=False, default_factory=list)
    path: Path = field(default_factory=Path)
    encoding: str = "utf-8-sig"
    delimiter: str = ";"

    @cached_property
    def _head(self) -> list[list[Cell]]:
        return self._rows(HEAD)

    def _rows(self, most: int | None) -> list[list[Cell]]:
        try:
            with self.path.open(encoding=self.encoding, newline="") as stream:
                return [list(row) for row in islice(csv.reader(stream, delimiter=self.delimiter), most)]
        except csv.Error:
            raise InputError(
                f"Файл «{self.file}» не читается как таблица: в нём слишком длинная ячейка или незакрытая "
                "кавычка. Проверьте кавычки и сохраните файл заново."
            ) from None

    @property
    def head(self) -> Sequence[Sequence[Cell]]:
        """The first rows, where titles and headings stand."""
        return self._head

    def all_rows(self) -> list[list[Cell]]:
        """Every row; for files of a size that memory holds."""
        return self._rows(None)

    def frame(self, header: int) -> pd.DataFrame:
        """As `Sheet.frame`; all cells are text, empty ones are empty text."""
        # With line breaks inside quotes the number of a record is not the number of a line.
        width = max((len(row) for row in self._head[header:]), default=0)
        options: dict[str, Any] = {
            "sep": self.delimiter,
            "encoding": self.encoding,
            "header": None,
            "names": list(range(width)),
            "dtype": "str",
            "na_filter": False,
            "skip_blank_lines": False,
            "index_col": False,
        }
        try:
            with self.path.open(encoding=self.encoding, newline="") as stream:
                frame = pd.read_csv(stream, **options)
        except (pd.errors.ParserError, pd.errors.ParserWarning, ValueError) as error:
            raise InputError(
                f"Файл «{self.file}» не разбирается на столбцы по знаку «{self.delimiter}»: в части строк "
                "столбцов больше, чем в заголовке. Проверьте кавычки вокруг значений с этим знаком."
            ) from error
        frame = frame.iloc[header + 1 :]
        frame.index = pd.RangeIndex(header + 2, header + 2 + len(frame))
        return _without_empty_rows(frame)


@dataclass(frozen=True)
class Opened:
    """A file that could be opened.

    Attributes:
        sheets: visible sheets.
        hidden: names of hidden sheets, which are not read.
    """

    sheets: list[Sheet]
    hidden: tuple[str, ...] = ()


def open_file(path: Path, file: str) -> Opened:
    """Open one raw file.

    Args:
        path: where it lies.
        file: how to name it in messages, relative to `data/raw`.

    Raises:
        InputError: in Russian: truncated, encrypted, absurdly large, or not a table at all.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(8)
    except OSError as error:
        raise InputError(f"Файл «{file}» не открывается: {error.strerror or error}.") from error
    if not start:
        raise InputError(f"Файл «{file}» пуст (0 байт). Попросите прислать его заново.")
    if start.startswith(b"PK"):
        _refuse_absurd(path, file)
        return _open_workbook(path, file)
    if start == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        if _ENCRYPTED in path.read_bytes():
            raise InputError(_encrypted(file))
        return _open_workbook(path, file)
    return Opened([_open_csv(path, file)])


def _open_workbook(path: Path, file: str) -> Opened:
    broken = (
        f"Файл «{file}» повреждён или оборван при передаче: книга не читается. "
        "Откройте его в Excel и сохраните заново либо попросите прислать ещё раз."
    )
    sheets: list[Sheet] = []
    hidden: list[str] = []
    try:
        with calamine.load_workbook(str(path)) as book:
            for meta in book.sheets_metadata:
                if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                if meta.visible != calamine.SheetVisibleEnum.Visible:
                    hidden.append(meta.name)
                    continue
                cells = book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
                sheets.append(Sheet(file, meta.name, [[_plain(cell) for cell in row] for row in cells]))
    except calamine.PasswordError as error:
        raise InputError(_encrypted(file)) from error
    except (KeyboardInterrupt, SystemExit, InputError):
        raise
    except BaseException as error:  # a panic of the reader is no Exception, and one bad file stops nothing
        raise InputError(broken) from error
    return Opened(sheets, tuple(hidden))


def _plain(cell: Any) -> Cell:
    return None if cell == "" else cell


def _encrypted(file: str) -> str:
    return f"Файл «{file}» защищён паролем. Снимите пароль в Excel и положите файл заново."


def _refuse_absurd(path: Path, file: str) -> None:
    """Refuse a workbook that would unpack into more than memory holds, before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > MAX_UNPACKED:
                raise InputError(_absurd(file, f"после распаковки он больше {MAX_UNPACKED >> 20} МБ"))
            for member in members:
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", member.filename):
                    _refuse_wide(archive.read(member), file)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, RuntimeError) and "password" in str(error):
            raise InputError(_encrypted(file)) from error
        raise InputError(
            f"Файл «{file}» повреждён или оборван при передаче: архив книги не распаковывается. "
            "Попросите прислать его ещё раз."
        ) from error
    except Exception as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"Файл «{file}» повреждён: архив книги не распаковывается.") from error


_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?r="([A-Z]{1,4})(\d{1,8})"')
_FAR = re.compile(rb'r="([A-Z]{3,4})\d{1,8}"')
_ROW = re.compile(rb'<(?:\w+:)?row\s[^>]*?r="(\d{1,8})"')


def _refuse_wide(xml: bytes, file: str) -> None:
    """A dense table is laid out up to the farthest cell, so one stray cell can cost gigabytes."""
    rows = max((int(found) for found in _ROW.findall(xml)), default=0)
    far = max((_column(found) for found in set(_FAR.findall(xml))), default=0)
    if far > MAX_COLUMNS:
        raise InputError(_absurd(file, f"на листе {far} столбцов"))
    if rows * max(far, 26) > MAX_CELLS:
        widest = max((_column(found) for found, _ in _CELL.findall(xml)), default=0)
        if rows * widest > MAX_CELLS:
            raise InputError(_absurd(file, f"на листе {rows} строк и {widest} столбцов"))


def _column(letters: bytes) -> int:
    position = 0
    for letter in letters:
        position = position * 26 + letter - 64
    return position


def _absurd(file: str, why: str) -> str:
    return (
        f"Файл «{file}» не открыт: {why}. Так бывает, когда форматирование протянуто на весь лист: "
        "скопируйте саму таблицу в новую книгу или сохраните её как CSV."
    )


def _open_csv(path: Path, file: str) -> Sheet:
    encoding = _encoding(path, file)
    with path.open(encoding=encoding, newline="") as stream:
        head = stream.read(_CSV_HEAD)
    if "\x00" in head:
        raise InputError(
            f"Файл «{file}» — не таблица: принимаются книги Excel (.xlsx, .xls), .ods и текст CSV."
        )
    return CsvSheet(file, "", path=path, encoding=encoding, delimiter=_delimiter(head))


def _encoding(path: Path, file: str) -> str:
    """UTF-8 where the whole file is valid UTF-8, else Windows-1251."""
    with path.open("rb") as stream:
        if stream.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16"
    for encoding in _ENCODINGS:
        try:
            with path.open(encoding=encoding, newline="") as stream:
                while stream.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise InputError(
        f"Файл «{file}» не читается ни в UTF-8, ни в Windows-1251. Сохраните его как «CSV UTF-8»."
    )


def _delimiter(head: str) -> str:
    """The delimiter that splits most rows of the head into the same number of cells, more than one."""
    lines = head.splitlines(keepends=True)[:HEAD]
    best, best_score = ",", (0, 0)
    for delimiter in _DELIMITERS:
        widths = [
            len(row)
            for row in csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter)
            if row
        ]
        wide = [width for width in widths if width > 1]
        if not wide:
            continue
        common = max(set(wide), key=wide.count)
        score = (wide.count(common), common)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _without_empty_rows(frame: pd.DataFrame) -> pd.DataFrame:
    filled = pd.Series(False, index=frame.index)
    for column in frame.columns:
        cells = frame[column]
        filled |= cells.notna() & (cells != "")
        if filled.all():
            return frame
    return frame[filled]
