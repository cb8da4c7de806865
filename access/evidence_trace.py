"""How a number was made, backwards: from its row to its formula, to travel times and to the input files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from access.report_data import Run

#: Indicators that no travel time goes into, and those that no timetable does.
_WITHOUT_TRAVEL = (
    "segregation_dissimilarity", "segregation_isolation", "segregation_exposure", "segregation_group_share",
    "segregation_information", "segregation_rank_order", "segregation_poverty_tail",
    "segregation_affluence_tail",
)  # fmt: skip
#: Indicators of stops and departures nearby.
_SUPPLY = ("sdg_", "near_", "eu_", "ptal_")
#: Indicators in which incomes rank the residents, whatever the group.
_OF_INCOMES = (
    "ratio_richest10_poorest40", "ratio_decile10_decile1", "difference_decile10_decile1",
    "concentration_index", "theil_between_share", "exclusion_zone", "zone_depth",
)  # fmt: skip
_RESIDENTS = ("people.", "population_grid.")
_TRAVEL = ("schedule.", "streets.")


def input_names(
    run: Run, indicator: str, services: Iterable[str] = (), *, group: str = "all", incomes: bool = False
) -> tuple[str, ...]:
    """Return the files of the manifest that a number was made from, in the manifest's order.

    Parameters
    ----------
    indicator : str
        Of the registry.
    services : iterable of str
        Services of the run that are counted, or of its catalogues of rights.
    group : str
        Group of residents; a tenth of incomes needs incomes.
    incomes : bool
        Whether incomes are needed anyway, as for a zone.
    """
    wanted = ["cells.", *_RESIDENTS]
    if not indicator.startswith(_WITHOUT_TRAVEL):
        wanted += _TRAVEL
    if indicator.startswith("segregation_"):
        wanted.append("income_brackets.")
    if incomes or indicator in _OF_INCOMES or group.startswith(("decile_", "poorest", "richest")):
        wanted += ["income.", "income_brackets."]
    for service in services:
        for name in services_of_run(run, service):
            wanted.append(f"opportunities.{name}.")
            if _is_of_streets(run, name):
                wanted += ["streets.", "services_file"]
    listed: list[Mapping[str, Any]] = run.manifest.get("inputs") or []
    return tuple(
        str(entry.get("file"))
        for entry in listed
        if any(str(key).startswith(start) for key in entry.get("keys") or [] for start in wanted)
    )


def services_of_run(run: Run, service: str) -> list[str]:
    """Return the services of the run that a name stands for: itself, or those of a catalogue's service."""
    named = run.option("rights", "services") or {}
    of_run = {str(entry["name"]) for entry in run.services}
    return [service] if service in of_run else [str(name) for name in named.get(service, [])]


def result_files(run: Run, period: str, indicator: str, standard: str = "") -> tuple[str, ...]:
    """Return the files of the run on the way from a row back to the inputs: cells, then travel times.

    ``standard`` is, of a ratio of modes, the mode that transit is held against.
    """
    modes = [str(mode["name"]) for mode in run.manifest.get("modes") or [] if mode.get("name")]
    known = [str(entry["name"]) for entry in run.periods if entry.get("state", "ok") == "ok"]
    kinds = {str(entry.get("kind")): str(entry["name"]) for entry in run.periods}
    name = kinds.get(period, period)
    files = ["rights.parquet"] if indicator.startswith(("right_", "basket_", "burden_", "exclusion_")) else []
    files.append("cells.parquet")
    if not indicator.startswith((*_WITHOUT_TRAVEL, *_SUPPLY)):
        files += [f"travel_times/{each}.parquet" for each in known if name in ("", each)]
        files += [
            f"travel_times/{each}.parquet"
            for each in modes
            if indicator == "modal_ratio" and each == standard
        ]
    return tuple(files)


def _is_of_streets(run: Run, service: str) -> bool:
    listed = (run.manifest.get("config") or {}).get("opportunities") or []
    return any(each.get("name") == service and each.get("kind") == "osm" for each in listed)
