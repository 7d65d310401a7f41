"""Cells, headings, logins and municipalities."""

import datetime as dt

import pandas as pd
import pytest

from shnor_lib.data.intake import cells, waves
from shnor_lib.data.schools import municipality_key, municipality_slug, school_digits, split_login


@pytest.mark.parametrize(
    ("cell", "value", "fault"),
    [
        ("12,50", 12.5, ""),
        ("1\u00a0312", 1312, ""),
        (" 7 ", 7, ""),
        (3.0, 3, ""),
        ("", None, ""),
        (None, None, ""),
        ("4о,5", None, cells.LOOK_ALIKE),
        ("12 чел.", None, cells.UNIT),
        ("—", None, cells.DASH),
        ("нет", None, cells.WORD_NO),
        ("30 %", None, cells.PER_CENT_SIGN),
        ("много", None, cells.NOT_A_NUMBER),
        (dt.date(2025, 1, 12), None, cells.NOT_A_NUMBER),
        (True, None, cells.NOT_A_NUMBER),
    ],
)
def test_number(cell: cells.Cell, value: float | None, fault: str) -> None:
    read = cells.number(cell)
    assert (read.value, read.fault) == (value, fault)


def test_a_missing_number_is_missing_and_never_zero() -> None:
    values, faults = cells.counts(pd.Series(["0", "", None, "1,5", -1.0], dtype=object))
    assert values.tolist() == [0, pd.NA, pd.NA, pd.NA, pd.NA]
    assert faults.tolist() == ["", "", "", cells.NOT_WHOLE, cells.NEGATIVE]


@pytest.mark.parametrize(
    ("cell", "year"),
    [
        ("2021", 2021),
        (2021.0, 2021),
        ("2020/21", 2021),
        ("2020-2021 уч. год", 2021),
        ("давно", None),
        ("12", None),
    ],
)
def test_year(cell: cells.Cell, year: int | None) -> None:
    assert cells.year(cell) == year


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("15.09.2025", ("2025-09-15",)),
        ("Октябрь 2023", ("2023-10",)),
        ("мая 2024, март 2025", ("2024-05", "2025-03")),
        (dt.date(2024, 2, 3), ("2024-02-03",)),
        ("В течение года", ()),
    ],
)
def test_dates(cell: cells.Cell, found: tuple[str, ...]) -> None:
    assert cells.dates(cell) == found


def test_headings_do_not_mind_case_yo_quotes_and_latin_letters() -> None:
    assert cells.heading("Kол-вo\u00a0учАстников:") == cells.heading("Кол – во участников")
    assert cells.heading("«Учёт»") == "учет"


@pytest.mark.parametrize(
    ("login", "digits"),
    [
        ("edu220028", "220028"),
        (" SCH220028\u00a0", "220028"),
        ("еdu220028", "220028"),
        (220028.0, "220028"),
        (53001, "053001"),
        ("школа 5", None),
        (None, None),
    ],
)
def test_school_digits(login: object, digits: str | None) -> None:
    assert school_digits(login) == digits


def test_prefix_is_an_attribute() -> None:
    assert split_login("KSH990022") == ("ksh", "990022")


def test_municipality_spellings() -> None:
    same = ["город Алейск", "г. Алейск", "г.Алейск", "Алейск", "ГОРОД\u00a0АЛЕЙСК"]
    assert {municipality_key(name) for name in same} == {"алейск"}
    assert municipality_key("Алейский р-н") == municipality_key("Алейский муниципальный район")
    assert municipality_key("Алейский район") != municipality_key("Алейск")


def test_slug_is_path_safe_and_distinct_when_cut() -> None:
    assert municipality_slug("Алейский район") == "aleyskiy-rayon"
    long = [municipality_slug("Очень длинное название муниципального образования " * 2 + end) for end in "аб"]
    assert long[0] != long[1]
    assert max(map(len, long)) <= 60
    assert municipality_slug("…")


def test_visits_within_weeks_are_one_wave() -> None:
    dates = pd.Series(["2025-10-01", "2025-11-14", "2026-04-06", "2026-05-10", None, "2021"], dtype="str")
    assert waves.gather(dates).astype(object).where(dates.notna(), None).tolist() == [
        "2025-10",
        "2025-10",
        "2026-04",
        "2026-04",
        None,
        "2021",
    ]


@pytest.mark.parametrize("cell", [float("inf"), float("-inf")])
def test_infinity_is_no_number(cell):
    assert cells.number(cell) == cells.Number(None, 0, cells.NOT_A_NUMBER)
