"""The list for an order: schools by municipality and alphabet, each with its ground (R10, R11).

In:   verdicts of a year.
Out:  `Document` of kind `order`.
Not:  counts: an order names schools and grounds; numbers stand in the cards and reports.
"""

from typing import Any

import pandas as pd

from shnor_lib.data import series as series_ids
from shnor_lib.documents import letterhead
from shnor_lib.documents.document import Document
from shnor_lib.documents.parts import about
from shnor_lib.present import text
from shnor_lib.present.counts import named
from shnor_lib.region import Region
from shnor_lib.verdicts import Verdicts

_LISTINGS = {
    "rule": (),
    "rule_and_low_index": (
        "в список входят школы, у которых есть основание А или Б и социальный индекс в нижнем квартиле",
    ),
    "imported": ("список взят из полученного перечня; основания А и Б названы там, где их дают результаты",),
}
_ANYWHERE = "Муниципалитет не указан"


def order_list(region: Region, verdicts: Verdicts) -> Document:
    """The list of a year as the annex of an order.

    Args:
        region: whose list it is; gives its name and the snapshot.
        verdicts: of the year, limited to the municipality where the region is.
    """
    listed = verdicts.listed
    content = {
        "region": region.title,
        "year": str(verdicts.year),
        "total": text.counted(len(listed), text.SCHOOLS),
        "groups": _groups(listed),
        "nothing": "" if len(listed) else f"За {verdicts.year} год ни одна организация не выявлена.",
        "conditions": _conditions(verdicts),
        **about(region, verdicts),
    }
    title = (
        "Перечень общеобразовательных организаций, имеющих низкие образовательные результаты обучающихся"
        if not region.scope
        else "Общеобразовательные организации, имеющие низкие образовательные результаты обучающихся"
    )
    return Document("order", title, content, letterhead.folder(region.project))


def _groups(listed: pd.DataFrame) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = []
    for number, row in enumerate(listed.to_dict("records"), start=1):
        place = _ANYWHERE if text.is_missing(row["municipality"]) else str(row["municipality"])
        if not groups or groups[-1]["municipality"] != place:
            groups.append({"municipality": place, "schools": []})
        groups[-1]["schools"].append(
            {
                "number": str(number),
                "name": _name(row),
                "code": str(row["school_id"]),
                "grounds": _grounds(row),
            }
        )
    return groups


def _name(row: dict[Any, Any]) -> str:
    if text.is_missing(row["name"]):
        return f"Школа {row['school_id']}"
    return text.official_name(row["name"])


def _grounds(row: dict[Any, Any]) -> str:
    """«А: ВПР МА 5, ещё 1 …; Б: ВПР МА 5»; «по перечню» where only a received list names the school.

    Procedures whose counts are hidden have no names (R25).
    """
    told = []
    if row["limb_a"]:
        shown = _short(row["hit_series"])
        told.append(f"А: {named([*shown, *[None] * (row['hits'] - len(shown))])}")
    if row["limb_b"]:
        told.append(f"Б: {named(_short(row['limb_b_series']) or [None])}")
    return "; ".join(told) or "по перечню"


def _short(series: str) -> list[str]:
    return [series_ids.parse(item).short for item in series.split(";") if item]


def _conditions(verdicts: Verdicts) -> list[str]:
    """What А and Б mean under the method of the list."""
    policy = verdicts.method.identification
    share = f"не менее {policy.threshold_percent}{text.NBSP}% участников не преодолели минимальный порог"
    same = policy.limb_b == "same_series"
    where = "в одной и той же процедуре" if same else "хотя бы в одной процедуре"
    return [
        *_LISTINGS[policy.listing],
        f"А — {share} за {verdicts.year} год не менее чем в {policy.hits_in_one_year} различных оценочных "
        "процедурах",
        f"Б — {share} два года подряд {where}",
    ]
