"""Distributions, the comparison with the journal and tasks, counted from single pupils in reading."""

import random
import statistics
from collections import Counter

import pytest

from shnor_lib.data.intake.pupils import block
from tests.intake import pupils
from tests.intake.conftest import Box

HEAD = [*pupils.F1[:6], "1 (2б)", "2.1 (1б)", "2.2 (3б)", *pupils.F1[-3:]]


def f1(
    login: str, who: int, points: tuple[object, ...], total: object, mark: object, journal: object
) -> list[object]:
    start = [login, "Алейский район", "Школа № 1", f"kod{who}", "5А", 1]
    return [*start, *points, total, mark, journal]


def made(chance: random.Random) -> list[list[object]]:
    rows = []
    for school in range(1, 8):
        for who in range(chance.randint(5, 40)):
            points = [chance.choice([0, most, "X", "Х"]) for most in (2, 1, 3)]
            points[chance.randint(0, 2)] = chance.choice(["", "Н/П", 1])
            total, mark = chance.randint(0, 20), chance.randint(2, 5)
            rows.append(
                f1(f"edu22000{school}", who, tuple(points), total, mark, chance.choice([2, 3, 4, 5, "", 0]))
            )
    return rows


@pytest.mark.parametrize("in_parts", [False, True], ids=["held", "in parts"])
def test_counts_are_those_of_a_person_who_counts(
    box: Box, monkeypatch: pytest.MonkeyPatch, in_parts: bool
) -> None:
    rows = made(random.Random(847))  # noqa: S311 — test data, not secrets
    if in_parts:  # as with a file larger than memory
        monkeypatch.setattr(block, "HELD_SIZE", 0)
        monkeypatch.setattr(block, "PART_SIZE", 1 << 12)
        head = [*pupils.VPR_2021[:9], "балл за 1", "балл за 2.1", "балл за 2.2"]
        body = [[r[0], 22, "", r[3], r[11], "ж", "5А", 1, r[9], *r[6:9]] for r in rows]
        box.csv("ВПР 2023 Математика 5 класс.csv", [head, *body], delimiter=";")
    else:
        box.xlsx("f1.xlsx", [*pupils.f1_titles(head=HEAD), *rows])
    snapshot = box.ingest().snapshot
    scores = snapshot.table("score_distribution")
    assert dict(
        zip(zip(scores["school_id"], scores["score"], strict=True), scores["count"], strict=True)
    ) == {
        (login, score): Counter(r[9] for r in rows if r[0] == f"edu{login}")[score]
        for login in sorted({str(r[0])[3:] for r in rows})
        for score in range(max(r[9] for r in rows) + 1)
    }
    tasks = snapshot.table("task_results").set_index(["school_id", "task"])
    for at, (task, most) in enumerate([("1", 2), ("2.1", 1), ("2.2", 3)], start=6):
        for login in {str(r[0])[3:] for r in rows}:
            said = [0 if r[at] in ("X", "Х") else r[at] for r in rows if r[0] == f"edu{login}"]
            known = [point for point in said if isinstance(point, int)]
            row = tasks.loc[(login, task)]
            assert (row["participants"], row["points"], row["points_low"]) == (
                len(known),
                sum(known),
                sum(known),
            )
            if not in_parts:
                assert row["max_score"] == most
                assert row["percent"] == pytest.approx(100 * sum(known) / (most * len(known)), abs=0.006)
    if in_parts:
        return
    journal = snapshot.table("journal_comparison").set_index("school_id")
    for login in {str(r[0])[3:] for r in rows}:
        pairs = [(r[10], r[11]) for r in rows if r[0] == f"edu{login}" and r[11] in (2, 3, 4, 5)]
        expected = [
            len(pairs),
            *(sum(test(*pair) for pair in pairs) for test in (int.__lt__, int.__eq__, int.__gt__)),
        ]
        row = journal.loc[login, ["participants", "lowered", "confirmed", "raised"]]
        assert row.tolist() == expected
        known = [(r[11], r[9]) for r in rows if r[0] == f"edu{login}" and r[11] in (2, 3, 4, 5)]
        both = journal.loc[login, ["spearman_printed", "spearman"]].tolist()
        assert both == pytest.approx(correlations(known), abs=1e-6)


