"""Ways to use the app other than a mouse and a large screen: keyboard, small screens, large text, print."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser
from served import Served
from visitor import NewVisitor, Visitor

from dashboards.view import PAGES
from dashboards.words import languages, words

MOST_STOPS = 400
NO_WEBGL = ("--disable-software-rasterizer", "--disable-3d-apis")
WIDTH = "document.documentElement.scrollWidth"


@pytest.mark.parametrize("page", PAGES)
def test_tab_reaches_the_skip_link_the_pages_and_every_control_and_shows_where_it_is(
    visitor: Visitor, page: str
) -> None:
    visitor.goto(page)
    stops = []
    for _ in range(MOST_STOPS):
        visitor.page.keyboard.press("Tab")
        if not visitor.probe("step"):
            break
        stops.append(visitor.probe("focused"))
    else:
        pytest.fail(f"more than {MOST_STOPS} stops: {stops[-5:]}")
    assert stops[0]["href"] == "#main"
    assert {f"/{name}" for name in PAGES} <= {stop["href"].partition("?")[0] for stop in stops}
    assert not visitor.probe("missed")
    assert not [stop for stop in stops if not stop["shown"] or not stop["ring"]]


def test_the_skip_link_leads_into_the_content(visitor: Visitor) -> None:
    page = visitor.goto("zones")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert visitor.probe("focused")["id"] == "main"


@pytest.mark.parametrize("page", PAGES)
def test_a_window_of_400_pixels_does_not_scroll_sideways_in_any_language(
    new_visitor: NewVisitor, demo_site: Served, page: str
) -> None:
    narrow = new_visitor(demo_site, viewport={"width": 400, "height": 800})
    for language in languages():
        seen = narrow.goto(page, lang=language)
        assert seen.evaluate(WIDTH) <= 400, (language, narrow.probe("tooWide"))
    narrow.passes_axe()  # once: in a wide window test_browser_pages judges both languages


@pytest.mark.parametrize("page", PAGES)
def test_print_less_motion_and_text_of_twice_the_size(
    new_visitor: NewVisitor, demo_site: Served, page: str
) -> None:
    calm = new_visitor(demo_site, reduced_motion="reduce")
    seen = calm.goto(page)
    assert not calm.probe("moving")
    seen.add_style_tag(content="html { font-size: 200% !important; }")
    seen.wait_for_timeout(300)
    assert seen.evaluate(WIDTH) <= 1300, calm.probe("tooWide")
    seen.emulate_media(media="print")
    assert seen.locator("h1").is_visible()
    assert len(seen.locator("main").inner_text()) > 40
    assert len(seen.pdf()) > 5_000


def test_the_pages_are_the_same_without_webgl(
    new_visitor: NewVisitor, demo_site: Served, launch: Callable[..., Browser]
) -> None:
    plain = new_visitor(demo_site, in_browser=launch(*NO_WEBGL))
    for page in PAGES:
        seen = plain.goto(page)
        assert seen.evaluate("document.createElement('canvas').getContext('webgl')") is None
        assert seen.locator("h1").inner_text().strip()
        if seen.locator(".leaflet-container").count():
            plain.cells_painted()


def test_every_text_of_the_header_is_in_the_language_of_the_page(visitor: Visitor) -> None:
    seen = visitor.goto("gaps", lang="fr")
    assert seen.locator(".skip-link").inner_text() == words("fr")("shell.skip")
    assert seen.get_by_role("navigation", name=words("fr")("shell.pages")).count() == 1
