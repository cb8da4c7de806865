"""The neighbourhoods that are served worst under a choice, by the rules of the report's ranking."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from access.report_classes import LOW_INCOME_DECILES, weighted_mean
from access.report_findings import service_label
from access.report_tables import MIN_ZONE_RESIDENTS, N_ZONES, Table
from dashboards.gaps_choice import (
    EVERYBODY,
    Choice,
    FloatArray,
    access_of,
    group_name,
    residents_of,
    run_of,
)
from dashboards.run_data import RunData
from dashboards.words import Words


class ZoneMean(NamedTuple):
    """A neighbourhood: residents of the group, their mean access, and the share with low incomes (or NaN)."""

    name: str
    residents: float
    mean: float
    low_income_share: float


def worst_zones(data: RunData, choice: Choice, access: FloatArray) -> list[ZoneMean]:
    """Rank the neighbourhoods by the mean access of the group, lowest first.

    Those with fewer than ``MIN_ZONE_RESIDENTS`` residents of the group are left out: a handful of people is
    no neighbourhood's average, and theirs is nobody's business. Equal means are in alphabetical order.

    Parameters
    ----------
    access : array of float, shape (n_cells,)
        Opportunities within reach; cells without data enter no mean.
    """
    cells = data.run.cells
    if "zone" not in cells.columns:
        return []
    count, decile = residents_of(data, choice.group).people, data.run.column("income_decile")
    known = np.isfinite(access) & (count > 0)
    low = np.where(decile <= LOW_INCOME_DECILES, data.residents, 0.0)
    table = pd.DataFrame(
        {
            "zone": cells["zone"],
            "people": np.nan_to_num(count),
            "weight": np.where(known, count, 0.0),
            "amount": np.where(known, count * access, 0.0),
            "low": np.where(np.isfinite(decile), np.nan_to_num(low), 0.0),
            "with_decile": np.where(np.isfinite(decile), np.nan_to_num(data.residents), 0.0),
        }
    )
    sums = table[table["zone"].notna()].groupby("zone").sum()
    zones = [
        ZoneMean(
            str(name),
            float(row["people"]),
            float(row["amount"] / row["weight"]),
            float(row["low"] / row["with_decile"]) if row["with_decile"] else math.nan,
        )
        for name, row in sums.iterrows()
        if row["people"] >= MIN_ZONE_RESIDENTS and row["weight"] > 0
    ]
    return sorted(zones, key=lambda zone: (zone.mean, zone.name))


def ranking_table(data: RunData, choice: Choice, words: Words) -> Table | None:
    """Return the worst served neighbourhoods as a table; None without their names or without data."""
    texts, access = words.texts, access_of(data, choice)
    zones = worst_zones(data, choice, access)
    if not zones:
        return None
    mean = weighted_mean(access, data.residents)
    rows = tuple(
        (
            zone.name,
            texts.number(zone.residents),
            texts.amount(zone.mean),
            texts.percent(zone.mean / mean if mean else None),
            texts.percent(zone.low_income_share),
        )
        for zone in zones[:N_ZONES]
    )
    run = run_of(data, choice)
    caption = texts(
        "table.zones_caption",
        service=service_label(run, choice.service, texts),
        cutoff=choice.cutoff_min,
    )
    if choice.group != EVERYBODY:
        caption += f" · {group_name(choice.group, words)}"
    keys = ("zone", "residents", "mean_access", "of_mean", "low_income_share")
    note = texts("table.zones_note", floor=texts.number(MIN_ZONE_RESIDENTS), mean=texts.amount(mean))
    return Table(caption, tuple(texts(f"table.{key}") for key in keys), rows, note=note)
