"""Diagnostic cards of schools: prevention of school failure, outcomes of graduates (METHODOLOGY §8).

In:   the history of the schools and their results.
Out:  `counts`, indicators by school and year; `workbooks`, a sheet of prevention and one of outcomes a year.
Not:  defects (see `spoiling`); what of it a method follows (see `methodology`).

Cards agree with what is true of a school: where more children fail, more leave grade 9 without a certificate
and fewer take part in the olympiad; a school that is improving looks after all of those who fail.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from shnor_lib.data.demo.grid import Grid, Row
from shnor_lib.data.demo.history import History
from shnor_lib.data.demo.scales import YEARS, stream

CARD_YEARS = YEARS[3:]
COLUMNS = ["Логин", "ОО", "Муниципалитет", "Год", "Показатель", "Количество", "Из скольких"]
SHEETS = {"prevention": "Профилактика неуспешности", "outcomes": "Итоги обучения"}
_FAILING = ("vpr-ma-5", "vpr-ma-6", "vpr-ru-5", "vpr-ru-6")
_NO_SYSTEM, _ALL_LOOKED_AFTER = 0.05, 0.4
_RESIT_FAILS = 0.25  # of those who fail ОГЭ mathematics at first; the others pass in autumn
_TOP_SCORE = -0.55  # logits of a top result per logit of the effect of the school

Draw = Callable[[np.ndarray, float, float], np.ndarray]


def counts(history: History, results: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Pupils by indicator: one row a school, card year and indicator.

    Returns:
        school (int64, row of the population), school_id (str), year (int64), table (`prevention` or
        `outcomes`), indicator (str), count, base (int64, pupils).
    """
    rng = stream(seed, "cards")
    schools = history.population.schools
    effect = schools["effect"].to_numpy()
    improving = schools["slope"].to_numpy() < 0
    # A school keeps its habits from year to year.
    without = rng.random(len(schools)) < _NO_SYSTEM * (1 + np.clip(effect, 0, 2)) * ~improving
    thorough = (rng.random(len(schools)) < _ALL_LOOKED_AFTER) | improving

    def draw(base: np.ndarray, share: float, loading: float) -> np.ndarray:
        logit = np.log(share / (1 - share)) + loading * effect
        return rng.binomial(base, 1 / (1 + np.exp(-logit)))

    frames = []
    for year in CARD_YEARS:
        at = YEARS.index(year)
        general = (schools["kind"] == "general").to_numpy() & history.exists(year)
        pupils = np.where(general, history.population.enrolment()[:, at], 0)
        failing = _failing(results, year, len(schools), pupils)
        found = _prevention(pupils, failing, without, thorough, draw, rng)
        found |= _outcomes(history, results, year, general, draw, rng)
        for (table, indicator), (count, base) in found.items():
            frame = pd.DataFrame(
                {"school": np.arange(len(schools)), "school_id": schools["school_id"], "year": year}
            ).assign(table=table, indicator=indicator, count=count, base=base)
            frames.append(frame[base > 0])
    return pd.concat(frames, ignore_index=True).sort_values(
        ["year", "table", "school"], kind="stable", ignore_index=True
    )


def workbooks(history: History, places: pd.DataFrame, cards: pd.DataFrame) -> list[Grid]:
    """Two workbooks a year, schools below one another, each with its indicators."""
    home = history.population.schools["place"].to_numpy()
    municipality = places["municipality"].tolist()
    grids = []
    for year, table in cards[["year", "table"]].drop_duplicates().itertuples(index=False):
        part = cards[cards["year"].eq(year) & cards["table"].eq(table)]
        logins, titles = history.logins(int(year)), history.names(int(year))
        cells = part[["school", "school_id", "indicator", "count", "base"]].astype(object).to_numpy().tolist()
        rows = [
            Row(
                [logins[at], titles[at], municipality[home[at]], int(year), indicator, count, base], school_id
            )
            for at, school_id, indicator, count, base in cells
        ]
        title = SHEETS[table]
        file = f"Диагностические карты/{title.replace(' ', '_')}_{year}.xlsx"
        grids.append(Grid(file, title, list(COLUMNS), rows))
    return grids


