"""Social passport with indicators below one another: one school a sheet, or a column for each school.

In:   a sheet with at least three known indicators in one column; the school in a label above («Логин ОО: …»,
      «Школа: …») or at the head of each column; the year in the titles or in `files.csv`.
Out:  `social_passport`, count by school, year and indicator, base: all pupils of the school.
Not:  one column an indicator (see `social_passport`); plausibility (see `screening`).

A school named without a login keeps its name, so that a person can decide which it is (R17).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from shnor_lib.data.findings import ERROR, INFO
from shnor_lib.data.intake import cells, quoting
from shnor_lib.data.intake.cells import Cell
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.forms import passport_words
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.plans import stated
from shnor_lib.data.intake.plans.school_lists import Named, named
from shnor_lib.data.intake.reading import SCHOOL_NAME, SIGHTINGS, Taken, with_place
from shnor_lib.data.schools import split_login

_ENOUGH = 3
_TOTALS = ("итого", "всего", "сумма")


@dataclass(frozen=True)
class Place:
    """Where the indicators stand.

    Attributes:
        row: position of the row above the first indicator.
        label: position of the column with indicators.
        values: positions of the columns with counts.
    """

    row: int
    label: int
    values: tuple[int, ...]


class PassportRows:
    """Reader of social passports with indicators in rows."""

    id = "passport_rows"
    title = "Социальный паспорт (показатели в строках)"

    def recognise(self, sheet: Sheet) -> Place | None:
        """The column in which enough different indicators stand below one another, with counts beside it."""
        places: dict[int, dict[str, int]] = {}
        for at, row in enumerate(sheet.head):
            for position, cell in enumerate(row):
                name = passport_words.find(cell) if isinstance(cell, str) else None
                if name == passport_words.BASE or passport_words.is_indicator(name):
                    places.setdefault(position, {}).setdefault(str(name), at)
        if not places:
            return None
        label = max(places, key=lambda position: len(places[position]))
        if len(places[label]) < _ENOUGH:
            return None
        first = min(places[label].values())
        if first == 0:  # nothing above says whose it is
            return None
        heads = sheet.head[first - 1]
        if any(passport_words.find(cells.text(cell)) in ("login", "name") for cell in heads):
            return None
        values = _value_columns(sheet.head[first:], heads, label)
        return Place(first - 1, label, values) if values else None

    def read(self, sheet: Sheet, found: Place, log: Log) -> Taken:
        """Counts by school, year and indicator."""
        year = _year(sheet, found, log)
        if year is None:
            return Taken()
        frame = sheet.frame(found.row)
        body = frame[frame.apply(lambda line: _is_body(line, found), axis=1).astype(bool)]
        names = body[found.label].map(lambda cell: passport_words.find(cells.text(cell)))
        _report_unknown(body[names.isna()], found, log)
        home = stated.municipality(sheet, found.row + 1)
        schools = _schools(sheet, found, log)
        long, seen = [], []
        for at, school in schools.items():
            part = _of_school(body, names, at, school, log)
            if part.empty:
                continue
            seen.append(_sighting(part, school, home))
            long.append(part.assign(**{"municipality": home, SCHOOL_NAME: school.name}))
        if not long:
            return Taken()
        rows = pd.concat(long).assign(year=year).astype({"municipality": "str", SCHOOL_NAME: "str"})
        if rows["school_id"].notna().all():
            rows = rows.drop(columns=["municipality", SCHOOL_NAME])
        tables = {"social_passport": with_place(rows, sheet)}
        known = pd.concat(seen).assign(year=year)
        known = known[known["school_id"].notna()]
        if not known.empty:
            tables[SIGHTINGS] = with_place(known, sheet)
        return Taken(tables, rows=int(names.notna().sum()))


def _value_columns(body: Sequence[Sequence[Cell]], heads: Sequence[Cell], label: int) -> tuple[int, ...]:
    """Columns to the right of the indicators in which something stands and that are no per cents."""
    width = max(len(row) for row in body)
    found = []
    for at in range(label + 1, width):
        head = cells.text(heads[at]) if at < len(heads) else ""
        filled = any(at < len(row) and cells.text(row[at]) for row in body)
        if (
            filled
            and not passport_words.is_share(head)
            and not head.casefold().startswith(("примеч", *_TOTALS))
        ):
            found.append(at)
    return tuple(found)


def _is_body(line: "pd.Series[Any]", found: Place) -> bool:
    return bool(cells.text(line[found.label])) and any(cells.text(line[at]) for at in found.values)


def _year(sheet: Sheet, found: Place, log: Log) -> int | None:
    words = [*stated.titles(sheet, found.row + 1), sheet.notes.get("year", "")]
    year = next((year for text in words if (year := cells.year(text)) is not None), None)
    if year is None:
        log.add(
            "no_year",
            ERROR,
            "в паспорте не указан год: его нет ни в заголовке листа, ни в files.csv; лист не принят",
            "Добавьте заголовок вида «Социальный паспорт, 2025/2026 учебный год» или год в files.csv.",
        )
    return year


def _schools(sheet: Sheet, found: Place, log: Log) -> dict[int, Named]:
    """School of each column with counts."""
    heads = sheet.head[found.row]
    by_column = {}
    for at in found.values:
        schools, _ = named(heads[at] if at < len(heads) else None)
        if len(schools) == 1 and (schools[0].login or any(sign.isdigit() for sign in schools[0].name)):
            by_column[at] = schools[0]
    if by_column:
        return by_column
    school = stated.school(sheet, found.row + 1)
    if school is None:
        log.add(
            "no_login",
            ERROR,
            "в паспорте не указано, о какой школе речь; лист не принят",
            "Впишите над таблицей строку «Логин ОО: edu220028» или логины школ в заголовки столбцов.",
            row=found.row + 1,
        )
        return {}
    return {found.values[0]: school}


def _of_school(body: pd.DataFrame, names: "pd.Series[Any]", at: int, school: Named, log: Log) -> pd.DataFrame:
    known = body[names.notna()]
    counts, faults = cells.counts(known[at])
    ids = pd.Series(school.school_id or "", index=known.index, dtype="str")
    log.cell_faults(faults, known[at], school.login or school.name, ids)
    long = pd.DataFrame({"indicator": names[known.index], "count": counts}).astype({"indicator": "str"})
    base = long.loc[long["indicator"] == passport_words.BASE, "count"].dropna()
    long = long[long["indicator"].map(passport_words.is_indicator).astype(bool)].dropna(subset="count")
    long = long.assign(
        school_id=pd.Series(school.school_id, index=long.index, dtype="str"),
        base=pd.Series(base.iloc[0] if len(base) else pd.NA, index=long.index, dtype="Int64"),
    )
    again = long["indicator"].duplicated()
    log.many(
        "indicator_twice",
        ERROR,
        "показатель стоит в паспорте дважды; принята первая строка",
        "Оставьте одну строку или назовите показатели по-разному.",
        long.loc[again, "count"].astype("str"),
        school.login or school.name,
        ids,
    )
    return long[~again]


def _sighting(part: pd.DataFrame, school: Named, home: str | None) -> pd.DataFrame:
    first = part.iloc[:1]
    return pd.DataFrame(
        {
            "school_id": first["school_id"],
            "login_prefix": pd.Series(split_login(school.login)[0], index=first.index, dtype="str"),
            "name": pd.Series(school.name or None, index=first.index, dtype="str"),
            "municipality": pd.Series(home, index=first.index, dtype="str"),
            "enrolment": first["base"],
        }
    )


def _report_unknown(rows: pd.DataFrame, found: Place, log: Log) -> None:
    labels = cells.shown(rows[found.label])
    total = labels.str.casefold().str.startswith(_TOTALS).astype(bool)
    log.many("total_row", INFO, "строка итогов пропущена", "Ничего не нужно.", labels[total])
    left = labels[~total]
    if len(left):
        log.add(
            "unknown_columns",
            INFO,
            "показатели паспорта не распознаны и не взяты: "
            + ", ".join(f"«{quoting.worded(title)[:60]}»" for title in left.iloc[:20]),
            "Если это нужный показатель, добавьте его название в перечень синонимов.",
            row=int(str(left.index[0])),
        )
