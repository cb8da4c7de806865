"""What single sections cannot see: contradictions between them, and the files they name."""

from __future__ import annotations

from collections.abc import Iterator

from access.config import RunConfig
from access.config_rights import rights_problems

LAST_ARRIVAL_MIN = 48 * 60
RESERVED_COLUMNS = frozenset(
    {
        "id",
        "geometry",
        "population",
        "households",
        "income",
        "income_share_covered",
        "income_decile",
        "zone",
        "lon",
        "lat",
        "placed_at",
        "snap",
        "snap_m",
    }
)


def cross_check(config: RunConfig) -> list[str]:
    """List contradictions between sections, each naming its key, what came and what is allowed."""
    return [
        *_repeated_names(config),
        *_column_problems(config),
        *_clock_problems(config),
        *_cutoff_problems(config),
        *_headline_problems(config),
        *_sufficiency_problems(config),
        *_source_problems(config),
        *_evidence_problems(config),
    ]


def _repeated_names(config: RunConfig) -> Iterator[str]:
    named = {
        "opportunities": [opportunity.name for opportunity in config.opportunities],
        "periods": [period.name for period in config.periods],
        "modes": [mode.name for mode in config.modes],
        "comparisons": [asked.name for asked in config.comparisons],
        "measures.sufficiency": [line.name for line in config.measures.sufficiency],
    }
    for key, names in named.items():
        for repeated in sorted({name for name in names if names.count(name) > 1}):
            yield f"{key}: the name {repeated!r} is used more than once"
    for shared in sorted({*named["periods"]} & {*named["modes"]}):
        yield f"modes: the name {shared!r} is that of a period; files of travel times are named so"


def _column_problems(config: RunConfig) -> Iterator[str]:
    """Names of groups become columns of the cells: they must not take the place of another."""
    services = [opportunity.name for opportunity in config.opportunities]
    made = {f"n_{service}" for service in services}
    made |= {
        f"{service}_in_{cutoff}min_{period.name}"
        for service in services
        for cutoff in config.measures.cutoffs_min
        for period in config.periods
    }
    made |= {f"nearest_{service}_min_{period.name}" for service in services for period in config.periods}
    made |= {
        f"below_{line.name}_{period.name}"
        for line in config.measures.sufficiency
        for period in config.periods
    }
    for group in config.people.groups:
        if group in RESERVED_COLUMNS or group in made:
            yield f"people.groups.{group}: is the name of a column of the results; choose another name"


def _clock_problems(config: RunConfig) -> Iterator[str]:
    for period in config.periods:
        start_s, _ = period.travel_s(config.travel.max_duration_min)
        if start_s < 0:
            yield (
                f"periods.{period.name}: to be there by {period.start}, the longest travel would begin "
                "on the day before; name that day as service_date and add 24 hours, or shorten "
                "travel.max_duration_min"
            )
        longest_min = 0 if period.arrive_by else config.travel.max_duration_min
        end_min = period.end_s // 60 + longest_min
        if end_min > LAST_ARRIVAL_MIN:
            yield (
                f"periods.{period.name}: the last travel would end at {end_min // 60}:{end_min % 60:02d}, "
                "after 48:00; start earlier, or shorten departure_window_min or travel.max_duration_min"
            )


def _cutoff_problems(config: RunConfig) -> Iterator[str]:
    longest = config.travel.max_duration_min
    cutoffs = config.measures.cutoffs_min
    for repeated in sorted({cutoff for cutoff in cutoffs if cutoffs.count(cutoff) > 1}):
        yield f"measures.cutoffs_min: {repeated} stands more than once"
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


def _comparison_problems(config: RunConfig) -> Iterator[str]:
    groups = ["all", *config.people.groups]
    if config.income:
        groups[1:1] = [f"decile_{n}" for n in range(1, 11)]
    for asked in config.comparisons:
        for key, group in (("group", asked.group), ("other", asked.other)):
            if group not in groups:
                yield f"comparisons.{asked.name}.{key}: {group!r} is none of {groups}"
        if asked.right and config.rights is None:
            yield f"comparisons.{asked.name}.right: there is no section `rights`; add it, or leave this out"


def _evidence_problems(config: RunConfig) -> Iterator[str]:
    yield from _comparison_problems(config)
    if config.rights:
        services = [opportunity.name for opportunity in config.opportunities]
        yield from rights_problems(config.rights, services, config.people.groups)
    kinds = [period.kind for period in config.periods if period.kind]
    for repeated in sorted({kind for kind in kinds if kinds.count(kind) > 1}):
        yield f"periods: the kind {repeated!r} stands twice; rights must know which period to look at"
    uncertainty = config.uncertainty
    if uncertainty and uncertainty.income and config.income is None:
        yield "uncertainty.income: there is no section `income`; add it, or leave this out"
    if config.sensitivity.h3_resolutions and config.cells.cover == "table":
        yield "sensitivity.h3_resolutions: cells.cover: table lists cells of one size; leave this out"
    if config.travel.engine == "r5":
        wanted = {
            "uncertainty.travel_realisations": uncertainty and uncertainty.travel_realisations,
            "sensitivity.walk_speeds_km_h": config.sensitivity.walk_speeds_km_h,
            "sensitivity.service_dates": config.sensitivity.service_dates,
            "sensitivity.h3_resolutions": config.sensitivity.h3_resolutions,
        }
        for key in (key for key, value in wanted.items() if value):
            yield f"{key}: only fairreach's own engine computes travel times again; leave it out with r5"


def input_files(config: RunConfig) -> dict[str, str]:
    """Return every local input file of a run: key in the configuration -> file as written there."""
    files = {f"schedule.feeds.{i}.file": feed.file for i, feed in enumerate(config.schedule.feeds)}
    optional = {
        "streets.osm_pbf": config.streets.osm_pbf,
        "streets.graphml": config.streets.graphml,
        "streets.boundary": config.streets.boundary,
        "cells.file": config.cells.file,
        "people.file": config.people.file,
        "cells.study_area": config.cells.study_area,
        "income_brackets.file": config.income_brackets and config.income_brackets.file,
        "population_grid.file": config.population_grid and config.population_grid.file,
        "income.file": config.income and config.income.file,
        "zones.file": config.zones and config.zones.file,
        "services_file": config.services_file,
    }
    files |= {key: value for key, value in optional.items() if value}
    return files | {f"opportunities.{o.name}.file": o.file for o in config.opportunities if o.file}
