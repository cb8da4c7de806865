"""The map in a real browser: pointer, keyboard, clicks, features over the cells, pages that come and go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from builders_report import CENTRE, write_run
from playwright.sync_api import Page
from served import Served, served
from visitor import Visitor

MAP = '[data-map="gaps"]'
STATE = "[...fairreachMap.states.values()][0]"
#: The disc of builders_report: its middle, and a place outside of every cell.
MIDDLE, OUTSIDE = (-30.05, -51.2), (-30.05, -51.164)


@pytest.fixture(scope="module")
def disc_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("disc")
    with served([write_run(folder / "disc")], folder / "served.log") as site:
        yield site


@pytest.fixture
def visitor(disc_site: Served, new_visitor: Callable[..., Visitor]) -> Visitor:
    return new_visitor(disc_site)


def opened(visitor: Visitor, **view: str) -> Page:
    page = visitor.goto("gaps", **view)
    page.wait_for_selector(f"{MAP}[data-painted]")
    page.locator(f"{MAP} .leaflet-container").scroll_into_view_if_needed()
    return page


def state(page: Page, expression: str) -> Any:
    """Ask the map's state: ``state`` in the expression."""
    return page.evaluate(f"(() => {{ const state = {STATE}; return {expression}; }})()")


def place(page: Page, lat: float, lon: float) -> tuple[float, float]:
    """Pixel of the window where a place is shown."""
    box = page.locator(f"{MAP} .leaflet-container").bounding_box()
    assert box is not None
    point = state(
        page, f"(({{x, y}}) => [x, y])(state.map.latLngToContainerPoint({{lat: {lat}, lng: {lon}}}))"
    )
    return box["x"] + point[0], box["y"] + point[1]


def last_click(page: Page) -> Any:
    return page.evaluate("dash_component_api.getLayout({type: 'map-click', map: 'gaps'}).props.data")


def show(page: Page, part: str, data: object) -> None:
    """Write a store of the map as a callback of a page would."""
    page.evaluate(
        "([part, data]) => dash_clientside.set_props({type: `map-${part}`, map: 'gaps'}, {data})",
        [part, data],
    )
    page.wait_for_timeout(150)


def test_a_click_on_a_cell_chooses_it_and_outside_of_all_cells_none(visitor: Visitor) -> None:
    page = opened(visitor)
    page.mouse.click(*place(page, *MIDDLE))
    visitor.wait_idle()
    assert last_click(page)["cell"] >= 0
    assert f"cell={CENTRE}" in page.url
    assert state(page, "state.layer._outline !== null")
    page.mouse.click(*place(page, *OUTSIDE))
    visitor.wait_idle()
    assert (last_click(page)["cell"], last_click(page)["n"]) == (-1, 2)


def test_the_pointer_says_neighbourhood_value_and_class(visitor: Visitor) -> None:
    page = opened(visitor)
    page.mouse.move(*place(page, *MIDDLE))
    label = page.locator(f"{MAP} .fr-label")
    assert label.is_visible()
    lines = label.inner_text().splitlines()
    assert lines[0] == "Centro"
    assert "10,000" in lines[1]
    page.mouse.move(*place(page, *OUTSIDE))
    assert not label.is_visible()


def test_the_keyboard_moves_the_cross_says_the_cell_and_enter_chooses_it(visitor: Visitor) -> None:
    page = opened(visitor, map=f"{MIDDLE[0]},{MIDDLE[1]},14")
    page.locator(f"{MAP} .leaflet-control-zoom-in").focus()
    page.keyboard.press("Shift+Tab")  # by keyboard, so that the focus can be seen
    assert page.evaluate("document.activeElement.classList.contains('leaflet-container')")
    assert page.locator(f"{MAP} .fr-cross").is_visible()
    live = page.locator(f"{MAP} .leaflet-container [aria-live]")
    assert live.inner_text().startswith("Centro")
    before = page.url
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    page.keyboard.press("Enter")
    visitor.wait_idle()
    assert last_click(page)["cell"] >= 0
    assert "cell=" in page.url
    assert page.url != before


