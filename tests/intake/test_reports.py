"""Reports of the ФИС ОКО beside «Статистика по отметкам»: distributions, the journal, tasks."""

import random
from collections.abc import Callable

import pandas as pd
import pytest

from shnor_lib.data.intake.task_names import pupil_task, task_name
from tests.intake import reports
from tests.intake.conftest import Box, Rows

pytestmark = pytest.mark.rule("R8", "counts rebuilt from printed per cents")

SCHOOLS = {"edu220001": [0, 1, 3, 4, 0, 2], "edu220002": [1, 0, 0, 10, 21, 5]}


def write(box: Box, rows: Rows, kind: str = "xlsx") -> None:
    if kind == "xlsx":
        box.xlsx("любое имя.xlsx", rows)
    else:
        box.csv("любое имя.csv", rows, "cp1251", ";")


def table(box: Box, name: str) -> pd.DataFrame:
    return box.ingest().snapshot.table(name)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_distribution_gives_a_count_for_every_score(box: Box, kind: str) -> None:
    write(box, reports.distribution(SCHOOLS), kind)
    result = box.ingest()
    found = result.snapshot.table("score_distribution")
    counts = found.pivot_table(index="school_id", columns="score", values="count")
    assert counts.to_numpy().tolist() == list(SCHOOLS.values())
    assert (found["count_low"] == found["count_high"]).all()
    assert found.groupby("school_id")["base"].first().tolist() == [10, 37]
    assert set(found["series"]) == {"vpr-ma-5"}
    assert set(found["year"]) == {2023}
    school = result.snapshot.table("schools").set_index("school_id").loc["220001"]
    assert (school["municipality_id"], school["municipality"]) == ("reg22_m001", "Алейский район")
    assert set(result.findings["severity"]) <= {"info"}
    assert found["source"].iloc[0].endswith("| 9")


@pytest.mark.parametrize(("seed", "digits"), [(1, 2), (2, 1), (3, 0)])
def test_bounds_hold_the_true_counts_whatever_the_precision(box: Box, seed: int, digits: int) -> None:
    chance = random.Random(seed)  # noqa: S311 — test data, not secrets
    schools = {
        f"edu22{number:04d}": [chance.choice([0, 0, chance.randint(0, 30)]) for _ in range(20)] + [1]
        for number in range(1, 60)
    }
    write(box, reports.distribution(schools, digits))
    found = table(box, "score_distribution").set_index(["school_id", "score"])
    true = pd.Series(
        {(login[3:], score): count for login, row in schools.items() for score, count in enumerate(row)}
    )
    true = true.reindex(found.index)
    assert len(found) == 59 * 21 - 21 * _not_closing(schools, digits)
    assert ((found["count_low"] <= true) & (true <= found["count_high"])).all()
    known = found["count"].notna()
    assert (found.loc[known, "count"] == true[known]).all()
    assert known.mean() > (0.999 if digits == 2 else 0.1)


def _not_closing(schools: dict[str, list[int]], digits: int) -> int:
    """Schools whose rounded per cents miss 100 by more than rounding explains: none."""
    tolerance = max(0.2, 21 * 0.5 * 10.0**-digits)
    totals = [
        sum(float(reports.share(count, sum(row), digits).replace(",", ".")) for count in row)
        for row in schools.values()
    ]
    return sum(abs(total - 100) > tolerance + 1e-9 for total in totals)


def test_distribution_in_persons_is_told_from_per_cents(box: Box) -> None:
    rows = reports.distribution(SCHOOLS)
    plain = [
        *rows[:-2],
        *[[row[0], 1, sum(c), *c] for row, c in zip(rows[-2:], SCHOOLS.values(), strict=True)],
    ]
    write(box, plain)
    found = table(box, "score_distribution")
    counts = found.pivot_table(index="school_id", columns="score", values="count")
    assert counts.to_numpy().tolist() == list(SCHOOLS.values())


def test_a_blank_score_is_nought_where_the_others_make_up_the_whole(box: Box) -> None:
    rows = reports.distribution({"edu220001": SCHOOLS["edu220001"]})
    rows[-1] = [None if cell == "0,00" else cell for cell in rows[-1]]
    write(box, rows)
    assert table(box, "score_distribution")["count"].tolist() == SCHOOLS["edu220001"]


def test_works_of_several_sizes_on_one_sheet(box: Box) -> None:
    longer = reports.distribution({"edu220001": [1, 2, 3, 4, 5, 6, 7, 8]}, subject="Русский язык")
    write(box, [*reports.distribution(SCHOOLS), [], *longer])
    sizes = table(box, "score_distribution").groupby(["series", "school_id"])["score"].max()
    assert sizes.to_dict() == {
        ("vpr-ma-5", "220001"): 5,
        ("vpr-ma-5", "220002"): 5,
        ("vpr-ru-5", "220001"): 7,
    }


