"""What the style sheet of the pages does, measured in a browser: narrow screens, paper, an error alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from shnor_lib.present import display, html, tables
from shnor_lib.present.tables import Cell, Table
from tests.browser import chromium, watched

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def _laid(body: str) -> str:
    return (
        '<meta name="viewport" content="width=device-width">'
        f"<style>{display.asset('page.css')}</style><main>{html.head('Район', '2025').markup}{body}</main>"
    )


def test_the_search_field_fits_a_telephone(browser: Browser) -> None:
    long = Table("Устранённые и новые дефициты школ", [tables.words("Школа", map(str, range(20)))])
    with watched(browser, 400) as seen:
        seen.page.set_content(_laid(long.html()))
        field = seen.page.locator(".shnor-search input").bounding_box()
        bar = seen.page.locator(".shnor-bar").bounding_box()
        assert field is not None
        assert bar is not None
        assert field["x"] + field["width"] <= bar["x"] + bar["width"] + 0.5
        assert field["width"] > 250, "room for «школа, статус, процедура…»"


def test_a_long_list_is_set_close_on_paper_and_keeps_its_rows(browser: Browser) -> None:
    reasons = "R10: Порог достигнут за 2025 год;R11: Два года подряд в одной процедуре"
    heights = []
    for rows in (39, 40):
        table = Table(
            "Список",
            [
                tables.words("Школа", map(str, range(rows))),
                tables.made(
                    "Почему", [reasons] * rows, lambda v: Cell(str(v), html=html.reasons(v)), wide=True
                ),
            ],
        )
        with watched(browser, 700) as seen:
            seen.page.set_content(_laid(table.html()))
            seen.page.emulate_media(media="print")
            body = seen.page.locator("tbody")
            expect(body.locator("tr:visible")).to_have_count(rows)
            box = body.bounding_box()
            assert box is not None
            heights.append(box["height"] / rows)
    assert heights[1] < heights[0] / 2


def test_the_provenance_unfolds_on_the_screen_and_is_whole_on_paper(browser: Browser) -> None:
    facts = {"Территория": "Район", "Год": "2025", "Основание": "письмо"}
    with watched(browser) as seen:
        seen.page.set_content(_laid(html.closing(facts).markup))
        rest = seen.page.get_by_text("Основание: письмо")
        expect(rest).to_be_hidden()
        expect(seen.page.get_by_text("Территория: Район")).to_be_visible()
        seen.page.emulate_media(media="print")
        expect(seen.page.get_by_text("Подробнее")).to_be_hidden()
        box = rest.bounding_box()
        assert box is not None
        assert box["height"] > 0


def test_an_error_in_place_of_the_page_stands_alone(browser: Browser) -> None:
    heading = '<div class="jp-MarkdownCell"><div class="jp-RenderedMarkdown"><h{0}>{1}</h{0}></div></div>'
    sections = heading.format(1, "Страница") + heading.format(2, "Раздел")
    with watched(browser) as seen:
        seen.page.set_content(_laid(sections + html.instead("Нет такого").markup))
        expect(seen.page.get_by_text("Нет такого")).to_be_visible()
        expect(seen.page.get_by_text("Страница")).to_be_visible()
        expect(seen.page.get_by_text("Раздел")).to_be_hidden()
        seen.page.set_content(_laid(sections + html.error("Один раздел").markup))
        expect(seen.page.get_by_text("Раздел", exact=True)).to_be_visible()
