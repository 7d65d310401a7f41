"""The tree and the manifest: what a failed unit leaves, what a damaged manifest costs."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from shnor_lib.batch import index, publish
from shnor_lib.batch.facts import Counts, Facts
from shnor_lib.batch.plan import REGION, Unit
from shnor_lib.batch.publish import Entry, Site
from shnor_lib.batch.unit import DONE, Outcome
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


def _accept(site: Site, folder: str, outcome: Outcome, text: str = "страница") -> Entry:
    names = {place.id: place.name for place in PLACES} | {REGION: "Пробный край"}
    unit = Unit(Path("01_good.ipynb"), folder, names[folder], 2025, {"municipality": folder, "year": 2025})
    with site.staging() as staging:
        for kind in ("ipynb", "html"):
            (staging / f"01_good.{kind}").write_text(text, encoding="utf-8")
        return site.accept(unit, outcome, staging, FACTS, HEAD)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "reports" / "2025")


def test_a_page_is_published_and_noted(site: Site) -> None:
    entry = _accept(site, "m1", Outcome(DONE, 1.234))
    assert (site.root / "m1" / "01_good.html").read_text(encoding="utf-8") == "страница"
    assert entry.published is not None
    assert entry.published.files == ("m1/01_good.ipynb", "m1/01_good.html")
    manifest = json.loads(site.write_manifest(FACTS).read_text(encoding="utf-8"))
    assert manifest["snapshot"] == "abc123"
    assert manifest["municipalities"]["m1"] == {"municipality": "Яровское <b>", "schools": 1312, "listed": 4}
    unit = manifest["units"][0]
    assert (unit["status"], unit["seconds"], unit["attempt"], unit["error_code"]) == ("done", 1.23, 1, "")
    assert unit["parameters"] == {"municipality": "m1", "year": 2025}
    assert (site.root / "assets" / "plotly.min.js").stat().st_size > 1_000_000
    assert [path.name for path in site.root.glob(".writing-*")] == []


def test_a_failure_keeps_the_last_good_page_and_says_so(site: Site) -> None:
    good = _accept(site, "m1", Outcome(DONE, 1), "старая")
    site.write_manifest(FACTS)
    again = Site(site.root)
    first = _accept(again, "m1", Outcome.failure("timeout", 2, "Traceback в /secret"), "новая")
    second = _accept(again, "m1", Outcome.failure("timeout", 2, "Traceback в /secret"), "новая")
    assert (site.root / "m1" / "01_good.html").read_text(encoding="utf-8") == "старая"
    assert first.published == good.published
    assert (first.attempt, second.attempt) == (1, 2)
    assert "/secret" not in again.write_manifest(FACTS).read_text(encoding="utf-8")
    assert "/secret" in (site.root / ".log" / "m1" / "01_good.txt").read_text(encoding="utf-8")
    recovered = _accept(again, "m1", Outcome(DONE, 1), "новая")
    assert recovered.attempt == 3
    assert not (site.root / ".log" / "m1" / "01_good.txt").exists()


def test_entries_of_other_runs_stay_and_those_of_deleted_pages_go(site: Site) -> None:
    _accept(site, "m1", Outcome(DONE, 1))
    _accept(site, "m2", Outcome(DONE, 1))
    site.write_manifest(FACTS)
    (site.root / "m2" / "01_good.html").unlink()
    assert list(Site(site.root).entries) == [("01_good", "m1")]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"version": 0}', '{"version": 99, "units": []}', '{"version": 1, "units": [{}, 1]}'],
)
def test_a_damaged_manifest_counts_as_none(site: Site, text: str) -> None:
    site.root.mkdir(parents=True)
    (site.root / "manifest.json").write_text(text, encoding="utf-8")
    assert Site(site.root).entries == {}


def test_the_index_is_honest_alphabetical_and_escaped(site: Site) -> None:
    _accept(site, REGION, Outcome(DONE, 1))
    _accept(site, "m1", Outcome(DONE, 1))
    _accept(site, "m2", Outcome(DONE, 1))
    _accept(site, "m2", Outcome.failure("notebook", 1))
    _accept(site, "m3", Outcome.failure("selection", 1, message="Нет <результатов>."))
    site.write_manifest(FACTS)
    older = Site(site.root.parent / "2024")
    _accept(older, "m1", Outcome(DONE, 1))
    older.write_manifest(replace(FACTS, year=2024))
    screening = site.root.parent / "screening"
    screening.mkdir()
    (screening / "screening_report.html").touch()
    index.write_indexes(site.root.parent)
    page = (site.root / "index.html").read_text(encoding="utf-8")
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
    assert 'href="../2025/index.html"' in (older.root / "index.html").read_text(encoding="utf-8")


def test_a_page_of_earlier_data_carries_its_date(site: Site) -> None:
    _accept(site, "m1", Outcome(DONE, 1))
    site.write_manifest(replace(FACTS, snapshot="def456"))
    index.write_indexes(site.root.parent)
    page = (site.root / "index.html").read_text(encoding="utf-8")
    assert "Не построены" not in page
    assert page.count("<small>от ") == 1


def test_the_year_is_the_only_thing_that_makes_a_folder_a_year(tmp_path: Path) -> None:
    for name in ("2025", "2024", "screening", "2023"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").touch()
    (tmp_path / "2023" / publish.MANIFEST).unlink()
    assert index.published_years(tmp_path) == [2025, 2024]
