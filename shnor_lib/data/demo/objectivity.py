"""The list of schools with signs of biased results, in the layout of METHODOLOGY §6.2.

In:   the history of the schools.
Out:  one grid: «Год» as text, markers by work, every row of one year doubled, as in a real list.
Not:  who really inflates marks: the list catches about half of them and names others too.
"""

import numpy as np
import pandas as pd

from shnor_lib.data.demo.grid import Cell, Grid, Row
from shnor_lib.data.demo.history import History
from shnor_lib.data.demo.scales import stream

LIST_YEARS = (2023, 2024, 2025, 2026)
DOUBLED_YEAR = 2024
COLUMNS = ["Год", "Логин", "Муниципалитет", "ОО", "4 РУ", "4 МА", "5 РУ", "5 МА", "Количество маркеров"]
_CAUGHT, _MISTAKEN, _REPEATED = 0.5, 0.028, 0.2
_MARKER = (0.28, 0.35, 0.38, 0.42)


def biased_list(history: History, places: pd.DataFrame, seed: int) -> Grid:
    """One workbook with all years; rows in the order of the official list."""
    rng = stream(seed, "biased list")
    schools = history.population.schools
    general = ((schools["kind"] == "general") & (schools["level_max"] >= 9)).to_numpy()
    before = np.zeros(len(schools), dtype=bool)
    rows: list[Row] = []
    for year in LIST_YEARS:
        since = schools["inflated_from"].to_numpy()
        chance = np.where((since > 0) & (since <= year), _CAUGHT, _MISTAKEN)
        chance = np.where(before, np.maximum(chance, _REPEATED), chance)
        listed = general & history.exists(year) & (rng.random(len(schools)) < chance)
        if not listed.any():
            listed[int(rng.choice(np.flatnonzero(general & history.exists(year))))] = True
        logins, titles = history.logins(year), history.names(year)
        for school in np.flatnonzero(listed):
            municipality = places["municipality"].iloc[int(schools["place"].iloc[school])]
            row = Row(
                [str(year), logins[school], municipality, titles[school], *_markers(year, rng)],
                str(schools["school_id"].iloc[school]),
            )
            rows.append(row)
            if year == DOUBLED_YEAR:
                rows.append(Row(list(row.cells), row.school_id))
        before = listed
    return Grid("Признаки_необъективности_ВПР.xlsx", "Признаки необъективности", list(COLUMNS), rows)


def _markers(year: int, rng: np.random.Generator) -> list[Cell]:
    """At least one marker; an absent one is an empty cell in older years and zero in newer ones."""
    marked = rng.random(len(_MARKER)) < _MARKER
    marked[int(rng.integers(len(_MARKER)))] = True
    absent = None if year < 2025 else 0
    return [*(1 if item else absent for item in marked), int(marked.sum())]
