"""Context form of the ФИС ОКО, 2022: as that of 2021, with the bridge to the codes of the РЦОИ (§7.3).

In:   a sheet with logins and two of «Код ОГЭ», «Код ЕГЭ», «ИНН», «Статус», «Филиалы»: the form, or a mere
      list of codes that a РЦОИ sends. The year is that of a column «Год» or of the title, else 2022.
Out:  `school_codes`; attributes of schools; the table `context`, where the sheet has the questions of the
      form.
Not:  branches: a finding names them; only the reviewed crosswalk counts them with their school (R17).

The form does not say since when a code holds, so its codes have no year and hold for all years.
"""

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from shnor_lib.data.findings import ERROR, INFO, WARNING
from shnor_lib.data.identity.codes import number
from shnor_lib.data.intake import cells, columns
from shnor_lib.data.intake.columns import Header
from shnor_lib.data.intake.files import Sheet
from shnor_lib.data.intake.forms import context, context_2021
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.reading import Taken, with_place
from shnor_lib.data.intake.school_rows import take_logins, take_years
from shnor_lib.data.schools import school_digits

FORM = "context_2022"
YEAR = 2022
_CODES = {"code_oge": "oge", "code_ege": "ege", "inn": "inn"}
_TELLING = (*_CODES, "status", "branches")  # two of them and it is this form
_ENOUGH = 2
_BETWEEN = re.compile(r"[;,\n]+")
_INN = (10, 12)  # digits of an ИНН
_NONE = frozenset({"", "-", "–", "—", "нет", "0"})
_BRANCH = "branch"


class Context2022:
    """Reader of the context form of 2022, and of lists of codes."""

    id = FORM
    title = "Контекстная анкета ФИС ОКО (2022), коды ОГЭ и ЕГЭ"

    def recognise(self, sheet: Sheet) -> Header | None:
        """The header row with logins and two of the columns that came with this form, one of them a code."""
        header = columns.match(sheet.head, _synonyms())
        if header is None or "login" not in header.columns or not _CODES.keys() & header.columns.keys():
            return None
        return header if sum(name in header.columns for name in _TELLING) >= _ENOUGH else None

    def read(self, sheet: Sheet, found: Header, log: Log) -> Taken:
        """Codes, attributes of schools and context indicators."""
        frame = sheet.frame(found.row)
        rows = pd.DataFrame({name: frame[at] for name, at in found.columns.items()})
        rows = take_logins(rows, found.titles["login"], log)
        rows = _with_year(rows, sheet, found, log)
        _name_branches(rows, found, log)
        values = context.indicators(rows, found, context.kinds(context_2021.FORM, FORM), log)
        schools = context.schools(rows, values, YEAR).assign(year=rows["year"])
        if "status" in rows:
            schools["status"] = _statuses(rows, found.titles["status"], log)
        told = context.long(rows, values, YEAR)
        told = told.assign(year=rows["year"].reindex(told.index))
        tables = {
            "schools": with_place(schools, sheet),
            "school_codes": with_place(_codes(rows, found, log), sheet),
            "context": with_place(told, sheet),
        }
        return Taken({name: table for name, table in tables.items() if len(table)}, rows=len(schools))


def _synonyms() -> Mapping[str, str]:
    return {**columns.synonyms(context_2021.FORM), **columns.synonyms(FORM)}


def _with_year(rows: pd.DataFrame, sheet: Sheet, found: Header, log: Log) -> pd.DataFrame:
    if "year" in rows:
        return take_years(rows, found.titles["year"], log)
    said = [cells.year(cell) for row in sheet.head[: found.row] for cell in row]
    year = next((value for value in said if value is not None), YEAR)
    return rows.assign(year=pd.Series(year, index=rows.index, dtype="Int64"))


def _codes(rows: pd.DataFrame, found: Header, log: Log) -> pd.DataFrame:
    """Codes of schools, one row a code: school_id, kind, code (str)."""
    parts = []
    for name, kind in _CODES.items():
        if name not in rows:
            continue
        shown = rows[name].map(lambda cell: _BETWEEN.split(cells.text(cell)))
        single = rows[["school_id"]].assign(kind=kind, code=shown).explode("code")
        single["code"] = single["code"].str.strip()
        single = single[~single["code"].str.casefold().isin(_NONE)]
        whole = single["code"].map(number)
        wrong = whole.isna() | (kind == "inn") & ~single["code"].str.len().isin(_INN)
        log.many(
            "not_a_code",
            ERROR,
            "ИНН состоит из 10 или 12 цифр; не принят"
            if kind == "inn"
            else "код ОО — целое число; не принят",
            "Исправьте код в анкете; остальные данные школы приняты.",
            single.loc[wrong, "code"],
            found.titles[name],
            rows["school_id"],
        )
        parts.append(single[~wrong].drop_duplicates())
    return pd.concat(parts).astype({"kind": "str", "code": "str"})


def _statuses(rows: pd.DataFrame, title: str, log: Log) -> "pd.Series[str]":
    words = {
        cells.heading(row["synonym"]): row["value"]
        for row in columns.read_map("values")
        if row["column"] == "status"
    }
    taken = cells.each(rows["status"], lambda cell: words.get(cells.heading(cell)), "str")
    unread = taken.isna() & cells.shown(rows["status"]).ne("")
    log.many(
        "answer_not_in_list",
        WARNING,
        "ответа нет в перечне анкеты; принято как «нет данных»",
        f"Допустимы: {', '.join(sorted(words))}.",
        cells.shown(rows.loc[unread, "status"]),
        title,
        rows["school_id"],
    )
    return taken


def _name_branches(rows: pd.DataFrame, found: Header, log: Log) -> None:
    """Branches that the form names: whether their results are counted with the school, a person decides."""
    for name in ("branches", "head"):
        if name not in rows:
            continue
        for at, school, cell in zip(rows.index, rows["school_id"], rows[name], strict=True):
            for other in _logins(cell, str(school)):
                head, branch = (school, other) if name == "branches" else (other, school)
                log.add(
                    "branch_named",
                    INFO,
                    f"школа {branch} названа филиалом школы {head}; их результаты считаются порознь, пока в "
                    f"таблице crosswalk нет перехода вида {_BRANCH}",
                    f"Если филиал считается вместе с головной школой, добавьте в crosswalk строку: {branch}, "
                    f"{head}, дата, {_BRANCH}.",
                    row=int(at),
                    column=found.titles[name],
                    school_id=str(school),
                )


def _logins(cell: Any, own: str) -> list[str]:
    digits = [school_digits(word) for word in re.split(r"[;,\s]+", cells.text(cell)) if len(word) > _ENOUGH]
    return [code for code in digits if code is not None and code != own]
