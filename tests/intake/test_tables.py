"""The table of schools by years, and the calendar of procedures."""

import pandas as pd
import pytest

from shnor_lib.data.crosswalk import last_years
from shnor_lib.data.procedures import builtin, calendar
from shnor_lib.data.schemas import TABLES
from shnor_lib.data.schools import build

NOTHING = last_years(TABLES["crosswalk"].empty())


def source(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(rows)


def test_the_most_trusted_source_of_the_same_year_wins() -> None:
    register = source({"school_id": "220001", "year": 2025, "name": "Реестр", "level_max": None})
    form = source({"school_id": "220001", "year": 2025, "name": "Анкета", "level_max": 9})
    row = build([register, form], [2025], NOTHING).iloc[0]
    assert (row["name"], row["level_max"]) == ("Реестр", 9)


def test_without_a_register_a_school_stays_listed_and_keeps_what_lasts() -> None:
    named = source({"school_id": "220001", "year": 2023, "name": "Школа", "enrolment": 50})
    schools = build([pd.DataFrame(), named], [2022, 2023, 2024], NOTHING)
    assert schools["year"].tolist() == [2023, 2024]
    assert schools["name"].tolist() == ["Школа", "Школа"]
    assert schools["enrolment"].isna().tolist() == [False, True]


def test_a_register_of_a_year_says_who_exists() -> None:
    register = source({"school_id": "220002", "year": 2024, "name": "Другая"})
    named = source({"school_id": "220001", "year": 2023, "name": "Школа"})
    schools = build([register, named], [2023, 2024], NOTHING)
    assert schools[["school_id", "year"]].to_numpy().tolist() == [["220001", 2023], ["220002", 2024]]


def test_a_superseded_code_is_not_carried_on() -> None:
    codes = pd.DataFrame(
        {"old_id": ["220001"], "new_id": ["220009"], "from_date": ["2023-09-01"], "kind": ["merge"]}
    )
    named = source({"school_id": "220001", "year": 2022, "name": "Школа"})
    schools = build(
        [pd.DataFrame(), named], [2022, 2023, 2024], last_years(TABLES["crosswalk"].conform(codes))
    )
    assert schools["year"].tolist() == [2022, 2023]


@pytest.mark.parametrize(
    ("series", "year", "held"),
    [
        ("oge-ma", 2020, "no"),
        ("ege-ma-base", 2020, "no"),
        ("ege-ma-base", 2021, "no"),
        ("ege-ma-base", 2022, "yes"),
        ("vpr-ma-5", 2022, "partial"),
        ("vpr-ru-6", 2020, "yes"),
    ],
)
def test_calendar_of_cancelled_and_moved_procedures(series: str, year: int, held: str) -> None:
    rows = builtin().set_index(["series", "year"])
    assert rows.loc[(series, year), "held"] == held


def test_years_that_may_be_compared() -> None:
    group = builtin().set_index(["series", "year"])["comparability_group"]
    assert group["vpr-ma-5", 2021] == group["vpr-ma-5", 2024]
    assert len({group["vpr-ma-5", year] for year in (2020, 2021, 2022, 2025)}) == 4
    assert group["vpr-ma-5", 2025] == group["vpr-ma-5", 2026]


def test_the_calendar_has_a_reason_in_every_row_and_all_series() -> None:
    rows = builtin()
    assert rows["note"].notna().all()
    assert set(rows["year"]) == set(range(2018, 2027))
    assert rows.groupby("series").size().eq(9).all()


def results(*pairs: tuple[str, int]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["series", "year"]).astype({"year": "Int64", "series": "str"})


def test_a_year_beyond_the_calendar_is_taken_as_held() -> None:
    table, findings = calendar(pd.DataFrame(), results(("vpr-ma-5", 2027), ("vpr-bi-6", 2020)))
    rows = table.set_index(["series", "year"])
    assert rows.loc[("vpr-ma-5", 2027), ["held", "comparability_group"]].tolist() == ["yes", "vpr-2025"]
    assert rows.loc[("vpr-bi-6", 2020), "comparability_group"] == "vpr-autumn-2020"
    assert [item.check for item in findings] == ["not_in_calendar"] * 2


def test_regional_rows_override() -> None:
    own = TABLES["procedures"].conform(
        pd.DataFrame({"series": ["oge-ma"], "year": [2025], "held": ["yes"], "min_pass": [6.0]})
    )
    row = calendar(own, results())[0].set_index(["series", "year"]).loc[("oge-ma", 2025)]
    assert row["min_pass"] == 6
    assert row["comparability_group"] == "oge-ma-2021"
