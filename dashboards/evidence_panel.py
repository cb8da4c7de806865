"""The evidence on a zone or a scenario: a report to download, and the commands for a bundle to be re-run.

A bundle holds the inputs of a run, so it is made where the run lies, by a command; the app says which.
"""

from __future__ import annotations

import base64
import logging
import re
import threading
from typing import Any

import dash
from dash import html
from dash.development.base_component import Component

from access.errors import AccessError
from access.texts import LANGUAGES
from dashboards.run_data import RunData
from dashboards.words import Words, words
from dashboards.zones_actions import chosen_zone

#: Reports set at the same time; each takes a second or two of one processor.
MOST_AT_ONCE = 2
_PLACES = threading.BoundedSemaphore(MOST_AT_ONCE)
_PLAIN = re.compile(r"[0-9A-Za-z_-]{1,80}")
logger = logging.getLogger(__name__)


def zone_evidence(zone_id: str, said: Words) -> list[Component]:
    """Return the buttons of the report on a zone, in the language of the page first, and how to bundle it."""
    languages = sorted(LANGUAGES, key=lambda language: language != said.language)
    buttons = [
        html.Button(
            said("evidence_page.report", language=words(language)("language")),
            id={"type": "zone-evidence", "lang": language},
            className="plain-button",
        )
        for language in languages
    ]
    zone = f" --zone {zone_id}" if _PLAIN.fullmatch(zone_id) else ""
    command = f"fairreach evidence RUN{zone} --lang {said.texts.language} --out evidence"
    return [html.Div(buttons, className="page-actions"), _bundle([command], said)]


def scenario_evidence(said: Words) -> Component:
    """Return how a computed scenario becomes evidence: its file, then two commands."""
    commands = [
        "fairreach compare RUN scenario.yaml --out comparison",
        f"fairreach evidence RUN --compare comparison --lang {said.texts.language} --out evidence",
    ]
    return _bundle(commands, said, said("evidence_page.scenario"))


def _bundle(commands: list[str], said: Words, first: str = "") -> Component:
    return html.Details(
        [
            html.Summary(said("evidence_page.bundle")),
            *([html.P(first)] if first else []),
            html.P(said("evidence_page.bundle_what")),
            html.Pre(html.Code("\n".join(commands)), className="formula"),
            html.P(said("evidence_page.bundle_run"), className="muted"),
            html.Pre(html.Code("fairreach reproduce evidence/BUNDLE.zip"), className="formula"),
        ],
        className="evidence",
    )


def report_file(data: RunData, zone: str, language: str, said: Words) -> tuple[Any, str]:
    """Return the report on a zone for the browser, and what is said of it; words alone where it fails."""
    from access.evidence import report_pdf

    chosen = chosen_zone(data.run, zone)
    if language not in LANGUAGES or not chosen:
        return dash.no_update, said("evidence_page.failed")
    if not _PLACES.acquire(blocking=False):
        return dash.no_update, said("evidence_page.busy")
    try:
        content = report_pdf(data.folder, language, zone=chosen)
    except (AccessError, OSError):
        logger.warning("no report on zone %s of %s", chosen, data.name, exc_info=True)
        return dash.no_update, said("evidence_page.failed")
    finally:
        _PLACES.release()
    name = report_name(data.name, chosen, language)
    sent = {
        "content": base64.b64encode(content).decode("ascii"),
        "filename": name,
        "type": "application/pdf",
        "base64": True,
    }
    return sent, said("evidence_page.done", file=name)


def report_name(run: str, zone_id: str, language: str) -> str:
    """Return the name of a report's file: letters and digits of what the program knows."""
    return f"evidence-{run}-{re.sub(r'[^0-9A-Za-z]+', '-', zone_id)[:40].strip('-')}.{language}.pdf"
