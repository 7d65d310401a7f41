"""Results of the nine series over six years: what is true and what is reported.

In:   the history of the schools.
Out:  `results`, one row per school, series and year that took place, with true shares and counts of marks.
Not:  the layouts in which a region receives them (see `layouts`).

The share of «2» follows an ordered logit: level of the series and year + effect of the school + effect of
the school in the series + real change + what is peculiar to one cohort. Levels are solved so that the
region's share equals `_FAILING`.
"""

import numpy as np
import pandas as pd

from shnor_lib.data.demo.history import History
from shnor_lib.data.demo.population import Population
from shnor_lib.data.demo.scales import YEARS, stream
from shnor_lib.data.series import NINE_SERIES

# Per cent of participants below the minimum in the whole region, by year. Breaks are real ones
# (METHODOLOGY §5): autumn ВПР for 2022, new КИМ from 2025, no ЕГЭ base maths in 2021.
_FAILING: dict[str, tuple[float | None, ...]] = {
    "vpr-ma-5": (15.4, 17.6, 15.4, 15.4, 16.6, 16.2),
    "vpr-ma-6": (16.2, 18.8, 16.0, 15.7, 17.6, 17.1),
    "vpr-ru-5": (15.4, 17.8, 15.5, 15.4, 16.4, 16.1),
    "vpr-ru-6": (18.2, 20.6, 17.6, 17.2, 18.2, 17.8),
    "oge-ma": (9.8, 8.6, 8.0, 7.6, 8.2, 7.8),
    "oge-ru": (4.8, 4.4, 4.1, 4.0, 4.8, 4.5),
    "ege-ma-base": (None, 2.9, 2.7, 2.5, 2.4, 2.3),
    "ege-ma-profile": (5.0, 4.6, 4.2, 3.8, 3.6, 3.5),
    "ege-ru": (1.0, 0.9, 0.9, 0.8, 0.8, 0.7),
}
# Distance on the logit scale from the top of «2» to the top of «3» and of «4».
_STEPS = {"vpr": (2.30, 4.30), "oge": (2.30, 4.20), "ege": (2.90, 5.00)}
_LOADING = {"vpr": 1.0, "oge": 0.9, "ege": 0.8}
_PERSISTENT_SD, _COHORT_SD = 0.41, 0.21
_TAKING_PART = {"vpr": 0.93, "oge": 0.95, "ege": 0.98}
_AUTUMN_TAKING_PART = 0.84
_PROFILE_SHARE = 0.46
_HALVINGS = 44


def results(history: History, severity: float, seed: int) -> pd.DataFrame:
    """One row per school, series and year with at least one participant.

    Args:
        history: the schools.
        severity: see `Scale`; levels are solved for a region without it.
        seed: of the region.

    Returns:
        school (int64, row of the population), school_id, series (str), year, participants,
        n2, n3, n4, n5 (int64, as reported), true_n2 (int64, before marks were inflated),
        true_share (float64, 0-1, probability of «2»), inflated (bool), high, top (Int64; ЕГЭ only),
        mean_score (Float64; ЕГЭ only).
    """
    population = history.population
    participants = _participants(history, stream(seed, "participants"))
    linear = _linear(population, stream(seed, "effects"))
    level = _levels(linear - severity, participants)
    rng = stream(seed, "marks")
    frames = []
    for index, series in enumerate(NINE_SERIES):
        exam = series[:3]
        shift = linear[:, index] + level[index]
        steps = (0.0, *_STEPS[exam])
        below = [_share(shift + step) for step in steps]
        counts = _marks(participants[:, index], below, rng)
        frames.append(_frame(population, series, participants[:, index], below[0], counts, rng))
    long = pd.concat(frames, ignore_index=True)
    return long.sort_values(["school_id", "year", "series"], ignore_index=True)


def _participants(history: History, rng: np.random.Generator) -> np.ndarray:
    """Participants, schools × series × years."""
    population = history.population
    kind = population.schools["kind"].to_numpy()
    count = np.zeros((len(kind), len(NINE_SERIES), len(YEARS)), dtype=np.int64)
    part = np.full(len(YEARS), _TAKING_PART["vpr"])
    part[YEARS.index(2022)] = _AUTUMN_TAKING_PART
    for grade, offsets in ((5, (0, 2)), (6, (1, 3))):
        pupils = np.where((kind == "technical")[:, None], 0, population.pupils(grade))
        for offset in offsets:
            count[:, offset] = rng.binomial(pupils, part)
    nine = np.where((kind == "technical")[:, None], 0, population.pupils(9))
    count[:, 4] = rng.binomial(nine, _TAKING_PART["oge"])
    count[:, 5] = rng.binomial(nine, _TAKING_PART["oge"])
    eleven = rng.binomial(population.pupils(11), _TAKING_PART["ege"])
    profile = rng.binomial(eleven, _PROFILE_SHARE)
    count[:, 7], count[:, 8] = profile, eleven
    count[:, 6] = np.where(np.array(YEARS) == 2021, 0, eleven - profile)
    return count


