"""Names from the data written to do harm stay text: in the map, tables, charts, panels and titles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders_report import hex_disc, manifest, write_run
from served import Served, served
from visitor import NewVisitor, Visitor

from dashboards.exports import scenario_to_text
from dashboards.view import PAGES

HARM = "<img src=x onerror=\"window.harmed=1\"><script>window.harmed=1</script><a href='javascript:1'>{{7*7}}"
HARMED = "() => window.harmed || document.querySelectorAll('main img[src=x], header img[src=x]').length"


@pytest.fixture(scope="module")
def hostile_site(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("hostile")
    cells = hex_disc()
    cells["zone"] = HARM
    words = {"en": HARM, "fr": HARM}
    services = [service | {"label": words} for service in manifest()["services"]]
    periods = [period | {"label": words} for period in manifest()["periods"]]
    run = write_run(
        folder / "run", cells, name=words, notice=words, attribution=[words], services=services,
        periods=periods, income_unit=words, warnings=[HARM], validation={HARM: HARM},
    )  # fmt: skip
    (run / "headline.json").write_text(json.dumps([]), encoding="utf-8")
    with served([run], folder / "server.log") as site:
        yield site


@pytest.fixture
def guest(hostile_site: Served, new_visitor: NewVisitor) -> Visitor:
    return new_visitor(hostile_site)


@pytest.mark.parametrize("name", PAGES)
def test_hostile_names_are_text_on_every_page(guest: Visitor, name: str) -> None:
    page = guest.goto(name, lang="en")
    assert not page.evaluate(HARMED)
    if name == "gaps":  # the others have no map without rights and a register
        box = page.locator(".leaflet-container").first.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        guest.wait_idle()
    for summary in page.locator("main summary").all()[:6]:
        if summary.is_visible():
            summary.click()
    guest.wait_idle()
    assert not page.evaluate(HARMED)
    assert "onerror" in page.locator("body").inner_text()  # it is there, as text


def test_a_hostile_name_of_a_scenario_is_text(guest: Visitor) -> None:
    scenario = {"name": HARM[:100], "modifications": [{"type": "remove-trips", "routes": [HARM]}]}
    page = guest.goto("what-if", lang="en", scenario=scenario_to_text(scenario))
    guest.wait_idle()
    assert not page.evaluate(HARMED)


def test_a_static_site_of_hostile_names_runs_none_of_them(
    hostile_site: Served, guest: Visitor, tmp_path: Path
) -> None:
    from dashboards.publish import publish

    publish(hostile_site.log.parent / "run", tmp_path / "site")
    guest.page.goto((tmp_path / "site" / "gaps.en.html").as_uri())
    guest.page.wait_for_timeout(500)
    assert not guest.page.evaluate(HARMED)
    assert guest.page.locator("#legend li").count() > 3
    guest.problems = [each for each in guest.problems if "file://" not in each]
