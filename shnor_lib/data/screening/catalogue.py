"""Which checks there are, in stages, and what became of each: one check, one row of result.

In:   `checks.csv`, reviewed data; findings and the tables that were taken.
Out:  `CHECKS` by id; `outcomes`, one row a check.
Not:  the checks themselves (see the other modules, and the readers).

Stages follow one another: file → layout → cells → rows → tables → region. What fails at one is not asked of
the next: a file that does not open has no layout, a sheet of unknown layout has no cells to judge, a row that
was rejected is not compared with other years. A check that found nothing to look at has not passed: it has
not been run.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from shnor_lib.data.findings import ERROR, INFO, WARNING

STAGES = ("file", "layout", "cells", "rows", "tables", "region")
PASSED, WARNED, FAILED, NOT_RUN = "passed", "warning", "failure", "not_run"
_FILE = Path(__file__).with_name("checks.csv")


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        id: machine name, as in `findings.check`.
        stage: one of `STAGES`.
        title: Russian: what it makes sure of.
        needs: tables without which there is nothing to look at.
        source: rule or section of the methodology.
    """

    id: str
    stage: str
    title: str
    needs: tuple[str, ...]
    source: str


def _read() -> dict[str, Check]:
    with _FILE.open(encoding="utf-8", newline="") as stream:
        return {
            row["check"]: Check(
                row["check"], row["stage"], row["title"], tuple(row["needs"].split()), row["source"]
            )
            for row in csv.DictReader(stream)
        }


CHECKS: Mapping[str, Check] = _read()


def title(check: str) -> str:
    """What a check makes sure of, in Russian."""
    return CHECKS[check].title if check in CHECKS else check


def outcomes(findings: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What became of each check.

    Args:
        findings: all of an intake, columns of `findings.COLUMNS`.
        tables: tables that were taken.

    Returns:
        check, stage, title, source, result (`passed`, `warning`, `failure`, `not_run`), error, warning, info
        (int: findings), why (str: Russian, why it was not run), in the order of the catalogue.
    """
    counted = findings.groupby(["check", "severity"]).size()
    filled = {name for name, table in tables.items() if len(table)}
    rows = []
    for check in CHECKS.values():
        numbers = {kind: int(counted.get((check.id, kind), 0)) for kind in (ERROR, WARNING, INFO)}
        lacking = [name for name in check.needs if name not in filled]
        result, why = PASSED, ""
        if numbers[ERROR]:
            result = FAILED
        elif numbers[WARNING]:
            result = WARNED
        elif lacking and not numbers[INFO]:
            result, why = NOT_RUN, "нет данных: " + ", ".join(_NEEDED.get(name, name) for name in lacking)
        rows.append((check.id, check.stage, check.title, check.source, result, *numbers.values(), why))
    columns = ["check", "stage", "title", "source", "result", ERROR, WARNING, INFO, "why"]
    return pd.DataFrame(rows, columns=columns)


_NEEDED = {
    "results": "результаты",
    "context": "численность классов (контекстная анкета)",
    "social_passport": "социальные паспорта",
    "deficits": "аудит дефицитов",
    "roadmap": "дорожные карты",
    "targets": "целевые показатели",
    "schools": "реестр школ",
    "school_codes": "коды школ в других системах",
    "school_matches": "решения о школах без кода",
}
