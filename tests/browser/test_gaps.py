"""The page Gaps in a real browser: a visitor reads, clicks, chooses, moves the slider, changes language."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from visitor import Visitor

from dashboards.words import words

EN, FR = words("en"), words("fr")
#: The engine compiles itself at its first question.
ENGINE_MS = 120_000
PANEL = ".gaps-panel"
expect.set_options(timeout=20_000)


def click_a_cell(visitor: Visitor, page: Page) -> None:
    """Click in the middle of the map, where the demo city and Porto Alegre have cells."""
    visitor.cells_painted()
    page.locator("#map-gaps").scroll_into_view_if_needed()
    box = page.locator("#map-gaps").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.45 * box["height"])
    expect(page.locator(".gaps-cell-lead")).to_be_visible()


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a drop-down list."""
    page.get_by_role("textbox", name=label, exact=True).or_(
        page.get_by_role("combobox", name=label, exact=True)
    ).first.click()
    page.get_by_role("option", name=option, exact=True).click()


def legend(page: Page) -> str:
    return page.locator(".gaps .fr-legend").inner_text()


def test_a_visitor_reads_who_is_badly_served_and_how_sure_that_is(visitor: Visitor) -> None:
    page = visitor.goto("gaps", lang="en")
    assert page.locator("h1").count() == 1
    expect(page.locator(".gaps-lead")).to_contain_text("Half of the poorest tenth")
    assert page.locator(".gaps-fact").count() == 3
    expect(page.locator("#gaps-deciles .main-svg").first).to_be_visible()
    expect(page.locator("#gaps-charts")).to_contain_text(EN("gaps.title.ranking"))


def test_a_click_tells_what_the_cell_reaches_and_its_day(visitor: Visitor) -> None:
    page = visitor.goto("gaps", lang="en")
    click_a_cell(visitor, page)
    expect(page.locator(PANEL)).to_contain_text(EN("gaps.cell.reach_title"))
    expect(page.locator(PANEL)).to_contain_text(EN("gaps.right.title"))
    expect(page.locator("#gaps-clock-chart .main-svg").first).to_be_visible(timeout=ENGINE_MS)
    assert "cell=" in page.url
    page.locator("#gaps-cell-close").click()
    expect(page.locator(PANEL)).to_contain_text(EN("gaps.panel.hint"))
    expect(page).not_to_have_url(re.compile("cell="))


def test_another_service_recolours_the_map_and_changes_the_sentence(visitor: Visitor) -> None:
    page = visitor.goto("gaps", lang="en")
    visitor.cells_painted()
    before, sentence = legend(page), page.locator(".gaps-lead").inner_text()
    choose(page, EN("gaps.choose.service"), "Hospitals")
    expect(page.locator(".gaps-lead")).not_to_have_text(sentence)
    expect(page.locator(".gaps .fr-legend")).to_contain_text("Hospitals within 45 minutes")
    assert legend(page) != before
    assert "service=hospitals" in page.url


def test_the_language_changes_and_the_choice_stays(visitor: Visitor) -> None:
    page = visitor.goto("gaps", lang="en")
    click_a_cell(visitor, page)
    page.get_by_text("60 min", exact=True).click()
    expect(page.locator(".gaps-lead")).to_contain_text("within 60 minutes")
    visitor.wait_idle()
    page.evaluate("window.stillHere = true")
    page.get_by_text("Français", exact=True).click()
    expect(page.locator(".gaps-lead")).to_contain_text("en moins de 60 minutes")
    expect(page.locator(".gaps-cell-lead")).to_contain_text("60 minutes")
    assert page.evaluate("window.stillHere")


def test_the_slider_moves_the_minute_by_keyboard_and_the_url_brings_it_back(visitor: Visitor) -> None:
    page = visitor.goto("gaps", lang="en")
    click_a_cell(visitor, page)
    told = page.locator("#gaps-reach-told")
    page.get_by_role("button", name=EN("gaps.reach.open")).click()
    expect(told).to_contain_text("Leaving at", timeout=ENGINE_MS)
    if EN("gaps.problem.getting_ready") in told.inner_text():
        pytest.fail("the engine was not waited for")
    first = told.inner_text()
    page.get_by_role("slider").press("ArrowRight")
    expect(told).not_to_have_text(first)
    visitor.wait_idle()
    second, url = told.inner_text(), page.url
    assert "reach=1" in url
    assert "at=" in url
    page.goto("about:blank")
    page.goto(url)
    visitor.wait_idle()
    expect(told).to_have_text(second, timeout=ENGINE_MS)
    expect(page.locator(".gaps .fr-legend")).to_contain_text(EN("gaps.reach.legend"))


def test_a_cell_is_chosen_by_keyboard_in_the_table_of_all_cells(visitor: Visitor) -> None:
    page = visitor.goto("gaps", lang="en")
    page.get_by_role("button", name=EN("gaps.grid.open")).press("Enter")
    row = page.locator("#gaps-grid .ag-center-cols-container [role=row]").first
    expect(row).to_be_visible()
    row.locator("[role=gridcell]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator(".gaps-cell-lead")).to_be_visible()
    assert "cell=" in page.url


def test_a_place_is_found_by_name_and_chosen_by_keyboard(visitor: Visitor) -> None:
    page = visitor.goto("gaps", lang="en")
    box = page.get_by_label(EN("gaps.search.label")).first
    box.click()
    box.press_sequentially("Sablons", delay=30)
    expect(page.get_by_role("option").first).to_contain_text("Sablons")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(f"{PANEL} h2").first).to_contain_text("Sablons")
    assert "cell=" in page.url


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_nothing_is_in_the_way_of_a_screen_reader(visitor: Visitor, lang: str) -> None:
    page = visitor.goto("gaps", lang=lang)
    click_a_cell(visitor, page)
    page.get_by_role("button", name=words(lang)("gaps.grid.open")).click()
    expect(page.locator("#gaps-grid [role=row]").first).to_be_visible()
    expect(page.locator("#gaps-clock-chart .main-svg").first).to_be_visible(timeout=ENGINE_MS)
    visitor.passes_axe()


def test_a_phone_shows_all_without_scrolling_sideways(new_visitor, demo_site) -> None:  # type: ignore[no-untyped-def]
    visitor = new_visitor(demo_site, viewport={"width": 360, "height": 740})
    page = visitor.goto("gaps", lang="fr")
    click_a_cell(visitor, page)
    visitor.wait_idle()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
