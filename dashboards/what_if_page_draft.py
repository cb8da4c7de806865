"""Callbacks of the scenario being written: its list, name, file, link, and a planned timetable."""

from __future__ import annotations

from typing import Any

import dash
import dash_mantine_components as dmc
from dash import ALL, Input, Output, State, ctx, html, no_update
from dash.exceptions import PreventUpdate

from dashboards import ids
from dashboards import what_if_page_ids as page
from dashboards.exports import scenario_of_text, scenario_to_text, yaml_of
from dashboards.run_data import Runs
from dashboards.uploads import scenario_of_upload
from dashboards.what_if_actions import changes_in, draft_of, empty, name_shown, named, remove, scenario_of
from dashboards.what_if_form_clicks import stored
from dashboards.what_if_form_read import City
from dashboards.what_if_form_values import filled_of
from dashboards.what_if_page_context import Asked, asked, city, jobs, said_problems
from dashboards.what_if_page_parts import alert, change_list
from dashboards.what_if_problems import ScenarioProblems
from dashboards.what_if_shown_changes import name_of_changes

FILE_NAME = "scenario.yaml"


def register(app: dash.Dash, runs: Runs) -> None:
    """Add the callbacks of the scenario being written."""
    _list(app, runs)
    _file(app, runs)
    _planned(app, runs)


