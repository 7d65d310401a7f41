"""Rows of single pupils as a stream of Arrow batches that holds nothing but what the rules need.

In:   a sheet and the positions of its known columns; a CSV of any size is read piece by piece.
Out:  `Source`: batches of `SCHEMA` (numbers of rows, six digits of schools, texts of scores and marks, and
      the text that tells persons apart, which `pupils.judge` hashes at once), and the schools as named.
Not:  meaning of scores and marks.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from shnor_lib.data.identity.names import is_school
from shnor_lib.data.intake import cells, quoting
from shnor_lib.data.intake.cells import Cell
from shnor_lib.data.intake.columns import Header
from shnor_lib.data.intake.files import CsvSheet, Sheet
from shnor_lib.data.intake.task_names import pupil_task
from shnor_lib.data.schools import split_login
from shnor_lib.errors import InputError

TEXTS = ("person", "variant", "total", "test", "mark", "short", "extended", "geometry", "form", "journal")
_POINTS = pa.list_(pa.uint8())
TASK = "task "  # begins the names of columns that hold points of tasks
SCHEMA = pa.schema(
    [
        ("row", pa.int32()),
        ("school", pa.int32()),
        *((name, pa.string()) for name in TEXTS),
        ("tasks", _POINTS),
    ]
)
PERSON = ("klass", "number", "code", "surname", "name1", "name2", "series_no", "document")
_IDENTIFYING = PERSON[1:]  # a class alone tells nobody apart
_NOT_BEGUN = ("x", "х")  # Latin and Cyrillic
_MOST_POINTS = 99
_SCHOOL = ("municipality", "region", "name")
BLOCK = 8 << 20  # bytes of CSV read at a time
# Added to a school that a file of the РЦОИ writes as a bare number: its own code or six digits of a login.
BARE = 1_000_000
_REGION_CODE = re.compile(r"reg\d+(?:_m?\d+)?", re.IGNORECASE)
_SHORT_CODE = re.compile(r"\d{3,4}")

Columns = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True)
class Task:
    """A task of a work: its number and highest score, None where the heading does not say it."""

    name: str
    max_score: int | None = None


@dataclass
class Source:
    """Rows of one table of pupils.

    Attributes:
        pieces: tables of text columns by known name, with `row`.
        has_ids: persons can be told apart.
        columns: those of `TEXTS` that the table has; the others are empty in all rows.
        schools: six digits → login, name, municipality, region as the rows write them; filled while reading.
            What names no school and no place may be a pupil's in a row that has moved: it is left out.
        ragged: numbers of rows with another number of cells than the heading, left out; filled while reading.
        rcoi: the table comes from a РЦОИ: bare numbers of schools get `BARE` added, and may be short.
    """

    pieces: Iterable[pa.Table]
    has_ids: bool
    columns: frozenset[str] = frozenset()
    schools: dict[str, dict[str, str]] = field(default_factory=dict)
    ragged: list[int] = field(default_factory=list)
    rcoi: bool = False

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Batches of `SCHEMA`."""
        for piece in self.pieces:
            self._see_schools(piece)
            yield from _canonical(piece, self.rcoi).to_batches()

    def _see_schools(self, piece: pa.Table) -> None:
        said = [name for name in ("school", *_SCHOOL) if name in piece.column_names]
        if len(said) == 1 and not _has_names(piece["school"]):
            for login in pc.unique(piece["school"]).to_pylist():
                self._see({"school": login})
            return
        for row in piece.select(said).group_by(said).aggregate([]).to_pylist():
            self._see(row)

    def _see(self, row: Mapping[str, str | None]) -> None:
        login, _, name = (part.strip() for part in (row["school"] or "").partition("|"))
        prefix, digits = school_code(login, self.rcoi)
        if digits is None:
            return
        own = row.get("name") or ""
        words = {"login_prefix": prefix, "name": name or (own if is_school(own) else "")}
        for column in ("municipality", "region"):
            code, bar, rest = (part.strip() for part in (row.get(column) or "").partition("|"))
            coded = bool(bar) and _REGION_CODE.fullmatch(code) is not None
            said = rest if bar else code
            words[column] = said if coded or quoting.is_place(said) else ""
            words[f"{column}_code"] = code if coded else ""
        known = self.schools.setdefault(digits, words)
        known.update({key: value for key, value in words.items() if value and not known[key]})


