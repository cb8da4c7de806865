"""A feed of one line, for tests of what follows feeds over time."""

from __future__ import annotations

from builders_gtfs import GtfsBuilder


def one_line(hours: range = range(6, 22), end: str = "20241231") -> GtfsBuilder:
    """Line 10 from A to B, once an hour every day of 2024."""
    builder = GtfsBuilder()
    builder.service("daily", end=end)
    for hour in hours:
        builder.trip(f"t{hour}", [("A", f"{hour:02}:00:00"), ("B", f"{hour:02}:30:00")], route="10")
    return builder
