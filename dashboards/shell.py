"""What stands around every page: header, choice of run, language and page, and the stores of the browser."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from urllib.parse import parse_qsl

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboards import downloads_callbacks, how_panel, ids
from dashboards.aria import aria
from dashboards.pages import BY_NAME
from dashboards.run_data import RunError, Runs
from dashboards.safety_messages import failed_page, notice_place
from dashboards.view import MOST_KEYS, PAGES, view_of_table
from dashboards.words import Words, languages, words

Frame = tuple[str, str, str]
#: Pages on which another city than that of the run may be shown.
_OF_STORE = ("time", "cities")
logger = logging.getLogger(__name__)


def frame(runs: Runs, table: dict[str, str], asked: Frame) -> Component:
    """Return the whole layout, with the page asked for in it."""
    name = "|".join(asked)
    return dmc.MantineProvider(
        [
            dcc.Location(id=ids.URL, refresh=False),
            dcc.Store(id=ids.VIEW, data={**table, **dict(zip(("page", "lang", "run"), asked, strict=True))}),
            dcc.Store(id=ids.FRAME, data=name),
            dcc.Store(id=ids.FRAME_SHOWN, data=name),
            dcc.Store(id=ids.SCENARIOS, storage_type="session"),
            dcc.Store(id=ids.DRAFT, storage_type="session"),
            notice_place(),
            html.Div(body(runs, table, asked), id=ids.BODY),
            *downloads_callbacks.layout(),
            *how_panel.drawer(),
        ],
        theme={
            "primaryColor": "indigo",
            "primaryShade": 9,
            "fontFamily": "inherit",
            "respectReducedMotion": True,
        },
        forceColorScheme="light",
    )


def body(runs: Runs, table: dict[str, str], asked: Frame) -> list[Component]:
    """Return header and page in one language."""
    page, language, run = asked
    said = words(language)
    return [
        html.Span(_title(runs, said, page, run), id=ids.TITLE, hidden=True),
        html.A(said("shell.skip"), href="#main", className="skip-link"),
        _header(runs, said, page, run),
        *_limits(runs, said, page, run),
        html.Main(
            _page(runs, {**table, "page": page, "lang": language, "run": run}, said), id="main", tabIndex="-1"
        ),
        html.Footer(said("shell.footer"), className="page-foot"),
    ]


def _title(runs: Runs, said: Words, page: str, run: str) -> str:
    """Return the title of the window: what is shown, of which city."""
    what = said(f"page.{page}") if page in PAGES else said("unknown_page.title")
    try:
        city = said.label(runs.get(run).run.manifest.get("name"), run)
    except RunError:
        city = said("run_problem.title")
    return f"{what} · {city} · fairreach"


def _limits(runs: Runs, said: Words, page: str, run: str) -> list[Component]:
    """Return what the run says of the limits of its data; it stands over every page.

    Pages that show cities of the store, too, say whose limits they are.
    """
    try:
        manifest = runs.get(run).run.manifest
    except RunError:
        return []
    notice = said.label(manifest.get("notice"))
    if not notice:
        return []
    city = said.label(manifest.get("name"), run)
    title = said("shell.limits_of", city=city) if page in _OF_STORE else said("shell.limits")
    return [html.P([html.Strong(title), " ", notice], className="limits")]


def table_of_url(path: str, query: str) -> Iterator[tuple[str, str]]:
    """Read path and query of a URL as the browser keeps a view; nothing is checked."""
    if len(query) < 40_000:
        try:
            yield from parse_qsl(query, max_num_fields=MOST_KEYS)
        except ValueError:  # more fields than any view has
            return
    page = path.strip("/").partition("/")[0]
    if page:
        yield "page", page


def _header(runs: Runs, said: Words, page: str, run: str) -> Component:
    links = [_link(name, said, here=name == page) for name in PAGES]
    choices = [
        html.Span("fairreach", className="brand"),
        _run_choice(runs, said, run),
        _language_choice(said),
    ]
    return html.Header(
        [
            html.Div(choices, className="head-line"),
            html.Nav(links, className="pages", **aria(label=said("shell.pages"))),
        ],
        className="page-head",
    )


def _link(name: str, said: Words, *, here: bool) -> Component:
    if here:  # dcc.Link cannot say where one is
        return html.A(
            said(f"page.{name}"),
            href=f"/{name}",
            className="nav-link nav-link-here",
            **aria(current="page"),
        )
    return dcc.Link(said(f"page.{name}"), href=f"/{name}", className="nav-link")


def _run_choice(runs: Runs, said: Words, run: str) -> Component:
    labels = []
    for name in runs.names:
        try:
            label = said.label(runs.get(name).run.manifest.get("name"), name)
        except RunError:
            label = name
        labels.append({"value": name, "label": label})
    return dmc.Select(
        id=ids.control("run"),
        data=labels,
        value=run if run in runs.names else None,
        allowDeselect=False,
        size="sm",
        className="run-choice",
        **aria(label=said("shell.run")),
    )


def _language_choice(said: Words) -> Component:
    return dmc.SegmentedControl(
        id=ids.control("lang"),
        data=[{"value": each, "label": words(each)("language")} for each in languages()],
        value=said.language,
        size="sm",
        **aria(label=said("shell.language")),
    )


def _page(runs: Runs, table: dict[str, str], said: Words) -> Component:
    if table["page"] not in PAGES:
        return html.Div(
            [html.H1(said("unknown_page.title")), html.P(said("unknown_page.text"))],
            role="alert",
            className="problem",
        )
    try:
        view = view_of_table(table, runs)
        return BY_NAME[view.page].layout(runs.get(view.run), view, said)
    except RunError as problem:
        return problem_message(problem, said)
    except Exception:  # the header stays, so that other pages and runs still can be seen
        logger.exception("page %s cannot be shown", table.get("page"))
        return failed_page(said)


def problem_message(problem: RunError, said: Words) -> Component:
    """Return what a visitor reads where a run cannot be shown."""
    return html.Div(
        [
            html.H1(said("run_problem.title")),
            html.P(said(f"run_problem.{problem.kind}")),
            *([html.P(problem.detail, className="detail", lang="en")] if problem.detail else []),
        ],
        role="alert",
        className="problem",
    )
