"""The tree and the manifest: what a failed unit leaves, what a damaged manifest costs."""

import errno
import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shnor_lib import atomic
from shnor_lib.batch import index, logs, lying, manifest, publish
from shnor_lib.batch.facts import Counts, Facts
from shnor_lib.batch.job import Outcome
from shnor_lib.batch.manifest import Entry
from shnor_lib.batch.names import DONE, REGION
from shnor_lib.batch.plan import Unit
from shnor_lib.errors import RunError
from shnor_lib.notebooks import Description
from shnor_lib.region import Municipality

PLACES = (
    Municipality("m1", "Яровское <b>"),
    Municipality("m2", "Ёлкинский район"),
    Municipality("m3", "Енисейский район"),
    Municipality("m4", "Жуков"),
)
FACTS = Facts(
    region="Пробный край",
    year=2025,
    municipalities=PLACES,
    selected=PLACES,
    counts={"m1": Counts(1312, 4), "m2": Counts(2, 0)},
    snapshot="abc123",
    snapshot_created="2026-11-24T10:00:00+00:00",
    methodology="rosobrnadzor-847",
    methodology_version="1",
    methodology_title="Методика",
)
HEAD = Description("01_good", "Список школ", "Список", "О чём.")


NAMES = {place.id: place.name for place in PLACES} | {REGION: "Пробный край"}


def put(
    root: Path,
    *outcomes: tuple[str, Outcome],
    text: str = "страница",
    facts: Facts = FACTS,
    key: str = "key",
    zips: bool | None = None,
    year: Collection[tuple[str, str]] | None = None,
    tried: Mapping[str, int] | None = None,
) -> dict[str, Entry]:
    """Publish what units of one notebook ended with, by municipality."""
    lying, fresh = manifest.read(root), []
    for folder, outcome in outcomes:
        aside = root.parent / "aside" / folder
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        for kind in ("ipynb", "html"):
            (aside / f"01_good.{kind}").write_text(text, encoding="utf-8")
        parameters = {"municipality": folder, "year": 2025, **(tried or {})}
        unit = Unit(Path("01_good.ipynb"), folder, NAMES[folder], 2025, parameters)
        before = lying.get(unit.key)
        fresh.append(publish.made(unit, key, outcome, aside, facts, HEAD, before))
    publish.publish(root, fresh, facts, zips=zips, year=year)
    return {item.entry.municipality_id: item.entry for item in fresh}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "reports" / "2025"


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def test_a_page_is_published_and_noted(root: Path) -> None:
    entry = put(root, ("m1", Outcome(DONE, 1.234)))["m1"]
    assert (root / "m1" / "01_good.html").read_text(encoding="utf-8") == "страница"
    assert entry.published is not None
    assert entry.published.files == ("m1/01_good.ipynb", "m1/01_good.html")
    written = json.loads((root / "manifest.json").read_text(encoding="utf-8"))
    assert written["snapshot"] == "abc123"
    assert written["municipalities"]["m1"] == {"municipality": "Яровское <b>", "schools": 1312, "listed": 4}
    unit = written["units"][0]
    assert (unit["status"], unit["seconds"], unit["attempt"], unit["error_code"]) == ("done", 1.23, 1, "")
    assert unit["parameters"] == {"municipality": "m1", "year": 2025}
    assert (root / "assets" / "plotly.min.js").stat().st_size > 1_000_000
    assert [path.name for path in root.parent.glob(".new-*")] == []


def test_a_failure_keeps_the_last_good_page_and_says_so(root: Path) -> None:
    good = put(root, ("m1", Outcome(DONE, 1)), text="старая")["m1"]
    late = Outcome.failure("timeout", 2, "Traceback в /secret")
    first = put(root, ("m1", late), text="новая")["m1"]
    second = put(root, ("m1", late), text="новая")["m1"]
    assert (root / "m1" / "01_good.html").read_text(encoding="utf-8") == "старая"
    assert first.published == good.published
    assert (first.attempt, second.attempt) == (1, 2)
    assert "/secret" not in (root / "manifest.json").read_text(encoding="utf-8")
    assert "/secret" in (logs.folder(root) / "m1" / "01_good.txt").read_text(encoding="utf-8")
    recovered = put(root, ("m1", Outcome(DONE, 1)), text="новая")["m1"]
    assert recovered.attempt == 3
    assert not (logs.folder(root) / "m1" / "01_good.txt").exists()


