import json
import os
import re
import shutil
import threading
from pathlib import Path

import pandas as pd
import pytest

from shnor_lib.data import findings, store
from shnor_lib.data.schemas import TABLES
from shnor_lib.data.snapshot import META, Snapshot
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
    (broken / META).unlink()
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


def cut(file):
    file.write_bytes(file.read_bytes()[:50])


def overwrite(file):
    """As many bytes, but others."""
    body = bytearray(file.read_bytes())
    body[len(body) // 2] ^= 0xFF
    file.write_bytes(bytes(body))


def delete(file):
    shutil.rmtree(file) if file.is_dir() else file.unlink()


def add_stranger(folder):
    (folder / "municipality_id=чужой").mkdir()
    shutil.copyfile(next(folder.rglob("*.parquet")), folder / "municipality_id=чужой" / "part.parquet")


PART = "results/municipality_id=m1/part.parquet"
SEEN_ON_OPENING = [
    (cut, "schools.parquet", "в файле «schools.parquet» байтов 50 вместо"),
    (cut, PART, "в файле «results/municipality_id=m1/part.parquet» байтов 50 вместо"),
    (delete, PART, "нет файла «results/municipality_id=m1/part.parquet»"),
    (delete, "results", r"нет таблицы «результаты процедур» \(results\)"),
    (delete, "schools.parquet", r"нет таблицы «.*» \(schools\)"),
    (delete, "findings.parquet", r"нет таблицы «замечания проверки» \(findings\)"),
]
SEEN_IN_THE_CONTENTS = [
    (overwrite, PART, "part.parquet» изменён"),
    (add_stranger, "results", "лишний файл «results/municipality_id=чужой/part.parquet»"),
]


@pytest.mark.parametrize(("harm", "name", "said"), SEEN_ON_OPENING)
def test_a_damaged_snapshot_is_told_on_opening(tmp_path, harm, name, said):
    snapshot = write(tmp_path)
    harm(snapshot.path / name)
    with pytest.raises(InputError, match=f"повреждён: {said}.*shnor ingest"):
        store.current(tmp_path)
    with pytest.raises(InputError, match=said):
        store.open_snapshot(tmp_path, snapshot.id)
    with pytest.raises(InputError, match="Прежний снимок остаётся текущим, но он повреждён"):
        raise InputError(store.stays(tmp_path))


@pytest.mark.parametrize(("harm", "name", "said"), SEEN_ON_OPENING + SEEN_IN_THE_CONTENTS)
def test_a_damaged_snapshot_is_written_anew_from_the_same_inputs(tmp_path, harm, name, said):
    snapshot = write(tmp_path)
    harm(snapshot.path / name)
    again = write(tmp_path)
    assert again.id == snapshot.id
    assert re.search(said, "; ".join(again.mended))
    assert again.damage(contents=True) == []
    pd.testing.assert_frame_equal(
        again.table("results").sort_values("school_id", ignore_index=True), tables()["results"]
    )
    assert write(tmp_path).mended == ()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([store.CURRENT, snapshot.id])


def test_a_snapshot_that_is_whole_is_not_written_again(tmp_path):
    snapshot = write(tmp_path)
    before = (snapshot.path / META).stat().st_ino
    assert write(tmp_path).mended == ()
    assert (snapshot.path / META).stat().st_ino == before


@pytest.mark.parametrize("name", ["results", "schools.parquet", PART])
def test_a_table_that_goes_while_the_snapshot_is_open_is_no_empty_table(tmp_path, name):
    snapshot = write(tmp_path)
    delete(snapshot.path / name)
    table = name.partition("/")[0].removesuffix(".parquet")
    with pytest.raises(InputError, match=f"повреждён.*{table}"):
        snapshot.table(table)
    with pytest.raises(InputError, match=f"повреждён.*{table}"):
        snapshot.table(table, "m1")
    assert snapshot.table("deficits").empty, "what it never held is empty, as before"


@pytest.mark.parametrize(
    ("harm", "name", "said"),
    [
        (delete, "results", "нет таблицы"),
        (delete, PART, "строк 1 вместо 2"),
        (cut, "schools.parquet", "не читается"),
    ],
)
def test_a_snapshot_of_an_earlier_version_has_its_rows_counted(tmp_path, harm, name, said):
    snapshot = write(tmp_path)
    described = json.loads((snapshot.path / META).read_text(encoding="utf-8"))
    del described["files"]
    (snapshot.path / META).write_text(json.dumps(described), encoding="utf-8")
    assert write(tmp_path).mended == ()
    harm(snapshot.path / name)
    assert said in "; ".join(write(tmp_path).mended)
    assert len(store.current(tmp_path).table("results")) == 2


def test_many_faults_are_told_in_a_few_words(tmp_path):
    every = {"schools": tables()["schools"]} | {"results": tables()["results"]}
    ids = [f"{number:06d}" for number in range(1, 8)]
    schools = register(ids, [2025])
    every["schools"] = schools.assign(municipality_id=["m" + one for one in schools["school_id"]])
    every["results"] = results({one: {"oge-ma": {2025: (1, 9)}} for one in ids})
    snapshot = store.write(tmp_path, every, NOTHING_FOUND, [], "1")
    for part in (snapshot.path / "results").rglob("*.parquet"):
        part.unlink()
    with pytest.raises(InputError, match=r"(нет файла [^;]*; ){3}и ещё 4\. Чтобы"):
        store.current(tmp_path)


def test_a_writer_that_dies_while_it_mends_leaves_the_damaged_one_as_it_was(tmp_path, monkeypatch):
    snapshot = write(tmp_path)
    cut(snapshot.path / PART)
    before = {path: path.read_bytes() for path in snapshot.path.rglob("*") if path.is_file()}

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(store, "_write_meta", full)
        with pytest.raises(InputError, match="на диске нет места"):
            write(tmp_path)
    assert {path: path.read_bytes() for path in snapshot.path.rglob("*") if path.is_file()} == before
    assert write(tmp_path).mended


def test_a_reader_sees_the_damaged_snapshot_or_the_mended_one_and_nothing_between(tmp_path):
    """Schools lie whole in both; somebody who reads them all the while never misses them."""
    snapshot = write(tmp_path)
    stop, missed, read = threading.Event(), [], 0

    def look():
        nonlocal read
        while not stop.is_set():
            try:
                assert len(Snapshot(snapshot.path).table("schools")) == 2
                read += 1
            except Exception as error:
                missed.append(error)

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for _ in range(20):
            cut(snapshot.path / PART)
            assert write(tmp_path).mended
    finally:
        stop.set()
        reader.join()
    assert missed == []
    assert read > 0
