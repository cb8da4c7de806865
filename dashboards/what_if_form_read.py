"""Values of a form, checked: every problem is collected in words, none is raised.

What comes from a browser is looked up in what the run knows and limited in size; see ``what_if_form`` for
what becomes of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from access.report_data import Run
from access.report_section import group_label
from dashboards.what_if_form_today import Line, Stop, Today
from dashboards.words import Words, languages, words_of

MOST_PLACES = 80
MOST_CHOSEN = 60
LONGEST_TEXT = 160
LATEST_HOUR = 48
MOST_ENTRIES = 4
#: Names of days that a form offers, and the days they mean, Monday 0.
DAYS: dict[str, tuple[int, ...]] = {
    "weekdays": tuple(range(5)),
    "saturday": (5,),
    "sunday": (6,),
    "weekend": (5, 6),
    "daily": tuple(range(7)),
    "monday": (0,),
    "tuesday": (1,),
    "wednesday": (2,),
    "thursday": (3,),
    "friday": (4,),
}
_CLOCK = re.compile(r"(\d{1,2})\s*(?:(?:[:hH.]\s*)([0-5]\d)?)?")


class Place(NamedTuple):
    """A place chosen on the map or by name; of a stop of the feed its key, else an empty text."""

    name: str
    lon: float
    lat: float
    stop: str = ""

    @property
    def at(self) -> dict[str, float]:
        """Degrees to six digits, which is a tenth of a metre."""
        return {"lat": round(self.lat, 6), "lon": round(self.lon, 6)}

    @property
    def position(self) -> list[float]:
        """``[lon, lat]`` to six digits."""
        return [round(self.lon, 6), round(self.lat, 6)]


@dataclass(frozen=True)
class City:
    """What a form can speak of in a run.

    Attributes
    ----------
    today : Today
        Lines and stops; none where the timetables are gone.
    services : mapping of str to object
        Label of every service, by language.
    groups : sequence of str
        Groups of residents that the census counts.
    usual : mapping of str to int
        How much of a service usually stands in a cell that has any: what a form proposes.
    """

    today: Today = field(default_factory=Today)
    services: Mapping[str, Any] = field(default_factory=dict)
    groups: Sequence[str] = ()
    usual: Mapping[str, int] = field(default_factory=dict)

    def service(self, name: str, words: Words) -> str:
        """Return what readers call a service; one that is not known by its name."""
        return words.label(self.services.get(name), name)


def city_of(run: Run, today: Today) -> City:
    """Return what the forms of a run can speak of."""
    services = {str(each["name"]): each.get("label") for each in run.services}
    groups = tuple(str(group) for group in run.option("people", "groups") or ())
    return City(today, services, groups, {name: usual_count(run.cells, name) for name in services})


def usual_count(cells: pd.DataFrame, service: str) -> int:
    """Return the median of a service over the cells that have any, to one digit; 1 where none has."""
    if f"n_{service}" not in cells.columns:
        return 1
    counts = pd.to_numeric(cells[f"n_{service}"], errors="coerce")
    median = counts[counts > 0].median()
    return max(1, int(float(f"{median:.0e}"))) if math.isfinite(median) else 1


def point_words(name: str, words: Words) -> str:
    """Return the name of a point in the language of the page, where it was made in another: "near X"."""
    for language in languages():
        before, _, after = words_of(language)["what_if.places.near"].partition("{name}")
        if name.startswith(before) and name.endswith(after) and len(name) > len(before + after):
            return words("what_if.places.near", name=name[len(before) : len(name) - len(after)])
    return name


def places_of(given: Any, city: City) -> list[Place]:
    """Read the places that the browser keeps; one that is none is left out."""
    listed = given[:MOST_PLACES] if isinstance(given, list) else []
    read = (_place(each, city) for each in listed if isinstance(each, Mapping))
    return [place for place in read if place is not None]


def _place(given: Mapping[str, Any], city: City) -> Place | None:
    stop = city.today.stops.get(str(given.get("stop") or ""))
    if stop is not None:
        return place_of_stop(stop)
    try:
        lon, lat = float(given["lon"]), float(given["lat"])
    except (KeyError, TypeError, ValueError):
        return None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):  # false for NaN, too
        return None
    return Place(str(given.get("name") or "")[:LONGEST_TEXT], lon, lat)


def place_of_stop(stop: Stop) -> Place:
    """Return a stop of the feed as a place."""
    return Place(stop.name, stop.lon, stop.lat, stop.key)


class Reading:
    """One form being read.

    Parameters
    ----------
    values : mapping
        Field -> value as the browser gave it.
    city : City
    words : Words
        Language of the problems.

    Attributes
    ----------
    problems : list of str
        Everything that is wrong so far.
    """

    def __init__(self, values: Mapping[str, Any], city: City, words: Words) -> None:
        self.values, self.city, self.words = values, city, words
        self.problems: list[str] = []

    def problem(self, key: str, **values: object) -> None:
        """Add a problem, by its key under ``what_if.problem``."""
        text = self.words(f"what_if.problem.{key}", **values)
        if text not in self.problems:
            self.problems.append(text)

    def label(self, name: str) -> str:
        """Return what the form calls a field."""
        if name.startswith("group_"):
            return self.group_label(name.removeprefix("group_"))
        plain, _, row = name.partition("_row_")
        label = self.words(f"what_if.field.{plain}")
        return self.words("what_if.problem.in_row", label=label, row=row) if row else label

    def group_label(self, group: str) -> str:
        """Return what the results call a group of residents."""
        return self.words.texts.capital(group_label(group, self.words.texts))

    def is_empty(self, name: str) -> bool:
        """Say whether nothing was filled in."""
        return self.values.get(name) in (None, "", [])

    def text(self, name: str) -> str:
        """Return a text, spaces put right."""
        return " ".join(str(self.values.get(name) or "").split())[:LONGEST_TEXT]

    def yes(self, name: str) -> bool:
        """Return whether a box is ticked."""
        return self.values.get(name) is True

    def number(
        self, name: str, low: float, high: float, *, needed: bool = True, whole: bool = False
    ) -> float | None:
        """Return a number between two bounds; whole numbers as int, None where it is empty or wrong."""
        if self.is_empty(name):
            if needed:
                self.problem("missing", field=self.label(name))
            return None
        try:
            value = float(str(self.values[name]).replace("\u202f", "").replace(" ", "").replace(",", "."))
        except ValueError:
            value = math.nan
        if not low <= value <= high or (whole and value != round(value)):
            ends = (self.words.number(end, 0 if end == round(end) else 2) for end in (low, high))
            bounds = dict(zip(("low", "high"), ends, strict=True))
            key = "not_whole" if whole else "not_between"
            self.problem(key, field=self.label(name), value=str(self.values[name])[:40], **bounds)
            return None
        return int(value) if value == round(value) else value

    def clock(self, name: str, *, needed: bool = True) -> str | None:
        """Return a time of day as "HH:MM", from "6", "6:30", "6 h 30" or, after midnight, "25:30"."""
        given = self.text(name)
        if not given:
            if needed:
                self.problem("missing", field=self.label(name))
            return None
        found = _CLOCK.fullmatch(given)
        if found is None or int(found[1]) > LATEST_HOUR:
            self.problem("no_time", field=self.label(name), value=given[:40])
            return None
        return f"{int(found[1]):02d}:{found[2] or '00'}"

    def period(self, start: str, end: str, *, needed: bool = True) -> tuple[str | None, str | None]:
        """Return start and end of a period that goes on."""
        first, last = self.clock(start, needed=needed), self.clock(end, needed=needed)
        if first is not None and last is not None and last <= first:  # both are HH:MM
            self.problem("period_ends_first", start=first, end=last)
        return first, last

    def days(self, name: str = "days") -> str:
        """Return days of the week by the name the form has for them; weekdays where none is given."""
        given = str(self.values.get(name) or "weekdays")
        if given not in DAYS:
            self.problem("unknown", field=self.label(name), value=given[:40])
        return given

    def one_of(self, name: str, known: Sequence[str], default: str) -> str:
        """Return a choice of a list."""
        given = str(self.values.get(name) or default)
        if given not in known:
            self.problem("unknown", field=self.label(name), value=given[:40])
            return default
        return given

    def chosen(self, name: str) -> list[str]:
        """Return the keys of a list from which several can be chosen."""
        given = self.values.get(name) or []
        listed = given if isinstance(given, list) else [given]
        return [str(each) for each in listed[:MOST_CHOSEN]]

    def lines(self, name: str = "lines", *, needed: bool = True) -> list[Line]:
        """Return the lines chosen; one that the timetables do not know is a problem."""
        return self._known(name, self.city.today.lines, "no_line" if needed else "")

    def stops(self, name: str = "stops", *, needed: bool = True) -> list[Stop]:
        """Return the stops chosen."""
        return self._known(name, self.city.today.stops, "no_stop" if needed else "")

    def _known(self, name: str, known: Mapping[str, Any], missing: str) -> list[Any]:
        keys = self.chosen(name)
        for key in keys:
            if key not in known:
                self.problem("unknown", field=self.label(name), value=key[:80])
        if not keys and missing:
            self.problem(missing)
        return [known[key] for key in keys if key in known]

    def hops_s(self, n_places: int) -> list[int] | None:
        """Return seconds between places from minutes such as "3, 4.5, 2"; None where none are given."""
        given = self.text("hop_minutes")
        if not given:
            return None
        # A comma inside a number is a decimal mark, one behind it only divides.
        parts = [part.strip(",") for part in re.split(r"[;\s]+", given) if part.strip(",")]
        try:
            seconds = [round(60 * float(part.replace(",", "."))) for part in parts]
        except (ValueError, OverflowError):
            self.problem("no_minutes", field=self.label("hop_minutes"), value=given[:40])
            return None
        if any(not 0 < second <= 4 * 3600 for second in seconds):
            self.problem("no_minutes", field=self.label("hop_minutes"), value=given[:40])
        elif len(seconds) != n_places - 1:
            self.problem("hops_do_not_fit", n=n_places, needed=max(0, n_places - 1), came=len(seconds))
        return seconds


def entries(reading: Reading) -> list[dict[str, Any]]:
    """Return the periods of a form with their headways; rows without a headway are left out."""
    found = []
    for row in range(1, MOST_ENTRIES + 1):
        names = {name: f"{name}_row_{row}" for name in ("start", "end", "every_min", "days")}
        if row > 1 and reading.is_empty(names["every_min"]):
            continue
        start, end = reading.period(names["start"], names["end"])
        every_min = reading.number(names["every_min"], 1, 240)
        days = reading.days(names["days"])
        found.append({"start_time": start, "end_time": end, "headway_min": every_min, "days": days})
    return found
