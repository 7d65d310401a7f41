"""Rows without a code get their schools: by decisions of a person alone (rule R17).

In:   tables of all sheets by reader, as `assemble` gathers them; a row without a code has no `school_id` but
      `reading.SCHOOL_NAME` and `municipality`.
Out:  `attach`, the same tables with a school in every row; rows whose school nobody has settled are findings.
Not:  who is alike (see `identity.matching`): here only decisions count. Numbers of a РЦОИ: see `exam_codes`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from shnor_lib.data.crosswalk import effective_year
from shnor_lib.data.findings import ERROR, INFO, Finding
from shnor_lib.data.identity import decisions
from shnor_lib.data.identity.codes import RCOI
from shnor_lib.data.identity.names import is_school
from shnor_lib.data.intake import exam_codes
from shnor_lib.data.intake.reading import SCHOOL_NAME, SIGHTINGS, WRITTEN
from shnor_lib.data.screening.flags import Flag, settle

Parts = Mapping[tuple[str, str], pd.DataFrame]  # reader and table → rows
REGISTRY = exam_codes.REVIEWED  # a tidy table of schools is the region's register
UNDECIDED, REJECTED = "undecided_school", "rejected_school"
_HOW = "Решите, какая это школа: shnor schools match — и повторите загрузку."


def attach(parts: Parts, findings: list[Finding]) -> dict[tuple[str, str], pd.DataFrame]:
    """Tables in which every row that speaks of a school has its code.

    Args:
        parts: reader and table → rows with their places.
        findings: takes what is wrong or not settled.
    """
    known = known_schools(parts)
    found = exam_codes.settle(parts, known, findings)
    matches = _settle_matches(found, known, findings)
    last = _last_years(parts)
    for key, frame in found.items():
        if SCHOOL_NAME in frame:
            found[key] = _under_decisions(frame, matches, last, findings)
    return found


def known_schools(parts: Parts) -> frozenset[str]:
    """Six digits of the register and of the crosswalk; where there is no register, of all schools named."""
    register = parts.get((REGISTRY, "schools"), pd.DataFrame())
    crossings = _column(parts, "crosswalk", "old_id") | _column(parts, "crosswalk", "new_id")
    if not register.empty:
        return frozenset(set(register["school_id"].dropna()) | crossings)
    named = _column(parts, "schools", "school_id") | crossings
    for (_, table), frame in parts.items():
        if table == SIGHTINGS:
            logins = frame[frame[RCOI].isna()] if RCOI in frame else frame
            named |= set(logins["school_id"].dropna())
    return frozenset(named)


def _column(parts: Parts, table: str, column: str) -> set[str]:
    frames = [
        frame[column].dropna() for (_, name), frame in parts.items() if name == table and column in frame
    ]
    return {str(value) for frame in frames for value in frame}


def _settle_matches(
    parts: dict[tuple[str, str], pd.DataFrame], known: frozenset[str], findings: list[Finding]
) -> decisions.Book:
    """Decisions that hold; proposals without a decision leave the table, faulty decisions are errors."""
    keys = [key for key in parts if key[1] == "school_matches"]
    if not keys:
        return decisions.Book()
    every = pd.concat([parts.pop(key) for key in keys], ignore_index=True)
    every = decisions.decided(every).reset_index(drop=True)
    if every.empty:
        return decisions.Book()
    faults = decisions.faults(every, known)
    # A cell that is no name of a school may name a person: it is not repeated.
    shown = every["name"].mask(faults.eq(decisions.NOT_A_NAME), "")
    flags = [
        Flag(fault, ERROR, faults.eq(fault), *words, "Название", shown, rejects=True)
        for fault, words in decisions.WORDS.items()
    ]
    kept, found = settle(every, flags)
    findings += found
    parts[keys[0]] = kept.reset_index(drop=True)
    return decisions.book(kept)


def _last_years(parts: Parts) -> dict[str, int]:
    """Last school year of schools that have left: closed, or no longer in the register, with no successor."""
    last: dict[str, int] = {}
    register = parts.get((REGISTRY, "schools"), pd.DataFrame())
    if not register.empty:
        newest = register.groupby("school_id")["year"].max()
        last = {str(school): int(year) for school, year in newest[newest < newest.max()].items()}
    for (_, table), frame in parts.items():
        if table == "crosswalk":
            for row in frame.dropna(subset=["from_date"]).to_dict("records"):
                if row["kind"] == "close":
                    last[str(row["old_id"])] = effective_year(str(row["from_date"])) - 1
                else:  # what the school was goes on under other codes
                    last.pop(str(row["old_id"]), None)
    return last


def _under_decisions(
    rows: pd.DataFrame, book: decisions.Book, last: Mapping[str, int], findings: list[Finding]
) -> pd.DataFrame:
    """Rows without a code under the schools that a person has named; the others are findings and left out."""
    nameless = rows["school_id"].isna()
    plain = rows.drop(columns=SCHOOL_NAME)
    if not nameless.any():
        return plain
    places = (
        rows["municipality"] if "municipality" in rows else pd.Series(None, index=rows.index, dtype="str")
    )
    keys = pd.Series(
        [decisions.key(*pair) for pair in zip(rows[SCHOOL_NAME], places, strict=True)],
        index=rows.index,
        dtype=object,
    )
    found = keys[nameless].map(book.schools.get).astype("str")
    over = _years(rows)[nameless].fillna(0) > found.map(last).fillna(9999).astype("int64")
    school = found.mask(over)
    settled = rows["school_id"].fillna(school)
    lost = settled.isna()
    findings += _unsettled(rows[lost], keys[lost], places[lost], book, found, last)
    name = "школа записана как «" + rows[SCHOOL_NAME].astype("str") + "»"
    attached = plain.assign(**{"school_id": settled.astype("str"), WRITTEN: name.where(nameless)})
    return attached[~lost].drop(columns="municipality", errors="ignore").reset_index(drop=True)


def _years(rows: pd.DataFrame) -> "pd.Series[int]":
    if "year" in rows:
        return rows["year"].astype("Int64")
    if "wave" in rows:
        return rows["wave"].map(effective_year, na_action="ignore").astype("Int64")
    return pd.Series(pd.NA, index=rows.index, dtype="Int64")


def _unsettled(
    rows: pd.DataFrame,
    keys: "pd.Series[Any]",
    places: "pd.Series[str]",
    book: decisions.Book,
    found: "pd.Series[str]",
    last: Mapping[str, int],
) -> Iterable[Finding]:
    """One finding for each name in each sheet, at its first row."""
    named = rows.assign(_key=keys, _place=places.astype("str").fillna(""), _school=found.reindex(rows.index))
    for _, part in named.groupby(["file", "sheet", "_key"], sort=False, dropna=False):
        first = part.iloc[0]
        name = "" if pd.isna(first[SCHOOL_NAME]) else str(first[SCHOOL_NAME])
        number = part["row"].nunique()
        more = f"; таких строк: {number}" if number > 1 else ""
        school = first["_school"]
        value = name
        check, severity = UNDECIDED, ERROR
        if isinstance(school, str):
            check = "match_school_left"
            message = (
                f"название отнесено решением к школе {school}, но после {last[school]} года её в реестре "
                f"нет; строка не принята{more}"
            )
            action = "Исправьте решение в school_matches или добавьте преемника школы в crosswalk."
        elif not is_school(name):
            check, value = "no_school_named", ""  # it may name a person
            message = f"в строке нет ни кода школы, ни слов, похожих на её название; строка не принята{more}"
            action = "Впишите логин ОО из ФИС ОКО, например edu220028, или полное название школы."
        elif book.has(first["_key"]):
            check, severity = REJECTED, INFO
            message = f"по решению в school_matches это не школа реестра; строка не принята{more}"
            action = "Ничего не нужно, если решение верно."
        else:
            message = f"школа названа без кода; строка не принята, пока не решено, какая это школа{more}"
            action = _HOW
        yield Finding(
            str(first["file"]),
            check,
            severity,
            message,
            action,
            sheet="" if pd.isna(first["sheet"]) else str(first["sheet"]),
            row=int(first["row"]),
            column="Школа",
            value=value,
            municipality=str(first["_place"]) if value else "",
        )
