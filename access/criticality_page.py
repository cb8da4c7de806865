"""The page and the maps about what fails, one of each a language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from access.criticality import Criticality, Failure
from access.criticality_elements import ROUTE
from access.criticality_shown import FEW
from access.criticality_tables import DOES_NOT_RUN
from access.criticality_words import said
from access.report import surroundings
from access.report_data import Run
from access.report_findings import area_name, attribution, period_label, service_label
from access.report_ground import ground
from access.report_overlay import Overlay, OverlayLine
from access.report_png import map_png
from access.report_scenario_map import difference_map, without_few
from access.report_tables import Table
from access.short_page import Part, Picture, short_page
from access.texts import Texts
from gtfs.timetable import Schedule

N_SHOWN = 30
_COLUMNS = (
    "rank", "name", "residents_losing", "mean_loss", "mean_loss_share", "mean_loss_poorest40",
    "poorest40_share_of_loss", "residents_losing_right", "vehicle_hours_week",
)  # fmt: skip
_SHARES = ("mean_loss_share", "poorest40_share_of_loss")
_COUNTS = ("residents_losing", "residents_losing_right")


def element_name(kind: str, name: str, language: str) -> str:
    """Return what readers call a route or a street cut."""
    return said(kind, language, name=name)


def failure_map(run: Run, found: Criticality, failure: Failure, schedule: Schedule, texts: Texts) -> Picture:
    """Draw who loses when an element fails.

    Parameters
    ----------
    run : Run
        The base, as the report reads it.
    found : Criticality
        Everything found.
    failure : Failure
        With a loss.
    schedule : Schedule
        Of the headline's service day, for the line that fails.
    """
    language = texts.language
    called = element_name(failure.element.kind, failure.element.name, language)
    shown = run._replace(cells=_cells_with_loss(run, found, failure))
    base = ground(shown.cells)
    title = texts.capital(said("without", language, name=called))
    cell_map = without_few(shown, difference_map(shown, title, False, texts))
    overlay = _line_of(failure, schedule, base.cells.crs, said("map_line", language))
    return Picture(title, map_png(base, cell_map, surroundings(shown, texts), texts, overlay=overlay))


def _cells_with_loss(run: Run, found: Criticality, failure: Failure) -> Any:
    if failure.loss is None:
        raise ValueError(f"{failure.element.id}: does not run, so there is nothing to draw")
    table = pd.DataFrame({"base": found.base.access, "change": -failure.loss}, index=list(found.cell_ids))
    table = table.reindex(run.cells["id"].to_numpy())
    change = table["change"].to_numpy()
    state = np.select([np.isnan(change), change < 0, change > 0], ["no data", "loss", "gain"], "unchanged")
    return run.cells.assign(
        headline_base=table["base"].to_numpy(),
        headline_value=table["base"].to_numpy() + change,
        headline_change=change,
        headline_floor=np.nan,
        headline_state=state,
    )


def _line_of(failure: Failure, schedule: Schedule, crs: Any, words: str) -> Overlay:
    """Stops of every pattern of a route, joined by straight lines; nothing of a street cut."""
    import geopandas as gpd

    if failure.element.kind != ROUTE:
        return Overlay()
    timetable = schedule.timetable
    trips = np.flatnonzero(timetable.trip_route == schedule.route_ids.index(failure.element.id))
    patterns = {
        timetable.visit_stop[timetable.trip_start[trip] : timetable.trip_start[trip + 1]].tobytes()
        for trip in trips
    }
    lines = []
    for stops in sorted(patterns):
        stop = np.frombuffer(stops, dtype=timetable.visit_stop.dtype)
        stop = stop[np.isfinite(timetable.stop_lon[stop])]
        points = gpd.GeoSeries.from_xy(timetable.stop_lon[stop], timetable.stop_lat[stop], crs="EPSG:4326")
        metres = points.to_crs(crs)
        lines.append(np.stack([metres.x.to_numpy(), metres.y.to_numpy()], axis=1).astype(np.float64))
    lines = [line for line in lines if len(line) > 1]
    if not lines:
        return Overlay()
    return Overlay((OverlayLine("removed", lines),), (), (("line", "removed", words),))


def page(
    run: Run,
    ranking: pd.DataFrame,
    figures: Sequence[Picture],
    asked: tuple[int, int],
    minimum: float,
    texts: Texts,
) -> str:
    """Return one self-contained page.

    Parameters
    ----------
    run : Run
        The base.
    ranking : DataFrame
        See ``access.criticality_tables``.
    figures : sequence of Picture
        Maps of the worst.
    asked : tuple of int
        Elements computed, and asked for.
    minimum : float
        Counts below it are not shown.
    """
    language = texts.language
    service = service_label(run, run.headline.service, texts)
    period = period_label(run, run.headline.period, texts)
    counted = ranking[ranking["state"] != DOES_NOT_RUN]
    lead = [said("lead", language, service=service, cutoff=run.headline.cutoff_min, period=period)]
    if asked[0] < asked[1]:
        numbers = {"n_done": texts.number(asked[0]), "n_asked": texts.number(asked[1])}
        lead.append(said("interrupted", language, **numbers))
    if not (counted["loss"].fillna(1) > 0).any():
        lead.append(said("no_loss", language))
    idle = ranking.loc[ranking["state"] == DOES_NOT_RUN, "name"].tolist()
    if idle:
        lead.append(said("none_runs", language, period=period, names=", ".join(idle)))
    method = [said(key, language) for key in ("method_loss", "method_rights", "method_noise")]
    if minimum >= 1:
        method.append(said("method_few", language, minimum=texts.number(minimum)))
    header = tuple(said(name, language, service=service) for name in _COLUMNS)
    rows = tuple(_cells_of(row, minimum, texts) for row in counted.head(N_SHOWN).to_dict("records"))
    more = len(counted) - len(rows)
    note = said("more", language, n=texts.number(more)) if more > 0 else ""
    table = Table(said("caption", language, service=service), header, rows, n_headers=2, note=note)
    parts = [
        Part(said("ranking", language), table=table if rows else None),
        *([Part(said("maps", language), pictures=tuple(figures))] if figures else []),
        Part(said("method", language), points=(*method, said("files", language))),
    ]
    return short_page(
        said("title", language, place=area_name(run, texts)), lead, parts, texts,
        notice=texts.label(run.manifest.get("notice")), sources="; ".join(attribution(run, texts)),
    )  # fmt: skip


def _cells_of(row: dict[Any, Any], minimum: float, texts: Texts) -> tuple[str, ...]:
    cells = []
    for name in _COLUMNS:
        value = row[name]
        if name == "name":
            cells.append(texts.capital(element_name(row["kind"], row["name"], texts.language)))
        elif pd.isna(value):
            few = name in _COUNTS and row["note"] == FEW
            cells.append(texts("few.number", n=texts.number(minimum)) if few else "–")
        elif name in _SHARES:
            cells.append(texts.percent(float(value)))
        elif name == "rank" or name in _COUNTS:
            cells.append(texts.number(float(value)))
        else:
            cells.append(texts.amount(float(value)))
    return tuple(cells)
