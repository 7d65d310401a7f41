"""What is really true of the synthetic region, kept apart from what it reports.

In:   the history, the results, the planted defects.
Out:  `write`, files in `data/truth`; no reader, report or dashboard opens them, only tests of statistics
      and of screening do.

    shares.parquet   school_id, year, series, participants, true_share (probability of «2»), true_n2 (before
                     inflation), reported_n2, inflated
    schools.parquet  school_id, kind, effect, disadvantage, slope (logits a year; negative is improvement),
                     slope_from, change (improving | worsening | steady), inflated_from (0 never), inflation
    events.parquet   kind, school_id, successors (joined by ;), year, date
    defects.parquet  file, sheet, row (as Excel counts), column, kind, school_id, value, original
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from shnor_lib.data.demo.history import History
from shnor_lib.data.demo.publish import TRUTH

_FACTS = ["school_id", "kind", "effect", "disadvantage", "slope", "slope_from", "inflated_from", "inflation"]


def write(folder: Path, history: History, results: pd.DataFrame, defects: pd.DataFrame) -> None:
    """Write the truth into an existing folder."""
    shares = results.rename(columns={"n2": "reported_n2"})
    columns = [
        "school_id",
        "year",
        "series",
        "participants",
        "true_share",
        "true_n2",
        "reported_n2",
        "inflated",
    ]
    schools = history.population.schools[_FACTS].copy()
    schools["change"] = np.select(
        [schools["slope"] < 0, schools["slope"] > 0], ["improving", "worsening"], default="steady"
    )
    _parquet(folder / "shares.parquet", shares[columns])
    _parquet(folder / "schools.parquet", schools)
    _parquet(folder / "events.parquet", _events(history))
    _parquet(folder / "defects.parquet", defects)


def defects(data: Path) -> pd.DataFrame:
    """Planted defects of the region in a project's folder `data`; columns `defects.COLUMNS`."""
    return pd.read_parquet(data / TRUTH / "defects.parquet")


def _events(history: History) -> pd.DataFrame:
    code = history.population.schools["school_id"].tolist()
    rows = [
        (item.kind, code[item.school], ";".join(code[new] for new in item.successors), item.year, item.date)
        for item in history.events
    ]
    return pd.DataFrame(rows, columns=["kind", "school_id", "successors", "year", "date"])


def _parquet(path: Path, frame: pd.DataFrame) -> None:
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path, compression="zstd")
