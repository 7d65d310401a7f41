"""Tables of the identification page: the list, all schools, all counts, the list under other settings."""

from typing import Any

import pandas as pd

from shnor_lib.data.series import parse
from shnor_lib.present import html, labels, tables, text
from shnor_lib.present.frames import rows
from shnor_lib.present.tables import Cell, Table
from shnor_lib.region import Region
from shnor_lib.verdicts import Verdicts

_TRIED = (25, 35)
_SMALL = 10
_ALPHABETICAL = ["municipality", "name", "school_id"]


def listed(verdicts: Verdicts) -> Table:
    """The list, with the reason for each school and the reliability of that reason."""
    frame = verdicts.listed
    worst = _smallest_group(verdicts)
    return Table(
        f"Список ШНОР, {verdicts.year} год",
        [
            *tables.schools(frame),
            *tables.municipality(frame),
            tables.made("Почему в списке", frame["reasons"], _reasons, wide=True),
            tables.made("Надёжность по числу участников", frame["school_id"].map(worst), _reliability),
        ],
        note="Школы стоят по алфавиту: это список для поддержки, а не рейтинг. "
        "Мелко — номер правила методики.",
        nothing="В списке нет ни одной школы.",
    )


def schools(verdicts: Verdicts) -> Table:
    """Every school with its status."""
    frame = verdicts.table.sort_values(_ALPHABETICAL, key=text.alphabet)
    outside = len(verdicts.out_of_scope)
    note = "«Процедур» — у скольких из ожидаемых процедур есть результаты."
    if outside:
        note += f" Вне охвата методики: {text.counted(outside, text.SCHOOLS)}."
    judged = [f"{k} из {n}" for k, n in zip(frame["evaluable"], frame["expected"], strict=True)]
    return Table(
        f"Все школы, {verdicts.year} год",
        [
            *tables.schools(frame),
            *tables.municipality(frame),
            tables.marked("Статус", frame["status"], labels.STATUSES, "status"),
            tables.numbers("Порог достигнут", frame["hits"]),
            tables.words("Процедур", judged),
            tables.made("Пояснения", frame["reasons"], _reasons, wide=True),
        ],
        note=note,
        nothing="Школ нет.",
    )


def firmness(verdicts: Verdicts) -> Table:
    """How firm the verdict of each listed school is, and of each other one that is not firmly outside."""
    found = verdicts.chance.schools
    shown = found[found["listed"] | found["firmness"].ne("firm").fillna(value=False)]
    shown = shown.sort_values(_ALPHABETICAL, key=text.alphabet)
    return Table(
        "Насколько твёрд список",
        [
            *tables.schools(shown),
            *tables.municipality(shown),
            tables.words("В списке", ["да" if value else "нет" for value in shown["listed"]]),
            tables.marked("Вывод", shown["firmness"], labels.FIRMNESS, "firmness"),
        ],
        note="Школы списка и те, кто вне его не твёрдо. Оценка по результатам всех школ региона за два года: "
        "попала бы школа в список, если бы те же работы писали другие дети. Списка она не меняет.",
        nothing="Показать нечего: в списке никого нет, и все остальные вне его твёрдо.",
    )


def counts(cells: pd.DataFrame, threshold: int) -> Table:
    """Numbers behind the verdicts, hidden where they may not be shown (R25)."""
    frame = cells.sort_values([*_ALPHABETICAL, "year", "series"], key=text.alphabet)
    return Table(
        "Числа по процедурам",
        [
            *tables.schools(frame),
            *tables.municipality(frame),
            tables.words("Процедура", [parse(item).short for item in frame["series"]]),
            tables.numbers("Год", frame["year"]),
            tables.words("Не преодолели минимум", [tables.counts(cell, threshold) for cell in rows(frame)]),
            tables.words(
                "Надёжность", [labels.of(labels.RELIABILITY, value).text for value in frame["reliability"]]
            ),
        ],
    )


