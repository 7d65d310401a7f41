"""The schools of the synthetic region and what is really true of them.

In:   municipalities, a scale, a seed.
Out:  `Population`: one row per legal school ever, and cohorts by school and birth year.
Not:  events of their history (see `history`), results of procedures (see `results`).

Parameters follow METHODOLOGY §7.7 and §2.4: spread of school effects about 1.0 on the logit scale,
sizes by the quantiles of a real region, disadvantage correlated with the effect at about .5.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_lib.data.demo import names
from shnor_lib.data.demo.geography import scatter
from shnor_lib.data.demo.scales import YEARS, Scale, stream

# Participants of one series in one year, by quantile (METHODOLOGY §7.7); the ends are extremes.
_QUANTILES = (0.0, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 1.0)
_PARTICIPANTS = (1.6, 4.2, 6.2, 11.2, 21.5, 53.0, 90.0, 111.0, 285.0)
_TAKING_PART = 0.93

_EFFECT_SD = 0.92  # school effect and its yearly and series parts together spread a little over 1.0
_EFFECT_OF_DISADVANTAGE = 0.60
_RURAL_DISADVANTAGE = 0.2
# Large schools differ less: their effects are means over more classes and teachers.
_NARROWING, _MIDDLE_COHORT = 0.13, 22.0
_SMALL_BETTER = 0.22  # small schools report somewhat fewer «2» than middle ones, as in the real region
_IMPROVING, _WORSENING, _INFLATED = 0.07, 0.06, 0.035
_PRIMARY, _NINE_YEARS = 0.035, 0.13

FIRST_COHORT = YEARS[0] - 11
LAST_COHORT = YEARS[-1] - 1
SENIOR_STAY = {"urban": 0.52, "rural": 0.40}


@dataclass(frozen=True)
class Population:
    """Schools and the truth about them; rows of all arrays follow `schools`.

    Attributes:
        schools: school_id, place (row of the municipalities), kind (general | special | technical),
            level_max, locality, form, core (name without the legal form), lon, lat, disadvantage and
            effect (standard deviations, logits), slope (logits a year, negative is improvement),
            slope_from, inflated_from (year, 0 never), inflation (probability that a mark «2» is
            reported as «3»).
        cohort: expected pupils of one grade by school and year; 0 where the school does not exist.
        births: multiplier of `cohort` by school and birth cohort (year minus grade).
    """

    schools: pd.DataFrame
    cohort: np.ndarray
    births: np.ndarray

    def pupils(self, grade: int) -> np.ndarray:
        """Pupils of a grade, schools × years; 0 where the school does not teach it."""
        years = np.array(YEARS)
        born = self.births[:, years - grade - FIRST_COHORT]
        stay = self.schools["locality"].map(SENIOR_STAY).to_numpy(dtype=float) if grade > 9 else 1.0
        expected = self.cohort * born * np.reshape(stay, (-1, 1))
        taught = (self.schools["level_max"].to_numpy() >= grade)[:, None]
        return np.where(taught, np.rint(expected), 0).astype(np.int64)

    def enrolment(self) -> np.ndarray:
        """Pupils of all grades, schools × years."""
        return sum(
            (self.pupils(grade) for grade in range(1, 12)), np.zeros(self.cohort.shape, dtype=np.int64)
        )


def populate(places: pd.DataFrame, scale: Scale, seed: int) -> Population:
    """Schools as they stand in the first year; `history.apply` then lets time pass."""
    rng = stream(seed, "schools")
    gone = scale.closed + scale.merged - scale.split
    place = _homes(places, gone, rng)
    city = places["city"].to_numpy()[place]
    cohort = _cohorts(city, rng)
    kind = _kinds(place, cohort, scale, rng)
    schools = pd.DataFrame({"place": place, "kind": kind})
    schools["level_max"] = _levels(kind, cohort, city, rng)
    schools["locality"] = np.where(
        city | (_largest(place, cohort) & (rng.random(len(place)) < 0.35)), "urban", "rural"
    )
    schools["form"] = np.where(city, "МБОУ", rng.choice(names.FORMS, len(place), p=[0.5, 0.36, 0.08, 0.06]))
    schools["core"] = _cores(places, schools)
    schools.insert(0, "school_id", _codes(places, place))
    schools["lon"], schools["lat"] = scatter(places, place, seed)
    cohort = np.where(kind == "special", np.minimum(cohort, 9.0), cohort)
    schools = schools.join(_truth(schools, cohort, scale.severity, stream(seed, "truth")))
    births = _births(cohort, stream(seed, "births"))
    return Population(schools, np.repeat(cohort[:, None], len(YEARS), axis=1), births)


def _homes(places: pd.DataFrame, gone: int, rng: np.random.Generator) -> np.ndarray:
    """Municipality of every school; schools that will disappear are extra, in districts first."""
    count = places["schools"].to_numpy().copy()
    districts = np.flatnonzero(~places["city"].to_numpy())
    np.add.at(count, rng.choice(districts, size=gone), 1)
    return np.repeat(np.arange(len(places)), count)


def _cohorts(city: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Pupils of one grade: quantiles of a real region, the large ones mostly in cities."""
    count = len(city)
    quantile = (np.arange(count) + 0.5) / count
    sizes = np.exp(np.interp(quantile, _QUANTILES, np.log(_PARTICIPANTS))) / _TAKING_PART
    urban = np.argsort(np.argsort(city * 2.3 + rng.normal(size=count), kind="stable"), kind="stable")
    return np.asarray(sizes[urban])


