"""Forms of the workbench, filled in and sent back.

In:   a sheet whose first cell bears the mark of a form (`blank_forms`), whatever the file is called.
Out:  tables of the contract: results, prevention and outcomes, social_passport, deficits, roadmap.
Not:  judging values: the readers of tidy tables and of passports take them, with their checks.

Rows that nobody filled in are not results of nought: they are left out and counted. Sheets beside the form
(instructions, lists, calculations) are passed over in silence.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shnor_lib.data import blank_forms
from shnor_lib.data.blank_forms import FORMS, NOT_FOUND, Form
from shnor_lib.data.findings import ERROR, INFO, WARNING
from shnor_lib.data.intake import cells, columns
from shnor_lib.data.intake.columns import Header
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.forms.social_passport import SocialPassport
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.reading import Taken
from shnor_lib.data.intake.tidy import Tidy, TidyMatch, tell_headless

Row = list[cells.Cell]
_FOUND_NOTHING = "дефициты не выявлены"  # what the reader of audits takes for «audited, none found»


@dataclass(frozen=True)
class Found:
    """A form and where its columns stand; no header: a sheet beside a form, or a damaged form."""

    form: Form | None
    header: Header | None = None


class Blank:
    """Reader of forms that were sent back."""

    id = "blank"
    title = "Форма рабочего места ШНОР"

    def recognise(self, sheet: Sheet) -> Found | None:
        """The form of the mark in the first cell."""
        first = cells.text(sheet.rows[0][0]) if sheet.rows and sheet.rows[0] else ""
        for form in FORMS.values():
            if first == blank_forms.aside_mark(form.id):
                return Found(None)
            if first == blank_forms.form_mark(form.id):
                known = {cells.heading(field.title): field.column for field in form.fields}
                return Found(form, columns.match(sheet.head, known))
        return None

    def read(self, sheet: Sheet, found: Found, log: Log) -> Taken:
        """Rows that somebody filled in."""
        if found.form is None:
            return Taken()
        header = found.header
        absent = [f.title for f in found.form.fields if header is None or f.column not in header.columns]
        if header is None or absent:
            log.add(
                "missing_columns",
                ERROR,
                f"в форме «{found.form.title}» нет столбцов: {', '.join(f'«{title}»' for title in absent)}; "
                "лист не принят",
                "Возьмите форму заново (shnor templates) и перенесите в неё заполненные ячейки.",
            )
            return Taken()
        tell_headless(sheet, header, log)
        rows = _filled(sheet, found.form, header, log)
        return _READ[found.form.id](sheet, header, rows, log)


def _filled(sheet: Sheet, form: Form, header: Header, log: Log) -> dict[int, Row]:
    """Filled rows by their position; the others are counted."""
    width = max(header.columns.values()) + 1
    asked = [header.columns[field.column] for field in form.asked]
    rows: dict[int, Row] = {}
    empty = 0
    for position, given in enumerate(sheet.all_rows()[header.row + 1 :], start=header.row + 1):
        row = [*given, *[None] * (width - len(given))]
        if any(cells.text(row[at]) for at in asked):
            rows[position] = row
        elif any(cells.text(cell) for cell in row):
            empty += 1
    if empty:
        log.add(
            "blank_not_filled",
            INFO if rows else WARNING,
            f"форма «{form.title}»: не заполнено строк {empty} из {empty + len(rows)}; они не приняты",
            "Ничего не нужно, если у этих школ данных нет." if rows else "Запросите заполненную форму.",
        )
    return rows


def _like(sheet: Sheet, header: Header, rows: Mapping[int, Row]) -> Sheet:
    """The sheet with these rows only, each in its place."""
    kept: list[Row] = [[*row] for row in sheet.rows[: header.row + 1]]
    kept += [rows.get(at, []) for at in range(header.row + 1, max(rows, default=header.row) + 1)]
    return Sheet(sheet.file, sheet.name, kept, notes=sheet.notes)


def _as_table(sheet: Sheet, header: Header, rows: Mapping[int, Row], table: str, log: Log) -> Taken:
    """Rows as a tidy table with the columns that the header names."""
    if not rows:
        return Taken()
    return Tidy().take(_like(sheet, header, rows), TidyMatch(table, header), log)


def _without(header: Header, names: Sequence[str], **renamed: str) -> Header:
    """The header without some columns, others under the names of the contract."""
    kept = {name: at for name, at in header.columns.items() if name not in names}
    titles = {name: title for name, title in header.titles.items() if name not in names}
    return replace(
        header,
        columns={renamed.get(name, name): at for name, at in kept.items()},
        titles={renamed.get(name, name): title for name, title in titles.items()},
    )


def _results(sheet: Sheet, header: Header, rows: Mapping[int, Row], log: Log) -> Taken:
    return _as_table(sheet, _without(header, ["procedure"]), rows, "results", log)


def _diagnostic(sheet: Sheet, header: Header, rows: Mapping[int, Row], log: Log) -> Taken:
    """Each indicator belongs to one of two tables."""
    table_of = {row["indicator"]: row["table"] for row in blank_forms.indicators()}
    plain = _without(header, ["section", "heading"])
    at = header.columns["indicator"]
    tables: dict[str, dict[int, Row]] = {"prevention": {}, "outcomes": {}}
    for position, row in rows.items():
        name = table_of.get(cells.text(row[at]))
        if name is None:
            log.add(
                "word_not_in_list",
                ERROR,
                "показателя нет в форме; строка не принята",
                "Не изменяйте столбец «Код показателя».",
                row=position + 1,
                column=header.titles["indicator"],
                value=cells.text(row[at]),
            )
        else:
            tables[name][position] = row
    return _together(_as_table(sheet, plain, part, name, log) for name, part in tables.items())


def _together(parts: Iterable[Taken]) -> Taken:
    taken = list(parts)
    return Taken(
        {name: frame for part in taken for name, frame in part.tables.items()},
        rows=sum(part.rows for part in taken),
    )


def _passport(sheet: Sheet, header: Header, rows: Mapping[int, Row], log: Log) -> Taken:
    if not rows:
        return Taken()
    return SocialPassport().read(_like(sheet, header, rows), _without(header, [], school_id="login"), log)


def _deficits(sheet: Sheet, header: Header, rows: Mapping[int, Row], log: Log) -> Taken:
    """«Не выявлен» is no deficit; a school with nothing else was audited and has none."""
    school, code, parameter, word = (
        header.columns[name] for name in ("school_id", "code", "parameter", "significance")
    )
    taken: dict[int, Row] = {}
    absent: dict[str, tuple[int, Row]] = {}
    for position, row in rows.items():
        if cells.heading(row[word]) == cells.heading(NOT_FOUND):
            absent.setdefault(cells.text(row[school]), (position, row))
        else:
            taken[position] = row
    with_deficits = {cells.text(row[school]) for row in taken.values()}
    for name, (position, row) in absent.items():
        if name not in with_deficits:
            nothing = [*row]
            nothing[code], nothing[parameter], nothing[word] = None, _FOUND_NOTHING, None
            taken[position] = nothing
    return _as_table(sheet, header, dict(sorted(taken.items())), "deficits", log)


def _roadmap(sheet: Sheet, header: Header, rows: Mapping[int, Row], log: Log) -> Taken:
    return _as_table(sheet, header, rows, "roadmap", log)


_READ: Mapping[str, Callable[[Sheet, Header, Mapping[int, Row], Log], Taken]] = {
    "results": _results,
    "diagnostic": _diagnostic,
    "social_passport": _passport,
    "deficits": _deficits,
    "roadmap": _roadmap,
}
