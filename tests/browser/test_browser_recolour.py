"""Another choice colours the map first, whatever order answers come in, and without the short way too."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from builders_report import write_run
from playwright.sync_api import Page, Route, expect
from served import Served, served
from visitor import Visitor

LEGEND = ".gaps .fr-legend"
PAINT = "**/paint.json*"
LATE_MS = 2_000
#: The answer for 30 minutes comes after all others, to whoever still listens.
LATE_EVEN_IF_GIVEN_UP = f"""() => {{
  window.came = 0;
  const ask = window.fetch;
  window.fetch = async (address, options) => {{
    const mine = /paint\\.json.*cutoff=30/.test(String(address));
    if (!mine) return ask(address, options);
    const answer = await ask(address);
    await new Promise((done) => setTimeout(done, {LATE_MS} - 500));
    window.came += 1;
    return answer;
  }};
}}"""


@pytest.fixture(scope="module")
def disc_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("disc")
    with served([write_run(folder / "disc")], folder / "served.log") as site:
        yield site


@pytest.fixture
def visitor(disc_site: Served, new_visitor: Callable[..., Visitor]) -> Visitor:
    return new_visitor(disc_site)


def opened(visitor: Visitor) -> Page:
    page = visitor.goto("gaps", lang="en")
    visitor.cells_painted()
    expect(page.locator(LEGEND)).to_contain_text("45 minutes")
    return page


def choose(page: Page, minutes: int) -> None:
    page.get_by_text(f"{minutes} min", exact=True).click()


def n_painted(page: Page) -> int:
    return int(page.locator('[data-map="gaps"]').get_attribute("data-painted") or 0)


def stored(page: Page) -> str:
    """Title of the legend in the map's store."""
    return str(
        page.evaluate(
            "dash_component_api.getLayout({type: 'map-paint', map: 'gaps'}).props.data.legend_title"
        )
    )


def shows_everywhere(visitor: Visitor, page: Page, minutes: int) -> None:
    """Map, store, URL and sentence say the same number of minutes."""
    visitor.wait_idle()
    expect(page.locator(LEGEND)).to_contain_text(f"{minutes} minutes")
    expect(page.locator(".gaps-lead")).to_contain_text(f"{minutes} minutes")
    assert f"{minutes} minutes" in stored(page)
    assert f"cutoff={minutes}" in page.url


def test_the_map_is_painted_once_and_before_the_server_is_asked_for_anything_else(visitor: Visitor) -> None:
    page = opened(visitor)
    before, order = n_painted(page), []
    page.on("request", lambda request: order.append(request.url.split("?")[0].rsplit("/", 1)[1]))
    choose(page, 60)
    shows_everywhere(visitor, page, 60)
    assert n_painted(page) == before + 1
    assert order[0] == "paint.json"
    assert order.count("paint.json") == 1


def test_a_slow_older_answer_never_overwrites_a_newer_one(visitor: Visitor) -> None:
    page = opened(visitor)

    page.evaluate(LATE_EVEN_IF_GIVEN_UP)
    choose(page, 30)
    choose(page, 60)
    shows_everywhere(visitor, page, 60)
    page.wait_for_timeout(LATE_MS)
    assert page.evaluate("window.came") == 1
    shows_everywhere(visitor, page, 60)


def test_a_choice_taken_back_before_its_answer_leaves_all_as_it_was(visitor: Visitor) -> None:
    page = opened(visitor)
    before = n_painted(page)
    page.route(PAINT, lambda route: None)  # never answered
    choose(page, 60)
    choose(page, 45)
    page.wait_for_timeout(3_000)
    expect(page.locator(LEGEND)).to_contain_text("45 minutes")
    assert n_painted(page) == before
    assert "cutoff=60" not in page.url
    page.unroute(PAINT)
    choose(page, 30)
    shows_everywhere(visitor, page, 30)


def test_two_choices_in_quick_succession_are_both_kept(visitor: Visitor) -> None:
    page = opened(visitor)
    page.route(PAINT, lambda route: None if "cutoff=60&" in route.request.url else route.continue_())
    choose(page, 60)
    page.evaluate("dash_clientside.set_props({type: 'control', key: 'service'}, {value: 'schools'})")
    visitor.page.unroute(PAINT)
    page.wait_for_timeout(2_500)
    shows_everywhere(visitor, page, 60)
    assert "service=schools" in page.url
    expect(page.locator(LEGEND)).to_contain_text("Schools")


@pytest.mark.parametrize("way", ["nothing", "broken", "cut off", "silent"])
def test_where_the_short_way_fails_the_callback_paints(visitor: Visitor, way: str) -> None:
    page = opened(visitor)

    def fail(route: Route) -> None:
        if way == "nothing":
            route.fulfill(status=204)
        elif way == "broken":
            route.fulfill(status=200, body="{", content_type="application/json")
        elif way == "cut off":
            route.abort()

    page.route(PAINT, fail)
    choose(page, 60)
    expect(page.locator(LEGEND)).to_contain_text("60 minutes")
    page.unroute(PAINT)
    page.wait_for_timeout(300)
    expect(page.locator(".gaps-lead")).to_contain_text("60 minutes")
    assert "60 minutes" in stored(page)
    if way == "cut off":  # the browser's console tells of it
        visitor.problems.clear()


def test_a_choice_of_before_comes_back_by_the_short_way(visitor: Visitor) -> None:
    page = opened(visitor)
    for minutes in (60, 45, 60, 30):
        choose(page, minutes)
        shows_everywhere(visitor, page, minutes)


def test_back_and_forth_between_pages_the_choice_stays(visitor: Visitor) -> None:
    page = opened(visitor)
    choose(page, 60)
    visitor.wait_idle()
    for name in ("method", "gaps"):
        page.locator(f'.pages a[href="/{name}"]').click()
        visitor.wait_idle()
    shows_everywhere(visitor, page, 60)
    choose(page, 30)
    shows_everywhere(visitor, page, 30)
