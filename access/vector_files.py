"""Reading tables, points and zones from CSV or any vector file: the door where input is checked.

All readers return new frames whose named number columns are float64 (NaN where the file has nothing) and
whose coordinates are WGS84 longitude and latitude. Everything found wrong with one file is collected and
raised once as ``InputDataError``; what is only missing is kept as missing.

Rules for numbers (counts, capacities, incomes, weights): finite and not negative; an empty field, ``NA`` and
``nan`` mean "missing", any other text is refused, also a decimal comma. CSV files are UTF-8 (a byte order
mark is fine), separated by comma, semicolon or tab; all other columns are read as text, so that a code such
as ``0123`` stays as it is.
"""

from __future__ import annotations

import csv
import difflib
import warnings
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from access.errors import DataQualityWarning, InputDataError
from access.zones import checked_polygons, points_or_none

TABLE_SUFFIXES = (".csv", ".tsv", ".txt")
PARQUET_SUFFIXES = (".parquet", ".geoparquet")
WGS84 = "EPSG:4326"
LARGEST_NUMBER = 1e12


def read_table(path: Path, *, numbers: Sequence[str] = (), texts: Sequence[str] = ()) -> pd.DataFrame:
    """Read a CSV file.

    Parameters
    ----------
    path : Path
        File ending in ``.csv``, ``.tsv`` or ``.txt``.
    numbers, texts : sequence of str
        Columns that must exist. ``numbers`` become float64, every other column is text.

    Raises
    ------
    InputDataError
        If the file is missing, empty, not UTF-8 or no table, if a column is missing, or if a number column
        holds text, negative or infinite values or nothing at all.
    """
    table = _read_csv(path)
    columns, problems = _checked_columns(table, numbers, texts)
    _raise_all(path, problems)
    return table.assign(**columns)


def read_points(
    path: Path,
    *,
    numbers: Sequence[str] = (),
    texts: Sequence[str] = (),
    lon_column: str = "lon",
    lat_column: str = "lat",
    layer: str | None = None,
) -> gpd.GeoDataFrame:
    """Read points from a CSV with longitude and latitude, or from a vector file with point geometries.

    A row without coordinates is kept with an empty place and reported by a warning: what it counts is not
    lost but lies in no cell.

    Raises
    ------
    InputDataError
        As ``read_table``; also if coordinates are no degrees, or if the file has other shapes or no CRS.
    """
    if path.suffix.lower() in TABLE_SUFFIXES:
        points = _points_of_table(path, numbers, texts, lon_column, lat_column)
    else:
        points = _read_vector(path, layer, numbers, texts)
        kinds = sorted(set(points.geom_type.dropna()) - {"Point"})
        if kinds:
            raise InputDataError(f"{path}: needs points, has {', '.join(kinds)}; read it as polygons instead")
        points = points.to_crs(WGS84)
    n_nowhere = int((points.geometry.isna() | points.geometry.is_empty).sum())
    if n_nowhere:
        warnings.warn(
            f"{path}: {n_nowhere} of {len(points)} rows have no coordinates; what they count lies in no cell",
            DataQualityWarning,
            stacklevel=2,
        )
    return points


def read_zones(
    path: Path,
    *,
    numbers: Sequence[str] = (),
    texts: Sequence[str] = (),
    layer: str | None = None,
) -> gpd.GeoDataFrame:
    """Read polygons (census zones, neighbourhoods, a boundary) from a vector file, in WGS84.

    Invalid polygons are repaired and reported by a warning.

    Raises
    ------
    InputDataError
        As ``read_table``; also if the file has no CRS or other shapes than polygons.
    """
    if path.suffix.lower() in TABLE_SUFFIXES:
        raise InputDataError(f"{path}: polygons need a vector file (GeoPackage, GeoJSON, ...), not a table")
    zones = _read_vector(path, layer, numbers, texts)
    return checked_polygons(zones, str(path)).to_crs(WGS84)


