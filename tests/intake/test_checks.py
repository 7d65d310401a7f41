"""Each check has one bad example that only this check rejects or reports."""

from collections.abc import Callable

import pytest

from shnor_lib.data.schemas import TABLES
from shnor_lib.data.screening import catalogue
from tests.intake.conftest import Box, statistics
from tests.intake.test_readers import LONG_HEAD, SCHOOL

RESULTS = ["school_id", "year", "series", "participants", "failed", "n2", "n3", "n4", "n5"]
PASSPORT = [
    "Логин",
    "Год",
    "Всего обучающихся",
    "Многодетные",
    "Малообеспеченные",
    "Неполные семьи",
    "Полные семьи",
]
REGISTER = [["school_id", "year", "name", "municipality"], ["220001", 2025, "Школа", "Алейский район"]]


def results(*rows: list[object]) -> Callable[[Box], None]:
    def fill(box: Box) -> None:
        box.csv("r.csv", [RESULTS, *rows])
        box.csv("s.csv", REGISTER)

    return fill


def passport(*rows: list[object]) -> Callable[[Box], None]:
    def fill(box: Box) -> None:
        box.xlsx("p.xlsx", [PASSPORT, *rows])
        box.csv("s.csv", REGISTER)

    return fill


def sheet(*rows: list[object]) -> Callable[[Box], None]:
    return lambda box: void(box.xlsx("a.xlsx", statistics(*rows)))


def void(_: object) -> None:
    return None


def marks(*rows: list[object]) -> Callable[[Box], None]:
    """Results of schools that all stand in the register."""

    def fill(box: Box) -> None:
        box.csv("r.csv", [RESULTS, *rows])
        codes = sorted({str(row[0]) for row in rows})
        years = sorted({int(str(row[1])) for row in rows})
        places = [[code, year, f"Школа {code}", "Алейский район"] for code in codes for year in years]
        box.csv("s.csv", [REGISTER[0], *places])

    return fill


def block(year: int, series: str, *counts: int, shift: int = 0) -> list[list[object]]:
    """Ten schools, each with marks of its own, `counts` and a little more."""
    made: list[list[object]] = []
    for at in range(10):
        two, three, four, five = (count + (at + shift) % 7 * (count > 3) for count in counts)
        made.append([f"2200{at:02d}", year, series, two + three + four + five, two, two, three, four, five])
    return made


def silent(box: Box) -> None:
    box.csv("r.csv", [RESULTS, GOOD])
    box.csv("s.csv", [*REGISTER, ["220002", 2025, "Школа", "Рубцовский район"]])


def parallel(pupils: int) -> Callable[[Box], None]:
    """A school of whose fifth grade 20 wrote, and a form that says how many pupils it has."""

    def fill(box: Box) -> None:
        results(["220001", 2025, "vpr-ma-5", 20, 5, 5, 5, 5, 5])(box)
        head = ["school_id", "year", "indicator", "value"]
        box.csv("context.csv", [head, ["220001", 2025, "pupils_grade_5", pupils]])

    return fill


