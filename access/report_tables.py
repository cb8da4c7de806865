"""The tables of results in the report: every number that a chart or map shows, and more.

All cells are texts already, written by the habits of the language. A figure that the run does not have
is "no data"; it is never left blank and never 0.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.report_charts import N_DECILES
from access.report_classes import LOW_INCOME_DECILES, weighted_mean
from access.report_data import Run
from access.report_findings import longest_trip, period_label, service_label, total_of
from access.report_map import CellMap
from access.report_small import count_words, counts_words, is_few
from access.texts import Texts

N_ZONES = 10
#: Neighbourhoods with fewer residents are not ranked: a handful of people is no neighbourhood's average.
MIN_ZONE_RESIDENTS = 200


class Table(NamedTuple):
    """A table for the page; the first ``n_headers`` columns name the row, the others hold its values.

    ``word_columns`` are the places of further columns that hold words, ``code_columns`` of those with
    long codes that may break anywhere. ``english_rows`` are the places of rows whose names are English in
    every language: words of the program that nobody translated.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    n_headers: int = 1
    note: str = ""
    word_columns: tuple[int, ...] = ()
    code_columns: tuple[int, ...] = ()
    english_rows: tuple[int, ...] = ()


def map_table(run: Run, cell_map: CellMap, texts: Texts) -> Table:
    """Residents and cells by class: the table twin of a map; small counts are hidden."""
    everybody = sum(entry.residents for entry in cell_map.legend)
    people = counts_words(run, [entry.residents for entry in cell_map.legend], texts)
    rows = tuple(
        (
            entry.label,
            words,
            texts.percent(entry.residents / everybody if everybody else None)
            if shown
            else texts("range.none"),
            texts.number(entry.n_cells),
        )
        for entry, (words, shown) in zip(cell_map.legend, people, strict=True)
    )
    columns = ("table.class", "table.residents", "table.share_of_residents", "table.cells")
    return Table(cell_map.legend_title, tuple(texts(key) for key in columns), rows)


def decile_table(run: Run, texts: Texts) -> Table:
    """Mean access by income decile and service: the table twin of the bar chart, and the other services."""
    _, cutoff_min, period = run.headline
    groups = [(texts.number(decile), f"decile_{decile}") for decile in range(1, N_DECILES + 1)]
    groups[0] = (texts("table.decile_lowest"), "decile_1")
    groups[-1] = (texts("table.decile_highest"), f"decile_{N_DECILES}")
    groups.append((texts("table.all_residents"), "all"))
    names = [str(service["name"]) for service in run.services]
    rows = tuple(
        (
            label,
            *(texts.amount(run.value("mean_access", name, period, cutoff_min, group)) for name in names),
        )
        for label, group in groups
    )
    return Table(
        texts("table.deciles_caption", cutoff=cutoff_min, period=period_label(run, period, texts)),
        (texts("table.decile"), *(texts.capital(service_label(run, name, texts)) for name in names)),
        rows,
    )


def service_table(run: Run, texts: Texts) -> Table:
    """Every service in every period: mean access within each cutoff, ratio, nearest, not reached."""
    _, cutoff_min, _ = run.headline
    columns = [texts("table.service"), texts("table.period")]
    columns += [texts("table.mean_within", cutoff=cutoff) for cutoff in run.cutoffs_min]
    columns += [texts("table.ratio", cutoff=cutoff_min), texts("table.nearest"), texts("table.unreached")]
    rows = []
    for service in run.services:
        for period in run.periods:
            names = str(service["name"]), str(period["name"])
            means = (_mean_and_share(run, names, cutoff, texts) for cutoff in run.cutoffs_min)
            rows.append(
                (
                    texts.capital(service_label(run, names[0], texts)),
                    period_label(run, names[1], texts),
                    *means,
                    _ratio(run, names, cutoff_min, texts),
                    _nearest(run, names, texts),
                    count_words(run, run.value("nearest_unreached_residents", *names), texts),
                )
            )
    note = texts("table.services_note", longest=longest_trip(run, texts))
    return Table(texts("table.services_caption"), tuple(columns), tuple(rows), 2, note)


