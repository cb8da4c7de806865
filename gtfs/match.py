"""What a modification matched and did, in words: "3 patterns, 64 trips; 2 stops unknown: 'A', 'B'"."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from gtfs.stop_times import format_time

if TYPE_CHECKING:
    from gtfs.edit_directions import OneWay

_SHOWN = 5

NOUNS: dict[str, tuple[str, str, str, str]] = {
    "routes": ("route", "routes", "ligne", "lignes"),
    "patterns": ("pattern", "patterns", "parcours", "parcours"),
    "trips": ("trip", "trips", "course", "courses"),
    "stops": ("stop", "stops", "arrêt", "arrêts"),
    "new_stops": ("new stop", "new stops", "nouvel arrêt", "nouveaux arrêts"),
    "new_routes": ("new route", "new routes", "nouvelle ligne", "nouvelles lignes"),
    "new_trips": ("new trip", "new trips", "nouvelle course", "nouvelles courses"),
    "headway_services": (
        "headway service",
        "headway services",
        "service à intervalle",
        "services à intervalle",
    ),
    "hops": (
        "hop between stops",
        "hops between stops",
        "intervalle entre arrêts",
        "intervalles entre arrêts",
    ),
    "visits": ("visit", "visits", "passage", "passages"),
    "departures": ("departure a day", "departures a day", "départ par jour", "départs par jour"),
    "trips_removed": ("trip removed", "trips removed", "course supprimée", "courses supprimées"),
    "trips_cut": (
        "trip kept on its other days",
        "trips kept on their other days",
        "course maintenue ses autres jours",
        "courses maintenues leurs autres jours",
    ),
    "visits_removed": ("visit removed", "visits removed", "passage supprimé", "passages supprimés"),
    "transfers_dropped": (
        "transfer rule dropped",
        "transfer rules dropped",
        "règle de correspondance supprimée",
        "règles de correspondance supprimées",
    ),
    "blocks_dropped": (
        "trip taken out of its block",
        "trips taken out of their blocks",
        "course sortie de son bloc",
        "courses sorties de leurs blocs",
    ),
    "shapes_dropped": ("shape dropped", "shapes dropped", "tracé supprimé", "tracés supprimés"),
}
"""Kind of thing -> singular and plural, English then French."""

_UNKNOWN = {"en": "unknown", "fr": ("inconnu", "inconnus")}


@dataclass(frozen=True)
class Match:
    """What the function of one modification reports.

    Parameters
    ----------
    counts : kind of thing (a key of ``NOUNS``) -> how many; zeros are allowed and not told.
    unknown : kind -> ids that the feed lacks, where others matched.
    notes : further sentences, each as ``{"en": ..., "fr": ...}``.
    warnings : what the user must not overlook, in both languages.
    one_way : lines changed in one direction only; a warning where no other modification changes the other.
    """

    counts: dict[str, int]
    unknown: Mapping[str, Sequence[str]] = field(default_factory=dict)
    notes: Sequence[dict[str, str]] = ()
    warnings: Sequence[dict[str, str]] = ()
    one_way: Sequence[OneWay] = ()


@dataclass(frozen=True)
class MatchReport:
    """What one modification of a scenario matched and did.

    Parameters
    ----------
    number : position in the scenario, from 1.
    type : type of the modification.
    feed : name of the feed it changed; empty for streets and land use.
    counts : kind of thing -> how many.
    text : the same in a sentence, ``{"en": ..., "fr": ...}``, warnings included.
    warnings : what must not be overlooked, in English.
    """

    number: int
    type: str
    feed: str
    counts: dict[str, int]
    text: dict[str, str]
    warnings: tuple[str, ...] = ()

    @property
    def matched(self) -> str:
        """The English sentence without the warnings at its end, for pages that list those apart."""
        text = self.text["en"]
        for warning in reversed(self.warnings):
            text = text.removesuffix(warning).removesuffix("; ")
        return text


def report_of(match: Match, number: int, kind: str, feed: str) -> MatchReport:
    """Put a match into words."""
    counts = dict(match.counts)
    counts |= {f"unknown_{what}": len(ids) for what, ids in match.unknown.items() if ids}
    text = {}
    for language in ("en", "fr"):
        parts = [", ".join(counted(what, n, language) for what, n in match.counts.items() if n)]
        parts += [_unknown(what, ids, language) for what, ids in match.unknown.items() if ids]
        parts += [note[language] for note in (*match.notes, *match.warnings)]
        text[language] = ("; " if language == "en" else " ; ").join(part for part in parts if part)
    return MatchReport(number, kind, feed, counts, text, tuple(note["en"] for note in match.warnings))


def counted(what: str, n: int, language: str) -> str:
    """Return "1 trip", "1,200 trips", "1 200 courses"."""
    names = NOUNS[what][:2] if language == "en" else NOUNS[what][2:]
    one = n == 1 if language == "en" else n < 2
    number = f"{n:,}" if language == "en" else f"{n:,}".replace(",", "\u202f")
    return f"{number} {names[0] if one else names[1]}"


def _unknown(what: str, ids: Sequence[str], language: str) -> str:
    listed = quoted(ids)
    if language == "en":
        return f"{counted(what, len(ids), 'en')} unknown: {listed}"
    feminine = what in ("routes", "trips")
    adjective = ("inconnue" if feminine else "inconnu") + ("s" if len(ids) > 1 else "")
    return f"{counted(what, len(ids), 'fr')} {adjective} : {listed}"


def quoted(ids: Sequence[str]) -> str:
    """Return "'A', 'B', ..." with at most five of them."""
    return ", ".join(repr(str(name)) for name in ids[:_SHOWN]) + (", ..." if len(ids) > _SHOWN else "")


def nearest(wanted: str, known: Mapping[str, str], n: int = 3) -> str:
    """Say which known ids come nearest, by id or by name: "nearest: 'T9' (Terminal 9), 'T1'".

    Parameters
    ----------
    wanted : what was looked for.
    known : id -> name (may be empty).
    n : how many to show at most.
    """
    if not known:
        return "the feed has none"
    ids = [identifier for _, identifier in _closest(wanted, known)][:n] or list(known)[:n]
    shown = [f"{i!r} ({known[i]})" if known[i] and known[i] != i else repr(i) for i in ids]
    return f"nearest: {', '.join(shown)}"


def nearness(wanted: str, known: Mapping[str, str]) -> float:
    """Say how near the nearest known id or name is: 0 nothing alike, 1 or more the same word."""
    return max((score for score, _ in _closest(wanted, known)), default=0.0)


def _closest(wanted: str, known: Mapping[str, str]) -> list[tuple[float, str]]:
    """Score and id, best first: ids that are a word of the text, texts that hold all its words, alike ones.

    "Line 9" means route '9', and "Vieille Ville" a stop whose name holds both words.
    """
    text = wanted.casefold().strip()
    words = set(_WORDS.findall(text))
    scored = []
    for identifier, name in known.items():
        own, called = identifier.casefold(), name.casefold()
        alike = 0.0
        if text in (own, called):
            alike = 3.0
        elif own in words:
            alike = 2.0
        elif words and words <= set(_WORDS.findall(f"{own} {called}")):
            alike = 1.0
        if alike:
            scored.append((alike, identifier))
    by_text: dict[str, str] = {}
    for identifier, name in known.items():
        by_text.setdefault(identifier.casefold(), identifier)
        if name:
            by_text.setdefault(name.casefold(), identifier)
    for close in difflib.get_close_matches(text, list(by_text), n=6, cutoff=0.4):
        ratio = difflib.SequenceMatcher(None, close, text).ratio()
        scored.append((min(ratio, 0.99), by_text[close]))
    best: dict[str, float] = {}
    for score, identifier in sorted(scored, key=lambda entry: -entry[0]):
        best.setdefault(identifier, score)
    return [(score, identifier) for identifier, score in best.items()]


_WORDS = re.compile(r"\w+")


def names_of(table: pd.DataFrame, column: str, names: Iterable[str]) -> dict[str, str]:
    """Id -> name of a table, from the first of the columns ``names`` that holds one."""
    found = dict.fromkeys(table[column].dropna().astype(str), "")
    for name in reversed(list(names)):
        if name in table.columns:
            given = table[[column, name]].dropna()
            found |= dict(zip(given[column].astype(str), given[name].astype(str), strict=True))
    return found


def route_names(routes: pd.DataFrame) -> dict[str, str]:
    """Route -> short and long name, as far as the feed gives them."""
    found = {}
    for column in ("route_short_name", "route_long_name"):
        given = routes[column].fillna("").tolist() if column in routes.columns else [""] * len(routes)
        found[column] = [str(name).strip() for name in given]
    return {
        str(route): " ".join(dict.fromkeys(name for name in names if name))
        for route, *names in zip(routes["route_id"], *found.values(), strict=True)
    }


_DAY_NAMES = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
}


def days_text(weekdays: Sequence[int], language: str) -> str:
    """Return "every day", "Monday to Friday" or "Monday, Wednesday" for days with Monday 0."""
    days = sorted(set(weekdays))
    names = _DAY_NAMES[language]
    if len(days) == len(names):
        return "every day" if language == "en" else "tous les jours"
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{names[days[0]]} {'to' if language == 'en' else 'à'} {names[days[-1]]}"
    return ", ".join(names[day] for day in days)


def clock_text(seconds: int) -> str:
    """Return "07:30", with seconds where there are any."""
    text = format_time(seconds)
    return text.removesuffix(":00")
