"""The page Rights in a real browser: choose a right, click a cell, list the cells, come back by the URL."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from visitor import Visitor

MAP = '[data-map="rights"]'


def click_in_the_middle(visitor: Visitor) -> None:
    """Click a cell near the middle of the map, once it is painted."""
    visitor.cells_painted()
    box = visitor.page.locator(f"{MAP} .leaflet-container").bounding_box()
    assert box is not None
    visitor.page.mouse.click(box["x"] + 0.45 * box["width"], box["y"] + 0.55 * box["height"])
    visitor.wait_idle()


def choose(page: Page, label: str) -> None:
    page.get_by_role("textbox", name="Show on the map").click()
    page.get_by_role("option", name=label, exact=True).click()


def test_a_click_tells_the_rights_of_the_cell_and_the_url_restores_it(visitor: Visitor) -> None:
    page = visitor.goto("rights")
    click_in_the_middle(visitor)
    panel = page.locator("#rights-cell")
    expect(panel).to_contain_text("A primary school within 15 minutes")
    expect(page).to_have_url(re.compile("cell=89"))
    said = panel.inner_text()
    page.goto(page.url)
    visitor.wait_idle()
    assert page.locator("#rights-cell").inner_text() == said


def test_another_right_changes_map_words_and_chart(visitor: Visitor) -> None:
    page = visitor.goto("rights")
    visitor.cells_painted()
    choose(page, "30 % of the study area's jobs within 60 minutes")
    visitor.wait_idle()
    expect(page.locator("#rights-about")).to_contain_text("At least 30% of all jobs")
    expect(page.locator(f"{MAP} .fr-legend")).to_contain_text("25% to 50% missing")
    expect(page.locator("#rights-groups")).to_contain_text("jobs within 60 minutes")
    expect(page).to_have_url(re.compile("right=eu_jobs"))


def test_the_basket_is_a_map_of_its_own(visitor: Visitor) -> None:
    page = visitor.goto("rights", right="basket", lang="fr")
    visitor.cells_painted()
    expect(page.locator(f"{MAP} .fr-legend")).to_contain_text("Il en manque 7")
    expect(page.locator("#rights-several-0")).to_be_attached()


def test_the_list_of_cells_chooses_by_keyboard(visitor: Visitor) -> None:
    page = visitor.goto("rights")
    page.locator("#rights-cells-button").focus()
    page.keyboard.press("Enter")
    cell = page.locator("#rights-grid .ag-row[row-index='0'] .ag-cell").first
    cell.wait_for()
    visitor.passes_axe()
    cell.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    visitor.wait_idle()
    expect(page.locator("#rights-cell")).to_contain_text("rights that could be judged here")


def test_tables_and_panels_pass_axe_when_open(visitor: Visitor) -> None:
    page = visitor.goto("rights", lang="fr")
    for folded in page.locator("main details > summary").all():
        folded.click()
    click_in_the_middle(visitor)
    visitor.passes_axe()


@pytest.mark.parametrize("forged", ["<script>alert(1)</script>", "../../etc/passwd", "basket:x"])
def test_a_forged_right_shows_the_first(visitor: Visitor, forged: str) -> None:
    page = visitor.goto("rights", right=forged)
    expect(page.locator("#rights-about")).to_contain_text("A hospital within 45 minutes")


def test_nothing_sticks_out_of_the_page_when_the_window_changes(visitor: Visitor) -> None:
    page = visitor.goto("rights", lang="fr")
    for width in (400, 1400):
        page.set_viewport_size({"width": width, "height": 800})
        visitor.wait_idle()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.real_data
def test_porto_alegre_shows_both_catalogues(porto_alegre_visitor: Visitor) -> None:
    page = porto_alegre_visitor.goto("rights")
    assert page.locator("details.catalogue").count() == 2
    expect(page.locator("main")).to_contain_text("no data on these places in this run")
    click_in_the_middle(porto_alegre_visitor)
    expect(page.locator("#rights-cell")).to_contain_text("could not be judged anywhere")