def test_the_index_tells_a_page_of_settings_on_trial_from_those_of_the_method(root: Path) -> None:
    put(root, ("m1", Outcome(DONE, 1)), ("m2", Outcome(DONE, 1)), tried={"threshold": 0})
    assert "проба" not in (root / "index.html").read_text(encoding="utf-8")
    put(root, ("m1", Outcome(DONE, 1)), tried={"threshold": 50})
    put(root, ("m1", Outcome.failure("timeout", 2)))  # the page of the trial is still there
    page = (root / "index.html").read_text(encoding="utf-8")
    assert page.count("<small>проба</small>") == 1
    assert "<small>проба</small>" in page.split('<tr id="m1"')[1].split("</tr>")[0]
    put(root, ("m1", Outcome(DONE, 1)))
    assert "проба" not in (root / "index.html").read_text(encoding="utf-8")


def test_the_log_of_a_failure_stays_until_the_unit_runs_again(root: Path) -> None:
    put(root, ("m1", Outcome.failure("notebook", 2, "Traceback")))
    put(root, ("m2", Outcome(DONE, 1)))
    assert (logs.folder(root) / "m1" / "01_good.txt").read_text(encoding="utf-8") == "Traceback"


def test_entries_of_other_runs_stay_and_those_of_deleted_pages_have_failed(root: Path) -> None:
    put(root, ("m1", Outcome(DONE, 1)))
    put(root, ("m2", Outcome(DONE, 1)))
    assert len(manifest.read(root)) == 2
    (root / "m2" / "01_good.html").unlink()
    assert statuses(root) == {"m1": "", "m2": "damaged"}
    put(root, ("m3", Outcome(DONE, 1)))
    assert statuses(root) == {"m1": "", "m2": "damaged", "m3": ""}
    assert not (root / "m2").exists()


def test_a_unit_that_is_no_more_and_has_no_page_is_forgotten_by_a_run_of_the_whole_year(root: Path) -> None:
    put(root, ("m1", Outcome(DONE, 1)), ("m2", Outcome(DONE, 1)), ("m3", Outcome(DONE, 1)))
    (root / "m2" / "01_good.html").unlink()
    put(root, ("m4", Outcome(DONE, 1)))
    publish.publish(root, [], FACTS, year={("01_good", "m4"), ("01_good", "m3")})
    assert statuses(root) == {"m1": "", "m3": "", "m4": ""}, "a page that lies there stays"


def change(root: Path, how: Callable[[dict[str, Any]], object]) -> None:
    """Another content of the manifest."""
    path = root / manifest.MANIFEST
    values = json.loads(path.read_text(encoding="utf-8"))
    how(values)
    path.write_text(json.dumps(values), encoding="utf-8")


def statuses(root: Path) -> dict[str, str]:
    return {entry.municipality_id: entry.error_code for entry in manifest.read(root).values()}


def test_what_a_tree_does_not_hold_itself_is_not_intact(root: Path, tmp_path: Path) -> None:
    put(root, *((place, Outcome(DONE, 1)) for place in NAMES))
    outside = tmp_path / "s.txt"
    outside.write_text("страница", encoding="utf-8")
    page = root / "m1" / "01_good.html"
    page.unlink()
    page.symlink_to(outside)
    (root / "m2").rename(tmp_path / "m2")
    (root / "m2").symlink_to(tmp_path / "m2")
    paths = {"m3": "../../s.txt", "m4": str(outside), REGION: "m3/01_good.html"}

    def lead_away(values: dict[str, Any]) -> None:
        for unit in values["units"]:
            if unit["municipality_id"] in paths:
                unit["published"]["files"][1] = paths[unit["municipality_id"]]

    change(root, lead_away)
    assert statuses(root) == dict.fromkeys(NAMES, "damaged")


@pytest.mark.parametrize("hashes", [[], ["0" * 64], ["0" * 64] * 3])
def test_a_page_without_its_hash_is_not_intact(root: Path, hashes: list[str]) -> None:
    put(root, ("m1", Outcome(DONE, 1)))
    change(root, lambda values: values["units"][0]["published"].update(sha256=hashes))
    (entry,) = manifest.read(root).values()
    assert not manifest.intact(root, entry)
    change(root, lambda values: values["units"][0]["published"].update(sha256=[], files=[]))
    assert statuses(root) == {"m1": "damaged"}


