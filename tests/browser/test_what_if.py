"""A planner asks what if line 9 of the demo city ran every 10 minutes, and reads who gains and who loses."""

from __future__ import annotations

import re

from conftest import NewVisitor
from playwright.sync_api import Page, expect
from served import Served
from visitor import Visitor

from dashboards.words import words

LONGEST_WAIT_MS = 60_000
EN, FR = words("en"), words("fr")


def open_form(page: Page, kind: str, said: object = EN) -> None:
    """Choose what changes."""
    page.locator("#what-if-kind").click()
    page.get_by_role("option", name=said(f"what_if.kind.{kind}"), exact=True).click()  # type: ignore[operator]
    page.wait_for_selector("#what-if-add", timeout=LONGEST_WAIT_MS)


def choose_line(page: Page, text: str) -> None:
    """Choose the first line that a text finds."""
    page.locator('input[id*="lines"]').first.focus()
    page.keyboard.type(text)
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")


def test_line_9_every_10_minutes_is_asked_computed_and_read(visitor: Visitor) -> None:
    page = visitor.goto("what-if")
    open_form(page, "headway")
    choose_line(page, "9 Les")
    expect(page.locator("#what-if-today")).to_contain_text("every 40 minutes")
    page.locator("#what-if-add").press("Enter")
    expect(page.locator("#what-if-list")).to_contain_text(
        "Line 9: every 10 minutes on weekdays, 06:00 to 22:00."
    )
    visitor.passes_axe()
    page.locator("#what-if-compute").press("Enter")
    headline = page.locator("#what-if-headline")
    expect(headline).to_contain_text(
        re.compile("reach(es)? more jobs within 45 minutes"), timeout=LONGEST_WAIT_MS
    )
    expect(headline).to_contain_text("vehicle-hours a week")
    expect(page.locator(".fr-legend")).to_contain_text("Gain:", timeout=LONGEST_WAIT_MS)
    expect(page.locator("#what-if-result table").first).to_be_attached(timeout=LONGEST_WAIT_MS)
    expect(page.locator("#what-if-side table")).to_be_visible(timeout=LONGEST_WAIT_MS)
    if page.locator("#what-if-cancel").is_enabled():  # the noise is still being computed
        page.locator("#what-if-cancel").click()
    visitor.wait_idle()
    visitor.passes_axe()


def test_problems_are_told_together_and_nothing_is_added(new_visitor: NewVisitor, demo_site: Served) -> None:
    french = new_visitor(demo_site, viewport={"width": 400, "height": 800})
    page = french.goto("what-if", lang="fr")
    open_form(page, "new_line", FR)
    page.locator("#what-if-add").click()
    told = page.locator("#what-if-told [role=alert] li")
    expect(told).to_have_count(2)  # no name, no places
    expect(page.locator("#what-if-list")).to_contain_text(FR("what_if.list.empty"))
    french.passes_axe()


def test_a_footbridge_is_drawn_by_clicks_and_by_coordinates_and_its_link_restores_it(
    new_visitor: NewVisitor, demo_site: Served
) -> None:
    drawing = new_visitor(demo_site)
    page = drawing.goto("what-if")
    open_form(page, "footbridge")
    drawing.cells_painted()
    page.locator("#map-what-if").click(position={"x": 200, "y": 200})
    expect(page.locator("#what-if-place-list li")).to_have_count(1)
    page.locator("#what-if-place-text").fill("44.98, -26.98")
    page.locator("#what-if-place-text").press("Enter")
    page.locator("#what-if-place-found button").first.press("Enter")
    expect(page.locator("#what-if-place-list li")).to_have_count(2)
    page.locator("#what-if-add").click()
    expect(page.locator("#what-if-list")).to_contain_text("A footbridge from")
    page.wait_for_url("**scenario=*")
    other = new_visitor(demo_site)
    other.page.goto(page.url)
    expect(other.page.locator("#what-if-list")).to_contain_text("A footbridge from", timeout=LONGEST_WAIT_MS)
    expect(other.page.locator("#what-if-progress")).not_to_be_empty()  # it is computed at once
    if other.page.locator("#what-if-cancel").is_enabled():
        other.page.locator("#what-if-cancel").click()
