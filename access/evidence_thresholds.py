"""Comparisons of groups against thresholds that somebody has set, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from access.report_data import Run
from access.report_numbers import Number, value_words
from access.report_rights_words import right_label
from access.texts import Texts


def comparisons(run: Run) -> list[dict[str, Any]]:
    """Return the comparisons of groups that the configuration of a run asks for."""
    return list((run.manifest.get("config") or {}).get("comparisons") or [])


def sides(
    run: Run, asked: Mapping[str, Any], number: Number, headline: Mapping[str, Any], texts: Texts
) -> dict[str, str]:
    """Return the sentences of both sides of a threshold, and of what is withheld; ``headline`` in words."""
    if asked.get("right"):
        what = texts("impact.lack", right=right_label(run, str(asked["right"]), texts))
    else:
        what = texts("impact.access", **headline)
    return {
        side: texts(
            f"evidence.threshold_{side}",
            what=what,
            group=texts.label(asked.get("group_label")),
            other=texts.label(asked.get("other_label")),
            value=value_words(number, texts),
            threshold=texts.number(float(asked["threshold"]), 2),
            source=texts.label(asked.get("source"), fallback=texts("no_data")),
        )
        for side in ("above", "below", "open")
    }
