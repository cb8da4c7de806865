"""Data and method: rules of travel; tables of periods, services, coverage, streets, inputs, counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from access.report_data import Run
from access.report_findings import longest_trip, period_label, service_label, total_of, walking, window
from access.report_small import count_words
from access.report_tables import Table
from access.texts import Texts


def travel_rules(run: Run, texts: Texts) -> str:
    """Sentences on walking, on the longest trip and on boarding; what the run does not say is left out."""
    travel = run.travel
    sentences = [
        texts(
            "rules.walking",
            walking=texts.capital(walking(run, texts)),
            transfer=texts.number(travel.get("max_transfer_walk_min")),
        )
    ]
    if travel.get("max_duration_min"):
        sentences.append(texts("rules.longest_trip", longest=texts.capital(longest_trip(run, texts))))
    if travel.get("step_free"):
        sentences.append(texts(f"rules.step_free_{travel['step_free']}"))
    if travel.get("max_rides"):
        sentences.append(texts("rules.rides", rides=texts.number(travel["max_rides"])))
    elif "max_rides" in travel:
        sentences.append(texts("rules.any_rides"))
    if travel.get("boarding_slack_s") is not None:
        sentences.append(texts("rules.boarding", seconds=texts.number(travel["boarding_slack_s"])))
    sentences += engine_sentences(run, texts)
    return " ".join(sentences)


def engine_sentences(run: Run, texts: Texts) -> list[str]:
    """Say what computed the travel times; nothing of a run that does not say."""
    engine = run.manifest.get("engine") or {}
    if engine.get("name") == "fairreach":
        return [texts("rules.engine_fairreach")]
    if engine.get("name") != "r5":
        return []
    words = {key: str(engine.get(key)) for key in ("r5py", "java")}
    draws = engine.get("monte_carlo_draws")
    if engine.get("jar"):
        which = texts("rules.engine_r5", jar=engine["jar"], sha256=engine.get("jar_sha256"), **words)
    else:
        which = texts("rules.engine_r5_own_jar", **words)
    if draws is None:
        return [which]
    chance = texts("rules.engine_r5_draws", draws=texts.number(draws))
    return [which, chance if draws else texts("rules.engine_r5_half_headway")]


def period_table(run: Run, texts: Texts) -> Table:
    """Service day and departure window of each period, and the reason where there is no data."""
    dates = run.manifest.get("service_dates") or {}
    rows = tuple(
        (
            texts.capital(period_label(run, str(period["name"]), texts)),
            texts.day(period.get("service_date") or dates.get(period["name"])),
            window(period, texts),
            _state(period, texts),
        )
        for period in run.periods
    )
    columns = tuple(texts(f"table.{key}") for key in ("period", "service_day", "departures", "state"))
    return Table(texts("table.periods_caption"), columns, rows, word_columns=(1, 2, 3))


def mode_lines(run: Run, texts: Texts) -> list[tuple[str, str]]:
    """Travel without transit: the name of each mode, and its rules in the program's own words."""
    return [
        (
            texts.capital(texts.label(mode.get("label"), fallback=str(mode["name"]))),
            f"{mode.get('rules')}; at most {mode.get('max_duration_min')} minutes",
        )
        for mode in run.manifest.get("modes") or []
    ]


def total_table(run: Run, texts: Texts) -> Table:
    """Opportunities of each service in the study area."""
    rows = tuple(
        (
            texts.capital(service_label(run, str(service["name"]), texts)),
            texts.amount(total_of(run, str(service["name"]))),
            _state(service, texts),
        )
        for service in run.services
    )
    columns = tuple(texts(f"table.{key}") for key in ("service", "total", "state"))
    return Table(texts("table.totals_caption"), columns, rows, word_columns=(2,))


def coverage_table(run: Run, texts: Texts) -> Table:
    """Residents in the cells, with known access (headline), and with a known income decile."""
    residents, access, decile = run.residents(), run.headline_access(), run.column("income_decile")
    _, _, period = run.headline
    access_words = texts(
        "table.covered_access",
        service=service_label(run, run.headline.service, texts),
        period=period_label(run, period, texts),
    )
    rows = [
        (texts("table.covered_all"), texts.number(float(np.nansum(residents)))),
        (access_words, texts.number(float(np.nansum(residents[np.isfinite(access)])))),
        (texts("table.covered_income"), texts.number(float(np.nansum(residents[np.isfinite(decile)])))),
    ]
    n_unknown = int(np.isnan(residents).sum())
    if n_unknown:
        rows.append((texts("table.cells_unknown_residents"), texts.number(n_unknown)))
    columns = (texts("table.coverage"), texts("table.number"))
    return Table(texts("table.coverage_caption"), columns, tuple(rows))


