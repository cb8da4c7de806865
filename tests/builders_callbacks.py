"""Requests for callbacks as a browser sends them, with any values: made from what the app tells browsers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Value = Callable[[str, str], Any]


def server_callbacks(dependencies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the callbacks that run on the server, of the answer of ``/_dash-dependencies``."""
    return [each for each in dependencies if not each.get("clientside_function")]


def callback_request(callback: dict[str, Any], value: Value) -> dict[str, Any]:
    """Return the body that calls a callback.

    Parameters
    ----------
    callback : dict
        One of ``server_callbacks``.
    value : callable
        Given the id (as JSON where it is a pattern) and the property, returns what the browser sends for it.
        An id that stands for many components is sent as two of them.
    """
    return {
        "output": callback["output"],
        "outputs": _outputs(callback["output"]),
        "inputs": [_entry(each, value) for each in callback["inputs"]],
        "state": [_entry(each, value) for each in callback["state"]],
        "changedPropIds": [_changed(callback["inputs"][0])] if callback["inputs"] else [],
    }


def _outputs(text: str) -> Any:
    many = text.startswith("..")
    listed = [_output(each) for each in (text[2:-2].split("...") if many else [text])]
    return listed if many else listed[0]


def _output(text: str) -> Any:
    name, _, prop = text.rpartition(".")
    component = _id(name)
    if _stands_for_many(component):
        return [{"id": each, "property": prop} for each in _concrete(component)]
    return {"id": component, "property": prop}


def _entry(each: dict[str, str], value: Value) -> Any:
    component = _id(each["id"])
    if _stands_for_many(component):
        return [
            {"id": one, "property": each["property"], "value": value(each["id"], each["property"])}
            for one in _concrete(component)
        ]
    return {"id": component, "property": each["property"], "value": value(each["id"], each["property"])}


def _changed(each: dict[str, str]) -> str:
    component = _id(each["id"])
    if isinstance(component, dict):
        one = _concrete(component)[0]
        return f"{json.dumps(one, sort_keys=True, separators=(',', ':'))}.{each['property']}"
    return f"{component}.{each['property']}"


def _id(text: str) -> Any:
    return json.loads(text) if text.startswith("{") else text


def _stands_for_many(component: Any) -> bool:
    return isinstance(component, dict) and ["ALL"] in component.values()


def _concrete(component: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {key: number if isinstance(part, list) else part for key, part in component.items()}
        for number in ("0", "<b>1</b>")
    ]
