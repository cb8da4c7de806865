"""The short table that a finished run prints, read back from its folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from access.results import read_manifest


def summary_lines(folder: Path) -> list[str]:
    """Return the headline table and where map and report lie, as lines of text.

    Raises
    ------
    ResultError
        If the folder is no finished run.
    """
    manifest = read_manifest(folder)
    rows: list[dict[str, Any]] = json.loads((folder / "headline.json").read_text(encoding="utf-8"))
    lines = [str(manifest["name"]["en"]), *_period_lines(manifest), "", *_table(rows, manifest)]
    if manifest.get("notice"):
        lines += ["", f"Note: {manifest['notice']['en']}"]
    for warning in manifest.get("warnings", []):
        lines.append(f"Warning: {warning}")
    lines += ["", f"Map     {folder / 'map.png'}"]
    lines += [f"Report  {folder / 'report.en.html'}  (français : report.fr.html)"]
    return lines


def _period_lines(manifest: dict[str, Any]) -> list[str]:
    walking = manifest["walking"]
    rides = (
        f"at most {walking['max_rides']} vehicles" if walking.get("max_rides") else "any number of vehicles"
    )
    steps = f"; without steps, {walking['step_free']} case" if walking.get("step_free") else ""
    lines = [
        f"walking {walking['walk_speed_km_h']:g} km/h, at most {walking['max_walk_min']:g} min, between "
        f"vehicles {walking['max_transfer_walk_min']:g} min{steps}; "
        f"{walking['boarding_slack_s']} s at a stop before boarding; {rides}; "
        f"trips of at most {walking['max_duration_min']} min",
        f"percentile {manifest['percentile']} of travel time over all minutes of a period",
    ]
    lines += _engine_lines(manifest.get("engine") or {})
    for period in manifest["periods"]:
        state = "" if period["state"] == "ok" else f"  NO DATA: {period['reason']['en']}"
        kind = "arrival" if period["arrival_start"] else "departure"
        lines.append(
            f"{period['label']['en']}: {period['service_date']}, from {period[f'{kind}_start']}, "
            f"{period['departure_window_min']} {kind} minutes{state}"
        )
    return lines


def _engine_lines(engine: dict[str, Any]) -> list[str]:
    """Say what computed the travel times; nothing of a run that does not say."""
    if engine.get("name") == "fairreach":
        return ["travel times: engine fairreach"]
    if engine.get("name") != "r5":
        return []
    jar = f"{engine['jar']} ({str(engine.get('jar_sha256'))[:12]})" if engine.get("jar") else "its own jar"
    return [
        f"travel times: engine R5, {jar}, r5py {engine.get('r5py')}, Java {engine.get('java')}, "
        f"{engine.get('monte_carlo_draws')} Monte Carlo draws"
    ]


def _table(rows: Sequence[dict[str, Any]], manifest: dict[str, Any]) -> list[str]:
    labels = {service["name"]: service["label"]["en"] for service in manifest["services"]}
    periods = {period["name"]: period["label"]["en"] for period in manifest["periods"]}
    header = ("service", "period", "minutes", "what", "who", "value")
    body = [
        (
            labels[row["service"]],
            periods[row["period"]],
            "" if row["cutoff_min"] is None else f"< {row['cutoff_min']}",
            row["what"],
            row["group"],
            _number(row["value"]),
        )
        for row in rows
    ]
    widths = [max(len(line[i]) for line in (header, *body)) for i in range(len(header))]
    return [
        "  ".join(
            cell.rjust(w) if i == 5 else cell.ljust(w)
            for i, (cell, w) in enumerate(zip(line, widths, strict=True))
        )
        for line in (header, *body)
    ]


def _number(value: float | None) -> str:
    if value is None:
        return "not defined"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
