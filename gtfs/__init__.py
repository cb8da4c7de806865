"""Timetables: reading, checking and unfolding GTFS feeds into arrays."""
