"""The page Segregation in a browser: a number tells how it was made, the map changes, downloads arrive."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from visitor import Visitor

from dashboards.words import words

#: Charts come after the map, and a cold server draws its first ones slowly.
LONGEST_MS = 30_000


def opened_panel(page: Page, language: str) -> None:
    """Open the panel of the first number by keyboard."""
    button = page.locator("main button.how").first
    button.focus()
    page.keyboard.press("Enter")
    title = page.get_by_role("heading", name=words(language)("how.title"))
    expect(title).to_be_visible(timeout=LONGEST_MS)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_number_tells_how_it_was_made_by_keyboard_and_focus_returns(
    visitor: Visitor, language: str
) -> None:
    page, said = visitor.goto("segregation", lang=language), words(language)
    opened_panel(page, language)
    panel = page.get_by_role("dialog")
    expect(panel.get_by_role("heading", name=said("how.formula"), exact=True)).to_be_visible()
    assert page.evaluate("document.activeElement.closest('[role=dialog]') !== null")
    assert not visitor.axe("[role=dialog]")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    assert page.evaluate("document.activeElement.matches('main button.how')")


def test_the_panel_lies_above_the_map(visitor: Visitor) -> None:
    page = visitor.goto("segregation", lang="en")
    visitor.cells_painted()
    opened_panel(page, "en")
    page.wait_for_timeout(400)
    on_top = "([x, y]) => document.elementFromPoint(x, y).closest('[role=dialog]') !== null"
    for y in (200, 400, 600, 780):
        assert page.evaluate(on_top, [1150, y])


def test_the_link_of_the_panel_leads_to_the_indicator_and_closes_it(visitor: Visitor) -> None:
    page, said = visitor.goto("segregation", lang="en"), words("en")
    opened_panel(page, "en")
    page.get_by_role("dialog").get_by_role("link", name=said("how.method_indicator")).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    visitor.wait_idle()
    assert page.locator(".nav-link-here").inner_text() == said("page.method")
    assert page.get_by_label(said("method.search"), exact=True).input_value().startswith("segregation_")


def test_another_way_of_reaching_repaints_the_map_and_says_so_and_the_url_keeps_it(visitor: Visitor) -> None:
    page, said = visitor.goto("segregation", lang="en"), words("en")
    visitor.cells_painted()
    before = page.locator("#segregation-map-said").inner_text()
    page.get_by_role("textbox", name=said("segregation.map.choose")).click()
    page.get_by_role("option", name="On foot").click()
    expect(page.locator("#segregation-map-said")).not_to_have_text(before)
    visitor.wait_idle()
    after = page.locator("#segregation-map-said").inner_text()
    assert "on foot" in after
    assert "kernel=walk" in page.url
    page.reload()
    visitor.wait_idle()
    assert page.locator("#segregation-map-said").inner_text() == after


def test_charts_come_with_a_sentence_and_a_table_and_no_button_that_uploads(visitor: Visitor) -> None:
    page = visitor.goto("segregation", lang="fr")
    expect(page.locator("figure.chart .js-plotly-plot").first).to_be_visible(timeout=LONGEST_MS)
    visitor.wait_idle()
    figures = page.locator("figure.chart")
    assert figures.count() >= 6
    assert all(text.strip() for text in figures.locator("figcaption").all_inner_texts())
    assert not page.locator("[data-title*='hare'], [data-title*='cloud']").count()
    visitor.passes_axe()


FORMS = {"csv": b"PK", "gpkg": b"SQLite", "png": b"\x89PNG", "svg": b"<?xml"}


def test_what_is_shown_can_be_downloaded_in_every_form_one_after_the_other(
    visitor: Visitor, tmp_path: Path
) -> None:
    page, said = visitor.goto("segregation", lang="fr"), words("fr")
    for form, start in FORMS.items():
        page.locator("main details.download summary").press("Enter")
        with page.expect_download(timeout=LONGEST_MS) as coming:
            page.get_by_role("button", name=said(f"downloads.{form}")).press("Enter")
        name, file = coming.value.suggested_filename, tmp_path / form
        coming.value.save_as(file)
        assert "-segregation-" in name, form
        assert file.read_bytes().startswith(start), form
        expect(page.get_by_role("status").filter(has_text=name)).to_be_visible()
        assert page.evaluate("document.activeElement.matches('details.download:not([open]) > summary')"), form
    assert "about.txt" in zipfile.ZipFile(tmp_path / "csv").namelist()


@pytest.mark.real_data
@pytest.mark.parametrize("language", ["en", "fr"])
def test_porto_alegre_says_what_is_missing_and_shows_the_rest(
    porto_alegre_visitor: Visitor, language: str
) -> None:
    page, said = porto_alegre_visitor.goto("segregation", lang=language), words(language)
    expect(page.get_by_role("heading", name=said("segregation.part.travel"), exact=True)).to_be_visible(
        timeout=LONGEST_MS
    )
    porto_alegre_visitor.wait_idle()
    assert page.locator(".notice").count() >= 1
    assert not page.get_by_role("heading", name=said("segregation.part.chance")).count()
    porto_alegre_visitor.passes_axe()