JOURNAL = {"edu220001": [3, 12, 5], "edu220002": [0, 7, 1]}
COUNTS = ["participants", "lowered", "confirmed", "raised"]
EXPECTED = [[20, 3, 12, 5], [8, 0, 7, 1]]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("with_counts", [True, False], ids=["counts", "per cents"])
def test_comparison_with_the_journal_in_rows(box: Box, kind: str, with_counts: bool) -> None:
    write(box, reports.journal_rows(JOURNAL, with_counts), kind)
    result = box.ingest()
    found = result.snapshot.table("journal_comparison")
    assert found["school_id"].tolist() == ["220001", "220002"]
    assert found[COUNTS].to_numpy().tolist() == EXPECTED
    assert (found["lowered_low"] == found["lowered_high"]).all()
    assert found["source"].iloc[0].endswith("| 16")
    assert set(result.findings["severity"]) <= {"info"}


def _both(counts: list[int]) -> list[object]:
    total = sum(counts)
    return [total, *(cell for count in counts for cell in (count, reports.share(count, total)))]


def test_comparison_with_the_journal_in_columns(box: Box) -> None:
    write(box, reports.journal_columns({login: _both(row) for login, row in JOURNAL.items()}))
    assert table(box, "journal_comparison")[COUNTS].to_numpy().tolist() == EXPECTED


def test_comparison_with_the_journal_in_columns_of_per_cents(box: Box) -> None:
    rows = {
        login: [sum(row), *(reports.share(count, sum(row)) for count in row)]
        for login, row in JOURNAL.items()
    }
    write(box, reports.journal_columns(rows, both=False))
    assert table(box, "journal_comparison")[COUNTS].to_numpy().tolist() == EXPECTED


def test_participants_without_a_mark_in_the_journal_do_not_count(box: Box) -> None:
    write(box, reports.journal_columns({"edu220001": [25, 3, "15,00", 12, "60,00", 5, "25,00"]}))
    result = box.ingest()
    assert result.snapshot.table("journal_comparison")[COUNTS].to_numpy().tolist() == [[20, 3, 12, 5]]
    assert "journal_marks_missing" in set(result.findings["check"])


TASK_SCHOOLS = {"edu220001": (20, (15, 21, 33)), "edu220002": (7, (0, 14, 5))}


@pytest.mark.parametrize(
    "rows",
    [
        reports.task_columns(TASK_SCHOOLS),
        reports.task_columns(TASK_SCHOOLS, maxima="row"),
        reports.task_rows(TASK_SCHOOLS),
    ],
    ids=["columns", "columns with a row of maxima", "rows"],
)
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_tasks_give_points(box: Box, rows: Rows, kind: str) -> None:
    write(box, rows, kind)
    result = box.ingest()
    found = result.snapshot.table("task_results")
    points = found.pivot_table(index="school_id", columns="task", values="points")[list(reports.TASKS)]
    assert points.to_numpy().tolist() == [[15, 21, 33], [0, 14, 5]]
    assert (found["points_low"] == found["points_high"]).all()
    assert dict(zip(found["task"], found["max_score"], strict=True)) == reports.TASKS
    assert found.groupby("school_id")["participants"].first().tolist() == [20, 7]
    assert found.set_index(["school_id", "task"])["percent"][("220001", "2.1")] == 52.5
    assert set(result.findings["severity"]) <= {"info"}


def test_tasks_in_rows_keep_their_words(box: Box) -> None:
    write(box, reports.task_rows(TASK_SCHOOLS))
    first = table(box, "task_results").query("school_id == '220001'").set_index("task")
    assert first["level"].to_dict() == {"1": "base", "2.1": "advanced", "11К1": "high"}
    assert first.loc["2.1", "title"] == "Умение 2.1"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("1", ("1", None)),
        (3.1, ("3.1", None)),
        ("5(1) (1б)", ("5(1)", 1)),
        ("11.1 (2 балла)", ("11.1", 2)),
        ("1K1", ("1К1", None)),
        ("Задание 7", ("7", None)),
        ("№ 12", ("12", None)),
        ("У2", ("У2", None)),
        ("Вариант", None),
        ("Понизили", None),
        (None, None),
    ],
)
def test_numbers_of_tasks_are_read_in_their_spellings(words: str, expected: object) -> None:
    assert task_name(words) == expected


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("a-3-grade", ("3", None)),
        ("a-5-1-grade", ("5.1", None)),
        ("балл за 7", ("7", None)),
        ("11.1 (2б)", ("11.1", 2)),
        ("5(1) (1б)", ("5(1)", 1)),
        ("7", None),
        ("Вариант (1б)", None),
    ],
)
def test_points_of_pupils_say_that_they_are(heading: str, expected: object) -> None:
    assert pupil_task(heading) == expected