def number_problems(table: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """List what is wrong with columns that must exist and hold numbers, finite and not negative.

    Missing values are no problem; a column with nothing else is.
    """
    problems = _missing_columns(table, columns)
    for column in (c for c in columns if c in table.columns):
        values = table[column]
        if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
            problems.append(f"column {column!r}: needs numbers, has {values.dtype} values")
            continue
        known = values.dropna().to_numpy(dtype=np.float64)
        if not len(known):
            problems.append(f"column {column!r}: every value is missing")
        if (known < 0).any():
            problems.append(
                f"column {column!r}: {(known < 0).sum()} negative values, the lowest {known.min():g}; "
                "a missing value must be empty, not a negative code"
            )
        if np.isinf(known).any():
            problems.append(f"column {column!r}: {np.isinf(known).sum()} infinite values")
        elif known.size and known.max() > LARGEST_NUMBER:
            problems.append(f"column {column!r}: {known.max():g} is no believable count or amount")
    return problems


def _require_file(path: Path) -> None:
    if not path.exists():
        raise InputDataError(f"{path}: no such file; check the name, and FAIRREACH_DATA if it is a dataset")
    if path.is_file() and path.stat().st_size == 0:
        raise InputDataError(f"{path}: the file is empty")


def _read_csv(path: Path) -> pd.DataFrame:
    _require_file(path)
    try:
        with path.open(encoding="utf-8-sig") as stream:
            header = stream.readline()
        separator = max(",;\t", key=header.count)
        _refuse_repeated_names(path, next(csv.reader([header], delimiter=separator)))
        table = pd.read_csv(path, sep=separator, dtype=str, encoding="utf-8-sig", skipinitialspace=True)
    except UnicodeDecodeError as error:
        raise InputDataError(
            f"{path}: not UTF-8 text (byte {error.object[error.start]:#04x}); "
            "save it again as 'CSV UTF-8', so that accents are read rightly"
        ) from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputDataError(f"{path}: cannot be read as a table: {str(error).strip()}") from error
    if table.empty:
        raise InputDataError(f"{path}: has a header but no rows")
    table.columns = table.columns.str.strip()
    return table


def _refuse_repeated_names(path: Path, header: list[str]) -> None:
    names = [name.strip() for name in header]
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if repeated:
        raise InputDataError(f"{path}: column names occur twice: {', '.join(repeated)}; give each its own")


def _read_vector(
    path: Path, layer: str | None, numbers: Sequence[str], texts: Sequence[str]
) -> gpd.GeoDataFrame:
    _require_file(path)
    try:
        if path.suffix.lower() in PARQUET_SUFFIXES:
            frame = gpd.read_parquet(path)
        else:
            _require_one_layer(path, layer)
            with warnings.catch_warnings():
                # Mixed text and numbers in a GeoJSON: our own check of the columns says it better.
                warnings.filterwarnings("ignore", message="Could not parse column")
                frame = gpd.read_file(path, layer=layer)
    except InputDataError:
        raise
    except Exception as error:  # GDAL and Arrow raise many kinds; all mean the same here
        raise InputDataError(f"{path}: cannot be read as a vector file: {error}") from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputDataError(f"{path}: has no geometries; if it is a table, save it as CSV")
    if frame.empty:
        raise InputDataError(f"{path}: has no rows")
    columns, problems = _checked_columns(frame, numbers, texts)
    if frame.crs is None:
        problems.append("no coordinate reference system; add it (such as the .prj file of a shapefile)")
    _raise_all(path, problems)
    return frame.assign(**columns)


def _require_one_layer(path: Path, layer: str | None) -> None:
    layers = gpd.list_layers(path)["name"].tolist()
    if layer is None and len(layers) > 1:
        raise InputDataError(f"{path}: has several layers, name one of {', '.join(layers)}")


def _points_of_table(
    path: Path, numbers: Sequence[str], texts: Sequence[str], lon_column: str, lat_column: str
) -> gpd.GeoDataFrame:
    table = _read_csv(path)
    columns, problems = _checked_columns(table, numbers, texts)
    degrees, further = _degrees(table, lon_column, lat_column)
    _raise_all(path, problems + further)
    places = points_or_none(degrees[lon_column].to_numpy(), degrees[lat_column].to_numpy())
    return gpd.GeoDataFrame(table.assign(**columns), geometry=places, crs=WGS84)


def _degrees(table: pd.DataFrame, lon_column: str, lat_column: str) -> tuple[dict[str, pd.Series], list[str]]:
    degrees, problems = _as_numbers(table, [lon_column, lat_column])
    problems = _missing_columns(table, [lon_column, lat_column]) + problems
    for column, limit in ((lon_column, 180), (lat_column, 90)):
        if column not in degrees:
            continue
        farthest = degrees[column].abs().max()
        if np.isnan(farthest):
            problems.append(f"column {column!r}: every value is missing")
        elif farthest > limit:
            problems.append(
                f"column {column!r}: has {farthest:g}, beyond {limit} degrees; "
                "give WGS84 degrees, or save projected points as a GeoPackage"
            )
    return degrees, problems


def _checked_columns(
    table: pd.DataFrame, numbers: Sequence[str], texts: Sequence[str]
) -> tuple[dict[str, pd.Series], list[str]]:
    """Return the number columns as float64, and all that is wrong with the named columns."""
    columns, problems = _as_numbers(table, numbers)
    problems = _missing_columns(table, [*numbers, *texts]) + problems
    return columns, problems + number_problems(pd.DataFrame(columns), list(columns))


def _as_numbers(table: pd.DataFrame, columns: Sequence[str]) -> tuple[dict[str, pd.Series], list[str]]:
    """Return the columns that could be read as numbers, and what was wrong with the others."""
    numbers, problems = {}, []
    for column in (c for c in dict.fromkeys(columns) if c in table.columns):
        values = pd.to_numeric(table[column], errors="coerce").astype("float64")
        refused = table[column].notna() & values.isna()
        if refused.any():
            row = int(np.flatnonzero(refused.to_numpy())[0])
            problems.append(
                f"column {column!r}: {int(refused.sum())} values are no numbers, the first "
                f"{table[column].iloc[row]!r} in data row {row + 1}; "
                "write numbers with a decimal point, leave missing values empty"
            )
        else:
            numbers[column] = values
    return numbers, problems


def _missing_columns(table: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    problems = []
    names = [str(column) for column in table.columns if column != "geometry"]
    for column in dict.fromkeys(columns):
        if column not in table.columns:
            near = difflib.get_close_matches(column, names, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            problems.append(f"no column {column!r}; {hint}it has {', '.join(names) or 'none'}")
    return problems


def _raise_all(path: Path, problems: list[str]) -> None:
    if problems:
        noun = "problem" if len(problems) == 1 else "problems"
        listed = "\n".join(f"  - {problem}" for problem in problems)
        raise InputDataError(f"{path}: {len(problems)} {noun}\n{listed}")
