"""Each change of a scenario in one sentence: "Line 9: every 10 minutes on weekdays, 06:00 to 22:00"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from access.report_scenario_change import type_words
from access.report_section import group_label, joined
from dashboards.what_if_form_read import City, point_words
from dashboards.what_if_form_values import day_name
from dashboards.words import Words
from gtfs.match import days_text

#: So many stops, lines or periods are named one by one; the others are counted.
MOST_NAMED = 4
LONGEST_IN_NAME = 100


def sentence_of(change: Mapping[str, Any], city: City, words: Words) -> str:
    """Say in one sentence what a change does.

    Parameters
    ----------
    change : mapping
        One of ``modifications``, with the keys of a scenario file.
    city : City
        Names of lines, stops and services; ids are shown where a name is not known.
    words : Words
        Of the language.
    """
    kind = str(change.get("type"))
    told = _TOLD.get(kind)
    try:
        return told(change, city, words) if told else type_words(kind, words.texts)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        # A file may leave out or misspell anything; its own checks say what, when it is computed.
        return words.texts.capital(type_words(kind, words.texts))


def name_of_changes(changes: Sequence[Mapping[str, Any]], city: City, words: Words) -> str:
    """Name a scenario after its first change, and how many more there are."""
    if not changes:
        return words("what_if.unnamed")
    # Of several sentences the first says what, the others how.
    first = sentence_of(changes[0], city, words).split(". ")[0].rstrip(".")[:LONGEST_IN_NAME]
    more = len(changes) - 1
    return first if more < 1 else words.plural("what_if.and_more", more, first=first)


def _say(words: Words, key: str, **values: object) -> str:
    return words(f"what_if.change.{key}", **values)


def lines_words(change: Mapping[str, Any], city: City, words: Words) -> str:
    """Name the lines of a change: "Line 9", "Lines 9, 10 and 12"."""
    routes = [change["route"]] if change.get("route") else change.get("routes") or []
    feed = change.get("feed")
    names = [line.short if (line := city.today.line(feed, str(each))) else str(each) for each in routes]
    if not names:
        others = change.get("patterns") or change.get("trips") or []
        return words.plural("what_if.change.trips_of_some", len(others))
    if len(names) > MOST_NAMED:
        shown = joined(names[:MOST_NAMED], words.texts)
        return _say(words, "lines_and_more", lines=shown, n=words.number(len(names) - MOST_NAMED))
    return words.plural("what_if.change.lines", len(names), lines=joined(names, words.texts))


def stop_words(stop: Any, feed: str | None, city: City, words: Words) -> str:
    """Name a stop: of the feed by its name, a new one by the name given to it."""
    if isinstance(stop, Mapping) and stop.get("id") is None:
        return point_words(str(stop.get("name") or ""), words) or _say(words, "new_stop")
    identifier = str(stop["id"] if isinstance(stop, Mapping) else stop)
    known = city.today.stop(feed, identifier)
    return known.name if known else identifier


def stops_words(stops: Sequence[Any], feed: str | None, city: City, words: Words) -> str:
    """Name stops, each name once; many are counted."""
    names = list(dict.fromkeys(stop_words(stop, feed, city, words) for stop in stops))
    if len(names) > MOST_NAMED:
        return words.plural("what_if.change.n_stops", len(stops))
    return joined((_say(words, "quoted", name=name) for name in names), words.texts)


def days_words(days: Any, words: Words) -> str:
    """Say days of the week: "on weekdays"; nothing where none are named."""
    if not days:
        return ""
    name = day_name(days)
    if name and words.has(f"what_if.days_on.{name}"):
        return words(f"what_if.days_on.{name}")
    numbers = [each for each in days if isinstance(each, int)]
    language = words.texts.language
    return days_text(numbers, language) if numbers else ", ".join(map(str, days))


def clock_words(time: Any, words: Words) -> str:
    """Write a time of day, "HH:MM" or seconds, by the habits of the language."""
    if isinstance(time, str):
        hours, minutes = time.split(":")[:2]
        return words.texts.clock(int(hours) * 3600 + int(minutes) * 60)
    return words.texts.clock(int(time))


def minutes_words(entry: Mapping[str, Any], words: Words) -> str:
    """Write a headway: "10 minutes"."""
    minutes = entry.get("headway_min")
    minutes = float(entry["headway_secs"]) / 60 if minutes is None else float(minutes)
    number = words.number(minutes, 0 if minutes == round(minutes) else 1)
    return words("what_if.change.minutes", n=number) if minutes != 1 else words("what_if.change.minute")


def periods_words(entries: Sequence[Mapping[str, Any]], words: Words) -> str:
    """Say periods with their headways; many are counted."""
    parts = []
    for entry in entries[:MOST_NAMED]:
        days = days_words(entry.get("days"), words)
        if entry.get("first_departures"):
            n = len(entry["first_departures"])
            parts.append(words.plural("what_if.change.departures", n, days=days).strip())
        else:
            start, end = (clock_words(entry[key], words) for key in ("start_time", "end_time"))
            said = _say(words, "period", every=minutes_words(entry, words), days=days, start=start, end=end)
            parts.append(" ".join(said.replace(" ,", ",").split(" ")).replace("  ", " "))
    if len(entries) > MOST_NAMED:
        parts.append(words.plural("what_if.change.more_periods", len(entries) - MOST_NAMED))
    return "; ".join(parts) if words.language == "en" else " ; ".join(parts)


def _headway(change: Mapping[str, Any], city: City, words: Words) -> str:
    stays = "others_stay" if change.get("retain_trips_outside_frequency_entries") else "others_go"
    return _say(
        words, "headway", lines=lines_words(change, city, words),
        periods=periods_words(change["entries"], words), others=_say(words, stays),
    )  # fmt: skip


def _span(change: Mapping[str, Any], city: City, words: Words) -> str:
    first, last = change.get("first_departure"), change.get("last_departure")
    key = (
        "span_both"
        if first is not None and last is not None
        else "span_first"
        if last is None
        else "span_last"
    )
    times = {
        name: clock_words(time, words)
        for name, time in (("first", first), ("last", last))
        if time is not None
    }
    days = days_words(change.get("days"), words) or words("what_if.days_on.running")
    every = minutes_words(change, words)
    return _say(words, key, lines=lines_words(change, city, words), days=days, every=every, **times)


def _speed(change: Mapping[str, Any], city: City, words: Words) -> str:
    scale = float(change["scale"])
    key = "faster" if scale >= 1 else "slower"
    share = words.percent(abs(scale - 1))
    told = _say(words, key, lines=lines_words(change, city, words), share=share)
    if change.get("hops"):
        told += words.plural("what_if.change.on_hops", len(change["hops"]))
    return told


def _dwell(change: Mapping[str, Any], city: City, words: Words) -> str:
    lines = lines_words(change, city, words)
    if change.get("dwell_secs") is not None:
        return _say(words, "dwell", lines=lines, n=words.number(float(change["dwell_secs"])))
    return _say(words, "dwell_scale", lines=lines, share=words.percent(float(change["scale"])))


def _remove_trips(change: Mapping[str, Any], city: City, words: Words) -> str:
    lines, days = lines_words(change, city, words), days_words(change.get("days"), words)
    return _say(words, "remove_days" if days else "remove", lines=lines, days=days)


def _remove_stops(change: Mapping[str, Any], city: City, words: Words) -> str:
    stops = stops_words(change["stops"], change.get("feed"), city, words)
    if not change.get("routes") and not change.get("patterns"):
        return _say(words, "close_stops", stops=stops)
    return _say(words, "pass_stops", stops=stops, lines=lines_words(change, city, words))


def _move_stop(change: Mapping[str, Any], city: City, words: Words) -> str:
    stop = stop_words(change["stop"], change.get("feed"), city, words)
    return _say(words, "move_stop", stop=stop, place=_place(change, words))


def _add_trips(change: Mapping[str, Any], city: City, words: Words) -> str:
    feed, stops = change.get("feed"), change["stops"]
    ends = {
        "first": stop_words(stops[0], feed, city, words),
        "last": stop_words(stops[-1], feed, city, words),
        "stops": words.plural("what_if.change.n_stops", len(stops)),
        "periods": periods_words(change["frequencies"], words),
    }
    if change.get("route"):
        return _say(words, "more_trips", lines=lines_words(change, city, words), **ends)
    key = "new_line" if change.get("bidirectional", True) else "new_line_one_way"
    return _say(words, key, name=str(change.get("name") or ""), **ends)


def _reroute(change: Mapping[str, Any], city: City, words: Words) -> str:
    feed = change.get("feed")
    first, last = change.get("from_stop"), change.get("to_stop")
    ends = {
        name: stop_words(stop, feed, city, words)
        for name, stop in (("first", first), ("last", last))
        if stop is not None
    }
    stops = change.get("stops") or []
    lines = lines_words(change, city, words)
    if first is not None and last is not None:
        key = "reroute" if stops else "straight"
    elif first is not None:
        key = "extend_end" if stops else "cut_end"
    else:
        key = "extend_start" if stops else "cut_start"
    return _say(words, key, lines=lines, stops=stops_words(stops, feed, city, words), **ends)


def _place(change: Mapping[str, Any], words: Words) -> str:
    at = change.get("at") or change
    if at.get("lat") is None:
        return str(change.get("cell") or "")
    lat, lon = (words.texts.number(float(at[key]), 4) for key in ("lat", "lon"))
    return _say(words, "at", lat=lat, lon=lon)


def _opportunities(key: str) -> Any:
    def told(change: Mapping[str, Any], city: City, words: Words) -> str:
        count, name = change.get("count"), str(change.get("name") or "")
        service = words.texts.capital(city.service(str(change["service"]), words))
        default = 1.0 if key == "opens" else None
        amount = default if count is None else float(count)
        n = "" if amount is None else words.texts.amount(amount)
        which = key if n else f"{key}_all"
        said = _say(words, which, n=n, service=service, place=_place(change, words))
        return _say(words, "called", said=said, name=name) if name else said

    return told


def _add_residents(change: Mapping[str, Any], _: City, words: Words) -> str:
    groups = [
        f"{words.number(float(n))} {group_label(name, words.texts)}"
        for name, n in (change.get("groups") or {}).items()
    ]
    said = _say(words, "residents", n=words.number(float(change["count"])), place=_place(change, words))
    return _say(words, "of_them", said=said, groups=", ".join(groups)) if groups else said


def _add_streets(change: Mapping[str, Any], _: City, words: Words) -> str:
    lines = change["line_strings"]
    key = "what_if.change.street" if change.get("linkable") else "what_if.change.footbridge"
    (first_lon, first_lat), (last_lon, last_lat) = lines[0][0], lines[0][-1]
    ends = {
        "first": _place({"lon": first_lon, "lat": first_lat}, words),
        "last": _place({"lon": last_lon, "lat": last_lat}, words),
    }
    return words.plural(key, len(lines), **ends)


def _close_streets(change: Mapping[str, Any], _: City, words: Words) -> str:
    if change.get("ways"):
        return words.plural("what_if.change.close_ways", len(change["ways"]))
    key = "close_area" if change.get("polygon") else "close_crossing"
    lon, lat = (change.get("polygon") or change["crossing"])[0]
    return _say(words, key, place=_place({"lon": lon, "lat": lat}, words))


_TOLD: dict[str, Any] = {
    "adjust-frequency": _headway,
    "adjust-span": _span,
    "adjust-speed": _speed,
    "adjust-dwell-time": _dwell,
    "remove-trips": _remove_trips,
    "remove-stops": _remove_stops,
    "move-stop": _move_stop,
    "add-trips": _add_trips,
    "reroute": _reroute,
    "add-opportunities": _opportunities("opens"),
    "remove-opportunities": _opportunities("closes"),
    "add-residents": _add_residents,
    "add-streets": _add_streets,
    "close-streets": _close_streets,
}
