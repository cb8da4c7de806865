"""Accessibility: travel times, measures and gaps, from streets, timetables and census data.

The names for Python users (``docs/python-api.md``) are imported at their first use, so that
``import access`` stays light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from access._version import __version__

if TYPE_CHECKING:
    from access.departure_shares import share_within
    from access.itinerary_table import detailed_itineraries
    from access.matrix import TravelTimes, travel_time_array, travel_time_matrix
    from access.opportunity_access import access_clock, accessibility, time_to_nth_closest
    from access.transport_network import TransportNetwork
    from access.unreached import unreached_reason

_MODULE_OF = {
    "TransportNetwork": "access.transport_network",
    "TravelTimes": "access.matrix",
    "access_clock": "access.opportunity_access",
    "accessibility": "access.opportunity_access",
    "detailed_itineraries": "access.itinerary_table",
    "share_within": "access.departure_shares",
    "time_to_nth_closest": "access.opportunity_access",
    "travel_time_array": "access.matrix",
    "travel_time_matrix": "access.matrix",
    "unreached_reason": "access.unreached",
}

__all__ = [
    "TransportNetwork",
    "TravelTimes",
    "__version__",
    "access_clock",
    "accessibility",
    "detailed_itineraries",
    "share_within",
    "time_to_nth_closest",
    "travel_time_array",
    "travel_time_matrix",
    "unreached_reason",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
