"""The form that is open, as data: what a click on the map, a search and "add" make of it."""

from __future__ import annotations

from typing import Any

from dash import html, no_update

from dashboards import what_if_page_ids as page
from dashboards.live import find_places
from dashboards.map_view import bounds_of
from dashboards.run_data import RunData, RunError
from dashboards.what_if_actions import MOST_CHANGES, add, changes_in, draft_of, replace
from dashboards.what_if_form import KINDS, changes_of
from dashboards.what_if_form_clicks import Chosen, clicked, moved, stored, without
from dashboards.what_if_form_read import City, Place, places_of
from dashboards.what_if_page_context import Asked, city
from dashboards.what_if_page_parts import alert
from dashboards.words import Words


def opened(given: Any) -> dict[str, Any]:
    """Read which form is open, as the browser keeps it."""
    given = given if isinstance(given, dict) else {}
    kind = given.get("kind")
    number = given.get("number")
    return {
        "kind": kind if kind in KINDS else "",
        "values": given.get("values") if isinstance(given.get("values"), dict) else {},
        "places": given.get("places") if isinstance(given.get("places"), list) else [],
        "number": number if isinstance(number, int) else -1,
        "n": given.get("n") if isinstance(given.get("n"), int) else 0,
    }


def fresh(kind: str, before: Any) -> dict[str, Any]:
    """Return a form newly opened; ``n`` tells it from the one before."""
    return {"kind": kind, "values": {}, "places": [], "number": -1, "n": opened(before)["n"] + 1}


def after_click(
    kind: str, click: Any, places: Any, values: dict[str, Any], here: City, words: Words
) -> tuple[Any, list[Any]]:
    """Return places and values of all fields after a click on the map; what stays is not sent again."""
    before = Chosen(
        [str(key) for key in values.get("lines") or ()],
        [str(key) for key in values.get("stops") or ()],
        str(values.get("stop") or ""),
        places_of(places, here),
    )
    after = clicked(kind, click, before, here, words)
    fields = {name: getattr(after, name) for name in ("lines", "stops", "stop")}
    changed = {name: each for name, each in fields.items() if each != getattr(before, name)}
    sent = no_update if after.places == before.places else stored(after.places)
    return sent, [changed.get(name, no_update) for name in values]


def changed_places(what: Any, places: list[Place]) -> list[Place]:
    """Return places after a button of their list was pressed."""
    if not isinstance(what, dict):
        return []
    number = int(what.get("number", -1))
    if what["type"] == "what-if-place-remove":
        return without(places, number)
    return moved(places, number, -1 if what["type"] == "what-if-place-up" else 1)


def found_places(text: str, who: Asked) -> tuple[Any, list[dict[str, Any]]]:
    """Return what a text may mean as buttons, and the places behind them."""
    words = who.words
    if not text.strip():
        return [], []
    try:
        found = [place for place in find_places(who.data, text, 6) if not place.outside]
    except RunError as problem:
        return html.P(words(f"run_problem.{problem.kind}"), role="alert"), []
    if not found:
        return html.P(words("what_if.places.not_found", text=text[:80], example=_example(who.data))), []
    buttons = [
        html.Li(
            html.Button(
                f"{place.name} ({place.detail})" if place.detail else place.name,
                id=page.act("found", number),
                type="button",
                className="small-button",
            )
        )
        for number, place in enumerate(found)
    ]
    places = [Place(place.name, place.lon, place.lat) for place in found]
    return [html.P(words("what_if.places.found")), html.Ul(buttons, className="what-if-found")], stored(
        places
    )


def _example(data: RunData) -> str:
    west, south, east, north = bounds_of(data)
    return f"{(south + north) / 2:.3f}, {(west + east) / 2:.3f}"


def added(
    form: dict[str, Any], filled: dict[str, Any], places: Any, draft: Any, who: Asked
) -> tuple[Any, Any, Any]:
    """Return draft, message and form after "add": unchanged with all problems, or with the changes made."""
    here, words = city(who.data), who.words
    made = changes_of(form["kind"], filled, places_of(places, here), here, words)
    before = draft_of(draft)
    number = form["number"]
    room = MOST_CHANGES - len(changes_in(before)) + (1 if number >= 0 else 0)
    problems = made.problems
    if made.changes and len(made.changes) > room:
        problems = [words("what_if.problem.too_many", n=MOST_CHANGES)]
    if problems or made.in_english:
        return no_update, alert(words("what_if.problem.title"), problems, made.in_english), no_update
    after = replace(before, number, made.changes) if number >= 0 else add(before, made.changes)
    told = html.P(words.plural("what_if.add.added", len(made.changes)))
    return after, told, fresh(form["kind"], form)
