"""The dashboards as an official sees them: home page, figures, tables, a change of municipality."""

import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.batch.conftest import build_project
from tests.browser import chromium, watched
from tests.processes import alive, tree

pytestmark = pytest.mark.browser

SERVER = """
import sys
from pathlib import Path
from shnor_lib.serve import serve
from shnor_lib.settings import Project
serve(Project(Path(sys.argv[1])), port=int(sys.argv[2]))
"""
PATIENCE = 40_000  # ms; the first page waits for what all share, some seconds on idle cores


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A server on the small project with the shipped notebooks: its address and its process."""
    project = build_project(tmp_path_factory.mktemp("project"))
    shutil.rmtree(project.root / "notebooks")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = project.root / "server.log"
    with (
        log.open("w", encoding="utf-8") as errors,
        subprocess.Popen(
            [sys.executable, "-u", "-c", SERVER, str(project.root), str(port)],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=project.root,
        ) as server,
    ):
        assert server.stdout is not None
        said = server.stdout.readline()
        assert said == f"Панели открыты: http://127.0.0.1:{port}/\n", log.read_text(encoding="utf-8")
        yield f"http://127.0.0.1:{port}/", server.pid
        started = [pid for level in tree(server.pid) for pid in level]
        server.terminate()
        server.communicate(timeout=20)
        deadline = time.monotonic() + 10
        while left := [pid for pid in started if alive(pid)]:
            assert time.monotonic() < deadline, f"outlived the server: {left}"
            time.sleep(0.1)


@pytest.fixture(scope="module")
def address(served: tuple[str, int]) -> str:
    """Address of that server."""
    return served[0]


@pytest.mark.skipif(sys.platform != "linux", reason="forks")
def test_a_dashboard_runs_in_a_fork_of_the_warm_process_of_its_server(served: tuple[str, int]) -> None:
    address, server = served
    status, _ = _answer(f"{address}voila/render/02_dynamics.ipynb?municipality=reg22_m001")
    assert status == 200
    [_], kernels = tree(server)[1:]
    assert kernels


def test_a_wrong_address_shows_the_error_alone_and_what_to_do(browser: Browser, address: str) -> None:
    with watched(browser) as seen:
        page = seen.page
        page.goto(f"{address}voila/render/03_resource_deficits.ipynb?municipality=nowhere")
        expect(page.locator(".shnor-is-error")).to_contain_text(
            "Выберите муниципалитет и год", timeout=PATIENCE
        )
        expect(page.locator("h1")).to_be_visible()
        assert page.locator("h2").count() > 0
        expect(page.locator("h2:visible")).to_have_count(0)


def test_from_the_home_page_to_a_dashboard_that_reacts(browser: Browser, address: str) -> None:
    with watched(browser) as seen:
        page = seen.page
        page.goto(address)
        expect(page.locator("[data-dashboard]")).to_have_count(3)
        page.get_by_label("Муниципалитет").select_option(label="Алейский район")
        page.locator("[data-dashboard]").first.click()
        page.wait_for_selector(".shnor-ready", timeout=PATIENCE)
        assert "municipality=reg22_m001&year=2025" in page.url
        expect(page.locator("html")).to_have_attribute("lang", "ru")
        expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=PATIENCE)
        expect(page.locator("table.shnor-table").first).to_be_visible()
        cells = page.locator("#rendered_cells")
        expect(cells).to_contain_text("Школа 220101")
        expect(cells).not_to_contain_text("Школа 220401")

        place = page.locator(".shnor-controls [name=municipality]")
        place.fill("Бийский район")
        place.press("Enter")
        expect(cells).to_contain_text("Школа 220401", timeout=PATIENCE)
        expect(cells).not_to_contain_text("Школа 220101", timeout=PATIENCE)
        expect(page).to_have_url(re.compile("municipality=reg22_m004"))
        expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()

        facts = json.loads(page.locator("#jupyter-config-data").text_content() or "")
        kernel = f"{address}api/kernels/{facts['kernelId']}"
        assert _answer(kernel)[0] == 200
        page.get_by_role("link", name="Все панели").click()
        expect(page.get_by_label("Муниципалитет")).to_have_value("reg22_m004")
        assert seen.refused == []
        assert seen.faults == []
    deadline = time.monotonic() + 15
    while _answer(kernel)[0] != 404 and time.monotonic() < deadline:
        time.sleep(0.3)
    assert _answer(kernel)[0] == 404, "a page that is left ends its kernel"


def test_other_settings_are_tried_at_once_and_taken_back(browser: Browser, address: str) -> None:
    with watched(browser) as seen:
        page = seen.page
        page.goto(f"{address}voila/render/01_identification.ipynb?municipality=reg22_m001&year=2025")
        page.wait_for_selector(".shnor-ready", timeout=PATIENCE)
        cells = page.locator("#rendered_cells")
        expect(page.locator(".shnor-controls [name=usual]")).to_be_hidden()
        page.get_by_text("Что, если изменить правила?").click()
        page.locator(".shnor-controls [name=min_participants]").select_option("15")
        expect(cells).to_contain_text("Проба: не считать работы, где участников меньше 15", timeout=PATIENCE)
        expect(cells).to_contain_text("Добавилось бы 0 школ, выпала бы 1 школа.")
        page.locator(".shnor-controls [name=limb_b]").select_option("any_series")
        page.get_by_role("checkbox", name="ВПР МА 5").uncheck()
        expect(page).to_have_url(
            re.compile("min_participants=15&limb_b=any_series&series=vpr-ma-6"), timeout=PATIENCE
        )
        page.get_by_role("button", name="Вернуть методику").click()
        expect(cells).not_to_contain_text("Проба:", timeout=PATIENCE)
        expect(page.get_by_role("checkbox", name="ВПР МА 5")).to_be_checked()
        assert page.url.endswith("?municipality=reg22_m001&year=2025")
        assert seen.refused == []
        assert seen.faults == []


def test_links_between_dashboards_keep_the_choice(browser: Browser, address: str) -> None:
    with watched(browser) as seen:
        page = seen.page
        page.goto(f"{address}voila/render/03_resource_deficits.ipynb?municipality=reg22_m003&year=2024")
        page.wait_for_selector(".shnor-ready", timeout=PATIENCE)
        expect(page.locator("#rendered_cells")).to_contain_text("город Яровое")
        page.locator(".shnor-top a[data-keep]").nth(2).click()
        page.wait_for_url(
            re.compile(r"02_dynamics\.ipynb\?municipality=reg22_m003&year=2024"), timeout=PATIENCE
        )
        page.wait_for_selector(".shnor-ready", timeout=PATIENCE)
        assert seen.refused == []


def _answer(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE / 1000) as answer:  # noqa: S310 - our own server
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.parametrize(
    "path", ["voila/tree", "voila/tree/..", "voila/api/contents", "nothing", "voila/render/no.ipynb"]
)
def test_folders_cannot_be_listed(address: str, path: str) -> None:
    status, page = _answer(address + path)
    assert status == 404
    assert "Такой страницы нет" in page
