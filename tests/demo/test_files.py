"""Raw files: layouts as a region receives them, and defects exactly where the truth lists them."""

import re

import pandas as pd
import pytest

from shnor_lib.data import series as series_ids
from shnor_lib.data.demo.defects import KINDS
from tests.demo.conftest import Written

ROW_KINDS = {"doubled_row", "doubled_year", "foreign_login", "empty_row", "total_row", "all_zero_passport"}


def plain(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def heading(rows: list[list[object]]) -> int:
    """Position of the heading: the first row that is filled to the last column."""
    return next(i for i, row in enumerate(rows) if all(plain(cell) for cell in row))


@pytest.fixture(scope="session")
def planted(land: Written) -> pd.DataFrame:
    return land.truth("defects")


@pytest.fixture(scope="session")
def sheets(land: Written) -> dict[str, list[list[object]]]:
    return {file: land.sheet(file) for file in land.workbooks()}


def test_every_kind_of_defect_is_planted_at_a_low_rate(
    land: Written, planted: pd.DataFrame, sheets: dict[str, list[list[object]]]
) -> None:
    assert set(planted["kind"]) == set(KINDS)
    assert land.summary.defects == planted["kind"].value_counts(sort=False).to_dict()
    rows = sum(map(len, sheets.values()))
    assert (planted["kind"] != "doubled_year").sum() < 0.01 * rows
    assert not planted.duplicated(["file", "row"]).any()


def test_every_defect_is_where_the_truth_says(
    planted: pd.DataFrame, sheets: dict[str, list[list[object]]]
) -> None:
    for item in planted[planted["file"].str.endswith(".xlsx")].to_dict("records"):
        rows = sheets[item["file"]]
        row = rows[item["row"] - 1]
        if item["kind"] not in ROW_KINDS:
            position = [plain(cell) for cell in rows[heading(rows)]].index(item["column"])
            assert plain(row[position]) == item["value"] != item["original"], item
        elif item["kind"] == "empty_row":
            assert not any(plain(cell) for cell in row), item
        elif item["kind"] in ("doubled_row", "doubled_year"):
            assert row == rows[item["row"] - 2], item
        elif item["kind"] == "all_zero_passport":
            assert [plain(cell) for cell in row[5:]] == ["0"] * 11, item
        else:
            assert plain(row[0]) == item["value"] or item["value"] in map(plain, row), item


def test_defect_of_the_context_form_is_in_its_csv(land: Written, planted: pd.DataFrame) -> None:
    (item,) = planted[planted["file"].str.endswith(".csv")].to_dict("records")
    frame = pd.read_csv(land.raw / item["file"], dtype="str")
    assert frame[item["column"]].iloc[item["row"] - 2] == item["value"] == f"{item['original']} чел."


def test_statistics_carry_the_reported_counts(
    land: Written, planted: pd.DataFrame, sheets: dict[str, list[list[object]]]
) -> None:
    shares = land.truth("shares").set_index(["school_id", "year", "series"])
    spoilt = set(zip(planted["file"], planted["row"], strict=True))
    checked = 0
    for file in filter(lambda name: name.startswith("ФИС ОКО/"), sheets):
        rows = sheets[file]
        title = re.fullmatch(r"ВПР (\d{4})\. (\d) класс", plain(rows[0][0]))
        assert title is not None
        series = series_ids.make_id("ВПР", plain(rows[1][1]), int(title[2]))
        assert plain(rows[2][0]) == "Статистика по отметкам"
        assert [plain(cell) for cell in rows[4]] == [
            "Группы участников",
            "Кол-во ОО",
            "Кол-во участников",
            *"2345",
        ]
        for number, row in enumerate(rows[5:], start=6):
            login = re.match(r"(?:sch|edu|ksh|spo)(\d{6}) \| ", plain(row[0]))
            if login is None or (file, number) in spoilt:
                continue
            true = shares.loc[(login[1], int(title[1]), series)]
            per_cents = [plain(cell) for cell in row[3:]]
            assert all(re.fullmatch(r"\d{1,3},\d\d", cell) for cell in per_cents)
            values = [float(cell.replace(",", ".")) for cell in per_cents]
            assert plain(row[2]) == str(true["participants"])
            assert abs(values[0] - 100 * true["reported_n2"] / true["participants"]) <= 0.0051
            assert abs(sum(values) - 100) <= 0.03
            checked += 1
    assert checked > 7000


def test_groups_of_the_statistics_add_up(sheets: dict[str, list[list[object]]]) -> None:
    file = next(name for name in sheets if name.startswith("ФИС ОКО/2025"))
    groups = [row for row in sheets[file][5:] if plain(row[1])]
    region, municipalities = groups[0], groups[1:]
    assert plain(region[0]) == "Светлоозёрский край"
    assert all(re.match(r"reg84_m\d{3} \| ", plain(row[0])) for row in municipalities)
    assert region[1] == sum(row[1] for row in municipalities)
    assert region[2] == sum(row[2] for row in municipalities)


def test_long_form_carries_the_reported_counts(
    land: Written, planted: pd.DataFrame, sheets: dict[str, list[list[object]]]
) -> None:
    spoilt = set(zip(planted["file"], planted["row"], strict=True))
    shares = land.truth("shares").set_index(["school_id", "year", "series"])["reported_n2"]
    file = "ВПР_2026_отметки_по_школам.xlsx"
    for number, row in enumerate(sheets[file][1:], start=2):
        if (file, number) in spoilt:
            continue
        series = series_ids.make_id("ВПР", plain(row[2]), int(plain(row[1])))
        assert sum(int(plain(cell)) for cell in row[7:]) == int(plain(row[6]))
        assert int(plain(row[7])) == shares[(plain(row[4])[3:], 2026, series)]


def test_biased_list_has_its_real_shape(sheets: dict[str, list[list[object]]]) -> None:
    rows = sheets["Признаки_необъективности_ВПР.xlsx"]
    years = pd.Series([row[0] for row in rows[1:]])
    assert years.map(type).eq(str).all()
    logins = pd.DataFrame({"year": years, "login": [row[1] for row in rows[1:]]})
    doubled = logins.groupby("year")["login"].agg(["size", "nunique"])
    assert (doubled["size"] == doubled["nunique"] * [1, 2, 1, 1]).all()
    for row in rows[1:]:
        assert sum(int(plain(cell) or 0) for cell in row[4:8]) == int(plain(row[8])) >= 1


def test_passports_of_different_groups_have_different_headings(sheets: dict[str, list[list[object]]]) -> None:
    heads = {tuple(rows[0]) for file, rows in sheets.items() if file.startswith("Социальные паспорта/2026")}
    assert len(heads) == 3


def test_workbooks_hold_no_formulas_or_links(land: Written) -> None:
    import zipfile

    for file in land.workbooks()[:6]:
        with zipfile.ZipFile(land.raw / file) as archive:
            sheet = archive.read("xl/worksheets/sheet1.xml").decode()
            assert "<f>" not in sheet
            assert "hyperlink" not in sheet


def test_municipality_scale_has_schools_to_show(town: Written) -> None:
    for year in ("осень_2025", "весна_2026"):
        rows = town.sheet(f"Аудит/Аудит_дефицитов_{year}.xlsx")
        assert len(rows) > 5
    assert len(town.sheet("Дорожная_карта_2025-2026.xlsx")) > 3
