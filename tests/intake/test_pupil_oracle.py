"""The fast count against plain Python that a person can read, on files made at random."""

import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from shnor_lib.data.intake.pupils import block, judge
from tests.intake import pupils
from tests.intake.conftest import Box

VPR = [
    ("vpr-ma-5", 2021, "Математика 5", (7, 11, 15, 20)),
    ("vpr-ru-6", 2022, "Русский язык 6", (25, 35, 45, 51)),
]


def by_scale(total: int, bounds: Sequence[int]) -> int:
    return 2 + sum(total >= bound for bound in bounds[:3])


def plain(rows: Sequence[tuple[str, str, Any]], bounds: Sequence[int]) -> dict[str, tuple[Any, ...]]:
    """School → participants, failed, n2 … n5 by R1–R5, one pupil after another."""
    schools: dict[str, list[int]] = defaultdict(list)
    impossible: dict[str, set[tuple[str, int]]] = defaultdict(set)
    known: set[tuple[str, str]] = set()
    for school, code, total in rows:
        if total == "":
            continue
        if total > bounds[3]:
            impossible[school].add((code, total))
        elif (school, code) not in known:
            known.add((school, code))
            schools[school].append(by_scale(total, bounds))
    found: dict[str, tuple[Any, ...]] = {}
    for school, marks in schools.items():
        n, bad = len(marks), len(impossible[school])
        counts: list[Any] = [marks.count(2), *(marks.count(mark) for mark in (2, 3, 4, 5))]
        if 100 * bad > 5 * (n + bad):
            counts = [None] * 5
        found[school] = (n, *counts)
    return found


def counted(box: Box) -> dict[tuple[str, str], tuple[Any, ...]]:
    names = ["participants", "failed", "n2", "n3", "n4", "n5"]
    table = box.ingest().snapshot.table("results").astype(dict.fromkeys(names, object))
    return {
        (row["series"], row["school_id"]): tuple(None if pd.isna(row[name]) else row[name] for name in names)
        for row in table.to_dict("records")
    }


def make(chance: random.Random, most: int) -> list[tuple[str, str, Any]]:
    rows: list[tuple[str, str, Any]] = []
    for school in range(1, chance.randint(4, 12)):
        for who in range(chance.randint(1, 60)):
            total: Any = chance.randint(0, most)
            if chance.random() < 0.08:
                total = ""
            elif chance.random() < 0.03:
                total = most + chance.randint(1, 40)
            rows.append((f"22{school:04d}", f"k{who}", total))
            if chance.random() < 0.04:
                rows.append(rows[-1] if chance.random() < 0.5 else (*rows[-1][:2], chance.randint(0, most)))
    chance.shuffle(rows)
    return rows


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("in_parts", [False, True], ids=["held", "in parts"])
def test_vpr(box: Box, monkeypatch: pytest.MonkeyPatch, seed: int, in_parts: bool) -> None:
    if in_parts:  # as with a file larger than memory
        monkeypatch.setattr(block, "HELD_SIZE", 0)
        monkeypatch.setattr(block, "PART_SIZE", 1 << 12)
        monkeypatch.setattr("shnor_lib.data.intake.pupils.source.BLOCK", 1 << 12)
    chance = random.Random(seed)  # noqa: S311 — test data, not secrets
    expected: dict[tuple[str, str], tuple[Any, ...]] = {}
    notes = [["file", "year", "exam", "subject", "grade"]]
    for series, year, work, bounds in VPR:
        rows = make(chance, bounds[3])
        body = []
        for school, code, total in rows:
            body.append(pupils.vpr_2021(f"sch{school}", 0, total))
            body[-1][3] = code
        box.csv(f"{series}.csv", [pupils.VPR_2021, *body], chance.choice(["utf-8", "cp1251"]), ";")
        notes.append([f"{series}.csv", str(year), "ВПР", *work.rsplit(" ", 1)])
        expected |= {(series, school): cell for school, cell in plain(rows, bounds).items()}
    box.csv("files.csv", notes)
    assert counted(box) == expected


def test_memory_is_bounded_by_the_setting() -> None:
    with judge.connect() as connection:
        (limit,) = connection.execute("select current_setting('memory_limit')").fetchall()[0]
    assert limit == "1.1 GiB"
