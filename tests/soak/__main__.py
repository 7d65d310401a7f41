"""`python -m tests.soak --kills 200 --seed 1`: prints what was killed and what was wrong."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.soak.run import soak


def main() -> int:
    """Run the soak and print it; 1 where a fault was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        seen = soak(Path(folder), given.kills, given.seed, tell=True)
    seconds = time.monotonic() - started
    print(f"{sum(seen.kills.values())} kills, {seen.late} too late, {seconds:.0f} s")
    print(seen.table())
    print("\n".join(seen.faults) or "no faults: trees whole, manifests true, every run went on to its end")
    return 1 if seen.faults else 0


if __name__ == "__main__":
    sys.exit(main())
