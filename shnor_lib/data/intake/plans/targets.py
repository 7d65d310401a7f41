"""Tables of targets (seed 001): what an indicator is to reach, by year or against a base.

In:   a sheet with an indicator and its value by year, in a column «Год» or in a column for each year;
      values as people write them: «÷ 1,3», «в 1,2 раза», «до 2 %», «не менее 1».
Out:  `targets`, one row an indicator and year.
Not:  values inside a roadmap (see `roadmaps`); whether a target was reached.

A relative target needs its base. «Снижение на 5 %» is refused: it may mean per cent or percentage points.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from shnor_lib.data.findings import ERROR, INFO, WARNING
from shnor_lib.data.intake import cells, columns
from shnor_lib.data.intake.columns import Header
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.plans import stated, wanted
from shnor_lib.data.intake.plans.wanted import Base, Wanted
from shnor_lib.data.intake.reading import Taken, with_place
from shnor_lib.data.intake.tidy_values import word
from shnor_lib.data.schemas import GOALS
from shnor_lib.data.target_indicators import RELATIVE

FORM = "targets"
PLANNED = "ДК "  # before the number of an item of a roadmap that promises values by year
_YEARS = 2  # columns of years that make a table of targets
_PLAIN = "plain"  # helper column

FAULTS = {
    wanted.UNREADABLE: (
        "плановое значение не распознано; строка не принята",
        "Впишите число или слова «не менее 1», «до 2 %», «в 1,3 раза».",
    ),
    wanted.AMBIGUOUS: (
        "неясно, на проценты или на процентные пункты должен измениться показатель; строка не принята",
        "Впишите само значение, которого нужно достичь («до 25 %»), или во сколько раз он изменится.",
    ),
    wanted.UNDIRECTED: (
        "неясно, снизить или увеличить показатель; строка не принята",
        "Добавьте столбец «Направление» (снижение или увеличение) либо напишите это в названии.",
    ),
}


@dataclass(frozen=True)
class Years:
    """Known columns; years by position, and the position of the base with its year."""

    header: Header
    years: dict[int, int]
    base: tuple[int, int] | None


class Targets:
    """Reader of targets."""

    id = FORM
    title = "Целевые показатели"

    def recognise(self, sheet: Sheet) -> Years | None:
        """The heading with an indicator and values by year, and no school in it."""
        known = columns.synonyms(FORM)
        for at, row in enumerate(sheet.head):
            header = columns.match_row(row, known, at)
            has = header.columns.keys()
            if "login" in has or not ("title" in has or {"indicator", "goal"} <= has):
                continue
            years, base = _year_columns(row, header)
            if {"value", "year"} <= has or len(years) >= _YEARS:
                return Years(header, years if "value" not in has else {}, base)
        return None

    def read(self, sheet: Sheet, found: Years, log: Log) -> Taken:
        """Targets by indicator and year."""
        frame = sheet.frame(found.header.row)
        home = stated.municipality(sheet, found.header.row)
        words = " | ".join(stated.titles(sheet, found.header.row))
        made = []
        for at, line in frame.iterrows():
            said = {name: cells.text(line[place]) for name, place in found.header.columns.items()}
            if not said.get("title") and not said.get("indicator"):
                continue
            base = _base(said, line, found, int(str(at)), log)
            for row in _rows(line, said, base, found, int(str(at)), log):
                row |= {"municipality": said.get("municipality") or home, stated.TITLES: words}
                row["municipality_id"] = said.get("municipality_id") or None
                made.append(row)
        if not made:
            return Taken()
        rows = _with_directions(pd.DataFrame(made).set_index("row"), found, log)
        rows = rows.astype({name: dtype for name, dtype in _DTYPES.items() if name in rows})
        rows = rows.dropna(axis="columns", how="all") if rows["municipality_id"].isna().all() else rows
        return Taken(
            {"targets": with_place(_numbered(rows), sheet)}, rows=int(frame.index.isin(rows.index).sum())
        )


_DTYPES = {
    **dict.fromkeys(("year", "base_year", "base_count", "base_of"), "Int64"),
    **dict.fromkeys(("value", "base_value", "actual"), "Float64"),
    **dict.fromkeys(("indicator", "title", "goal", "unit", "attempt", "source", "municipality"), "str"),
    **dict.fromkeys(("municipality_id", stated.TITLES), "str"),
}


def _year_columns(row: Any, header: Header) -> tuple[dict[int, int], tuple[int, int] | None]:
    years: dict[int, int] = {}
    base = None
    for at, cell in enumerate(row):
        year = cells.year(cell)
        if year is None or at in header.columns.values():
            continue
        if "баз" in cells.text(cell).casefold():
            base = (at, year)
        else:
            years[at] = year
    return years, base


def _base(said: Mapping[str, str], line: "pd.Series[Any]", found: Years, row: int, log: Log) -> Base:
    """Base of a row: its own columns, «База», or what the title says in brackets."""
    words = said.get("base", "")
    if found.base is not None:
        words = f"{found.base[1]}: {cells.text(line[found.base[0]])}"
        number = cells.number(line[found.base[0]]).value
        if number is not None:
            return Base(found.base[1], number)
    told = wanted.base(words or _in_brackets(said.get("title", "")))
    own = {
        name: cells.number(said[name]).value
        for name in ("base_year", "base_value", "base_count", "base_of")
        if said.get(name)
    }
    base = Base(
        _whole(own.get("base_year")) or told.year,
        own.get("base_value", told.value),
        _whole(own.get("base_count")) if "base_count" in own else told.count,
        _whole(own.get("base_of")) if "base_of" in own else told.of,
    )
    if not base.agrees:
        log.add(
            "base_does_not_agree",
            WARNING,
            f"в базе указано {base.count} из {base.of}, а доля напечатана {base.value:g} %; они не сходятся",
            "Проверьте базу: на неё умножают и делят целевое значение.",
            row=row,
            column=found.header.titles.get("base", found.header.titles.get("title", "")),
            value=words,
        )
    return base


def _in_brackets(title: str) -> str:
    start = title.rfind("(")
    inside = title[start + 1 :].rstrip(" )") if start >= 0 else ""
    return inside if "из" in inside or "баз" in inside.casefold() else ""


def _whole(number: float | None) -> int | None:
    return int(number) if number is not None and float(number).is_integer() else None


def _rows(
    line: "pd.Series[Any]", said: Mapping[str, str], base: Base, found: Years, row: int, log: Log
) -> Iterator[dict[str, Any]]:
    titles = found.header.titles
    cellsets = [(str(year), cells.text(line[at]), str(year)) for at, year in found.years.items()]
    if not found.years:
        cellsets = [(said["year"], said["value"], titles["value"])]
    for year_words, value, column in cellsets:
        if not value:
            continue
        year = cells.year(year_words)
        if year is None:
            log.add(
                "no_year",
                ERROR,
                "в строке нет года (например, 2025 или 2024/2025); строка не принята",
                "Впишите год, к которому показатель должен быть достигнут.",
                row=row,
                column=titles["year"],
                value=year_words,
            )
            continue
        want = _wanted(said, value)
        if want.fault:
            message, action = FAULTS[want.fault]
            log.add(want.fault, ERROR, message, action, row=row, column=column, value=value)
            continue
        if want.goal in RELATIVE and base.value is None and base.count is None:
            log.add(
                "target_without_base",
                WARNING,
                "цель задана относительно базы, а база не указана; без неё выполнение не посчитать",
                "Добавьте столбец «База»: год и значение, например «2019: 20 из 140, 14,3 %».",
                row=row,
                column=column,
                value=value,
            )
        first = "первой попытк" in said.get("title", "").casefold()
        yield {
            "row": row,
            "indicator": said.get("indicator", "").strip(" ."),
            "year": year,
            "title": said.get("title") or None,
            "goal": want.goal,
            "value": want.value,
            "unit": said.get("unit") or want.unit,
            "base_year": base.year,
            "base_value": base.value,
            "attempt": word("attempt", said.get("attempt", "")) or ("first" if first else None),
            "actual": cells.number(said.get("actual", "")).value,
            "source": said.get("source") or None,
            "base_count": base.count,
            "base_of": base.of,
            _PLAIN: want.plain and "goal" not in said,
        }


def _wanted(said: Mapping[str, str], value: str) -> Wanted:
    """The demand of a value, with the words of its row; a goal by its contract name is taken as it is."""
    goal = said.get("goal", "")
    known = word("goal", goal)
    number = cells.number(value).value
    if known in GOALS and number is not None:
        return Wanted(known, number, "раза" if known in RELATIVE else None)
    meaning = " ".join(said.get(name, "") for name in ("goal", "direction", "title"))
    if goal and number is not None and "раз" not in goal.casefold():
        return wanted.read(f"{goal} {value}", meaning)
    return wanted.read(value, meaning)


def _with_directions(rows: pd.DataFrame, found: Years, log: Log) -> pd.DataFrame:
    """Mere numbers are lower bounds; one note names all their rows."""
    plain = rows.index[rows[_PLAIN].astype(bool)].unique()
    if len(plain):
        log.add(
            "plan_without_direction",
            INFO,
            "плановые значения записаны без слов «не менее» или «не более»; приняты как «не менее»",
            "Ничего не нужно; если значение не должно превышаться, напишите «не более».",
            row=int(plain[0]),
            column=found.header.titles.get("value", ""),
            value=", ".join(map(str, plain)),
        )
    return rows.drop(columns=_PLAIN)


def _numbered(rows: pd.DataFrame) -> pd.DataFrame:
    """Indicators without a number are numbered in their order, so that each has a key."""
    lost = rows["indicator"].fillna("").eq("")
    order = pd.Series(pd.factorize(pd.Series(rows.index))[0] + 1, index=rows.index).astype("str")
    return rows.assign(indicator=rows["indicator"].mask(lost, order).astype("str"))
