"""The public function: the same bytes for the same seed, the promised scales, nobody's files touched."""

import dataclasses
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from shnor_lib.data import demo
from shnor_lib.data.demo import scales
from shnor_lib.data.schemas import TABLES
from shnor_lib.errors import InputError
from tests.demo.conftest import Written, write


def hashes(data: Path) -> dict[str, str]:
    files = (path for path in data.rglob("*") if path.is_file())
    return {
        path.relative_to(data).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


def test_another_process_with_another_hash_seed_writes_the_same_bytes(town: Written, tmp_path: Path) -> None:
    code = "import pathlib, sys; from shnor_lib.data.demo import generate; "
    code += "generate(pathlib.Path(sys.argv[1]), 'municipality')"
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "TZ": "Asia/Vladivostok"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "data")], check=True, env=environment)
    assert hashes(tmp_path / "data") == hashes(town.data)


def test_another_seed_gives_other_results_in_the_same_files(town: Written, tmp_path: Path) -> None:
    other = write(tmp_path / "data", "municipality", seed=1)
    mine, theirs = hashes(town.data), hashes(other.data)
    assert mine.keys() == theirs.keys()
    assert mine["truth/shares.parquet"] != theirs["truth/shares.parquet"]


@pytest.mark.parametrize(
    ("written", "municipalities", "schools"),
    [("town", 1, 12), ("land", 52, 640)],
    ids=["municipality", "region"],
)
def test_scale(written: str, municipalities: int, schools: int, request: pytest.FixtureRequest) -> None:
    region: Written = request.getfixturevalue(written)
    register = pd.read_csv(region.raw / "schools.csv", dtype={"school_id": "str"})
    newest = register[register["year"] == 2026]
    assert (newest["municipality_id"].nunique(), len(newest)) == (municipalities, schools)
    assert (region.summary.municipalities, region.summary.schools) == (municipalities, schools)
    assert sorted(register["year"].unique()) == [2021, 2022, 2023, 2024, 2025, 2026]
    assert region.summary.files == len([p for p in region.raw.rglob("*") if p.is_file()]) - 1


def test_summary_is_told_in_russian(town: Written) -> None:
    text = town.summary.text
    assert "Муниципалитетов: 1, школ: 12, файлов: 54." in text
    assert "строка повторена — " in text
    assert "_" not in text


def test_country_has_the_promised_size() -> None:
    country = scales.find_scale("country")
    assert (country.municipalities, country.schools, country.tidy_only) == (2300, 40_000, True)


def test_tidy_scale_writes_contract_tables_with_several_regions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = dataclasses.replace(scales.SCALES["region"], id="small-country", regions=8, tidy_only=True)
    monkeypatch.setitem(scales.SCALES, small.id, small)
    written = write(tmp_path / "data", small.id)
    assert not written.workbooks()
    assert not written.summary.defects
    results = pd.concat(
        pd.read_csv(path, dtype={"school_id": "str"}) for path in written.raw.glob("results_*.csv")
    )
    register = pd.concat(
        pd.read_csv(path, dtype={"school_id": "str"}) for path in written.raw.glob("schools_*.csv")
    )
    assert register["region_id"].nunique() == 8
    assert register.groupby("municipality_id")["municipality"].nunique().eq(1).all()
    assert set(results["school_id"]) <= set(register["school_id"])
    assert not results.duplicated(["school_id", "year", "series"]).any()


@pytest.mark.parametrize(
    ("table", "pattern"),
    [
        ("schools", "schools.csv"),
        ("crosswalk", "crosswalk.csv"),
        ("measures", "measures.csv"),
        ("results", "ГИА/results_*.csv"),
        ("score_distribution", "ВПР/score_distribution.csv"),
        ("journal_comparison", "ВПР/journal_comparison.csv"),
    ],
)
def test_tidy_files_keep_the_contract(town: Written, table: str, pattern: str) -> None:
    for path in town.raw.glob(pattern):
        frame = pd.read_csv(path, dtype={"school_id": "str", "old_id": "str", "new_id": "str", "code": "str"})
        conformed = TABLES[table].conform(frame)
        assert len(conformed) == len(frame)
        assert set(frame.columns) <= set(TABLES[table].columns)


def test_truth_lies_outside_raw(town: Written) -> None:
    assert {path.stem for path in (town.data / "truth").iterdir()} == {
        "shares",
        "schools",
        "events",
        "defects",
    }
    assert not list(town.raw.rglob("*.parquet"))


def test_files_of_the_user_are_refused_and_kept(tmp_path: Path) -> None:
    own = tmp_path / "data" / "raw" / "ВПР 2025.xlsx"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"mine")
    with pytest.raises(InputError, match=r"«ВПР 2025\.xlsx».*Ничего не изменено"):
        demo.generate(tmp_path / "data", "municipality")
    assert [path.name for path in own.parent.iterdir()] == [own.name]
    assert not (tmp_path / "data" / "truth").exists()


def test_changed_file_of_the_demo_is_somebodys_work(tmp_path: Path) -> None:
    written = write(tmp_path / "data", "municipality")
    changed = written.raw / "crosswalk.csv"
    changed.write_text("old_id,new_id,from_date,kind\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"изменены файлы учебного региона: «crosswalk\.csv»"):
        demo.generate(written.data, "municipality", seed=5)
    assert changed.read_text(encoding="utf-8").count("\n") == 1


def test_a_second_run_replaces_the_first_one_and_leaves_nothing_of_it(tmp_path: Path, town: Written) -> None:
    first = write(tmp_path / "data", "municipality", seed=3)
    (first.raw / ".gitkeep").touch()
    stale = first.raw / "ФИС ОКО"
    again = write(tmp_path / "data", "municipality")
    assert stale.is_dir()
    files = hashes(again.data)
    assert files.pop("raw/.gitkeep")
    assert files == hashes(town.data)
    assert not list(again.data.glob(".demo-*"))


def test_a_manifest_cannot_make_us_delete_files_elsewhere(tmp_path: Path) -> None:
    outside = tmp_path / "important.txt"
    outside.write_text("keep", encoding="utf-8")
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    (raw / "demo.json").write_text(json.dumps({"files": {"../../important.txt": "0"}}), encoding="utf-8")
    demo.generate(tmp_path / "data", "municipality")
    assert outside.read_text(encoding="utf-8") == "keep"


def test_unknown_scale_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="municipality, region, country"):
        demo.generate(tmp_path / "data", "planet")
    with pytest.raises(InputError, match="отрицательно"):
        demo.generate(tmp_path / "data", "municipality", seed=-1)
    assert not (tmp_path / "data").exists()