def with_tasks(header: Header, heads: Sequence[Cell]) -> tuple[Header, tuple[Task, ...]]:
    """The header with the columns of tasks beside the known ones, and the tasks in their order."""
    taken = set(header.columns.values())
    places: dict[str, int] = {}
    tasks: list[Task] = []
    for place, cell in enumerate(heads):
        found = None if place in taken else pupil_task(cell)
        if found is not None and f"{TASK}{found[0]}" not in places:
            places[f"{TASK}{found[0]}"] = place
            tasks.append(Task(*found))
    return replace(header, columns={**header.columns, **places}), tuple(tasks)


def from_csv(sheet: CsvSheet, header: Header, rcoi: bool = False) -> Source:
    """Rows of a CSV below its header, read piece by piece."""
    source = Source((), _tells_persons(header.columns), _present(header.columns), rcoi=rcoi)
    source.pieces = _csv_pieces(sheet, header, source.ragged)
    return source


def from_rows(rows: Sequence[Sequence[Cell]], header: Header, rcoi: bool = False) -> Source:
    """Rows of a workbook below its header."""
    body = list(enumerate(rows[header.row + 1 :], header.row + 2))
    columns = {
        name: [cells.text(row[at]) if at < len(row) else "" for _, row in body]
        for name, at in header.columns.items()
    }
    return from_columns([number for number, _ in body], columns, rcoi)


def from_sheet(sheet: Sheet, header: Header, rcoi: bool = False) -> Source:
    """Rows of any sheet below its header."""
    if isinstance(sheet, CsvSheet):
        return from_csv(sheet, header, rcoi)
    return from_rows(sheet.rows, header, rcoi)


def from_columns(numbers: Sequence[int], columns: Columns, rcoi: bool = False) -> Source:
    """Rows given as columns of text; `numbers` are those of Excel."""
    arrays = {name: pa.array(list(values), pa.string()) for name, values in columns.items()}
    piece = pa.table({"row": pa.array(list(numbers), pa.int32()), **arrays})
    return Source([piece], _tells_persons(columns), _present(columns), rcoi=rcoi)


def _present(columns: Iterable[str]) -> frozenset[str]:
    return frozenset({*columns, "person"} & set(TEXTS))


def _tells_persons(columns: Iterable[str]) -> bool:
    return bool(set(columns) & set(_IDENTIFYING))


def _has_names(column: pa.ChunkedArray) -> bool:
    return bool(pc.any(pc.match_substring(column.slice(0, 1000), "|")).as_py())


def _csv_pieces(sheet: CsvSheet, header: Header, ragged: list[int]) -> Iterator[pa.Table]:
    """Tables of the wanted columns; numbers of rows count every line of the file, the left out ones too."""
    broken: list[int] = []

    def leave_out(row: pa_csv.InvalidRow) -> str:
        broken.append(row.number)
        if row.text.strip(f"{sheet.delimiter}\r\n\t ") != "":
            ragged.append(row.number)
        return "skip"

    names = [f"c{at}" for at in range(len(sheet.head[header.row]))]
    wanted = {name: f"c{at}" for name, at in header.columns.items()}
    try:
        lines = _lines_to(sheet, header.row)
        reader = pa_csv.open_csv(
            sheet.path,
            read_options=pa_csv.ReadOptions(
                use_threads=False,
                block_size=BLOCK,
                skip_rows=lines,
                column_names=names,
                encoding="utf-8" if sheet.encoding == "utf-8-sig" else sheet.encoding,
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=sheet.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=leave_out,
            ),
            convert_options=pa_csv.ConvertOptions(
                include_columns=list(wanted.values()),
                column_types=dict.fromkeys(wanted.values(), pa.string()),
                strings_can_be_null=False,
            ),
        )
        at = lines
        for batch in reader:
            rows, at = _numbers(at, batch.num_rows, broken)
            columns = {name: batch.column(place) for name, place in wanted.items()}
            yield pa.table({"row": rows, **columns})
    except (pa.ArrowInvalid, UnicodeError, csv.Error):
        # The text of these errors repeats the line that they stumbled over.
        raise InputError(
            f"Файл «{sheet.file}» не разбирается на столбцы по знаку «{sheet.delimiter}». Проверьте кавычки "
            "вокруг значений с этим знаком."
        ) from None


