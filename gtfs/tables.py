"""Reads one GTFS table from bytes into a typed frame, keeping every id exactly as it was written.

The column types are gtfs-kit's. Its reader is not used, for reasons seen by running it (13.0.1): a blank in
the header (``trip_id, stop_id``) makes it read the ids "007" as the number 7; an id "NA", "None" or "null"
becomes missing; a headway above 32,767 s or one letter in a number of a fares table kills
the feed.
"""

from __future__ import annotations

import csv
import io
import logging
import re
import warnings

import pandas as pd
from gtfs_kit import constants as gtfs_kit_constants

from gtfs.errors import FeedError, FeedQualityWarning

logger = logging.getLogger(__name__)

_WIDER = {"headway_secs": "Int32", "min_transfer_time": "Int32", "transfer_duration": "Int32"}

COLUMN_TYPES: dict[str, dict[str, str]] = {
    table: {column: _WIDER.get(column, str(kind)) for column, kind in columns.items()}
    for table, columns in gtfs_kit_constants.DTYPES.items()
}
"""Table -> column -> pandas type. A column not listed here is read as text."""

COLUMN_TYPES["pathways"] = {
    "pathway_id": "string",
    "from_stop_id": "string",
    "to_stop_id": "string",
    "pathway_mode": "Int32",
    "is_bidirectional": "Int32",
    "length": "float",
    "traversal_time": "Int32",
    "stair_count": "Int32",
}

NOT_IN_GTFS_KIT = ("pathways",)
"""Tables that ``gtfs_kit.Feed`` does not know; ``read_feed`` adds them to it as attributes."""

NEEDED_COLUMNS = {
    "stops": ("stop_id", "stop_lat", "stop_lon"),
    "routes": ("route_id", "route_type"),
    "trips": ("trip_id", "route_id", "service_id"),
    "stop_times": ("trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time"),
    "calendar": ("service_id", *gtfs_kit_constants.WEEKDAYS, "start_date", "end_date"),
    "calendar_dates": ("service_id", "date", "exception_type"),
    "frequencies": ("trip_id", "start_time", "end_time", "headway_secs"),
    "transfers": (),
    "pathways": ("from_stop_id", "to_stop_id", "pathway_mode", "is_bidirectional"),
}
"""The tables a travel time depends on, and the columns without which each cannot be used."""

_NUMBERS_THAT_COUNT = {
    "stops": ("stop_lat", "stop_lon", "location_type"),
    "routes": ("route_type",),
    "stop_times": ("stop_sequence", "pickup_type", "drop_off_type", "shape_dist_traveled"),
    "calendar": gtfs_kit_constants.WEEKDAYS,
    "calendar_dates": ("exception_type",),
    "frequencies": ("headway_secs", "exact_times"),
    "transfers": ("transfer_type", "min_transfer_time"),
    "pathways": ("pathway_mode", "is_bidirectional", "length", "traversal_time", "stair_count"),
}

_PADDED_VALUE = re.compile(rb'[ \t]"?[,\r\n]|,"?[ \t]|\n"?[ \t]|[ \t]"?\Z')


def read_table(content: bytes, table: str, label: str) -> pd.DataFrame | None:
    """Parse one table; None if it has no rows.

    Parameters
    ----------
    content : the file as it is: UTF-8 with or without byte order mark, any line ends.
    table : name without ``.txt``; one of ``COLUMN_TYPES``.
    label : the feed's name in messages.

    Returns
    -------
    pandas.DataFrame
        Only empty cells are missing; ids are text; blanks around names and values are removed; columns
        without a name are dropped. In a number column no travel time depends on, text becomes missing.

    Raises
    ------
    FeedError
        The table cannot be parsed, lacks a needed column, or has text where a needed number belongs.
    """
    file = f"{table}.txt"
    text = _decode(content, file, label)
    names = [name.strip() for name in next(csv.reader(io.StringIO(text[: text.find("\n") + 1] or text)), [])]
    missing = [name for name in NEEDED_COLUMNS.get(table, ()) if name not in names]
    if missing:
        came = ", ".join(names)
        raise FeedError(f"{label}: {file} has no column {', '.join(missing)}; its columns are {came}")
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise FeedError(f"{label}: {file} has two columns called {', '.join(twice)}; keep one")
    try:
        frame = _parse(text, names, COLUMN_TYPES[table])
    except (ValueError, TypeError, OverflowError, pd.errors.ParserWarning):
        frame = _parse_tolerantly(text, names, table, label)
    frame = frame[[name for name in names if name]].dropna(how="all").reset_index(drop=True)
    if _PADDED_VALUE.search(content):
        columns = [column for column in frame.columns if frame[column].dtype == "string"]
        frame[columns] = frame[columns].apply(_strip)
    return None if frame.empty else frame


