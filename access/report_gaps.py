"""What a run left out or had to estimate: cells far from a street, places and people that do not count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from access.report_data import Run
from access.report_findings import service_label
from access.report_small import count_words
from access.report_tables import Table
from access.texts import Texts

N_FAR_CELLS = 15


def far_cell_table(run: Run, texts: Texts) -> Table | None:
    """Inhabited cells joined to a far street, farthest first; None where the run names none.

    At most `N_FAR_CELLS` are listed; the note counts the others. Equal distances: by the id of the cell.
    """
    links: list[dict[str, Any]] = list(run.manifest.get("longest_links") or [])
    if not links:
        return None
    links.sort(key=lambda link: (-float(link["snap_m"]), str(link["id"])))
    rows = tuple(
        (
            str(link["id"]),
            texts.label(link.get("zone"), fallback=texts("no_data")),
            texts.number(link["snap_m"]),
            count_words(run, link.get("population"), texts),
        )
        for link in links[:N_FAR_CELLS]
    )
    note = texts("table.far_note")
    if len(links) > N_FAR_CELLS:
        note += " " + texts("table.far_more", shown=N_FAR_CELLS, n=texts.number(len(links)))
    columns = tuple(texts(f"table.{key}") for key in ("cell", "zone", "street_m", "residents"))
    return Table(texts("table.far_caption"), columns, rows, note=note, word_columns=(1,))


def gap_table(run: Run, texts: Texts) -> Table | None:
    """Count what does not take part or is estimated; None where the run found nothing of the kind."""
    rows = tuple((name, texts.number(n)) for name, n in _gaps(run, texts) if n > 0)
    columns = (texts("table.gap"), texts("table.number"))
    return Table(texts("table.gaps_caption"), columns, rows) if rows else None


def _gaps(run: Run, texts: Texts) -> Iterator[tuple[str, float]]:
    yield from _timetable_gaps(run, texts)
    for service, n in (run.manifest.get("unsnapped_opportunities") or {}).items():
        name = texts.capital(service_label(run, service, texts))
        yield texts("gap.unsnapped", service=name), float(n)
    for column, totals in (run.manifest.get("residents") or {}).items():
        key = f"count_column.{column}"
        name = texts(key) if texts.has(key) else column.replace("_", " ")
        yield texts("gap.missing", column=texts.capital(name)), float(totals.get("missing") or 0)
    for key in ("zones_by_area", "grid_outside_zones"):
        yield texts(f"gap.{key}"), float(run.manifest.get(key) or 0)


def _timetable_gaps(run: Run, texts: Texts) -> Iterator[tuple[str, float]]:
    """What the timetable of the headline's day leaves open, so that times are estimated."""
    period = run.period(run.headline.period)
    counts = (run.manifest.get("timetables") or {}).get(period.get("service_date")) or {}
    read = float(counts.get("read_visits") or 0)
    if read:
        filled = float(counts.get("filled_visits") or 0)
        yield texts("gap.filled_times", share=texts.percent(filled / read)), filled
    yield texts("gap.headway_vehicles"), float(counts.get("expanded_trips") or 0)
    yield texts("gap.by_arrangement"), float(counts.get("by_arrangement_visits") or 0)
    yield texts("gap.on_demand"), float(counts.get("on_demand_trips") or 0)
