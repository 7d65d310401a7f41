"""Sheets of a packed workbook looked through in pieces, before a native reader lays them out in memory.

In:   an `Archive`.
Out:  `scan` → `Scanned`: formulas without a value, by sheet. Refused are sheets whose table, up to the
      farthest filled cell, would not fit into memory, documents whose tags do not close, and documents with
      a DTD: real workbooks have none, and entities declared there may unfold without end.
Not:  values of cells.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.parsers import expat

from shnor_lib.data.intake.archive import Archive
from shnor_lib.errors import InputError

MAX_CELLS = 20_000_000  # cells of one sheet, counted to its last row and column
MAX_COLUMNS = 4_000
_OVERLAP = 1 << 16  # bytes of a piece that may be looked at again with the next one
_DOCTYPE = re.compile(rb"<!DOCTYPE|<\0!\0D\0O\0C\0|\0<\0!\0D\0O\0C", re.IGNORECASE)
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
_PLACE = re.compile(rb"<(?:\w+:)?c\s[^<>]*?\br=[\"']\$?([A-Za-z]{1,9})\$?(\d{1,12})")
_ROW = re.compile(rb"<(?:\w+:)?row\s[^<>]*?\br=[\"'](\d{1,12})")
_UNSAVED = re.compile(
    rb"<(?:\w+:)?c(\s[^<>]*)?>\s*<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_REFERENCE = re.compile(rb"\br=[\"']([A-Za-z]+\d+)")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_TEXTS = 159  # record that begins the table of texts of a binary workbook
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass
class Scanned:
    """What stands out in the sheets of a workbook.

    Attributes:
        unsaved: sheet → number of formulas without a value, and the address of the first one.
    """

    unsaved: dict[str, tuple[int, str]] = field(default_factory=dict)


@dataclass
class _Extent:
    """How far a sheet reaches."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    placed: int = 0

    def refuse(self, file: str) -> None:
        if self.columns > MAX_COLUMNS:
            raise InputError(_absurd(file, f"на листе {self.columns} столбцов"))
        if self.rows * self.columns > MAX_CELLS or self.cells > MAX_CELLS:
            wide = max(self.columns, 1)
            raise InputError(_absurd(file, f"на листе {self.rows} строк и {wide} столбцов"))


def scan(archive: Archive, file: str) -> Scanned:
    """Look through all members that a reader would read.

    Raises:
        InputError: a sheet reaches too far, or a member has a DTD.
    """
    found = Scanned()
    titles = _titles(archive, file) if archive.kind == "xlsx" else {}
    for name in archive.members:
        low = name.casefold()
        if archive.kind == "xlsx" and re.fullmatch(r"/?xl/(work)?sheets/[^/]+\.xml", low):
            _scan_xlsx(archive, name, file, titles.get(low, ""), found)
        elif archive.kind == "xlsb" and re.fullmatch(r"/?xl/worksheets/[^/]+\.bin", low):
            _scan_records(archive, name, file)
        elif archive.kind == "ods" and low == "content.xml":
            _scan_ods(archive, name, file, found)
        elif low.endswith("sharedstrings.xml"):
            _scan_texts(archive, name, file)
        elif low.endswith((".xml", ".rels")):
            for _ in _well_formed(archive, name, file):
                pass
        elif low.endswith("sharedstrings.bin"):
            _scan_text_records(archive, name, file)
        elif low.endswith(".bin"):
            for _ in archive.pieces(name):
                pass
    return found


def _without_doctype(archive: Archive, name: str, file: str) -> Iterator[bytes]:
    """Pieces of a member; a tag that a piece breaks off comes whole with the next one."""
    tail = b""
    for piece in archive.pieces(name):
        piece = tail + piece
        if _DOCTYPE.search(piece):
            raise InputError(
                f"Файл «{file}» не открыт: внутри объявлены сущности XML (DTD), чего Excel никогда не пишет. "
                "Сохраните таблицу заново в Excel."
            )
        cut = max(piece.rfind(b"<c"), piece.rfind(b":c"), 0) or max(piece.rfind(b"<"), 0)
        if len(piece) - cut > _OVERLAP:
            cut = len(piece)
        if cut:
            yield piece[:cut]
        tail = piece[cut:]
    if tail:
        yield tail