def _kinds(place: np.ndarray, cohort: np.ndarray, scale: Scale, rng: np.random.Generator) -> np.ndarray:
    kind = np.full(len(place), "general", dtype=object)
    middle = np.flatnonzero((cohort > np.quantile(cohort, 0.2)) & (cohort < np.quantile(cohort, 0.7)))
    outside = rng.choice(middle, size=scale.special + scale.technical, replace=False)
    kind[outside[: scale.special]] = "special"
    kind[outside[scale.special :]] = "technical"
    return kind


def _levels(kind: np.ndarray, cohort: np.ndarray, city: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Small rural schools are primary or nine-year ones, special ones nine-year, the rest eleven-year."""
    score = np.argsort(np.argsort(np.log(cohort) + city + rng.normal(0, 0.7, len(cohort)))) / len(cohort)
    level = np.where(score < _PRIMARY, 4, np.where(score < _PRIMARY + _NINE_YEARS, 9, 11))
    if not (level[kind == "general"] == 4).any():
        level[np.flatnonzero(kind == "general")[np.argmin(cohort[kind == "general"])]] = 4
    return np.where(kind == "special", 9, np.where(kind == "technical", 11, level))


def _largest(place: np.ndarray, cohort: np.ndarray) -> np.ndarray:
    """Whether a school is the largest of its municipality."""
    order = np.lexsort((-cohort, place))
    first = np.ones(len(place), dtype=bool)
    first[1:] = place[order][1:] != place[order][:-1]
    largest = np.zeros(len(place), dtype=bool)
    largest[order] = first
    return largest


def _cores(places: pd.DataFrame, schools: pd.DataFrame) -> list[str]:
    number = schools.groupby(["place", "kind"]).cumcount()
    city, adjective = places["city"].tolist(), places["adjective"].tolist()
    return [
        names.school_core(city[place], level, order, adjective[place])
        if kind == "general"
        else names.special_core(city[place], kind == "technical", order, adjective[place])
        for place, kind, level, order in zip(
            schools["place"], schools["kind"], schools["level_max"], number, strict=True
        )
    ]


def _codes(places: pd.DataFrame, place: np.ndarray) -> list[str]:
    """Six digits: region, then the number of the school within it."""
    region = places["region_id"].to_numpy()[place]
    number = pd.Series(region).groupby(region).cumcount() + 1
    return [f"{code}{item:04d}" for code, item in zip(region, number, strict=True)]


def _truth(
    schools: pd.DataFrame, cohort: np.ndarray, severity: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Disadvantage, effect, real change and inflation of every school."""
    count = len(schools)
    rural = (schools["locality"] == "rural").to_numpy()
    disadvantage = _standard(rng.normal(size=count) + _RURAL_DISADVANTAGE * rural)
    noise = _standard(rng.normal(size=count))
    weight = _EFFECT_OF_DISADVANTAGE
    spread = np.clip(1 - _NARROWING * np.log(cohort / _MIDDLE_COHORT), 0.7, 1.25) * _EFFECT_SD
    smallness = np.minimum(np.log(cohort / _MIDDLE_COHORT), 0)
    effect = spread * (weight * disadvantage + np.sqrt(1 - weight**2) * noise) + _SMALL_BETTER * smallness
    effect = effect + severity
    general = (schools["kind"] == "general").to_numpy() & (schools["level_max"] >= 9).to_numpy()
    drawn = rng.permutation(np.flatnonzero(general))
    worse = effect[drawn] > 0.3  # improvement is planned where there is room for it
    improving = drawn[worse][: max(1, round(_IMPROVING * count))]
    left = np.setdiff1d(drawn, improving, assume_unique=True)
    worsening = rng.permutation(left)[: max(1, round(_WORSENING * count))]
    ordinary = left[(effect[left] > 0.2) & (cohort[left] < np.quantile(cohort, 0.8))]
    inflated = rng.permutation(ordinary)[: max(1, round(_INFLATED * count))]
    slope = np.zeros(count)
    slope[improving] = -rng.uniform(0.25, 0.45, len(improving))
    slope[worsening] = rng.uniform(0.20, 0.40, len(worsening))
    inflated_from = np.zeros(count, dtype=np.int64)
    inflated_from[inflated] = rng.choice(YEARS[:4], len(inflated))
    inflation = np.zeros(count)
    inflation[inflated] = rng.uniform(0.6, 0.9, len(inflated))
    return pd.DataFrame(
        {
            "disadvantage": disadvantage,
            "effect": effect,
            "slope": slope,
            "slope_from": np.where(slope != 0, rng.choice(YEARS[1:4], count), 0),
            "inflated_from": inflated_from,
            "inflation": inflation,
        }
    )


def _births(cohort: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Multiplier of each birth cohort: waves of the region and chance, larger in small schools."""
    born = np.arange(FIRST_COHORT, LAST_COHORT + 1)
    wave = 1 + 0.05 * np.sin((born - FIRST_COHORT) / 3.0)
    variance = 0.10**2 + 0.55 / np.maximum(cohort, 1.0)
    shape = (1 / variance)[:, None]
    return np.asarray(rng.gamma(shape, 1 / shape, (len(cohort), len(born))) * wave)


def _standard(values: np.ndarray) -> np.ndarray:
    """Mean 0 and standard deviation 1 (a single school gets 0)."""
    spread = values.std()
    return np.asarray((values - values.mean()) / spread if spread > 0 else values * 0)
