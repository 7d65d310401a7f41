"""Open any file a region sends and give its sheets as plain cells, or say why that cannot be done.

In:   .xlsx, .xlsm, .xlsb, .xls, .ods (calamine) and .csv, told apart by their bytes, not by their names.
Out:  `Sheet`s; row numbers are those of Excel, from 1.
Not:  what a sheet means (see `registry`). Formulas are read as their last values, macros are not run.
"""

import csv
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import python_calamine as calamine

from shnor_lib import atomic
from shnor_lib.data.findings import INFO, WARNING, Finding
from shnor_lib.data.intake import compound, kinds, sheet_scan
from shnor_lib.data.intake.archive import Archive, encrypted
from shnor_lib.data.intake.cells import Cell
from shnor_lib.data.intake.sheet_scan import MAX_COLUMNS
from shnor_lib.errors import InputError

HEAD = 40  # rows among which a header is looked for
MAX_TEXT = 512 << 20  # bytes of a CSV that is held in memory as a whole
_CSV_HEAD = 1 << 16
_STDERR = 2
_ENCODINGS = ("utf-8-sig", "cp1251")
_DELIMITERS = ";,\t"


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
        self._refuse_large()
        return self._rows(None)

    def _refuse_large(self) -> None:
        if self.path.stat().st_size > MAX_TEXT:
            raise InputError(
                f"Файл «{self.file}» не прочитан: таблица больше {MAX_TEXT >> 20} МБ. Разделите её на части, "
                "например по годам."
            )

    def frame(self, header: int) -> pd.DataFrame:
        """As `Sheet.frame`; all cells are text, empty ones are empty text."""
        self._refuse_large()
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
        findings: macros that were not run, formulas without a value.
    """

    sheets: list[Sheet]
    hidden: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


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
            start = stream.read(kinds.HEAD)
    except OSError as error:
        why = atomic.reason(error).replace("на запись", "на чтение")
        raise InputError(f"Файл «{file}» не открывается: {why}.") from error
    if not start:
        raise InputError(f"Файл «{file}» пуст (0 байт). Попросите прислать его заново.")
    if start.startswith(kinds.ARCHIVE):
        archive = Archive(path, file)
        scanned = sheet_scan.scan(archive, file)
        return _open_workbook(path, file, archive.macros, scanned.unsaved)
    if start.startswith(kinds.COMPOUND):
        return _open_workbook(path, file, compound.look(path, file).macros, {})
    foreign = kinds.foreign(start)
    if foreign is not None:
        raise InputError(f"Файл «{file}» — {foreign[0]}. {foreign[1]}")
    return Opened([_open_csv(path, file)])


def _open_workbook(path: Path, file: str, macros: bool, unsaved: Mapping[str, tuple[int, str]]) -> Opened:
    sheets: list[Sheet] = []
    hidden: list[str] = []
    try:
        # From bytes: by a path the library would judge the format by its ending.
        with _silenced(), calamine.load_workbook(io.BytesIO(path.read_bytes())) as book:
            for meta in book.sheets_metadata:
                if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                if meta.visible != calamine.SheetVisibleEnum.Visible:
                    hidden.append(meta.name)
                    continue
                cells = book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
                sheets.append(Sheet(file, meta.name, [[_plain(cell) for cell in row] for row in cells]))
    except calamine.PasswordError as error:
        raise InputError(encrypted(file)) from error
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of the reader is no Exception, and one bad file stops nothing
        raise InputError(
            f"Файл «{file}» повреждён или оборван при передаче: книга не читается. "
            "Откройте его в Excel и сохраните заново либо попросите прислать ещё раз."
        ) from error
    if not sheets and not hidden:
        raise InputError(f"В книге «{file}» нет ни одного листа с таблицей. Попросите прислать её заново.")
    return Opened(sheets, tuple(hidden), tuple(_notices(file, macros, unsaved)))


@contextmanager
def _silenced() -> Iterator[None]:
    """What the native reader writes to the console when it stumbles is for its makers."""
    kept, nowhere = os.dup(_STDERR), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, _STDERR)
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)
        os.close(nowhere)


def _plain(cell: Any) -> Cell:
    return None if cell == "" else cell


def _notices(file: str, macros: bool, unsaved: Mapping[str, tuple[int, str]]) -> Iterator[Finding]:
    if macros:
        yield Finding(
            file,
            "macros",
            INFO,
            "в книге есть макросы; они не выполнялись",
            "Ничего не нужно: читаются значения.",
        )
    for sheet, (times, first) in unsaved.items():
        yield Finding(
            file,
            "formula_without_value",
            WARNING,
            f"формулы без вычисленных значений ({times}); такие ячейки прочитаны как пустые",
            "Откройте книгу в Excel, дождитесь пересчёта и сохраните.",
            sheet=sheet,
            column=first,
        )


def _open_csv(path: Path, file: str) -> Sheet:
    encoding = _encoding(path, file)
    try:
        with path.open(encoding=encoding, newline="") as stream:
            head = stream.read(_CSV_HEAD)
    except UnicodeError as error:
        raise InputError(_no_encoding(file)) from error
    if "\x00" in head:
        raise InputError(
            f"Файл «{file}» — не таблица: принимаются книги Excel (.xlsx, .xls), .ods и текст CSV."
        )
    sheet = CsvSheet(file, "", path=path, encoding=encoding, delimiter=_delimiter(head))
    wide = max((len(row) for row in sheet.head), default=0)
    if wide > MAX_COLUMNS:
        raise InputError(
            f"Файл «{file}» не открыт: в строке {wide} столбцов. Проверьте, что это таблица школ."
        )
    return sheet


def _encoding(path: Path, file: str) -> str:
    """UTF-8 where the whole file is valid UTF-8, UTF-16 by its mark, else Windows-1251."""
    with path.open("rb") as stream:
        marked = stream.read(2) in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else _ENCODINGS:
        broken = 0  # pieces since the last line break
        try:
            with path.open(encoding=encoding, newline="") as stream:
                while piece := stream.read(1 << 20):
                    broken = 0 if "\n" in piece or "\r" in piece else broken + 1
                    if broken > 1:
                        raise InputError(f"Файл «{file}» не открыт: в нём строка длиннее миллиона знаков.")
        except UnicodeError:
            continue
        return encoding
    raise InputError(_no_encoding(file))


def _no_encoding(file: str) -> str:
    return f"Файл «{file}» не читается ни в UTF-8, ни в Windows-1251. Сохраните его как «CSV UTF-8»."


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
