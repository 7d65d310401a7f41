"""Waves of an audit: visits that follow one another within weeks are one wave.

An audit takes weeks, and its file holds the date of each visit. Dates are gathered over all files; where
more than `GAP_DAYS` pass without a visit a new wave begins. A wave is named by its first month.
"""

import pandas as pd

GAP_DAYS = 60


def gather(waves: "pd.Series[str]") -> "pd.Series[str]":
    """Name of the wave for each date of a visit.

    Args:
        waves: ISO dates or their beginnings (`2025-10-14`, `2025-10`, `2025`).

    Returns:
        `YYYY-MM` of the first visit of the wave; a mere year stays as it is.
    """
    names: dict[str, str] = {}
    last: pd.Timestamp | None = None
    name = ""
    for written in sorted(waves.dropna().unique(), key=lambda word: (word + "-01-01")[:10]):
        if len(written) < 7:
            names[written] = written
            continue
        day = pd.Timestamp((written + "-01")[:10])
        if last is None or (day - last).days > GAP_DAYS:
            name = written[:7]
        names[written], last = name, day
    return waves.map(names).astype("str")
