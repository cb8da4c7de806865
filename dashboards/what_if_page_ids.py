"""Names of the components of the page "what if"."""

from __future__ import annotations

MAP = "what-if"
KIND = "what-if-kind"  # dmc.Select: the form that is open
OPEN = "what-if-open"  # dcc.Store: {"kind", "values", "places", "number", "n"}; number -1 = a new change
FORM = "what-if-form"
PLACES = "what-if-places"  # dcc.Store: places chosen, in order
PLACE_LIST = "what-if-place-list"
PLACE_TEXT = "what-if-place-text"
PLACE_FIND = "what-if-place-find"
PLACE_FOUND = "what-if-place-found"
FOUND = "what-if-found"  # dcc.Store: places found by name
MARKED = "what-if-marked"  # dcc.Store: features of the lines chosen
DRAWN = "what-if-drawn"  # dcc.Store: features of the places chosen
PLACE_STOP = "what-if-place-stop"
PLACE_STOP_ADD = "what-if-place-stop-add"
PLACE_CLEAR = "what-if-place-clear"
TODAY = "what-if-today"
ADD = "what-if-add"
LEAVE = "what-if-leave"
TOLD = "what-if-told"  # what came of the last action on the list of changes
LIST = "what-if-list"
NAME = "what-if-name"
NAME_BOX = "what-if-name-box"
NEW = "what-if-new"
SAVE = "what-if-save"
SAVED = "what-if-saved"  # dcc.Download
LOAD = "what-if-load"  # dcc.Upload
LINK = "what-if-link"
FEED = "what-if-feed"  # dcc.Upload of a planned timetable
FEED_CHOICE = "what-if-feed-choice"
PLANNED = "what-if-planned"  # dcc.Store (session): {"run", "feeds": {feed: upload}, "names": {feed: name}}
PLANNED_TOLD = "what-if-planned-told"
COMPUTE = "what-if-compute"
CANCEL = "what-if-cancel"
JOB = "what-if-job"  # dcc.Store (session): {"run", "key", "scenario", "client"}
TICK = "what-if-tick"  # dcc.Interval: runs only while a job does
PROGRESS = "what-if-progress"
SHOWN = "what-if-shown"  # dcc.Store: {"key", "final"}: the result on the page
SHOW = "what-if-show"  # what the map shows: base or difference
RESULT = "what-if-result"
BEFORE = "what-if-before"  # says that the result is of the scenario before
HEADLINE = "what-if-headline"
SIDE = "what-if-side"
SHOW_BOX = "what-if-show-box"
EXPORTED = "what-if-exported"  # dcc.Download
EXPORT_JOB = "what-if-export-job"  # dcc.Store: {"run", "key"}
EXPORT_TICK = "what-if-export-tick"
EXPORT_TOLD = "what-if-export-told"
ARRIVED = "what-if-arrived"  # dcc.Store: scenario of the address, as text
ARRIVED_DONE = "what-if-arrived-done"
NETWORK = "what-if-network"  # dcc.Store: lines and stops of today for the map
NEEDED = "what-if-needed"  # dcc.Store: which of them
CHANGES = "what-if-changes"  # dcc.Store: features of what a result changes


def field(name: str) -> dict[str, str]:
    """Return the id of a field of a form, whose ``value`` counts."""
    return {"type": "what-if-field", "name": name}


def check(name: str) -> dict[str, str]:
    """Return the id of a box of a form, whose ``checked`` counts."""
    return {"type": "what-if-check", "name": name}


def act(what: str, number: int | str) -> dict[str, str | int]:
    """Return the id of a button on one line of a list: ``edit``, ``remove``, ``place-up``, ``show``, ..."""
    return {"type": f"what-if-{what}", "number": number}
