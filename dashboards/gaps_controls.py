"""The choices of the page Gaps, each a key of the view."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from access.report_findings import period_label, service_label
from dashboards import ids
from dashboards.aria import aria
from dashboards.components import choice as choice_list
from dashboards.gaps_choice import SHOWS, choice_of, group_name
from dashboards.gaps_words import percentile_words
from dashboards.run_data import RunData
from dashboards.view import View, groups_of, percentiles_of
from dashboards.words import Words

SEARCH = "gaps-search"


def controls(data: RunData, view: View, words: Words) -> Component:
    """Return all choices; one that leaves no choice is left out."""
    run, texts = data.run, words.texts
    services = [
        (
            str(each["name"]),
            _with_state(texts.capital(service_label(run, str(each["name"]), texts)), each, words),
        )
        for each in run.services
    ]
    periods = [
        (
            str(each["name"]),
            _with_state(texts.capital(period_label(run, str(each["name"]), texts)), each, words),
        )
        for each in run.periods
    ]
    percentiles = [
        (str(each), texts.capital(percentile_words(run, words, each))) for each in percentiles_of(data)
    ]
    groups = [(each, group_name(each, words)) for each in groups_of(data)]
    shows = [(each, words(f"gaps.shows.{each}")) for each in shows_of(data)]
    lists = [
        _list("service", services, view.service, words),
        _list("shows", shows, choice_of(view).shows, words),
        _minutes(run.cutoffs_min, view.cutoff_min, words),
        _list("period", periods, view.period, words),
        _list("percentile", percentiles, str(view.percentile), words),
        _list("group", groups, view.group, words),
    ]
    return html.Div(
        [each for each in lists if each is not None],
        className="gaps-controls",
        role="group",
        **aria(label=words("gaps.controls")),
    )


def shows_of(data: RunData) -> list[str]:
    """Return what the map of a run can show: without incomes not where they meet access."""
    run = data.run
    has_tenths = "income_decile" in run.cells.columns and bool(run.cells["income_decile"].notna().any())
    return [each for each in SHOWS if each != "low_income" or has_tenths]


def search_box(words: Words) -> Component:
    """Return the search for a place, an H3 id or coordinates; a combobox that the keyboard works too."""
    return dmc.Select(
        id=SEARCH, label=words("gaps.search.label"), placeholder=words("gaps.search.hint"), searchable=True,
        data=[], value=None, clearable=True, size="sm", className="gaps-search",
        nothingFoundMessage=words("gaps.search.nothing"), filter={"function": "fairreachKeepAll"},
        clearButtonProps={"aria-label": words("gaps.search.clear")}, maxDropdownHeight=320,
    )  # fmt: skip


def _list(key: str, options: list[tuple[str, str]], value: str, words: Words) -> Component | None:
    if len(options) < 2:
        return None
    return choice_list(
        key, words(f"gaps.choose.{key}"), [{"value": name, "label": label} for name, label in options], value
    )


def _minutes(cutoffs_min: list[int], value: int, words: Words) -> Component | None:
    if len(cutoffs_min) < 2:
        return None
    chips = dmc.SegmentedControl(
        id=ids.control("cutoff"),
        data=[
            {"value": str(each), "label": words("gaps.minutes", range=words.number(each))}
            for each in cutoffs_min
        ],
        value=str(value),
        size="sm",
        **aria(label=words("gaps.choose.cutoff")),
    )
    return html.Div(
        [html.Span(words("gaps.choose.cutoff"), className="control-label"), chips], className="gaps-cutoffs"
    )


def _with_state(label: str, entry: object, words: Words) -> str:
    """Name of a service or period; one without data says so before it is chosen."""
    state = entry.get("state", "ok") if hasattr(entry, "get") else "ok"
    return label if state != "no data" else f"{label} ({words.texts('no_data')})"
