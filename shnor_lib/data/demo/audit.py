"""Audit of deficits in two waves, in the codes of seed 004 (METHODOLOGY §4.2).

In:   the history of the schools and their reported results.
Out:  `audited`, deficits by school, wave and code; `workbooks`, the waves as received: one row a school and
      code, and for one municipality of the second wave a matrix of codes and schools; `tidy`, the same as a
      table of the contract; `lists`, lists received.
Not:  measures and roadmaps (see `support`).

The first wave visits the schools on the list of 2025 and some of those in the zone of risk. The second
visits most of them again: some deficits are eliminated, some persist, new ones appear. A school found
without deficits gets one row that says so, with no code.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from shnor_lib.data import blank_forms
from shnor_lib.data.demo.grid import Cell, Grid, Row
from shnor_lib.data.demo.history import History
from shnor_lib.data.demo.scales import stream

WAVES = (
    ("Аудит_дефицитов_осень_2025.xlsx", 2026, "2025-10-01", 45),
    ("Аудит_дефицитов_весна_2026.xlsx", 2026, "2026-04-06", 40),
)
COLUMNS = [
    "Логин",
    "ОО",
    "Муниципалитет",
    "Дата аудита",
    "№ фактора",
    "Фактор",
    "Код параметра",
    "Параметр",
    "Значимость",
    "Значение",
]
MATRIX = "Аудит_матрица_весна_2026.xlsx"
MATRIX_COLUMNS = ["№", "Наименование фактора", "Параметры", "Код параметра"]
NOTHING_FOUND = "Дефициты не выявлены"
_SECOND_WAVE, _EXTRA_SCHOOLS = 0.85, 0.06
_FEWEST = 4  # a small municipality has something to show, too
_ELIMINATED, _NEW = 0.33, 0.035
_BOUNDS = (40, 65)
_SIGNIFICANCE = ("низкая", "средняя", "высокая")


def codes() -> pd.DataFrame:
    """Factors and parameters: factor_no (int), factor, code, parameter (str)."""
    frame = pd.DataFrame(blank_forms.parameters())
    return frame.astype({"factor_no": "int64"})


def listed(results: pd.DataFrame, year: int) -> set[str]:
    """Schools that the rule lists on reported counts: two hits in a year, or one series two years running."""
    hit = results[100 * results["n2"] >= 30 * results["participants"]]
    now, before = hit[hit["year"] == year], hit[hit["year"] == year - 1]
    number = now.groupby("school_id").size()
    both = now.merge(before, on=["school_id", "series"])
    return set(number[number >= 2].index) | set(both["school_id"])


def lists(results: pd.DataFrame) -> pd.DataFrame:
    """Lists as orders of March would name them, from the results of the year before: `lists_imported`.

    Low results are those of the rule; at risk are schools with a hit that is not enough for it.
    """
    found = []
    for year in sorted(results["year"].unique())[1:]:
        before = int(year) - 1
        of_year = results[results["year"] == before]
        low = listed(results, before)
        some = set(of_year.loc[100 * of_year["n2"] >= 30 * of_year["participants"], "school_id"])
        found += [
            {
                "school_id": school,
                "year": int(year),
                "list": name,
                "source": f"приказ от 14.03.{year} (пример)",
            }
            for name, schools in (("shnor", low), ("risk", some - low))
            for school in sorted(schools)
        ]
    return pd.DataFrame(found, columns=["school_id", "year", "list", "source"])


def audited(history: History, results: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Deficits found: one row per school, wave and code; a school without deficits has code "".

    Returns:
        school (int64, row of the population), school_id (str), wave (0 or 1), date (str, ISO),
        code (str), value (Int64, 0-100).
    """
    rng = stream(seed, "audit")
    schools = history.population.schools
    scope = (
        (schools["kind"] == "general").to_numpy()
        & history.exists(2026)
        & (history.population.cohort[:, -1] > 0)
    )
    on_list = schools["school_id"].isin(listed(results, 2025)).to_numpy() & scope
    extra = scope & (rng.random(len(schools)) < _EXTRA_SCHOOLS) & (schools["effect"] > 0).to_numpy()
    weakest = scope & (schools["effect"].where(scope).rank(ascending=False) <= _FEWEST).to_numpy()
    visited = np.flatnonzero(on_list | extra | weakest)
    names = codes()["code"].tolist()
    strength = 0.16 + 0.09 * schools["effect"].clip(-1, 2.5).to_numpy()
    improving = schools["slope"].to_numpy() < 0
    rows: list[tuple[int, str, int, str, str, int | None]] = []
    for school in visited:
        code = str(schools["school_id"].iloc[school])
        found = rng.random(len(names)) < strength[school]
        value = rng.integers(15, 96, len(names))
        again = rng.random() < _SECOND_WAVE
        gone = rng.random(len(names)) < _ELIMINATED + 0.25 * improving[school]
        new = ~found & (rng.random(len(names)) < _NEW)
        later = np.clip(value + rng.integers(-15, 11, len(names)), 5, 100)
        rows += _wave_rows(int(school), code, 0, found, value, names, rng)
        if again:
            rows += _wave_rows(int(school), code, 1, (found & ~gone) | new, later, names, rng)
    frame = pd.DataFrame(rows, columns=["school", "school_id", "wave", "date", "code", "value"])
    return frame.astype({"value": "Int64", "school": "int64"})


