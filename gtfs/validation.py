"""The canonical validator's notices in words, and what really stops a run.

Canonical errors do not stop a run by themselves: a feed with wrong colours serves well. What stops it is
found by reading the feed and building its timetable for the service date, the very steps of a run, so that a
check and a run cannot disagree.

The canonical validator skips every rule that looks at a table with an unparsable cell: one wrong colour in
routes.txt hides implausibly fast trips. Where such a cell stands in a column no travel time depends on, the
feed is checked once more with that column blank.
"""

from __future__ import annotations

import csv
import io
import tempfile
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import gtfs_guru
import gtfs_kit

from gtfs.archive import FeedArchive, open_archive
from gtfs.errors import FeedError, FeedQualityWarning
from gtfs.feed import read_feed
from gtfs.notices import meaning_of
from gtfs.schedule import build_schedule

_DECORATION = frozenset(
    (
        "route_color",
        "route_text_color",
        "route_url",
        "stop_url",
        "agency_phone",
        "agency_email",
        "agency_lang",
    )
)
"""Columns that may be blank and that no travel time depends on."""

_SEVERITIES = ("ERROR", "WARNING", "INFO")


@dataclass(frozen=True)
class Finding:
    """All notices of one code in one file."""

    code: str  # of the canonical validator
    severity: str  # "ERROR", "WARNING" or "INFO", the canonical validator's opinion
    count: int
    meaning: str  # in a planner's words
    changes_travel_times: bool
    example: str  # the first of them: row and values
    file: str | None = None


@dataclass(frozen=True)
class FeedReport:
    """What is wrong with one feed on one service date."""

    feed: str
    service_date: date
    findings: list[Finding]  # those that can change a travel time first, then by severity and count
    blocking: list[str] = field(default_factory=list)  # why the feed cannot be used; empty: it can
    warnings: list[str] = field(default_factory=list)  # what reading and unfolding it warned about

    def summary(self) -> str:
        """Short text: what stops the run, what can change a travel time, how much else there is."""
        lines = [
            f"{self.feed}: {'cannot be used' if self.blocking else 'can be used'} on {self.service_date}"
        ]
        lines += [f"  stops the run: {problem}" for problem in self.blocking]
        lines += [f"  warning: {text}" for text in self.warnings]
        lines += [
            f"  can change travel times: {finding.meaning} "
            f"({finding.count:,} x {finding.code}; {finding.example})"
            for finding in self.findings
            if finding.changes_travel_times
        ]
        others = [finding for finding in self.findings if not finding.changes_travel_times]
        if others:
            listed = ", ".join(f"{finding.count:,} {finding.code}" for finding in others)
            lines.append(f"  no effect on travel times: {listed}")
        return "\n".join(lines)


def validate_feed(
    path: Path, service_date: date, name: str | None = None, feed: gtfs_kit.Feed | None = None
) -> FeedReport:
    """Check one feed for one service date; raises nothing about the feed, all is in the report.

    Parameters
    ----------
    path : GTFS zip or folder.
    service_date : stands for "today" in notices about expiry, so that an old feed is not blamed for its age.
    name : the feed's name in messages; default the file name.
    feed : the same feed if it has been read already, to save reading it again; left unchanged.
    """
    path = Path(path)
    label = name or path.name
    try:
        archive = open_archive(path, label)
    except FeedError as error:
        return FeedReport(label, service_date, [], blocking=error.problems)
    notices = gtfs_guru.validate(str(path), date=service_date.isoformat()).notices
    unmasked = _notices_without(_unparsable_columns(notices), archive, service_date)
    blocking: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", FeedQualityWarning)
        try:
            build_schedule(read_feed(path, label) if feed is None else feed, service_date, name=label)
        except FeedError as error:
            blocking = error.problems
    texts = [str(warning.message) for warning in caught if issubclass(warning.category, FeedQualityWarning)]
    return FeedReport(label, service_date, _findings(notices, unmasked), blocking, texts)


def _unparsable_columns(notices: Iterable[Any]) -> set[tuple[str, str]]:
    """(file, column) with unparsable cells, among the columns that may be blank."""
    found = {(str(notice.file), str(notice.field)) for notice in notices if notice.severity == "ERROR"}
    return {(file, column) for file, column in found if column in _DECORATION}


def _notices_without(columns: set[tuple[str, str]], archive: FeedArchive, service_date: date) -> list[Any]:
    """Notices on a copy of the feed in which these columns are blank; none if there are no such columns."""
    if not columns:
        return []
    with tempfile.TemporaryDirectory(prefix="fairreach-") as folder:
        for name in archive.names:
            content = archive.read(name)
            for column in sorted(column for file, column in columns if file == name):
                content = _blanked(content, column)
            (Path(folder) / name).write_bytes(content)
        return list(gtfs_guru.validate(folder, date=service_date.isoformat()).notices)


def _blanked(content: bytes, column: str) -> bytes:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig", errors="replace"), newline="")))
    at = [name.strip() for name in rows[0]].index(column)
    for row in rows[1:]:
        row[at : at + 1] = [""] * len(row[at : at + 1])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _findings(notices: Iterable[Any], unmasked: Iterable[Any]) -> list[Finding]:
    """Notices by code and file; where the second look saw a group, it saw all of it."""
    groups = _grouped(notices) | _grouped(unmasked)
    findings = []
    for (code, file), group in groups.items():
        meaning, changes = meaning_of(code, file, _summaries().get(code, group[0].message))
        # The validator works in parallel and keeps no order: take the smallest row as the example.
        example = min((_row(notice) or 0, _example(notice, file)) for notice in group)[1]
        findings.append(Finding(code, group[0].severity, len(group), meaning, changes, example, file))
    return sorted(findings, key=_importance)


def _grouped(notices: Iterable[Any]) -> dict[tuple[str, str | None], list[Any]]:
    groups: dict[tuple[str, str | None], list[Any]] = {}
    for notice in notices:
        groups.setdefault((notice.code, _file(notice)), []).append(notice)
    return groups


def _importance(finding: Finding) -> tuple[bool, int, int, str, str]:
    severity = _SEVERITIES.index(finding.severity) if finding.severity in _SEVERITIES else len(_SEVERITIES)
    return not finding.changes_travel_times, severity, -finding.count, finding.code, finding.file or ""


def _file(notice: Any) -> str | None:
    context = notice.context()
    file = notice.file or context.get("filename") or context.get("childFilename")
    return None if file is None else str(file)


def _row(notice: Any) -> int | None:
    row = notice.row or notice.context().get("csvRowNumber")
    return None if row is None else int(row)


def _example(notice: Any, file: str | None) -> str:
    row, context = _row(notice), notice.context()
    place = [file] if file else []
    place += [f"row {row}"] if row is not None else []
    skipped = {"filename", "childFilename", "csvRowNumber"}
    values = [f"{key} {context[key]}" for key in sorted(context) if key not in skipped]
    if notice.field:
        values.insert(0, f"column {notice.field}")
    return ", ".join([" ".join(place), *values] if place else values)


@cache
def _summaries() -> dict[str, str]:
    """Code -> the validator's own one-line summary."""
    return {code: str(schema["shortSummary"]) for code, schema in gtfs_guru.notice_schema().items()}
