"""Each standard of supply: its columns, rows and notes from what is given, or the reason why it has none."""

from __future__ import annotations

import numpy as np
import pandas as pd

from access.ptal import ptal_bands, ptal_index
from access.supply_standards_coverage import Reason, window_gap
from access.supply_standards_given import (
    EU,
    FREQUENT,
    PTAL,
    SDG,
    Column,
    Finding,
    Given,
    Row,
    constant_notes,
    mode_notes,
    residents_where,
    walks_too_short,
    weekday_gap,
    where_snapped,
)
from access.supply_standards_measures import (
    EU_CLASSES,
    eu_classes,
    eu_departures_per_h,
    frequent_departures_per_h,
    groups_of_routes,
    sdg_distances,
    sdg_met,
)
from access.supply_standards_rules import BUS_TRAM, HIGH_CAPACITY, LOW_CAPACITY, METRO_TRAIN
from gtfs.supply import DAY_END_S, departures_between


def sdg_11_2_1(given: Given) -> Finding | Reason:
    """Measure the share of residents near a stop that is served on the service day."""
    rules, schedule = given.rules.sdg, given.schedule
    silent = [
        name
        for name, leaves_s in given.departures.items()
        if not given.whole_timetable[name] and not (leaves_s < DAY_END_S).any()
    ]
    if silent:
        names, day = ", ".join(silent), schedule.service_date
        return Reason(f"{names}: nothing leaves on {day}", f"{names} : aucun départ le {day}")
    group = groups_of_routes(schedule.route_types, rules.modes)
    calls = departures_between(schedule.timetable, 0, DAY_END_S)
    needed_m = {LOW_CAPACITY: rules.low_capacity_m, HIGH_CAPACITY: rules.high_capacity_m}
    reason = walks_too_short(given.walks, needed_m, group[np.unique(calls.route)])
    if reason:
        return reason
    low_m, high_m = sdg_distances(calls, group, given.walks, schedule.timetable.n_stops)
    met = sdg_met(low_m, high_m, rules)
    notes = [*mode_notes(SDG, given, rules.modes), *constant_notes(SDG, rules)]
    window = given.rules.eu.window_start_s, given.rules.eu.window_end_s
    part = window_gap(given.departures, given.whole_timetable, *window)
    if part:
        notes.append(f"{SDG}: stops that are served at other times of the day only are missing ({part.en})")
    columns: dict[str, Column] = {
        f"{SDG}_low_capacity_m": where_snapped(low_m, given),
        f"{SDG}_high_capacity_m": where_snapped(high_m, given),
        f"{SDG}_met": pd.arrays.BooleanArray(met, ~given.snapped),
    }
    return Finding(columns, list(residents_where(SDG, SDG, met, given)), notes)


def eu_typology(given: Given) -> Finding | Reason:
    """Measure how many residents live in each class of the EU departures typology."""
    rules, schedule = given.rules.eu, given.schedule
    window = rules.window_start_s, rules.window_end_s
    group = groups_of_routes(schedule.route_types, rules.modes)
    calls = departures_between(schedule.timetable, *window)
    m_per_min = rules.walk_speed_km_h * 1000 / 60
    needed_m = {
        BUS_TRAM: rules.bus_tram_walk_min * m_per_min,
        METRO_TRAIN: rules.metro_train_walk_min * m_per_min,
    }
    reason = weekday_gap(given, *window) or walks_too_short(
        given.walks, needed_m, group[np.unique(calls.route)]
    )
    if reason:
        return reason
    bus_tram, metro_train = eu_departures_per_h(schedule.timetable, calls, group, given.walks, rules)
    classes = eu_classes(bus_tram, metro_train, rules)
    rows: list[Row] = []
    for name in EU_CLASSES:
        if name != "very high" or rules.very_high:
            label = f"{EU}:{name.replace(' ', '_')}"
            note = "this class is unverified" if name == "very high" else None
            rows.extend(residents_where("eu_typology", label, classes == name, given, note))
    classes[~given.snapped] = None
    columns: dict[str, Column] = {
        "eu_bus_tram_departures_per_h": where_snapped(np.nan_to_num(bus_tram), given),
        "eu_metro_train_departures_per_h": where_snapped(np.nan_to_num(metro_train), given),
        "eu_typology": classes,
    }
    return Finding(columns, rows, [*mode_notes(EU, given, rules.modes), *constant_notes(EU, rules)])


def near_frequent_transit(given: Given) -> Finding | Reason:
    """Measure the share of residents near a stop with frequent departures in the peak."""
    rules, timetable = given.rules.frequent, given.schedule.timetable
    window = rules.window_start_s, rules.window_end_s
    reason = weekday_gap(given, *window) or walks_too_short(given.walks, {FREQUENT: rules.walk_m}, [FREQUENT])
    if reason:
        return reason
    calls = departures_between(timetable, *window)
    per_h = frequent_departures_per_h(timetable, calls, given.directions, given.walks, rules)
    met = per_h >= rules.least_per_h
    columns: dict[str, Column] = {
        "frequent_transit_departures_per_h": where_snapped(per_h, given),
        "near_frequent_transit": pd.arrays.BooleanArray(met, ~given.snapped),
    }
    rows = list(residents_where("near_frequent_transit", FREQUENT, met, given))
    return Finding(columns, rows, list(constant_notes(FREQUENT, rules)))


def public_transport_level(given: Given) -> Finding | Reason:
    """Measure how many residents live in each band of the Public Transport Accessibility Level."""
    rules, schedule = given.rules.ptal, given.schedule
    window = rules.window_start_s, rules.window_end_s
    group = groups_of_routes(schedule.route_types, rules.modes)
    calls = departures_between(schedule.timetable, *window)
    needed_m = {"bus": rules.bus_walk_m, "rail": rules.rail_walk_m}
    reason = weekday_gap(given, *window) or walks_too_short(
        given.walks, needed_m, group[np.unique(calls.route)]
    )
    if reason:
        return reason
    types = schedule.route_types
    index = ptal_index(schedule.timetable, types, calls, given.directions, given.walks, rules)
    index = where_snapped(index, given)
    bands = ptal_bands(index, rules)
    rows: list[Row] = []
    for name in ("0", *(name for name, _ in rules.bands)):
        rows.extend(residents_where(PTAL, f"{PTAL}:{name}", bands == name, given, "bands are unverified"))
    notes = [*mode_notes(PTAL, given, rules.modes), *constant_notes(PTAL, rules)]
    columns: dict[str, Column] = {"ptal_index": index, "ptal_band": bands}
    return Finding(columns, rows, notes)
