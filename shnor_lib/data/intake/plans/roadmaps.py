"""Roadmaps as municipalities write them (METHODOLOGY §4.4): seeds 000, 001 and 004, and what lies between.

In:   a sheet with «Мероприятие» and at least two more headings of `maps/roadmap.csv`; sections as a column or
      as rows of a single cell; yearly values in «Показатель реализации».
Out:  `roadmap`, one row an item; `targets`, one row an item and year.
Not:  tables by contract names (see `tidy`); the municipality where only the register tells it (`homes`).
"""

import pandas as pd

from shnor_lib.data.findings import INFO
from shnor_lib.data.intake import cells, columns, headings, quoting
from shnor_lib.data.intake.columns import Header
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.plans import roadmap_values, stated, yearly
from shnor_lib.data.intake.plans.targets import PLANNED
from shnor_lib.data.intake.reading import Taken, with_place
from shnor_lib.data.intake.tidy_values import take_values

FORM = "roadmap"
_BESIDE = (
    "item",
    "form",
    "codes",
    "audience",
    "place",
    "date",
    "date_from",
    "responsible",
    "indicator",
    "result",
)
_ENOUGH = 2
_NUMBERED_SECTION = 1  # filled cells of a row that is the title of a section


class Roadmap:
    """Reader of roadmaps."""

    id = "roadmap"
    title = "Дорожная карта"

    def recognise(self, sheet: Sheet) -> Header | None:
        """The heading, where activities and enough of what belongs to them stand in it."""
        found = headings.match(sheet.head, lambda words: columns.synonyms(FORM).get(cells.heading(words)))
        if found is None or "activity" not in found.columns or found.titles["activity"] == "activity":
            return None
        return found if sum(name in found.columns for name in _BESIDE) >= _ENOUGH else None

    def read(self, sheet: Sheet, found: Header, log: Log) -> Taken:
        """Items of the roadmap, and the values they promise by year."""
        frame = headings.body(sheet, found)
        rows = pd.DataFrame({name: frame[at] for name, at in found.columns.items()})
        rows = _with_sections(rows, frame)
        rows = _numbered(rows[cells.shown(rows["activity"]).ne("") | _filled(rows).gt(1)], log)
        if found.unknown:
            log.add(
                "unknown_columns",
                INFO,
                "столбцы дорожной карты не распознаны и не взяты: "
                + ", ".join(f"«{quoting.worded(title)[:60]}»" for title in found.unknown[:20]),
                "Ничего не нужно, если эти столбцы лишние; иначе назовите их по образцу.",
                row=found.row + 1,
            )
        span = stated.plan_year(sheet, found.row)
        rows = roadmap_values.take(rows, found.titles, log, span)
        rows = take_values(FORM, rows, found.titles, log)
        rows = _at_home(rows, sheet, found)
        tables = {"roadmap": with_place(rows, sheet)}
        planned = _planned(rows, log)
        if not planned.empty:
            tables["targets"] = with_place(planned, sheet)
        return Taken(tables, rows=len(rows), personal=log.has(roadmap_values.PERSON))


def _filled(rows: pd.DataFrame) -> "pd.Series[int]":
    return rows.apply(lambda column: cells.shown(column).ne("")).sum(axis=1)


def _with_sections(rows: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Titles of sections leave the rows and stand beside the items below them."""
    if frame.empty:
        return rows
    alone = _filled(frame).eq(_NUMBERED_SECTION)
    words = frame.apply(cells.shown).agg("".join, axis=1)
    alone &= ~words.str.fullmatch(r"\d*\.?")
    kept = rows[~alone]
    if "section" in rows:
        return kept
    if not alone.any():
        return kept
    titles = words.where(alone).ffill()
    return kept.assign(section=titles.reindex(kept.index))


def _numbered(rows: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Every item has a number of its own: that of its section before it, where sections begin anew."""
    words = cells.shown(rows["item"]).str.strip(" .") if "item" in rows else pd.Series("", index=rows.index)
    lost = words.eq("")
    order = pd.Series(range(1, len(rows) + 1), index=rows.index).astype("str")
    own = words.mask(lost, order) if lost.all() else _continued(words, lost)
    if lost.any():
        log.many(
            "item_without_number",
            INFO,
            "у мероприятия нет номера; номер поставлен по порядку",
            "Ничего не нужно; при случае пронумеруйте мероприятия.",
            cells.shown(rows.loc[lost, "activity"]),
            "№",
        )
    if "section" in rows and own.duplicated().any():
        sections = cells.shown(rows["section"])
        short = sections.str.extract(r"^\s*(?:раздел\s*)?([IVX\d]+)\b", expand=False)
        order = pd.Series(pd.factorize(sections)[0] + 1, index=rows.index).astype("str")
        own = short.fillna(order) + "." + own
    return rows.assign(item=own)


def _continued(words: "pd.Series[str]", lost: "pd.Series[bool]") -> "pd.Series[str]":
    """Items under a merged number: «5», «5-2», «5-3»."""
    above = words.mask(lost).ffill().fillna("0")
    place = lost.groupby((~lost).cumsum()).cumsum() + 1
    return words.mask(lost, above + "-" + place.astype("str"))


def _at_home(rows: pd.DataFrame, sheet: Sheet, found: Header) -> pd.DataFrame:
    """Rows with what the sheet says of its municipality, for those that do not say it themselves."""
    home = stated.municipality(sheet, found.row)
    own = rows["municipality"] if "municipality" in rows else pd.Series(None, index=rows.index, dtype="str")
    titles = " | ".join(stated.titles(sheet, found.row))
    return rows.assign(
        municipality=own.fillna(home).astype("str") if home else own, **{stated.TITLES: titles}
    )


def _planned(rows: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Values that an item promises by year, in the words of its indicator."""
    if "indicator" not in rows:
        return pd.DataFrame()
    made = []
    homes = [name for name in ("municipality_id", "municipality", stated.TITLES) if name in rows]
    plain = []
    for at, row in rows.dropna(subset=["indicator"]).iterrows():
        for item in yearly.values(str(row["indicator"])):
            if item.goal is None:
                plain.append(at)
            made.append(
                {
                    "row": at,
                    **{name: row[name] for name in homes},
                    "indicator": f"{PLANNED}{row['item']}",
                    "year": item.year,
                    "title": row["activity"],
                    "goal": item.goal or "at_least",
                    "value": item.value,
                    "unit": item.unit,
                }
            )
    if plain:
        log.add(
            "plan_without_direction",
            INFO,
            "плановые значения по годам записаны без слов «не менее» или «не более»; приняты как «не менее»",
            "Ничего не нужно; если значение не должно превышаться, напишите «не более».",
            row=int(str(plain[0])),
            value=", ".join(dict.fromkeys(str(at) for at in plain)),
        )
    if not made:
        return pd.DataFrame()
    return pd.DataFrame(made).set_index("row").astype({"year": "Int64", "value": "Float64", "unit": "str"})