def _scan_texts(archive: Archive, name: str, file: str) -> None:
    """Refuse a table of texts that says it holds more than it has bytes: room is made for that many."""

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sst":
            for said in (attributes.get("uniqueCount", ""), attributes.get("count", "")):
                _refuse_lie(said, archive.members[name].file_size, file)

    _parse(archive, name, file, start)


def _refuse_lie(said: str, size: int, file: str) -> None:
    """A number of texts that so many bytes cannot hold; of references there may be more, within reason."""
    if said.isascii() and said.isdigit() and int(said[:30]) > max(size, MAX_CELLS):
        raise InputError(_absurd(file, "в нём заявлено больше текстов, чем есть"))


def _scan_xlsx(archive: Archive, name: str, file: str, title: str, found: Scanned) -> None:
    extent = _Extent()
    unsaved, first = 0, ""
    for piece in _well_formed(archive, name, file):
        places = _PLACE.findall(piece)
        extent.placed += len(places)
        extent.cells += len(places) if _all_placed(piece, len(places)) else len(_CELL.findall(piece))
        rows = {row for _, row in places}.union(_ROW.findall(piece))
        extent.rows = max(extent.rows, int(max(rows, key=lambda row: (len(row), row), default=b"0")))
        letters = {letter for letter, _ in places}
        extent.columns = max(extent.columns, max(map(_column, letters), default=0))
        extent.refuse(file)
        for match in _UNSAVED.finditer(piece) if b"<f" in piece or b":f" in piece else ():
            attributes = match[1] or b""
            if b't="str"' not in attributes:  # a formula that gives an empty text has a value
                place = _REFERENCE.search(attributes)
                first = first or (place[1].decode() if place else "")
                unsaved += 1
    if extent.placed < extent.cells:  # cells without an address follow one another
        _count(archive, name, file)
    if unsaved:
        found.unsaved[title] = (unsaved, first)


def _all_placed(piece: bytes, places: int) -> bool:
    """Whether no tag is left that may be a cell without a place; cheaper than to look for cells."""
    others = sum(piece.count(start) for start in (b"<co", b"<cu", b"<cf", b"<ce"))
    return b":c" not in piece and places == piece.count(b"<c") - others


def _column(letters: bytes) -> int:
    position = 0
    for letter in letters.upper():
        position = position * 26 + letter - 64
    return position


