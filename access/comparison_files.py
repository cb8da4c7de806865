"""The folder of a comparison: tables, GeoPackage, manifest, maps and pages, whole or not at all.

It is written to a temporary folder that takes its place when complete. The base run is only read. What each
file and column holds stands in ``docs/comparison-folder.md``.
"""

from __future__ import annotations

import platform
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from access._version import __version__
from access.changed_lines import changed_lines
from access.changed_places import changed_places
from access.comparison_bill import WEEK, sums_of_bill
from access.comparison_package import named, stacked, stacked_places, write_package
from access.comparison_ratios import steady_ratios
from access.comparison_reader import PACKAGE, SIDE, TABLES
from access.comparison_shown import shown_benefit, shown_cells, shown_rights, shown_table, shown_winners
from access.comparison_side_by_side import WeeklyHours, side_by_side
from access.datasets import sha256_of
from access.manifest import package_versions
from access.results import COMPARISON, MANIFEST, new_run_folder, write_json
from access.suppression import DEFAULT_MINIMUM

if TYPE_CHECKING:
    from access.comparison import Comparison
    from access.comparison_register import RegisterChange
    from access.evaluated import Evaluated
    from access.scenario import Scenario
    from access.warm_run import WarmRun

PLACES = ("cells", "zones")
#: What of the base's manifest a reader of the comparison needs; the rest stays with the run.
OF_BASE = (
    "name", "notice", "attribution", "created", "fairreach_version", "periods", "service_dates", "services",
    "cutoffs_min", "percentile", "walking", "engine", "headline", "income_unit", "sufficiency", "rights",
    "rights_catalogues", "rights_counted_as_everyone", "exclusion", "uncertainty", "suppression_minimum",
    "inputs", "config_file",
)  # fmt: skip


@dataclass(frozen=True)
class ComparedScenario:
    """Everything that is known of one scenario against the base.

    Attributes
    ----------
    scenario : Scenario
        As written.
    file : Path or None
        Where it was written; None where it was made in Python.
    evaluated : Evaluated
        The city as the scenario makes it.
    comparison : Comparison
        The frames and checks.
    bill : DataFrame
        ``access.comparison_bill.difference_of_bills``.
    register : RegisterChange or None
        The register of zones before and after; None where it was not made.
    warnings : sequence of str
        Those of this scenario.
    seconds : mapping of str to float
        By step, of comparing it; those of computing it are in ``evaluated``.
    """

    scenario: Scenario
    file: Path | None
    evaluated: Evaluated
    comparison: Comparison
    bill: pd.DataFrame
    register: RegisterChange | None = None
    warnings: Sequence[str] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)


def write_comparison(
    folder: Path,
    base: WarmRun,
    compared: Sequence[ComparedScenario],
    *,
    languages: Sequence[str] = ("en", "fr"),
    created: str | None = None,
    report: bool = True,
) -> Path:
    """Write the folder of one or several scenarios against one base.

    Parameters
    ----------
    folder
        To write; an earlier comparison there is replaced, anything else refused.
    base
        The run they are compared with; never written to.
    compared
        The scenarios, in the order in which they are to be shown.
    languages
        Of the pages; the first also names its maps plainly.
    created
        Time to record; default now, UTC.
    report
        Whether to draw maps and write pages.

    Raises
    ------
    ResultError
        If the folder holds anything but an earlier comparison, or cannot be written.
    ValueError
        If there is no scenario.
    """
    from access.report_scenarios import write_comparison_report

    if not compared:
        message = "compared: no scenario given; give at least one"
        raise ValueError(message)
    folder = Path(folder)
    ids = scenario_ids(compared)
    minimum = smallest_shown(base.manifest)
    with new_run_folder(folder, COMPARISON) as partial:
        shown = [shown_frames(base, each, minimum) for each in compared]
        tables = {name: stacked(_named_parts(shown, ids, name)) for name in TABLES}
        tables[SIDE] = _side(compared, shown, ids)
        places = {name: stacked_places(_named_parts(shown, ids, name)) for name in PLACES}
        for name, frame in (tables | places).items():
            frame.to_parquet(partial / f"{name}.parquet", index=False, compression="zstd")
        labels = {right: words for each in compared for right, words in each.comparison.labels.items()}
        write_package(partial / PACKAGE, places["cells"], *changes_of(base, compared, ids), labels)
        write_json(partial / MANIFEST, _manifest(base, compared, ids, created))
        if report:
            write_comparison_report(partial, languages)
    return folder


def scenario_ids(compared: Sequence[ComparedScenario]) -> list[str]:
    """Return a short id for each scenario, from its English name: letters, digits and dashes, each once."""
    return ids_of_names([str(each.scenario.name.en) for each in compared])


def ids_of_names(names: Sequence[str]) -> list[str]:
    """Return a short id for each name."""
    ids: list[str] = []
    for number, name in enumerate(names, start=1):
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:40].strip("-")
        wanted = words or f"scenario-{number}"
        ids.append(wanted if wanted not in ids else f"{wanted}-{number}")
    return ids


