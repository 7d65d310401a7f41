"""Intake of a year's mail: 40 workbooks of 2,000 schools each, «Статистика по отметкам», through `ingest`.

    python -m benchmarks.intake [--books 40] [--rows 2000] [--rounds 3]

Measured: seconds of a whole ingest of an empty project (reading, screening, report, snapshot), of the next
one after one workbook has changed, and of one where nothing has. Named alternative, in the same run:
`pandas.read_excel` with openpyxl, the rows of schools told apart and their per cents made counts, and nothing
else: no screening, no report. Each round runs in a process of its own. Both sides must find the same results.
"""

import argparse
import multiprocessing
import os
import platform
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter

from shnor_lib import crew
from shnor_lib.data import series, store
from shnor_lib.data.intake import ingest
from shnor_lib.settings import Project, Settings

AIM = 10.0  # seconds that an ingest may take
DISTRICTS = 40
SUBJECTS = ("Математика", "Русский язык")
YEARS = range(2021, 2026)
GRADES = (4, 5, 6, 7)
SCHOOL = re.compile(r"^sch(\d{6}) \| ")
Counts = dict[tuple[str, int, str, int], tuple[int, ...]]  # school, year, subject, grade → marks 2 to 5
Told = tuple[float, Counts]


def write(raw: Path, books: int, rows: int) -> None:
    """A made-up region: a workbook for each year, grade and subject."""
    for number in range(books):
        year, grade, subject = _work(number)
        write_book(raw / f"{number:02d}_ВПР_{year}_{grade}_{subject}.xlsx", number, rows)


def _work(number: int) -> tuple[int, int, str]:
    rest, year = divmod(number, len(YEARS))
    subject, grade = divmod(rest, len(GRADES))
    if subject >= len(SUBJECTS):
        raise SystemExit("at most 40 workbooks: each is of a year, grade and subject of its own")
    return YEARS[year], GRADES[grade], SUBJECTS[subject]


def write_book(path: Path, number: int, rows: int, seed: int = 847) -> None:
    """One report, schools by districts; a school keeps its size and level over the years."""
    year, grade, subject = _work(number)
    schools = np.random.default_rng(847)
    size, level = schools.integers(24, 96, rows), schools.beta(4, 30, rows)
    shares = np.stack([level, 0.45 - level / 2, 0.37 - level / 3, 0.18 - level / 6], axis=1)
    marks = np.random.default_rng(seed + number).multinomial(size, shares)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        page = book.add_worksheet("Статистика")
        page.write_row(0, 0, [f"ВПР {year}. {grade} класс"])
        page.write_row(1, 0, ["Предмет:", subject])
        page.write_row(2, 0, ["Статистика по отметкам"])
        page.write_row(3, 0, ["Группы участников", "Кол-во ОО", "Кол-во участников", "2", "3", "4", "5"])
        page.write_row(4, 0, ["Пробный край", rows, *_shares(marks.sum(axis=0))])
        at = 5
        for district, part in enumerate(np.array_split(np.arange(rows), DISTRICTS)):
            group = f"reg22_m{district:03d} | Район {district}"
            page.write_row(at, 0, [group, len(part), *_shares(marks[part].sum(axis=0))])
            for school in part.tolist():
                at += 1
                page.write_row(
                    at, 0, [f"sch{220000 + school} | Школа № {school}", "", *_shares(marks[school])]
                )
            at += 1


def _shares(marks: np.ndarray) -> list[object]:
    people = int(marks.sum())
    return [people, *(f"{100 * mark / people:.2f}".replace(".", ",") for mark in marks.tolist())]


def cold(folder: Path) -> Told:
    """An ingest of a project that has never been read."""
    shutil.rmtree(folder / "data" / "processed", ignore_errors=True)
    return _ingest(folder)


def changed(folder: Path) -> Told:
    """An ingest after one workbook has changed."""
    path = min((folder / "data" / "raw").iterdir())
    write_book(path, 0, len(pd.read_excel(path, header=None)) - 5 - DISTRICTS, seed=time.time_ns())
    return _ingest(folder)