def changes(shown: Verdicts, usual: Verdicts) -> Table:
    """Schools that a trial puts on the list or takes off it, each with the reason for which it is listed.

    Args:
        shown: the verdicts under what is tried.
        usual: the verdicts by the method.
    """
    entered, left = entered_and_left(shown, usual)
    # The reason is that of the side on which the school is listed.
    frame = pd.concat(
        [
            side.listed[side.listed["school_id"].isin(ids)].assign(change=change)
            for side, ids, change in ((shown, entered, "добавилась бы"), (usual, left, "выпала бы"))
        ]
    ).sort_values(_ALPHABETICAL, key=text.alphabet)
    other = usual.table[["school_id", "status"]].merge(
        shown.table[["school_id", "status"]], on="school_id", suffixes=("_usual", "_shown")
    )
    frame = frame.merge(other, on="school_id", how="left")
    return Table(
        "Что изменила бы проба",
        [
            *tables.schools(frame),
            *tables.municipality(frame),
            tables.words("Список", frame["change"]),
            tables.marked("По методике", frame["status_usual"], labels.STATUSES, "status"),
            tables.marked("При пробе", frame["status_shown"], labels.STATUSES, "status"),
            tables.made("Почему в списке", frame["reasons"], _reasons, wide=True),
        ],
        note="Основания — те, по которым школа в списке: у тех, кто добавился бы, при пробе, у тех, кто "
        "выпал бы, по методике.",
        nothing="Список остался бы тем же.",
    )


def entered_and_left(shown: Verdicts, usual: Verdicts) -> tuple[set[str], set[str]]:
    """Ids of the schools that only the first verdicts list, and of those that only the second ones do."""
    here, there = _listed_ids(shown), _listed_ids(usual)
    return here - there, there - here


def settings(region: Region, shown: Verdicts, tried_words: str) -> Table:
    """How long the list would be under other settings: a second opinion, not another list.

    Args:
        region: the territory shown.
        shown: the verdicts of the page, which may be a trial.
        tried_words: what is tried, in words; empty where nothing is.
    """
    region = region.of_project
    usual = region.identify(shown.year)
    by_method = usual.method.identification.threshold_percent
    tried = [(f"По методике: порог {by_method}{text.NBSP}%", usual)]
    if tried_words:
        tried.append((f"Проба: {tried_words}", shown))
    others: list[tuple[str, dict[str, Any]]] = [
        *((f"Порог {value}{text.NBSP}%", {"threshold": value}) for value in _TRIED),
        (
            f"Не считать работы, где меньше {_SMALL} участников",
            {"small_counts": "suppress", "min_participants": _SMALL},
        ),
    ]
    for name, changed in others:
        verdicts = region.try_out(shown.year, **changed)
        if verdicts.method not in [known.method for _, known in tried]:  # what is shown already
            tried.append((name, verdicts))
    found = [(name, _listed_ids(verdicts)) for name, verdicts in tried]
    base = found[0][1]
    return Table(
        "Каким был бы список при других правилах",
        [
            tables.words("Правило", [name for name, _ in found], wide=True),
            tables.numbers("В списке", [len(ids) for _, ids in found]),
            tables.numbers("Добавились бы", [len(ids - base) for _, ids in found]),
            tables.numbers("Выпали бы", [len(base - ids) for _, ids in found]),
        ],
        note="Список утверждается только по методике. Если от небольшой перемены правила он сильно "
        "меняется, к школам у границы нужен особый подход.",
        sheet="Список при других правилах",
    )


def _listed_ids(verdicts: Verdicts) -> set[str]:
    table = verdicts.statuses
    return set(table.loc[table["status"].eq("shnor"), "school_id"])


def _smallest_group(verdicts: Verdicts) -> dict[str, str]:
    """Reliability class of the smallest group through which each school is listed."""
    cells = verdicts.cells
    hits = cells[cells["hit"].fillna(value=False) & cells["year"].eq(verdicts.year)]
    order = {name: place for place, name in enumerate(labels.RELIABILITY)}
    ranked = hits.assign(rank=hits["reliability"].map(order)).sort_values("rank")
    first = ranked.drop_duplicates("school_id")
    return dict(zip(first["school_id"], first["reliability"], strict=True))


def _reliability(value: object) -> Cell:
    label = labels.of(labels.RELIABILITY, value)
    order = {name: float(place) for place, name in enumerate(labels.RELIABILITY)}
    marked = f'<span title="{text.escape(label.hint)}">{text.escape(label.marked)}</span>'
    return Cell(label.text, order.get(str(value)), marked)


def _reasons(value: object) -> Cell:
    plain = "" if text.is_missing(value) else str(value).replace(";", "; ")
    return Cell(plain or labels.MISSING, None, html.reasons(value))
