"""The page Data and method in a browser: search among the formulas, folds, links within the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from visitor import Visitor

from dashboards.words import words


def test_a_search_leaves_the_formulas_that_have_the_words_and_the_url_keeps_it(visitor: Visitor) -> None:
    page, said = visitor.goto("method", lang="en"), words("en")
    entries = page.locator(".formula-entry")
    everything = entries.count()
    page.get_by_label(said("method.search"), exact=True).fill("dissimilarity")
    expect(entries.first).to_contain_text("issimilarity")
    visitor.wait_idle()
    assert 0 < entries.count() < everything
    assert "find=dissimilarity" in page.url
    page.reload()
    visitor.wait_idle()
    assert 0 < entries.count() < everything


def test_a_link_within_the_page_stays_on_it(visitor: Visitor) -> None:
    page, said = visitor.goto("method", lang="fr"), words("fr")
    page.get_by_role("link", name=said("method.part.repeat")).click()
    visitor.wait_idle()
    expect(page.get_by_role("heading", name=said("method.part.repeat"))).to_be_in_viewport()
    assert page.locator(".nav-link-here").inner_text() == said("page.method")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_fold_opens_and_names_no_folder_of_the_machine(visitor: Visitor, language: str) -> None:
    page = visitor.goto("method", lang=language)
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
    text = page.locator("main").inner_text()
    for folder in ("/root", "/home", "/work", "/Users"):
        assert folder not in text
    assert page.locator(".configuration").is_visible()
    visitor.passes_axe()
