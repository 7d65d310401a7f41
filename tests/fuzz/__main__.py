"""Harmed files through the reading of one file, many of them: no traceback, no hang, no silent loss.

    python -m tests.fuzz --count 20000 --seed 1 [--only 1234] [--save FOLDER]

Each file is named by its number: `--only` makes that one again, so that a failure can be looked at.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from tests.fuzz import trial
from tests.fuzz.run import run
from tests.fuzz.seeds import all_seeds


def main() -> int:
    """Run and print figures; 1 where anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", type=int)
    parser.add_argument("--save", type=Path, help="where files that went wrong are put")
    given = parser.parse_args()
    seeds = all_seeds()
    numbers = range(given.count) if given.only is None else range(given.only, given.only + 1)
    print(f"{len(seeds)} files to begin with, {len(numbers):,} harmed ones, seed {given.seed}")
    started = time.perf_counter()
    ends: Counter[str] = Counter()
    slowest = (0.0, 0)
    for done, (number, outcome, seconds) in enumerate(run(numbers, given.seed, given.jobs), 1):
        ends[outcome.end] += 1
        if done % 1000 == 0:
            print(f"  {done:,} done, {time.perf_counter() - started:.0f} s", flush=True)
        slowest = max(slowest, (seconds, number))
        if not outcome.fine:
            name, body = trial.make(given.seed, number, seeds)
            print(f"  {number} {name}: {outcome.end}: {outcome.detail}", flush=True)
            if given.save:
                given.save.mkdir(parents=True, exist_ok=True)
                (given.save / f"{number} {name}").write_bytes(body)
    spent = time.perf_counter() - started
    for end, times in ends.most_common():
        print(f"{times:8,} {end}")
    print(
        f"{spent:.0f} s, {len(numbers) / spent:.0f} files a second; slowest {slowest[0]:.2f} s ({slowest[1]})"
    )
    return int(any(end not in (trial.READ, trial.SAID) for end in ends))


if __name__ == "__main__":
    sys.exit(main())