def snap_table(run: Run, texts: Texts) -> Table | None:
    """Cells by how they are linked to the streets, with residents; None where the run does not say."""
    if "snap" not in run.cells.columns:
        return None
    residents, snap = run.residents(), run.cells["snap"].astype("string")
    rows = []
    for state in ("snapped", "too_far", "off_main_component", "no_coordinates"):
        here = (snap == state).to_numpy(dtype=np.bool_, na_value=False)
        people = count_words(run, float(np.nansum(residents[here])), texts)
        rows.append((texts(f"snap.{state}"), texts.number(int(here.sum())), people))
    columns = tuple(texts(f"table.{key}") for key in ("link", "cells", "residents"))
    return Table(texts("table.snap_caption"), columns, tuple(rows))


def input_table(run: Run, texts: Texts) -> Table:
    """Every input file with its size and SHA-256."""
    rows = tuple(
        (
            str(entry.get("file")),
            texts.number(entry.get("bytes")),
            str(entry.get("sha256") or texts("no_data")),
        )
        for entry in run.manifest.get("inputs") or []
    )
    columns = (texts("table.file"), texts("table.bytes"), "SHA-256")
    return Table(texts("table.inputs_caption"), columns, rows, code_columns=(2,))


def count_table(run: Run, texts: Texts) -> Table | None:
    """Counts of the run by stage; None if there are none.

    A count that no text names keeps the program's own words, marked as English.
    """
    counts = list(_counts(run.manifest.get("counts") or {}))
    if not counts:
        return None
    named = [_count_name(run, stage, name, texts) for stage, name, _ in counts]
    rows = tuple((name, _plain(value, texts)) for (name, _), (_, _, value) in zip(named, counts, strict=True))
    english = tuple(place for place, (_, known) in enumerate(named) if not known)
    columns = (texts("table.count"), texts("table.number"))
    return Table(texts("table.counts_caption"), columns, rows, english_rows=english)


def seconds_table(run: Run, texts: Texts) -> Table | None:
    """Seconds that each stage of the run took; None where the run does not say."""
    seconds = run.manifest.get("seconds_by_stage") or {}
    if not seconds:
        return None
    rows = tuple(
        (texts.capital(stage_name(str(stage), texts)), texts.number(float(took), 1))
        for stage, took in seconds.items()
    )
    english = tuple(n for n, stage in enumerate(seconds) if not texts.has(f"stage.{_slug(str(stage))}"))
    columns = (texts("table.stage"), texts("table.seconds"))
    return Table(texts("table.seconds_caption"), columns, rows, english_rows=english)


def stage_name(stage: str, texts: Texts) -> str:
    """Name of a stage of the run; the program's own word where there is no text."""
    key = f"stage.{_slug(stage)}"
    return texts(key) if texts.has(key) else stage


def _counts(counts: Mapping[str, Any]) -> Iterator[tuple[str, str, object]]:
    """Yield (stage, name, value); a count outside a stage has an empty one."""
    for stage, value in counts.items():
        if isinstance(value, Mapping):
            yield from ((stage, str(name), inner) for name, inner in value.items())
        else:
            yield "", stage, value


def _count_name(run: Run, stage: str, name: str, texts: Texts) -> tuple[str, bool]:
    """Words for a count, and whether all of them are of this language."""
    key = f"count.{_slug(stage)}.{_slug(name)}"
    known = not stage or texts.has(f"stage.{_slug(stage)}")
    if texts.has(key):
        words = texts(key)
    elif stage == "opportunities" and run.service(name).get("label"):
        words = service_label(run, name, texts)
    else:
        words, known = name.replace("_", " "), False
    if not stage:
        return texts.capital(words), known
    line = texts("table.count_of_stage", stage=texts.capital(stage_name(stage, texts)), count=words)
    return line, known


def _slug(words: str) -> str:
    """Name of the program as a key of the texts: ``% with a known income`` is ``with_a_known_income``."""
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


def _state(entry: Mapping[str, Any], texts: Texts) -> str:
    if entry.get("state", "ok") == "ok":
        return texts("state.ok")
    reason = texts.label(entry.get("reason"))
    return texts("state.no_data_because", reason=reason) if reason else texts("no_data")


def _plain(value: object, texts: Texts) -> str:
    """Write a count whole, and a number with a fraction with one decimal: 99.8 % is not 100 %."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return texts.number(value, 0 if value == round(value) else 1)
    return str(value)