def spoil(path: Path) -> None:
    """Other bytes, as many."""
    size = path.stat().st_size
    path.unlink()  # the file itself, not its other names
    path.write_bytes(b"x" * size)


def test_what_reports_share_is_whole_only_as_it_was_published(root: Path) -> None:
    put(root, ("m1", Outcome(DONE, 1)), zips=True)
    assert lying.whole(root)
    before = {name: content for name, content in files(root).items() if name.endswith((".js", ".zip"))}
    for name in ("index.html", "assets/plotly.min.js", "zip/m1.zip"):
        for damage in (Path.unlink, spoil):
            damage(root / name)
            assert not lying.whole(root), name
            publish.publish(root, [], FACTS)
            assert lying.whole(root)
    after = files(root)
    assert {name: after[name] for name in before} == before
    change(root, lambda values: values.pop("shared"))
    assert not lying.whole(root), "an earlier version noted no hashes of shared files"


def test_another_year_makes_an_index_out_of_date_and_writes_it(root: Path) -> None:
    put(root, ("m1", Outcome(DONE, 1)))
    put(root.parent / "2024", ("m1", Outcome(DONE, 1)), facts=replace(FACTS, year=2024))
    assert lying.whole(root)
    shutil.rmtree(root.parent / "2024")
    assert not lying.whole(root), "it leads to a year that is no more"


def test_what_dead_runs_left_in_the_way_is_removed(root: Path, tmp_path: Path) -> None:
    put(root, ("m1", Outcome(DONE, 1)))
    left = root.with_name(".new-2025")
    left.write_text("", encoding="utf-8")
    put(root, ("m2", Outcome(DONE, 1)))
    left.symlink_to(tmp_path)
    root.with_name(".old-2025").symlink_to(tmp_path)
    put(root, ("m3", Outcome(DONE, 1)))
    assert statuses(root) == {"m1": "", "m2": "", "m3": ""}
    assert not left.is_symlink()
    assert tmp_path.exists()


def test_a_link_in_the_place_of_the_year_is_named(root: Path, tmp_path: Path) -> None:
    put(root, ("m1", Outcome(DONE, 1)))
    root.rename(tmp_path / "elsewhere")
    before = files(tmp_path / "elsewhere")
    root.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match=r"на месте папки «.*2025» стоит ссылка"):
        put(root, ("m2", Outcome(DONE, 1)))
    root.unlink()
    root.write_text("", encoding="utf-8")
    with pytest.raises(RunError, match=r"на месте папки «.*2025» стоит файл"):
        put(root, ("m2", Outcome(DONE, 1)))
    assert files(tmp_path / "elsewhere") == before


DAMAGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "units null": lambda values: values.update(units=None),
    "units number": lambda values: values.update(units=5),
    "attempt": lambda values: values["units"][0].update(attempt="x"),
    "finished": lambda values: values["units"][0].update(finished=5),
    "no date": lambda values: values["units"][0]["published"].update(finished="вчера"),
    "folder": lambda values: values["units"][0].update(municipality_id="../.."),
    "key": lambda values: [values.pop(key) for key in list(values) if key != "version"],
    "counts": lambda values: values["municipalities"]["m1"].update(schools="много"),
    "one unit of two": lambda values: values["units"].append({}),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_manifest_with_one_wrong_value_is_no_manifest(root: Path, damage: str) -> None:
    put(root, ("m1", Outcome(DONE, 1)))
    older = root.parent / "2024"
    put(older, ("m1", Outcome(DONE, 1)), facts=replace(FACTS, year=2024))
    change(root, DAMAGES[damage])
    assert manifest.load(root) is None
    assert index.published_years(root.parent) == [2024]
    put(older, ("m2", Outcome(DONE, 1)), facts=replace(FACTS, year=2024))
    assert "../2025/" not in (older / "index.html").read_text(encoding="utf-8")


def test_pages_of_which_no_manifest_tells_are_replaced_all_or_none(root: Path) -> None:
    put(root, ("m1", Outcome(DONE, 1)), ("m2", Outcome(DONE, 1)))
    (root / manifest.MANIFEST).unlink()
    before = files(root)
    with pytest.raises(
        RunError, match=r"файла «.*manifest.json» нет или он повреждён.*shnor batch --year 2025"
    ):
        put(root, ("m1", Outcome(DONE, 1)), text="новая")
    assert files(root) == before
    put(root, ("m1", Outcome(DONE, 1)), text="новая", year={("01_good", "m1")})
    assert statuses(root) == {"m1": ""}