def _decode(content: bytes, file: str, label: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        warnings.warn(
            f"{label}: {file} is not UTF-8 (byte {error.start}); read as Windows-1252, so accented names may "
            "look wrong; travel times are not affected",
            FeedQualityWarning,
            stacklevel=2,
        )
        return content.decode("cp1252", errors="replace")


def _parse(text: str, names: list[str], kinds: dict[str, str]) -> pd.DataFrame:
    """Parse with our own header, so that a blank in a column's name cannot cost it its type."""
    unique = [name or f"nameless {position}" for position, name in enumerate(names)]
    with warnings.catch_warnings():
        # Pandas would drop surplus cells: a comma in a name without quotes shifts the whole row unseen.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        return pd.read_csv(
            io.StringIO(text),
            header=0,
            names=unique,
            dtype={name: kinds.get(name, "string") for name in unique},
            keep_default_na=False,
            na_values=["", " "],
            index_col=False,
            skipinitialspace=True,
            low_memory=False,
        )


def _parse_tolerantly(text: str, names: list[str], table: str, label: str) -> pd.DataFrame:
    """Read everything as text, then turn columns into numbers and say which cells are none."""
    file = f"{table}.txt"
    try:
        frame = _parse(_without_surplus(text, len(names), file, label), names, {})
    except (ValueError, csv.Error) as error:  # includes pandas' ParserError, for example open quotes
        raise FeedError(f"{label}: {file} is not a readable CSV table ({error})") from error
    problems = []
    for column in frame.columns:
        kind = COLUMN_TYPES[table].get(column, "string")
        if kind == "string":
            continue
        numbers = pd.to_numeric(frame[column].str.strip(), errors="coerce")
        if kind.startswith("Int"):
            numbers = numbers.where((numbers % 1 == 0) & (numbers.abs() < 2**31))
        wrong = frame[column].notna() & numbers.isna()
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            cell = f"{column} is {frame[column].iloc[row]!r} in row {row + 2} ({int(wrong.sum())} such cells)"
            if column in _NUMBERS_THAT_COUNT.get(table, ()):
                problems.append(f"{cell}; it must be a number")
            else:
                logger.info("%s: %s: %s; left blank, no travel time depends on it", label, file, cell)
        frame[column] = numbers.astype("Float64").astype(kind)  # type: ignore[call-overload]
    if problems:
        raise FeedError(f"{label}: {file} has text where numbers belong", problems)
    return frame


def _without_surplus(text: str, n_columns: int, file: str, label: str) -> str:
    """The table with blank cells beyond the header cut off; a filled one there is an error."""
    trimmed = io.StringIO()
    writer = csv.writer(trimmed, lineterminator="\n")
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True, strict=True)
    for row in reader:
        if any(cell.strip() for cell in row[n_columns:]):
            raise FeedError(
                f"{label}: {file}: line {reader.line_num} has {len(row)} cells, the header {n_columns}; "
                "text that contains a comma must stand in double quotes"
            )
        writer.writerow(row[:n_columns])
    return trimmed.getvalue()


def _strip(column: pd.Series[str]) -> pd.Series[str]:
    stripped = column.str.strip()
    return stripped.mask(stripped == "")