def _linear(population: Population, rng: np.random.Generator) -> np.ndarray:
    """Everything but the level of series and year, on the logit scale: schools × series × years."""
    schools = population.schools
    count = len(schools)
    years = np.array(YEARS)
    effect = schools["effect"].to_numpy()[:, None]
    started = schools["slope_from"].to_numpy()[:, None]
    change = schools["slope"].to_numpy()[:, None] * np.where(started > 0, np.maximum(years - started, 0), 0)
    loading = np.array([_LOADING[series[:3]] for series in NINE_SERIES])
    own = rng.normal(0, _PERSISTENT_SD, (count, len(NINE_SERIES), 1))
    cohort = rng.normal(0, _COHORT_SD, (count, len(NINE_SERIES), len(YEARS)))
    return np.asarray((effect + change)[:, None, :] * loading[None, :, None] + own + cohort)


def _levels(linear: np.ndarray, participants: np.ndarray) -> np.ndarray:
    """Level of each series and year that gives the region its share of «2»; series × years."""
    wanted = np.array([[0.0 if value is None else value / 100 for value in _FAILING[s]] for s in NINE_SERIES])
    low, high = np.full(wanted.shape, -9.0), np.full(wanted.shape, 5.0)
    sample = slice(None, None, max(1, len(linear) // 4000))
    part = participants[sample]
    total = np.maximum(part.sum(axis=0), 1)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        share = np.asarray((part * _share(linear[sample] + middle)).sum(axis=0) / total)
        low, high = np.where(share < wanted, middle, low), np.where(share < wanted, high, middle)
    return np.asarray((low + high) / 2)


def _marks(participants: np.ndarray, below: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """Counts of marks 2, 3, 4, 5: binomial one after another."""
    counts, left, used = [], participants, np.zeros(participants.shape)
    for share in below:
        conditional = np.clip((share - used) / np.maximum(1 - used, 1e-12), 0, 1)
        count = rng.binomial(left, conditional)
        counts.append(count)
        left, used = left - count, share
    return [*counts, left]


def _frame(
    population: Population,
    series: str,
    participants: np.ndarray,
    share: np.ndarray,
    counts: list[np.ndarray],
    rng: np.random.Generator,
) -> pd.DataFrame:
    schools = population.schools
    inflated = np.zeros(participants.shape, dtype=bool)
    lifted = np.zeros(participants.shape, dtype=np.int64)
    if series.startswith("vpr"):  # marks are inflated where the school itself checks the papers
        since = schools["inflated_from"].to_numpy()[:, None]
        inflated = (since > 0) & (np.array(YEARS) >= since)
        chance = np.where(inflated, schools["inflation"].to_numpy()[:, None], 0.0)
        lifted = rng.binomial(counts[0], chance)
    row, column = np.nonzero(participants)
    pick = (row, column)
    frame = pd.DataFrame({"school": row, "school_id": schools["school_id"].to_numpy()[row], "series": series})
    frame["year"] = np.array(YEARS)[column]
    frame["participants"] = participants[pick]
    frame["n2"], frame["n3"] = (counts[0] - lifted)[pick], (counts[1] + lifted)[pick]
    frame["n4"], frame["n5"] = counts[2][pick], counts[3][pick]
    frame["true_n2"], frame["true_share"], frame["inflated"] = counts[0][pick], share[pick], inflated[pick]
    return _scores(frame, series, rng)


def _scores(frame: pd.DataFrame, series: str, rng: np.random.Generator) -> pd.DataFrame:
    """ЕГЭ in test scores: mean, persons with 81 and more, with 100."""
    scored = series in ("ege-ru", "ege-ma-profile")
    missing = np.ones(len(frame), dtype=bool)
    zeros = np.zeros(len(frame), dtype=np.int64)
    frame["high"] = pd.arrays.IntegerArray(
        frame["n5"].to_numpy() if scored else zeros, missing & (not scored)
    )
    top = rng.binomial(frame["n5"].to_numpy(), 0.03) if scored else zeros
    frame["top"] = pd.arrays.IntegerArray(top, missing & (not scored))
    points = np.array([18.0, 48.0, 70.0, 87.0])
    marks = frame[["n2", "n3", "n4", "n5"]].to_numpy()
    mean = (marks @ points / frame["participants"].to_numpy()).round(1)
    frame["mean_score"] = pd.arrays.FloatingArray(
        mean if scored else zeros.astype(float), missing & (not scored)
    )
    return frame


def _share(linear: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-linear)))
