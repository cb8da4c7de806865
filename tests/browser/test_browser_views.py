"""Views: language and page change without loading the page again, and a URL restores what was seen."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import expect
from visitor import Visitor

from dashboards.view import PAGES
from dashboards.words import words

MARK = "window.stillTheSamePage = true"


def test_the_language_changes_without_loading_the_page_again(visitor: Visitor) -> None:
    page = visitor.goto("rights", lang="en")
    page.evaluate(MARK)
    page.get_by_text(words("fr")("language"), exact=True).click()
    expect(page.locator(".nav-link-here")).to_have_text(words("fr")("page.rights"))
    visitor.wait_idle()
    assert page.evaluate("window.stillTheSamePage")
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert "lang=fr" in page.url


def test_pages_change_without_loading_and_the_back_button_returns(visitor: Visitor) -> None:
    page = visitor.goto("gaps", lang="en")
    first = page.url
    page.evaluate(MARK)
    for name in ("zones", "method"):
        page.get_by_role("navigation").get_by_text(words("en")(f"page.{name}"), exact=True).click()
        expect(page.locator(".nav-link-here")).to_have_text(words("en")(f"page.{name}"))
        visitor.wait_idle()
    page.go_back()
    expect(page.locator(".nav-link-here")).to_have_text(words("en")("page.zones"))
    visitor.wait_idle()
    page.go_back()
    expect(page.locator(".nav-link-here")).to_have_text(words("en")("page.gaps"))
    visitor.wait_idle()
    assert set(parse_qsl(urlsplit(first).query)) <= set(parse_qsl(urlsplit(page.url).query))
    assert page.evaluate("window.stillTheSamePage")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_comes_back_from_its_url(visitor: Visitor, name: str) -> None:
    page = visitor.goto(name, lang="fr")
    url, heading = page.url, page.locator("h1").inner_text()
    page.goto("about:blank")
    page.goto(url)
    visitor.wait_idle()
    assert page.url == url
    assert page.locator("h1").inner_text() == heading


def test_a_mistyped_view_shows_something_true_and_says_nothing_wrong(visitor: Visitor) -> None:
    page = visitor.goto(
        "gaps", lang="xx", service="../../etc", cutoff="-1", cell="<img src=x onerror=alert(1)>"
    )
    assert page.locator(".nav-link-here").inner_text() == words("en")("page.gaps")
    assert page.locator("main img[onerror]").count() == 0


@pytest.mark.real_data
def test_another_run_is_shown_without_loading_the_page_again(porto_alegre_visitor: Visitor) -> None:
    page = porto_alegre_visitor.goto("method", lang="en")
    page.evaluate(MARK)
    field = page.get_by_role("combobox", name=words("en")("shell.run"))
    if not field.count():
        field = page.get_by_label(words("en")("shell.run")).first
    field.click()
    page.get_by_role("option", name="Marlune").click()
    page.wait_for_url(re.compile("[?&]run=demo"))
    porto_alegre_visitor.wait_idle()
    assert page.evaluate("window.stillTheSamePage")
