"""Where the focus is, and what the window is called, after a page, a language or a city is chosen."""

from __future__ import annotations

from visitor import Visitor

FOCUSED = "() => document.activeElement.tagName + '|' + (document.activeElement.value || '')"


def test_after_a_link_the_focus_is_on_the_heading_and_the_window_has_the_pages_name(visitor: Visitor) -> None:
    page = visitor.goto("gaps", lang="en")
    assert page.title().startswith("Gaps · ")
    page.locator("nav a", has_text="Rights").focus()
    page.keyboard.press("Enter")
    page.locator("h1", has_text="Rights").wait_for()
    visitor.wait_idle()
    assert page.evaluate(FOCUSED) == "H1|"
    assert page.title().startswith("Rights · ")


def test_after_a_language_the_focus_is_where_the_language_is_chosen(visitor: Visitor) -> None:
    page = visitor.goto("zones", lang="en")
    page.get_by_text("Français", exact=True).click()
    page.locator("nav a", has_text="Écarts").wait_for()
    visitor.wait_idle()
    assert page.evaluate(FOCUSED) == "INPUT|fr"
    assert page.title().startswith("Zones d’exclusion · ")


def test_a_link_to_another_city_says_so_and_shows_none(visitor: Visitor) -> None:
    page = visitor.goto("gaps", lang="en", run="elsewhere")
    assert "not served here" in page.locator("main").inner_text()
    assert page.locator("main canvas").count() == 0
