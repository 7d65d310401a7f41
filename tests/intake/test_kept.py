"""A file that has not changed is not read again, and nobody can tell from the result."""

import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from shnor_lib import crew
from shnor_lib.data.intake import FOLDER, IngestResult, ingest, kept, one_file
from shnor_lib.data.intake.file_notes import Notes
from shnor_lib.data.intake.one_file import FileRead, Job
from shnor_lib.data.intake.packed import DamagedError, pack, unpack
from tests.intake import pupils
from tests.intake.conftest import Box, statistics

GOOD = ["sch220001 | Школа № 1", None, 20, "10,00", "40,00", "30,00", "20,00"]
BAD = ["sch220002 | Школа № 2", None, 20, "10,00", "40,00", "30,00", "40,00"]


def fill(box: Box) -> None:
    """Two reports with a fault each, two files of the same pupils, notes, a torn book."""
    box.xlsx("a.xlsx", statistics(GOOD, BAD))
    box.xlsx("b/a.xlsx", statistics(GOOD, BAD, year=2022))
    first(box)
    box.csv("02_2026.06.25.csv", [pupils.RCOI, pupils.rcoi("220001", 0, 12, 3)], "utf-8", ";")
    box.csv(
        "r.csv", [["school_id", "year", "series", "participants", "failed"], [220001, 2020, "oge-ma", 20, 9]]
    )
    notes(box)
    (box.raw / "torn.xlsx").write_bytes((box.raw / "a.xlsx").read_bytes()[:2000])
    (box.raw / "strange.csv").write_text("что;то\n1;2\n", encoding="utf-8")


def first(box: Box, mark: int = 2) -> None:
    rows = [pupils.rcoi("220001", who, 5 * mark, mark) for who in range(3)]
    box.csv("02_2026.06.05.csv", [pupils.RCOI, *rows], "utf-8", ";")


def notes(box: Box, year: int = 2026) -> None:
    rows = [[name, year, "ОГЭ", "МА", 9] for name in ("02_2026.06.05.csv", "нет такого.xlsx")]
    box.csv("files.csv", [["file", "year", "exam", "subject", "grade"], *rows])


def written(box: Box) -> dict[str, bytes]:
    """Every byte of the current snapshot and of the reports, the moment of writing left out."""
    processed = box.project.processed
    snapshot = processed / (processed / "CURRENT").read_text(encoding="utf-8").strip()
    found: dict[str, bytes] = {}
    for folder in (snapshot, box.project.reports):
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.suffix == ".xlsx":
                with zipfile.ZipFile(path) as book:
                    members = (member for member in book.namelist() if member != "docProps/core.xml")
                    found |= {f"{name}/{member}": book.read(member) for member in members}
            elif path.suffix == ".json" and path.parent == snapshot:
                told = json.loads(path.read_text(encoding="utf-8"))
                told.pop("created")
                found[name] = json.dumps(told).encode()
            elif path.suffix == ".html":
                lines = path.read_text(encoding="utf-8").splitlines()
                found[name] = "\n".join(line for line in lines if "Составлен" not in line).encode()
            elif path.is_file():
                found[name] = path.read_bytes()
    return found


