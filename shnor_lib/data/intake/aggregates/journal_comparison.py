"""«Сравнение отметок с отметками по журналу» of the ФИС ОКО: who lowered, confirmed, raised the mark.

In:   a report (see `report`) in one of its two shapes: three rows below each group («Понизили …»,
      «Подтвердили …», «Повысили …», «Всего»; columns «Кол-во участников» and «%»), or three columns, each
      with a number, a per cent or both under it.
Out:  `journal_comparison`: one row a school, counts rebuilt by rule R8 where only per cents stand; the
      schools.
Not:  marks themselves.
"""

import re
from typing import Any

import pandas as pd

from shnor_lib.data.findings import ERROR, INFO, WARNING
from shnor_lib.data.intake import cells, columns
from shnor_lib.data.intake.aggregates import marks, rebuild, report, report_rows, shares
from shnor_lib.data.intake.aggregates.report import DETAIL, GROUP_COLUMN, PARTICIPANTS, Heading
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.reading import SIGHTINGS, Taken, with_place

FORM = "report_journal"
OUTCOMES = ("lowered", "confirmed", "raised")
_PERCENT = tuple(f"{name}_percent" for name in OUTCOMES)
_RUSSIAN = dict(zip((*OUTCOMES, *_PERCENT), ("Понизили", "Подтвердили", "Повысили") * 2, strict=True))
_TITLE = "Понизили, Подтвердили, Повысили"
_TOTAL = "total"


class JournalComparison:
    """Reader of «Сравнение отметок с отметками по журналу»."""

    id = "journal_comparison"
    title = "Сравнение отметок с отметками по журналу (ФИС ОКО)"

    def recognise(self, sheet: Sheet) -> bool | None:
        """True where the three outcomes stand in a heading «Группы участников», or in rows below one."""
        head = sheet.head
        if any(_wide(head, at) is not None for at in range(len(head))):
            return True
        below = next((at for at in range(len(head)) if _rows(head, at) is not None), None)
        said = {_outcome(cell) for row in head[below or 0 :] for cell in row} if below is not None else set()
        return True if said & set(OUTCOMES) else None

    def read(self, sheet: Sheet, found: Any, log: Log) -> Taken:
        """Rows of schools as comparisons and sightings."""
        in_rows = not any(_wide(sheet.head, at) is not None for at in range(len(sheet.head)))
        taken = report.read(sheet, _rows, log, _outcome) if in_rows else report.read(sheet, _wide, log)
        if taken is None:
            return Taken()
        rows = report_rows.with_series(_one_row_a_school(taken.rows) if in_rows else taken.rows, log)
        cells_of = [name for name in (*OUTCOMES, *_PERCENT) if name in rows]
        rows = report_rows.distinct(rows, [PARTICIPANTS, *cells_of], log)
        rows = marks.take_participants(rows, "Кол-во участников", log)
        rows = rows[rows[PARTICIPANTS] > 0]
        table = _compared(rows, log)
        return Taken(
            {self.id: with_place(table, sheet), SIGHTINGS: report_rows.sightings(rows, sheet)},
            rows=len(table),
        )


def _word(cell: cells.Cell) -> str:
    """A heading without its explanation in brackets and without the sign of per cent."""
    plain = re.sub(r"\(.*?\)", " ", cells.heading(cell))
    return cells.heading(plain.replace("%", " ")) or cells.heading(plain)


def _outcome(cell: cells.Cell) -> str | None:
    """`lowered`, `confirmed`, `raised`, `total` from a cell, None for any other."""
    name = columns.synonyms(FORM).get(_word(cell))
    return name if name in (*OUTCOMES, _TOTAL) else None


def _kind(word: str) -> str | None:
    name = columns.synonyms(FORM).get(word)
    return name if name in ("count", "percent") else None


def _rows(rows: report.Rows, at: int) -> Heading | None:
    """Heading of the shape with outcomes in rows: nothing but groups, numbers and per cents."""
    heads = report.labels(rows, at)
    if heads is None:
        return None
    words = [word for word, _ in heads]
    kinds = [_kind(word) for word in words]
    group = words.index(report.GROUP)
    if "percent" not in kinds or any(word.isdecimal() for word in words):
        return None
    people = report.participants_at(heads)
    places = {
        PARTICIPANTS: people if people is not None else kinds.index("count") if "count" in kinds else None
    }
    known = {name: place for name, place in places.items() if place is not None}
    return Heading({GROUP_COLUMN: group, DETAIL: group, "percent": kinds.index("percent"), **known})


def _wide(rows: report.Rows, at: int) -> Heading | None:
    """Heading of the shape with outcomes in columns."""
    heads = report.labels(rows, at)
    if heads is None:
        return None
    places: dict[str, int] = {}
    for place, (word, under) in enumerate(heads):
        name = _outcome(word)
        if name not in OUTCOMES:
            continue
        percent = _kind(under) == "percent" or (not under and "%" in word)
        places.setdefault(f"{name}_percent" if percent else name, place)
    people = report.participants_at(heads)
    complete = places.keys() >= set(OUTCOMES) or places.keys() >= set(_PERCENT)
    if people is None or not complete:
        return None
    group = next(place for place, (word, _) in enumerate(heads) if word == report.GROUP)
    return Heading({GROUP_COLUMN: group, PARTICIPANTS: people, **places}, report.depth(heads))


