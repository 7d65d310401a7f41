"""Index and report opened from a folder, as an official opens them from a file share."""

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, expect

from shnor_lib.batch.html import PLOTLY_MIME, render
from shnor_lib.batch.job import Heading, Outcome
from shnor_lib.batch.names import DONE
from tests.batch.test_publish import put
from tests.browser import chromium, watched

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with one report of two figures."""
    figure = {
        "data": [{"type": "bar", "x": ["а", "б"], "y": [1, 2]}],
        "layout": {"height": 300, "width": 3000},
    }
    shown = nbformat.v4.new_output("display_data", {PLOTLY_MIME: figure})
    cells = [nbformat.v4.new_markdown_cell("# Отчёт"), nbformat.v4.new_code_cell("", outputs=[shown, shown])]
    page = render(nbformat.v4.new_notebook(cells=cells), Heading("Отчёт", "Жуков", "Край", 2025, "m4"))
    root = tmp_path_factory.mktemp("reports") / "2025"
    put(root, *((folder, Outcome(DONE, 1)) for folder in ("region", "m1", "m2", "m4")), text=page)
    put(root, ("m3", Outcome.failure("timeout", 1)))
    return root


def test_the_index_finds_sorts_and_leads_to_a_report_and_back(browser: Browser, root: Path) -> None:
    with watched(browser) as seen:
        page = seen.page
        page.goto((root / "index.html").as_uri())
        names = page.locator("tbody tr:visible th")
        assert names.all_inner_texts() == ["Ёлкинский район", "Енисейский район", "Жуков", "Яровское <b>"]
        page.get_by_role("button", name="В списке ШНОР").click()
        assert names.first.inner_text() == "Яровское <b>"
        page.get_by_role("button", name="Муниципалитет").click()
        assert names.first.inner_text() == "Ёлкинский район"
        page.locator("#search").fill("елкин")
        assert names.all_inner_texts() == ["Ёлкинский район"]
        expect(page.locator("#found")).to_have_text("Найдено: 1 из 4")
        page.locator("#search").fill("нигде")
        expect(page.locator("#nothing")).to_be_visible()
        page.locator("#search").fill("")
        page.get_by_role("link", name="Список школ: Жуков").click()
        expect(page).to_have_title("Отчёт — Жуков, 2025 год")
        page.get_by_role("link", name="Все отчёты за 2025 год").click()
        expect(page).to_have_url(re.compile(r"index\.html#m4$"))
        assert seen.refused == []
        assert seen.faults == []


def test_figures_are_drawn_as_wide_as_the_page(browser: Browser, root: Path) -> None:
    with watched(browser, width=800) as seen:
        page = seen.page
        page.goto((root / "m4" / "01_good.html").as_uri())
        page.wait_for_selector("html.shnor-drawn", state="attached")
        boxes = [plot.bounding_box() for plot in page.locator(".report-plot .main-svg:first-child").all()]
        assert len(boxes) == 2
        for box in boxes:
            assert box is not None
            assert 600 < box["width"] < 800
        assert len(page.pdf(prefer_css_page_size=True)) > 10_000
        assert seen.refused == []
        assert seen.faults == []


def test_a_page_taken_from_its_folder_says_what_is_missing(
    browser: Browser, root: Path, tmp_path: Path
) -> None:
    alone = tmp_path / "alone.html"
    alone.write_text((root / "m4" / "01_good.html").read_text(encoding="utf-8"), encoding="utf-8")
    with watched(browser) as seen:
        seen.page.goto(alone.as_uri())
        expect(seen.page.locator(".report-plot").first).to_contain_text("Рисунок не показан")


def test_the_index_fits_a_telephone(browser: Browser, root: Path) -> None:
    with watched(browser, width=390) as seen:
        seen.page.goto((root / "index.html").as_uri())
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