def test_a_moved_map_comes_back_from_its_address(visitor: Visitor) -> None:
    page = opened(visitor, map="-30.0600,-51.2100,14.5")
    assert state(page, "state.map.getZoom()") == 14.5
    assert state(page, "state.map.getCenter().lat") == pytest.approx(-30.06, abs=1e-3)
    state(page, "state.map.setZoom(15, {animate: false}) && 1")
    page.wait_for_timeout(300)
    assert "%2C15" in page.url or ",15" in page.url


ROUTE = {
    "type": "Feature",
    "geometry": {"type": "LineString", "coordinates": [[-51.23, -30.05], [-51.17, -30.05]]},
    "properties": {"kind": "route", "id": "R1", "label": "<b>Line 1</b>"},
}
STOP = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [-51.2, -30.06]},
    "properties": {"kind": "stop", "id": "S1", "label": "Stop 1"},
}


def test_a_click_on_a_feature_names_it_and_beside_it_is_no_answer(visitor: Visitor) -> None:
    page = opened(visitor)
    show(page, "overlay", {"type": "FeatureCollection", "features": [ROUTE, STOP]})
    show(page, "mode", {"pick": "feature"})
    page.mouse.click(*place(page, -30.05, -51.19))
    assert last_click(page)["feature"] == {"kind": "route", "id": "R1"}
    page.mouse.click(*place(page, -30.06, -51.2))
    assert last_click(page)["feature"] == {"kind": "stop", "id": "S1"}
    page.mouse.click(*place(page, -30.03, -51.2))
    assert last_click(page)["n"] == 2
    show(page, "overlay", {"type": "FeatureCollection", "features": []})
    page.mouse.click(*place(page, -30.05, -51.19))
    assert last_click(page)["n"] == 2


def test_labels_of_features_are_text_never_markup(visitor: Visitor) -> None:
    page = opened(visitor)
    show(page, "overlay", {"type": "FeatureCollection", "features": [ROUTE]})
    page.mouse.move(*place(page, -30.05, -51.19))
    page.mouse.move(*place(page, -30.05, -51.1901))
    assert page.locator(f"{MAP} .fr-label").inner_text().startswith("<b>Line 1</b>")
    assert page.locator(f"{MAP} .fr-label b b").count() == 0


def test_a_point_may_be_chosen_anywhere_with_a_cross_for_a_pointer(visitor: Visitor) -> None:
    page = opened(visitor)
    show(page, "mode", {"pick": "point"})
    page.mouse.click(*place(page, *OUTSIDE))
    click = last_click(page)
    assert (click["lat"], click["lon"]) == pytest.approx(OUTSIDE, abs=1e-3)
    cursor = page.evaluate(f"getComputedStyle(document.querySelector('{MAP} .leaflet-container')).cursor")
    assert cursor == "crosshair"


def test_the_legend_is_a_list_with_a_swatch_for_each_look(visitor: Visitor) -> None:
    page = opened(visitor)
    items = page.locator(f"{MAP} .fr-legend li")
    assert items.count() >= 5
    assert page.locator(f"{MAP} .fr-legend canvas").count() == items.count()
    assert "residents" in items.first.inner_text()


def test_pages_that_come_and_go_leave_one_map_and_its_controls_behind(visitor: Visitor) -> None:
    page = opened(visitor)
    for _ in range(3):
        for name in ("method", "gaps"):
            page.locator(f'.pages a[href="/{name}"]').click()
            visitor.wait_idle()
    page.wait_for_selector(f"{MAP}[data-painted]")
    assert page.evaluate("fairreachMap.states.size") == 1
    assert page.locator(".leaflet-control-zoom").count() == 1


def test_the_map_without_streets_says_so_and_still_has_its_names(visitor: Visitor) -> None:
    page = opened(visitor)
    page.wait_for_selector(f"{MAP} .fr-name")
    assert "Centro" in page.locator(f"{MAP} .fr-name").all_inner_texts()
    assert page.locator(f"{MAP} .fr-no-ground").is_visible()