TWINS = [
    [code, 2025, series, 20, 5, 5, 5, 5, 5]
    for code in ("220001", "220002")
    for series in ("vpr-ma-5", "vpr-ru-5", "oge-ma")
]
OGE = ["220001", 2025, "oge-ma"]
GOOD = [*OGE, 20, 5, 5, 5, 5, 5]
CASES: dict[str, Callable[[Box], None]] = {
    "failed_over_participants": results([*OGE, 20, 21]),
    "marks_sum": results([*OGE, 20, 5, 5, 5, 5, 6]),
    "conflicting_rows": results(GOOD, [*OGE, 20, 6, 6, 5, 5, 4]),
    "doubled_rows": results(GOOD, GOOD),
    "out_of_calendar": results(["220001", 2020, "oge-ma", 20, 5]),
    "unmatched_code": results(GOOD, ["220999", 2025, "oge-ma", 20, 5]),
    "sudden_break": results(GOOD, ["220001", 2024, "oge-ma", 80, 5]),
    "unknown_series": results(GOOD, ["220001", 2025, "oge-xx", 20, 5]),
    "no_participants": results(GOOD, ["220001", 2024, "oge-ma", None, 5]),
    "no_failed": results([*OGE, 20]),
    "no_login": results(GOOD, ["школа", 2025, "oge-ma", 20, 5]),
    "no_year": results(GOOD, ["220001", "давно", "oge-ma", 20, 5]),
    "cell_unit": results([*OGE, "20", "5", "5 чел.", 5, 5, 5]),
    "cell_look_alike": results([*OGE, 20, 5, "1О", 5, 5, 5]),
    "cell_dash": results([*OGE, 20, 5, "—", 5, 5, 5]),
    "cell_word_no": results([*OGE, 20, 5, "нет", 5, 5, 5]),
    "cell_not_a_number": results([*OGE, 20, 5, "мало", 5, 5, 5]),
    "cell_not_whole": results([*OGE, 20, 5, "5,5", 5, 5, 5]),
    "cell_negative": results([*OGE, 20, 5, -5, 5, 5, 5]),
    "percent_not_closing": sheet(SCHOOL, ["sch220002 | Ш", None, 8, "12,50", "37,50", "37,50", "13,50"]),
    "percent_not_rebuilt": sheet(SCHOOL, ["sch220002 | Ш", None, 8, "12,60", "37,40", "37,50", "12,50"]),
    "percent_missing": sheet(SCHOOL, ["sch220002 | Ш", None, 8, "12,50", "37,50", "37,50", None]),
    "count_over_pupils": passport(["edu220001", 2025, 100, 101, 5, 5, 5]),
    "exclusive_over_pupils": passport(["edu220001", 2025, 100, 10, 5, 60, 60]),
    "all_zero_passport": passport(["edu220001", 2025, 100, 0, 0, 0, 0]),
    "sudden_change": passport(["edu220001", 2025, 100, 10, 5, 5, 5], ["edu220001", 2024, 100, 60, 5, 5, 5]),
    "copied_rows": marks(*TWINS),
    "marks_reversed": marks(*block(2025, "vpr-ma-5", 20, 9, 5, 1)),
    "repeated_year": marks(*block(2024, "vpr-ma-5", 3, 9, 9, 5), *block(2025, "vpr-ma-5", 3, 9, 9, 5)),
    "municipality_missing": silent,
    "participants_over_pupils": parallel(17),
    "missing_columns": results(GOOD),
    "no_municipality": lambda box: void(
        box.csv("s.csv", [["school_id", "year", "name"], ["220001", 2025, "Школа"]])
    ),
}


@pytest.mark.parametrize("check", CASES)
def test_only_this_check_speaks(box: Box, check: str) -> None:
    CASES[check](box)
    if check == "missing_columns":
        box.csv("x.csv", [["Логин", "Год", "Показатель"], ["220001", 2025, "mentoring"]])
    assert set(box.checks()) == {check}


NEARLY: dict[str, Callable[[Box], None]] = {
    "two series alike": marks(*(row for row in TWINS if row[2] != "oge-ma")),
    "three series of small groups": marks(*([*row[:3], 4, 1, 1, 1, 1, 1] for row in TWINS)),
    "many twos and some fives": marks(*block(2025, "vpr-ma-5", 20, 9, 5, 4)),
    "much the same two years": marks(
        *block(2024, "vpr-ma-5", 3, 9, 9, 5), *block(2025, "vpr-ma-5", 3, 9, 9, 5, shift=1)
    ),
    "two more than the form says": parallel(19),
}


@pytest.mark.parametrize("case", NEARLY)
def test_what_is_merely_unusual_is_passed(box: Box, case: str) -> None:
    NEARLY[case](box)
    assert not box.checks()


def test_every_check_has_a_row_of_result(box: Box) -> None:
    results(GOOD, [*OGE[:1], 2024, "oge-ma", 20, 21])(box)
    found = box.ingest()
    rows = catalogue.outcomes(found.findings, {name: found.snapshot.table(name) for name in TABLES})
    assert rows["check"].tolist() == list(catalogue.CHECKS)
    result = rows.set_index("check")["result"]
    assert result["failed_over_participants"] == "failure"
    assert result["doubled_rows"] == "passed"
    assert result["count_over_pupils"] == "not_run"


def test_clean_files_give_no_warning(box: Box) -> None:
    results(GOOD)(box)
    passport(["edu220001", 2025, 100, 10, 5, 5, 5])(box)
    assert not box.checks()


def test_impossible_rows_are_quarantined_and_doubled_rows_kept_once(box: Box) -> None:
    results(GOOD, GOOD, ["220001", 2024, "oge-ma", 20, 21], ["220001", 2023, "oge-ma", 20, 5, 5, 5, 5, 6])(
        box
    )
    kept = box.ingest().snapshot.table("results")
    assert kept[["year", "failed"]].to_numpy().tolist() == [[2025, 5]]


def test_conflicting_results_are_not_chosen_between(box: Box) -> None:
    results([*OGE, 20, 5], [*OGE, 20, 6], ["220001", 2024, "oge-ma", 20, 5])(box)
    assert box.ingest().snapshot.table("results")["year"].tolist() == [2024]


def test_place_of_a_finding_is_that_of_excel(box: Box) -> None:
    results(GOOD, ["220001", 2024, "oge-ma", 20, "5 чел."])(box)
    found = box.ingest().findings
    fault = found[found["check"] == "cell_unit"].iloc[0]
    assert (fault["file"], fault["row"], fault["column"], fault["value"]) == ("r.csv", 3, "failed", "5 чел.")
    assert (fault["school_id"], fault["municipality"]) == ("220001", "Алейский район")


