"""The card of a school: its status and why, the numbers, movement, deficits, on one or two pages of A4.

In:   a region, a year, the code of a school.
Out:  `Document` of kind `card`.
Not:  anything about pupils or teachers; the exact trace with sources is `Verdicts.explain`, for the analyst.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from shnor_lib.data.series import parse
from shnor_lib.documents import intervals, letterhead
from shnor_lib.documents.document import Document
from shnor_lib.documents.parts import about
from shnor_lib.errors import SelectionError
from shnor_lib.present import credibility, labels, tables, text
from shnor_lib.present import social as told_of
from shnor_lib.present.cells import series_order
from shnor_lib.present.frames import rows
from shnor_lib.region import Region
from shnor_lib.social import Social
from shnor_lib.verdicts import Verdicts
from shnor_lib.views import DeficitsView, DynamicsView


@dataclass(frozen=True)
class Cards:
    """Cards of a year: what they share is computed once.

    Attributes:
        region: whose schools they are.
        year: reporting year, the newest where None.
        overrides: other settings of the method, printed on the cards.
    """

    region: Region
    year: int | None = None
    overrides: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def verdicts(self) -> Verdicts:
        """Verdicts of the year."""
        return self.region.identify(self.year, **self.overrides)

    @cached_property
    def _moved(self) -> DynamicsView | None:
        year = self.verdicts.year
        if year - 1 not in self.region.years:
            return None
        try:
            return self.region.dynamics(year, **self.overrides)
        except SelectionError:  # the method takes received lists, and there is none of the year before
            return None

    @cached_property
    def _deficits(self) -> DeficitsView | None:
        try:
            return self.region.deficits(self.verdicts.year, **self.overrides)
        except SelectionError:  # neither an audit nor a context form is loaded
            return None

    @cached_property
    def _social(self) -> Social | None:
        found = self.region.social(self.verdicts.year, **self.overrides)
        return found if found.has_index else None

    def of(self, school_id: str) -> Document:
        """The card of one school.

        Args:
            school_id: six digits, with or without the letters of the login.

        Raises:
            SelectionError: no such school among those judged in the year.
        """
        verdicts = self.verdicts
        code = verdicts.judged(school_id)
        school = verdicts.table[verdicts.table["school_id"].eq(code)].iloc[0]
        cells = verdicts.public_cells
        cells = cells[cells["school_id"].eq(code)]
        threshold = verdicts.method.identification.threshold_percent
        name = text.school_name(school["name"])
        name = f"Школа {code}" if name == labels.MISSING else name
        status = labels.of(labels.STATUSES, school["status"])
        content = {
            "school": name,
            "code": code,
            "municipality": _or_dash(school["municipality"]),
            "region": self.region.region_name,
            "year": str(verdicts.year),
            "facts": _facts(school),
            "status": status.text,
            "status_hint": text.sentence(status.hint),
            "symbol": status.symbol,
            "reasons": _reasons(str(school["reasons"]), str(school["status"])),
            "threshold": str(threshold),
            "cells": _cells(cells, verdicts.year, threshold),
            "chart": intervals.draw(_drawn(cells, verdicts.year, threshold), threshold),
            "movement": _movement(self._moved, code),
            "deficits": _deficits(self._deficits, code),
            "social": _social(self._social, code),
            "credibility": _credibility(verdicts, code),
            **about(self.region, verdicts),
        }
        return Document("card", f"Карточка школы: {name}", content, letterhead.folder(self.region.project))


def school_card(region: Region, school_id: str, year: int | None = None, **overrides: object) -> Document:
    """The card of one school; for many of them use `Cards`.

    Raises:
        SelectionError: no such school among those judged in the year.
    """
    return Cards(region, year, overrides).of(school_id)


def _or_dash(value: object) -> str:
    return labels.MISSING if text.is_missing(value) or value == "" else str(value)


def _facts(school: pd.Series) -> list[dict[str, str]]:
    told = [
        ("Уровень", labels.of(labels.LEVELS, school.get("level_max"))),
        ("Местность", labels.of(labels.LOCALITIES, school.get("locality"))),
    ]
    facts = [{"name": name, "value": label.text} for name, label in told if label.text != labels.MISSING]
    if not text.is_missing(school.get("enrolment")):
        facts.append({"name": "Обучающихся", "value": text.number(school["enrolment"])})
    if not text.is_missing(school.get("project_500")) and school["project_500"]:
        facts.append({"name": "Проект «500+»", "value": "участник"})
    if not text.is_missing(school.get("support")):
        facts.append(
            {"name": "Кластер поддержки", "value": labels.of(labels.SUPPORT, school["support"]).text}
        )
    facts.append({"name": "Процедур оценено", "value": f"{school['evaluable']} из {school['expected']}"})
    return facts


def _reasons(told: str, status: str) -> list[dict[str, str]]:
    """Sentences of the verdict, the number of the rule apart."""
    split = []
    for item in filter(None, told.split(";")):
        rule, colon, words = item.partition(": ")
        is_rule = bool(colon) and rule[:1] == "R" and rule[1:].isdigit()
        split.append({"text": text.sentence(words if is_rule else item), "rule": rule if is_rule else ""})
    if not split and status == "not_identified":
        split.append({"text": "Порог не достигнут ни в одной процедуре", "rule": ""})
    return split


def _cells(cells: pd.DataFrame, year: int, threshold: int) -> list[dict[str, str]]:
    """One row a procedure: this year and the year before, as may be published."""
    told = []
    for series in series_order(cells["series"]):
        part = cells[cells["series"].eq(series)]
        now, before = part[part["year"].eq(year)], part[part["year"].ne(year)]
        told.append(
            {
                "series": text.sentence(parse(series).title),
                "now": _counts(now, threshold),
                "before": _counts(before, threshold),
                "interval": _interval(now),
                "reached": _reached(now),
                "reliability": labels.of(labels.RELIABILITY, now["reliability"].iloc[0]).text
                if len(now)
                else labels.MISSING,
            }
        )
    return told


def _counts(part: pd.DataFrame, threshold: int) -> str:
    return next((tables.counts(row, threshold) for row in rows(part)), labels.MISSING)


def _interval(part: pd.DataFrame) -> str:
    if part.empty or text.is_missing(part["low"].iloc[0]):
        return labels.MISSING
    low, high = (round(100 * float(part[name].iloc[0])) for name in ("low", "high"))
    return f"{low}–{high}{text.NBSP}%"


def _reached(part: pd.DataFrame) -> str:
    if part.empty:
        return "результатов нет"
    # Of a handful of children «не достигнут» may mean that nobody failed (R25).
    if part["suppressed"].iloc[0]:
        return labels.SUPPRESSED
    hit = part["hit"].iloc[0]
    if text.is_missing(hit):
        return "не оценивается"
    return "достигнут" if hit else "не достигнут"


def _drawn(cells: pd.DataFrame, year: int, threshold: int) -> list[intervals.Row]:
    now = cells[cells["year"].eq(year)].set_index("series", drop=False)
    now = now.loc[series_order(now["series"])]
    return [
        intervals.Row(
            name=parse(row.series).short,
            words=tables.counts(row, threshold),
            share=_number(row.share),
            low=_number(row.low),
            high=_number(row.high),
            certainty="" if text.is_missing(row.certainty) else str(row.certainty),
        )
        for row in rows(now)
    ]


def _credibility(verdicts: Verdicts, code: str) -> dict[str, Any] | None:
    """Signals of credibility, apart from the verdict; None where no signal can be judged."""
    found = verdicts.credibility
    flags = found.flags(code)
    judged = [name for name in labels.SIGNALS if not text.is_missing(flags[name])]
    if not judged:
        return None
    told = [item.partition(": ")[2] for item in found.reasons(code).split(";") if item]
    return {
        "signals": [text.sentence(item) for item in told],
        "one_point": text.sentence(found.one_point(code)),
        "judged": text.join([labels.SIGNALS[name].text for name in judged]),
        "note": credibility.FALSE_ALARMS,
    }


def _number(value: Any) -> float | None:
    return None if text.is_missing(value) else float(value)


def _movement(moved: DynamicsView | None, code: str) -> dict[str, str] | None:
    """From which cluster to which; None where there is no year before, or no such school in either."""
    if moved is None:
        return None
    found = moved.table[moved.table["school_id"].eq(code)]
    if found.empty:
        return None
    row = found.iloc[0]
    reason = row["reason"]
    return {
        "before": labels.of(labels.TRANSITIONS, row["state_before"]).text,
        "after": labels.of(labels.TRANSITIONS, row["state_after"]).text,
        "movement": text.sentence(labels.of(labels.MOVEMENTS, row["movement"]).text),
        "reason": "" if text.is_missing(reason) else labels.of(labels.MOVEMENT_REASONS, reason).text,
        "scheme": labels.SCHEMES[moved.scheme].text,
        "note": ""
        if moved.comparable
        else "Работы двух лет проводились в разных условиях и сравнимы не вполне.",
    }


def _deficits(found: DeficitsView | None, code: str) -> dict[str, Any] | None:
    """Deficits of the last audits; None where the school was not audited."""
    if found is None:
        return None
    audited = found.table.loc[found.table["school_id"].eq(code), "audited"]
    if not audited.any():
        return None
    own = found.items[found.items["school_id"].eq(code)].sort_values("code")
    return {
        "when": (when := text.join([text.wave(wave) for wave in found.waves if wave])),
        "source": text.stop(f"Источник: {when}"),
        "rows": [
            {
                "code": str(row.code),
                "factor": _or_dash(row.factor),
                "parameter": _or_dash(row.parameter),
                "significance": labels.of(labels.SIGNIFICANCE, row.significance).text,
                "state": labels.of(labels.DEFICIT_STATES, row.state).text,
            }
            for row in rows(own)
        ],
    }


def _social(found: Social | None, code: str) -> dict[str, Any] | None:
    """Index, what the school is found to be, where it stands among similar ones; None without an index."""
    if found is None:
        return None
    row = next(rows(found.public[found.public["school_id"].eq(code)].rename(columns={"index": "value"})))
    index = found.found.index
    lines = []
    if row.index_state == "not_calculated":
        reason = labels.of(labels.INDEX_REASONS, row.index_reason).text
        lines.append(f"Не рассчитан: {reason}")
    else:
        value = (
            labels.SUPPRESSED if text.is_missing(row.value) else text.number(row.value, told_of.digits(index))
        )
        quartile = "в нижнем квартиле школ региона" if row.low_quartile else "выше нижнего квартиля региона"
        state = " (неполный)" if row.index_state == "incomplete" else ""
        lines.append(f"{value}{state}, {quartile}; социальный паспорт {row.passport_year} года")
    if not text.is_missing(row.shnsu) and row.shnsu:
        lines.append("Школа в неблагоприятных социальных условиях (ШНСУ): дефициты ресурсов и низкий индекс")
    if row.watch_zone:
        lines.append(f"Зона внимания: {told_of.parts(row.watch_parts, labels.WATCH_PARTS)}")
    if not text.is_missing(row.resilient) and row.resilient:
        lines.append("Кандидат в резильентные школы: трудные условия, хорошие результаты несколько лет")
    return {
        "title": text.sentence(found.method.social_index.title),
        "lines": lines,
        "compared": told_of.compared(row, found.compared_by(code)),
    }
