"""Versions of timetables that were seen, as rows of a store, each compared with the one before."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from access.feed_watch_kept import kept
from access.observatory_city import checked_city
from access.observatory_store import is_server, reading, writing
from gtfs.feed_changes import FeedChanges, feed_changes, plain_facts
from gtfs.feed_changes_content import FeedContent, feed_content
from gtfs.feed_facts import FeedFacts


class Version(NamedTuple):
    """A version of a feed that is new."""

    feed: str
    sha256: str
    path: Path  # where it is kept
    source: str  # file name or address, as filed
    content: FeedContent


class Told(NamedTuple):
    """A version that was filed, and what is told of it."""

    feed: str
    sha256: str
    source: str
    change: dict[str, Any]  # as in the column change_json


def versions_of(location: str | Path, city: str) -> pd.DataFrame:
    """Return the versions of a city's feeds in the order in which they were seen; none without a store."""
    if not is_server(location) and not Path(location).exists():
        return pd.DataFrame(columns=["feed", "sha256", "seen_at", *FeedFacts._fields])
    with reading(location) as store:
        found = store.rows("feed_version", city=city)
    return found.sort_values(["seen_at", "sha256"], ignore_index=True)


def in_order(versions: Sequence[Version]) -> list[Version]:
    """Put versions that came together in the order of their days with service, as they were published."""

    def days(version: Version) -> tuple[dt.date, dt.date, str]:
        facts = version.content.facts
        return (facts.first_day or dt.date.min, facts.last_day or dt.date.min, version.source)

    return sorted(versions, key=days)


def file_versions(
    location: str | Path, city: str, names: Mapping[str, str], versions: Sequence[Version]
) -> list[Told]:
    """Compare new versions, each with the one before of its feed, and file them with one write.

    Parameters
    ----------
    city : str
        Short name.
    names : mapping
        Its name by language, ``en`` and ``fr``, for a store that does not have the city.
    versions : sequence of Version
        In order; none of them in the store.

    Raises
    ------
    StoreError
        If the name of the city is none, or the store cannot be written.
    """
    checked_city(city)
    seen = versions_of(location, city)
    last: dict[str, dict[Any, Any]] = {str(row["feed"]): row for row in seen.to_dict("records")}
    contents: dict[str, FeedContent] = {}
    rows, told = [], []
    now = dt.datetime.now(dt.UTC)
    for number, version in enumerate(versions):
        before = last.get(version.feed)
        change = _change(location, version, before, contents)
        row: dict[Any, Any] = {
            "city": city,
            "feed": version.feed,
            "sha256": version.sha256,
            "seen_at": (now + dt.timedelta(microseconds=number)).isoformat(timespec="microseconds"),
            "source": version.source,
            **version.content.facts._asdict(),
            "change_json": json.dumps(change, ensure_ascii=False),
        }
        last[version.feed] = row
        contents[version.feed] = version.content
        rows.append(row)
        told.append(Told(version.feed, version.sha256, version.source, change))
    with writing(location) as store:
        if store.rows("city", city=city).empty:
            known = {"city": city, "name_en": names["en"], "name_fr": names["fr"]}
            store.add("city", pd.DataFrame([known]))
        meanwhile = store.rows("feed_version", ["feed", "sha256"], city=city)  # by another watch
        filed = set(zip(meanwhile["feed"], meanwhile["sha256"], strict=True))
        store.add(
            "feed_version", pd.DataFrame([row for row in rows if (row["feed"], row["sha256"]) not in filed])
        )
    return [version for version in told if (version.feed, version.sha256) not in filed]


def _change(
    location: str | Path,
    version: Version,
    before: Mapping[Any, Any] | None,
    contents: Mapping[str, FeedContent],
) -> dict[str, Any]:
    """Return what differs from the version before, as plain values; without its file only the facts."""
    facts = plain_facts(version.content.facts)
    if before is None:
        return {"before": None, "after": facts, "before_sha256": None}
    old = contents.get(version.feed)
    if old is None:
        path = kept(location, str(before["sha256"]))
        old = None if path is None else feed_content(path, version.feed)
    if old is None:
        known = FeedFacts(*(_value(before[name]) for name in FeedFacts._fields))
        return {"before": plain_facts(known), "after": facts, "before_sha256": before["sha256"]}
    found: FeedChanges = feed_changes(old, version.content)
    return {**found.as_json(), "before_sha256": before["sha256"]}


def _value(value: Any) -> Any:
    """Return a plain value of a row; every way of being missing is None."""
    return None if pd.isna(value) else value.item() if hasattr(value, "item") else value
