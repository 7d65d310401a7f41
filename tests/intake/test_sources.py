"""Every value of a snapshot leads back to the file, sheet and row it stood in."""

import csv
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import shnor_lib as shnor
from shnor_lib.data import provenance
from shnor_lib.data.damage import file_hash
from shnor_lib.data.schemas import TABLES
from tests.intake.conftest import Box, statistics
from tests.intake.test_checks import GOOD, passport, results


def test_every_row_of_the_region_names_an_input(demo_project: Path) -> None:
    region = shnor.open(demo_project)
    inputs = {item["file"] for item in region.snapshot.meta["inputs"]}
    for name in TABLES:
        table = region.snapshot.table(name)
        if name in ("procedures", "corrections") or table.empty:
            continue
        files = table["source"].map(lambda source: provenance.place(source)[0])
        assert set(files) <= inputs, name


def test_results_stand_in_their_rows(demo_project: Path) -> None:
    """The login in the named row of the raw file is the school of the result."""
    region = shnor.open(demo_project)
    table = region.snapshot.table("results").sample(400, random_state=847)
    opened: dict[str, dict[int, str]] = {}
    for record in table[["school_id", "source"]].to_dict("records"):
        file, sheet, row, _ = provenance.place(record["source"])
        if file not in opened:
            opened[file] = lines(region.project.raw / file, sheet)
        assert record["school_id"] in opened[file][int(row)], record


def lines(path: Path, sheet: str) -> dict[int, str]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as stream:
            return {at: " ".join(row) for at, row in enumerate(csv.reader(stream), start=1)}
    book = openpyxl.load_workbook(path, read_only=True)
    rows = {
        at: " ".join(str(cell) for cell in row)
        for at, row in enumerate(book[sheet].iter_rows(values_only=True), start=1)
    }
    book.close()
    return rows


def test_sources_of_a_school_name_hash_sheet_and_row(box: Box) -> None:
    path = box.xlsx(
        "отчёт.xlsx", statistics(["sch220001 | Школа № 1", None, 8, "12,50", "37,50", "37,50", "12,50"])
    )
    passport(["edu220001", 2025, 100, 10, 5, 5, 5])(box)
    found = provenance.sources(box.ingest().snapshot, "220001").set_index("table")
    row = found.loc["results"]
    assert (row["file"], row["sheet"], row["row"]) == ("отчёт.xlsx", "Лист1", "8")
    assert row["sha256"] == file_hash(path)
    assert "failed=1" in row["value"]
    assert set(found.loc[["social_passport"], "file"]) == {"p.xlsx"}
    assert set(found.loc[["schools"], "file"]) <= {"s.csv", "отчёт.xlsx"}


def test_a_correction_stands_in_the_source(box: Box) -> None:
    results(GOOD)(box)
    head = ["table", "school_id", "year", "series", "action", "column", "expected", "value"]
    entry = ["results", "220001", 2025, "oge-ma", "override", "failed", 5, 4]
    box.csv(
        "corrections.csv",
        [
            ["correction_id", *head, "reason", "author", "date"],
            ["1", *entry, "протокол апелляции", "методист", "2025-07-01"],
        ],
    )
    row = provenance.sources(box.ingest().snapshot, "220001").set_index("table").loc["results"]
    assert row["note"].endswith("1")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a.xlsx | Лист1 | 8", ("a.xlsx", "Лист1", "8", "")),
        ("a.csv |  | 8 | исправление 3", ("a.csv", "", "8", "исправление 3")),
        ("", ("", "", "", "")),
    ],
)
def test_places_are_read_back(source: str, expected: tuple[str, ...]) -> None:
    assert provenance.place(source) == expected


def test_nothing_of_an_unknown_school(box: Box) -> None:
    results(GOOD)(box)
    assert isinstance(found := provenance.sources(box.ingest().snapshot, "229999"), pd.DataFrame)
    assert found.empty
