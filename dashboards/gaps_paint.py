"""The paint of the map of the page Gaps by its address, for a browser that colours before all else.

``/data/RUN/paint.json?lang=...&service=...`` answers what the page's callback would put into the map's store
(``map_view.paint_of``); ``assets/gaps_paint.js`` asks for it. Choices are checked as those of any view.
"""

from __future__ import annotations

import json

import flask

from dashboards import gaps_answers
from dashboards.gaps_choice import choice_of, is_own_percentile
from dashboards.run_data import RunError, Runs
from dashboards.view import view_of_table
from dashboards.words import words

#: What ``assets/gaps.js`` adds to the key of a choice that the map shows already.
PAINTED = "#painted"
#: Parts of a view that a paint depends on; whatever else an address says is not read.
KEYS = ("lang", "service", "cutoff", "period", "percentile", "group", "shows")


def register(server: flask.Flask, runs: Runs) -> None:
    """Add the address to a server."""

    @server.get("/data/<run>/paint.json")
    def paint_json(run: str) -> flask.Response:
        if run not in runs.names:
            flask.abort(404)
        given = {key: value for key in KEYS if (value := flask.request.args.get(key))}
        return paint_answer(runs, {**given, "page": "gaps", "run": run})


def paint_answer(runs: Runs, table: dict[str, str]) -> flask.Response:
    """Return the paint of a view as JSON; 204 where it cannot be shown or may take long: the callback tells.

    Parameters
    ----------
    table : dict of str to str
        A view as the browser keeps it, not checked; its run is one of ``runs``.
    """
    try:
        view = view_of_table(table, runs)
        data = runs.get(view.run)
        if not is_own_percentile(data, choice_of(view)):  # read from a large file
            return flask.Response(status=204)
        made, _ = gaps_answers.paint(data, view, words(view.language))
    except RunError:
        return flask.Response(status=204)
    return flask.Response(json.dumps(made), mimetype="application/json")
