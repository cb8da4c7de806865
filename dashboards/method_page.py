"""The page "Data and method": from what the numbers were made, how, and what they cannot say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import dash
import dash_mantine_components as dmc
from dash import Input, Output, State, html
from dash.development.base_component import Component

from access.report import UNKNOWN
from access.report_certainty import certainty_section
from access.report_findings import area_name, attribution
from access.report_gaps import far_cell_table, gap_table
from access.report_method import (
    count_table,
    coverage_table,
    mode_lines,
    period_table,
    seconds_table,
    snap_table,
    total_table,
    travel_rules,
)
from access.report_tables import Table
from dashboards import ids
from dashboards.aria import aria
from dashboards.components import download_menu, table_block
from dashboards.downloads import Shown
from dashboards.input_files import input_files_table
from dashboards.map_view import map_block, paint_of
from dashboards.maps_method import link_map
from dashboards.method_facts import (
    citation,
    configuration_text,
    day_table,
    findings_of,
    findings_table,
    income_counts,
    lead_sentences,
    share_table,
    snap_of_all_table,
    snap_sentences,
    version_table,
    without_folders,
)
from dashboards.method_formulas import formula_list
from dashboards.run_data import RunData, Runs
from dashboards.view import View, view_of_table
from dashboards.words import Words, words

FORMULAS, FIND = "method-formula-list", "find"
Part = Callable[[RunData, View, Words], list[Component | None]]


def layout(data: RunData, view: View, words: Words) -> Component:
    """Return the page of a run."""
    place = area_name(data.run, words.texts)
    head = [
        html.H1(words("method.title", place=place), tabIndex="-1"),
        *(html.P(sentence, className="lead") for sentence in lead_sentences(data, words)),
        download_menu(words),
        _contents(words),
    ]
    parts = [
        html.Section(
            [
                html.H2(words(f"method.part.{name}"), id=f"method-{name}"),
                *(each for each in part(data, view, words) if each is not None),
            ]
        )
        for name, part in PARTS.items()
    ]
    return html.Div([*head, *parts], className="prose method")


def register(app: dash.Dash, runs: Runs) -> None:
    """Add the callback of the search among the formulas."""

    @app.callback(
        Output(FORMULAS, "children"),
        Input(ids.control(FIND), "value"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def search(text: str | None, table: dict[str, Any]) -> list[Component]:
        view = view_of_table(table, runs)
        return formula_list(runs.get(view.run).run, str(text or ""), words(view.language))


def shown(data: RunData, view: View, words: Words) -> Shown:
    """Return the tables of the page, and how each cell is linked to the streets."""
    run, texts = data.run, words.texts
    tables: list[Table | None] = [
        input_files_table(run, words),
        period_table(run, texts),
        total_table(run, texts),
        coverage_table(run, texts),
        gap_table(run, texts),
        share_table(run, words),
        day_table(run, words),
        *(findings_table(run, feed, found, words) for feed, found in _findings(data)),
        snap_of_all_table(run, words),
        snap_table(run, texts),
        far_cell_table(run, texts),
        count_table(run, texts),
        seconds_table(run, texts),
        version_table(run, words),
    ]
    columns = [name for name in ("id", "lon", "lat", "placed_at", "snap", "snap_m") if name in run.cells]
    cells = run.cells[columns] if len(columns) > 1 else None
    return Shown("method", [table for table in tables if table is not None], cells, link_map(data, words))


def _contents(words: Words) -> Component:
    links = [html.Li(html.A(words(f"method.part.{name}"), href=f"#method-{name}")) for name in PARTS]
    return html.Nav(html.Ul(links), className="on-page", **aria(label=words("method.contents")))


def _inputs(data: RunData, view: View, words: Words) -> list[Component | None]:
    credits_ = [html.Li(credit) for credit in attribution(data.run, words.texts)]
    return [
        table_block(input_files_table(data.run, words)),
        html.P(words("method.hash_note"), className="muted"),
        html.H3(words("how.credits")),
        html.Ul(credits_) if credits_ else html.P(words.texts("no_data")),
    ]


def _timetables(data: RunData, view: View, words: Words) -> list[Component | None]:
    run, texts = data.run, words.texts
    modes = mode_lines(run, texts)
    found = list(_findings(data))
    return [
        table_block(period_table(run, texts)),
        html.H3(words("method.travel")),
        html.P(travel_rules(run, texts)),
        _folded(texts("page.modes"), _definitions(modes) if modes else None),
        html.H3(words("method.typical")),
        table_block(share_table(run, words)) or html.P(words("method.no_timetables")),
        html.P(words("method.typical_note"), className="muted"),
        html.H3(words("method.findings")),
        *(_feed(data, feed, listed, words) for feed, listed in found),
        *([] if found else [html.P(words("method.no_timetables"))]),
        _folded(words("method.counts_by_day"), table_block(day_table(run, words))),
    ]


def _feed(data: RunData, feed: str, findings: list[Any], words: Words) -> Component:
    if not findings:
        return html.P(words("method.findings_none", feed=feed))
    title = words.plural("method.findings_summary", len(findings), feed=feed)
    strong = any(each.effect != "none" for each in findings)
    return html.Details(
        [html.Summary(title), table_block(findings_table(data.run, feed, findings, words))], open=strong
    )


def _findings(data: RunData) -> Iterator[tuple[str, list[Any]]]:
    for feed, summary in (data.run.manifest.get("validation") or {}).items():
        yield str(feed), findings_of(summary)


def _places(data: RunData, view: View, words: Words) -> list[Component | None]:
    run, cell_map = data.run, link_map(data, words)
    drawn = None
    if cell_map is not None:
        paint = paint_of(cell_map, None, words, run=run)
        label = words("method.map.label")
        drawn = map_block(
            "method", data, view, words, label=label, height="min(50vh, 28rem)", paint=paint, keep_view=False
        )
    return [
        *(html.P(sentence) for sentence in snap_sentences(run, words)),
        drawn,
        table_block(snap_of_all_table(run, words)),
        table_block(snap_table(run, words.texts)),
        table_block(far_cell_table(run, words.texts)),
    ]


def _residents(data: RunData, view: View, words: Words) -> list[Component | None]:
    run, texts = data.run, words.texts
    counts = income_counts(run, words)
    told = html.Ul([html.Li(each) for each in counts])
    return [
        table_block(coverage_table(run, texts)),
        *([html.P(words("method.income_counts.lead")), told] if counts else []),
        *(table_block(each(run, texts)) for each in (total_table, gap_table)),
    ]


def _sure(data: RunData, view: View, words: Words) -> list[Component | None]:
    section = certainty_section(data.run, words.texts)
    return [
        *(html.P(sentence) for sentence in section.sentences),
        *(table_block(table) for table in section.tables),
        html.Ul([html.Li(note) for note in section.notes]),
        html.Ul([html.Li(reason, lang="en") for reason in section.reasons]) if section.reasons else None,
    ]


def _formulas(data: RunData, view: View, words: Words) -> list[Component | None]:
    asked = view.more.get(FIND, "")[:80]
    return [
        html.P(words("method.notation"), className="muted"),
        html.P(words("method.not_verified"), className="muted"),
        *([] if words.language == "en" else [html.P(words("how.english"), className="muted")]),
        dmc.TextInput(
            id=ids.control(FIND),
            label=words("method.search"),
            description=words("method.search_help"),
            value=asked,
            debounce=300,
            size="sm",
            style={"maxWidth": "28rem"},
        ),
        html.Div(formula_list(data.run, asked, words), id=FORMULAS),
    ]


def _limits(data: RunData, view: View, words: Words) -> list[Component | None]:
    texts, bound = words.texts, data.run.travel.get("step_free")
    keys = [f"{key}_{bound}" if key == "step_free" and bound else key for key in UNKNOWN]
    known = ("outside",) if data.run.counts_outside else ()
    told = [texts(f"unknown.{key}") for key in keys if key not in known]
    notice = texts.label(data.run.manifest.get("notice"))
    return [
        html.P(notice, className="notice") if notice else None,
        html.Ul([html.Li(line) for line in told]),
        html.P(texts("reading.evidence")),
    ]


def _run(data: RunData, view: View, words: Words) -> list[Component | None]:
    run, texts = data.run, words.texts
    given = [without_folders(str(each), run.manifest) for each in run.manifest.get("warnings") or []]
    warnings = html.Ul([html.Li(each, lang="en") for each in given])
    return [
        html.H3(words("method.warnings")),
        warnings if given else html.P(words("method.no_warnings")),
        *([html.P(words("method.english"), className="muted")] if given and words.language != "en" else []),
        _folded(words("method.counts"), table_block(count_table(run, texts))),
        _folded(words("method.seconds"), table_block(seconds_table(run, texts))),
        _folded(words("method.versions"), table_block(version_table(run, words))),
        html.Details(
            [
                html.Summary(words("method.configuration")),
                html.P(words("method.configuration_note"), className="muted"),
                html.Pre(
                    configuration_text(run),
                    className="formula configuration",
                    tabIndex="0",
                    role="region",
                    lang="en",
                    **aria(label=words("method.configuration")),
                ),
            ]
        ),
    ]


def _repeat(data: RunData, view: View, words: Words) -> list[Component | None]:
    version = data.run.manifest.get("fairreach_version") or words.texts("no_data")
    steps = [
        html.Li(words("method.repeat_steps.one", version=version)),
        html.Li(words("method.repeat_steps.two")),
        html.Li(
            [words("method.repeat_steps.three"), html.Code(words("method.command"), className="formula")]
        ),
        html.Li(words("method.repeat_steps.four")),
    ]
    return [
        html.H3(words("method.cite")),
        html.P(citation(data.run, words), className="formula"),
        html.H3(words("how.repeat")),
        html.Ol(steps),
    ]


def _folded(title: str, content: Component | None) -> Component | None:
    return None if content is None else html.Details([html.Summary(title), content])


def _definitions(pairs: list[tuple[str, str]]) -> Component:
    return html.Dl([part for name, text in pairs for part in (html.Dt(name), html.Dd(text, lang="en"))])


PARTS: dict[str, Part] = {
    "inputs": _inputs,
    "timetables": _timetables,
    "places": _places,
    "residents": _residents,
    "sure": _sure,
    "formulas": _formulas,
    "limits": _limits,
    "run": _run,
    "repeat": _repeat,
}