def _count(archive: Archive, name: str, file: str) -> None:
    """How far a sheet reaches whose cells have no addresses: tag by tag."""
    extent = _Extent()
    at = [0, 0]

    def start(tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "row":
            given = attributes.get("r", "")
            at[0], at[1] = (int(given) if given.isdigit() else at[0] + 1), 0
        elif tag == "c":
            match = re.match(r"([A-Za-z]{1,9})(\d{1,12})", attributes.get("r", ""))
            at[1] = _column(match[1].encode()) if match else at[1] + 1
            extent.rows = max(extent.rows, int(match[2]) if match else at[0])
            extent.columns = max(extent.columns, at[1])
            extent.refuse(file)

    _parse(archive, name, file, start)


def _scan_ods(archive: Archive, name: str, file: str, found: Scanned) -> None:
    """Repeated rows and cells are written once: only what is filled counts."""
    extent = _Extent()
    state = {"row": 0, "column": 0, "filled": 0, "repeat": 1, "width": 1}
    sheet = [""]

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:table":
            extent.rows = extent.columns = 0
            state["row"] = 0
            sheet[0] = attributes.get("table:name", "")
        elif tag == "table:table-row":
            state["column"] = state["filled"] = 0
            state["repeat"] = _times(attributes.get("table:number-rows-repeated"))
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            state["width"] = _times(attributes.get("table:number-columns-repeated"))
            state["column"] += state["width"]
            if "office:value-type" in attributes or "calcext:value-type" in attributes:
                state["filled"] = state["column"]
            elif "table:formula" in attributes:
                times, place = found.unsaved.get(sheet[0], (0, f"строка {state['row'] + 1}"))
                found.unsaved[sheet[0]] = (times + 1, place)
        elif tag == "text:p":
            state["filled"] = max(state["filled"], state["column"])

    def end(tag: str) -> None:
        if tag == "table:table-row":
            state["row"] += state["repeat"]
            if state["filled"]:
                extent.rows = state["row"]
                extent.columns = max(extent.columns, state["filled"])
                extent.refuse(file)

    _parse(archive, name, file, start, end)


def _times(written: str | None) -> int:
    return int(written) if written and written.isascii() and written.isdigit() and len(written) < 10 else 1


def _parse(
    archive: Archive,
    name: str,
    file: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
) -> None:
    for _ in _well_formed(archive, name, file, start, end):
        pass


def _well_formed(
    archive: Archive,
    name: str,
    file: str,
    start: Callable[[str, dict[str, str]], None] | None = None,
    end: Callable[[str], None] | None = None,
) -> Iterator[bytes]:
    """Pieces of a member whose tags close: the native reader passes over what it does not understand."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        for piece in _without_doctype(archive, name, file):
            parser.Parse(piece, False)
            yield piece
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise InputError(
            f"Файл «{file}» повреждён или оборван при передаче: книга не читается. "
            "Откройте его в Excel и сохраните заново либо попросите прислать ещё раз."
        ) from error


def _scan_records(archive: Archive, name: str, file: str) -> None:
    """A binary sheet (.xlsb): records with a number and a length, both of one to four bytes."""
    extent = _Extent()
    body = b"".join(archive.pieces(name))
    at = row = 0
    while at < len(body):
        kind, at = _variable(body, at, 2)
        size, at = _variable(body, at, 4)
        if kind == 0:  # a row
            row = int.from_bytes(body[at : at + 4], "little") + 1
        elif kind <= 11:  # cells of all sorts begin with their column
            extent.columns = max(extent.columns, int.from_bytes(body[at : at + 4], "little") + 1)
            extent.rows = max(extent.rows, row)
            extent.refuse(file)
        at += size


def _scan_text_records(archive: Archive, name: str, file: str) -> None:
    body = b"".join(archive.pieces(name))
    kind, at = _variable(body, 0, 2)
    _, at = _variable(body, at, 4)
    if kind == _TEXTS:
        _refuse_lie(str(int.from_bytes(body[at + 4 : at + 8], "little")), len(body), file)


def _variable(body: bytes, at: int, most: int) -> tuple[int, int]:
    number = 0
    for step in range(most):
        byte = body[at] if at < len(body) else 0
        number |= (byte & 0x7F) << (7 * step)
        at += 1
        if byte < 0x80:
            break
    return number, at


def _titles(archive: Archive, file: str) -> dict[str, str]:
    """Path of a member → name of the sheet, as far as the workbook tells."""
    try:
        for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
            for _ in _without_doctype(archive, name, file) if name in archive.members else ():
                pass
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - it has no DTD
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    except (ElementTree.ParseError, LookupError, ValueError):  # an encoding that is none is a LookupError
        return {}
    targets = {item.get("Id"): item.get("Target") or "" for item in relations}
    paths = {
        sheet.get("name") or "": targets.get(sheet.get(_RELATION), "") for sheet in book.iter(f"{_MAIN}sheet")
    }
    return {
        (path.lstrip("/") if path.startswith("/") else f"xl/{path}").casefold(): name
        for name, path in paths.items()
    }


def _absurd(file: str, why: str) -> str:
    return (
        f"Файл «{file}» не открыт: {why}. Так бывает, когда форматирование протянуто на весь лист: "
        "скопируйте саму таблицу в новую книгу или сохраните её как CSV."
    )
