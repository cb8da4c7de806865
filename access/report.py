"""The summary of a run for people: maps as PNG and one self-contained page per language.

`write_report` reads a run folder and adds ``map.png``, ``map_low_income.png`` and ``zones.png`` (first
language; further ones as ``map.fr.png`` and so on) and ``report.<language>.html``. The page needs no network,
no script and no other file, prints well, and carries a table beside every drawing. Equal run folders give
equal bytes.
"""

from __future__ import annotations

import base64
import functools
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from access.report_charts import decile_chart, svg_map
from access.report_data import Run, read_run
from access.report_evidence import evidence_sections
from access.report_findings import (
    area_name,
    attribution,
    findings,
    longest_trip,
    map_place,
    period_label,
    service_label,
    window,
)
from access.report_gaps import far_cell_table, gap_table
from access.report_ground import Ground, ZoneMark, ground, without_names_under
from access.report_inequality import curve_chart
from access.report_map import CellMap, access_map, cell_titles, coincidence_map, legend_lines
from access.report_method import (
    count_table,
    coverage_table,
    input_table,
    mode_lines,
    period_table,
    seconds_table,
    snap_table,
    total_table,
    travel_rules,
)
from access.report_png import Surroundings, map_png
from access.report_tables import (
    decile_table,
    map_table,
    service_table,
    sufficiency_table,
    zone_table,
)
from access.report_zones import zone_map, zone_marks
from access.texts import Texts

logger = logging.getLogger(__name__)
#: Up to this many cells the page holds a map with a tooltip for each cell; above it, the PNG.
MAX_SVG_CELLS = 5_000
#: Sections of the page, in order; also their anchors and the keys of their titles.
SECTIONS = (
    "findings", "map", "map_low_income", "underserved", "rights", "groups", "deciles", "inequality", "impact",
    "services", "compared", "sufficiency", "supply", "segregation", "zones", "certainty", "reading",
    "method", "inputs",
)  # fmt: skip
#: Maps by the name of their file.
MAPS = {"map": access_map, "map_low_income": coincidence_map, "zones": zone_map}
#: What no run of this version knows; a run without steps says its own of ``step_free``.
UNKNOWN = ("fares", "realised", "capacity", "step_free", "outside")


def write_report(folder: Path, languages: Sequence[str] = ("en", "fr")) -> list[Path]:
    """Write the maps and the pages of a run folder into it.

    Parameters
    ----------
    folder
        A run folder with ``cells.parquet``, ``indicators.parquet``, ``headline.json``, ``manifest.json``.
    languages
        Languages of `access.texts`; the first also names its PNG plainly ``map.png``.

    Returns
    -------
    list of Path
        The files written, in the order of writing.

    Raises
    ------
    ResultError
        The folder is no complete run.
    ValueError
        A language without texts, or no language.
    """
    if not languages:
        message = "languages: none given; choose from en, fr"
        raise ValueError(message)
    words = [Texts(language) for language in languages]
    folder = Path(folder)
    run = read_run(folder)
    base = ground(run.cells)
    written: list[Path] = []
    for place, texts in enumerate(words):
        suffix = "" if place == 0 else f".{texts.language}"
        drawn = [draw_map(run, base, name, texts) for name in MAPS]
        written += [_write(folder / f"{each['name']}{suffix}.png", png) for each, png in drawn if png]
        page = report_html(run, [figure for figure, _ in drawn], texts)
        written.append(_write(folder / f"report.{texts.language}.html", page.encode("utf-8")))
    logger.info("report: %d files in %s", len(written), folder)
    return written


def draw_map(
    run: Run, base: Ground, name: str, texts: Texts, *, with_png: bool = True
) -> tuple[dict[str, Any], bytes]:
    """Draw one of ``MAPS`` for a page and as a PNG; empty bytes where it cannot be made.

    Without ``with_png`` there is a PNG only where the page itself needs it, for its many cells.
    """
    cell_map, png = MAPS[name](run, texts), b""
    marks = zone_marks(run, base) if name == "zones" else []
    below = without_names_under(base, marks)
    if cell_map is not None and (with_png or len(run.cells) > MAX_SVG_CELLS):
        people = legend_lines(run, cell_map, texts)
        png = map_png(below, cell_map, surroundings(run, texts), texts, marks, people=people)
    return _figure(run, below, name, cell_map, png, texts, marks), png