def test_foreign_login_leaves_all_tables(box: Box) -> None:
    own = [["220%03d" % at, 2025, "oge-ma", 20, 5] for at in range(1, 15)]  # noqa: UP031
    box.csv("r.csv", [RESULTS, *own, ["526312", 2025, "oge-ma", 20, 5]])
    names = [[row[0], 2025, "Школа", "Алейский район"] for row in own]
    box.csv("s.csv", [REGISTER[0], *names, ["526312", 2025, "Школа", "Чужой район"]])
    result = box.ingest()
    assert "526312" not in set(result.snapshot.table("results")["school_id"])
    assert "526312" not in set(result.snapshot.table("schools")["school_id"])
    foreign = result.findings[result.findings["check"] == "foreign_login"]
    assert foreign[["file", "row"]].to_numpy().tolist() == [["r.csv", 16], ["s.csv", 16]]


def test_schools_outside_the_method_stay_visible(box: Box) -> None:
    rows = [["ksh220003 | Коррекционная", *SCHOOL[1:]], ["spo220004 | Техникум", *SCHOOL[1:]]]
    box.xlsx("a.xlsx", statistics(SCHOOL, *rows))
    schools = box.ingest().snapshot.table("schools").set_index("school_id")
    assert schools["in_scope"].to_dict() == {"220001": True, "220003": False, "220004": False}


def test_spellings_of_a_municipality_are_one(box: Box) -> None:
    start = [2023, 6, "Математика"]
    names = ["город Алейск", "г. Алейск", "г.\u00a0Алейск", "город Алейск"]
    rows = [[*start, name, f"edu22000{at}", "Школа", 20, 5, 5, 5, 5] for at, name in enumerate(names)]
    box.xlsx("a.xlsx", [LONG_HEAD, *rows])
    result = box.ingest()
    schools = result.snapshot.table("schools")
    assert schools["municipality"].unique().tolist() == ["город Алейск"]
    assert schools["municipality_id"].nunique() == 1
    assert {"nbsp", "municipality_spelling"} <= set(result.findings["check"])


@pytest.mark.parametrize("written", ["31.02.2026", "2026-02-30", "29.02.2025", "04/13/2026", "2026-13-01"])
def test_a_day_that_does_not_exist_is_said_and_stops_nothing(box: Box, written: str) -> None:
    results(GOOD)(box)
    head = ["school_id", "wave", "code", "value"]
    box.csv("d.csv", [head, ["220001", written, "1.1", 50], ["220001", "15.09.2025", "1.2", 50]])
    found = box.ingest()
    fault = found.findings[found.findings["check"] == "no_wave"].iloc[0]
    assert (fault["file"], fault["row"], fault["column"], fault["value"]) == ("d.csv", 2, "wave", written)
    assert found.snapshot.table("deficits")["code"].tolist() == ["1.2"]


PLAN = ["municipality_id", "item", "activity", "codes", "date_from", "date_to"]
SHARE = ["school_id", "year", "indicator", "count", "base"]
AUDIT = ["school_id", "wave", "code"]
SUPPORT: dict[str, tuple[list[str], list[object], bool]] = {
    "count_over_base": (SHARE, ["220001", 2025, "mentoring", 200, 100], False),
    "dates_reversed": (PLAN, ["reg22_m001", "1", "Семинар", "4.1", "2026-02-01", "2020-01-01"], True),
    "no_activity": (PLAN, ["reg22_m001", "1", None, "4.1", "2026-02-01", "2026-03"], True),
    "odd_code": (AUDIT, ["220001", "2025-09-15", "2026-01-01"], True),
}


@pytest.mark.parametrize("check", SUPPORT)
def test_what_cannot_be_true_of_support_is_said(box: Box, check: str) -> None:
    results(GOOD)(box)
    head, row, stays = SUPPORT[check]
    box.csv("support.csv", [head, row])
    found = box.ingest()
    fault = found.findings[found.findings["check"] == check].iloc[0]
    assert (fault["file"], fault["row"]) == ("support.csv", 2)
    table = {"mentoring": "prevention"}.get(str(row[2]), "roadmap" if head is PLAN else "deficits")
    assert len(found.snapshot.table(table)) == int(stays)


def test_plausible_plans_and_codes_pass(box: Box) -> None:
    results(GOOD)(box)
    box.csv("plan.csv", [PLAN, ["reg22_m001", "1", "Семинар", "4.1;РПШ.2", "2026-02-01", "2026-02"]])
    box.csv("share.csv", [SHARE, ["220001", 2025, "mentoring", 100, 100]])
    box.csv("audit.csv", [AUDIT, ["220001", "2025-09-15", "10.3"]])
    assert not set(SUPPORT) & set(box.checks())
