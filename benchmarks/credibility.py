"""What signals of credibility see of schools that really inflate marks, and how often they are wrong.

    python -m benchmarks.credibility [--scale region] [--seeds 847 1 2]

For every signal: how many of the planted schools that can be judged it finds, how many others, how many of
both are rare (chance of at most 1 %), and how many of the ten rarest are planted. The synthetic official list
stands beside it for comparison only. Ends with 1 where more honest schools are rare than three times what
chance says.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import pandas as pd

import shnor_lib as shnor
from shnor_lib.analysis.credibility.signals import SIGNALS
from shnor_lib.data import demo
from shnor_lib.data.intake import ingest
from shnor_lib.settings import Project
from shnor_lib.statistics.unusual import RARE

_TEN = 10
_TOO_MANY = 3


def judged(region: shnor.Region, truth: pd.DataFrame, year: int) -> pd.DataFrame:
    """One row a school and signal that can be judged: signal, planted, found, chance (missing: no test)."""
    found = region.identify(year)
    signals = found.signals()
    since = truth.set_index("school_id")["inflated_from"]
    planted = set(since.index[(since > 0) & (since <= year)])
    journal = signals.pooled_journal.set_index("school_id")
    chances = {
        "bunching": signals.pooled.set_index("school_id")["chance"],
        "journal_raised": journal["chance_raised"],
        "journal_lowered": journal["chance_lowered"],
    }
    parts = []
    flags = signals.schools.set_index("school_id")
    flags["official_list"] = flags.index.isin(found.decision.cube.schools[found.decision.biased])
    for name in (*SIGNALS, "official_list"):
        known = flags[name].dropna()
        part = pd.DataFrame({"signal": name, "year": year, "found": known.astype(bool)})
        part["planted"] = known.index.isin(planted)
        part["chance"] = (
            chances[name].reindex(known.index).astype("float64") if name in chances else float("nan")
        )
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def report(rows: pd.DataFrame) -> bool:
    """Print a line a signal; whether the rare honest schools are as few as chance says."""
    good = True
    for name, part in rows.groupby("signal", sort=False):
        mine, others = part[part["planted"]], part[~part["planted"]]
        line = (
            f"  {name:16} finds {int(mine['found'].sum()):4} of {len(mine):4} planted, "
            f"{int(others['found'].sum()):5} of {len(others):5} others"
        )
        if part["chance"].notna().any():
            rare = [int((side["chance"] <= RARE).sum()) for side in (mine, others)]
            top = sum(
                int(of_year.nsmallest(_TEN, "chance")["planted"].sum()) for _, of_year in part.groupby("year")
            )
            line += f"   rare: {rare[0]} planted, {rare[1]} others (by chance {RARE * len(others):.1f})"
            line += f"   of the {_TEN} rarest of a year {top / part['year'].nunique():.1f} planted"
            good &= rare[1] <= _TOO_MANY * RARE * len(others) + _TOO_MANY
        print(line)
    return good


def main() -> int:
    """Run all seeds and the years that have distributions."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--scale", default="region")
    parser.add_argument("--seeds", type=int, nargs="+", default=[847, 1, 2])
    given = parser.parse_args()
    good, every = True, []
    for seed in given.seeds:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            demo.generate(root / "data", given.scale, seed)
            ingest(Project(root))
            region = shnor.open(root)
            truth = pd.read_parquet(root / "data" / "truth" / "schools.parquet")
            years = sorted(region.table("score_distribution")["year"].unique())
            rows = pd.concat([judged(region, truth, int(year)) for year in years], ignore_index=True)
            print(f"seed {seed}, years {', '.join(map(str, years))}")
            good &= report(rows)
            every.append(rows.assign(year=rows["year"] * 1000 + len(every)))
    print("all together")
    report(pd.concat(every, ignore_index=True))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