def significance(value: int) -> str:
    """Label of a value: «низкая», «средняя», «высокая»."""
    return _SIGNIFICANCE[sum(value >= bound for bound in _BOUNDS)]


def tidy(deficits: pd.DataFrame) -> pd.DataFrame:
    """Columns of the contract `deficits`; a school without deficits has a row that says so."""
    known = codes().set_index("code")["parameter"]
    nothing = deficits["code"].eq("")
    return pd.DataFrame(
        {
            "school_id": deficits["school_id"],
            "wave": deficits["date"],
            "code": deficits["code"],
            "parameter": deficits["code"].map(known).mask(nothing, NOTHING_FOUND),
            "significance": [
                "" if none else significance(value)
                for none, value in zip(nothing, deficits["value"], strict=True)
            ],
            "value": deficits["value"],
        }
    )


def workbooks(history: History, places: pd.DataFrame, deficits: pd.DataFrame) -> list[Grid]:
    """One workbook a wave, in the order of visits, and the matrix of the municipality with fewest schools."""
    own = _matrix_home(history, deficits)
    listing = codes()[["factor_no", "factor", "code", "parameter"]].astype(object).to_numpy().tolist()
    known = {row[2]: row for row in listing}
    municipality, home = places["municipality"].tolist(), history.population.schools["place"].tolist()
    school_ids = history.population.schools["school_id"].tolist()
    grids = []
    for wave, (file, year, _, _) in enumerate(WAVES):
        logins, titles = history.logins(year), history.names(year)
        part = deficits[deficits["wave"] == wave].sort_values(["date", "school"], kind="stable")
        if wave and own is not None:
            apart = part["school"].map(lambda school: home[school] == own).astype(bool)
            grids.append(_matrix(part[apart], municipality[own], list(logins), list(titles)))
            part = part[~apart]
        rows = []
        values = part["value"].astype(object).tolist()
        for school, date, code, value in zip(part["school"], part["date"], part["code"], values, strict=True):
            day = ".".join(reversed(date.split("-")))
            lead: list[Cell] = [logins[school], titles[school], municipality[home[school]], day]
            tail: list[Cell] = [None, None, None, NOTHING_FOUND, None, None]
            if code:
                tail = [*known[code], significance(value), value]
            rows.append(Row([*lead, *tail], school_ids[school]))
        grids.append(Grid(f"Аудит/{file}", "Аудит", list(COLUMNS), rows))
    return grids


def _matrix_home(history: History, deficits: pd.DataFrame) -> int | None:
    """Municipality with the fewest schools in the second wave; None where it would be the only one."""
    visited = deficits.loc[deficits["wave"] == 1, "school"].unique()
    number = history.population.schools["place"].iloc[visited].value_counts().sort_index()
    places = number.index.to_list()
    return min(places, key=lambda place: int(number[place])) if len(places) > 1 else None


def _matrix(part: pd.DataFrame, municipality: str, logins: Sequence[str], titles: Sequence[str]) -> Grid:
    """Codes below one another, a column for each school, its significance or «нет» in each cell."""
    schools = sorted(part["school"].unique().tolist())
    found = {
        (school, code): significance(value)
        for school, code, value in zip(part["school"], part["code"], part["value"], strict=True)
        if code
    }
    rows = [
        Row(
            [number, factor, parameter, code + ".", *(found.get((school, code), "нет") for school in schools)]
        )
        for number, factor, parameter, code in codes()[
            ["factor_no", "factor", "parameter", "code"]
        ].itertuples(index=False)
    ]
    heads = [f"{titles[school]} ({logins[school]})" for school in schools]
    title: list[list[Cell]] = [["Результаты аудита, апрель 2026"], [f"Муниципалитет: {municipality}"]]
    return Grid(f"Аудит/{MATRIX}", "Аудит", [*MATRIX_COLUMNS, *heads], rows, title)


def _wave_rows(
    school: int,
    code: str,
    wave: int,
    found: np.ndarray,
    value: np.ndarray,
    names: list[str],
    rng: np.random.Generator,
) -> list[tuple[int, str, int, str, str, int | None]]:
    start, days = WAVES[wave][2], WAVES[wave][3]
    date = str(np.datetime64(start) + int(rng.integers(days)))
    rows: list[tuple[int, str, int, str, str, int | None]] = [
        (school, code, wave, date, names[i], int(value[i])) for i in np.flatnonzero(found)
    ]
    return rows or [(school, code, wave, date, "", None)]