def correlations(pairs: list[tuple[int, int]]) -> list[float]:
    """Spearman of journal marks and scores: by the printed formula, and of mid-ranks."""

    def ranks(values: list[int]) -> list[float]:
        return [
            sum(other < value for other in values) + (sum(other == value for other in values) + 1) / 2
            for value in values
        ]

    marks, scores = (ranks([pair[side] for pair in pairs]) for side in (0, 1))
    n = len(pairs)
    apart = sum((one - two) ** 2 for one, two in zip(marks, scores, strict=True))
    return [1 - 6 * apart / (n * (n * n - 1)), statistics.correlation(marks, scores)]


@pytest.mark.rule("§6.1", "(b) Spearman of journal mark and score; the printed formula ignores ties")
def test_the_printed_formula_and_mid_ranks_may_differ_in_sign(box: Box) -> None:
    rows = [f1("edu220001", who, (1, 1, 1), 9, 3, 3) for who in range(9)]
    rows += [f1("edu220001", 9, (1, 1, 1), 8, 3, 4)]
    rows += [f1("edu220002", who, (1, 1, 1), 9, 3, 4) for who in range(5)]
    rows += [f1("edu220003", 1, (1, 1, 1), 9, 3, 4)]
    box.xlsx("f1.xlsx", [*pupils.f1_titles(head=HEAD), *rows])
    found = box.ingest().snapshot.table("journal_comparison").set_index("school_id")
    # Mid-ranks 5 and 10 against 6 and 1: Σd² = 9·1 + 81 = 90, 1 − 6·90 / (10·99) = 0.45.
    assert found["spearman"].fillna(9).tolist() == [-1, 9, 9], "equal marks have no correlation"
    assert found["spearman_printed"].fillna(9).round(4).tolist() == [0.4545, 1, 9]


def test_a_repeated_pupil_counts_once(box: Box) -> None:
    row = f1("edu220001", 1, (2, 1, 0), 9, 3, 3)
    box.xlsx("f1.xlsx", [*pupils.f1_titles(head=HEAD), row, row, f1("edu220001", 2, (0, 1, 3), 12, 4, 5)])
    snapshot = box.ingest().snapshot
    assert snapshot.table("score_distribution")["count"].sum() == 2
    assert snapshot.table("task_results")["points"].tolist() == [2, 2, 3]
    row_of = snapshot.table("journal_comparison").iloc[0]
    assert row_of[["participants", "lowered", "confirmed", "raised"]].tolist() == [2, 1, 1, 0]
    assert row_of["source"] == "f1.xlsx | Лист1 | 9–11"


@pytest.mark.rule("R5", "more than one impossible row in twenty: not evaluated")
def test_a_school_of_impossible_rows_is_left_out(box: Box) -> None:
    good = [f1("edu220001", who, (1, 1, 1), 9, 3, 3) for who in range(5)]
    spoilt = [f1("edu220002", who, (1, 1, 1), total, 3, 3) for who, total in enumerate([9, 9, 99])]
    box.xlsx("f1.xlsx", [*pupils.f1_titles(head=HEAD), *good, *spoilt])
    snapshot = box.ingest().snapshot
    for name in ("score_distribution", "journal_comparison", "task_results"):
        assert set(snapshot.table(name)["school_id"]) == {"220001"}


def test_sheets_of_one_work_are_added_up(box: Box) -> None:
    for letter, start in (("А", 0), ("Б", 10)):
        rows = [f1("edu220001", start + who, (1, 1, "X"), 9, 3, 4) for who in range(3)]
        box.xlsx(f"5{letter}.xlsx", [*pupils.f1_titles(head=HEAD), *rows])
    snapshot = box.ingest().snapshot
    tasks = snapshot.table("task_results")
    assert tasks[["participants", "points"]].to_numpy().tolist() == [[6, 6], [6, 6], [6, 0]]
    assert snapshot.table("journal_comparison")["lowered"].tolist() == [6]