def test_the_manifest_holds_the_hash_of_every_file(root: Path) -> None:
    put(root, ("m1", Outcome(DONE, 1)), (REGION, Outcome(DONE, 1)))
    for entry in manifest.read(root).values():
        assert entry.published is not None
        for name, digest in zip(entry.published.files, entry.published.sha256, strict=True):
            assert hashlib.sha256((root / name).read_bytes()).hexdigest() == digest


def test_a_page_that_somebody_changed_is_taken_out_and_holds_up_nobody(root: Path) -> None:
    put(root, ("m1", Outcome(DONE, 1)), ("m2", Outcome(DONE, 1)), ("m3", Outcome(DONE, 1)))
    for place in ("m1", "m3"):
        (root / place / "01_good.html").write_text("кто-то изменил", encoding="utf-8")
    put(root, ("m3", Outcome.failure("notebook", 1)), ("m4", Outcome(DONE, 1)))
    entries = {entry.municipality_id: entry for entry in manifest.read(root).values()}
    assert {place: (entry.error_code, bool(entry.published)) for place, entry in entries.items()} == {
        "m1": ("damaged", False),
        "m2": ("", True),
        "m3": ("notebook", False),
        "m4": ("", True),
    }
    assert not (root / "m1" / "01_good.html").exists()
    assert "Страница на диске повреждена" in (root / "index.html").read_text(encoding="utf-8")


def test_a_fresh_page_that_is_not_what_was_made_is_not_published(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, ("m1", Outcome(DONE, 1)))
    before = files(root)
    link = publish._link

    def bad_disk(source: Path, target: Path) -> None:
        link(source, target)
        if target.parts[-2:] == ("m2", "01_good.html"):
            target.write_text("обрыв", encoding="utf-8")

    monkeypatch.setattr(publish, "_link", bad_disk)
    with pytest.raises(RunError, match="повреждены: m2/01_good"):
        put(root, ("m2", Outcome(DONE, 1)))
    assert files(root) == before
    assert [path.name for path in root.parent.glob(".new-*")] == []


@pytest.mark.parametrize("step", ["archive.pack", "index.write", "_check", "atomic.exchange", "_lay"])
def test_whatever_fails_on_the_way_the_old_tree_stays_whole(
    root: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    put(root, ("m1", Outcome(DONE, 1)))
    before = files(root)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(f"shnor_lib.batch.publish.{step}", full)
    with pytest.raises(OSError, match="no space"):
        put(root, ("m2", Outcome(DONE, 1)), zips=True)
    assert files(root) == before
    assert [path.name for path in root.parent.glob(".new-*")] == []


def test_an_exchange_cut_short_between_two_renames_is_mended(root: Path) -> None:
    put(root, ("m1", Outcome(DONE, 1)))
    before = files(root)
    root.replace(root.with_name(".old-2025"))
    atomic.mend(root)
    assert files(root) == before
    put(root, ("m2", Outcome(DONE, 1)))
    assert len(manifest.read(root)) == 2


def test_where_the_system_cannot_exchange_folders_two_renames_do(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic, "_exchanged", lambda *_: False)
    put(root, ("m1", Outcome(DONE, 1)))
    put(root, ("m2", Outcome(DONE, 1)))
    assert len(manifest.read(root)) == 2
    assert sorted(path.name for path in root.parent.iterdir()) == [".publishing", "2025", "aside"]


def test_an_archive_holds_the_pages_of_its_municipality_and_opens_alone(root: Path) -> None:
    put(root, ("m1", Outcome(DONE, 1)), ("m2", Outcome(DONE, 1)), (REGION, Outcome(DONE, 1)), zips=True)
    with zipfile.ZipFile(root / "zip" / "m1.zip") as archive:
        assert sorted(archive.namelist()) == ["assets/plotly.min.js", "index.html", "m1/01_good.html"]
        page = archive.read("index.html").decode()
    assert 'href="m1/01_good.html"' in page
    assert "Ёлкинский" not in page
    assert not (root / "zip" / "region.zip").exists()
    assert 'href="zip/m1.zip"' in (root / "index.html").read_text(encoding="utf-8")
    first = (root / "zip" / "m1.zip").read_bytes()
    put(root, ("m1", Outcome(DONE, 1)), ("m2", Outcome(DONE, 1)), zips=True)
    with zipfile.ZipFile(root / "zip" / "m1.zip") as archive:
        assert archive.read("m1/01_good.html").decode() == "страница"
    assert len(first) == (root / "zip" / "m1.zip").stat().st_size


def test_archives_once_asked_for_are_made_by_every_run_until_they_are_refused(root: Path) -> None:
    put(root, ("m1", Outcome(DONE, 1)), ("m2", Outcome(DONE, 1)))
    assert not (root / "zip").exists()
    put(root, ("m1", Outcome(DONE, 1)), zips=True)
    put(root, ("m2", Outcome(DONE, 1)))
    assert {path.name for path in (root / "zip").iterdir()} == {"m1.zip", "m2.zip"}
    put(root, ("m2", Outcome(DONE, 1)), zips=False)
    assert not (root / "zip").exists()
    assert "zip/m1.zip" not in (root / "index.html").read_text(encoding="utf-8")


def test_the_script_shared_by_the_archives_is_that_of_the_tree(root: Path) -> None:
    put(root, ("m1", Outcome(DONE, 1)), ("m2", Outcome(DONE, 1)), zips=True)
    for name in ("m1.zip", "m2.zip"):
        with zipfile.ZipFile(root / "zip" / name) as archive:
            assert archive.testzip() is None
            assert archive.read("assets/plotly.min.js") == (root / "assets/plotly.min.js").read_bytes()
            assert f"{name.removesuffix('.zip')}/01_good.html" in archive.namelist()
    assert {path.name for path in (root / "zip").iterdir()} == {"m1.zip", "m2.zip"}


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"version": 0}', '{"version": 99, "units": []}', '{"version": 1, "units": [{}, 1]}'],
)
def test_a_damaged_manifest_counts_as_none(root: Path, text: str) -> None:
    root.mkdir(parents=True)
    (root / "manifest.json").write_text(text, encoding="utf-8")
    assert manifest.read(root) == {}


