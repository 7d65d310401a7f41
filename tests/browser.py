"""A headless Chromium that sees this machine only: what a page asks of others is refused and noted."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HERE = ("http://127.0.0.1:", "ws://127.0.0.1:", "file:", "data:", "blob:")


@dataclass
class Watched:
    """A page and what it did wrong.

    Attributes:
        page: the page.
        refused: addresses outside this machine that it asked for.
        faults: uncaught errors of its scripts.
    """

    page: Page
    refused: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, or a skip where there is none."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def watched(browser: Browser, width: int = 1280) -> Iterator[Watched]:
    """A new page without a way out."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    seen = Watched(page)

    def judge(route: Route) -> None:
        if route.request.url.startswith(HERE):
            route.continue_()
        else:
            seen.refused.append(route.request.url)
            route.abort()

    def note(message: ConsoleMessage) -> None:
        # Voila's own parts disagree about their versions on every page, and say so.
        if message.type == "error" and "module-federation" not in message.text:
            seen.faults.append(message.text)

    page.route("**/*", judge)
    page.on("pageerror", lambda error: seen.faults.append(str(error)))
    page.on("console", note)
    try:
        yield seen
    finally:
        page.close()
