"""Social passports of schools: shares that go with disadvantage, and forms that differ by municipality.

In:   the history of the schools.
Out:  `counts`, indicators by school and year; `workbooks`, one grid per group of municipalities and year.
Not:  defects (see `defects`), the index of social well-being (it is computed from what was received).

There is no common blank (METHODOLOGY §3), so the headings of one column vary between the workbooks.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_lib.data.demo import tables
from shnor_lib.data.demo.grid import Grid, Row
from shnor_lib.data.demo.history import History
from shnor_lib.data.demo.scales import YEARS, stream

PASSPORT_YEARS = YEARS[3:]
_GROUPS = 5
_NOISE_SD = 0.45
_TURNOVER = 0.2


@dataclass(frozen=True)
class Indicator:
    """One column of a passport.

    Attributes:
        id: machine name.
        rate: usual share of pupils.
        loading: logits per standard deviation of disadvantage.
    """

    id: str
    rate: float
    loading: float


_COLUMNS = tables.read("passport")
INDICATORS = tuple(
    Indicator(row["indicator"], float(row["rate"]), float(row["loading"])) for row in _COLUMNS if row["rate"]
)


def counts(history: History, seed: int) -> pd.DataFrame:
    """Pupils in each category: one row per school and passport year.

    Returns:
        school (int64, row of the population), school_id (str), year, pupils and one int64 column per
        indicator.
    """
    population = history.population
    rng = stream(seed, "passports")
    schools = population.schools
    noise = rng.normal(0, _NOISE_SD, (len(schools), len(INDICATORS)))
    enrolment = population.enrolment()
    general = (schools["kind"] == "general").to_numpy()
    level = np.log([item.rate / (1 - item.rate) for item in INDICATORS])
    loading = np.array([item.loading for item in INDICATORS])
    share = 1 / (1 + np.exp(-(level + loading * schools["disadvantage"].to_numpy()[:, None] + noise)))
    count = np.zeros(share.shape, dtype=np.int64)
    before = np.zeros(len(schools), dtype=np.int64)
    frames = []
    for year in PASSPORT_YEARS:
        pupils = np.where(general, enrolment[:, YEARS.index(year)], 0)
        fresh = rng.binomial(pupils[:, None], share)
        kept = count * (pupils / np.maximum(before, 1))[:, None]  # mostly the same children as a year ago
        moved = np.rint(kept + rng.normal(size=share.shape) * np.sqrt(_TURNOVER * kept + 0.1))
        count = np.where((before > 0)[:, None], np.clip(moved, 0, pupils[:, None]), fresh).astype(np.int64)
        before = pupils
        frame = pd.DataFrame(
            {"school": np.arange(len(schools)), "school_id": schools["school_id"], "year": year}
        )
        frame["pupils"] = pupils
        for column, item in enumerate(INDICATORS):
            frame[item.id] = count[:, column]
        frames.append(frame[frame["pupils"] > 0])
    return pd.concat(frames, ignore_index=True)


def workbooks(history: History, places: pd.DataFrame, passports: pd.DataFrame) -> list[Grid]:
    """Workbooks by year and group of neighbouring municipalities, each with its own headings."""
    groups = min(_GROUPS, len(places))
    home = history.population.schools["place"].to_numpy()
    municipality = places["municipality"].tolist()
    group = home[passports["school"]] * groups // len(places)
    grids = []
    for year in PASSPORT_YEARS:
        logins = history.logins(year)
        titles = history.names(year)
        for number in range(groups):
            part = passports[(passports["year"] == year) & (group == number)]
            values = part[["pupils", *(item.id for item in INDICATORS)]].to_numpy().tolist()
            rows = [
                Row([logins[school], titles[school], municipality[home[school]], year, *cells], code)
                for school, code, cells in zip(part["school"], part["school_id"], values, strict=True)
            ]
            grids.append(
                Grid(
                    file=f"Социальные паспорта/{year}/Социальный_паспорт_{year}_группа_{number + 1}.xlsx",
                    sheet="Социальный паспорт",
                    columns=headings(number),
                    rows=rows,
                )
            )
    return grids


def headings(group: int) -> list[str]:
    """Headings as the municipalities of one group write them."""
    variant = f"heading_{group % 3 + 1}"
    return [row[variant] for row in _COLUMNS]