def test_the_index_is_honest_alphabetical_and_escaped(root: Path) -> None:
    put(root, *((place, Outcome(DONE, 1)) for place in (REGION, "m1", "m2")))
    no_results = Outcome.failure("selection", 1, message="Нет <результатов>.")
    put(root, ("m2", Outcome.failure("notebook", 1)), ("m3", no_results))
    older = root.parent / "2024"
    put(older, ("m1", Outcome(DONE, 1)), facts=replace(FACTS, year=2024))
    put(root, ("m1", Outcome(DONE, 1)))
    screening = root.parent / "screening"
    screening.mkdir()
    (screening / "screening_report.html").touch()
    page = (root / "index.html").read_text(encoding="utf-8")
    order = [page.index(f'<tr id="{key}"') for key in ("m2", "m3", "m4", "m1")]
    assert order == sorted(order), "Ё stands with Е, by the alphabet"
    assert "Яровское <b>" not in page
    assert "Нет &lt;результатов&gt;." in page
    assert "Не построены отчёты: 2" in page
    assert page.count("Показана страница прошлого запуска.") == 1
    assert 'href="region/01_good.html"' in page
    assert 'href="m1/01_good.html"' in page
    assert "Список: нет отчёта" in page
    assert 'href="../2024/index.html"' in page
    assert 'href="../screening/screening_report.html"' not in page
    assert "1\u00a0312" in page
    assert "http" not in page
    assert 'href="../2025/index.html"' in (older / "index.html").read_text(encoding="utf-8")


def test_a_page_of_earlier_data_carries_its_date(root: Path) -> None:
    put(root, ("m1", Outcome(DONE, 1)))
    put(root, ("m2", Outcome(DONE, 1)), facts=replace(FACTS, snapshot="def456"))
    page = (root / "index.html").read_text(encoding="utf-8")
    assert "Не построены" not in page
    assert page.count("<small>от ") == 1


def test_the_year_is_the_only_thing_that_makes_a_folder_a_year(tmp_path: Path) -> None:
    written = manifest.content(FACTS, [])
    for name in ("2025", "2024", "screening", "2023", "202²", "²"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(written, encoding="utf-8")
    (tmp_path / "2023" / manifest.MANIFEST).unlink()
    assert index.published_years(tmp_path) == [2025, 2024]