Found = dict[tuple[str, str], tuple[np.ndarray, np.ndarray]]


def _prevention(
    pupils: np.ndarray,
    failing: np.ndarray,
    without: np.ndarray,
    thorough: np.ndarray,
    draw: Draw,
    rng: np.random.Generator,
) -> Found:
    """The inner system and what is done for those who fail; a school without a system reports noughts."""
    system = np.where(without, 0, np.minimum(pupils, failing + rng.binomial(pupils, 0.05)))
    found = {("prevention", "school_system"): (system, pupils)}
    for indicator, share in (("individual_routes", 0.75), ("extra_classes", 0.88)):
        count = np.where(thorough, failing, draw(failing, share, 0.0))
        found["prevention", indicator] = (np.where(without, 0, count), failing)
    for indicator, share in (("work_with_parents", 0.8), ("mentoring", 0.3)):
        found["prevention", indicator] = (np.where(without, 0, draw(failing, share, 0.0)), failing)
    return found


def _outcomes(
    history: History,
    results: pd.DataFrame,
    year: int,
    general: np.ndarray,
    draw: Draw,
    rng: np.random.Generator,
) -> Found:
    """Graduates of grades 9 and 11 and what became of them."""
    at = YEARS.index(year)
    nine, eleven = (np.where(general, history.population.pupils(grade)[:, at], 0) for grade in (9, 11))
    middle = sum((history.population.pupils(grade)[:, at] for grade in range(4, 12)), np.zeros_like(nine))
    middle = np.where(general, middle, 0)
    lost = np.minimum(rng.binomial(_of(results, "oge-ma", year, len(nine)), _RESIT_FAILS), nine)
    lost_11 = np.minimum(_of(results, "ege-ru", year, len(eleven)), eleven)
    top = draw(eleven, 0.16, _TOP_SCORE)
    best = rng.binomial(top, 0.05)
    of_outcomes = {
        "graduates_9": (nine - lost, nine),
        "no_certificate_9": (lost, nine),
        "continued_after_9": ((nine - lost) - rng.binomial(nine - lost, 0.02), nine - lost),
        "graduates_11": (eleven - lost_11, eleven),
        "no_certificate_11": (lost_11, eleven),
        "continued_after_11": ((eleven - lost_11) - rng.binomial(eleven - lost_11, 0.05), eleven - lost_11),
        "ege_220_three": (draw(eleven, 0.13, _TOP_SCORE), eleven),
        "ege_81": (top, eleven),
        "ege_100": (best, eleven),
        "final_essay_passed": (eleven - rng.binomial(eleven, 0.01), eleven),
        "olympiad_school_stage": (draw(middle, 0.35, -0.3), middle),
    }
    return {("outcomes", indicator): found for indicator, found in of_outcomes.items()}


def _failing(results: pd.DataFrame, year: int, schools: int, pupils: np.ndarray) -> np.ndarray:
    """Pupils who fail, as the school sees it: the share of its ВПР of the year over all pupils."""
    of_year = results[(results["year"] == year) & results["series"].isin(_FAILING)]
    sums = of_year.groupby("school")[["true_n2", "participants"]].sum().reindex(np.arange(schools)).fillna(0)
    n2, n = sums["true_n2"].to_numpy(), sums["participants"].to_numpy()
    return np.where(n > 0, np.rint(0.5 * pupils * n2 / np.maximum(n, 1)), 0).astype(np.int64)


def _of(results: pd.DataFrame, series: str, year: int, schools: int) -> np.ndarray:
    """Participants of a series who failed, by row of the population."""
    rows = results[(results["year"] == year) & (results["series"] == series)]
    found = rows.groupby("school")["n2"].sum().reindex(np.arange(schools)).fillna(0)
    return found.to_numpy().astype(np.int64)