def sufficiency_table(run: Run, texts: Texts) -> Table | None:
    """Residents below each sufficiency line in each period; None if the run has no line."""
    rows = []
    for line in run.manifest.get("sufficiency") or []:
        for period in run.periods:
            below = run.column(f"below_{line['name']}_{period['name']}")
            if not run.has_data(str(line.get("service", "")), str(period["name"])):
                below = np.full(len(below), np.nan)
            rows.append(
                (
                    texts.capital(texts.label(line.get("label"), fallback=str(line["name"]))),
                    period_label(run, str(period["name"]), texts),
                    *_below(run, below, texts),
                    texts.label(line.get("source"), fallback=texts("no_data")),
                )
            )
    if not rows:
        return None
    keys = ("line", "period", "below", "below_share", "below_low_income", "not_assessed", "source")
    columns = tuple(texts(f"table.{key}") for key in keys)
    note = texts("table.sufficiency_note")
    return Table(texts("table.sufficiency_caption"), columns, tuple(rows), 2, note, word_columns=(6,))


def zone_table(run: Run, texts: Texts) -> Table | None:
    """Neighbourhoods with the lowest mean access to the headline service; None without names or data.

    Means weigh cells by residents and leave out cells without data. Equal means are in alphabetical order.
    """
    access, residents, decile = run.headline_access(), run.residents(), run.column("income_decile")
    known = np.isfinite(access) & (residents > 0)
    if "zone" not in run.cells.columns or not (run.cells["zone"].notna() & known).any():
        return None
    mean = weighted_mean(access, residents)
    zones = run.cells["zone"]
    ranked: list[tuple[float, str, tuple[str, ...]]] = []
    for zone in sorted(zones[zones.notna() & known].unique()):
        inside = (zones == zone).to_numpy(dtype=np.bool_, na_value=False)
        people = float(np.nansum(residents[inside]))
        if people < MIN_ZONE_RESIDENTS:
            continue
        zone_mean = weighted_mean(access[inside], residents[inside])
        with_decile = inside & np.isfinite(decile) & (residents > 0)
        low_income = float(residents[with_decile & (decile <= LOW_INCOME_DECILES)].sum())
        row = (
            str(zone),
            texts.number(people),
            texts.amount(zone_mean),
            texts.percent(zone_mean / mean if mean else None),
            texts.percent(low_income / residents[with_decile].sum() if with_decile.any() else None),
        )
        ranked.append((zone_mean, str(zone), row))
    keys = ("zone", "residents", "mean_access", "of_mean", "low_income_share")
    return Table(
        texts("table.zones_caption", service=service_label(run, run.headline.service, texts),
              cutoff=run.headline.cutoff_min),
        tuple(texts(f"table.{key}") for key in keys),
        tuple(row for _, _, row in sorted(ranked)[:N_ZONES]),
        note=texts("table.zones_note", floor=texts.number(MIN_ZONE_RESIDENTS), mean=texts.amount(mean)),
    )  # fmt: skip


def _mean_and_share(run: Run, names: tuple[str, str], cutoff_min: int, texts: Texts) -> str:
    mean, total = run.value("mean_access", *names, cutoff_min), total_of(run, names[0])
    if mean is None or total is None:
        return texts.amount(mean)
    return texts("table.mean_and_share", mean=texts.amount(mean), share=texts.percent(mean / total))


def _ratio(run: Run, names: tuple[str, str], cutoff_min: int, texts: Texts) -> str:
    """Ratio of richest to poorest; "not defined" where the poorest reach nothing."""
    value = run.value("ratio_richest10_poorest40", *names, cutoff_min)
    if run.is_undefined("ratio_richest10_poorest40", *names, cutoff_min) or value == math.inf:
        return texts("not_defined")
    return texts.number(value, 2)


def _nearest(run: Run, names: tuple[str, str], texts: Texts) -> str:
    """Mean minutes to the nearest; "not reached" where the run looked and nobody reaches one."""
    if run.is_undefined("nearest_mean_min", *names) and run.value("nearest_unreached_residents", *names):
        return texts("not_reached")
    return texts.number(run.value("nearest_mean_min", *names), 1)


def _below(run: Run, below: npt.NDArray[np.float64], texts: Texts) -> tuple[str, str, str, str]:
    """Residents below a line, their share of those assessed, how many have low incomes, not assessed."""
    residents, decile = run.residents(), run.column("income_decile")
    inhabited = residents > 0
    assessed = inhabited & np.isfinite(below)
    unknown = count_words(run, float(residents[inhabited & ~assessed].sum()), texts)
    if not assessed.any():
        nothing = texts("no_data")
        return nothing, nothing, nothing, unknown
    short = assessed & (below > 0)
    n = float(residents[short].sum())
    with_decile = np.isfinite(decile).any()
    low = float(residents[short & (decile <= LOW_INCOME_DECILES)].sum()) if with_decile else None
    share = texts.percent(n / float(residents[assessed].sum()))
    return (
        count_words(run, n, texts),
        texts("range.none") if is_few(run, n) else share,
        count_words(run, low, texts),
        unknown,
    )
