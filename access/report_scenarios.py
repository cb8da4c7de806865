"""The report of a comparison: a map a scenario and language as PNG, one self-contained page a language.

`write_comparison_report` reads the folder of a comparison and adds ``map-SCENARIO.png`` (first language;
further ones as ``map-SCENARIO.fr.png``) and ``report.<language>.html``. As the page of a run it needs no
network, no script and no other file, prints well, and carries a table beside every drawing.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from access.comparison_reader import ComparisonRead, ScenarioRead, read_comparison
from access.report import MAX_SVG_CELLS, environment, surroundings
from access.report_charts import svg_map
from access.report_findings import area_name, attribution
from access.report_ground import ground
from access.report_method import input_table, period_table
from access.report_overlay import Overlay, overlay_of
from access.report_png import map_png
from access.report_scenario_bill import bill_section, per_hour_row
from access.report_scenario_change import changed_section
from access.report_scenario_chart import side_chart
from access.report_scenario_indices import indices_section
from access.report_scenario_map import (
    Scale,
    compact,
    difference_map,
    difference_titles,
    scale_of,
    without_few,
)
from access.report_scenario_method import base_line, checks_section, data_tables, limit_lines, method_lines
from access.report_scenario_numbers import with_mark_told
from access.report_scenario_register import register_section
from access.report_scenario_rights import rights_section
from access.report_scenario_side import side_table
from access.report_scenario_winners import short_section, winners_section, words_at
from access.report_tables import map_table
from access.texts import Texts

#: Sections of each scenario, in order; their titles are ``scenario.section.*``.
SECTIONS = (
    "changed", "in_short", "map", "groups", "rights", "indices", "register", "bill", "checks",
)  # fmt: skip
_FORMS = (("line", "new"), ("line", "removed"), ("line", "changed"), ("point", "new"), ("point", "removed"))


def write_comparison_report(folder: Path, languages: Sequence[str] = ("en", "fr")) -> list[Path]:
    """Write maps and pages into the folder of a comparison.

    Parameters
    ----------
    folder
        As ``access.comparison_files.write_comparison`` fills it.
    languages
        Languages of `access.texts`; the first also names its maps plainly.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    ResultError
        The folder is no complete comparison.
    ValueError
        A language without texts, or no language.
    """
    if not languages:
        message = "languages: none given; choose from en, fr"
        raise ValueError(message)
    words = [Texts(language) for language in languages]
    folder = Path(folder)
    comparison = read_comparison(folder)
    scale = scale_of(scenario.run for scenario in comparison.scenarios)
    written: list[Path] = []
    for place, texts in enumerate(words):
        suffix = "" if place == 0 else f".{texts.language}"
        figures = []
        for scenario in comparison.scenarios:
            figure, png = map_figure(scenario, texts, scale)
            written.append(folder / f"map-{scenario.id}{suffix}.png")
            written[-1].write_bytes(png)
            figures.append(figure)
        written.append(folder / f"report.{texts.language}.html")
        written[-1].write_text(comparison_html(comparison, figures, texts), encoding="utf-8")
    return written


def map_figure(
    scenario: ScenarioRead, texts: Texts, scale: Scale | None = None
) -> tuple[dict[str, Any], bytes]:
    """Draw the map of a scenario: for the page, and as a PNG of its own."""
    run, name = scenario.run, texts.label(scenario.entry["name"])
    base = ground(run.cells)
    cell_map = difference_map(run, name, scenario.quantified, texts, scale)
    overlay = _overlay(scenario, base.cells.crs, texts)
    drawn = compact(without_few(run, cell_map), len(overlay.legend))
    png = map_png(base, drawn, surroundings(run, texts), texts, overlay=overlay)
    figure: dict[str, Any] = {
        "name": f"map-{scenario.id}", "map": cell_map, "svg": None, "png": None,
        "table": map_table(run, cell_map, texts),
    }  # fmt: skip
    if len(run.cells) <= MAX_SVG_CELLS:
        figure["svg"] = svg_map(base, cell_map, difference_titles(run, texts), overlay=overlay)
    else:
        figure["png"] = base64.b64encode(png).decode("ascii")
    return figure, png


def _overlay(scenario: ScenarioRead, crs: Any, texts: Texts) -> Overlay:
    words = {(form, kind): texts(f"scenario.map.{form}_{kind}") for form, kind in _FORMS}
    return overlay_of(scenario.lines, scenario.points, crs, words)


def comparison_html(comparison: ComparisonRead, figures: Sequence[dict[str, Any]], texts: Texts) -> str:
    """One page in one language.

    Parameters
    ----------
    comparison
        The folder, read.
    figures
        The map of each scenario, as `map_figure` makes it.
    texts
        Words of one language.
    """
    run, base, manifest = comparison.run, comparison.base, comparison.manifest
    names = [texts.label(scenario.entry["name"]) for scenario in comparison.scenarios]
    several = len(names) > 1
    place = area_name(run, texts)
    key = "scenario.title_many" if len(names) > 2 else "scenario.title"
    return environment().get_template("comparison.html").render(
        texts=texts,
        title=texts(key, scenarios=" / ".join(names), n=texts.number(len(names)), place=place),
        place=place,
        against=texts("scenario.against", name=place, day=texts.day(base.get("created"))),
        notice=texts.label(base.get("notice")),
        sections=SECTIONS,
        chapters=[
            _chapter(scenario, figure, comparison.side_by_side, texts)
            for scenario, figure in zip(comparison.scenarios, figures, strict=True)
        ],
        side=side_table(comparison.scenarios, comparison.side_by_side, texts) if several else None,
        headline=words_at(comparison.scenarios[0], texts),
        method=method_lines(comparison, texts),
        limits=limit_lines(texts),
        periods=period_table(run, texts),
        data=data_tables(comparison, input_table(run, texts), texts),
        base=base_line(base, texts),
        sources=attribution(run, texts),
        created=texts.day(manifest.get("created")),
        versions=texts(
            "scenario.versions", version=manifest.get("fairreach_version"), python=manifest.get("python")
        ),
        version=manifest.get("fairreach_version"),
    )  # fmt: skip


def _chapter(
    scenario: ScenarioRead, figure: dict[str, Any], side: pd.DataFrame, texts: Texts
) -> dict[str, Any]:
    """Everything that the page says of one scenario."""
    made = {
        "changed": changed_section(scenario, texts),
        "in_short": short_section(scenario, texts),
        "groups": winners_section(scenario, texts),
        "rights": rights_section(scenario, texts),
        "indices": indices_section(scenario, texts),
        "register": register_section(scenario, texts),
        "bill": bill_section(scenario, per_hour_row(side), texts),
        "checks": checks_section(scenario, texts),
    }
    entry = scenario.entry
    return {
        "id": scenario.id,
        "name": texts.label(entry["name"]),
        "figure": figure,
        "chart": side_chart(scenario, texts),
        "bodies": {
            name: section._replace(
                sentences=tuple(texts.capital(words) for words in section.sentences),
                tables=tuple(with_mark_told(table, texts) for table in section.tables),
            )
            for name, section in made.items()
        },
        "text": entry.get("text") or "",
        "file": texts("scenario.file_of", file=entry["file"], sha256=entry["sha256"])
        if entry.get("file")
        else texts("scenario.file_none"),
        "warnings": [str(warning) for warning in entry.get("warnings") or []],
    }
