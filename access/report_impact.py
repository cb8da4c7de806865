"""Section on comparisons of groups against thresholds that somebody named has set, and on the frames behind.

Evidence, never a legal finding: the program says what was found, how sure, and how far each frame binds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from access.report_claims import side_of
from access.report_data import Run
from access.report_numbers import sure_words
from access.report_section import Section, some, table_of
from access.report_tables import Table
from access.texts import Texts

INDICATORS = ("benefit_ratio", "burden_ratio", "share_difference", "change_difference")


def impact_section(run: Run, texts: Texts) -> Section:
    """Comparisons that the configuration asks for; one without any says so."""
    impact = run.manifest.get("impact") or {}
    asked: list[Mapping[str, Any]] = impact.get("comparisons") or []
    if not asked:
        return Section("impact", absent=texts("page.no_impact"))
    tables = some(frame_table(impact.get("frames") or [], texts))
    return Section("impact", tuple(_sentences(run, asked, texts)), tables, (texts("impact.no_finding"),))


def frame_table(frames: list[Mapping[str, Any]], texts: Texts) -> Table | None:
    """Laws, guidelines and policies that compare groups: what each asks, and how far it binds as of when."""
    rows = (
        (
            texts.label(frame.get("title"), fallback=str(frame.get("name"))),
            texts.label(frame.get("asks")),
            f"{texts.label(frame.get('source'))} ({frame.get('date')}, {_checked(frame, 'text', texts)})",
            f"{texts.label(frame.get('status'))} "
            f"({frame.get('status_date')}, {_checked(frame, 'status', texts)})",
        )
        for frame in frames
    )
    keys = ("frame", "asks", "frame_source", "frame_status")
    return table_of(texts, texts("table.frames_caption"), keys, rows, word_columns=(1, 2, 3))


def _sentences(run: Run, asked: list[Mapping[str, Any]], texts: Texts) -> Iterator[str]:
    """What was found, how sure, and whether the range carries that the threshold is passed or not."""
    for entry in asked:
        name = str(entry.get("name"))
        if entry.get("state") != "ok":
            yield texts("impact.no_data", name=name.replace("_", " "))
            continue
        sentence = texts.label(entry.get("sentence"))
        number = next((n for kind in INDICATORS for n in run.numbers.of(kind, standard=name)), None)
        if number is None:
            yield sentence
            continue
        sentence += f" {texts.capital(sure_words(number, texts))}."
        threshold = _threshold(run, name)
        if threshold is not None:
            # The residents of both groups by cell are not in the run, so that coverage is not judged here.
            everybody = float(run.residents()[run.residents() > 0].sum())
            made = side_of(run, number._replace(covered_population=everybody), threshold, texts)
            if made.side == 0:
                sentence += f" {texts('impact.withheld', reason=made.reason)}"
        yield sentence


def _threshold(run: Run, name: str) -> float | None:
    """Threshold of a comparison in the configuration that made the run."""
    listed = (run.manifest.get("config") or {}).get("comparisons") or []
    found: Mapping[str, Any] = next((entry for entry in listed if entry.get("name") == name), {})
    return None if found.get("threshold") is None else float(found["threshold"])


def _checked(frame: Mapping[str, Any], what: str, texts: Texts) -> str:
    return texts("rights.verified" if frame.get(f"{what}_verified") else "rights.unverified")
