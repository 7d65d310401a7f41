"""Is the second opinion honest? Held against the latent truth of a synthetic region.

    python -m benchmarks.calibration [--scale region] [--seeds 847 1 2] [--draws 1000]

Printed for every year: how often 95 % intervals hold the true share (Wilson of single cells, shrunken
shares), the error of raw and shrunken shares, chances against what is true, and the time of the bootstrap.
Schools that inflate their marks are left out: what they report is not drawn from their true share. Ends with
1 where an interval covers less than 92 % or the second opinion is no closer than the raw share.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

import shnor_lib as shnor
from shnor_lib.data import demo
from shnor_lib.data.intake import ingest
from shnor_lib.settings import Project

_BANDS = (0.0, 0.05, 0.2, 0.5, 0.8, 0.95, 1.0)
_LEAST_COVER = 0.92


def judged(region: shnor.Region, truth: pd.DataFrame, year: int, draws: int) -> tuple[pd.DataFrame, float]:
    """Cells of a year with their true shares, and the seconds of the bootstrap."""
    from shnor_lib.analysis import stability

    found = region.identify(year)
    started = time.perf_counter()
    repeated = stability.firmness(found.decision, draws)
    seconds = time.perf_counter() - started
    cells = found.cells[found.cells["year"] == year].drop(columns="year")
    both = cells.merge(repeated.cells, on=["school_id", "series"]).merge(
        truth[truth["year"] == year][["school_id", "series", "true_share", "inflated"]],
        on=["school_id", "series"],
    )
    honest = both[~both["inflated"] & both["share"].notna()]
    return honest.assign(raw=honest["share"]).astype(
        dict.fromkeys(("raw", "shrunk", "over"), "float64")
    ), seconds


def report(cells: pd.DataFrame) -> tuple[float, float, float, float]:
    """Print coverage and errors; coverage of both intervals, and both errors."""
    true = cells["true_share"]
    plain = float(((cells["low"] <= true) & (true <= cells["high"])).mean())
    shrunk = float(((cells["shrunk_low"] <= true) & (true <= cells["shrunk_high"])).mean())
    errors = [float(((cells[name] - true) ** 2).mean() ** 0.5) for name in ("raw", "shrunk")]
    widths = [
        float((cells[b] - cells[a]).mean()) for a, b in (("low", "high"), ("shrunk_low", "shrunk_high"))
    ]
    print(
        f"  {len(cells):6,} cells   95 % intervals hold the truth: Wilson {plain:.1%}, shrunken {shrunk:.1%}"
    )
    print(f"                 mean width: Wilson {widths[0]:.3f}, shrunken {widths[1]:.3f}")
    print(
        f"                 error of the share: raw {errors[0]:.4f}, shrunken {errors[1]:.4f}"
        f" ({errors[0] / errors[1]:.2f} × closer)"
    )
    return plain, shrunk, errors[0], errors[1]


def bands(cells: pd.DataFrame, threshold: float = 0.3) -> None:
    """Print how often the true share is over the threshold, by the chance that was said."""
    band = pd.cut(cells["over"], _BANDS, include_lowest=True)
    told = cells.assign(true=cells["true_share"] >= threshold).groupby(band, observed=True)
    print("  chance to be over 30 %, said and true:")
    for interval, part in told:
        said, true = part["over"].mean(), part["true"].mean()
        print(f"    {interval!s:14} {len(part):6,} cells   said {said:6.1%}   true {true:6.1%}")


def main() -> int:
    """Run all seeds and years."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--scale", default="region")
    parser.add_argument("--seeds", type=int, nargs="+", default=[847, 1, 2])
    parser.add_argument("--draws", type=int, default=1000)
    given = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    every, good = [], True
    for seed in given.seeds:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            demo.generate(root / "data", given.scale, seed)
            ingest(Project(root))
            region = shnor.open(root)
            truth = pd.read_parquet(root / "data" / "truth" / "shares.parquet")
            for year in region.years[1:]:
                cells, seconds = judged(region, truth, year, given.draws)
                schools = cells["school_id"].nunique()
                print(f"seed {seed}, {year}: {given.draws} draws of {schools} schools in {seconds:.1f} s")
                plain, shrunk, raw, error = report(cells)
                good &= min(plain, shrunk) >= _LEAST_COVER and error < raw
                every.append(cells)
    print("\nall together")
    together = pd.concat(every, ignore_index=True)
    report(together)
    bands(together)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
