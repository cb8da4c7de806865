"""A result in words and tables: the pieces of a comparison's report, fed from memory instead of a folder."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from access.comparison_cutoffs import holds_zero
from access.comparison_reader import ComparisonRead, ScenarioRead
from access.report_data import Headline, Run
from access.report_findings import service_label
from access.report_numbers import Numbers
from access.report_scenario_bill import bill_section
from access.report_scenario_change import changed_section
from access.report_scenario_indices import indices_section
from access.report_scenario_method import checks_section, limit_lines, method_lines
from access.report_scenario_numbers import elided, signed, with_mark_told
from access.report_scenario_register import register_section
from access.report_scenario_rights import rights_section
from access.report_scenario_side import side_table
from access.report_scenario_winners import short_section, winners_section
from access.report_section import Section
from access.report_tables import Table
from dashboards.exports import side_by_side_of
from dashboards.run_data import RunData
from dashboards.what_if_result import WhatIfResult
from dashboards.words import Words

#: Sections below the map, in order; their titles are ``scenario.section.*`` of the results' texts.
SECTIONS = ("in_short", "groups", "rights", "indices", "bill", "register", "changed", "checks")
#: Sections that count who gains and loses: before the noise is known they would count noise.
UNTIL_NOISE = ("in_short", "groups")
#: A change of the mean below this share of today's is called hardly one.
HARDLY = 0.01
_INDEX_DECIMALS = 2


def read_of(data: RunData, result: WhatIfResult) -> ScenarioRead:
    """Return a result as the words and tables of a comparison's report take it."""
    where = result.where
    headline = Headline(str(where["service"]), int(where["cutoff_min"]), str(where["period"]))
    cells = result.cells.copy(deep=False)
    shapes = gpd.GeoDataFrame(cells, geometry=data.run.cells.geometry.to_numpy(), crs=data.run.cells.crs)
    run = Run(shapes, data.run.manifest, headline, {}, Numbers([]))
    entry = {**result.entry, "id": result.key, "noise_quantified": result.quantified}
    return ScenarioRead(
        entry, run, result.table, result.winners, result.rights, result.benefit, result.bill,
        zones=_nothing() if result.zones is None else result.zones,
        lines=_nothing(), points=_nothing(),
    )  # fmt: skip


def _nothing() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"state": []}, geometry=[], crs="EPSG:4326")


def sections_of(data: RunData, result: WhatIfResult, words: Words) -> dict[str, Section]:
    """Return every section of a result by its name, as a comparison's report has them."""
    read, texts = read_of(data, result), words.texts
    made = {
        "in_short": short_section(read, texts),
        "groups": winners_section(read, texts),
        "rights": rights_section(read, texts),
        "indices": indices_section(read, texts),
        "bill": bill_section(read, _per_hour(result), texts),
        "register": register_section(read, texts),
        "changed": changed_section(read, texts),
        "checks": checks_section(read, texts),
    }
    if not result.final:
        for name in UNTIL_NOISE:
            made[name] = Section(name, absent=words("what_if.first_result_note"))
    if not result.final and result.register is None:
        made["register"] = Section("register", absent=words("what_if.first_result_note"))
    return {
        name: section._replace(
            sentences=tuple(texts.capital(each) for each in section.sentences),
            tables=tuple(with_mark_told(table, texts) for table in section.tables),
        )
        for name, section in made.items()
    }


def title_of(section: str, words: Words) -> str:
    """Return the title of a section."""
    return words.texts(f"scenario.section.{section}")


def _per_hour(result: WhatIfResult) -> Mapping[str, Any] | None:
    if result.bill.empty:
        return None
    note = result.headline.get("gain_per_vehicle_hour_note") or None
    return {result.key: result.headline.get("gain_per_vehicle_hour"), f"{result.key}: note": note}


def method_of(data: RunData, result: WhatIfResult, words: Words) -> tuple[list[str], list[str]]:
    """Return how a result was computed, and what it does not know."""
    read = read_of(data, result)
    whole = ComparisonRead({"base": data.run.manifest}, (read,), pd.DataFrame())
    return method_lines(whole, words.texts), limit_lines(words.texts)


def headline_sentences(data: RunData, result: WhatIfResult, words: Words) -> list[str]:
    """Say in a few short sentences who gains, who loses, what becomes of the gap, and what it costs."""
    told = [*_who(data, result, words), *_gap(result, words)]
    if hours := _cost(result, words):
        told.append(hours)
    return [elided(sentence, words.texts) for sentence in told]


def _who(data: RunData, result: WhatIfResult, words: Words) -> list[str]:
    """Say who gains and loses; before the noise is known, the mean, and counts as the most there can be."""
    found = result.headline
    gain, lose = (_number(found.get(f"residents_{name}")) for name in ("gaining", "losing"))
    if not _number(found.get("residents")) > 0:
        return [words("what_if.result.no_data")]
    if math.isnan(gain) or math.isnan(lose):
        return [words("what_if.result.headline.few")]
    values = {
        "gain": words.texts.plural("residents", gain),
        "lose": words.texts.plural("residents", lose),
        "service": service_label(data.run, str(found["service"]), words.texts),
        "cutoff": found["cutoff_min"],
    }
    sides = "gain_and_lose" if gain and lose else "gain_none_lose" if gain else "lose_none_gain"
    if not gain and not lose:
        key = "nobody" if result.quantified else "nobody_by_sign"
        return [words(f"what_if.result.headline.{key}", **values)]
    if result.quantified:
        return [words(f"what_if.result.headline.{sides}", **values), *_mean_of_all(result, values, words)]
    noise = words(f"what_if.result.noise_{'not_computed' if result.final else 'being_computed'}")
    most = words(f"what_if.result.headline.{sides}_at_most", **values, noise=noise)
    return [*_mean_of_all(result, values, words), most]


