"""List of schools with signs of biased results, as Рособрнадзор sends it (METHODOLOGY §6.2).

In:   headings «Год, Логин, Муниципалитет, ОО, 4 РУ, 4 МА, 5 РУ, 5 МА, Количество маркеров».
Out:  `objectivity`, one row for each school and year, with the four signs as extra columns.
Not:  what follows from being on the list (rule R16).

Whole rows that stand twice are taken once and reported once, as a group; a school that stands twice in a
year with different signs is reported by row, and every sign counts.
"""

import pandas as pd

from shnor_lib.data.findings import WARNING
from shnor_lib.data.intake import cells, columns
from shnor_lib.data.intake.columns import Header
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.reading import SIGHTINGS, Taken, with_place
from shnor_lib.data.intake.school_rows import take_logins, take_years

FORM = "biased_list"
_SIGNS = ("ru4", "ma4", "ru5", "ma5")


class BiasedList:
    """Reader of the list of schools with signs of biased results."""

    id = FORM
    title = "Список школ с признаками необъективности"

    def recognise(self, sheet: Sheet) -> Header | None:
        """The header row with year, login, the number of signs and at least two signs."""
        header = columns.match(sheet.head, columns.synonyms(FORM))
        if header is None or not {"year", "login", "markers"} <= header.columns.keys():
            return None
        return header if sum(sign in header.columns for sign in _SIGNS) >= 2 else None

    def read(self, sheet: Sheet, found: Header, log: Log) -> Taken:
        """One row for each school and year."""
        frame = sheet.frame(found.row)
        rows = pd.DataFrame({name: frame[at] for name, at in found.columns.items()})
        rows = take_logins(rows, found.titles["login"], log)
        rows = take_years(rows, found.titles["year"], log)
        for name in ("markers", *_SIGNS):
            if name in rows:
                rows[name], faults = cells.counts(rows[name])
                log.cell_faults(faults, frame[found.columns[name]].loc[rows.index], found.titles[name])
        for name in ("name", "municipality"):
            if name in rows:
                rows[name] = cells.texts(rows[name])
        listed = _once(rows, log)
        counted = listed.drop(columns=["name", "municipality", "login_prefix"], errors="ignore")
        names = listed[[name for name in ("name", "municipality") if name in listed]]
        sightings = listed[["school_id", "year", "login_prefix"]].join(names)
        return Taken(
            {"objectivity": with_place(counted, sheet), SIGHTINGS: with_place(sightings, sheet)},
            rows=len(listed),
        )


def _once(rows: pd.DataFrame, log: Log) -> pd.DataFrame:
    key = ["year", "school_id"]
    signs = [name for name in (*_SIGNS, "markers") if name in rows]
    plain = rows.assign(**{name: rows[name].fillna(0) for name in signs})
    same = plain.duplicated([*key, *signs])
    if same.any():
        twice = plain[same]
        years = ", ".join(
            f"{year} — {count}" for year, count in twice["year"].value_counts().sort_index().items()
        )
        log.add(
            "doubled_rows",
            WARNING,
            f"строки повторены: школа и год стоят в списке больше одного раза с теми же отметками "
            f"(лишних строк по годам: {years}); каждая школа учтена один раз",
            "Удалите повторы; на результат они не влияют.",
            row=int(twice.index[0]),
            value=f"{len(twice)}",
        )
    plain = plain[~same]
    again = plain.duplicated(key, keep=False)
    log.many(
        "conflicting_rows",
        WARNING,
        "школа стоит в списке года дважды с разными отметками; учтены все её признаки",
        "Уточните по исходному списку Рособрнадзора.",
        plain.loc[again, "school_id"],
        "Логин",
        plain["school_id"],
    )
    if not again.any():
        return plain
    merged = plain.groupby(key, sort=False)[signs].max()
    first = plain.drop_duplicates(key)
    return first.drop(columns=signs).join(merged, on=key)
