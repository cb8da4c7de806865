"""The register as files: GeoParquet for programs, GeoPackage for maps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pyogrio

from access.exclusion import Register

ZONES_PARQUET = "zones.parquet"
UNSTABLE_PARQUET = "zones_not_stable.parquet"
RIGHTS_PARQUET = "zone_rights.parquet"
ZONES_PACKAGE = "zones.gpkg"
_DATE_OPTION = "OGR_CURRENT_DATE"
_FIXED_DATE = "2000-01-01T00:00:00.000Z"


def write_register(folder: Path, register: Register) -> list[Path]:
    """Write the register into a folder; a file is there whole or not at all.

    ``zones.parquet`` holds the register and nothing else, ``zones_not_stable.parquet`` what did not persist
    in enough draws, ``zone_rights.parquet`` one row a zone and right. ``zones.gpkg`` has all three as layers
    ``zones``, ``zones_not_stable`` and ``zone_rights``. All are written also when they hold no row. Equal
    registers give equal files, byte by byte.

    Returns
    -------
    list of Path
        The files written.
    """
    package = folder / ZONES_PACKAGE
    partial = folder / f"partial-{ZONES_PACKAGE}"  # GDAL wants the ending
    partial.unlink(missing_ok=True)
    try:
        with without_time_of_writing():
            for layer, zones in (("zones", register.zones), ("zones_not_stable", register.unstable)):
                _to_layer(zones, partial, layer)
            pyogrio.write_dataframe(register.rights, partial, layer="zone_rights", driver="GPKG", append=True)
        partial.replace(package)
    finally:
        partial.unlink(missing_ok=True)
    tables = {
        ZONES_PARQUET: register.zones,
        UNSTABLE_PARQUET: register.unstable,
        RIGHTS_PARQUET: register.rights,
    }
    for name, table in tables.items():
        partial = folder / f"partial-{name}"
        table.to_parquet(partial, compression="zstd", index=False)
        partial.replace(folder / name)
    return [folder / name for name in tables] + [package]


def _to_layer(zones: gpd.GeoDataFrame, file: Path, layer: str) -> None:
    pyogrio.write_dataframe(
        zones, file, layer=layer, driver="GPKG", geometry_type="MultiPolygon", append=file.exists()
    )


@contextmanager
def without_time_of_writing() -> Iterator[None]:
    """Let GDAL write a fixed date into the package instead of the hour."""
    before = pyogrio.get_gdal_config_option(_DATE_OPTION)
    pyogrio.set_gdal_config_options({_DATE_OPTION: _FIXED_DATE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({_DATE_OPTION: before})
