"""Social passport with one column an indicator; it has no fixed form, headings are mapped by synonyms.

A heading may take two rows («Состоят на учёте» above «КДН») and hold words around the name of an indicator.

In:   a sheet with a login or a name of the school and at least three headings of
      `maps/social_passport_wide.csv`; the year stands in a column «Год», in the title above
      («… 2025/2026 учебный год») or in `files.csv`.
Out:  `social_passport`: count by school, year and indicator, base: all pupils of the school.
Not:  plausibility (see `screening`), the index (see analysis).
"""

import pandas as pd

from shnor_lib.data.findings import ERROR, INFO
from shnor_lib.data.intake import cells, columns, headings, quoting
from shnor_lib.data.intake.columns import Header
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.forms import passport_words
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.reading import SCHOOL_NAME, SIGHTINGS, Taken, with_place
from shnor_lib.data.intake.school_rows import take_schools, take_years

FORM = "social_passport_wide"
_ENOUGH = 3
_BASE = "pupils_total"


class SocialPassport:
    """Reader of social passports in wide form."""

    id = "social_passport"
    title = "Социальный паспорт"

    def recognise(self, sheet: Sheet) -> Header | None:
        """The heading, where a login or a name and enough indicators stand in it."""
        header = headings.match(sheet.head, passport_words.find)
        if header is None or not {"login", "name"} & header.columns.keys():
            return None
        number = len(_indicators(header))
        return header if number >= _ENOUGH or (number and _BASE in header.columns) else None

    def read(self, sheet: Sheet, found: Header, log: Log) -> Taken:
        """Counts by school, year and indicator."""
        frame = headings.body(sheet, found)
        rows = pd.DataFrame({name: frame[at] for name, at in found.columns.items()})
        rows = take_schools(rows, found.titles, log)
        rows = _with_year(rows, sheet, found, log)
        if rows.empty:
            return Taken()
        for name in (_BASE, *_indicators(found)):
            if name in rows:
                shown = rows[name]
                rows[name], faults = cells.counts(shown)
                log.cell_faults(faults, shown, found.titles[name], rows["school_id"])
        if found.unknown:
            log.add(
                "unknown_columns",
                INFO,
                "столбцы паспорта не распознаны и не взяты: "
                + ", ".join(f"«{quoting.worded(title)[:60]}»" for title in found.unknown[:20]),
                "Если это нужный показатель, добавьте его название в перечень синонимов.",
                row=found.row + 1,
            )
        names = [name for name in ("name", "municipality") if name in rows]
        rows[names] = rows[names].apply(cells.texts)
        who = ["school_id", "year"]
        if SCHOOL_NAME in rows:
            who += [SCHOOL_NAME, *(name for name in names if name == "municipality")]
        long = rows.melt(
            id_vars=who,
            value_vars=_indicators(found),
            var_name="indicator",
            value_name="count",
            ignore_index=False,
        ).dropna(subset="count")
        if _BASE in rows:
            long["base"] = rows[_BASE].reindex(long.index)
        long["title"] = long["indicator"].map(found.titles).astype("str")
        sightings = rows[["school_id", "year", "login_prefix", *names]]
        if _BASE in rows:
            sightings = sightings.assign(enrolment=rows[_BASE])
        sightings = sightings[sightings["school_id"].notna()]
        return Taken(
            {"social_passport": with_place(long, sheet), SIGHTINGS: with_place(sightings, sheet)},
            rows=len(rows),
        )


def _indicators(header: Header) -> list[str]:
    kinds = {row["column"]: row["kind"] for row in columns.read_map(FORM)}
    return [name for name in header.columns if kinds[name] == "count"]


def _with_year(rows: pd.DataFrame, sheet: Sheet, found: Header, log: Log) -> pd.DataFrame:
    if "year" in found.columns:
        return take_years(rows, found.titles["year"], log)
    titles = [cells.year(cell) for row in sheet.head[: found.row] for cell in row]
    titles.append(cells.year(sheet.notes.get("year", "")))
    year = next((value for value in titles if value is not None), None)
    if year is None:
        log.add(
            "no_year",
            ERROR,
            "в паспорте не указан год: ни в столбце «Год», ни в заголовке, ни в files.csv; лист не принят",
            "Добавьте столбец «Год» или заголовок вида «Социальный паспорт, 2025/2026 учебный год».",
        )
        return rows.iloc[:0]
    return rows.assign(year=year)