def _mean_of_all(result: WhatIfResult, values: Mapping[str, Any], words: Words) -> Iterator[str]:
    """Say which way the mean of all residents goes; nothing where it is not known."""
    mean = result.headline.get("mean") or {}
    base, value = _number(mean.get("base")), _number(mean.get("value"))
    if not (math.isfinite(base) and math.isfinite(value)):
        return
    shown = {name: words.texts.amount(each) for name, each in (("base", base), ("value", value))}
    hardly = abs(value - base) < HARDLY * abs(base)
    same = shown["base"] == shown["value"]
    key = "same" if same else "hardly" if hardly else "more" if value > base else "fewer"
    yield words(f"what_if.result.headline.mean_{key}", **{**values, **shown})


def _gap(result: WhatIfResult, words: Words) -> Iterator[str]:
    palma = result.headline.get("palma") or {}
    base, value = _number(palma.get("base")), _number(palma.get("value"))
    if not (math.isfinite(base) and math.isfinite(value)):
        return
    shown = {name: words.number(each, _INDEX_DECIMALS) for name, each in (("base", base), ("value", value))}
    same = shown["base"] == shown["value"]
    key = "gap_same" if same else "gap_smaller" if value < base else "gap_larger"
    yield words(f"what_if.result.{key}", **shown)
    below = {base < 1, value < 1}
    yield words(f"what_if.result.gap_{'around' if len(below) > 1 else 'below' if value < 1 else 'above'}_one")
    ends = [_number(palma.get(name)) for name in ("change", "low", "high")]
    if not same and all(map(math.isfinite, ends)) and holds_zero(*ends):
        yield words("what_if.result.gap_to_lose")


def _cost(result: WhatIfResult, words: Words) -> str:
    hours = result.headline.get("vehicle_hours") or {}
    base, change = _number(hours.get("base")), _number(hours.get("change"))
    if math.isnan(change):
        return ""
    if change == 0:
        return words("what_if.result.cost_same")
    sign = "+" if change > 0 else "\u2212"
    share = f"{sign}{words.percent(abs(change) / base)}" if base > 0 else words.texts("range.none")
    key = "cost" if change > 0 else "cost_saved"
    return words(f"what_if.result.{key}", hours=words.texts.amount(abs(change)), share=share)


def compared_table(
    results: Sequence[WhatIfResult], words: Words, names: Mapping[str, str] | None = None
) -> Table | None:
    """Return the first numbers of several scenarios: who gains and loses, the gap, the cost, rights.

    ``names`` are those to show by key, where they are not the scenarios' own.
    """
    rows = []
    for result in results:
        found = result.headline
        palma, hours = found.get("palma") or {}, found.get("vehicle_hours") or {}
        rows.append(
            (
                (names or {}).get(result.key) or words.label(result.name),
                *(_moved(found.get(f"residents_{name}"), result, words) for name in ("gaining", "losing")),
                _ratio(palma, words),
                signed(_number(hours.get("change")), words.texts),
                _count(rights_gained(result), words),
                words(f"what_if.side.{'quantified' if result.quantified else 'by_sign'}"),
            )
        )
    if not rows:
        return None
    heads = ("scenario", "gaining", "losing", "ratio", "hours", "rights", "certainty")
    columns = tuple(words(f"what_if.side.{head}") for head in heads)
    return Table(words("what_if.side.caption"), columns, tuple(rows), word_columns=(6,))


def whole_table(data: RunData, results: Sequence[WhatIfResult], words: Words) -> Table:
    """Return every number of several scenarios side by side, as a comparison's report has it."""
    frame, names = side_by_side_of(results)
    reads = [
        read._replace(entry={**read.entry, "id": each})
        for each, read in zip(names, (read_of(data, result) for result in results), strict=True)
    ]
    return side_table(reads, frame, words.texts)


def rights_gained(result: WhatIfResult) -> float:
    """Return the most residents that gain any one right; NaN where no right could be judged."""
    frame = result.rights
    if frame.empty:
        return math.nan
    everybody = frame[frame["group"] == "all"]
    return float(everybody["gaining"].max()) if everybody["gaining"].notna().any() else math.nan


def _ratio(palma: Mapping[str, Any], words: Words) -> str:
    base, value = _number(palma.get("base")), _number(palma.get("value"))
    if math.isnan(value):
        return words.texts("no_data")
    numbers = {name: words.number(each, _INDEX_DECIMALS) for name, each in (("value", value), ("base", base))}
    return words("what_if.side.ratio_was", **numbers)


def _moved(value: Any, result: WhatIfResult, words: Words) -> str:
    """Return how many gain or lose; before the noise is known, no more than so many."""
    number = _number(value)
    if result.quantified or not number > 0:
        return _count(value, words)
    return words("what_if.side.at_most", n=words.number(number))


def _count(value: Any, words: Words) -> str:
    number = _number(value)
    return words.texts("range.none") if math.isnan(number) else words.number(number)


def _number(value: Any) -> float:
    try:
        return math.nan if value is None else float(value)
    except (TypeError, ValueError):
        return math.nan
