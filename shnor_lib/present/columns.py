"""Columns of the tidy tables and the machine values in them in Russian words, for one who reads a row.

In:   a name of a column, a value as text.
Out:  `name`, `value`, `known` (a value of which only the text is known, as in the key of a row).
Not:  headings of tables made for a page (see `tables`); machine names in files, which stay as they are.
"""

from collections.abc import Mapping
from functools import cache

from shnor_lib.data.blank_forms import FORMS, indicators
from shnor_lib.data.series import is_valid, parse
from shnor_lib.present import labels
from shnor_lib.present.labels import Label

_NAMES: Mapping[str, str] = {
    "action": "действие",
    "attempt": "попытка",
    "author": "автор",
    "base": "из скольких",
    "base_done": "базовый уровень",
    "cluster": "кластер",
    "code": "код",
    "column": "столбец",
    "confirmed": "подтвердили отметку",
    "confirmed_high": "подтвердили отметку (до)",
    "confirmed_low": "подтвердили отметку (от)",
    "correction_id": "номер исправления",
    "count": "количество",
    "count_high": "количество (до)",
    "count_low": "количество (от)",
    "date": "дата",
    "date_from": "начало",
    "date_to": "окончание",
    "decision": "решение",
    "enrolment": "обучающихся",
    "evidence": "документ",
    "expected": "ожидалось",
    "factor": "фактор",
    "factor_no": "номер фактора",
    "failed": "не преодолели",
    "failed_high": "не преодолели (до)",
    "failed_low": "не преодолели (от)",
    "high": "высокие результаты",
    "in_scope": "в охвате методики",
    "indicator": "показатель",
    "kind": "вид",
    "lat": "широта",
    "level": "уровень задания",
    "level_max": "уровень школы",
    "list": "список",
    "locality": "местность",
    "lon": "долгота",
    "lowered": "понизили отметку",
    "lowered_high": "понизили отметку (до)",
    "lowered_low": "понизили отметку (от)",
    "markers": "маркеров необъективности",
    "max_score": "наибольший балл",
    "mean_score": "средний балл",
    "measure_id": "мероприятие",
    "municipality": "муниципалитет",
    "municipality_id": "код муниципалитета",
    "n2": "«2»",
    "n3": "«3»",
    "n4": "«4»",
    "n5": "«5»",
    "name": "название",
    "note": "примечание",
    "outcome": "исход",
    "parameter": "параметр",
    "participants": "участников",
    "partner_school_id": "школа-партнёр",
    "percent": "процент выполнения",
    "points": "набрано баллов",
    "points_high": "набрано баллов (до)",
    "points_low": "набрано баллов (от)",
    "project_500": "проект «500+»",
    "raised": "повысили отметку",
    "raised_high": "повысили отметку (до)",
    "raised_low": "повысили отметку (от)",
    "reason": "причина",
    "region": "регион",
    "region_id": "код региона",
    "rows": "строк",
    "score": "балл",
    "series": "процедура",
    "significance": "значимость",
    "spearman": "ранговая корреляция",
    "spearman_printed": "ранговая корреляция в отчёте",
    "status": "состояние",
    "table": "таблица",
    "task": "задание",
    "title": "название",
    "top": "наивысшие результаты",
    "value": "значение",
    "wave": "аудит",
    "year": "год",
}
_FLAGS = {"True": Label("да"), "False": Label("нет")}
_MEASURES = {
    "planned": Label("запланировано"),
    "in_progress": Label("идёт"),
    "done": Label("выполнено"),
}
_VALUES: Mapping[str, Mapping[str, Label]] = {
    "attempt": labels.ATTEMPTS,
    "cluster": labels.CLUSTERS,
    "in_scope": _FLAGS,
    "level": {"base": Label("базовый"), "advanced": Label("повышенный"), "high": Label("высокий")},
    "level_max": {str(level): label for level, label in labels.LEVELS.items()},
    "list": {"shnor": Label("список ШНОР"), "risk": Label("зона риска")},
    "locality": labels.LOCALITIES,
    "project_500": _FLAGS,
    "significance": labels.SIGNIFICANCE,
    "status": labels.SCHOOL_STATUSES | _MEASURES,
}
_CODE_KINDS = {"oge": Label("код ОГЭ"), "ege": Label("код ЕГЭ"), "inn": Label("ИНН")}


def name(column: str) -> str:
    """Russian name of a column; the machine name where a table of one's own has others."""
    return _NAMES.get(column, column)


def value(column: str, shown: str) -> str:
    """A value of a column in words; what is no machine value stays as it is, with a decimal comma."""
    if column == "series":
        return known(shown)
    if column in _VALUES:
        return labels.of(_VALUES[column], shown).text
    return shown.replace(".", ",") if _is_decimal(shown) and column not in ("code", "wave", "task") else shown


def known(shown: str) -> str:
    """A part of the key of a row: a procedure, an attempt, a kind, an indicator in words; else as it is."""
    if is_valid(shown):
        return parse(shown).short
    for group in (labels.ATTEMPTS, _VALUES["list"], _CODE_KINDS):
        if shown in group:
            return group[shown].text
    return _indicators().get(shown, shown)


@cache
def _indicators() -> Mapping[str, str]:
    """Indicators as the forms name them that ask for them."""
    passport = {field.column: field.title for field in FORMS["social_passport"].asked}
    return passport | {row["indicator"]: row["title"] for row in indicators()}


def _is_decimal(shown: str) -> bool:
    whole, point, rest = shown.removeprefix("-").partition(".")
    return bool(point) and whole.isdigit() and rest.isdigit()
