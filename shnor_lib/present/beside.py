"""Indicators beside the rule and needs of prevention in Russian.

In:   what `Region.beside` gives.
Out:  `sheet`, a table for people with notes; `summary`, lines for the command line.
"""

from collections.abc import Mapping
from typing import Any, Protocol

import pandas as pd

from shnor_lib.analysis.beside import NO_SYSTEM, SEPARATOR
from shnor_lib.methodology import Methodology
from shnor_lib.present import labels, text

_NO_SYSTEM = "нет внутришкольной системы профилактики"
_NEED = "Нужна профилактика"
_AROUND_NEED = ("Чего не хватает", "О чём нет сведений")


class _Found(Protocol):
    """What is shown (see `views.BesideView`, which lies above)."""

    @property
    def year(self) -> int: ...
    @property
    def method(self) -> Methodology: ...
    @property
    def schools(self) -> pd.DataFrame: ...
    @property
    def indicators(self) -> pd.DataFrame: ...
    @property
    def needs(self) -> pd.DataFrame: ...


def sheet(found: _Found) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """One row a school by municipality and name, Russian headings for what the method names itself.

    An empty cell is what nothing is known of, said once in the notes; a column of which nothing is known for
    any school is not in the table but named in a note.

    Returns:
        The table, and notes to stand over it.
    """
    order = ["municipality", "name", "school_id"]
    table = found.schools[[*order, "status"]].sort_values(order, key=text.alphabet, ignore_index=True)
    asked: dict[str, list[str]] = {}
    if found.method.prevention.needs:
        needs = found.needs.set_index("school_id").loc[table["school_id"]]
        signs = _signs(found.method)
        # Where nothing at all is known, an empty row says so; parts of an answer are named.
        partly = [
            "" if len(_names(value)) == len(signs) else _told(value, signs) for value in needs["unknown"]
        ]
        asked[_NEED] = [_yes_no(value) for value in needs["need"]]
        asked[_AROUND_NEED[0]] = [_told(value, signs) for value in needs["signs"]]
        asked[_AROUND_NEED[1]] = partly
    for policy in found.method.beside.indicators:
        rows = found.indicators[found.indicators["code"].eq(policy.code)].set_index("school_id")
        asked[policy.title] = [_value(row) for row in rows.loc[table["school_id"]].to_dict("records")]
    known = {name: values for name, values in asked.items() if any(values)}
    silent = [name for name in asked if name not in known and name not in _AROUND_NEED]
    notes = ["Пустая ячейка — сведений нет."] if known else []
    if silent:
        notes.append(f"Сведений нет ни об одной школе: {'; '.join(f'«{name}»' for name in silent)}.")
    return table.assign(**known), tuple(notes)


def summary(found: _Found) -> list[str]:
    """What is known, in a line an indicator; what the method does not have, in one."""
    method, schools = found.method, found.schools["school_id"]
    if not method.beside.indicators and not method.prevention.needs:
        return [f"В методике «{method.id}» нет показателей рядом с правилом."]
    lines = []
    if method.prevention.needs:
        need = found.needs.loc[found.needs["school_id"].isin(schools), "need"]
        unknown = f", нет сведений: {int(need.isna().sum())}" if need.isna().any() else ""
        share = text.part(int(need.fillna(value=False).sum()), len(need))
        lines.append(f"{_NEED}: {share}{unknown}")
    for policy in method.beside.indicators:
        rows = found.indicators[found.indicators["code"].eq(policy.code)]
        rows = rows[rows["school_id"].isin(schools)]
        known = int((rows["count"].notna() | rows["holds"].notna() | rows["suppressed"]).sum())
        lines.append(f"{policy.title}: сведения есть о {known} из {len(rows)}")
    return lines


def _signs(method: Methodology) -> Mapping[str, str]:
    return {NO_SYSTEM: _NO_SYSTEM} | {need.indicator: need.title for need in method.prevention.needs}


def _told(value: str, signs: Mapping[str, str]) -> str:
    return "\n".join(signs[name] for name in _names(value))


def _names(value: str) -> list[str]:
    return [name for name in value.split(SEPARATOR) if name]


def _yes_no(value: Any) -> str:
    return "" if text.is_missing(value) else "да" if value else "нет"


def _value(row: Mapping[Any, Any]) -> str:
    if not text.is_missing(row["holds"]):
        return _yes_no(row["holds"])
    if row["suppressed"]:
        return labels.SUPPRESSED
    if text.is_missing(row["count"]):
        return ""
    if text.is_missing(row["base"]):
        return text.number(row["count"])
    return text.k_of_n(int(row["count"]), int(row["base"]))
