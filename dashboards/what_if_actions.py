"""The scenario being written: a plain dict with the keys of a scenario file, kept by the browser.

Every function takes a draft and gives a new one; the one given stays as it is. What comes from the browser
is cut to size first (``draft_of``) and checked as a scenario file is before anything is computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from access.scenario import TYPES
from dashboards.what_if_form import Change
from dashboards.what_if_form_read import City
from dashboards.what_if_shown_changes import name_of_changes
from dashboards.words import Words
from dashboards.words import words as words_in

Draft = dict[str, Any]
MOST_CHANGES = 60
LONGEST_NAME = 120
MOST_COMPARED = 4


def empty() -> Draft:
    """Return a draft that changes nothing."""
    return {"name": "", "modifications": []}


def draft_of(given: Any) -> Draft:
    """Read what the browser keeps as draft; what is no draft becomes an empty one."""
    if not isinstance(given, Mapping):
        return empty()
    listed = given.get("modifications")
    changes = [
        dict(each)
        for each in (listed if isinstance(listed, list) else [])[:MOST_CHANGES]
        if isinstance(each, Mapping) and str(each.get("type")) in TYPES
    ]
    draft: Draft = {"name": _name(given.get("name")), "modifications": changes}
    for key in ("description", "feeds"):
        if given.get(key):
            draft[key] = given[key]
    return draft


def _name(given: Any) -> Any:
    if isinstance(given, Mapping):
        return {str(key)[:2]: str(text)[:LONGEST_NAME] for key, text in list(given.items())[:4]}
    return str(given or "")[:LONGEST_NAME]


def changes_in(draft: Mapping[str, Any]) -> list[Change]:
    """Return the changes of a draft, in the order of the list."""
    return [dict(each) for each in draft.get("modifications") or ()]


def with_changes(draft: Mapping[str, Any], changes: Sequence[Change]) -> Draft:
    """Return the draft with other changes; those beyond the most it may hold are left out."""
    return {**draft, "modifications": [dict(each) for each in changes][:MOST_CHANGES]}


def add(draft: Mapping[str, Any], changes: Sequence[Change]) -> Draft:
    """Return the draft with further changes at its end."""
    return with_changes(draft, [*changes_in(draft), *changes])


def replace(draft: Mapping[str, Any], number: int, changes: Sequence[Change]) -> Draft:
    """Return the draft with other changes in the place of one; a place that is none adds them at the end."""
    listed = changes_in(draft)
    if not 0 <= number < len(listed):
        return add(draft, changes)
    return with_changes(draft, [*listed[:number], *changes, *listed[number + 1 :]])


def remove(draft: Mapping[str, Any], number: int) -> Draft:
    """Return the draft without one of its changes."""
    return with_changes(draft, [each for place, each in enumerate(changes_in(draft)) if place != number])


def reorder(draft: Mapping[str, Any], number: int, by: int) -> Draft:
    """Return the draft with one change moved up (-1) or down (+1); at an end it stays."""
    listed = changes_in(draft)
    if 0 <= number < len(listed) and 0 <= number + by < len(listed):
        listed[number], listed[number + by] = listed[number + by], listed[number]
    return with_changes(draft, listed)


def named(draft: Mapping[str, Any], name: str) -> Draft:
    """Return the draft under a name; an empty one lets the changes name it."""
    return {**draft, "name": " ".join(str(name or "").split())[:LONGEST_NAME]}


def name_shown(draft: Mapping[str, Any], words: Words) -> str:
    """Return the name that the user gave, in the language of the page; empty without one."""
    return words.label(draft.get("name"), "")


def scenario_of(draft: Mapping[str, Any], city: City) -> dict[str, Any]:
    """Return the draft as a whole scenario; without a name its changes name it, in both languages."""
    name = draft.get("name")
    if not name:
        listed = changes_in(draft)
        name = {language: name_of_changes(listed, city, words_in(language)) for language in ("en", "fr")}
    return {**draft, "name": name}


def keep_scenario(kept: Any, entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the scenarios to compare with one more, the oldest gone where there are more than four."""
    listed = kept_scenarios(kept)
    others = [each for each in listed if each["key"] != entry["key"]]
    return [*others, dict(entry)][-MOST_COMPARED:]


def drop_scenario(kept: Any, key: str) -> list[dict[str, Any]]:
    """Return the scenarios to compare without one."""
    return [each for each in kept_scenarios(kept) if each["key"] != key]


def kept_scenarios(kept: Any) -> list[dict[str, Any]]:
    """Read what the browser keeps as computed scenarios."""
    listed = kept if isinstance(kept, list) else []
    return [
        dict(each)
        for each in listed[-MOST_COMPARED:]
        if isinstance(each, Mapping) and isinstance(each.get("key"), str) and each["key"].isalnum()
    ]
