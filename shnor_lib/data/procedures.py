"""Calendar of procedures: what was held when, and which years may be compared.

In:   `procedures.csv`, reviewed data with a source in each row (METHODOLOGY §5), and, where a region has
      one, its own tidy table `procedures`, which overrides by series and year.
Out:  `calendar`, the table `procedures` of a snapshot.
Not:  pass marks of pupils: results arrive counted.

Two cells are comparable when their `comparability_group` is the same.
"""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import pandas as pd

from shnor_lib.data.findings import INFO, Finding
from shnor_lib.data.schemas import TABLES
from shnor_lib.data.series import Series, parse

_FILE = Path(__file__).with_name("procedures.csv")
_KEY = ["series", "year"]
_GENERAL = "vpr-ma-5"  # other subjects of ВПР were held in the same seasons


@lru_cache(maxsize=1)
def _read() -> pd.DataFrame:
    return TABLES["procedures"].conform(pd.read_csv(_FILE))


def builtin() -> pd.DataFrame:
    """The calendar that comes with the library, 2018–2026; columns of the contract `procedures`."""
    return _read().copy()


def calendar(regional: pd.DataFrame, results: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Calendar for these data.

    Args:
        regional: tidy rows of the region, may be empty; they override the built-in rows.
        results: tidy results; series and years that no row covers are added as held.

    Returns:
        The table `procedures`, sorted by series and year, and a finding for each added series.
    """
    known = builtin()
    if not regional.empty:
        named = regional.reindex(columns=[*TABLES["procedures"].columns])
        named = named[named["held"].notna()].drop_duplicates(_KEY, keep="last")
        own = TABLES["procedures"].conform(named)
        both = pd.concat([own, known], ignore_index=True)
        known = both.groupby(_KEY, sort=False, as_index=False).first()
    present = results[_KEY].drop_duplicates()
    missing = present.merge(known[_KEY], on=_KEY, how="left", indicator=True)
    missing = missing[missing["_merge"] == "left_only"].sort_values(_KEY)
    added = [_added(str(row.series), int(str(row.year)), known) for row in missing.itertuples()]
    findings = [_finding(name, part["year"]) for name, part in missing.groupby("series")]
    full = pd.concat([known, pd.DataFrame(added)], ignore_index=True) if added else known
    full = full.sort_values(_KEY, ignore_index=True)
    return TABLES["procedures"].conform(full[[*TABLES["procedures"].columns]]), findings


def _added(series_id: str, year: int, known: pd.DataFrame) -> dict[str, object]:
    parsed = parse(series_id)
    row: dict[str, object] = {
        "series": series_id,
        "year": year,
        "exam": parsed.exam,
        "subject": parsed.subject,
        "grade": parsed.grade,
        "held": "yes",
        "season": "spring",
        "comparability_group": _newest_group(parsed, year, known),
        "note": "строки календаря нет; принято, что процедура проведена",
    }
    if parsed.exam == "vpr":
        general = known[(known["series"] == _GENERAL) & (known["year"] == year)]
        if len(general):
            shared = general.iloc[0]
            row |= {name: shared[name] for name in ("held", "season", "comparability_group", "note")}
    return row


def _newest_group(series: Series, year: int, known: pd.DataFrame) -> str:
    """Group of the newest earlier year of the series; a series the calendar does not know has its own."""
    same = known[(known["series"] == series.id) & known["comparability_group"].notna()]
    if same.empty and series.exam == "vpr":
        same = known[(known["series"] == _GENERAL) & known["comparability_group"].notna()]
    if same.empty:
        return series.id
    before = same[same["year"] <= year]
    nearest = (before if len(before) else same).sort_values("year").iloc[-1 if len(before) else 0]
    return str(nearest["comparability_group"])


def _finding(series_id: object, years: Iterable[int]) -> Finding:
    label = parse(str(series_id)).short
    listed = ", ".join(str(year) for year in years)
    return Finding(
        file="",
        check="not_in_calendar",
        severity=INFO,
        message=f"{label}: в календаре процедур нет строк за {listed}; принято, что процедура проведена и "
        "сопоставима с ближайшим известным годом",
        action="При необходимости добавьте таблицу procedures со столбцами series, year, held, "
        "comparability_group.",
        value=str(series_id),
    )
