"""Says where a change of stops meets one direction of a line only and leaves the other as it is.

Stops across a street mostly have ids of their own, so that a detour or a closed stop that names those of one
side changes half of the line. That may be meant (a one-way street is closed) and is therefore a warning; it
is not told where another modification of the same type changes the other direction, nor where patterns are
named one by one, nor of a line that runs one way only.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from gtfs.draft_patterns import Pattern
from gtfs.match import counted

if TYPE_CHECKING:
    from gtfs.draft import Draft


class OneWay(NamedTuple):
    """A line of which one direction is changed and the other is not."""

    route: str
    direction: str  # the one that is changed
    warning: dict[str, str]


def one_way(
    draft: Draft, patterns: Sequence[Pattern], changed: Collection[str], stops: Collection[str]
) -> list[OneWay]:
    """Lines of which only one direction is changed.

    Parameters
    ----------
    draft : feed as it was before the change, or at least its trips.
    patterns : all patterns of the routes that were named, as they were.
    changed : ids of those that are changed.
    stops : stops that the modification names; where the other direction serves one, the advice differs.
    """
    from gtfs.edit_sources import directions_of

    found = []
    for route in dict.fromkeys(pattern.route_id for pattern in patterns):
        ways = directions_of(draft, [pattern for pattern in patterns if pattern.route_id == route])
        met = [name for name, members in ways.items() if any(p.id in changed for p in members)]
        if len(met) != 1 or len(ways) < 2:
            continue
        others = [pattern for name, members in ways.items() if name != met[0] for pattern in members]
        main = next(pattern for pattern in ways[met[0]] if pattern.id in changed)
        shared = any(set(stops) & set(pattern.stops) for pattern in others)
        n_others = sum(len(pattern.trips) for pattern in others)
        found.append(OneWay(route, met[0], _warning(route, met[0], towards(draft, main), n_others, shared)))
    return found


def untold(found: Sequence[OneWay], others: Sequence[OneWay]) -> list[dict[str, str]]:
    """Warnings of a modification, without those that others of its type make up for."""
    done = {(other.route, other.direction) for other in others}
    return [
        one.warning
        for one in found
        if not any(route == one.route and direction != one.direction for route, direction in done)
    ]


def _warning(route: str, way: str, towards: str, n_others: int, shared: bool) -> dict[str, str]:
    stays, restent = ("stays", "reste") if n_others == 1 else ("stay", "restent")
    the_rest = "la course" if n_others == 1 else f"les {counted('trips', n_others, 'fr')}"
    if shared:
        en = "Add a second modification for the way back, with the stops in its order."
        fr = "Ajoutez une deuxième modification pour le retour, avec les arrêts dans son ordre."
    else:
        en = "Stops across the road have their own ids: add a second modification."
        fr = "Les arrêts d’en face ont leurs propres identifiants : ajoutez une deuxième modification."
    return {
        "en": f"route {route}: only direction {way} (towards {towards}) is changed; the "
        f"{counted('trips', n_others, 'en')} the other way {stays}. {en}",
        "fr": f"ligne {route} : seul le sens {way} (vers {towards}) change ; {the_rest} de l’autre sens "
        f"{restent}. {fr}",
    }


def towards(draft: Draft, pattern: Pattern) -> str:
    """Say where a pattern goes: its headsign, else the name of its last stop."""
    trips = draft.base.trips
    if "trip_headsign" in trips.columns:
        signs = trips.loc[trips["trip_id"] == draft.origin(pattern.trips[0]), "trip_headsign"].dropna()
        if len(signs) and str(signs.iloc[0]).strip():
            return str(signs.iloc[0])
    last = pattern.stops[-1]
    if "stop_name" in draft.stops.columns:
        names = draft.stops.loc[draft.stops["stop_id"] == last, "stop_name"]
        if len(names) and not pd.isna(names.iloc[0]):
            return str(names.iloc[0])
    return last
