"""Statements on scenarios: what changes against the run, held against "no change" with its paired range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from access.claims import Verdict, claim_above, claim_below
from access.comparison_reader import ComparisonRead, ScenarioRead
from access.evidence_statement import PALMA, Source, State, Statement, covered_of, covered_words
from access.evidence_trace import input_names
from access.report_data import Run
from access.report_findings import period_label, service_label
from access.report_numbers import Number
from access.report_rights_words import entries_of, right_label
from access.report_scenario_numbers import (
    absence,
    before_after,
    change_words,
    elided,
    group_words,
    interval_words,
    note_of,
    value_of,
)
from access.report_section import period_or_all
from access.texts import Texts

Row = Mapping[Any, Any]
_GROUPS = ("all", "poorest40", "decile_1", "decile_10")


def scenario_statements(run: Run, comparison: ComparisonRead, texts: Texts) -> Iterator[Statement]:
    """Yield every statement on the scenarios of a comparison with this run.

    Where a range is not known (the noise of the comparison was not computed), changes are only described.
    """
    for scenario in comparison.scenarios:
        yield from _access(run, scenario, texts)
        yield from _rights(run, scenario, texts)


def _access(run: Run, scenario: ScenarioRead, texts: Texts) -> Iterator[Statement]:
    rows = [
        row
        for row in scenario.headline(scenario.table).to_dict("records")
        if row["indicator"] == "mean_access" and row["group"] in _GROUPS
    ]
    for row in sorted(rows, key=lambda row: _GROUPS.index(row["group"])):
        words = {
            "scenario": texts.label(scenario.entry["name"]),
            "group": texts.capital(group_words(str(row["group"]), texts)),
            "service": service_label(run, str(row["service"]), texts),
            "period": period_label(run, str(row["period"]), texts),
            "cutoff": int(value_of(row, "cutoff_min")),
        }
        yield _changed(run, scenario, row, "access", words, texts, str(row["service"]))


def _rights(run: Run, scenario: ScenarioRead, texts: Texts) -> Iterator[Statement]:
    """One statement a right that the number of residents lacking it changes for; others have none."""
    table = scenario.table
    rows = table[(table["indicator"] == "right_residents") & (table["group"] == "all")].to_dict("records")
    known = {str(entry.get("name")): entry for entry in entries_of(run)}
    for row in rows:
        name = str(row["standard"])
        if name not in known or not abs(value_of(row, "change")) > 0:
            continue
        period = row["period"] if isinstance(row["period"], str) else ""
        words = {
            "scenario": texts.label(scenario.entry["name"]),
            "right": right_label(run, name, texts),
            "period": period_or_all(run, period, texts),
        }
        yield _changed(run, scenario, row, "lack", words, texts, str(known[name].get("service") or ""))


def _changed(
    run: Run, scenario: ScenarioRead, row: Row, key: str, words: dict[str, Any], texts: Texts, service: str
) -> Statement:
    """Hold a change against 0: more, less, or withheld."""
    change = value_of(row, "change")
    indicator = str(row["indicator"])
    where = {name: str(row[name]) for name in ("service", "period", "standard") if isinstance(row[name], str)}
    base = run.numbers.one(indicator, group=str(row["group"]), **where) or _of_income_order(run, where)
    covered = covered_of(run, base) if base else 0.0
    known = {"low": value_of(row, "low"), "high": value_of(row, "high"), "covered_share": covered}
    above = claim_above(change, 0.0, **known)
    below = claim_below(change, 0.0, **known)
    claim = below if below.carried else above
    words |= {"change": change_words(row, texts), "numbers": before_after(row, texts)}
    state: State = "carried" if claim.carried else "withheld"
    reason = ""
    if claim.carried:
        said = texts(f"evidence.{key}_{'less' if below.carried else 'more'}", **words)
    elif claim.verdict is Verdict.NOT_QUANTIFIED:
        state, reason = "described", texts("claim.not_quantified")
        said = texts(f"evidence.{key}_change", **words)
    else:
        said, reason = texts(f"evidence.{key}_open", **words), _reason(claim.verdict, row, texts)
    found = {
        name: _plain(row[name])
        for name in ("indicator", "service", "period", "cutoff_min", "standard", "group")
    }
    return Statement(
        id="",
        chapter="scenario",
        state=state,
        said=texts.capital(elided(said, texts)),
        reason=reason,
        claim=claim,
        value=change_words(row, texts),
        range=interval_words(row, texts),
        covered=covered_words(base, covered, texts, str(row["group"])) if base else texts("no_data"),
        method=indicator,
        source=Source(
            "comparison/table.parquet",
            {"scenario": scenario.id, **{name: value for name, value in found.items() if value}},
        ),
        inputs=input_names(run, indicator, [service] if service else [], group=str(row["group"])),
        bands=(texts("evidence.other_residents"),) if "residents differ" in note_of(row) else (),
        files=("comparison/cells.parquet", *_file_of(scenario)),
    )


def _file_of(scenario: ScenarioRead) -> list[str]:
    """Return the file that describes the scenario, by its name in the bundle."""
    return [f"scenarios/{scenario.entry['file']}"] if scenario.entry.get("file") else []


def _of_income_order(run: Run, where: Mapping[str, str]) -> Number | None:
    """Return the number that says how many residents have a place in the order of incomes."""
    known = {name: value for name, value in where.items() if name != "standard"}
    return run.numbers.one(PALMA, group="all", **known)


def _reason(verdict: Verdict, row: Row, texts: Texts) -> str:
    if verdict is Verdict.NOT_DEFINED:
        return absence(row, texts)
    if verdict is Verdict.COVERAGE_TOO_LOW:
        return texts("evidence.covered_too_few")
    return interval_words(row, texts)


def _plain(value: object) -> str:
    """Write a value of a key as the table has it; empty where it does not apply."""
    if value is None or value != value:
        return ""
    try:
        return str(value) if isinstance(value, str) else str(int(str(value).partition(".")[0]))
    except ValueError:
        return ""
