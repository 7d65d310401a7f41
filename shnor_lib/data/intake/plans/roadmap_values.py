"""Values of a roadmap: numbers of items, codes of parameters, dates, roles.

In:   cells under the columns of the table `roadmap`, and `date`, `section`.
Out:  `take`, the same rows with `date_from`, `date_to`, `date_words`, codes joined by «;», no names.
Not:  which municipality the roadmap belongs to (see `homes`).
"""

import re
from collections.abc import Mapping

import pandas as pd

from shnor_lib.data.findings import WARNING
from shnor_lib.data.intake import cells
from shnor_lib.data.intake.cells import Cell
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.plans.roles import without_persons
from shnor_lib.data.intake.plans.stated import Span

PERSON = "person_in_responsible"
_TEXTS = (
    "activity",
    "form",
    "audience",
    "place",
    "responsible",
    "indicator",
    "evidence",
    "result",
    "section",
)
UNDATED = "month_without_year"
_MONTH = re.compile(
    r"(?<![а-яё])(янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)[а-яё]*(?!\s*20\d\d)(?![а-яё])",
    re.IGNORECASE,
)
_STEMS = ("янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_UNTIL = re.compile(r"^(?:не позднее|до)\s", re.IGNORECASE)
_SINCE = re.compile(r"^(?:с|от|начиная с)\s(?!.*\s(?:по|до)\s)", re.IGNORECASE)


def take(rows: pd.DataFrame, titles: Mapping[str, str], log: Log, span: Span | None = None) -> pd.DataFrame:
    """Read the cells that have a meaning of their own.

    Args:
        rows: cells by column name; the index is the row number of Excel.
        titles: column name → heading in the file.
        log: takes the faults.
        span: year of the plan, for months without one.
    """
    taken = rows.assign(item=rows["item"].map(lambda cell: cells.text(cell).strip(" .")))
    if "codes" in taken:
        tell_numbers(taken["codes"], titles.get("codes", "codes"), log)
        taken["codes"] = taken["codes"].map(codes)
    for name in _TEXTS:
        if name in taken:
            taken[name] = _impersonal(taken[name], titles.get(name, name), log)
    if "date" in taken:
        taken = _dated(taken, titles.get("date", ""), log, span)
    return taken[taken["item"].ne("")]


def codes(cell: Cell) -> str:
    """Codes joined by «;»; words such as «все выявленные параметры» mean all of them: `all`."""
    words = cells.text(cell)
    if words.casefold().startswith("все "):
        return "all"
    parts = [part.strip(" .") for part in words.replace(",", ";").split(";")]
    return ";".join(part for part in parts if part)


def tell_numbers(column: "pd.Series[str]", title: str, log: Log) -> None:
    """One note where codes are numbers: 1.10 typed as a number is 1.1, and nobody can tell them apart."""
    numbers = [isinstance(cell, float) and cell % 1 != 0 and round(cell, 1) == cell for cell in column]
    first = column[numbers].head(1)
    if len(first):
        log.add(
            "code_as_number",
            WARNING,
            f"коды записаны числами (ячеек: {sum(numbers)}): 1.10 при этом стало 1.1; приняты как есть",
            "Если среди кодов есть 1.10 и подобные, задайте столбцу текстовый формат и впишите их заново.",
            row=int(str(first.index[0])),
            column=title,
            value=first.iloc[0],
        )


def _impersonal(column: "pd.Series[str]", title: str, log: Log) -> "pd.Series[str]":
    """Words without persons; a name is left out and reported without being repeated."""
    pairs = cells.shown(column).map(without_persons)
    named = pairs.map(lambda pair: pair[1]).astype(bool)
    log.many(
        PERSON,
        WARNING,
        "назван человек; имя, телефон и почта не взяты, остаются только должность, подразделение и само дело",
        "Впишите должность или подразделение без имени, телефона и почты.",
        pd.Series("", index=column.index[named], dtype="str"),
        title,
    )
    return pairs.map(lambda pair: pair[0] or None).astype("str")


def _dated(rows: pd.DataFrame, title: str, log: Log, span: Span | None) -> pd.DataFrame:
    words = cells.shown(rows["date"])
    ends = words.map(lambda text: period(text, span))
    dated = rows.assign(date_words=words).drop(columns="date")
    for at, name in enumerate(("date_from", "date_to")):
        if name not in dated:
            dated[name] = ends.map(lambda pair, at=at: pair[at]).astype("str")
    dateless = ends.map(lambda pair: pair == (None, None)).astype(bool)
    open_month = words[dateless & words.map(lambda text: bool(_MONTH.search(text))).astype(bool)]
    log.many(
        UNDATED,
        WARNING,
        "месяц без года; срок сохранён словами, дата не поставлена",
        "Укажите год плана в заголовке листа или в files.csv (столбец year) либо впишите даты с годом.",
        open_month,
        title,
    )
    return dated


def period(words: str, span: Span | None = None) -> tuple[str | None, str | None]:
    """First and last date: «Декабрь 2023, июнь 2023» → 2023-06, 2023-12; «до мая 2024» has no first.

    Args:
        words: the cell.
        span: year of the plan, for months without a year.

    Returns:
        ISO dates or their beginnings; None where the words give none («ежегодно», «по отдельному графику»).
    """
    found = list(cells.dates(words))
    if span is not None:
        months = [_month(match[1]) for match in _MONTH.finditer(words)]
        found += [f"{span.of_month(month)}-{month:02d}" for month in months]
    if not found:
        return None, None
    first, last = min(found), max(found)
    if len(set(found)) == 1 and _UNTIL.match(words):
        return None, last
    if len(set(found)) == 1 and _SINCE.match(words):
        return first, None
    return first, last


def _month(stem: str) -> int:
    low = stem.casefold()
    return 5 if low in ("май", "мая") else next(at for at, known in enumerate(_STEMS, 1) if low == known)
