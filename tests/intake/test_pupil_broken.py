"""Pupil-level files whose headings or rows are broken: the rest goes on, and nobody is named anywhere."""

from collections.abc import Iterator

import pytest

from tests.intake import pupils
from tests.intake.conftest import Box
from tests.intake.test_pupil_privacy import everything

Row = list[object]
_PEOPLE = range(4)


def _f1() -> tuple[list[Row], list[Row]]:
    return [list(row) for row in pupils.f1_titles()], [pupils.f1("edu220001", who, 9, 3) for who in _PEOPLE]


def _protocol() -> tuple[list[Row], list[Row]]:
    head: list[Row] = [["01 - Русский язык 2026.06.09"], list(pupils.PROTOCOL)]
    return head, [pupils.protocol("220001", who, 20, 3) for who in _PEOPLE]


def _ege() -> tuple[list[Row], list[Row]]:
    head: list[Row] = [["ЕГЭ Русский язык 2026.06.02"], list(pupils.EGE)]
    return head, [pupils.ege("220001", who, 40) for who in _PEOPLE]


def _rcoi() -> tuple[list[Row], list[Row]]:
    return [list(pupils.RCOI)], [pupils.rcoi("220001", who, 9, 3) for who in _PEOPLE]


def _vpr_2020() -> tuple[list[Row], list[Row]]:
    return [list(pupils.VPR_2020)], [pupils.vpr_2020("sch220001", who, 9) for who in _PEOPLE]


def _vpr_2021() -> tuple[list[Row], list[Row]]:
    return [list(pupils.VPR_2021)], [pupils.vpr_2021("sch220001", who, 9) for who in _PEOPLE]


def _vpr_2022() -> tuple[list[Row], list[Row]]:
    return [list(pupils.VPR_2022)], [pupils.vpr_2022("edu220001", who, 9) for who in _PEOPLE]


LAYOUTS = {
    "f1": _f1,
    "protocol": _protocol,
    "ege": _ege,
    "rcoi": _rcoi,
    "vpr_2020": _vpr_2020,
    "vpr_2021": _vpr_2021,
    "vpr_2022": _vpr_2022,
}


def broken(head: list[Row], rows: list[Row]) -> Iterator[tuple[str, list[Row]]]:
    """The same file with one thing wrong at a time."""
    names = head[-1]
    yield "no heading", [*head[:-1], *rows]
    yield "heading of numbers", [*head[:-1], list(range(len(names))), *rows]
    yield "heading is a pupil", [*head[:-1], rows[0], *rows]
    yield "half a heading", [*head[:-1], names[: len(names) // 2], *rows]
    yield "heading below", [*head[:-1], *rows, names]
    yield "rows cut", [*head, *[row[: len(row) // 2] for row in rows]]
    yield "rows moved right", [*head, *[["", *row] for row in rows]]
    yield "rows moved left", [*head, *[row[1:] for row in rows]]
    yield "rows turned", [*head, *[row[::-1] for row in rows]]
    yield "persons everywhere", [*head, *[[pupils.SURNAMES[0]] * len(row) for row in rows]]
    for at, name in enumerate(names):
        if name:
            yield f"without {at}", [*head[:-1], [*names[:at], "", *names[at + 1 :]], *rows]
            yield f"strange {at}", [*head[:-1], [*names[:at], f"Поле {at}", *names[at + 1 :]], *rows]
            yield f"person in {at}", [*head, *[[*row[:at], "Секретов", *row[at + 1 :]] for row in rows]]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_broken_file_of_pupils_names_nobody_and_stops_nothing(
    layout: str, box: Box, capsys: pytest.CaptureFixture[str]
) -> None:
    head, rows = LAYOUTS[layout]()
    good = [["school_id", "year", "series", "participants", "failed"], ["220009", 2025, "oge-ma", 20, 7]]
    box.csv("r.csv", good)
    written = " ".join(str(cell) for row in rows for cell in row)
    planted = {word for word in pupils.PLANTED if word in written and not word.isdigit()} | {"Секретов"}
    number = 0
    for at, (_, made) in enumerate(broken(head, rows)):
        if at % 2:
            box.csv(f"{at}.csv", made, ("utf-8", "cp1251")[at % 4 // 2] if layout != "f1" else "utf-8", ";")
        else:
            box.xlsx(f"{at}.xlsx", made)
        number += 1
    result = box.ingest()
    assert number > 20
    assert not {"reader_failed"} & set(result.findings["check"]), result.findings.to_string()
    assert "220009" in set(result.snapshot.table("results")["school_id"])
    silent = {item.file for item in result.inputs if not item.rows} - set(result.findings["file"])
    assert silent == set()
    texts = [*everything(box.project.processed), *everything(box.project.reports)]
    texts += [
        ("console", capsys.readouterr().out),
        ("findings", result.findings.to_csv()),
        ("text", result.text),
    ]
    leaks = {(word, place) for place, text in texts for word in planted if word in text}
    assert leaks == set(), leaks
