"""The tables of data and method: periods, services, coverage, links to the streets, inputs, counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from access.report_data import Run
from access.report_findings import period_label, service_label, total_of, window
from access.report_tables import Table
from access.texts import Texts


def period_table(run: Run, texts: Texts) -> Table:
    """Service day and departure window of each period, and the reason where there is no data."""
    dates = run.manifest.get("service_dates") or {}
    rows = tuple(
        (
            texts.capital(period_label(run, str(period["name"]), texts)),
            texts.day(period.get("service_date") or dates.get(period["name"])),
            window(period, texts),
            _state(period, texts),
        )
        for period in run.periods
    )
    columns = tuple(texts(f"table.{key}") for key in ("period", "service_day", "departures", "state"))
    return Table(texts("table.periods_caption"), columns, rows, word_columns=(1, 2, 3))


def total_table(run: Run, texts: Texts) -> Table:
    """Opportunities of each service in the study area."""
    rows = tuple(
        (
            texts.capital(service_label(run, str(service["name"]), texts)),
            texts.amount(total_of(run, str(service["name"]))),
            _state(service, texts),
        )
        for service in run.services
    )
    columns = tuple(texts(f"table.{key}") for key in ("service", "total", "state"))
    return Table(texts("table.totals_caption"), columns, rows, word_columns=(2,))


def coverage_table(run: Run, texts: Texts) -> Table:
    """Residents in the cells, with known access (headline), and with a known income decile."""
    residents, access, decile = run.residents(), run.headline_access(), run.column("income_decile")
    _, _, period = run.headline
    access_words = texts(
        "table.covered_access",
        service=service_label(run, run.headline.service, texts),
        period=period_label(run, period, texts),
    )
    rows = [
        (texts("table.covered_all"), texts.number(float(np.nansum(residents)))),
        (access_words, texts.number(float(np.nansum(residents[np.isfinite(access)])))),
        (texts("table.covered_income"), texts.number(float(np.nansum(residents[np.isfinite(decile)])))),
    ]
    n_unknown = int(np.isnan(residents).sum())
    if n_unknown:
        rows.append((texts("table.cells_unknown_residents"), texts.number(n_unknown)))
    columns = (texts("table.coverage"), texts("table.number"))
    return Table(texts("table.coverage_caption"), columns, tuple(rows))


def snap_table(run: Run, texts: Texts) -> Table | None:
    """Cells by how they are linked to the streets, with residents; None where the run does not say."""
    if "snap" not in run.cells.columns:
        return None
    residents, snap = run.residents(), run.cells["snap"].astype("string")
    rows = []
    for state in ("snapped", "too_far", "off_main_component", "no_coordinates"):
        here = (snap == state).to_numpy(dtype=np.bool_, na_value=False)
        people = texts.number(float(np.nansum(residents[here])))
        rows.append((texts(f"snap.{state}"), texts.number(int(here.sum())), people))
    columns = tuple(texts(f"table.{key}") for key in ("link", "cells", "residents"))
    return Table(texts("table.snap_caption"), columns, tuple(rows))


def input_table(run: Run, texts: Texts) -> Table:
    """Every input file with its size and SHA-256."""
    rows = tuple(
        (
            str(entry.get("file")),
            texts.number(entry.get("bytes")),
            str(entry.get("sha256") or texts("no_data")),
        )
        for entry in run.manifest.get("inputs") or []
    )
    columns = (texts("table.file"), texts("table.bytes"), "SHA-256")
    return Table(texts("table.inputs_caption"), columns, rows, code_columns=(2,))


def count_table(run: Run, texts: Texts) -> Table | None:
    """Counts of the run, under the names the program gives them; None if there are none."""
    counts = pd.json_normalize(dict(run.manifest.get("counts") or {}), sep=": ").to_dict("records")
    rows = tuple(
        (str(name).replace("_", " "), _plain(value, texts)) for name, value in (counts or [{}])[0].items()
    )
    return (
        Table(texts("table.counts_caption"), (texts("table.count"), texts("table.number")), rows)
        if rows
        else None
    )


def _state(entry: Mapping[str, Any], texts: Texts) -> str:
    if entry.get("state", "ok") == "ok":
        return texts("state.ok")
    reason = texts.label(entry.get("reason"))
    return texts("state.no_data_because", reason=reason) if reason else texts("no_data")


def _plain(value: object, texts: Texts) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return texts.amount(value)
    return str(value)
