"""Problems of a scenario file in words: which modification, which key, what came, what is allowed.

What pydantic checks last (two keys against each other) it skips where one key is wrong by itself. Such a key
is therefore put right in a copy and the copy looked at again, so that one correction of the file is enough.
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic.alias_generators import to_camel, to_snake

from access.checked_yaml import in_words, known_keys
from access.scenario import TYPES, Scenario

GUIDE = "configs/scenarios/README.md"

SYNONYMS = {
    "reroute (extension)": ("extend", "extension", "extend-route", "lengthen", "prolong"),
    "reroute (truncation)": ("truncate", "shorten", "cut-short"),
    "reroute": ("detour", "divert", "diversion", "deviation"),
    "adjust-frequency": ("frequency", "headway", "change-frequency", "set-headway", "adjust-headway"),
    "adjust-span": ("span", "hours", "evening", "extend-hours", "longer-hours"),
    "adjust-speed": ("speed", "bus-lane", "change-speed"),
    "adjust-dwell-time": ("dwell", "dwell-time", "adjust-dwell"),
    "add-trips": ("add-route", "new-route", "new-line", "add-line", "add-trip-pattern", "route"),
    "remove-trips": ("remove-route", "remove-line", "delete-route", "remove-service", "cancel"),
    "remove-stops": ("remove-stop", "close-stop", "close-stops", "delete-stop", "skip-stop"),
    "move-stop": ("move", "relocate-stop"),
    "close-streets": ("close", "close-street", "close-road", "close-bridge", "modify-streets"),
    "add-streets": ("new-street", "footbridge", "add-bridge", "add-path"),
    "add-opportunities": ("opportunities", "add-school", "add-clinic", "add-jobs", "open"),
    "remove-opportunities": ("close-school", "close-clinic", "remove-school", "remove-jobs"),
    "add-residents": ("residents", "housing", "add-housing", "add-population"),
}
"""Type, with how to use it where it has several uses -> what else people write."""

_NUMBERED = {"entries": "entry {}", "frequencies": "entry {} of frequencies", "stops": "stop {}"}
_BOUNDS = {"greater_than": ("gt", 1), "greater_than_equal": ("ge", 0), "less_than_equal": ("le", 0)}
_NUMBERS = ("float_parsing", "float_type", "int_parsing", "int_type", "int_from_float")


def problems_in(raw: Mapping[str, Any], errors: Sequence[Any]) -> Iterator[str]:
    """Say every problem that pydantic found, and those that it hides.

    Parameters
    ----------
    raw : the file as read.
    errors : ``ValidationError.errors()`` of it.
    """
    by_modification: dict[int, list[Any]] = {}
    for item in errors:
        location = item["loc"]
        if location[:1] != ("modifications",) or len(location) < 2:
            yield in_words(item, Scenario)
        else:
            by_modification.setdefault(int(location[1]), []).append(item)
    for at, mine in sorted(by_modification.items()):
        said = [_problem(item) for item in mine]
        yield from said
        yield from (
            text for item in _hidden(raw["modifications"][at], mine) if (text := _problem(item)) not in said
        )


def known_types() -> str:
    """Name all types."""
    return f"types are {', '.join(sorted(TYPES))}"


def _problem(item: Any) -> str:
    """Say one error inside a modification, with its number and type."""
    location: tuple[int | str, ...] = item["loc"]
    number = int(location[1]) + 1
    if item["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return f"modification {number}: {_wrong_type(item)}"
    if len(location) == 2:
        return f"modification {number}: holds {item['input']!r}; a mapping of keys is needed, see {GUIDE}"
    type_ = str(location[2])
    inner = _as_documented(location[3:], item["type"])
    said = in_words({**item, "loc": inner}, TYPES[type_]).partition("; got {")[0]
    before, _, rest = said.partition(": ")
    where = before if before == "file" else _where(inner)
    return f"modification {number} ({type_}): " + (rest if where == "file" else f"{where}: {rest}")


def _where(location: Sequence[int | str]) -> str:
    """Write a place in the modification, lists counted from 1: "entry 1: headway_min"."""
    text, last = "", ""
    for part in location:
        if isinstance(part, str):
            text += ("." if last else ": ") * bool(text) + part
            last = part
            continue
        if last in _NUMBERED:
            text = text.removesuffix(last) + _NUMBERED[last].format(part + 1)
        else:
            text += f": number {part + 1}"
        last = ""
    return text


def _as_documented(location: tuple[int | str, ...], problem: str) -> tuple[int | str, ...]:
    """Write keys in snake_case, whichever way they came; an unknown key stays as it came."""
    n_ours = len(location) - (problem == "extra_forbidden")
    ours = [to_snake(part) if isinstance(part, str) else part for part in location[:n_ours]]
    return (*ours, *location[n_ours:])


def _wrong_type(item: Any) -> str:
    came = item["input"].get("type") if isinstance(item["input"], dict) else None
    if came is None:
        return f"type: is missing; {known_types()}"
    written = str(came).casefold().replace("_", "-").replace(" ", "-")
    meant = next((type_ for type_, words in SYNONYMS.items() if written in words), None)
    near = [meant] if meant else difflib.get_close_matches(written, list(TYPES), n=1)
    hint = f"did you mean {near[0]!r}? " if near and "(" not in near[0] else ""
    if meant and not hint:
        name, _, use = meant.partition(" ")
        hint = f"did you mean {name!r} {use}? "
    return f"type: there is no {came!r}; {hint}{known_types()}"


def _hidden(modification: Any, errors: Sequence[Any]) -> list[Any]:
    """Errors that show once those found are put right; none where it is not known how."""
    if any(len(item["loc"]) < 3 for item in errors):
        return []
    place = errors[0]["loc"][:3]
    model = TYPES[str(place[2])]
    mended = copy.deepcopy(modification)
    if not all(_mend(mended, item, model) for item in errors):
        return []
    try:
        model.model_validate(mended)
    except ValidationError as found:
        return [
            {**item, "loc": (*place, *item["loc"])} for item in found.errors() if item["type"] != "missing"
        ]
    return []


def _mend(modification: Any, item: Any, model: Any) -> bool:
    """Put one value right, in place; False where nobody can tell what was meant."""
    location, kind, context = item["loc"][3:], item["type"], item.get("ctx", {})
    holder: Any = modification
    for part in location[:-1]:
        holder = holder[_key(holder, part)]
    if not location or not hasattr(holder, "__setitem__"):
        return False
    key = _key(holder, location[-1])
    if kind == "extra_forbidden":
        value = holder.pop(key)
        near = difflib.get_close_matches(to_snake(str(key)), known_keys(model, location[:-1]), n=1)
        if near and near[0] not in holder and to_camel(near[0]) not in holder:
            holder[near[0]] = value
        return True
    if kind in _BOUNDS:
        name, more = _BOUNDS[kind]
        holder[key] = context[name] + more
        return True
    if kind in _NUMBERS:
        holder[key] = 1
        return True
    if kind == "value_error" and "ids are texts" in str(item["msg"]):
        holder[key] = str(holder[key])
        return True
    return False


def _key(holder: Any, part: int | str) -> Any:
    """Key of a mapping as the file writes it; places in lists stay."""
    if isinstance(part, int) or not isinstance(holder, dict):
        return part
    return next((name for name in (part, to_snake(part), to_camel(part)) if name in holder), part)
