"""R5 for a run: the inputs, periods and limits of a configuration handed to ``access.r5``.

R5 reads the raw files - the same OpenStreetMap extract and the same feeds - with its own rules for what may
be walked, how blank stop times are filled and how stops join the streets; cells lie where ours do.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from access.config import RunConfig
from access.config_file import LoadedConfig
from access.errors import AccessError, DataQualityWarning
from access.r5 import R5Network, R5Times, build_network, r5_travel_times
from access.r5_java import R5Installation, require_r5
from access.r5_mapping import R5Limits, R5Window, differences
from access.r5_start import start_r5
from access.stage_inputs import Inputs
from access.stage_timetable import PeriodPlan


def r5_problems(config: RunConfig) -> list[str]:
    """List what a configuration asks that R5 cannot do, each naming its key."""
    problems = []
    if config.streets.osm_pbf is None:
        problems.append("streets: R5 reads streets.osm_pbf only; give an extract, or use engine fairreach")
    problems += [
        f"periods.{period.name}: arrival_start is not known to R5; give departure_start, or take engine "
        "fairreach"
        for period in config.periods
        if period.arrive_by
    ]
    if 100 in config.travel.percentiles:
        problems.append("travel: percentile 100 is not known to R5; take 99 at most, or use engine fairreach")
    return problems


def find_r5(loaded: LoadedConfig) -> R5Installation:
    """Check that R5 can be used for a configuration, before anything is read.

    Raises
    ------
    AccessError
        With all that R5 cannot do for it; or R5Missing.
    """
    problems = r5_problems(loaded.config)
    if problems:
        raise AccessError(
            f"{loaded.file}: R5 cannot run this:" + "".join(f"\n  - {text}" for text in problems)
        )
    return require_r5(loaded.config.r5.settings())


def load_r5(installation: R5Installation, loaded: LoadedConfig) -> R5Network:
    """Start R5 and let it read the streets and feeds of a configuration.

    Raises
    ------
    AccessError
        If R5 does not start or cannot read them.
    """
    config = loaded.config
    feeds = [loaded.path(feed.file) for feed in config.schedule.feeds]
    return build_network(start_r5(installation), loaded.path(config.streets.osm_pbf or ""), feeds)


def r5_period_times(
    network: R5Network,
    inputs: Inputs,
    plan: PeriodPlan,
    *,
    origins: npt.NDArray[np.int64] | None = None,
    usable: npt.NDArray[np.bool_] | None = None,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> R5Times:
    """Compute one period of a run: all percentiles of the configuration, from and to its cells.

    Warns
    -----
    DataQualityWarning
        With what R5 does otherwise than the configuration asks.
    """
    config = inputs.loaded.config
    told = period_differences(config, plan)
    if told:
        warnings.warn(f"{plan.config.name}: " + "; ".join(told), DataQualityWarning, stacklevel=2)
    return r5_travel_times(
        network,
        lon=inputs.cells.points.lon,
        lat=inputs.cells.points.lat,
        window=_window(plan),
        percentiles=config.travel.percentiles,
        limits=_limits(config),
        origins=origins,
        usable=usable,
        max_snap_m=config.streets.max_snap_m,
        threads=threads,
        progress=progress,
    )


def period_differences(config: RunConfig, plan: PeriodPlan) -> list[str]:
    """Say what R5 does otherwise than a configuration asks in one period."""
    return differences(
        _window(plan),
        _limits(config),
        boarding_slack_s=config.travel.boarding_slack_s,
        max_transfer_walk_min=config.travel.max_transfer_walk_min,
        max_snap_m=config.streets.max_snap_m,
    )


def _window(plan: PeriodPlan) -> R5Window:
    return R5Window(plan.service_date, plan.config.start_s, plan.config.departure_window_min)


def _limits(config: RunConfig) -> R5Limits:
    travel = config.travel
    return R5Limits(
        walk_speed_km_h=travel.walk_speed_km_h,
        max_walk_min=travel.max_walk_min,
        max_duration_min=travel.max_duration_min,
        max_rides=travel.max_rides,
        monte_carlo_draws=config.r5.monte_carlo_draws,
    )
