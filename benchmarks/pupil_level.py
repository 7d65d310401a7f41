"""Pupil-level CSV counted by schools: 5,000,000 rows of the ВПР 2021 layout, larger than a person would open.

    python -m benchmarks.pupil_level [--rows 5000000] [--rounds 3]

Measured: seconds and peak memory of the intake of one file (recognition, rules R1–R5, counts by schools),
each round in a process of its own. Named alternative, in the same run: `pandas.read_csv` of the same columns
and the same rules in plain pandas. Both sides must count the same.
"""

import argparse
import multiprocessing
import os
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from shnor_lib.data.intake import registry
from shnor_lib.data.intake.files import open_file
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.pupils import count

HEAD = (
    "логин школы;регион;номер обучающегося;код обучающегося;отметка за предыдущую четверть/триместр;пол;"
    "класс;вариант;всего баллов;балл за 1;балл за 2;балл за 3;балл за 4;балл за 5;Учебник\n"
)
NAME = "ВПР_2021_Математика_5_класс.csv"
CHUNK = 250_000
PUPILS = 125  # of a school
MEMORY = 2_000  # MB that the intake may take
BOUNDS = (7, 11, 15, 20)  # scale of the work, highest score last

Counts = dict[str, tuple[int, int, int, int]]


def write(path: Path, rows: int, seed: int = 847) -> None:
    """A made-up region: 2 % absent, 0.1 % of totals impossible, 0.5 % of rows doubled."""
    chance = np.random.default_rng(seed)
    with path.open("w", encoding="cp1251") as stream:
        stream.write(HEAD)
        for start in range(0, rows, CHUNK):
            numbers = np.arange(start, min(start + CHUNK, rows))
            doubled = chance.random(len(numbers)) < 0.005
            doubled[0] = False
            totals = chance.integers(0, BOUNDS[3] + 1, len(numbers))
            totals[chance.random(len(numbers)) < 0.001] = 92
            absent = chance.random(len(numbers)) < 0.02
            lines: list[str] = []
            for number, total, away, again in zip(numbers, totals, absent, doubled, strict=True):
                if again:
                    lines.append(lines[-1])
                    continue
                end = "отсутствовал;;;;;;;\n" if away else f"1;{total};1;0;X;2;1;Макарычев Ю.Н. и др.\n"
                lines.append(f"sch{number // PUPILS:06d};22;{number % PUPILS};{number};4;ж;5А;{end}")
            stream.writelines(lines)


def ours(path: Path) -> Counts:
    """The intake of one file."""
    (sheet,) = open_file(path, path.name).sheets
    _, taken = registry.read_sheet(sheet, Log(path.name))
    counted = count.count(taken.sittings).tables["results"]
    results = taken.tables.get("results", counted)
    return _counts(results.set_index("school_id")[["participants", "n2", "n5", "failed_low"]])


def naive(path: Path) -> Counts:
    """The same rules in plain pandas, as they are usually written."""
    school, person, variant, total = (HEAD.split(";")[at] for at in (0, 3, 7, 8))
    columns = [school, HEAD.split(";")[2], person, "класс", variant, total]
    frame = pd.read_csv(path, sep=";", encoding="cp1251", usecols=columns, dtype={total: "str"})
    frame = frame[frame[variant] != "отсутствовал"]
    frame = frame.drop_duplicates([school, person])
    score = pd.to_numeric(frame[total].str.replace(",", "."), errors="coerce")
    frame = frame.assign(school=frame[school].str[-6:], score=score, bad=score > BOUNDS[3])
    taken = frame[~frame["bad"] & frame["score"].notna()]
    groups = taken.assign(two=taken["score"] < BOUNDS[0], five=taken["score"] >= BOUNDS[2]).groupby("school")
    found = groups.agg(participants=("score", "size"), n2=("two", "sum"), n5=("five", "sum"))
    bad = frame.groupby("school")["bad"].sum().reindex(found.index)
    closed = 100 * bad > 5 * (found["participants"] + bad)
    found = found.assign(failed=found["n2"]).astype("Int64")
    found.loc[closed, ["n2", "n5", "failed"]] = pd.NA
    return _counts(found)


def _counts(frame: pd.DataFrame) -> Counts:
    return {
        str(school): (int(participants), *(-1 if pd.isna(value) else int(value) for value in marks))
        for school, participants, *marks in frame.itertuples(name=None)
    }


SIDES: dict[str, Callable[[Path], Counts]] = {"ours": ours, "pandas": naive}


def measure(side: str, path: str) -> tuple[float, float, Counts]:
    """Seconds, peak MB above the imports, and counts of one side."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    counts = SIDES[side](Path(path))
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"  {side:7s} {seconds:7.2f} s, peak {peak / 1024:6.0f} MB, of which imports {before / 1024:.0f} MB"
    )
    return seconds, peak / 1024, counts


def main() -> None:
    """Run both sides and print medians and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        write(path, given.rows)
        size = path.stat().st_size / (1 << 20)
        print(f"{given.rows:,} rows, {size:.0f} MB, median of {given.rounds} rounds\n")
        # A process of its own for each round: peak memory of one side must not hide that of the other.
        spawn = multiprocessing.get_context("spawn")
        found: dict[str, list[tuple[float, float, Counts]]] = {side: [] for side in SIDES}
        for _ in range(given.rounds):
            for side in SIDES:
                with spawn.Pool(1) as pool:
                    found[side].append(pool.apply(measure, (side, str(path))))
    counts = [outcome[2] for outcomes in found.values() for outcome in outcomes]
    assert all(count == counts[0] for count in counts), "the two sides count differently"
    seconds = {side: statistics.median(item[0] for item in outcomes) for side, outcomes in found.items()}
    memory = {side: max(item[1] for item in outcomes) for side, outcomes in found.items()}
    print(
        f"\nintake        {seconds['ours']:6.2f} s, {memory['ours']:6.0f} MB   (required: under {MEMORY} MB)"
    )
    print(f"pandas        {seconds['pandas']:6.2f} s, {memory['pandas']:6.0f} MB")
    print(
        f"ratio         {seconds['pandas'] / seconds['ours']:6.2f} × in time, "
        f"{memory['pandas'] / memory['ours']:.2f} × in memory"
    )
    print(f"both count the same {len(counts[0]):,} schools")


if __name__ == "__main__":
    main()
