"""The pages Over time and Cities in a real browser: follow a number, see what changed, hand in a note."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from visitor import Visitor


def test_another_number_is_followed_and_kept_in_the_url(visitor: Visitor) -> None:
    page = visitor.goto("time")
    expect(page.locator("#time-chart figcaption")).to_contain_text("over 4 snapshots")
    page.get_by_label("Number to follow").first.click()
    page.get_by_role("option", name="Gini index").click()
    expect(page.locator("#time-chart figcaption")).to_contain_text("Gini index")
    visitor.wait_idle()
    expect(page).to_have_url(re.compile(r"number=gini"))
    page.goto(page.url)
    visitor.wait_idle()
    expect(page.locator("#time-chart figcaption")).to_contain_text("Gini index")


def test_two_snapshots_are_compared_on_the_map_and_an_alert_outlined_there(visitor: Visitor) -> None:
    page = visitor.goto("time")
    visitor.cells_painted()
    expect(page.locator("#time-map-said")).to_contain_text("where less can be reached")
    legend = page.locator("#time-map .fr-legend")
    before = legend.inner_text()
    page.get_by_label("From", exact=True).first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="10 June 2026")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    visitor.wait_idle()
    expect(page).to_have_url(re.compile(r"before=0000"))
    expect(legend).not_to_have_text(before)  # smaller losses, other classes
    button = page.get_by_role("button", name="Outline on the map").first
    button.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    visitor.wait_idle()
    expect(page.locator("#map-time .leaflet-overlay-pane canvas")).not_to_have_count(0)
    expect(page.locator("#map-time")).to_be_in_viewport()  # it stands far below the alert
    expect(button).to_be_focused()


def test_how_an_alert_was_found_comes_when_asked_for_and_goes_again(visitor: Visitor) -> None:
    page = visitor.goto("time")
    alerts = page.locator("#time-alerts")
    button = alerts.get_by_role("button", name="How it was found").first
    expect(alerts.locator("table")).to_have_count(0)
    button.focus()
    page.keyboard.press("Enter")
    expect(alerts.get_by_role("region", name="Snapshot by snapshot")).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    visitor.passes_axe()
    page.keyboard.press("Enter")
    expect(alerts.locator("table")).to_have_count(0)
    expect(button).to_be_focused()


def test_a_note_with_personal_data_is_refused_and_one_without_waits(visitor: Visitor) -> None:
    page = visitor.goto("time")
    page.get_by_text("Write what you observed").click()
    page.get_by_label("Which zone").first.click()
    page.get_by_role("option").first.click()
    page.get_by_label("What you observed").fill("Call me at 06 12 34 56 78, the lift is broken")
    page.get_by_role("button", name="Hand it in").click()
    expect(page.locator("#note-answer")).to_contain_text("telephone number")
    visitor.passes_axe()
    page.get_by_label("What you observed").fill("The lift <img src=x onerror=alert(1)> is out of order")
    page.get_by_role("button", name="Hand it in").click()
    expect(page.locator("#note-answer")).to_contain_text("waits until a person has read it")
    expect(page.get_by_label("What you observed")).to_have_value("")


def test_one_city_alone_is_compared_with_nothing(visitor: Visitor) -> None:
    page = visitor.goto("cities", lang="fr")
    expect(page.locator("main")).to_contain_text("il n’y a donc encore rien à comparer")