def same(folder: Path) -> Told:
    """An ingest where nothing has changed."""
    return _ingest(folder)


def _ingest(folder: Path) -> Told:
    started = time.perf_counter()
    result = ingest(Project(folder, Settings()), read_all=crew.read_all)
    seconds = time.perf_counter() - started
    print("  " + result.text.splitlines()[1])
    return seconds, _counts(store.current(folder / "data" / "processed").table("results"))


def naive(folder: Path) -> Told:
    """The same results in plain pandas, as they are usually read."""
    started = time.perf_counter()
    frames = []
    for path in sorted((folder / "data" / "raw").glob("*.xlsx")):
        sheet = pd.read_excel(path, header=None, engine="openpyxl")
        words = re.findall(r"\d+", str(sheet.iat[0, 0]))
        school = sheet[0].astype("str").str.extract(SCHOOL)[0]
        rows = sheet[school.notna()]
        people = rows[2].astype("int64")
        marks = {
            f"n{mark}": (rows[at].str.replace(",", ".").astype("float64") * people / 100)
            .round()
            .astype("int64")
            for at, mark in enumerate((2, 3, 4, 5), 3)
        }
        named = {"school_id": school[school.notna()], "year": int(words[0]), "grade": int(words[1])}
        frames.append(pd.DataFrame({**named, "subject": sheet.iat[1, 1], "participants": people, **marks}))
    every = pd.concat(frames, ignore_index=True)
    seconds = time.perf_counter() - started
    return seconds, {
        (row.school_id, row.year, row.subject, row.grade): (row.n2, row.n3, row.n4, row.n5)
        for row in every.itertuples()
    }


def _counts(results: pd.DataFrame) -> Counts:
    known = {name: series.parse(name) for name in results["series"].unique()}
    titles = {subject: series.parse(series.make_id("ВПР", subject, 5)).subject for subject in SUBJECTS}
    words = {code: subject for subject, code in titles.items()}
    return {
        (row.school_id, row.year, words[known[row.series].subject], known[row.series].grade): (
            row.n2,
            row.n3,
            row.n4,
            row.n5,
        )
        for row in results.itertuples()
    }


SIDES: dict[str, Callable[[Path], Told]] = {"cold": cold, "pandas": naive, "same": same, "changed": changed}


def measure(side: str, folder: str) -> Told:
    """Seconds and counts of one side."""
    told = SIDES[side](Path(folder))
    print(f"  {side:8s} {told[0]:6.2f} s")
    return told


def main() -> None:
    """Run all sides and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--books", type=int, default=40)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as name:
        raw = Path(name) / "data" / "raw"
        raw.mkdir(parents=True)
        write(raw, given.books, given.rows)
        print(f"{given.books} workbooks of {given.rows} schools, median of {given.rounds} rounds\n")
        spawn = multiprocessing.get_context("spawn")
        found: dict[str, list[Told]] = {side: [] for side in SIDES}
        for _ in range(given.rounds):
            for side in SIDES:
                with ProcessPoolExecutor(1, spawn) as pool:  # it may have helpers of its own
                    found[side].append(pool.submit(measure, side, name).result())
            for one, other in (("cold", "pandas"), ("cold", "same")):
                assert found[one][-1][1] == found[other][-1][1], f"{one} and {other} find different results"
    seconds = {side: statistics.median(item[0] for item in told) for side, told in found.items()}
    print(f"\ningest, nothing kept     {seconds['cold']:6.2f} s   (required: under {AIM:g} s)")
    print(f"ingest, one changed      {seconds['changed']:6.2f} s")
    print(f"ingest, nothing changed  {seconds['same']:6.2f} s")
    print(f"pandas with openpyxl     {seconds['pandas']:6.2f} s, only reading")
    cold, one = (seconds["pandas"] / seconds[side] for side in ("cold", "changed"))
    print(f"ratio                    {cold:6.2f} ×, with one changed {one:.2f} ×")
    print(f"both find the same {len(found['cold'][-1][1]):,} results")


if __name__ == "__main__":
    main()
