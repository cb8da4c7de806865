"""When a line of sufficiency and a right ask the same question, so that its number is told once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from access.evidence_statement import groups_of_right
from access.evidence_trace import services_of_run
from access.report_data import Run
from access.report_rights_words import entries_of

#: Services, how many of them, or which share, minutes, period.
Question = tuple[tuple[str, ...], float | None, float | None, int | None, str]


def question(run: Run, asked: Mapping[str, Any], period: str) -> Question:
    """Return what a line or a right asks, in the names of the run and not in those of a catalogue."""
    name = str(asked.get("service"))
    services = tuple(sorted(services_of_run(run, name) or [name]))
    return services, asked.get("at_least"), asked.get("at_least_share"), asked.get("within_min"), period


def rights_asked(run: Run) -> set[Question]:
    """Return the questions of the rights whose number of all residents is known.

    A right of some (children, older people), by another way than public transport, of a reduced level or
    without a number asks something else.
    """
    judged = {each.standard: each for each in run.numbers.of("right_residents", group="all")}
    known = {name: each for name, each in judged.items() if math.isfinite(each.value)}
    return {
        question(run, entry, known[name].period)
        for entry in entries_of(run)
        if (name := str(entry.get("name"))) in known
        and list(entry.get("modes") or ["transit"]) == ["transit"]
        and not entry.get("level")
        and not groups_of_right(run, entry)
    }
