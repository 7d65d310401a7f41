"""Identification on a country: 40,000 schools × 9 series × 6 years, tidy Parquet in memory.

    python -m benchmarks.identification [--schools 40000] [--rounds 7]

Measured:the status of every school (`decide`); everything behind a verdict (table, cells, nearest changes,
Russian reasons); for a region of 640 schools a what-if and the bootstrap. Named alternatives in the same
run: pandas `groupby.apply` with the rule written per school, on a thousand of the same schools, and plain
Python over rows. All sides must list the same schools.
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

from shnor_lib.analysis import identification, nearest, roster, stability
from shnor_lib.analysis.identification import Decision
from shnor_lib.data.schemas import TABLES
from shnor_lib.data.series import NINE_SERIES
from shnor_lib.methodology.model import Identification
from shnor_lib.present import reasons

YEARS = range(2021, 2027)
YEAR = 2026
SAMPLE = 1000
REGION = 640


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


def plain(results: pd.DataFrame) -> set[str]:
    """The rule over rows, without any library."""
    hits: dict[str, dict[int, set[str]]] = {}
    columns = ("school_id", "year", "series", "participants", "failed")
    for school, year, series, n, k in zip(*(results[name].tolist() for name in columns), strict=True):
        if 100 * k >= 30 * n:
            hits.setdefault(school, {}).setdefault(year, set()).add(series)
    listed = set()
    for school, by_year in hits.items():
        now, before = by_year.get(YEAR, set()), by_year.get(YEAR - 1, set())
        if len(now) >= 2 or now & before:
            listed.add(school)
    return listed


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

    def everything() -> None:
        decision = decide(schools, results)
        _ = decision.table, decision.cells
        nearest.changes(decision)
        reasons.reasons(decision, 5)

    rounds = given.rounds
    show("statuses", timed(lambda: decide(schools, results), rounds), 0.2)
    show("table, cells, nearest changes, Russian reasons", timed(everything, max(rounds // 2, 1)), 2.0)

    some = schools.head(REGION)
    rows = results[results["school_id"].isin(some["school_id"])].reset_index(drop=True)
    found = decide(some, rows)
    cube = found.cube
    print(f"\n{REGION} schools, a region")
    again = Identification(threshold_percent=25, min_participants=12, small_counts="suppress")
    judged = roster.build(some, rows, YEAR)
    whatif = timed(lambda: identification.decide(judged, rows, procedures, again, YEAR).table, rounds)
    show("what-if: another threshold and least n, table of verdicts", whatif, 0.1)
    show("bootstrap of 1,000 draws", timed(lambda: stability.firmness(found), 1), 10.0)
    assert len(cube.schools) == REGION

    sample = schools.head(SAMPLE)
    rows = results[results["school_id"].isin(sample["school_id"])].reset_index(drop=True)
    found = decide(sample, rows)
    ours = set(found.cube.schools[found.status == "shnor"])
    assert ours == naive(rows) == plain(rows), "the sides list different schools"
    fast = timed(lambda: decide(sample, rows), rounds)
    print(f"\n{SAMPLE:,} schools, statuses: ours {fast:.3f} s")
    slow = timed(lambda: naive(rows), max(rounds // 2, 1))
    print(f"  pandas groupby.apply  {slow:7.3f} s, {slow / fast:.0f} ×")
    whole = timed(lambda: decide(schools, results), rounds)
    slow = timed(lambda: plain(results), max(rounds // 2, 1))
    print(f"{given.schools:,} schools, statuses: ours {whole:.3f} s")
    print(f"  plain Python over rows, the bare rule of one policy  {slow:7.3f} s, {slow / whole:.1f} ×")
    print(f"all list the same {len(ours)} schools of the sample")


def show(what: str, seconds: float, required: float) -> None:
    """A line of the report."""
    print(f"  {what:60} {seconds:7.3f} s   (required: under {required:g} s)")


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