def smallest_shown(manifest: Mapping[str, Any]) -> float:
    """Return the fewest residents that results of a run tell of; 0 = hide nothing."""
    told = ((manifest.get("config") or {}).get("results") or {}).get("min_residents_shown", DEFAULT_MINIMUM)
    return float(manifest.get("suppression_minimum", told) or 0)


def _named_parts(shown: Sequence[Mapping[str, Any]], ids: Sequence[str], name: str) -> list[pd.DataFrame]:
    """Return one of the tables of every scenario that has it, each named by its id."""
    return [
        named(some[name], scenario)
        for some, scenario in zip(shown, ids, strict=True)
        if some[name] is not None
    ]


def shown_frames(base: WarmRun, each: ComparedScenario, minimum: float) -> dict[str, Any]:
    """Return the frames of a scenario without what tells of few people; None where one was not made."""
    found = each.comparison
    groups = list(base.base.measures.people.named)
    winners = shown_winners(found.winners, minimum)
    return {
        "table": shown_table(found.table, base.base.rows, each.evaluated.rows, minimum, groups),
        "winners": winners,
        "rights": shown_rights(found.rights, minimum),
        "benefit": shown_benefit(steady_ratios(found.benefit, found.winners), winners, minimum),
        "bill": each.bill,
        "cells": shown_cells(found.cells, minimum),
        "zones": each.register.zones if each.register else None,
    }


def _side(
    compared: Sequence[ComparedScenario], shown: Sequence[Mapping[str, Any]], ids: Sequence[str]
) -> pd.DataFrame:
    """Put the scenarios side by side, a column each under its id, of what is shown."""
    comparisons = [
        replace(
            each.comparison,
            scenario={**each.comparison.scenario, "en": scenario},
            **{name: frames[name] for name in ("table", "winners", "rights", "benefit")},
        )
        for each, frames, scenario in zip(compared, shown, ids, strict=True)
    ]
    sums = [sums_of_bill(each.bill, "vehicle_hours", WEEK) for each in compared]
    return side_by_side(comparisons, [WeeklyHours(*pair) if pair else None for pair in sums])


def changes_of(
    base: WarmRun, compared: Sequence[ComparedScenario], ids: Sequence[str]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Lines and points that the scenarios change: timetables, streets, places."""
    lines, points = [], []
    for each, scenario in zip(compared, ids, strict=True):
        routes, stops = changed_lines(base.feeds, each.evaluated.feeds)
        streets, places = changed_places(each.scenario)
        lines += [named(frame, scenario) for frame in (routes, streets) if len(frame)]
        points += [named(frame, scenario) for frame in (stops, places) if len(frame)]
    return stacked_places(lines), stacked_places(points)


def _manifest(
    base: WarmRun, compared: Sequence[ComparedScenario], ids: Sequence[str], created: str | None
) -> dict[str, Any]:
    """Return the record: which base, which scenarios as written, what they met, and how it was computed."""
    manifest = base.manifest
    folder = base.folder
    return {
        "kind": "comparison",
        "fairreach_version": __version__,
        "created": created or datetime.now(UTC).isoformat(timespec="seconds"),
        "base": {
            "folder": str(folder) if folder else None,
            "manifest_sha256": sha256_of(folder / MANIFEST) if folder else None,
            **{key: manifest[key] for key in OF_BASE if key in manifest},
            "config": {
                key: (manifest.get("config") or {}).get(key) for key in ("travel", "cells", "results")
            },
        },
        "scenarios": [scenario_entry(each, scenario) for each, scenario in zip(compared, ids, strict=True)],
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "packages": package_versions(),
    }


def scenario_entry(each: ComparedScenario, scenario: str) -> dict[str, Any]:
    """Return what the manifest says of one scenario, known there by its id."""
    written, evaluated = each.scenario, each.evaluated
    return {
        "id": scenario,
        "name": written.name.model_dump(),
        "description": written.description.model_dump() if written.description else None,
        "file": each.file.name if each.file else None,
        "sha256": sha256_of(each.file) if each.file else None,
        "text": each.file.read_text(encoding="utf-8") if each.file else None,
        "feeds": dict(written.feeds),
        "modifications": [
            change.model_dump(mode="json", exclude_none=True, exclude_unset=True)
            for change in written.modifications
        ],
        "reports": [asdict(report) for report in evaluated.reports],
        "added": dict(evaluated.added),
        "joints_moved": evaluated.joints_moved,
        "checks": [asdict(check) for check in each.comparison.checks],
        "register": _register_entry(each.register),
        "noise_quantified": each.comparison.noise_quantified,
        "warnings": list(each.warnings),
        "seconds": {**evaluated.seconds, **each.seconds},
    }


def _register_entry(register: RegisterChange | None) -> dict[str, Any] | None:
    if register is None:
        return None
    return {
        "residents_base": register.residents_base,
        "residents": register.residents,
        "note": register.note,
    }
