"""Accessibility: travel times, measures and gaps, from streets, timetables and census data.

The names for Python users (``docs/python-api.md``) are imported at their first use, so that ``import access``
stays light. Measures and indices of tables carry the names and the order of arguments of the R package
accessibility (Pereira and Herszenhut, IPEA).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from access._version import __version__

if TYPE_CHECKING:
    from access.comparison import compare
    from access.competition_iterated_tables import competitive_access
    from access.competition_tables import floating_catchment_area, spatial_availability
    from access.decay import (
        decay_binary,
        decay_exponential,
        decay_gaussian,
        decay_half_life,
        decay_linear,
        decay_linear_r5,
        decay_logistic,
        decay_power,
        decay_stepped,
    )
    from access.departure_shares import share_within
    from access.equity_tables import concentration_index, fgt_poverty, gini_index, palma_ratio
    from access.equity_theil_tables import theil_t
    from access.itinerary_table import detailed_itineraries
    from access.matrix import TravelTimes, travel_time_array, travel_time_matrix
    from access.measures_costs import balancing_cost, cost_to_closest
    from access.measures_cumulative import cumulative_cutoff, cumulative_interval
    from access.measures_gravity import gravity
    from access.opportunity_access import access_clock, accessibility, time_to_nth_closest
    from access.scenario import Scenario
    from access.scenario_file import load_scenario
    from access.transport_network import TransportNetwork
    from access.unreached import unreached_reason
    from access.warm_run import load_run

_MODULE_OF = {
    "Scenario": "access.scenario",
    "TransportNetwork": "access.transport_network",
    "TravelTimes": "access.matrix",
    "access_clock": "access.opportunity_access",
    "accessibility": "access.opportunity_access",
    "balancing_cost": "access.measures_costs",
    "compare": "access.comparison",
    "competitive_access": "access.competition_iterated_tables",
    "concentration_index": "access.equity_tables",
    "cost_to_closest": "access.measures_costs",
    "cumulative_cutoff": "access.measures_cumulative",
    "cumulative_interval": "access.measures_cumulative",
    "decay_binary": "access.decay",
    "decay_exponential": "access.decay",
    "decay_gaussian": "access.decay",
    "decay_half_life": "access.decay",
    "decay_linear": "access.decay",
    "decay_linear_r5": "access.decay",
    "decay_logistic": "access.decay",
    "decay_power": "access.decay",
    "decay_stepped": "access.decay",
    "detailed_itineraries": "access.itinerary_table",
    "fgt_poverty": "access.equity_tables",
    "floating_catchment_area": "access.competition_tables",
    "gini_index": "access.equity_tables",
    "gravity": "access.measures_gravity",
    "load_run": "access.warm_run",
    "load_scenario": "access.scenario_file",
    "palma_ratio": "access.equity_tables",
    "share_within": "access.departure_shares",
    "spatial_availability": "access.competition_tables",
    "theil_t": "access.equity_theil_tables",
    "time_to_nth_closest": "access.opportunity_access",
    "travel_time_array": "access.matrix",
    "travel_time_matrix": "access.matrix",
    "unreached_reason": "access.unreached",
}

__all__ = [
    "Scenario",
    "TransportNetwork",
    "TravelTimes",
    "__version__",
    "access_clock",
    "accessibility",
    "balancing_cost",
    "compare",
    "competitive_access",
    "concentration_index",
    "cost_to_closest",
    "cumulative_cutoff",
    "cumulative_interval",
    "decay_binary",
    "decay_exponential",
    "decay_gaussian",
    "decay_half_life",
    "decay_linear",
    "decay_linear_r5",
    "decay_logistic",
    "decay_power",
    "decay_stepped",
    "detailed_itineraries",
    "fgt_poverty",
    "floating_catchment_area",
    "gini_index",
    "gravity",
    "load_run",
    "load_scenario",
    "palma_ratio",
    "share_within",
    "spatial_availability",
    "theil_t",
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
