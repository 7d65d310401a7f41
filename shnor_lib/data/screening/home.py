"""Is it the region of the project that the files are of: by codes of schools, and by names of regions.

In:   the region of `shnor.yml` as a person wrote it, the table of schools.
Out:  one finding where too many schools look like those of another region; nothing is rejected.
Not:  single foreign rows among own ones (see `codes.drop_foreign`).

A login of the ФИС ОКО begins with the two digits of the region: edu22… is the Алтайский край, edu05… is
Dagestan, as files of both show. `regions.csv` holds the digits of the справочник «Коды субъектов Российской
Федерации»; regions whose digits differ between registers are not in it, and of a region that is not in it
codes say nothing.
"""

import csv
import re
from functools import cache
from pathlib import Path

import pandas as pd

from shnor_lib.data.findings import WARNING, Finding

CHECK = "other_region"
_FILE = Path(__file__).with_name("regions.csv")
_FOREIGN = 0.1  # share of schools from which on it is no matter of single rows [A]


@cache
def known() -> dict[str, str]:
    """Name or short name of a region, as `key` spells it → first two digits of its codes."""
    with _FILE.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {
        key(name): row["code"]
        for row in rows
        for name in (row["name"], *row["aliases"].split(";"))
        if key(name)
    }


def key(name: str) -> str:
    """Spelling in which names of regions are compared: «Саха (Якутия)» → «саха якутия»."""
    return " ".join(re.findall(r"[a-zа-я0-9]+", name.casefold().replace("ё", "е")))


def other_region(region: str, schools: pd.DataFrame | None) -> list[Finding]:
    """Schools of another region than that of the settings, where they are many.

    Args:
        region: `region` of `shnor.yml`; where it is empty there is nothing to compare with.
        schools: table `schools`, or None.
    """
    if not region.strip() or schools is None or schools.empty:
        return []
    newest = schools.drop_duplicates("school_id", keep="last")
    told = [words for words in (_by_codes(region, newest), _by_names(region, newest)) if words]
    if not told:
        return []
    return [
        Finding(
            file="",
            check=CHECK,
            severity=WARNING,
            message=f"похоже, файлы другого региона: в shnor.yml указано «{region}», а {'; '.join(told)}",
            action="Проверьте region в shnor.yml и папку data/raw: для каждого региона нужен свой проект "
            "(shnor init).",
            value=region,
        )
    ]


def _by_codes(region: str, schools: pd.DataFrame) -> str:
    own = known().get(key(region), "")
    digits = schools["school_id"].str[:2]
    foreign = digits[digits.ne(own)]
    if not own or len(foreign) < _FOREIGN * len(schools):
        return ""
    usual = str(foreign.mode().iloc[0])
    return f"коды {len(foreign)} из {len(schools)} школ начинаются не на {own} (чаще на {usual})"


def _by_names(region: str, schools: pd.DataFrame) -> str:
    if "region" not in schools:
        return ""
    names = schools["region"].dropna().astype("str")
    foreign = names[~names.map(lambda name: _same(region, name)).astype(bool)]
    if names.empty or len(foreign) < max(_FOREIGN * len(names), 1):
        return ""
    usual = str(foreign.mode().iloc[0])
    return f"в файлах у {len(foreign)} из {len(names)} школ назван другой регион (чаще «{usual}»)"


def _same(ours: str, theirs: str) -> bool:
    """Whether two names may mean one region: an abbreviation that nobody knows may mean any."""
    first, second = key(ours), key(theirs)
    codes = known().get(first), known().get(second)
    if None not in codes:
        return codes[0] == codes[1]
    return (
        not first or not second or first in second or second in first or _is_short(ours) or _is_short(theirs)
    )


def _is_short(name: str) -> bool:
    return name.isupper() and " " not in name.strip()
