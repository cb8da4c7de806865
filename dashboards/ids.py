"""Names of components that several modules of the app speak of.

A *control* is any component with an id ``control(key)``: its ``value`` is that key of the view, kept in the
URL by ``assets/view.js`` without a callback of its own. ``held(key)`` is the same for a ``dcc.Store``.
"""

from __future__ import annotations

URL = "url"
VIEW = "view"  # dcc.Store: the view as a flat table of texts
FRAME = "frame"  # dcc.Store: page, language and run, as "page|language|run"
FRAME_SHOWN = "frame-shown"  # dcc.Store: the frame that the server has drawn
BODY = "body"
TITLE = "page-title"
NOTICE = "notice"  # where the message of a failed callback appears
SCENARIOS = "scenarios"  # dcc.Store (session): up to four scenarios computed in this browser
DRAFT = "draft"  # dcc.Store (session): the scenario being written


def control(key: str) -> dict[str, str]:
    """Return the id of an input whose ``value`` is a key of the view."""
    return {"type": "control", "key": key}


def held(key: str) -> dict[str, str]:
    """Return the id of a ``dcc.Store`` whose ``data`` is a key of the view."""
    return {"type": "held", "key": key}


def download(what: str) -> dict[str, str]:
    """Return the id of a button that downloads what is shown."""
    return {"type": "download", "what": what}


def of_map(part: str, name: str) -> dict[str, str]:
    """Return the id of a store of a map: ``paint``, ``overlay``, ``mode`` go in, ``click`` comes out."""
    return {"type": f"map-{part}", "map": name}