def test_the_three_reports_are_not_taken_for_one_another(box: Box) -> None:
    box.xlsx("a.xlsx", reports.distribution(SCHOOLS))
    box.xlsx("b.xlsx", reports.journal_rows(JOURNAL))
    box.xlsx("c.xlsx", reports.task_columns(TASK_SCHOOLS))
    readers = [item.readers for item in box.ingest().inputs]
    assert readers == [("score_distribution",), ("journal_comparison",), ("task_results",)]


Spoil = Callable[[], Rows]


def spoilt(rows: Rows, at: tuple[int, int], value: object) -> Rows:
    made = [list(row) for row in rows]
    made[at[0]][at[1]] = value
    return made


ONE = {"edu220001": [0, 1, 3, 4, 0, 2]}
FAULTS: dict[str, tuple[Rows, tuple[object, str, str]]] = {
    "percent_not_closing": (
        spoilt(reports.distribution(SCHOOLS), (-1, 6), "47,03"),
        (10, "0, 1, 2, 3, 4, 5", "220002"),
    ),
    "percent_outside": (spoilt(reports.distribution(SCHOOLS), (-1, 6), "127,03"), (10, "3", "220002")),
    "cell_look_alike": (spoilt(reports.distribution(SCHOOLS), (-1, 6), "27,о3"), (10, "3", "220002")),
    "no_participants": (
        spoilt(reports.distribution(SCHOOLS), (-1, 2), None),
        (10, "Кол-во участников", "220002"),
    ),
    "doubled_rows": ([*reports.distribution(SCHOOLS), reports.distribution(SCHOOLS)[-1]], (11, "", "220002")),
    "percent_not_rebuilt": (
        spoilt(reports.task_columns(TASK_SCHOOLS), (-1, 4), "97,77"),
        (10, "2.1 (2б)", "220002"),
    ),
    "journal_sum": (
        spoilt(reports.journal_columns({k: _both(v) for k, v in JOURNAL.items()}), (-1, 4), 70),
        (9, "Понизили, Подтвердили, Повысили", "220002"),
    ),
    "percent_against_count": (
        spoilt(reports.journal_columns({k: _both(v) for k, v in JOURNAL.items()}), (-1, 5), "77,50"),
        (9, "Понизили, Подтвердили, Повысили", "220002"),
    ),
    "no_task_maximum": (
        spoilt(reports.task_columns(TASK_SCHOOLS, maxima="row"), (5, 4), None),
        (None, "2.1", ""),
    ),
    "task_percent_missing": (
        spoilt(reports.task_columns(TASK_SCHOOLS), (-1, 4), None),
        (10, "2.1 (2б)", "220002"),
    ),
    "unknown_subject": (spoilt(reports.distribution(SCHOOLS), (1, 1), "Алхимия"), (None, "", "")),
    "no_year_or_grade": (reports.distribution(SCHOOLS)[1:], (None, "", "")),
    "no_schools": (reports.distribution(SCHOOLS)[:8], (None, "", "")),
}


@pytest.mark.parametrize("check", FAULTS)
def test_a_fault_is_named_at_its_cell_and_the_rest_goes_on(box: Box, check: str) -> None:
    rows, place = FAULTS[check]
    box.xlsx("a.xlsx", reports.journal_rows({"edu220009": [1, 2, 3]}))
    box.xlsx("плохой.xlsx", rows)
    result = box.ingest()
    found = result.findings[(result.findings["check"] == check) & (result.findings["file"] == "плохой.xlsx")]
    assert len(found) == 1
    row = found.iloc[0]
    assert (None if pd.isna(row["row"]) else row["row"], row["column"], row["school_id"]) == place
    assert row["message"]
    assert row["action"]
    told = result.findings[result.findings["file"] == "плохой.xlsx"]
    assert set(told.loc[told["severity"] != "info", "check"]) <= {check}
    assert "220009" in set(result.snapshot.table("journal_comparison")["school_id"])


def test_a_row_that_is_not_taken_leaves_the_others(box: Box) -> None:
    box.xlsx("a.xlsx", FAULTS["percent_not_closing"][0])
    assert set(table(box, "score_distribution")["school_id"]) == {"220001"}


def test_bounds_stand_where_points_cannot_be_rebuilt(box: Box) -> None:
    box.xlsx("a.xlsx", FAULTS["percent_not_rebuilt"][0])
    row = table(box, "task_results").set_index(["school_id", "task"]).loc[("220002", "2.1")]
    assert pd.isna(row["points"])
    assert (row["points_low"], row["points_high"]) == (13, 14)


def test_without_a_highest_score_the_per_cent_stays(box: Box) -> None:
    box.xlsx("a.xlsx", FAULTS["no_task_maximum"][0])
    row = table(box, "task_results").set_index(["school_id", "task"]).loc[("220001", "2.1")]
    assert row["percent"] == 52.5
    assert row[["max_score", "points", "points_low"]].isna().all()
