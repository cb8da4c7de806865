"""Part of a run: the standards of supply on the weekday that the rights and the headline look at."""

from __future__ import annotations

import numpy as np

from access.batches import rows_of
from access.run_network import RunNetwork
from access.stage_measures import Measures
from access.stage_part import StagePart
from access.stage_timetable import PeriodPlan
from access.supply_standards import supply_standards

WEEKDAYS = ("weekday_peak", "weekday_midday", "weekday_evening", "weekday_night")


def supply_evidence(network: RunNetwork, measures: Measures) -> StagePart:
    """Measure SDG 11.2.1, the EU departures typology, people near frequent transit and PTAL."""
    inputs = network.inputs
    config = inputs.loaded.config
    plan = weekday_plan(network)
    if plan is None:
        return StagePart(manifest={"supply": {"service_date": None, "notes": [], "no_data": {}}})
    rows = np.asarray(measures.study_rows, dtype=np.int64)
    found = supply_standards(
        inputs.timetables.schedules[plan.service_date],
        rows_of(network.stops.access, rows),
        walk_speed_km_h=config.travel.walk_speed_km_h,
        max_walk_min=config.travel.max_walk_min,
        residents=measures.people.groups(),
        snapped=measures.people.snapped,
        whole_timetable={feed.name: feed.whole_timetable for feed in config.schedule.feeds},
    )
    record = {
        "service_date": str(plan.service_date),
        "notes": found.notes,
        "no_data": {name: reason._asdict() for name, reason in found.no_data.items()},
    }
    return StagePart([dict(row) for row in found.rows], dict(found.columns), manifest={"supply": record})


def weekday_plan(network: RunNetwork) -> PeriodPlan | None:
    """Return the period whose service day the standards look at: a weekday's, else the headline's."""
    plans = [plan for plan in network.inputs.timetables.plans if plan.has_data]
    for kind in WEEKDAYS:
        for plan in plans:
            if plan.config.kind == kind:
                return plan
    headline = network.inputs.loaded.config.measures.headline.period
    return next((plan for plan in plans if plan.config.name == headline), plans[0] if plans else None)
