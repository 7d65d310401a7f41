"""Results in the layouts in which a region receives them (METHODOLOGY §7.2), before defects.

In:   the history of the schools and their results.
Out:  `marks_statistics`, the report «Статистика по отметкам» of one series and year;
      `long_form`, ВПР of one year; `tidy`, results in the columns of the contract.
Not:  defects (see `defects`).
"""

import pandas as pd

from shnor_lib.data import series as series_ids
from shnor_lib.data.demo.grid import Cell, Grid, Row
from shnor_lib.data.demo.history import History

MARKS = ["n2", "n3", "n4", "n5"]
GROUP, ORGANISATIONS, PARTICIPANTS = "Группы участников", "Кол-во ОО", "Кол-во участников"
LONG_COLUMNS = ["Год", "Класс", "Предмет", "Муниципалитет", "Логин", "ОО", PARTICIPANTS, "2", "3", "4", "5"]
_SHEET = "Статистика по отметкам"


def marks_statistics(
    history: History, places: pd.DataFrame, results: pd.DataFrame, series: str, year: int
) -> Grid:
    """One workbook: region, municipalities and their schools, per cents as text with a decimal comma."""
    parsed = series_ids.parse(series)
    subject = series_ids.SUBJECTS[parsed.subject][1]
    chosen = with_schools(history, results, year, [series])
    rows = [_group(str(places["region"].iloc[0]), chosen, count=True)]
    for place, part in chosen.groupby("place", sort=True):
        home = places.iloc[int(str(place))]
        rows.append(_group(f"{home['municipality_id']} | {home['municipality']}", part, count=True))
        rows += [_school(*item) for item in zip(part["login"], part["name"], *_counts(part), strict=True)]
    name = f"ВПР_{year}_{subject.replace(' ', '_')}_{parsed.grade}_класс_Статистика_по_отметкам.xlsx"
    return Grid(
        file=f"ФИС ОКО/{year}/{name}",
        sheet=_SHEET,
        columns=[GROUP, ORGANISATIONS, PARTICIPANTS, "2", "3", "4", "5"],
        rows=rows,
        title=[[f"ВПР {year}. {parsed.grade} класс"], ["Предмет:", subject], [_SHEET], []],
    )


def long_form(
    history: History, places: pd.DataFrame, results: pd.DataFrame, series: list[str], year: int
) -> Grid:
    """One workbook: all ВПР series of a year, counts of marks."""
    chosen = with_schools(history, results, year, series)
    home = places["municipality"].to_numpy()[chosen["place"]]
    parsed = [series_ids.parse(item) for item in chosen["series"]]
    frame = pd.DataFrame(
        {
            "Год": year,
            "Класс": [item.grade for item in parsed],
            "Предмет": [series_ids.SUBJECTS[item.subject][1] for item in parsed],
            "Муниципалитет": home,
            "Логин": chosen["login"].to_numpy(),
            "ОО": chosen["name"].to_numpy(),
            PARTICIPANTS: chosen["participants"].to_numpy(),
        }
    )
    for mark in MARKS:
        frame[mark[1:]] = chosen[mark].to_numpy()
    cells = frame[LONG_COLUMNS].astype(object).to_numpy().tolist()
    rows = [Row(row, code) for row, code in zip(cells, chosen["school_id"], strict=True)]
    return Grid(f"ВПР_{year}_отметки_по_школам.xlsx", "ВПР", list(LONG_COLUMNS), rows)


def tidy(results: pd.DataFrame) -> pd.DataFrame:
    """Columns of the contract `results`; marks where the exam is marked, scores where it is scored."""
    scored = results["series"].isin(["ege-ru", "ege-ma-profile"])
    frame = results[["school_id", "year", "series", "participants"]].copy()
    frame["failed"] = results["n2"]
    for mark in MARKS:
        frame[mark] = results[mark].astype("Int64").mask(scored)
    for name in ("mean_score", "high", "top"):
        frame[name] = results[name]
    frame["attempt"] = "first"
    return frame


def with_schools(history: History, results: pd.DataFrame, year: int, series: list[str]) -> pd.DataFrame:
    """Results of a year with login, name and municipality, in the order of the report."""
    chosen = results[(results["year"] == year) & results["series"].isin(series)].copy()
    rows = chosen["school"].to_numpy()
    chosen["login"] = history.logins(year)[rows]
    chosen["name"] = pd.Series(history.names(year), dtype="str").to_numpy()[rows]
    chosen["place"] = history.population.schools["place"].to_numpy()[rows]
    return chosen.sort_values(["place", "series", "login"], kind="stable", ignore_index=True)


def _counts(frame: pd.DataFrame) -> list[list[int]]:
    return [frame[name].tolist() for name in ("participants", *MARKS)]


def _group(label: str, frame: pd.DataFrame, count: bool) -> Row:
    total = int(frame["participants"].sum())
    shares = [per_cent(int(frame[mark].sum()), total) for mark in MARKS]
    return Row([label, len(frame) if count else None, total, *shares])


def _school(login: str, name: str, participants: int, *marks: int) -> Row:
    cells: list[Cell] = [f"{login} | {name}", None, participants]
    return Row([*cells, *(per_cent(mark, participants) for mark in marks)], login[3:])


def per_cent(part: int, whole: int) -> str:
    """«14,85»: two decimals and a comma, halves rounded up."""
    hundredths = (20_000 * part + whole) // (2 * whole)
    return f"{hundredths // 100},{hundredths % 100:02d}"
