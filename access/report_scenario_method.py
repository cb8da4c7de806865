"""Checks, method, limits and data of a comparison in words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from access.comparison_reader import ComparisonRead, ScenarioRead
from access.report_findings import service_label
from access.report_scenario_numbers import scenario_table
from access.report_section import Section, some
from access.report_tables import Table
from access.texts import Texts

METHOD = ("same", "numbers", "floor", "population", "places")
LIMITS = ("crowding", "fares", "ridership", "layover", "reliability", "moving")
_TOTAL = "total of "


def checks_section(scenario: ScenarioRead, texts: Texts) -> Section:
    """Every self-check with its outcome."""
    checks = scenario.entry.get("checks") or []
    if not checks:
        return Section("checks", absent=texts("scenario.no_checks"))
    rows = [
        (
            _check_name(scenario, str(check["name"]), texts),
            texts(f"scenario.checks_{str(check['state']).replace(' ', '_')}"),
            texts.capital(texts.label(check.get("text"))),
        )
        for check in checks
    ]
    keys = ("check", "check_state", "check_text")
    table = scenario_table(texts, texts("scenario.checks_caption"), keys, rows, word_columns=(1, 2))
    return Section("checks", (), some(table), (texts("scenario.checks_note"),))


def _check_name(scenario: ScenarioRead, name: str, texts: Texts) -> str:
    if not name.startswith(_TOTAL):
        key = f"scenario.check.{name.replace(' ', '_')}"
        return texts(key) if texts.has(key) else name
    what = name.removeprefix(_TOTAL)
    if what == "population":
        return texts("scenario.check.residents")
    return texts("scenario.check.opportunities", service=service_label(scenario.run, what, texts))


def method_lines(comparison: ComparisonRead, texts: Texts) -> list[str]:
    """How the comparison is made; what noise means where it is known, or that it is not."""
    quantified = all(scenario.quantified for scenario in comparison.scenarios)
    keys = [key for key in METHOD if quantified or key not in ("numbers", "floor")]
    if not quantified:
        keys.insert(1, "not_quantified")
    return [texts(f"scenario.method.{key}") for key in keys]


def limit_lines(texts: Texts) -> list[str]:
    """What the comparison does not know."""
    return [texts(f"scenario.limits.{key}") for key in LIMITS]


def base_line(base: Mapping[str, Any], texts: Texts) -> str:
    """Which run is the base, by the name of its folder (not the path on this machine) and its hash."""
    if not base.get("folder"):
        return texts("scenario.base_without_folder")
    return texts("scenario.base_of", folder=Path(base["folder"]).name, sha256=base.get("manifest_sha256"))


def seconds_table(scenario: ScenarioRead, texts: Texts) -> Table | None:
    """Seconds by step of a scenario."""
    seconds = scenario.entry.get("seconds") or {}
    rows = [(_step(str(step), texts), texts.number(float(took), 2)) for step, took in seconds.items()]
    caption = texts("scenario.seconds_caption", scenario=texts.label(scenario.entry["name"]))
    made = scenario_table(texts, caption, ("step", "seconds"), rows)
    unknown = tuple(place for place, step in enumerate(seconds) if not texts.has(_step_key(str(step))))
    return made._replace(english_rows=unknown) if made else None


def _step(step: str, texts: Texts) -> str:
    """Name of a step of the computation; one that no text knows is named as in the program."""
    return texts(_step_key(step)) if texts.has(_step_key(step)) else step


def _step_key(step: str) -> str:
    return f"scenario.step.{step.replace(' ', '_')}"


def data_tables(comparison: ComparisonRead, inputs: Table, texts: Texts) -> tuple[Table, ...]:
    """Input files of the base, and seconds of each scenario."""
    return some(inputs, *(seconds_table(scenario, texts) for scenario in comparison.scenarios))
