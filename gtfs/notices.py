"""What the canonical validator's notices mean to a planner, and which of them can change a travel time.

Codes are those of the canonical GTFS validator's rules. A code without a line here keeps the validator's own
summary and is taken not to change travel times.
"""

from __future__ import annotations

TIMETABLE_FILES = frozenset(
    f"{table}.txt"
    for table in (
        "stops",
        "trips",
        "stop_times",
        "calendar",
        "calendar_dates",
        "frequencies",
        "transfers",
        "pathways",
    )
)
"""Files that travel times are computed from."""

CHANGES_TRAVEL_TIMES = {
    "bidirectional_exit_gate": "An exit gate is said to go both ways; it is taken to lead out only.",
    "block_trips_with_overlapping_stop_times": (
        "One vehicle is on two trips at once; staying on board between them cannot be trusted."
    ),
    "decreasing_or_equal_stop_time_distance": (
        "Distances along a trip do not rise; blank times of such trips are filled by straight-line distance."
    ),
    "duplicate_trip": "The same trip is listed twice; headways look shorter than they are.",
    "expired_calendar": "Services ended before the service date; their trips do not count.",
    "fast_travel_between_consecutive_stops": (
        "A vehicle would have to drive implausibly fast between two stops: a time or a place is "
        "wrong, and journeys look quicker than they are."
    ),
    "fast_travel_between_far_stops": (
        "A vehicle would have to drive implausibly fast over a long distance: a time or a place is "
        "wrong, and journeys look quicker than they are."
    ),
    "feed_expiration_date7_days": "The feed ends within a week of the service date.",
    "future_calendar": "All services start after the service date.",
    "future_feed": "The feed starts after the service date.",
    "headway_too_large": "A headway is longer than an hour: the assumed departure minute matters much.",
    "location_with_unexpected_stop_time": (
        "A trip calls at a place that is no stop (a station or an entrance)."
    ),
    "missing_calendar_and_calendar_date_files": "Nothing says on which days trips run.",
    "missing_stop_times_record": "A trip has a single visit and is left out.",
    "missing_trip_edge": "A trip has no time at its first or last stop.",
    "overlapping_frequency": "Two headway periods of a trip overlap: its vehicles are counted twice.",
    "pathway_dangling_generic_node": "A way inside a station ends at a place that leads nowhere.",
    "pathway_loop": "A way inside a station leads from a place to itself; it is left out.",
    "pathway_to_platform_with_boarding_areas": (
        "A way inside a station leads to a platform instead of its boarding areas; both are one place here."
    ),
    "pathway_to_stop_with_access_outside_of_station_pathways": (
        "A way inside a station leads to a stop that is said to be reached from the street; it is."
    ),
    "pathway_to_wrong_location_type": "A way inside a station leads to the station itself.",
    "pathway_unreachable_location": (
        "A place inside a station cannot be reached from any entrance, or no entrance from it: nobody can "
        "board or alight there."
    ),
    "point_near_origin": "A stop lies at 0 degrees north and east: nobody can walk to it.",
    "point_near_pole": "A stop lies at a pole: nobody can walk to it.",
    "service_has_no_active_day_of_the_week": "A service runs on no day of the week.",
    "service_never_active": "A service never runs; its trips do not count.",
    "start_and_end_range_equal": "A period or a stop ends when it starts.",
    "start_and_end_range_out_of_order": "A period, or the time at a stop, ends before it starts.",
    "stop_time_timepoint_without_times": "A stop marked as timed has no time; it is filled by distance.",
    "stop_time_with_arrival_before_previous_departure_time": "A trip travels back in time between two stops.",
    "stop_time_with_only_arrival_or_departure_time": (
        "Only the arrival or the departure is given; it is taken for both."
    ),
    "stop_without_location": "A stop has no coordinates: nobody can walk to it.",
    "too_many_days_without_service": "The feed has two weeks or more without any service.",
    "transfer_distance_too_large": "A transfer leads to a stop more than 10 km away.",
    "transfer_with_invalid_stop_location_type": "A transfer names a place that is neither stop nor station.",
    "transfer_with_invalid_trip_and_route": (
        "A transfer names a trip and another trip's route; the trip counts."
    ),
    "transfer_with_suspicious_mid_trip_in_seat": (
        "A seat is said to be kept in the middle of a trip; the trips are joined end to start."
    ),
    "transfer_with_invalid_trip_and_stop": "A transfer names a stop its trip does not serve.",
    "trip_coverage_not_active_for_next7_days": "Most trips do not run in the week after the service date.",
    "unusable_trip": "A trip has fewer than two stops and is left out.",
    "unused_trip": "A trip has no stop times and is left out.",
}
"""Code -> meaning, whatever the file."""

CHANGES_TRAVEL_TIMES_IN_TIMETABLE_FILES = {
    "csv_parsing_failed": "A table could not be parsed.",
    "duplicate_key": "Two rows describe the same thing; which one holds is not defined.",
    "duplicated_column": "A column appears twice.",
    "empty_file": "A table is empty.",
    "foreign_key_violation": "A row names something that does not exist in the table it refers to.",
    "invalid_date": "Text stands where a date belongs.",
    "invalid_float": "Text stands where a number belongs.",
    "invalid_integer": "Text stands where a whole number belongs.",
    "invalid_row_length": "A row has too few or too many cells.",
    "invalid_time": "Text stands where a clock time belongs.",
    "missing_required_column": "A column that must be there is missing.",
    "missing_required_field": "A cell that must be filled is blank.",
    "missing_required_file": "A table that must be there is missing.",
    "number_out_of_range": "A number is outside what is allowed.",
    "unexpected_enum_value": "A code has a value GTFS does not define.",
}
"""Code -> meaning; changes travel times only in ``TIMETABLE_FILES``."""

OTHER_MEANINGS = {
    "invalid_color": "A route colour is not six hexadecimal digits; maps may show another colour.",
    "missing_recommended_file": "A file that GTFS recommends is missing.",
    "mixed_case_recommended_field": "Names are written in capitals only.",
    "service_window_outside_feed_period": "A service runs outside the period the feed states for itself.",
    "stop_too_far_from_shape": (
        "A stop lies far from the drawn line of its trip; the drawing is not used here."
    ),
    "stops_match_shape_out_of_order": (
        "The drawn line of a trip passes its stops in another order; the drawing is not used here."
    ),
    "unknown_column": "A column is not part of GTFS; it is ignored.",
    "unknown_file": "A file is not part of GTFS; it is ignored.",
}


def meaning_of(code: str, file: str | None, summary: str) -> tuple[str, bool]:
    """Meaning of a notice in words, and whether it can change a travel time.

    Parameters
    ----------
    code, file : of the notice; ``file`` is None where the notice names none.
    summary : the validator's own words, used for a code without a line here.
    """
    if code in CHANGES_TRAVEL_TIMES:
        return CHANGES_TRAVEL_TIMES[code], True
    if code in CHANGES_TRAVEL_TIMES_IN_TIMETABLE_FILES:
        return CHANGES_TRAVEL_TIMES_IN_TIMETABLE_FILES[code], file in TIMETABLE_FILES
    return OTHER_MEANINGS.get(code, summary), False
