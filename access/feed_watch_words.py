"""What the feed watch tells of versions of timetables, in English and French.

``change_lines`` also serves whoever shows the column ``change_json`` of the table ``feed_version``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from access.feed_watch import Look, shown_place
from access.feed_watch_run import Snapshot
from access.feed_watch_sources import Source, zips_of
from access.feed_watch_versions import Told
from access.texts import Texts

SHOWN = 10
"""Routes and stops that are named; the rest is counted."""

_DAYS = ("first_day", "last_day")


def look_lines(look: Look, words: Texts) -> list[str]:
    """Say what a look found, but for its problems, which are errors."""
    lines = [line for told in look.new for line in version_lines(told, words)]
    lines += [
        words("watch.back", feed=source.feed, place=shown_place(source), version=sha256[:12])
        for source, sha256 in look.back
    ]
    lines += [words("watch.waiting", file=file) for file in look.waiting]
    back = {source.feed for source, _ in look.back}
    return lines + [
        words(
            "watch.empty" if _is_empty(source) else "watch.unchanged",
            feed=source.feed,
            place=shown_place(source),
        )
        for source in look.same
        if source.feed not in back and not look.waiting
    ]


def _is_empty(source: Source) -> bool:
    return not source.remote and not zips_of(source)


def version_lines(told: Told, words: Texts) -> list[str]:
    """Say what is new in a version that was filed: a heading and what changed, indented."""
    named = {"feed": told.feed, "version": told.sha256[:12], "source": told.source}
    heading = words("watch.new", **named) if told.change.get("before") else words("watch.first", **named)
    return [heading, *(f"  {line}" for line in change_lines(told.change, words))]


def snapshot_line(snapshot: Snapshot, city: str, words: Texts) -> str:
    """Say which snapshot a run became."""
    day = words.day(snapshot.observed_on)
    return words("watch.run", snapshot=snapshot.snapshot, city=city, day=day, folder=snapshot.folder)


def change_lines(change: Mapping[str, Any], words: Texts) -> list[str]:
    """Say what differs between two versions of a feed.

    Parameters
    ----------
    change : mapping
        Content of the column ``change_json``.
    """
    before, after = change.get("before"), change["after"]
    lines = [_valid(before, after, words)]
    if before is None:
        return [*lines, _figures(after, words)] if after["week_from"] else lines
    if "routes" in change and not change["routes"] and not change["stops"]:
        lines.append(words("watch.same"))
    else:
        lines += _numbers(before, after, ("trips_week", "vehicle_hours_week"), words)
        lines += _structure(change, words) if "routes" in change else _facts_only(before, after, words)
    return lines + _wheelchairs(before, after, words)


def _valid(before: Mapping[str, Any] | None, after: Mapping[str, Any], words: Texts) -> str:
    if after["first_day"] is None:
        return words("watch.never")
    days = {name: words.day(after[f"{name}_day"]) for name in ("first", "last")}
    old = [before.get(name) for name in _DAYS] if before else [None, None]
    if old[0] is None or old == [after[name] for name in _DAYS]:
        return words("watch.valid", **days)
    return words("watch.valid_before", **days, first_before=words.day(old[0]), last_before=words.day(old[1]))


def _figures(after: Mapping[str, Any], words: Texts) -> str:
    return words(
        "watch.has",
        routes=words.number(after["routes"]),
        stops=words.number(after["stops"]),
        week=words.day(after["week_from"]),
        trips=words.number(after["trips_week"]),
        hours=words.number(after["vehicle_hours_week"]),
    )


def _numbers(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Sequence[str], words: Texts
) -> Iterator[str]:
    for name in names:
        yield _number(words(f"watch.{name}"), before[name], after[name], words)


def _number(name: str, before: float | None, now: float | None, words: Texts) -> str:
    shown = {key: words("watch.not_said") if value is None else words.number(value)
             for key, value in (("before", before), ("now", now))}  # fmt: skip
    if shown["before"] == shown["now"]:
        return words("watch.number_same", name=name, now=shown["now"])
    if not before or now is None:  # from or to nothing said, or from none: no share
        return words("watch.number_other", name=name, **shown)
    share = now / before - 1
    sign = "+" if share > 0 else "−"
    change = words("watch.percent", sign=sign, percent=words.percent(abs(share)))
    return words("watch.number", name=name, **shown, change=change)


def _facts_only(before: Mapping[str, Any], after: Mapping[str, Any], words: Texts) -> list[str]:
    return [
        _number(words("watch.routes_count"), before["routes"], after["routes"], words),
        _number(words("watch.stops_count"), before["stops"], after["stops"], words),
        words("watch.facts_only"),
    ]


def _wheelchairs(before: Mapping[str, Any], after: Mapping[str, Any], words: Texts) -> list[str]:
    return [
        line
        for name in ("stops_wheelchair", "trips_wheelchair")
        if before[name] != after[name]
        for line in _numbers(before, after, [name], words)
    ]


def _structure(change: Mapping[str, Any], words: Texts) -> list[str]:
    """Say which routes and stops were added, removed or changed."""
    lines = []
    for table, kinds in (("routes", ("added", "removed", "changed")),
                         ("stops", ("added", "removed", "moved", "renamed"))):  # fmt: skip
        rows = change[table]
        counts = {kind: sum(row["kind"] == kind for row in rows) for kind in kinds}
        counts["same"] = change[f"{table}_same"]
        parts = [words(f"watch.{table}.{kind}", n=words.number(n)) for kind, n in counts.items() if n]
        if parts:
            lines.append(words(f"watch.{table}.line", parts=", ".join(parts)))
        told = [_route(row, words) for row in rows] if table == "routes" else _stops(rows, words)
        lines += told[:SHOWN]
        if len(told) > SHOWN:
            lines.append(words("watch.more", n=words.number(len(told) - SHOWN)))
    return lines


def _route(row: Mapping[str, Any], words: Texts) -> str:
    trips = {"before": row["trips_week_before"], "now": row["trips_week"]}
    hours = {"before": row["vehicle_hours_week_before"], "now": row["vehicle_hours_week"]}
    if row["kind"] != "changed":
        side = "now" if row["kind"] == "added" else "before"
        numbers = {"trips": words.number(trips[side]), "hours": words.number(hours[side])}
        return words(f"watch.route.{row['kind']}", name=row["name"], **numbers)
    parts = []
    if row["name_before"] != row["name"]:
        parts.append(words("watch.route.renamed", name=row["name_before"]))
    parts += _moved(trips, "trips", words) + _moved(hours, "hours", words)
    for end in ("first", "last"):
        old, new = row[f"{end}_departure_before_s"], row[f"{end}_departure_s"]
        if old != new:
            clocks = {"before": words.clock(old), "now": words.clock(new)}
            parts.append(words(f"watch.route.{end}", **clocks))
    for kind in ("patterns_added", "patterns_removed"):
        if row[kind]:
            parts.append(words.plural(f"watch.route.{kind}", row[kind]))
    between = "; " if words.language == "en" else " ; "
    return words("watch.route.changed", name=row["name"], parts=between.join(parts))


def _moved(numbers: Mapping[str, float], name: str, words: Texts) -> list[str]:
    """Say a number of a route that differs by what can be seen."""
    shown = {key: words.number(value, 0 if value >= 10 else 1) for key, value in numbers.items()}
    return [] if shown["before"] == shown["now"] else [words(f"watch.route.{name}", **shown)]


def _stops(rows: Sequence[Mapping[str, Any]], words: Texts) -> list[str]:
    """Say which stops differ; poles of one name once, with their number."""
    lines = Counter(_stop(row, words) for row in rows)
    return [line if n == 1 else f"{line} (× {words.number(n)})" for line, n in lines.items()]


def _stop(row: Mapping[str, Any], words: Texts) -> str:
    name = row["name"] or row["stop_id"]
    if row["kind"] == "moved":
        return words("watch.stop.moved", name=name, moved_m=words.number(row["moved_m"]))
    if row["kind"] == "renamed":
        return words("watch.stop.renamed", name=name, before=row["name_before"] or row["stop_id"])
    return words(f"watch.stop.{row['kind']}", name=name)
