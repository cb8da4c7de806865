"""Scenarios by anyone, filed beside the authority's: who proposed it, as written, and what it would change.

A proposal belongs to the snapshot it was computed against; those of one snapshot can stand side by side. What
is filed holds no number about few residents, as in a run.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from access.errors import InputDataError, StoreError
from access.notes_personal import personal_data
from access.observatory_store import Store, reading, shown, writing

if TYPE_CHECKING:
    from access.scenario import Scenario

BY = ("authority", "citizens")
MOST_BYTES = 500_000
_ROW = ("what", "standard", "group", "unit", "better", "base", "value", "note")


def add_proposal(
    location: str | Path,
    run: Path,
    file: Path,
    by: str,
    *,
    quick: bool = False,
    threads: int | None = None,
) -> tuple[str, bool]:
    """Compute a scenario against a filed run and file it.

    Parameters
    ----------
    location : str or Path
        A store that has the run as a snapshot.
    run : Path
        Folder of the run; only read.
    file : Path
        Scenario, as for ``fairreach compare``.
    by : str
        One of ``BY``.
    quick : bool
        Without noise and ranges: residents who gain or lose then count by the sign alone, and it is said.
    threads : int, optional

    Returns
    -------
    (str, bool)
        Id of the proposal, and whether it is new; filed again, it takes the place of the same one.

    Raises
    ------
    StoreError
        If the run was not filed in the store.
    AccessError, gtfs.errors.FeedError
        If run or scenario cannot be used; nothing is filed then.
    """
    from access.scenario_file import load_scenario

    if by not in BY:
        raise InputDataError(f"--by {by!r}: choose one of {', '.join(BY)}")
    scenario = load_scenario(file)
    text = _text_of(file)
    _refuse_personal(file, scenario)
    with reading(location) as store:
        city, snapshot = _snapshot_of(store, location, run)
    results = _computed(run, scenario, file, quick=quick, threads=threads)
    proposal = hashlib.sha256(json.dumps([city, snapshot, text]).encode("utf-8")).hexdigest()[:12]
    row = {
        "scenario": proposal,
        "city": city,
        "name_en": scenario.name.en,
        "name_fr": scenario.name.fr,
        "by_whom": by,
        "filed_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "run_snapshot": snapshot,
        "yaml": text,
        "results_json": json.dumps(results, ensure_ascii=False, allow_nan=False),
    }
    with writing(location) as store:
        new = store.rows("counter_scenario", ["scenario"], scenario=proposal).empty
        store.remove("counter_scenario", scenario=proposal)
        store.add("counter_scenario", pd.DataFrame([row]))
    return proposal, new


def proposals_of(store: Store, city: str, snapshot: str | None = None) -> pd.DataFrame:
    """Return a city's proposals in the order in which they were filed; ``results`` as a mapping.

    Parameters
    ----------
    snapshot : str, optional
        Only those against this one.
    """
    asked = {"city": city} if snapshot is None else {"city": city, "run_snapshot": snapshot}
    found = store.rows("counter_scenario", **asked).sort_values(["filed_at", "scenario"], ignore_index=True)
    return found.drop(columns="results_json").assign(results=found["results_json"].map(json.loads))


def side_by_side_of(proposals: pd.DataFrame) -> pd.DataFrame:
    """Return one row a number and one column a proposal, named by its id.

    Parameters
    ----------
    proposals : DataFrame
        As ``proposals_of``, all against one snapshot.

    Returns
    -------
    DataFrame
        ``what, standard, group, unit, better, base``, then for each proposal a column of its id and
        ``<id>: note``.

    Raises
    ------
    StoreError
        If they are against several snapshots.
    """
    if len({*proposals["run_snapshot"]}) > 1:
        raise StoreError("proposals side by side: they were computed against different snapshots")
    key = _ROW[:5]
    found: dict[tuple[object, ...], dict[str, object]] = {}
    for name, results in zip(proposals["scenario"], proposals["results"], strict=True):
        for line in results["rows"]:
            row = found.setdefault(tuple(line[part] for part in key), {part: line[part] for part in key})
            row.setdefault("base", line["base"])
            row |= {name: line["value"], f"{name}: note": line["note"]}
    names = list(proposals["scenario"])
    columns = [*key, "base", *names, *(f"{name}: note" for name in names)]
    return pd.DataFrame(list(found.values()), columns=columns).astype(dict.fromkeys(["base", *names], float))


def _text_of(file: Path) -> str:
    if file.stat().st_size > MOST_BYTES:
        raise InputDataError(f"{file}: larger than {MOST_BYTES:,} bytes; a proposal is a short text")
    return file.read_text(encoding="utf-8")


def _refuse_personal(file: Path, scenario: Scenario) -> None:
    """Refuse a scenario whose words seem to tell who somebody is; it will be public."""
    problems = [
        f"{where}: {found.kind} {found.beginning}"
        for where, text in _words(scenario)
        for found in personal_data(text)
    ]
    if problems:
        listed = "\n".join(f"  - {problem}" for problem in problems)
        raise InputDataError(f"{file}: seems to hold personal data; nothing was filed\n{listed}")


def _words(scenario: Scenario) -> Iterator[tuple[str, str]]:
    for where, label in (("name", scenario.name), ("description", scenario.description)):
        for language in ("en", "fr"):
            if text := getattr(label, language, None):
                yield f"{where}.{language}", str(text)
    for number, change in enumerate(scenario.modifications, start=1):
        if change.comment:
            yield f"modification {number}: comment", str(change.comment)


def _snapshot_of(store: Store, location: str | Path, run: Path) -> tuple[str, str]:
    """Return city and snapshot of a filed run."""
    from access.observatory_method import (
        config_hash,
        config_of,
        method_hash,
        method_of_manifest,
        snapshot_id,
    )
    from access.results import read_manifest

    manifest = read_manifest(run)
    method = method_hash(method_of_manifest(manifest, str(run)))
    config = config_hash(config_of(manifest, str(run)))
    inputs = [entry["sha256"] for entry in manifest["inputs"]]
    filed = store.rows("snapshot", ["snapshot", "city"])
    for snapshot, city in filed.itertuples(index=False):
        if snapshot == snapshot_id(city, method, config, inputs):
            return str(city), str(snapshot)
    where = shown(location)
    raise StoreError(f"{run}: not filed in {where}; do so first: `fairreach observe {run} --store {where}`")


def _computed(
    run: Path, scenario: Scenario, file: Path, *, quick: bool, threads: int | None
) -> dict[str, Any]:
    """Compute a scenario and return its rows of the side-by-side table, with few residents hidden."""
    from access.comparison_bill import WEEK, bill_of, sums_of_bill
    from access.comparison_certainty import CertaintyOfBase
    from access.comparison_files import shown_frames, smallest_shown
    from access.comparison_side_by_side import WeeklyHours, side_by_side
    from access.comparison_steps import first_results, with_certainty
    from access.warm_run import load_run

    warm = load_run(run, threads)
    found = first_results(warm, scenario, bill_of(warm.base), file)
    if not quick:
        found = with_certainty(warm, CertaintyOfBase.of(warm), found)
    shown = shown_frames(warm, found, smallest_shown(warm.manifest))
    of_one = {name: shown[name] for name in ("table", "winners", "rights", "benefit")}
    comparison = replace(found.comparison, **of_one)
    sums = sums_of_bill(found.bill, "vehicle_hours", WEEK)
    table = side_by_side([comparison], [WeeklyHours(*sums) if sums else None])
    name = comparison.scenario["en"]
    table = table.rename(columns={name: "value", f"{name}: note": "note"})
    return {
        "headline": {key: _plain(value) for key, value in comparison.headline.items()},
        "noise_quantified": bool(comparison.noise_quantified),
        "labels": {right: dict(words) for right, words in comparison.labels.items()},
        "called": _called(warm.manifest, comparison.headline),
        "rows": [_plain_row(row) for row in table[list(_ROW)].to_dict("records")],
    }


def _called(manifest: Mapping[str, Any], headline: Mapping[str, Any]) -> dict[str, Any]:
    """Return what readers call service and period of the headline, by language where the run says so."""
    entries = [*(manifest.get("services") or ()), *(manifest.get("periods") or ())]
    labels = {str(entry["name"]): entry.get("label") for entry in entries}
    return {key: labels.get(str(headline[key])) or str(headline[key]) for key in ("service", "period")}


def _plain_row(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it; missing and infinite numbers are null."""
    if value is None or isinstance(value, str | bool):
        return value
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):
        return None
    return int(number) if number.is_integer() else number
