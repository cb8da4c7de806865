"""What two cities must have in common for a number of theirs to stand side by side.

Some options make every number another one: the size of the cells, the percentile of travel time, how people
walk and ride. Cities that differ there are not compared at all. Others only touch some indicators: how a
right or a line is defined, the longest trip, the settings of a car. There only those rows are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Method = Mapping[str, Any]

_TRAVEL = (
    "percentile",
    "walk_speed_km_h",
    "max_walk_min",
    "max_transfer_walk_min",
    "boarding_slack_s",
    "max_rides",
    "step_free",
)

JUDGED = "judged"
"""Key of the names of rights that a city's data can judge: a basket of other rights is another number."""

OF_EVERY_NUMBER = ("resolution", "version", "engine", "max_snap_m", *_TRAVEL)
"""Names of what must be the same for any comparison; the names are keys of texts, too."""


def of_every_number(method: Method, resolution: int | None) -> dict[str, str]:
    """Return what touches every number of a city as short texts, by the names ``OF_EVERY_NUMBER``.

    Parameters
    ----------
    method : mapping
        As a store's column ``method_json`` holds it; what it lacks is "".
    resolution : int or None
        H3 resolution of the cells.
    """
    travel = method.get("travel") or {}
    engine = method.get("engine") or {}
    found = {
        "resolution": resolution,
        "version": method.get("version"),
        "engine": engine.get("name") if isinstance(engine, Mapping) else engine,
        "max_snap_m": method.get("max_snap_m"),
        **{name: travel.get(name) for name in _TRAVEL},
    }
    return {name: "" if value is None else str(value) for name, value in found.items()}


def definition_of(method: Method, row: Mapping[str, Any]) -> Any:
    """Return what a row of indicators depends on beyond its name: equal in cities that may be compared.

    Parameters
    ----------
    method : mapping
        As a store's column ``method_json`` holds it, and ``JUDGED``.
    row : mapping
        With ``indicator`` and ``standard``.
    """
    indicator, standard = str(row["indicator"]), row["standard"]
    if indicator.startswith("nearest_"):
        return {"max_duration_min": (method.get("travel") or {}).get("max_duration_min")}
    if indicator.startswith("modal_"):
        return next((mode for mode in method.get("modes") or [] if mode["name"] == standard), None)
    if not isinstance(standard, str):
        return None
    rights = (method.get("rights") or {}).get("defined") or []
    right = next((right for right in rights if right["name"] == standard), None)
    if right is not None:
        slow = (method.get("rights") or {}).get("slow_walk_speed_km_h")
        return {**right, "slow_walk_speed_km_h": slow} if indicator.startswith("penalty_") else right
    if indicator.startswith("basket_"):
        catalogue, judged = standard.partition("_lacking_")[0], method.get(JUDGED) or ()
        return [right for right in rights if right["catalogue"] == catalogue and right["name"] in judged]
    lines = (method.get("measures") or {}).get("sufficiency") or []
    return next((line for line in lines if line["name"] == standard), None)


def differing(one: Any, other: Any) -> list[str]:
    """Return the names of what differs between two definitions, sorted."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
    if isinstance(one, list) and isinstance(other, list):
        known = [{right["name"]: right for right in rights} for rights in (one, other)]
        return sorted(
            name for name in known[0].keys() | known[1].keys() if known[0].get(name) != known[1].get(name)
        )
    return [] if one == other else ["definition"]
