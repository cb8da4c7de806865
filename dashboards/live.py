"""What the app asks of a run live: travel from one cell, the clock, other percentiles, places by name.

Each is made ready once for a run, in the background, and shared by all visitors. What cannot be answered is a
``RunError`` whose kind has words under ``run_problem.KIND``: ``no_network`` (the ready network is gone),
``getting_ready`` (ask again in a moment), ``no_percentile`` (the run did not keep it).
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Hashable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from access.errors import AccessError
from dashboards.live_background import GETTING_READY, Background
from dashboards.run_data import RunData, RunError

if TYPE_CHECKING:
    from access.live_reach import LiveCity
    from access.place_search import FoundPlace, PlaceIndex

logger = logging.getLogger(__name__)
Floats = npt.NDArray[np.float64]
AccessTable = dict[str, dict[int, Floats]]

NO_NETWORK, NO_PERCENTILE = "no_network", "no_percentile"
WAIT_S = 2.0
MOST_RUNS = 8
MOST_PERCENTILES = 24

_cities: Background[LiveCity] = Background(MOST_RUNS)
_access: Background[AccessTable] = Background(MOST_PERCENTILES)
_places: Background[PlaceIndex] = Background(MOST_RUNS)
_quick_places: Background[PlaceIndex] = Background(MOST_RUNS)


def prepare(data: RunData) -> None:
    """Make a run ready in the background; returns at once."""
    _cities.begin(_key(data), lambda: _city_of(data))
    _places.begin(_key(data), lambda: _index_of(data, streets=True))


def live_ready(data: RunData) -> bool:
    """Say whether ``live_city`` answers at once."""
    return _cities.is_ready(_key(data))


def live_problem(data: RunData) -> str:
    """Return why there is no live answer: ``no_network``, ``getting_ready``, or empty where there is one.

    The first call makes the run ready.
    """
    if live_ready(data):
        return ""
    prepare(data)
    return GETTING_READY if _cities.failure(_key(data)) is None else NO_NETWORK


def live_city(data: RunData) -> LiveCity:
    """Return the city of a run, ready for questions (``access.live_reach``).

    Raises
    ------
    RunError
        ``no_network`` if its ready network is gone, ``getting_ready`` if it takes longer than a moment.
    """
    try:
        return _cities.get(_key(data), lambda: _city_of(data), WAIT_S)
    except AccessError as error:
        raise RunError(NO_NETWORK, _without_folders(error, data)) from None
    except RunError:
        raise
    except Exception:
        logger.exception("%s: cannot be made ready", data.name)
        raise RunError(NO_NETWORK) from None


def percentiles_kept(data: RunData, period: str) -> list[float]:
    """Return the percentiles that can be shown of a period, ascending; that of the run's columns at least."""
    from access.percentile_access import percentiles_kept as kept_in_folder

    own = float(data.run.manifest.get("percentile") or 50)
    if period not in _periods(data):
        return [own]
    try:
        return sorted({own, *kept_in_folder(data.folder, period)})
    except AccessError:
        return [own]


def access_values(data: RunData, service: str, cutoff_min: int, period: str, percentile: float) -> Floats:
    """Count the opportunities within a cutoff at a percentile of travel time.

    Returns
    -------
    float64 array (n_cells,)
        In the order of the run's cells; NaN: no data, or the cell is off the streets (``Run.access``).

    Raises
    ------
    RunError
        ``no_percentile`` if the run did not keep it, ``getting_ready`` if reading it takes longer than a
        moment.
    """
    run = data.run
    own = float(run.manifest.get("percentile") or 50)
    if float(percentile) == own or not run.has_data(service, period) or period not in _periods(data):
        return run.access(service, cutoff_min, period)
    key = (_key(data), period, float(percentile))
    try:
        table = _access.get(key, lambda: _access_table(data, period, float(percentile)), WAIT_S)
    except AccessError as error:
        raise RunError(NO_PERCENTILE, _without_folders(error, data)) from None
    values = table.get(service, {}).get(cutoff_min)
    if values is None:
        return run.access(service, cutoff_min, period)
    return np.where(run.snapped(), values, np.nan)


def find_places(data: RunData, text: str, limit: int = 8) -> list[FoundPlace]:
    """Find places by an address-like text (``access.place_search``), the best first.

    Until the run's streets have been read (``places_ready``), neighbourhoods and stops only.

    Raises
    ------
    RunError
        ``getting_ready`` if even these take longer than a moment.
    """
    whole = _places.begin(_key(data), lambda: _index_of(data, streets=True))
    if whole.done() and whole.exception() is None:
        return whole.result().search(text, limit)
    quick = _quick_places.get(_key(data), lambda: _index_of(data, streets=False), WAIT_S)
    return quick.search(text, limit)


def places_ready(data: RunData) -> bool:
    """Say whether streets are among the places that can be found, where the run's file still has them."""
    return _places.is_ready(_key(data))


def _key(data: RunData) -> Hashable:
    return str(data.folder), str(data.run.manifest.get("created")), data.run.manifest.get("network_cache")


def _periods(data: RunData) -> set[str]:
    return {str(period["name"]) for period in data.run.manifest.get("periods") or []}


def _city_of(data: RunData) -> LiveCity:
    """Load the network, and ask once, so that the engine is compiled and the day prepared."""
    from access.live_reach import LiveCity  # numba, a second: not while the app starts

    city = LiveCity.of_run(data.folder, data.run.manifest)
    headline = data.run.headline.period
    period = headline if headline in city.days else next(iter(city.days), None)
    if period is not None:
        city.minutes_from(city.cell_ids[0], period, city.day_span[0])
        threading.Thread(target=_warm_journeys, args=(city, period), daemon=True).start()
    return city


def _warm_journeys(city: LiveCity, period: str) -> None:
    """Compile what journeys need, after the city has been handed out."""
    with contextlib.suppress(AccessError):
        city.journey(city.cell_ids[0], city.cell_ids[-1], period, city.day_span[0])


def _access_table(data: RunData, period: str, percentile: float) -> AccessTable:
    from access.percentile_access import access_at_percentile

    run = data.run
    cutoffs = [int(cutoff) for cutoff in run.manifest.get("cutoffs_min") or []]
    found = access_at_percentile(data.folder, run.manifest, run.cells, period, percentile, cutoffs)
    for by_cutoff in found.values():
        for values in by_cutoff.values():
            values.flags.writeable = False
    return found


def _index_of(data: RunData, *, streets: bool) -> PlaceIndex:
    from access.place_search import PlaceIndex

    return PlaceIndex.of_run(data.run.cells, data.run.manifest, streets=streets)


def _without_folders(error: Exception, data: RunData) -> str:
    """Keep folders of this machine out of what is shown."""
    text = str(error).replace(str(data.folder), "run")
    network = str(data.run.manifest.get("network_cache") or "")
    return text.replace(network, "network") if network else text
