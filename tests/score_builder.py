"""Distributions of scores in a few words: `{school: {series: {year: [persons with 0, 1, 2 … points]}}}`."""

import itertools
from collections.abc import Mapping, Sequence

import pandas as pd

from shnor_lib.analysis.credibility.scores import Work, exact, works
from shnor_lib.data.schemas import TABLES

Schools = Mapping[str, Mapping[str, Mapping[int, Sequence[int]]]]


def table(schools: Schools) -> pd.DataFrame:
    """Tidy `score_distribution`; a score that nobody got has no row."""
    rows = [
        {
            "school_id": school,
            "year": year,
            "series": series,
            "score": score,
            "count": number,
            "base": sum(counts),
        }
        for school, of_series in schools.items()
        for series, by_year in of_series.items()
        for year, counts in by_year.items()
        for score, number in enumerate(counts)
        if number
    ]
    return _shaped("score_distribution", rows)


def work(schools: Mapping[str, Sequence[int]], series: str = "vpr-ma-5", year: int = 2024) -> Work:
    """One work of some schools."""
    made = table({school: {series: {year: counts}} for school, counts in schools.items()})
    return works(exact(made), year)[series]


def marks(schools: Schools, bounds: Sequence[int]) -> pd.DataFrame:
    """Tidy results with the marks that these boundaries make of the scores."""
    rows = []
    for school, of_series in schools.items():
        for series, by_year in of_series.items():
            for year, counts in by_year.items():
                edges = [0, *bounds, len(counts)]
                n = [sum(counts[a:b]) for a, b in itertools.pairwise(edges)]
                row = {"school_id": school, "series": series, "year": year, "participants": sum(n)}
                row |= {"failed": n[0], "attempt": "first", **{f"n{2 + i}": v for i, v in enumerate(n)}}
                rows.append(row)
    return _shaped("results", rows)


def _shaped(name: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    """Columns and dtypes of the contract; its checks would take most of the time of a generated example."""
    empty = TABLES[name].empty()
    return pd.DataFrame(rows).reindex(columns=empty.columns).astype(empty.dtypes.to_dict())
