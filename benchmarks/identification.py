"""Identification on a country: 40,000 schools × 9 series × 6 years, tidy Parquet in memory.

    python -m benchmarks.identification [--schools 40000] [--rounds 7]

Measured: status of every school (`decide`), the table of verdicts, and the Russian reasons. Named
alternative, on a thousand of the same schools in the same run: pandas `groupby.apply` with the rule
written per school. Both sides must list the same schools.
"""

import argparse
import io
import os
import platform
import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from shnor_lib.analysis import identification, roster
from shnor_lib.analysis.identification import Decision
from shnor_lib.data.schemas import TABLES
from shnor_lib.data.series import NINE_SERIES
from shnor_lib.methodology.model import Identification
from shnor_lib.present import reasons

YEARS = range(2021, 2027)
YEAR = 2026
SAMPLE = 1000


def region(schools: int, seed: int = 847) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Register, results and calendar of a made-up country; 7 % of the cells have no row."""
    chance = np.random.default_rng(seed)
    ids = np.array([f"{number:06d}" for number in range(schools)])
    grid = pd.MultiIndex.from_product([ids, YEARS, NINE_SERIES], names=["school_id", "year", "series"])
    rows = grid.to_frame(index=False)
    n = chance.integers(4, 115, len(rows))
    level = np.repeat(chance.beta(1.3, 6.5, schools), len(YEARS) * len(NINE_SERIES))
    failed = chance.binomial(n, level)
    rows = rows.assign(participants=n, failed=failed, attempt="first", source="benchmark")
    rows = rows[chance.random(len(rows)) > 0.07]
    register = pd.DataFrame({"school_id": ids, "year": YEAR, "name": ids, "level_max": 11})
    calendar = pd.DataFrame(
        [
            {"series": name, "year": year, "held": "yes", "comparability_group": name}
            for name in NINE_SERIES
            for year in YEARS
        ]
    )
    return (
        TABLES["schools"].conform(register),
        _through_parquet(TABLES["results"].conform(rows)),
        TABLES["procedures"].conform(calendar),
    )


def naive(results: pd.DataFrame) -> set[str]:
    """The rule per school in plain pandas, as it is usually written."""

    def listed(school: pd.DataFrame) -> bool:
        hit = school[10 * school["failed"] >= 3 * school["participants"]]
        now, before = hit[hit["year"] == YEAR], hit[hit["year"] == YEAR - 1]
        return len(now) >= 2 or bool(set(now["series"]) & set(before["series"]))

    columns = ["year", "series", "participants", "failed"]
    verdict = results.groupby("school_id")[columns].apply(listed)
    return set(verdict[verdict].index)


def main() -> None:
    """Run both sides and print medians and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--schools", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    schools, results, procedures = region(given.schools)
    policy = Identification()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    print(f"{given.schools:,} schools, {len(results):,} rows, median of {given.rounds} rounds\n")

    def decide(register: pd.DataFrame, rows: pd.DataFrame) -> Decision:
        judged = roster.build(register, rows, YEAR)
        return identification.decide(judged, rows, procedures, policy, YEAR)

    statuses = timed(lambda: decide(schools, results), given.rounds)
    table = timed(lambda: decide(schools, results).table, given.rounds)
    told = timed(lambda: reasons.reasons(decide(schools, results), 5), given.rounds)
    print(f"identify, statuses          {statuses:8.3f} s   (required: under 0.5 s)")
    print(f"identify, table of verdicts {table:8.3f} s")
    print(f"identify, Russian reasons   {told:8.3f} s")

    sample = schools.head(SAMPLE)
    rows = results[results["school_id"].isin(sample["school_id"])].reset_index(drop=True)
    found = decide(sample, rows)
    ours = set(found.cube.schools[found.status == "shnor"])
    assert ours == naive(rows), "the two sides list different schools"
    fast = timed(lambda: decide(sample, rows), given.rounds)
    slow = timed(lambda: naive(rows), max(given.rounds // 2, 1))
    print(f"\n{SAMPLE:,} schools: ours {fast:.3f} s, groupby.apply {slow:.3f} s, ratio {slow / fast:.0f} ×")
    print(f"both list the same {len(ours)} schools")


def timed(work: Callable[[], object], rounds: int) -> float:
    """Median seconds of several rounds after one warm-up."""
    work()
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def _through_parquet(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame as it comes out of a snapshot."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return pd.read_parquet(io.BytesIO(buffer.getvalue()))


if __name__ == "__main__":
    main()
