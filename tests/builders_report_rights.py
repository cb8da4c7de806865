"""A run with two catalogues of rights: one with two rights to one place each, one with one right judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from builders_evidence import manifest_entries, ranged, row
from builders_report import hex_disc, indicator_rows, write_run


def two_catalogues(**changes: Any) -> dict[str, Any]:
    """Entries of the manifest: schools by the law of France and of Europe, work without data."""
    entries = manifest_entries()
    school, hospital = entries["rights"]
    claims_nothing = {"en": "Grants nothing that can be claimed.", "fr": "Ne donne aucun droit opposable."}
    fewer = {"en": "20 minutes became 30", "fr": "20 minutes sont devenues 30"}
    europe = {
        "name": "eu_school", "catalogue": "eu",
        "principle": school["principle"] | {"note": claims_nothing},
        "threshold": hospital["threshold"] | {"adapted": fewer},
    }  # fmt: skip
    gone = {"name": "eu_work", "catalogue": "eu", "state": "no data", "for_whom": "working_age",
            "label": {"en": "work", "fr": "le travail"}}  # fmt: skip
    note = {"en": "No minutes are law.", "fr": "Aucune minute n’est loi."}
    return {
        "rights": [school, hospital, school | europe, hospital | gone],
        "rights_catalogues": [
            {"name": "fr", "label": {"en": "France", "fr": "France"}, "note": note},
            {"name": "eu", "label": {"en": "Europe", "fr": "Europe"}},
        ],
        "rights_counted_as_everyone": [["eu_school", "school_age"]],
        "rights_excluded": [],
    } | changes


def basket(catalogue: str, *counts: float) -> list[dict[str, Any]]:
    """Residents by the number of rights lacking."""
    n = len(counts) - 1
    return [
        row("basket_residents", count, unit="residents", standard=f"{catalogue}_lacking_{k}",
            note=f"{k} of {n} rights")
        for k, count in enumerate(counts)
    ]  # fmt: skip


def deep(right: str, share: float, depth: float) -> list[dict[str, Any]]:
    """A right to more than one place: depth and severity are below the share."""
    where: dict[str, Any] = {"standard": right, "period": "midday"}
    values = {"headcount": share, "depth": depth, "severity": depth / 2}
    rows = [row(f"right_{name}", value, unit="share", **where) for name, value in values.items()]
    return [row("right_residents", share * 21_400, unit="residents", **where), *rows]


def two_catalogues_run(folder: Path, *more: dict[str, Any], **changes: Any) -> Path:
    """Write the disc with two catalogues; depth and severity equal the share, as for rights to one place."""
    rows = []
    for right in ("school_15", "hospital_45", "eu_school"):
        where: dict[str, Any] = {"standard": right, "period": "midday"}
        rows.append(row("right_residents", 2140.0, unit="residents", **where) | ranged(2000.0, 2200.0))
        rows += [
            row(f"right_{name}", 0.1, unit="share", **where) for name in ("headcount", "depth", "severity")
        ]
    rows.append(row("right_headcount", 0.2, unit="share", group="age_65_plus", standard="hospital_45",
                    period="midday"))  # fmt: skip
    rows += more or [*basket("fr", 20_000.0, 1_300.0, 100.0), *basket("eu", 19_260.0, 2_140.0)]
    cells = hex_disc()
    table = pd.concat([pd.DataFrame(rows), indicator_rows(cells)], ignore_index=True)
    return write_run(folder, cells, table.astype({"cutoff_min": "Int64"}), **two_catalogues(**changes))
