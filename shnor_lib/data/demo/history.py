"""What happens to schools over the years: renamed, recoded, merged, closed, split, made a branch.

In:   the population of the first year.
Out:  `History`: the population with cohorts that follow the events, the register of schools by year,
      the crosswalk of codes (rule R17) and the true list of events.
Not:  results.

An event of year Y takes effect on 1 September of Y − 1, so that school year Y is the first one under
the new state. Names change in the register; the code stays, unless the kind of event says otherwise.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from shnor_lib.data.demo import names
from shnor_lib.data.demo.population import Population
from shnor_lib.data.demo.scales import YEARS, Scale, stream

_CHANGE_OF_FORM = {"МБОУ": "МКОУ", "МКОУ": "МБОУ", "МОУ": "МБОУ", "МАОУ": "МБОУ"}
_FIRST_NEW_CODE = 200


@dataclass(frozen=True)
class Event:
    """One event; `school` and `successors` are rows of the population."""

    kind: str
    school: int
    successors: tuple[int, ...]
    year: int

    @property
    def date(self) -> str:
        """Day from which the new state holds, ISO."""
        return f"{self.year - 1}-09-01"


@dataclass(frozen=True)
class History:
    """The population after the events, and the events themselves."""

    population: Population
    events: tuple[Event, ...]

    def register(self, places: pd.DataFrame) -> pd.DataFrame:
        """Tidy table `schools`: one row per school and year in which it is registered."""
        schools, enrolment = self.population.schools, self.population.enrolment()
        home = places.iloc[schools["place"]].reset_index(drop=True)
        frames = []
        for column, year in enumerate(YEARS):
            branch = self._branches(year)
            frame = pd.DataFrame({"school_id": schools["school_id"], "year": year, "name": self.names(year)})
            frame["municipality_id"], frame["municipality"] = home["municipality_id"], home["municipality"]
            frame["region_id"], frame["region"] = home["region_id"], home["region"]
            frame["level_max"], frame["locality"] = schools["level_max"], schools["locality"]
            frame["enrolment"] = pd.array(enrolment[:, column], dtype="Int64")
            frame.loc[branch, "enrolment"] = pd.NA  # counted with the legal entity
            frame["in_scope"] = np.where(schools["kind"] == "general", "true", "false")
            frame["status"] = np.where(branch, "branch", "active")
            frame["project_500"] = np.where(_in_project(schools, year), "true", "false")
            frame["lat"], frame["lon"] = schools["lat"], schools["lon"]
            frames.append(frame[self.exists(year)])
        return pd.concat(frames, ignore_index=True).sort_values(["school_id", "year"], ignore_index=True)

    def exists(self, year: int) -> np.ndarray:
        """Whether a school is registered in a year (a branch is)."""
        alive: np.ndarray = self.population.cohort[:, YEARS.index(year)] > 0
        return np.asarray(alive | self._branches(year))

    def names(self, year: int) -> list[str]:
        """Full names as of a year."""
        schools = self.population.schools
        form, core = schools["form"].tolist(), schools["core"].tolist()
        for event in self.events:
            if event.kind == "rename" and event.year <= year:
                if event.school % 2 or "СОШ" not in core[event.school]:
                    form[event.school] = _CHANGE_OF_FORM.get(form[event.school], form[event.school])
                else:
                    core[event.school] = core[event.school].replace("СОШ", "СШ")
        full = [names.full_name(*pair) for pair in zip(form, core, strict=True)]
        for event in self.events:
            if event.kind == "branch" and event.year <= year:
                full[event.school] = f"Филиал {full[event.successors[0]]} — {core[event.school]}"
        return full

    def logins(self, year: int) -> np.ndarray:
        """Login of every school: prefix by kind, `sch` up to 2021 and `edu` later, and six digits."""
        kind = self.population.schools["kind"]
        general = "sch" if year <= 2021 else "edu"
        prefix = kind.map({"general": general, "special": "ksh", "technical": "spo"})
        return (prefix + self.population.schools["school_id"]).to_numpy(dtype=object)

    def crosswalk(self) -> pd.DataFrame:
        """Tidy table `crosswalk`; a school that is closed has no new code."""
        code = self.population.schools["school_id"].tolist()
        rows = []
        for event in self.events:
            kind = "rename" if event.kind == "recode" else event.kind
            for new in event.successors or (None,):
                target = "" if new is None else code[new]
                rows.append((code[event.school], target, event.date, kind))
        frame = pd.DataFrame(rows, columns=["old_id", "new_id", "from_date", "kind"])
        return frame.sort_values(["from_date", "old_id", "new_id"], ignore_index=True)

    def _branches(self, year: int) -> np.ndarray:
        mask = np.zeros(len(self.population.schools), dtype=bool)
        mask[[event.school for event in self.events if event.kind == "branch" and event.year <= year]] = True
        return mask


def pass_time(population: Population, places: pd.DataFrame, scale: Scale, seed: int) -> History:
    """Let the events of a scale happen to schools that can have them."""
    rng = stream(seed, "history")
    schools = population.schools
    general = (schools["kind"] == "general").to_numpy() & (schools["slope"] == 0).to_numpy()
    small = population.cohort[:, 0] < np.quantile(population.cohort[:, 0], 0.55)
    city = places["city"].to_numpy()[schools["place"]]
    taught = (schools["level_max"] >= 9).to_numpy()
    free = list(rng.permutation(np.flatnonzero(general & small & ~city & taught)))
    hosts = _hosts(population)
    events: list[Event] = []
    used: set[int] = set()

    def take(kind: str, count: int) -> None:
        while count and free:
            school = int(free.pop())
            host = hosts.get(int(schools["place"].iloc[school]))
            if school in used or school == host or host is None:
                continue
            used.update((school, host))
            successors = (host,) if kind in ("merge", "branch") else ()
            events.append(Event(kind, school, successors, int(rng.choice(YEARS[2:5]))))
            count -= 1

    for kind, count in (
        ("merge", scale.merged),
        ("branch", scale.branches),
        ("close", scale.closed),
        ("split", scale.split),
        ("recode", scale.recoded),
    ):
        take(kind, count)
    calm = [int(item) for item in rng.permutation(np.flatnonzero(general)) if int(item) not in used]
    events += [Event("rename", item, (item,), int(rng.choice(YEARS[1:]))) for item in calm[: scale.renamed]]
    return _apply(population, events)


def _hosts(population: Population) -> dict[int, int]:
    """The largest eleven-year school of every municipality: it takes in the others."""
    schools = population.schools.assign(size=population.cohort[:, 0])
    fit = schools[(schools["kind"] == "general") & (schools["level_max"] == 11) & (schools["slope"] == 0)]
    largest = fit.sort_values("size", kind="stable").groupby("place").tail(1)
    return dict(zip(largest["place"].tolist(), largest.index.tolist(), strict=True))


def _apply(population: Population, events: list[Event]) -> History:
    """Move pupils between schools as the events say; add the schools that events create."""
    schools, cohort, births = population.schools, population.cohort.copy(), population.births
    number = _FIRST_NEW_CODE
    done = []
    for event in events:
        later = slice(YEARS.index(event.year), None)
        successors = event.successors
        if event.kind in ("split", "recode"):
            children = 2 if event.kind == "split" else 1
            fresh = schools.iloc[[event.school] * children].copy()
            region = fresh["school_id"].str[:2].iloc[0]
            last = int(schools.loc[schools["school_id"].str[:2] == region, "school_id"].max()[2:])
            fresh["school_id"] = [f"{region}{max(last, number) + step + 1:04d}" for step in range(children)]
            if children == 2:
                mark = "корпус " if "№" in fresh["core"].iloc[0] else "№"
                fresh["core"] = [f"{fresh['core'].iloc[0]} {mark}{step + 1}" for step in range(children)]
            successors = tuple(range(len(schools), len(schools) + children))
            schools = pd.concat([schools, fresh], ignore_index=True)
            share = np.zeros((children, len(YEARS)))
            share[:, later] = cohort[event.school, later] / children
            cohort = np.vstack([cohort, share])
            births = np.vstack([births, births[[event.school] * children]])
        elif event.kind in ("merge", "branch"):
            cohort[successors[0], later] += cohort[event.school, later]
        if event.kind != "rename":
            cohort[event.school, later] = 0
        done.append(replace(event, successors=successors))
    return History(Population(schools, cohort, births), tuple(done))


def _in_project(schools: pd.DataFrame, year: int) -> np.ndarray:
    """Members of the project «500+»: some of the weakest schools, in 2021 and 2022."""
    weakest = schools["effect"].rank(ascending=False, method="first") <= max(1, len(schools) // 25)
    general = schools["kind"] == "general"
    return (weakest & general & (year <= 2022)).to_numpy(dtype=bool)