@pytest.fixture
def read_files(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were read."""
    names: list[str] = []
    real = one_file.read

    def read(job: Job) -> FileRead:
        names.append(job.file)
        return real(job)

    monkeypatch.setattr(one_file, "read", read)
    return names


CHANGES: dict[str, tuple[Callable[[Box], object], list[str]]] = {
    "nothing": (lambda box: None, ["torn.xlsx"]),
    "one report": (lambda box: box.xlsx("a.xlsx", statistics(GOOD, BAD, BAD)), ["a.xlsx", "torn.xlsx"]),
    "one of two files that share pupils": (
        lambda box: first(box, 4),
        ["02_2026.06.05.csv", "torn.xlsx", "02_2026.06.25.csv"],
    ),
    "what is said of a file": (
        lambda box: notes(box, 2022),
        ["02_2026.06.05.csv", "torn.xlsx", "02_2026.06.25.csv"],
    ),
    "a file gone": (lambda box: (box.raw / "r.csv").unlink(), ["torn.xlsx"]),
    "a file renamed": (lambda box: (box.raw / "r.csv").rename(box.raw / "s.csv"), ["s.csv", "torn.xlsx"]),
    "a file healed": (
        lambda box: shutil.copy(box.raw / "b" / "a.xlsx", box.raw / "torn.xlsx"),
        ["torn.xlsx"],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_after_a_change_the_result_is_that_of_a_cold_ingest(
    make_box: Callable[[], Box], read_files: list[str], change: str
) -> None:
    box, cold = make_box(), make_box()
    fill(box)
    everything = box.ingest()
    assert everything.unchanged == 0
    read_files.clear()
    act, expected = CHANGES[change]
    act(box)
    again = box.ingest()
    assert read_files == expected
    shutil.copytree(box.raw, cold.raw, dirs_exist_ok=True)
    fresh = cold.ingest()
    assert fresh.unchanged == 0
    assert again.findings.equals(fresh.findings)
    assert written(box) == written(cold)
    assert len(written(box)) > 20, "there is something to compare"


def test_the_console_says_what_was_read_again(box: Box) -> None:
    fill(box)
    assert "заново: 8, без изменений: 0" in box.ingest().text
    box.xlsx("a.xlsx", statistics(GOOD))
    # the notes and a file that could not be read are always read
    assert "заново: 3, без изменений: 5" in box.ingest().text


def test_a_snapshot_that_is_deleted_is_made_again_from_what_is_kept(box: Box, read_files: list[str]) -> None:
    fill(box)
    before = box.ingest()
    whole = written(box)
    shutil.rmtree(before.snapshot.path)
    read_files.clear()
    box.ingest()
    assert read_files == ["torn.xlsx"]
    assert written(box) == whole


def entries(box: Box) -> list[Path]:
    return sorted((box.project.processed / FOLDER).iterdir())


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-9]),
    "one byte": lambda path: path.write_bytes(path.read_bytes()[:-1] + b"\x7f"),
    "empty": lambda path: path.write_bytes(b""),
    "foreign": lambda path: path.write_bytes(pack(["something else"], []) or b""),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_entry_is_as_good_as_none(box: Box, damage: str) -> None:
    fill(box)
    before = box.ingest()
    for path in entries(box):
        DAMAGES[damage](path)
    again = box.ingest()
    assert again.unchanged == 0
    assert again.findings.equals(before.findings)


def test_other_code_reads_everything_again(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(box)
    box.ingest()
    monkeypatch.setattr(kept, "reading", lambda: "another")
    assert box.ingest().unchanged == 0


def test_the_key_holds_every_map_and_every_source(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    copy = tmp_path / "data"
    shutil.copytree(kept.data.__path__[0], copy, ignore=shutil.ignore_patterns("__pycache__"))
    told = {kept.reading.__wrapped__()}
    monkeypatch.setattr(kept.data, "__path__", [str(copy)])
    assert told == {kept.reading.__wrapped__()}, "a copy is the same code"
    some = next((copy / "intake" / "maps").glob("*.csv"))
    some.write_text(some.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert kept.reading.__wrapped__() not in told


def test_entries_that_nobody_needs_go(box: Box) -> None:
    fill(box)
    box.ingest()
    names = {path.name for path in entries(box)}
    box.xlsx("a.xlsx", statistics(GOOD, BAD, BAD))
    box.ingest()
    after = {path.name for path in entries(box)}
    assert after != names
    assert len(after) == len(names)


def test_a_place_that_takes_nothing_costs_only_time(box: Box) -> None:
    fill(box)
    box.project.processed.mkdir(parents=True)
    (box.project.processed / FOLDER).touch()
    assert box.ingest().findings.equals(box.ingest().findings)


def test_frames_that_would_come_back_otherwise_are_not_kept() -> None:
    import pandas as pd

    assert pack({}, [pd.DataFrame({"a": pd.Series([1, "1", None], dtype=object)})]) is None
    assert pack({}, [pd.DataFrame({0: [1.5]})]) is None or unpack(pack({}, [pd.DataFrame({0: [1.5]})]) or b"")
    with pytest.raises(DamagedError):
        unpack(b"PK\x03\x04")


def _read_together(box: Box, monkeypatch: pytest.MonkeyPatch) -> IngestResult:
    monkeypatch.setattr(crew, "ENOUGH", 0)
    monkeypatch.setattr(crew, "cores", lambda: 3)
    return ingest(box.project, read_all=crew.read_all)


def test_files_read_by_several_processes_give_the_same(
    make_box: Callable[[], Box], monkeypatch: pytest.MonkeyPatch
) -> None:
    box, cold = make_box(), make_box()
    fill(box)
    shutil.copytree(box.raw, cold.raw, dirs_exist_ok=True)
    together = _read_together(box, monkeypatch)
    assert together.findings.to_csv() == cold.ingest().findings.to_csv()
    assert written(box) == written(cold)


def _die(salt: str) -> None:
    os._exit(len(salt))


def test_a_helper_that_dies_costs_nothing(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(box)
    monkeypatch.setattr(crew, "_begin", _die)  # helpers end as soon as they are born
    died = _read_together(box, monkeypatch)
    assert len(died.inputs) == 8
    assert not (died.findings["check"] == "reader_failed").any()


def test_small_mail_starts_no_helper(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "ProcessPoolExecutor", lambda *_: 1 / 0)
    path = box.xlsx("a.xlsx", statistics(GOOD))
    ((at, read),) = crew.read_all([Job(path, "a.xlsx", Notes(), one_file.content(path))])
    assert (at, read.input.rows) == (0, 1)
