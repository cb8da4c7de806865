"""Stage of a run: what there is to reach, by cell."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from access.config_file import LoadedConfig
from access.errors import DataQualityWarning
from access.land_use import (
    Opportunities,
    opportunities_from_cells,
    opportunities_from_osm,
    opportunities_from_points,
    opportunities_from_polygons,
)
from access.place_sources import PlaceSources

Floats = npt.NDArray[np.float64]
NEGLIGIBLE_SHARE = 1e-9  # what rounding leaves of areas that touch


@dataclass(frozen=True)
class Services:
    """Opportunities of each service; None where there are no data."""

    found: Mapping[str, Opportunities | None]
    off_streets: Mapping[str, float] = field(default_factory=dict)  # taken out: nobody can walk there
    as_read: Mapping[str, Opportunities | None] | None = None  # before any was taken out

    def on_streets(self, snapped: npt.NDArray[np.bool_]) -> Services:
        """Take out the opportunities in cells that are not joined to the streets; warn of each service.

        "Not snapped" is not "out of reach": they would count in totals and be reached by nobody. A service
        with nothing left has no data.
        """
        found: dict[str, Opportunities | None] = {}
        off_streets: dict[str, float] = {}
        for name, places in self.found.items():
            found[name] = places
            lost = 0.0 if places is None else float(places.counts[~snapped].sum())
            if places is None or lost == 0:
                continue
            off_streets[name] = lost
            kept = replace(places, counts=places.counts.where(snapped, 0.0), inside=places.inside - lost)
            found[name] = kept if kept.counts.any() else None
            rest = "left out of its totals" if found[name] else "and no other is left: no data"
            _warn(f"{name}: {lost:,.0f} lie in cells that are not joined to the streets, {rest}")
        return Services(found, off_streets, as_read=self.found)

    def known(self) -> dict[str, Floats]:
        """Return the counts by cell of the services with data."""
        return _counts(self.found)

    def in_cells(self) -> dict[str, Floats]:
        """Return the counts by cell as read, also of cells that are not joined to the streets."""
        return _counts(self.as_read or self.found)

    def summary(self) -> dict[str, object]:
        """Counts for the INFO line of the stage."""
        counted: dict[str, object] = {
            name: round(places.inside) for name, places in self.found.items() if places is not None
        }
        absent = sum(places is None for places in self.found.values())
        return counted | ({"services without data": absent} if absent else {})


def _counts(found: Mapping[str, Opportunities | None]) -> dict[str, Floats]:
    return {
        name: places.counts.to_numpy(dtype=np.float64) for name, places in found.items() if places is not None
    }


def load_services(loaded: LoadedConfig, sources: PlaceSources, cell_ids: list[str]) -> Services:
    """Count the opportunities of every service by cell.

    Raises
    ------
    InputDataError
        If a file cannot be used, or holds no opportunities in the cells.
    """
    found: dict[str, Opportunities | None] = {}
    for wanted in loaded.config.opportunities:
        source = sources.opportunities[wanted.name]
        if wanted.kind == "osm" or source is None:
            places = opportunities_from_osm(wanted.name, source, cell_ids)
        elif wanted.kind == "cells":
            places = opportunities_from_cells(
                wanted.name,
                source,
                cell_ids,
                count_column=str(wanted.count_column),
                id_column=wanted.id_column,
            )
        elif wanted.kind == "polygons":
            places = opportunities_from_polygons(
                wanted.name, source, cell_ids, count_column=wanted.count_column
            )
        else:
            places = opportunities_from_points(
                wanted.name, source, cell_ids, count_column=wanted.count_column
            )
        found[wanted.name] = places
        if places is not None and places.outside > NEGLIGIBLE_SHARE * places.total:
            _warn(
                f"{wanted.name}: {places.outside:,.0f} of {places.total:,.0f} lie outside the cells and are "
                "reached by nobody here: access near the edge is understated"
            )
    return Services(found)


def _warn(text: str) -> None:
    warnings.warn(text, DataQualityWarning, stacklevel=3)