def surroundings(run: Run, texts: Texts) -> Surroundings:
    """Lines around a map: limits of the data, method, sources."""
    sources = texts("between_sources").join(attribution(run, texts))
    return Surroundings(
        notice=texts.label(run.manifest.get("notice")),
        attribution=texts("map.sources", sources=sources) if sources else "",
        method=texts(
            "map.method",
            cutoff=run.headline.cutoff_min,
            version=run.manifest.get("fairreach_version") or texts("no_data"),
        ),
    )


def report_html(run: Run, figures: Sequence[Mapping[str, Any]], texts: Texts) -> str:
    """One page in one language.

    Parameters
    ----------
    run
        The run folder, read.
    figures
        The maps as `_figure` makes them; one without a map is said to be impossible.
    texts
        Words of one language.
    """
    return environment().get_template("report.html").render(report_words(run, figures, texts))


def report_words(run: Run, figures: Sequence[Mapping[str, Any]], texts: Texts) -> dict[str, Any]:
    """Return everything that the templates of a run speak of: sentences, tables, drawings."""
    manifest = run.manifest
    return {
        "texts": texts,
        "run": run,
        "sections": SECTIONS,
        "unknown": _unknown(run),
        "notice": texts.label(manifest.get("notice")),
        "income_unit": texts.label(manifest.get("income_unit") or manifest.get("currency")),
        "area": area_name(run, texts),
        "place": map_place(run, texts),
        "rules": travel_rules(run, texts),
        "longest_trip": longest_trip(run, texts),
        "findings": [texts.capital(sentence) for sentence in findings(run, texts)],
        "maps": [figure for figure in figures if figure["name"] != "zones"],
        "zone_map": next((figure for figure in figures if figure["name"] == "zones"), None),
        "evidence": evidence_sections(run, texts),
        "curves": curve_chart(run, texts),
        "chart": decile_chart(run, texts),
        "headline": _headline_words(run, texts),
        "tables": {
            "deciles": decile_table(run, texts),
            "services": service_table(run, texts),
            "sufficiency": sufficiency_table(run, texts),
            "zones": zone_table(run, texts),
            "periods": period_table(run, texts),
            "totals": total_table(run, texts),
            "coverage": coverage_table(run, texts),
            "snap": snap_table(run, texts),
            "inputs": input_table(run, texts),
            "gaps": gap_table(run, texts),
            "far_cells": far_cell_table(run, texts),
            "counts": count_table(run, texts),
            "seconds": seconds_table(run, texts),
        },
        "modes": mode_lines(run, texts),
        "checks": [
            *map(str, manifest.get("service_share") or []),
            *(manifest.get("validation") or {}).values(),
        ],
        "warnings": [str(warning) for warning in manifest.get("warnings") or []],
        "sources": attribution(run, texts),
        "created": texts.day(manifest.get("created")),
        "version": manifest.get("fairreach_version") or texts("no_data"),
    }  # fmt: skip


@functools.cache
def environment() -> Environment:
    """Return the templates of the pages; every text from input is escaped, an unknown name is an error."""
    made = Environment(
        loader=PackageLoader("access", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["capital"] = Texts.capital
    return made


def _unknown(run: Run) -> tuple[str, ...]:
    """Keys of what is not known."""
    bound = run.travel.get("step_free")
    known = ("outside",) if run.counts_outside else ()
    return tuple(
        f"{key}_{bound}" if key == "step_free" and bound else key for key in UNKNOWN if key not in known
    )


def _headline_words(run: Run, texts: Texts) -> dict[str, Any]:
    """Words of the headline that several places of the page use."""
    return {
        "service": service_label(run, run.headline.service, texts),
        "cutoff": run.headline.cutoff_min,
        "period": period_label(run, run.headline.period, texts),
        "window": window(run.period(run.headline.period), texts),
        "reading": "arrive_by" if run.period(run.headline.period).get("arrival_start") else "leave",
        "percentile": int(run.manifest.get("percentile") or 50),
    }


def _figure(
    run: Run,
    base: Ground,
    name: str,
    cell_map: CellMap | None,
    png: bytes,
    texts: Texts,
    marks: Sequence[ZoneMark] = (),
) -> dict[str, Any]:
    """One map for the page: drawn in SVG, or the PNG inline where there are many cells."""
    figure: dict[str, Any] = {"name": name, "map": cell_map, "table": None, "svg": None, "png": None}
    if cell_map is None:
        return figure
    figure["table"] = map_table(run, cell_map, texts)
    if len(run.cells) <= MAX_SVG_CELLS:
        figure["svg"] = svg_map(base, cell_map, cell_titles(run, texts), marks)
    else:
        figure["png"] = base64.b64encode(png).decode("ascii")
    return figure


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
