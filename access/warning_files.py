"""Alerts as files: JSON for programs, CSV for spreadsheets, an Atom feed for readers of news.

Equal alerts give equal files, byte by byte: an entry of the feed is as old as the last snapshot judged.
"""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd

from access.errors import ResultError
from access.texts import Texts
from access.warning import Alert
from access.whole_files import write_whole

SUBJECT = (
    "indicator",
    "service",
    "period",
    "cutoff_min",
    "right",
    "group",
    "zone",
    "zone_id",
    "feed",
    "fact",
)
NUMBERS = ("residents", "before", "now", "low", "high", "p_value")
XML = "http://www.w3.org/XML/1998/namespace"
ATOM = "http://www.w3.org/2005/Atom"
_FORMULA_START = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ANSWER = ("answer", "answered_on", "by_whom", "text", "action", "action_due", "state")


def as_json(city: str, alerts: Sequence[Alert], answers: pd.DataFrame) -> str:
    """Return every alert with its history, both texts and its answers."""
    content = {"city": city, "alerts": [record(alert, answers) for alert in alerts]}
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def record(alert: Alert, answers: pd.DataFrame) -> dict[str, Any]:
    """Return an alert as plain values; days as ISO 8601."""
    told: dict[str, Any] = {
        name: value
        for name, value in vars(alert).items()
        if name not in ("history", "cells", "subject", "text")
    }
    told |= {name: None if value is None else float(value) for name, value in told.items() if name in NUMBERS}
    told |= {name: told[name].isoformat() for name in ("since", "held", "last")}
    told["subject"] = dict(alert.subject)
    told["cells"] = list(alert.cells)
    told["text"] = dict(alert.text)
    told["history"] = [
        {**point._asdict(), "observed_on": point.observed_on.isoformat()} for point in alert.history
    ]
    told["answers"] = _answers(alert, answers)
    return told


def as_csv(alerts: Sequence[Alert], answers: pd.DataFrame, texts: Texts) -> str:
    """Return one row an alert; cells are joined by spaces, the last answer stands in the last columns."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    head = ("alert", "city", "series", "rule", "kind", "state", "since", "held", "last", "n_snapshots")
    last = ("answer_state", "answered_on", "answer_by", "answer_due")
    writer.writerow([*head, *SUBJECT, *NUMBERS, "unit", "cells", "text", *last])
    for alert in alerts:
        given = _answers(alert, answers)
        newest: Mapping[str, Any] = given[-1] if given else {}
        row = [
            *(getattr(alert, name) for name in head),
            *(alert.subject.get(name) for name in SUBJECT),
            *(getattr(alert, name) for name in NUMBERS),
            alert.unit,
            " ".join(alert.cells),
            alert.text[texts.language],
            *(newest.get(name) for name in ("state", "answered_on", "by_whom", "action_due")),
        ]
        writer.writerow([_safe(value) if isinstance(value, str) else value for value in row])
    return f"\ufeff{file.getvalue()}"


def as_atom(
    city: str,
    name: str,
    alerts: Sequence[Alert],
    answers: pd.DataFrame,
    rules: Mapping[str, str],
    texts: Texts,
    address: str = "",
) -> str:
    """Return an Atom feed (RFC 4287), the alerts judged or answered last first.

    Parameters
    ----------
    name : str
        Of the city, in the language.
    rules : dict of str to str
        Title of each rule, in the language.
    address : str, optional
        Where the feed will be published, for its link to itself. RFC 4287 says SHOULD: without one the link
        is left out, since a wrong address would be worse than none.
    """
    ET.register_namespace("", ATOM)
    feed = ET.Element(f"{{{ATOM}}}feed", {f"{{{XML}}}lang": texts.language})
    _add(feed, "id", _urn(f"{city}/{texts.language}"))
    _add(feed, "title", texts("warning.feed_title", city=name))
    changed = {alert.alert: _changed_on(alert, answers) for alert in alerts}
    _add(feed, "updated", f"{max(changed.values(), default='1970-01-01')}T00:00:00Z")
    if address:
        link = {"rel": "self", "type": "application/atom+xml", "href": address}
        ET.SubElement(feed, f"{{{ATOM}}}link", link)
    author = ET.SubElement(feed, f"{{{ATOM}}}author")
    _add(author, "name", "fairreach")
    newest_first = sorted(
        alerts, key=lambda alert: (changed[alert.alert], alert.since, alert.alert), reverse=True
    )
    for alert in newest_first:
        entry = ET.SubElement(feed, f"{{{ATOM}}}entry")
        _add(entry, "id", _urn(f"{city}/{texts.language}/{alert.alert}"))
        state = texts(f"warning.state.{alert.state}")
        _add(entry, "title", f"{texts.capital(state)} – {rules.get(alert.rule, alert.rule)}")
        _add(entry, "published", f"{alert.since}T00:00:00Z")
        _add(entry, "updated", f"{changed[alert.alert]}T00:00:00Z")
        ET.SubElement(entry, f"{{{ATOM}}}category", {"term": alert.kind})
        ET.SubElement(entry, f"{{{ATOM}}}category", {"term": alert.state})
        lines = [alert.text[texts.language], *(answer_line(one, texts) for one in _answers(alert, answers))]
        content = ET.SubElement(entry, f"{{{ATOM}}}content", {"type": "text"})
        content.text = _xml_text("\n".join(lines))
    ET.indent(feed)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="unicode") + "\n"


def answer_line(answer: Mapping[str, Any], texts: Texts) -> str:
    """Return an answer in one line."""
    line = texts(
        "warning.answer.line",
        day=texts.day(answer["answered_on"]),
        by=answer["by_whom"],
        state=texts(f"warning.answer.{answer['state']}"),
        text=answer["text"],
    )
    if answer.get("action"):
        line += " " + texts("warning.answer.action", action=answer["action"])
    if answer.get("action_due"):
        line += " " + texts("warning.answer.due", day=texts.day(answer["action_due"]))
    return line


def write_text(file: Path, content: str) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    ResultError
        If it cannot be written.
    """
    try:
        write_whole(file, content.encode())
    except OSError as error:
        raise ResultError(
            f"{file}: cannot be written ({error.strerror or error}); name another file"
        ) from None


def _answers(alert: Alert, answers: pd.DataFrame) -> list[dict[str, Any]]:
    rows = answers[answers["alert"] == alert.alert]
    return [
        {name: None if pd.isna(row[name]) else str(row[name]) for name in ANSWER}
        for row in rows.to_dict("records")
    ]


def _safe(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula."""
    return f"'{text}" if text.lstrip(" \u00a0\u202f").startswith(_FORMULA_START) else text


def _urn(name: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"fairreach:warning:{name}").urn


def _add(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}{tag}").text = _xml_text(text)


def _changed_on(alert: Alert, answers: pd.DataFrame) -> str:
    """Return the day on which an alert was judged or answered last: then its entry has other words."""
    return max([alert.last.isoformat(), *(str(one["answered_on"])[:10] for one in _answers(alert, answers))])


def _xml_text(text: str) -> str:
    """Return a text with a sign in place of letters that XML 1.0 cannot hold."""
    return _NO_XML.sub("\ufffd", text)
