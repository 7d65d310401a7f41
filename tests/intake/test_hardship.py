"""The last good snapshot stays whole and current, whatever happens to an ingest."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shnor_lib import atomic
from shnor_lib.data import intake
from shnor_lib.data.intake import one_file
from tests.intake import hardship

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("hardship")  # one process does it all for every test here


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """All hardships, in a process that may fork."""
    folder = tmp_path_factory.mktemp("hardship")
    folder.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.intake.hardship", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("point", hardship.POINTS)
def test_a_killed_ingest_leaves_the_last_snapshot_current_and_the_next_one_clears_up(told, point):
    case = told["killed"][point]
    assert case["end"] == "SIGKILL"
    assert case["after"]["whole"]
    assert case["after"]["id"] == case["before"]["id"]
    assert (case["next"]["failed"], case["next"]["whole"], case["next"]["left"]) == (
        [case["wanted"]],
        True,
        [],
    )


def test_leftovers_are_seen_at_all(told):
    assert told["killed"]["last table"]["after"]["left"], "a check of clearing up needs something to clear"


def test_killed_at_any_moment(told):
    *cases, last = told["random"]
    for case in cases:
        assert case["after"]["whole"]
        assert case["after"]["failed"] in (case["before"]["failed"], [case["wanted"]])
    assert (last["after"]["failed"], last["after"]["left"]) == ([80], [])


def test_two_at_once_and_a_reader_beside_them(told):
    case = told["once"]
    assert len(set(case["same"])) == 1, "the same files, the same snapshot"
    assert case["read"] > 0, case["read"]
    assert case["after"]["whole"]
    assert case["after"]["id"] in {ids[-1] for ids in case["ids"]}
    assert case["after"]["snapshots"] == 1 + sum(map(len, case["ids"]))
    assert case["after"]["left"] == []


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("reports", ("файл больше допустимого размера", "остаётся текущим")),
        ("tables", ("файл больше допустимого размера", "остаётся текущим")),
        ("list", ("файл больше допустимого размера",)),
        ("read_only", ("нет права на запись", "остаётся текущим")),
    ],
)
def test_a_disk_that_does_not_take_it_is_said_and_nothing_is_left(told, what, words):
    case = told["disk"]
    for word in words:
        assert word in case[what]["error"]
    assert case["after"] == case["before"]
    assert case["left"] == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EACCES])
def test_reasons_are_russian_even_when_a_library_wraps_them(number):
    plain = atomic.reason(OSError(number, os.strerror(number)))
    assert plain == atomic.reason(OSError(f"Error writing bytes. Detail: [errno {number}] …"))
    assert plain.islower()
    assert atomic.reason(OSError("something else")) == "something else"


def test_a_living_writer_is_not_swept_and_an_old_folder_without_a_lock_is(tmp_path):
    old, young = tmp_path / ".writing-old", tmp_path / ".writing-young"
    old.mkdir()
    young.mkdir()
    os.utime(old, (0, 0))
    with atomic.workshop(tmp_path) as folder:
        (folder / "x").touch()
        atomic.sweep(tmp_path)
        assert (folder / "x").exists()
    assert {path.name for path in tmp_path.iterdir()} == {".writing-young"}


def test_a_part_whose_writer_died_long_ago_goes_with_the_next_write(tmp_path):
    dead, fresh = tmp_path / ".a.txt-1-abc", tmp_path / ".a.txt-2-def"
    dead.touch()
    fresh.touch()
    os.utime(dead, (0, 0))
    atomic.write_text(tmp_path / "a.txt", "text")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".a.txt-2-def", "a.txt"]


def test_a_file_that_changes_while_it_is_read_gives_a_snapshot_of_its_own(tmp_path, monkeypatch):
    project = hardship.fill(tmp_path, 1)
    plain = intake.ingest(project)
    assert "changed_while_read" not in set(plain.findings["check"])
    real = one_file._read_sheet

    def touched(sheet, path, done):
        taken = real(sheet, path, done)
        if path.name == "results.csv":
            hardship.add_row(path, "990001,2024,oge-ma,90,2")
        return taken

    hardship.add_row(project.raw / "results.csv", "990001,2023,oge-ma,90,2")  # else it is not read again
    with monkeypatch.context() as patch:
        patch.setattr(one_file, "_read_sheet", touched)
        mixed = intake.ingest(project)
    found = mixed.findings[mixed.findings["check"] == "changed_while_read"]
    assert found[["file", "severity"]].to_numpy().tolist() == [["results.csv", "error"]]
    assert len({plain.snapshot.id, mixed.snapshot.id, intake.ingest(project).snapshot.id}) == 3
