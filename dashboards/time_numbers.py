"""Numbers of a store over time: which can be chosen, what they are called, and their values in order of days.

Names of services, rights and periods are those of the newest snapshot's run, from its manifest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import geopandas as gpd

from access.indicator_registry import families, registry
from access.observatory_read import KEY, numbers_over_time, snapshots_of
from access.observatory_store import Store
from access.report_comparison import mode_label
from access.report_data import Headline, Run
from access.report_findings import service_label
from access.report_numbers import Number, Numbers, number_of
from access.report_rights_words import catalogue_label, right_label
from access.report_section import group_label, period_or_all
from access.texts import Texts
from dashboards.how import key_text
from dashboards.store_data import StoreData
from dashboards.words import Words

#: Groups of whom the mean of the headline can be followed, besides everybody.
GROUPS = ("poorest40", "richest10", "decile_1", "decile_10")
#: Numbers of other services than the headline's that can be followed.
OF_EVERY_SERVICE = ("mean_access", "ratio_richest10_poorest40")
#: Not to be followed: what a shuffled city has, and single classes of a split of residents.
_LEFT_OUT = ("basket_residents", "eu_typology_residents", "eu_typology_share", "ptal_residents", "ptal_share")
_RIGHTS = "right_"
FIRST = "mean_access"


class Option(NamedTuple):
    """A number that can be followed."""

    key: str
    number: Number


class Point(NamedTuple):
    """A number in one snapshot; ``number`` is None where the snapshot has no such row."""

    snapshot: str
    day: Any
    number: Number | None


def options_of(store: StoreData, snapshot: str) -> list[Option]:
    """Return the numbers of a snapshot that can be followed, the mean of its headline first."""

    def read(opened: Store) -> list[Option]:
        head = headline_of(opened, snapshot)
        rows = opened.rows("indicator", snapshot=snapshot).to_dict("records")
        numbers = [number_of(row) for row in rows]
        found = {key_text(each): each for each in numbers if each.is_base and _is_followed(each, head)}
        listed = sorted(found.items(), key=lambda item: _order(item[1], head))
        return [Option(key, number) for key, number in listed]

    return store.kept(("options", snapshot), read)


def points_of(store: StoreData, city: str, series: str, number: Number) -> list[Point]:
    """Return a number in every snapshot of a series, in order of days."""

    def read(opened: Store) -> list[Point]:
        where = {name: _or_null(getattr(number, name)) for name in KEY if name != "group"}
        rows = numbers_over_time(opened, city, series, group=[number.group], **where)
        found: dict[str, Number] = {}
        for row in rows.to_dict("records"):
            each = number_of(row)
            # Of a row with a range and one without, the one with.
            if each.is_base and (row["snapshot"] not in found or each.interval_kind):
                found[str(row["snapshot"])] = each
        order = _snapshots(opened, city, series)
        return [Point(name, day, found.get(name)) for name, day in order]

    return store.kept(("points", city, series, key_text(number)), read)


def run_of_snapshot(store: StoreData, snapshot: str) -> Run:
    """Return a snapshot as a run without cells: enough for the names of what it holds."""

    def read(opened: Store) -> Run:
        row = opened.rows("snapshot", snapshot=snapshot).iloc[0]
        manifest = read_json(row["manifest_json"])
        empty = gpd.GeoDataFrame({"id": []}, geometry=[], crs="EPSG:4326")
        head = headline_of(opened, snapshot) or Headline("", 0, "")
        return Run(empty, manifest, head, {}, Numbers([]))

    return store.kept(("run", snapshot), read)


def headline_of(store: Store, snapshot: str) -> Headline | None:
    """Return the headline of a snapshot; None where it does not say."""
    rows = store.rows("snapshot", ["snapshot", "headline_json", "manifest_json"], snapshot=snapshot)
    if rows.empty:
        return None
    told = _headline(rows["headline_json"].iloc[0]) or _headline(rows["manifest_json"].iloc[0])
    if told is None:
        return None
    cutoff = told.get("cutoff_min")
    minutes = cutoff if isinstance(cutoff, int) else 0
    return Headline(str(told.get("service") or ""), minutes, str(told.get("period") or ""))


def _headline(text: object) -> Mapping[str, Any] | None:
    """Find the headline: by itself, the first of its rows, or as a part of a manifest."""
    told = _parsed(text)
    if isinstance(told, list):
        told = told[0] if told else None
    if isinstance(told, Mapping):
        told = told.get("headline", told)
    return told if isinstance(told, Mapping) and told.get("service") else None


def title_of(number: Number, words: Words) -> str:
    """Return the name of an indicator; one that the program does not know as it is written."""
    known = registry().get(number.indicator)
    return known.title.of(words.texts.language) if known else number.indicator.replace("_", " ")


def name_of(number: Number, run: Run, words: Words) -> str:
    """Return what a number is: its indicator, and all that tells it from others."""
    return " · ".join([title_of(number, words), *_details(number, run, words)])


def family_of(number: Number, words: Words) -> str:
    """Return the name of the family of an indicator."""
    known = registry().get(number.indicator)
    if known is None:
        return words("time.other")
    return words.texts.capital(families()[known.family].of(words.texts.language))


def _details(number: Number, run: Run, words: Words) -> Iterator[str]:
    texts = words.texts
    standard = _standard(number.standard, run, texts) if number.standard else ""
    if standard and standard.casefold() not in title_of(number, words).casefold():
        yield standard
    if number.indicator.startswith(_RIGHTS):  # its name says which places within how long
        pass
    elif number.service:
        label = service_label(run, number.service, texts)
        within = "" if number.cutoff_min is None else words("time.within", n=texts.number(number.cutoff_min))
        yield f"{label} {within}".strip()
    elif number.cutoff_min is not None:
        yield words("time.within", n=texts.number(number.cutoff_min))
    if number.period and number.period != run.headline.period:
        yield period_or_all(run, number.period, texts)
    if number.group != "all":
        yield group_label(number.group, texts)


def _standard(name: str, run: Run, texts: Texts) -> str:
    """Name of a right, a catalogue, a line, a mode or a standard of supply."""
    for line in run.manifest.get("sufficiency") or []:
        if line.get("name") == name:
            return texts.label(line.get("label"), name)
    if any(entry.get("name") == name for entry in run.manifest.get("modes") or []):
        return mode_label(run, name, texts)
    if any(entry.get("name") == name for entry in run.manifest.get("rights_catalogues") or []):
        return catalogue_label(run, name, texts)
    if texts.has(f"supply_standard.{name}"):
        return texts(f"supply_standard.{name}")
    told = right_label(run, name, texts)
    return told.replace("_", " ") if told == name else told


def _is_followed(number: Number, head: Headline | None) -> bool:
    name = number.indicator
    if name == "modal_ratio" and number.standard != "car":
        return False
    if name.endswith("_bias") or name in _LEFT_OUT or ":" in number.standard:
        return False
    if name.startswith(_RIGHTS):
        return number.group == "all"
    if head is None or not head.service:
        return number.group == "all"
    if number.cutoff_min not in (None, head.cutoff_min) or number.period not in ("", head.period):
        return False
    if number.group != "all":
        return name == FIRST and number.group in GROUPS and number.service == head.service
    return number.service in ("", head.service) or name in OF_EVERY_SERVICE


def _order(number: Number, head: Headline | None) -> tuple[Any, ...]:
    """The mean of the headline first, then as the documents have the indicators."""
    place = {name: at for at, name in enumerate(registry())}
    family = {name: at for at, name in enumerate(families())}
    known = registry().get(number.indicator)
    of_headline = head is not None and number.service == head.service
    return (
        not (number.indicator == FIRST and of_headline and number.group == "all"),
        family.get(known.family, len(family)) if known else len(family),
        place.get(number.indicator, len(place)),
        number.indicator,
        not of_headline,
        number.service,
        number.standard,
        number.group != "all",
        number.group,
        number.period,
        number.cutoff_min or 0,
    )


def _snapshots(store: Store, city: str, series: str) -> list[tuple[str, Any]]:
    filed = snapshots_of(store, city, series)
    return list(zip(filed["snapshot"].astype(str), filed["observed_on"], strict=True))


def _or_null(value: object) -> object:
    return None if value in ("", None) else value


def read_json(text: object) -> dict[str, Any]:
    """Read a JSON object; an empty one where there is none, or it is damaged."""
    found = _parsed(text)
    return found if isinstance(found, dict) else {}


def _parsed(text: object) -> Any:
    """Read JSON; None where there is none, or it is damaged."""
    try:
        return json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
