"""Every page in every language, in a real browser: it is there, asks nothing outside, and passes axe."""

from __future__ import annotations

import itertools

import pytest
from visitor import Visitor

from dashboards.view import PAGES
from dashboards.words import languages, words

EACH = list(itertools.product(PAGES, languages()))


@pytest.mark.parametrize(("page", "language"), EACH)
def test_a_page_is_whole_in_its_language_and_passes_axe(visitor: Visitor, page: str, language: str) -> None:
    seen = visitor.goto(page, lang=language)
    assert seen.locator("h1").count() == 1
    assert seen.locator("h1").inner_text().strip()
    assert seen.evaluate("document.documentElement.lang") == language
    assert seen.locator(".nav-link-here").inner_text() == words(language)(f"page.{page}")
    assert seen.title().strip()
    assert seen.locator("main").count() == 1
    levels = visitor.probe("headings")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), levels
    assert not visitor.probe("idsTwice")
    visitor.passes_axe()


@pytest.mark.real_data
@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_porto_alegre_loads_in_every_language_and_passes_axe_in_one(
    porto_alegre_visitor: Visitor, page: str
) -> None:
    """Of the languages only the texts differ, which the pages of the demo city have too."""
    for language in languages():
        seen = porto_alegre_visitor.goto(page, lang=language)
        assert seen.locator("h1").inner_text().strip(), language
        assert not seen.locator(".problem").count(), language
    porto_alegre_visitor.passes_axe()