def _one_row_a_school(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows below a school as columns of the row in which it is named."""
    schools = rows.drop_duplicates("label_row").copy()
    schools = schools.drop(columns=[DETAIL, "percent"]).set_index("label_row", drop=False)
    schools.index = pd.Index(schools["label_row"], name="at")
    counted = PARTICIPANTS in rows
    schools[PARTICIPANTS] = None if not counted else schools[PARTICIPANTS].astype(object)
    named = rows[rows[DETAIL] == ""].drop_duplicates("label_row").set_index("label_row")
    own = named[PARTICIPANTS].reindex(schools.index) if counted else None
    for name in (*OUTCOMES, _TOTAL):
        part = rows[rows[DETAIL] == name].drop_duplicates("label_row").set_index("label_row")
        if counted:
            schools[name] = part[PARTICIPANTS].reindex(schools.index)
        if name != _TOTAL:
            schools[f"{name}_percent"] = part["percent"].reindex(schools.index)
    if own is not None:
        total = schools.pop(_TOTAL)
        schools[PARTICIPANTS] = own.where(own.notna() & (cells.shown(own) != ""), total)
    return schools


def _compared(rows: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Counts where they stand, else what the per cents allow."""
    has_counts = set(OUTCOMES) <= set(rows.columns)
    has_percent = set(_PERCENT) <= set(rows.columns)
    if has_counts and not has_percent:
        meaning = shares.decide_meaning(rows, OUTCOMES)
        if meaning == shares.PER_CENT:
            rows = rows.rename(columns=dict(zip(OUTCOMES, _PERCENT, strict=True)))
            return _from_percent(rows, log)
    if not has_counts:
        return _from_percent(rows, log)
    filled = (rows[list(OUTCOMES)].apply(cells.shown) != "").any(axis=1)
    counted = _from_counts(rows[filled], log)
    if not has_percent:
        return counted
    _compare_shares(rows[filled], counted, log)
    return pd.concat([counted, _from_percent(rows[~filled], log)]).sort_index()


def _from_counts(rows: pd.DataFrame, log: Log) -> pd.DataFrame:
    table = rows[["school_id", "year", "series", PARTICIPANTS]].copy()
    for name in OUTCOMES:
        table[name], faults = cells.counts(rows[name])
        log.cell_faults(faults, rows[name], _RUSSIAN[name], rows["school_id"])
        table[f"{name}_low"] = table[f"{name}_high"] = table[name]
    total = table[list(OUTCOMES)].sum(axis=1, skipna=False).astype("Int64")
    over = (total > table[PARTICIPANTS]).fillna(False).astype(bool)
    log.many(
        "journal_sum",
        ERROR,
        "понизивших, подтвердивших и повысивших больше, чем участников; строка не принята",
        "Сверьте строку с отчётом ФИС ОКО.",
        shares.joined(rows.loc[over], OUTCOMES),
        _TITLE,
        rows["school_id"],
    )
    fewer = (total < table[PARTICIPANTS]).fillna(False).astype(bool)
    log.many(
        "journal_marks_missing",
        INFO,
        "сравнены отметки не всех участников (у остальных нет отметки в журнале); за основу взяты сравненные",
        "Ничего не нужно.",
        shares.joined(rows.loc[fewer], OUTCOMES),
        _TITLE,
        rows["school_id"],
    )
    table[PARTICIPANTS] = total.where(fewer, table[PARTICIPANTS])
    return table[~over]


def _compare_shares(rows: pd.DataFrame, counted: pd.DataFrame, log: Log) -> None:
    """Per cents beside the counts must be those of the counts; the counts are believed."""
    known = counted.index[counted[list(OUTCOMES)].notna().all(axis=1) & (counted[PARTICIPANTS] > 0)]
    shown = rows.loc[known, [*_PERCENT, "school_id"]].rename(columns=_RUSSIAN)
    names = [_RUSSIAN[name] for name in _PERCENT]
    read = shares.read(shown, names, log)
    whole = pd.DataFrame(dict.fromkeys(names, counted.loc[known, PARTICIPANTS]))
    bounds = rebuild.single_parts(whole, read.percent.fillna(0), read.decimals)
    counts = counted.loc[known, list(OUTCOMES)].set_axis(names, axis=1)
    outside = ((counts < bounds.low) | (counts > bounds.high)) & read.percent.notna()
    wrong = outside.any(axis=1) | ~bounds.possible
    log.many(
        "percent_against_count",
        WARNING,
        "доли не соответствуют числам рядом с ними; приняты числа",
        "Сверьте строку с отчётом ФИС ОКО.",
        shares.joined(shown[wrong.astype(bool)], names),
        _TITLE,
        rows["school_id"],
    )


def _from_percent(rows: pd.DataFrame, log: Log) -> pd.DataFrame:
    shown = rows.drop(columns=[name for name in OUTCOMES if name in rows]).rename(columns=_RUSSIAN)
    names = [_RUSSIAN[name] for name in _PERCENT]
    if rows.empty:
        return pd.DataFrame()
    read = shares.read(shown, names, log)
    good = shares.closing(shown, read, names, "понизивших, подтвердивших и повысивших", _TITLE, log)
    percent, decimals = read.percent[good], read.decimals[good]
    bounds = rebuild.parts_of_whole(shown.loc[good, PARTICIPANTS], percent, decimals)
    shares.report_rebuilt(shown, bounds, names, "понизивших, подтвердивших и повысивших", _TITLE, log)
    table = shown.loc[good, ["school_id", "year", "series", PARTICIPANTS]].copy()
    for outcome, name in zip(OUTCOMES, names, strict=True):
        table[outcome] = bounds.exact[name]
        table[f"{outcome}_low"], table[f"{outcome}_high"] = bounds.low[name], bounds.high[name]
    return table
