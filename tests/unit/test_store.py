import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

from shnor_lib.data import findings, store
from shnor_lib.data.schemas import TABLES
from shnor_lib.errors import InputError, SelectionError
from tests.region_builder import register, results

NOTHING_FOUND = findings.to_frame([])


def tables(n=10):
    return {
        "schools": register(["000001", "000002"], [2025]),
        "results": results({"000001": {"oge-ma": {2025: (3, n)}}, "000009": {"oge-ma": {2025: (1, 5)}}}),
    }


def write(folder, content="a", n=10):
    inputs = [store.InputFile("x.csv", content * 64, 1)]
    return store.write(folder, tables(n), NOTHING_FOUND, inputs, "1")


def test_what_is_written_is_read_back(tmp_path):
    snapshot = write(tmp_path)
    pd.testing.assert_frame_equal(
        snapshot.table("results").sort_values("school_id", ignore_index=True), tables()["results"]
    )
    assert snapshot.table("deficits").columns.to_list() == list(TABLES["deficits"].columns)
    assert store.current(tmp_path).id == snapshot.id


def test_results_lie_by_municipality_and_strangers_are_kept(tmp_path):
    snapshot = write(tmp_path)
    assert snapshot.table("results", "m1")["school_id"].to_list() == ["000001"]
    assert len(snapshot.table("results")) == 2
    assert snapshot.table("results", "nowhere").empty
    assert snapshot.table("schools", "nowhere").empty


def test_the_same_inputs_give_the_same_snapshot_and_others_another(tmp_path):
    first, again, other = write(tmp_path), write(tmp_path), write(tmp_path, "b", 11)
    assert first.id == again.id != other.id
    assert {item.id for item in store.snapshots(tmp_path)} == {first.id, other.id}
    assert store.open_snapshot(tmp_path, first.id[:6]).id == first.id


def test_a_write_that_dies_leaves_the_previous_snapshot_current(tmp_path, monkeypatch):
    first = write(tmp_path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "_write_parquet", full)
    with pytest.raises(InputError, match="Прежний снимок цел"):
        write(tmp_path, "b")
    assert store.current(tmp_path).id == first.id
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_half_written_folder_is_no_snapshot(tmp_path):
    first = write(tmp_path)
    broken = tmp_path / "0123456789ab"
    shutil.copytree(first.path, broken)
    (broken / store.META).unlink()
    assert [item.id for item in store.snapshots(tmp_path)] == [first.id]


def test_a_deleted_current_snapshot_is_said_plainly(tmp_path):
    shutil.rmtree(write(tmp_path).path)
    with pytest.raises(InputError, match="shnor ingest"):
        store.current(tmp_path)


def test_unknown_names(tmp_path):
    snapshot = write(tmp_path)
    with pytest.raises(SelectionError, match="results"):
        snapshot.table("nothing")
    with pytest.raises(SelectionError, match=snapshot.id):
        store.open_snapshot(tmp_path, "zzz")


@pytest.mark.parametrize("name", ["a/b", 'q"uote', "эмодзи 🙂", "x" * 120, "..", "a=b", "%41"])
def test_a_municipality_of_any_spelling_is_a_safe_folder(tmp_path, name):
    schools = register(["000001"], [2025]).assign(municipality_id=name)
    everything = {"schools": schools, "results": tables()["results"]}
    snapshot = store.write(tmp_path, everything, NOTHING_FOUND, [], "1")
    assert snapshot.table("results", name)["school_id"].to_list() == ["000001"]
    assert all(Path(root).is_relative_to(tmp_path) for root, _, _ in os.walk(tmp_path))


@pytest.mark.parametrize(("name", "content"), [("CURRENT", b"\xff\xfe"), ("snapshot.json", b"{")])
def test_what_was_damaged_from_outside_is_said_and_written_anew(tmp_path, name, content):
    snapshot = write(tmp_path)
    place = tmp_path if name == "CURRENT" else snapshot.path
    (place / name).write_bytes(content)
    with pytest.raises(InputError, match="shnor ingest"):
        store.current(tmp_path)
    assert len(store.snapshots(tmp_path)) == (1 if name == "CURRENT" else 0)
    assert write(tmp_path).id == snapshot.id
    assert set(store.current(tmp_path).table("results")["school_id"]) == set(tables()["results"]["school_id"])


@pytest.mark.parametrize("name", ["schools.parquet", "findings.parquet", "results"])
def test_a_cut_table_is_named(tmp_path, name):
    snapshot = write(tmp_path)
    place = snapshot.path / name
    file = next(place.rglob("*.parquet")) if place.is_dir() else place
    file.write_bytes(file.read_bytes()[:50])
    with pytest.raises(InputError, match=rf"{place.name}.*не читается.*shnor ingest"):
        _ = snapshot.findings() if name == "findings.parquet" else snapshot.table(place.stem)


def test_a_pointer_to_nothing_is_told_from_no_data_at_all(tmp_path):
    with pytest.raises(InputError, match="нет загруженных данных"):
        store.current(tmp_path)
    shutil.rmtree(write(tmp_path).path)
    with pytest.raises(InputError, match="удалён или повреждён"):
        store.current(tmp_path)
