"""What the page "Data and method" tells, as sentences and tables: pure functions of a run.

The manifest names folders of the machine that made the run. They are nobody's business who reads the page,
so that every text of the program goes through ``without_folders``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, NamedTuple

import numpy as np
import yaml

from access.report_data import Run
from access.report_findings import area_name, attribution, period_label, service_label
from access.report_tables import Table
from dashboards.run_data import RunData
from dashboards.words import Words

#: Entries of the manifest that are folders or files of one machine.
_FOLDERS = ("data_folder", "network_cache", "config_file")
_EFFECTS = {
    "stops the run": "blocking",
    "warning": "warning",
    "can change travel times": "changes",
    "no effect on travel times": "none",
}
_COUNTED = re.compile(r"(\d[\d,]*) ([a-z]\w*)")
_COUNT_OF_CHANGE = re.compile(r"^(.*) \((\d[\d,]*) x (\w+); .*\)$", re.DOTALL)
_SHARE = re.compile(
    r"(?P<feed>.+): (?P<trips>[\d,]+) trips on \w+ (?P<day>\d{4}-\d\d-\d\d)"
    r"(?:, (?P<weekday>\d+)% of a typical weekday \([\d,]+\))?"
    r"(?:, (?P<same>\d+)% of a typical \w+ \([\d,]+\))?"
)
_SNAP_STATES = ("snapped", "too_far", "off_main_component", "no_coordinates")


class Finding(NamedTuple):
    """One kind of finding in a timetable."""

    effect: str  # blocking, warning, changes, none
    words: str  # of the program, English
    n: int | None


def lead_sentences(data: RunData, words: Words) -> Iterator[str]:
    """Say from what the numbers come, whom they cover, and what has no data."""
    run, texts = data.run, words.texts
    yield words(
        "method.lead",
        files=texts.number(len(run.manifest.get("inputs") or [])),
        version=run.manifest.get("fairreach_version") or texts("no_data"),
        day=texts.day(run.manifest.get("created")),
    )
    access = run.headline_access()
    known = float(np.nansum(data.residents[np.isfinite(access)]))
    yield words(
        "method.covered",
        known=texts.number(known),
        residents=texts.number(float(np.nansum(data.residents))),
        service=service_label(run, run.headline.service, texts),
        period=period_label(run, run.headline.period, texts),
    )
    for period in run.periods:
        if period.get("state", "ok") != "ok":
            reason = texts.label(period.get("reason"), texts("no_data")).rstrip(".")
            label = period_label(run, str(period["name"]), texts)
            yield words("method.no_data_one", period=label, reason=reason)


def income_counts(run: Run, words: Words) -> list[str]:
    """Say what each count of residents with a known income counts; empty where the run has one count only."""
    residents, decile = run.residents(), run.column("income_decile")
    counts = {"shown": float(np.nansum(residents[np.isfinite(decile)]))}
    rule = run.manifest.get("exclusion") or {}
    if rule.get("residents") and rule.get("residents_income_unknown") is not None:
        counts["known"] = float(rule["residents"]) - float(rule["residents_income_unknown"])
    where = {"service": run.headline.service, "period": run.headline.period, "group": "all"}
    covered = run.numbers.one("concentration_index", cutoff_min=run.headline.cutoff_min, **where)
    if covered is not None and covered.covered_population > 0:
        counts["covered"] = covered.covered_population
    if not counts["shown"] or len({round(n) for n in counts.values()}) < 2:
        return []
    return [words(f"method.income_counts.{key}", n=words.number(n)) for key, n in counts.items()]


def findings_of(summary: str) -> list[Finding]:
    """Read the findings of one timetable from the program's own summary of it.

    Lines that are of no known form are kept as warnings, whole.
    """
    found: list[Finding] = []
    for line in str(summary).split("\n")[1:]:
        head, _, rest = line.strip().partition(": ")
        effect = _EFFECTS.get(head)
        if effect == "none":
            merged: dict[str, int] = {}
            for count, code in _COUNTED.findall(rest):
                merged[code] = merged.get(code, 0) + _whole(count)
            found += [Finding("none", _plain(code), n) for code, n in merged.items()]
        elif effect == "changes" and (told := _COUNT_OF_CHANGE.match(rest)):
            found.append(Finding("changes", f"{told[1]} ({_plain(told[3])})", _whole(told[2])))
        elif effect:
            found.append(Finding(effect, rest, None))
        elif line.strip():
            found.append(Finding("warning", line.strip(), None))
    order = list(_EFFECTS.values())
    return sorted(found, key=lambda each: (order.index(each.effect), -(each.n or 0), each.words))


def findings_table(run: Run, feed: str, findings: list[Finding], words: Words) -> Table | None:
    """Return what the check of a timetable found, what can change travel times first; None without any."""
    if not findings:
        return None
    rows = tuple(
        (
            without_folders(each.words, run.manifest),
            words(f"method.effect_{each.effect}"),
            words.texts("range.none") if each.n is None else words.texts.number(each.n),
        )
        for each in findings
    )
    columns = tuple(words(f"method.{key}") for key in ("finding", "effect", "times"))
    caption = words("method.findings_caption", feed=feed)
    return Table(caption, columns, rows, word_columns=(1,), english_rows=tuple(range(len(rows))))


def share_table(run: Run, words: Words) -> Table | None:
    """Return the trips of each service day beside those of usual days, from the program's own lines.

    None where there is no line; a line of another form is kept whole, as English words.
    """
    rows, english = [], []
    for place, line in enumerate(map(str, run.manifest.get("service_share") or [])):
        found = _SHARE.fullmatch(line)
        if found is None:
            english.append(place)
            rows.append((line, *[words.texts("range.none")] * 4))
            continue
        weekday, same = (
            words.percent(float(found[key]) / 100) if found[key] else words.texts("range.none")
            for key in ("weekday", "same")
        )
        trips = words.number(_whole(found["trips"]))
        rows.append((found["feed"], words.texts.day(found["day"]), trips, weekday, same))
    if not rows:
        return None
    columns = tuple(words(f"method.{key}") for key in ("feed", "day", "trips", "of_weekday", "of_same_day"))
    caption = words("method.share_caption")
    return Table(caption, columns, tuple(rows), word_columns=(1,), english_rows=tuple(english))


def day_table(run: Run, words: Words) -> Table | None:
    """Return what the timetables hold on each service day; None where the run does not say."""
    keys = ("routes", "stops", "served_stops", "trips", "visits")
    rows = tuple(
        (words.texts.day(day), *(words.texts.number(counts.get(key)) for key in keys))
        for day, counts in (run.manifest.get("timetables") or {}).items()
    )
    if not rows:
        return None
    names = ("day", "routes", "stops", "stops_served", "trips", "stop_times")
    return Table(words("method.day_caption"), tuple(words(f"method.{name}") for name in names), rows)


def snap_sentences(run: Run, words: Words) -> Iterator[str]:
    """Say how many cells and stops are linked to the streets, and which opportunities are lost by it."""
    texts, number = words.texts, words.texts.number
    cells, stops = run.manifest.get("snap") or {}, run.manifest.get("snap_of_stops") or {}
    if cells.get("points") and stops.get("points") and cells.get("link_median_m") is not None:
        yield words(
            "method.snap_lead",
            snapped=number(cells.get("snapped")),
            points=number(cells["points"]),
            stops_snapped=number(stops.get("snapped")),
            stops=number(stops["points"]),
            median=number(cells["link_median_m"]),
        )
    elif "snap" in run.cells.columns:
        linked, all_cells = int(run.snapped().sum()), len(run.cells)
        yield words("method.snap_lead_cells", snapped=number(linked), points=number(all_cells))
    streets = run.manifest.get("streets") or {}
    if streets.get("length_m"):
        yield words(
            "method.streets_lead",
            km=number(float(streets["length_m"]) / 1000),
            removed=number(float(streets.get("length_removed_m") or 0) / 1000, 1),
            share=texts.percent(streets.get("length_removed_share")),
        )
    for service, n in (run.manifest.get("unsnapped_opportunities") or {}).items():
        if n:
            label = service_label(run, service, texts)
            yield texts.capital(words.plural("method.opportunities_off", float(n), service=label))


def snap_of_all_table(run: Run, words: Words) -> Table | None:
    """Return cells and stops by how they are linked to the streets; None where the run does not say."""
    texts = words.texts
    parts = {"snap_cells": run.manifest.get("snap"), "snap_stops": run.manifest.get("snap_of_stops")}
    rows = tuple(
        (
            words(f"method.{name}"),
            *(texts.number(told.get(state)) for state in _SNAP_STATES),
            texts.number(told.get("points")),
        )
        for name, told in parts.items()
        if told
    )
    if not rows:
        return None
    columns = (
        words("method.snap_what"),
        *(texts(f"snap.{state}") for state in _SNAP_STATES),
        words("method.snap_all"),
    )
    return Table(words("method.snap_caption"), columns, rows)


def version_table(run: Run, words: Words) -> Table:
    """Return the versions of the program, of Python and of each package."""
    manifest = run.manifest
    rows = [
        ("fairreach", manifest.get("fairreach_version")),
        ("Python", manifest.get("python")),
        (str(manifest.get("system") or ""), ""),
        *sorted((manifest.get("packages") or {}).items()),
    ]
    shown = tuple((str(name), str(version or "")) for name, version in rows if name)
    columns = (words("method.program"), words("method.version"))
    return Table(words("method.versions_caption"), columns, shown, word_columns=(1,))


def configuration_text(run: Run) -> str:
    """Return the configuration as YAML, without folders of the machine that made the run."""
    plain = _scrubbed(run.manifest.get("config") or {}, run.manifest)
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100)


def citation(run: Run, words: Words) -> str:
    """Return one line that names place, program, day and sources."""
    texts = words.texts
    return words(
        "method.citation",
        place=area_name(run, texts),
        version=run.manifest.get("fairreach_version") or texts("no_data"),
        day=texts.day(run.manifest.get("created")),
        sources=texts("between_sources").join(attribution(run, texts)) or texts("no_data"),
    )


def without_folders(text: str, manifest: Mapping[str, Any]) -> str:
    """Return a text of the program without folders of the machine that made the run; file names stay."""
    for key in _FOLDERS:
        folder = str(manifest.get(key) or "")
        if key == "config_file":
            folder = str(PurePosixPath(folder).parent)
        if len(folder) > 1 and folder.startswith("/"):
            text = text.replace(f"{folder}/", "").replace(folder, "…")
    return text


def _scrubbed(value: Any, manifest: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        return {key: _scrubbed(inner, manifest) for key, inner in value.items()}
    if isinstance(value, list):
        return [_scrubbed(inner, manifest) for inner in value]
    if not isinstance(value, str):
        return value
    if PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute():
        return PureWindowsPath(value).name
    return without_folders(value, manifest)


def _plain(code: str) -> str:
    return code.replace("_", " ")


def _whole(count: str) -> int:
    return int(count.replace(",", ""))