def _list(app: dash.Dash, runs: Runs) -> None:
    @app.callback(
        Output(page.LIST, "children"),
        Output(page.NAME_BOX, "children"),
        Input(ids.DRAFT, "data"),
        State(ids.VIEW, "data"),
    )
    def show_list(draft: Any, table: Any) -> tuple[Any, Any]:
        who = asked(table, runs)
        here, written = city(who.data), draft_of(draft)
        return change_list(changes_in(written), here, who.words), name_input(written, who)

    @app.callback(
        Output(ids.held("scenario"), "data"),
        Output(page.LINK, "children"),
        Input(ids.DRAFT, "data"),
        State(page.ARRIVED, "data"),
        State(page.ARRIVED_DONE, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def keep_link(draft: Any, arrived: Any, done: Any, table: Any) -> tuple[Any, Any]:
        if arrived and not done:  # the scenario of the address comes first
            raise PreventUpdate
        return link_of(draft, asked(table, runs))

    @app.callback(
        Output(ids.DRAFT, "data", allow_duplicate=True),
        Input(page.NAME, "value"),
        State(ids.DRAFT, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def rename(name: Any, draft: Any, table: Any) -> Any:
        written, said = draft_of(draft), asked(table, runs).words
        if str(name or "") == name_shown(written, said):
            raise PreventUpdate
        return named(written, str(name or ""))

    @app.callback(
        Output(ids.DRAFT, "data", allow_duplicate=True),
        Output(page.TOLD, "children", allow_duplicate=True),
        Input({"type": "what-if-remove", "number": ALL}, "n_clicks"),
        State(ids.DRAFT, "data"),
        prevent_initial_call=True,
    )
    def remove_change(clicks: list[Any], draft: Any) -> tuple[Any, Any]:
        if not any(clicks):
            raise PreventUpdate
        return remove(draft_of(draft), int(ctx.triggered_id["number"])), []

    @app.callback(
        Output(page.OPEN, "data", allow_duplicate=True),
        Output(page.KIND, "value"),
        Input({"type": "what-if-edit", "number": ALL}, "n_clicks"),
        State(ids.DRAFT, "data"),
        State(page.OPEN, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def edit_change(clicks: list[Any], draft: Any, open_: Any, table: Any) -> tuple[Any, Any]:
        if not any(clicks):
            raise PreventUpdate
        number, here = int(ctx.triggered_id["number"]), city(asked(table, runs).data)
        listed = changes_in(draft_of(draft))
        filled = filled_of(listed[number], here) if 0 <= number < len(listed) else None
        if filled is None:
            raise PreventUpdate
        n = open_.get("n", 0) if isinstance(open_, dict) else 0
        form = {
            "kind": filled.kind,
            "values": filled.values,
            "places": stored(filled.places),
            "number": number,
        }
        return {**form, "n": n + 1}, filled.kind

    @app.callback(
        Output(ids.DRAFT, "data", allow_duplicate=True),
        Output(page.TOLD, "children", allow_duplicate=True),
        Output(page.PLANNED, "data", allow_duplicate=True),
        Input(page.NEW, "n_clicks"),
        prevent_initial_call=True,
    )
    def start_anew(clicks: Any) -> tuple[Any, Any, Any]:
        if not clicks:
            raise PreventUpdate
        return empty(), [], None


def _file(app: dash.Dash, runs: Runs) -> None:
    @app.callback(
        Output(page.SAVED, "data"),
        Output(page.TOLD, "children", allow_duplicate=True),
        Input(page.SAVE, "n_clicks"),
        State(ids.DRAFT, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def save(clicks: Any, draft: Any, table: Any) -> tuple[Any, Any]:
        if not clicks:
            raise PreventUpdate
        return saved_file(draft, asked(table, runs))

    @app.callback(
        Output(ids.DRAFT, "data", allow_duplicate=True),
        Output(page.TOLD, "children", allow_duplicate=True),
        Input(page.LOAD, "contents"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def load(contents: Any, table: Any) -> tuple[Any, Any]:
        if not contents:
            raise PreventUpdate
        return loaded_file(str(contents), asked(table, runs))


def _planned(app: dash.Dash, runs: Runs) -> None:
    @app.callback(
        Output(page.PLANNED, "data"),
        Output(page.PLANNED_TOLD, "children"),
        Input(page.FEED, "contents"),
        State(page.FEED, "filename"),
        State(page.FEED_CHOICE, "value"),
        State(page.PLANNED, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def upload_feed(contents: Any, file: Any, feed: Any, planned: Any, table: Any) -> tuple[Any, Any]:
        if not contents:
            raise PreventUpdate
        return kept_timetable(str(contents), str(file or ""), str(feed or ""), planned, asked(table, runs))


def name_input(draft: dict[str, Any], who: Asked) -> Any:
    """Return the field of the name; without one the scenario is named after its changes."""
    words = who.words
    default = name_of_changes(changes_in(draft), city(who.data), words)
    return dmc.TextInput(
        id=page.NAME, label=words("what_if.list.name"), value=name_shown(draft, words), debounce=True,
        placeholder=words("what_if.list.name_default", name=default) if changes_in(draft) else "",
        size="sm",
    )  # fmt: skip


def link_of(draft: Any, who: Asked) -> tuple[str, Any]:
    """Return the scenario as a key of the view, and what is to be said of it."""
    written = draft_of(draft)
    if not changes_in(written):
        return "", []
    try:
        text = scenario_to_text(scenario_of(written, city(who.data)))
    except ScenarioProblems:
        return "", who.words("what_if.link.too_long")
    return text, who.words("what_if.link.ready")


def draft_of_text(text: Any, here: City) -> dict[str, Any] | None:
    """Return the draft of an address; None where there is none or it cannot be read."""
    if not text:
        return None
    try:
        draft = draft_of(scenario_of_text(str(text)))
    except ScenarioProblems:
        return None
    return without_made_name(draft, here)


def without_made_name(draft: dict[str, Any], here: City) -> dict[str, Any]:
    """Take away a name that the changes gave and nobody wrote, so that it goes on to follow them."""
    bare = named(draft, "")
    made = draft_of(scenario_of(bare, here))["name"]
    written = draft["name"]
    same = written == made if isinstance(written, dict) else written in made.values()
    return bare if same else draft


def saved_file(draft: Any, who: Asked) -> tuple[Any, Any]:
    """Return the scenario as a file, or why there is none."""
    written = draft_of(draft)
    if not changes_in(written):
        return no_update, html.P(who.words("what_if.compute.nothing"), role="alert")
    try:
        text = yaml_of(scenario_of(written, city(who.data)))
    except ScenarioProblems as problems:
        return no_update, alert(who.words("what_if.compute.cannot"), *said_problems(problems, who.words))
    return {"content": text, "filename": FILE_NAME, "type": "application/yaml"}, []


def loaded_file(contents: str, who: Asked) -> tuple[Any, Any]:
    """Return the scenario of an uploaded file as draft, or what is wrong with it."""
    words = who.words
    try:
        draft = draft_of(scenario_of_upload(contents))
    except ScenarioProblems as problems:
        return no_update, alert(words("what_if.file.not_loaded"), *said_problems(problems, words))
    name = name_shown(draft, words)
    told = html.P(words.plural("what_if.file.loaded", len(changes_in(draft)), name=name))
    return without_made_name(draft, city(who.data)), told


def kept_timetable(contents: str, file: str, feed: str, planned: Any, who: Asked) -> tuple[Any, Any]:
    """Keep a planned timetable in place of a feed of the run, or say what is wrong with it."""
    known = [str(each["name"]) for each in who.data.run.option("schedule", "feeds") or ()]
    if feed not in known:
        raise PreventUpdate
    try:
        upload = jobs().uploads.keep_timetable(contents)
    except ScenarioProblems as problems:
        return no_update, alert(who.words("what_if.file.not_loaded"), *said_problems(problems, who.words))
    feeds = {**planned_feeds(planned, who.data.name), feed: upload}
    told = who.words("what_if.file.feed_loaded", name=file[:80], feed=feed)
    return {"run": who.data.name, "feeds": feeds}, html.P(told)


def planned_feeds(planned: Any, run: str) -> dict[str, str]:
    """Read the planned timetables of a run from what the browser keeps."""
    if (
        not isinstance(planned, dict)
        or planned.get("run") != run
        or not isinstance(planned.get("feeds"), dict)
    ):
        return {}
    return {str(feed)[:80]: str(upload)[:64] for feed, upload in list(planned["feeds"].items())[:20]}