def _numbers(before: int, count: int, broken: Sequence[int]) -> tuple[pa.Array, int]:
    """Numbers of the next `count` rows after row `before`, rows left out being passed over."""
    skipped = set(broken)
    numbers: list[int] = []
    if not any(number > before for number in broken[-count - 1 :]):
        return pa.array(np.arange(before + 1, before + count + 1), pa.int32()), before + count
    while len(numbers) < count:
        before += 1
        if before not in skipped:
            numbers.append(before)
    return pa.array(numbers, pa.int32()), before


def _lines_to(sheet: CsvSheet, header: int) -> int:
    """Lines of the file down to the header with it."""
    with sheet.path.open(encoding=sheet.encoding, newline="") as stream:
        reader = csv.reader(stream, delimiter=sheet.delimiter)
        for _ in range(header + 1):
            next(reader)
        return reader.line_num


def _canonical(piece: pa.Table, rcoi: bool) -> pa.Table:
    """A piece in the columns of `SCHEMA`."""
    nothing = pa.nulls(piece.num_rows, pa.string())
    columns = {name: piece[name] if name in piece.column_names else nothing for name in TEXTS}
    columns["person"] = _person(piece, nothing)
    columns["tasks"] = _points(piece)
    return pa.table({"row": piece["row"], "school": _school(piece["school"], rcoi), **columns}).cast(SCHEMA)


def _points(piece: pa.Table) -> pa.Array:
    """Points of the tasks of each row in the order of their columns; nought where one was not begun (X)."""
    names = [name for name in piece.column_names if name.startswith(TASK)]
    if not names or not piece.num_rows:
        return pa.nulls(piece.num_rows, _POINTS)
    found = np.column_stack([_points_of(piece[name]) for name in names]).ravel()
    values = pa.array(np.where(found < 0, 0, found).astype(np.uint8), mask=found < 0)
    offsets = pa.array(np.arange(0, len(found) + 1, len(names)), pa.int32())
    return pa.ListArray.from_arrays(offsets, values)


def _points_of(column: pa.ChunkedArray) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    """One task: −1 where nothing is said, or nothing that is a number of points."""
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    points = np.array([*(_point(word or "") for word in encoded.dictionary.to_pylist()), -1], dtype=np.int16)
    return np.asarray(points[encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)])


def _point(word: str) -> int:
    plain = cells.text(word)
    if plain.casefold() in _NOT_BEGUN:
        return 0
    value = cells.number(plain).value
    return int(value) if value is not None and value.is_integer() and 0 <= value <= _MOST_POINTS else -1


def _person(piece: pa.Table, nothing: pa.Array) -> pa.ChunkedArray | pa.Array:
    """One text that tells persons of a school apart, missing where the row has none."""
    parts = [piece[name] for name in PERSON if name in piece.column_names]
    if "document" in piece.column_names:  # a class may be written otherwise in September
        parts = [piece[name] for name in _IDENTIFYING if name in piece.column_names]
    ids = [piece[name] for name in _IDENTIFYING if name in piece.column_names]
    if not ids:
        return nothing
    joined = pc.binary_join_element_wise(*parts, "|", null_handling="replace")
    filled = pc.binary_join_element_wise(*ids, "", null_handling="replace")
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(filled), ""), None, joined)


def _school(column: pa.ChunkedArray, rcoi: bool) -> pa.ChunkedArray | pa.Array:
    """Schools as numbers; «edu223017 | Школа» is read up to the bar."""
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    codes = [school_code((login or "").partition("|")[0], rcoi) for login in encoded.dictionary.to_pylist()]
    numbers = [
        None if digits is None else int(digits) + (BARE if rcoi and not prefix else 0)
        for prefix, digits in codes
    ]
    return pa.array(numbers, pa.int32()).take(encoded.indices)


def school_code(login: str, rcoi: bool) -> tuple[str, str | None]:
    """Prefix and digits of a school; codes of the РЦОИ may have three or four of them."""
    prefix, digits = split_login(login)
    if digits is None and rcoi and _SHORT_CODE.fullmatch(login.strip()):
        return "", login.strip().zfill(6)
    return prefix, digits
