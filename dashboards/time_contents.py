"""What stands on the page Over time below its title: everything of one series of one city."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.aria import aria
from dashboards.backtest_panel import backtest_panel
from dashboards.components import download_menu, table_block, waiting
from dashboards.notes_panels import notes_section
from dashboards.proposals_panel import proposals_section
from dashboards.run_data import RunData, Runs
from dashboards.store_data import StoreData, StoreReadError
from dashboards.time_choice import Choice, choice_of, cities_in, run_of_city
from dashboards.time_panels import (
    ALERTS,
    CHART,
    MAP_PART,
    chart_panel,
    choices,
    city_label,
    feeds_table,
    map_panel,
)
from dashboards.time_words import short_day
from dashboards.view import View
from dashboards.words import Words

BODY, ASKED, SHOWN = "time-body", "time-asked", "time-shown"
_ALERTS_PX = 200
Children = list[Component]


def without_store(words: Words, data: RunData) -> Children:
    """Say what a store is and how to make one, in plain words with the commands."""
    folder = data.name
    lines = [f"fairreach observe {folder} --store observatory.duckdb"]
    lines.append(f"fairreach dashboard {folder} --store observatory.duckdb")
    return [
        html.P(words("time.no_store.what")),
        html.P(words("time.no_store.how")),
        html.Pre(html.Code("\n".join(lines)), className="formula"),
        html.P(words("time.no_store.then"), className="muted"),
    ]


def problem_of_store(problem: StoreReadError, words: Words) -> Component:
    """Return what a visitor reads where the store cannot be read."""
    detail = [html.P(problem.detail, className="detail", lang="en")] if problem.detail else []
    return html.Div(
        [html.H2(words("time.problem.title")), html.P(words("time.problem.text")), *detail],
        role="alert",
        className="problem",
    )


def contents(store: StoreData, runs: Runs, data: RunData, view: View, words: Words) -> tuple[Children, str]:
    """Return everything below the title, and the name of the series it is of."""
    try:
        chosen = choice_of(store, data, view)
        if chosen is None:
            return [html.P(words("time.empty")), *without_store(words, data)], ""
        return _sections(store, runs, chosen, data, view, words), signature(chosen)
    except StoreReadError as problem:
        return [problem_of_store(problem, words)], ""


def signature(chosen: Choice) -> str:
    """Return what everything on the page depends on: city, series and its newest snapshot."""
    return f"{chosen.city}|{chosen.series}|{chosen.snapshots[-1]}"


def _sections(
    store: StoreData, runs: Runs, chosen: Choice, data: RunData, view: View, words: Words
) -> Children:
    run = run_of_city(store, runs, chosen.city, data)
    feeds = table_block(feeds_table(store, chosen, words))
    return [
        html.P(_lead(store, chosen, words), className="lead"),
        choices(store, chosen, view, words),
        html.Section(
            [
                html.Div(
                    chart_panel(store, chosen, words, is_of_run=run is data), id=CHART, **aria(live="polite")
                )
            ]
        ),
        download_menu(words, what=("csv",)),
        dcc.Store(id=ASKED, data=signature(chosen)),
        html.Section(
            [
                html.H2(words("time.part.alerts")),
                html.P(words("time.alerts.intro"), className="muted"),
                html.Div(waiting(_ALERTS_PX, words), id=ALERTS),
            ]
        ),
        html.Section(
            [
                html.H2(words("time.part.map")),
                html.Div(map_panel(store, chosen, run, view, words), id=MAP_PART),
            ]
        ),
        html.Section(
            [
                html.H2(words("time.part.feeds")),
                html.Div(feeds, className="by-day") if feeds else html.P(words("time.feeds.none")),
            ]
        ),
        proposals_section(store, chosen, run, words),
        notes_section(store, chosen.city, view, words),
        *backtest_panel(store, chosen.city, words),
    ]


def _lead(store: StoreData, chosen: Choice, words: Words) -> str:
    rows = {str(row["city"]): row for row in cities_in(store).to_dict("records")}
    values = {
        "city": city_label(rows[chosen.city], words),
        "first": short_day(chosen.days[0], words),
        "last": short_day(chosen.days[-1], words),
    }
    return words.plural("time.lead", len(chosen.snapshots), **values)
