"""Indicators of targets that are counted from results: which series, which attempt, failed or passed (R24).

In:   `target_indicators.csv`, reviewed data with the source of each indicator.
Out:  `counted`, by the name of the indicator; `RELATIVE`, the goals that need a base.
Not:  indicators of the tables `outcomes` and `prevention`: they bear their own names.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

RELATIVE = ("times_more", "times_less")  # goals that are measured by a base
_FILE = Path(__file__).with_name("target_indicators.csv")


@dataclass(frozen=True)
class Counted:
    """One indicator.

    Attributes:
        series: series whose participants are the base.
        attempt: `first`, `best` or `all_rows` (R3).
        passed: whether those who passed are counted, else those who did not.
    """

    series: tuple[str, ...]
    attempt: str
    passed: bool


@lru_cache(maxsize=1)
def counted() -> Mapping[str, Counted]:
    """Indicators by name."""
    with _FILE.open(encoding="utf-8", newline="") as stream:
        return {
            row["indicator"]: Counted(
                tuple(row["series"].split(";")), row["attempt"], row["counts"] == "passed"
            )
            for row in csv.DictReader(stream)
        }
