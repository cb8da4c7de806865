"""What is told of one zone of the register, on its sheet and in the app: numbers in words, nothing drawn.

A share is hidden where those who lack a right, or those who have it, are few, as everywhere in a run.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from access.errors import ResultError
from access.report_data import Run
from access.report_findings import service_label
from access.report_numbers import value_words
from access.report_rights_words import entries_of, right_label, service_words
from access.report_zone_gap import number_in, text_in
from access.report_zones import Zone, lacking_share_words, register, zones_of
from access.texts import Texts


class LackedRight(NamedTuple):
    """One right in one zone; texts are in the language asked for."""

    right: str
    label: str
    share: float  # of the zone's residents who lack it, 0 to 1; NaN = hidden or not known
    share_words: str
    share_of_all: float  # of all residents judged; NaN = hidden or not known
    share_of_all_words: str
    gap_words: str  # what is missing, or how far too far; empty where nobody lacks it or it is hidden
    depth: float  # mean shortfall, 0 to 1; NaN = not known


class ZoneFacts(NamedTuple):
    """One zone: its number and id in the register, what the register says, and its rights, deepest first."""

    number: int
    zone_id: str
    zone: Zone
    row: Mapping[Any, Any]
    rights: tuple[LackedRight, ...]

    @property
    def cells(self) -> list[str]:
        """H3 indices of its cells."""
        return [cell for cell in text_in(self.row, "cells").split(",") if cell]


def zone_ids(run: Run) -> list[str]:
    """Return the ids of the zones in the order of the register; empty without one."""
    return [] if run.zones is None else register(run)["zone_id"].astype(str).to_list()


def facts_of(run: Run, zone_id: str, texts: Texts) -> ZoneFacts:
    """Return what is told of a zone.

    Raises
    ------
    ResultError
        If the register has no such zone.
    """
    known = zone_ids(run)
    if zone_id not in known:
        few = ", ".join(known[:10]) or "none"
        raise ResultError(f"zone_id: the register has no zone {zone_id[:40]!r}; it has {few}")
    place = known.index(zone_id)
    table = register(run)
    row = pd.DataFrame(table.drop(columns=table.geometry.name)).iloc[place].to_dict()
    return ZoneFacts(place + 1, zone_id, zones_of(run)[place], row, _rights(run, zone_id, texts))


def manifest_sha256(run: Run) -> str:
    """SHA-256 of the run's ``manifest.json`` as a run writes it, by which others can check a sheet."""
    text = json.dumps(run.manifest, indent=2, ensure_ascii=False) + "\n"
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def access_words(run: Run, facts: ZoneFacts, texts: Texts) -> tuple[str, str]:
    """Return what the zone's residents reach on average at the headline, and what all residents reach."""
    service, cutoff, period = run.headline
    label = service_label(run, service, texts)
    mean = run.value("mean_access", service, period, cutoff)

    def told(n: float | None) -> str:
        unknown = n is None or math.isnan(n)
        return texts("no_data") if unknown else texts("counted", n=texts.amount(n), service=label)

    return told(number_in(facts.row, "access_mean")), told(mean)


def _rights(run: Run, zone_id: str, texts: Texts) -> tuple[LackedRight, ...]:
    table = run.zone_rights
    if table is None:
        return ()
    rows = table[table["zone_id"].astype(str) == zone_id].to_dict("records")
    found = [_right(run, row, texts) for row in rows]
    return tuple(sorted(found, key=_deepest_first))


def _deepest_first(right: LackedRight) -> tuple[float, float, str]:
    depth, share = (-x if math.isfinite(x) else math.inf for x in (right.depth, right.share))
    return depth, share, right.right


def _right(run: Run, row: Mapping[Any, Any], texts: Texts) -> LackedRight:
    name = text_in(row, "right")
    words = lacking_share_words(run, row, texts)
    hidden = words == texts("range.suppressed")
    share = math.nan if hidden else number_in(row, "unmet_share")
    of_all = run.numbers.one("right_headcount", standard=name, group="all")
    return LackedRight(
        right=name,
        label=texts.capital(right_label(run, name, texts)),
        share=share,
        share_words=words,
        share_of_all=math.nan if of_all is None else of_all.value,
        share_of_all_words=value_words(of_all, texts),
        gap_words=_gap_words(run, row, texts) if share > 0 else "",
        depth=math.nan if hidden else number_in(row, "depth"),
    )


def _gap_words(run: Run, row: Mapping[Any, Any], texts: Texts) -> str:
    """Say how far too far the places are for half of those who lack them, or how many are missing."""
    entry = next((each for each in entries_of(run) if each.get("name") == row.get("right")), {})
    minutes, missing = number_in(row, "missing_minutes"), number_in(row, "missing_opportunities")
    wanted = float(entry.get("at_least") or 0)
    if wanted == 1 or not math.isfinite(missing):
        if math.isinf(minutes):
            return texts("sheet.gap_out_of_reach")
        return "" if math.isnan(minutes) else texts("sheet.gap_minutes", n=texts.number(minutes))
    service = service_words(run, text_in(row, "destinations"), texts)
    return texts("sheet.gap_missing", n=texts.amount(float(np.round(missing, 6))), service=service)
