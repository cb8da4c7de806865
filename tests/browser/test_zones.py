"""The page on exclusion zones in a real browser: choose, sort, read, download the sheet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from visitor import Visitor


def test_a_zone_is_chosen_in_the_table_and_kept_in_the_url(visitor: Visitor) -> None:
    page = visitor.goto("zones")
    expect(page.locator("#zones-panel h2")).to_have_text("Zone 1: Les Peupliers")
    page.get_by_role("button", name="Les Berges").click()
    visitor.wait_idle()
    expect(page.locator("#zones-panel h2")).to_have_text("Zone 2: Les Berges")
    expect(page.locator("#zones-rights")).to_contain_text("Les Berges: residents who lack each right")
    expect(page.get_by_role("button", name="Les Berges")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Les Peupliers")).to_have_attribute("aria-pressed", "false")
    page.goto(page.url)
    visitor.wait_idle()
    expect(page.locator("#zones-panel h2")).to_have_text("Zone 2: Les Berges")


def test_a_zone_is_chosen_on_the_map(visitor: Visitor) -> None:
    page = visitor.goto("zones")
    visitor.cells_painted()
    number = page.locator(".fr-zone-name", has_text="2").bounding_box()
    assert number is not None
    page.mouse.click(number["x"] + number["width"] / 2, number["y"] + number["height"] / 2)
    visitor.wait_idle()
    expect(page.locator("#zones-panel h2")).to_have_text("Zone 2: Les Berges")


def test_a_heading_sorts_and_keeps_the_focus(visitor: Visitor) -> None:
    page = visitor.goto("zones")
    heading = page.locator("#zones-register th", has_text="Rights lacking")
    heading.get_by_role("button").focus()
    page.keyboard.press("Enter")
    visitor.wait_idle()
    expect(heading).to_have_attribute("aria-sort", "descending")
    assert page.locator("#zones-body tr th").all_inner_texts() == ["Les Berges", "Les Peupliers"]
    assert "Rights lacking" in str(page.evaluate("document.activeElement.textContent"))
    page.keyboard.press("Enter")
    visitor.wait_idle()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    expect(page).to_have_url(re.compile("zone_sort=lacking"))


@pytest.mark.parametrize(("language", "button"), [("en", "Sheet, one page"), ("fr", "Fiche d’une page")])
def test_the_sheet_is_downloaded_under_the_id_of_the_zone(
    visitor: Visitor, tmp_path: Path, language: str, button: str
) -> None:
    page = visitor.goto("zones", lang=language)
    with page.expect_download() as coming:
        page.locator("#zones-panel").get_by_role("button", name=re.compile(button)).first.click()
    assert re.fullmatch(rf"zone-[0-9a-f]{{15}}\.{language}\.pdf", coming.value.suggested_filename)
    coming.value.save_as(tmp_path / "sheet.pdf")
    content = (tmp_path / "sheet.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert f"/Lang({language})".encode() in content
    expect(page.locator("#zones-said")).to_contain_text("zone-")


def test_without_a_scenario_the_page_leads_to_what_if(visitor: Visitor) -> None:
    page = visitor.goto("zones")
    page.locator("#zones-scenarios").get_by_role("link").click()
    visitor.wait_idle()
    expect(page).to_have_url(re.compile("/what-if"))


def test_the_page_passes_axe_with_all_tables_open(visitor: Visitor) -> None:
    page = visitor.goto("zones", lang="fr")
    for folded in page.locator("main details > summary").all():
        folded.click()
    visitor.passes_axe()


def test_nothing_sticks_out_of_the_page_when_the_window_changes(visitor: Visitor) -> None:
    page = visitor.goto("zones", lang="fr")
    for width in (400, 1400):
        page.set_viewport_size({"width": width, "height": 800})
        visitor.wait_idle()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.real_data
def test_porto_alegre_warns_of_the_edge(porto_alegre_visitor: Visitor) -> None:
    page = porto_alegre_visitor.goto("zones", lang="fr")
    assert page.locator("#zones-body tr").count() >= 1
    expect(page.locator("#zones-panel [role=note]")).to_contain_text("le bord de la zone d’étude")
