"""What single sections cannot see: contradictions between them, and the files they name."""

from __future__ import annotations

from collections.abc import Iterator

from access.config import RunConfig


def cross_check(config: RunConfig) -> list[str]:
    """List contradictions between sections, each naming its key, what came and what is allowed."""
    return [
        *_repeated_names(config),
        *_cutoff_problems(config),
        *_headline_problems(config),
        *_sufficiency_problems(config),
        *_source_problems(config),
    ]


def _repeated_names(config: RunConfig) -> Iterator[str]:
    named = {
        "opportunities": [opportunity.name for opportunity in config.opportunities],
        "periods": [period.name for period in config.periods],
        "measures.sufficiency": [line.name for line in config.measures.sufficiency],
    }
    for key, names in named.items():
        for repeated in sorted({name for name in names if names.count(name) > 1}):
            yield f"{key}: the name {repeated!r} is used more than once"


def _cutoff_problems(config: RunConfig) -> Iterator[str]:
    longest = config.travel.max_duration_min
    for cutoff in config.measures.cutoffs_min:
        if not 1 <= cutoff <= longest:
            yield (
                f"measures.cutoffs_min: {cutoff} must lie from 1 to travel.max_duration_min ({longest}); "
                "raise that or drop the cutoff"
            )


def _headline_problems(config: RunConfig) -> Iterator[str]:
    headline = config.measures.headline
    allowed: dict[str, tuple[str | int, list[str] | list[int]]] = {
        "service": (headline.service, [opportunity.name for opportunity in config.opportunities]),
        "period": (headline.period, [period.name for period in config.periods]),
        "cutoff_min": (headline.cutoff_min, config.measures.cutoffs_min),
    }
    for key, (came, known) in allowed.items():
        if came not in known:
            yield f"measures.headline.{key}: {came!r} is none of {known}"


def _sufficiency_problems(config: RunConfig) -> Iterator[str]:
    services = [opportunity.name for opportunity in config.opportunities]
    longest = config.travel.max_duration_min
    for line in config.measures.sufficiency:
        if line.service not in services:
            yield f"measures.sufficiency {line.name}: service {line.service!r} is none of {services}"
        if line.within_min > longest:
            yield (
                f"measures.sufficiency {line.name}: within_min {line.within_min} exceeds "
                f"travel.max_duration_min ({longest})"
            )


def _source_problems(config: RunConfig) -> Iterator[str]:
    if config.streets.osm_pbf is None and any(o.kind == "osm" for o in config.opportunities):
        yield "opportunities: kind osm reads streets.osm_pbf, which is not given"
    zones_only = config.people.kind == "polygons" and config.population_grid is None
    if config.cells.cover == "population" and zones_only:
        yield "cells.cover: population needs people as points or cells, or a population_grid"


def input_files(config: RunConfig) -> dict[str, str]:
    """Return every local input file of a run: key in the configuration -> file as written there."""
    files = {f"schedule.feeds.{i}.file": feed.file for i, feed in enumerate(config.schedule.feeds)}
    optional = {
        "streets.osm_pbf": config.streets.osm_pbf,
        "streets.graphml": config.streets.graphml,
        "streets.boundary": config.streets.boundary,
        "cells.file": config.cells.file,
        "people.file": config.people.file,
        "population_grid.file": config.population_grid and config.population_grid.file,
        "income.file": config.income and config.income.file,
        "zones.file": config.zones and config.zones.file,
        "services_file": config.services_file,
    }
    files |= {key: value for key, value in optional.items() if value}
    return files | {f"opportunities.{o.name}.file": o.file for o in config.opportunities if o.file}
