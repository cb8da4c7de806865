"""What is shown, as files: tables for a spreadsheet, cells for a GIS, the map as a picture or a drawing.

Decisions on CSV
----------------
- UTF-8 with a byte order mark: without it a spreadsheet reads accents wrongly.
- Separator and decimal mark follow the language, as the spreadsheets of its readers expect: comma and point
  in English, semicolon and comma in French.
- The first row names the columns and nothing stands above it, so that filters and programs can read the file;
  captions, notes, sources and limits stand in ``about.txt`` beside the tables.
- Several tables make a zip, one file a table; a single one comes alone.
- A text that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay numbers, whatever
  their sign.
"""

from __future__ import annotations

import csv
import io
import math
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd
import pyogrio

from access.report_data import Headline, Run
from access.report_findings import area_name, attribution
from access.report_map import CellMap
from access.report_tables import Table
from dashboards.download_maps import map_picture
from dashboards.downloads_columns import column_words
from dashboards.run_data import RunData
from dashboards.view import View
from dashboards.words import Words

FORMATS = ("csv", "gpkg", "png", "svg")
MIME_TYPES = {
    "csv": "text/csv",
    "zip": "application/zip",
    "gpkg": "application/geopackage+sqlite3",
    "png": "image/png",
    "svg": "image/svg+xml",
}
#: First letters that make a spreadsheet read a text as a formula, in narrow and in wide letters.
_FORMULA_START = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?%?")
_LONGEST_NAME = 60


class Shown(NamedTuple):
    """What a page shows now.

    Attributes
    ----------
    name : str
        What it is, in a word or two of the program; names files and the layer of cells.
    tables : list of Table
        The tables of the page, as they are shown: few residents are hidden in them already.
    cells : pandas.DataFrame or None
        Column ``id`` (H3 index) and the columns of the map; their values as in the run.
    cell_map : CellMap or None
        The map; its cells are those of the run, in their order.
    """

    name: str
    tables: list[Table]
    cells: pd.DataFrame | None = None
    cell_map: CellMap | None = None


class MadeFile(NamedTuple):
    """A file for the browser."""

    name: str
    content: bytes
    mime_type: str


def made_file(
    form: str, shown: Shown, data: RunData, view: View, words: Words, day: date | None = None
) -> MadeFile | None:
    """Make a file of what is shown; None where the view has nothing of that form.

    Parameters
    ----------
    form : str
        One of ``FORMATS``.
    day : date, optional
        Day that the file's name carries; today if not given.

    Raises
    ------
    ValueError
        For another form.
    """
    if form not in FORMATS:
        raise ValueError(f"form {form!r}: choose from {', '.join(FORMATS)}")
    on = day or datetime.now(UTC).date()
    made: tuple[str, bytes] | None
    if form == "csv":
        made = _tables(shown, data, view, words, on)
    else:
        content = (_package if form == "gpkg" else _picture(form))(shown, data, view, words)
        made = None if content is None else (form, content)
    if made is None:
        return None
    ending, content = made
    # Names that the program knows; nothing that a browser sent.
    return MadeFile(f"{data.name}-{view.page}-{on.isoformat()}.{ending}", content, MIME_TYPES[ending])


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]], words: Words) -> str:
    """Write a table as CSV for the spreadsheets of a language.

    Texts that are numbers as the language writes them (``1,234.5``, ``−12 %``) become numbers that its
    spreadsheets read; missing values are empty.
    """
    file = io.StringIO()
    writer = csv.writer(file, delimiter=_separator(words), lineterminator="\r\n")
    writer.writerow([safe_text(name) for name in columns])
    for row in rows:
        writer.writerow([_cell(value, words) for value in row])
    return file.getvalue()


def safe_text(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula."""
    return f"'{text}" if text.lstrip(" \u00a0\u202f").startswith(_FORMULA_START) else text


def plain_number(text: str, language: str) -> str | None:
    """Return a number as written for readers of a language as a plain one; None if it is no number.

    Examples
    --------
    >>> plain_number("1,234.5", "en"), plain_number("−12 %", "fr"), plain_number("3 to 4", "en")
    ('1234.5', '-12%', None)
    """
    plain = text.strip().replace("\u2212", "-")
    plain = re.sub(r"(?<=\d)[\u202f\u00a0 ](?=\d{3}\b)|[\u202f\u00a0 ](?=%)", "", plain)
    plain = plain.replace(",", ".") if language == "fr" else re.sub(r",(?=\d{3}\b)", "", plain)
    return plain.removeprefix("+") if _NUMBER.fullmatch(plain) else None


def slug(text: str) -> str:
    """Return small letters, digits and hyphens of a text, at most 60; never empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if len(name) > _LONGEST_NAME:
        name = name[:_LONGEST_NAME].rpartition("-")[0] or name[:_LONGEST_NAME]
    return name or "table"


def _separator(words: Words) -> str:
    return ";" if words.language == "fr" else ","


def _cell(value: object, words: Words) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, float | int) or hasattr(value, "dtype"):
        return _plain_float(float(value), words)  # type: ignore[arg-type]
    text = str(value)
    number = plain_number(text, words.language)
    return safe_text(text) if number is None else _with_mark(number, words)


def _plain_float(value: float, words: Words) -> str:
    """Write a number with six decimals at most; infinity in words, NaN as nothing."""
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return words.number(value)
    return _with_mark(f"{value:.6f}".rstrip("0").rstrip("."), words)


def _with_mark(number: str, words: Words) -> str:
    return number.replace(".", ",") if words.language == "fr" else number


def _tables(shown: Shown, data: RunData, view: View, words: Words, day: date) -> tuple[str, bytes] | None:
    files = dict(_csv_files(shown, data.run, words))
    if not files:
        return None
    encoded = {name: text.encode("utf-8-sig") for name, text in files.items()}
    if len(encoded) == 1 and shown.cells is None:
        return "csv", next(iter(encoded.values()))
    about = about_text(shown, list(files), data, view, words, day)
    return "zip", _zipped({"about.txt": about.encode("utf-8-sig"), **encoded})


def _csv_files(shown: Shown, run: Run, words: Words) -> Iterable[tuple[str, str]]:
    for number, table in enumerate(shown.tables, start=1):
        yield f"{number:02d}-{slug(table.caption)}.csv", csv_text(table.columns, table.rows, words)
    if shown.cells is not None:
        names = [column_words(str(name), run, words) for name in shown.cells.columns]
        rows = shown.cells.itertuples(index=False, name=None)
        yield f"{slug(words('downloads.cells'))}.csv", csv_text(names, rows, words)


def about_text(shown: Shown, files: Sequence[str], data: RunData, view: View, words: Words, day: date) -> str:
    """Tell what the files are, where the numbers come from and what the data cannot show."""
    run, texts = data.run, words.texts
    made = words(
        "downloads.about.made",
        day=texts.day(day),
        version=run.manifest.get("fairreach_version") or texts("no_data"),
        created=texts.day(run.manifest.get("created")),
    )
    lines = [_title(data, view, words), "", made]
    lines += [words("downloads.about.view", view=view.url()), "", words("downloads.about.reading")]
    lines += [words("downloads.about.few"), "", words("downloads.about.files")]
    captions = [*(_caption(table) for table in shown.tables), words("downloads.cells")]
    lines += [
        words("downloads.about.file", file=file, caption=caption)
        for file, caption in zip(files, captions, strict=False)
    ]
    if sources := attribution(run, texts):
        lines += ["", words("downloads.about.sources"), *(f"- {source}" for source in sources)]
    if notice := texts.label(run.manifest.get("notice")):
        lines += ["", words("downloads.about.notice"), notice]
    return "\r\n".join([*lines, ""])


def _title(data: RunData, view: View, words: Words) -> str:
    place = area_name(data.run, words.texts)
    return words("downloads.about.title", place=place, page=words(f"page.{view.page}"))


def _caption(table: Table) -> str:
    return f"{table.caption.rstrip('.')}. {table.note}".strip() if table.note else table.caption


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip with equal bytes for equal files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, content)
    return buffer.getvalue()


def _package(shown: Shown, data: RunData, view: View, words: Words) -> bytes | None:
    if shown.cells is None:
        return None
    texts = words.texts
    told = {
        "title": _title(data, view, words),
        "sources": texts("between_sources").join(attribution(data.run, texts)),
        "notice": texts.label(data.run.manifest.get("notice")),
        "view": view.url(),
    }
    places = data.run.cells[["id", "geometry"]].merge(shown.cells, on="id", how="inner", validate="1:1")
    frame = gpd.GeoDataFrame(places, geometry="geometry", crs=data.run.cells.crs)
    with tempfile.TemporaryDirectory(prefix="fairreach-") as folder:
        file = Path(folder) / "cells.gpkg"
        pyogrio.write_dataframe(
            frame,
            file,
            layer=slug(shown.name).replace("-", "_"),
            driver="GPKG",
            geometry_type="Polygon",
            dataset_metadata={key: value for key, value in told.items() if value},
        )
        return file.read_bytes()


def _picture(form: str) -> Callable[[Shown, RunData, View, Words], bytes | None]:
    def draw(shown: Shown, data: RunData, view: View, words: Words) -> bytes | None:
        if shown.cell_map is None:
            return None
        seen = Headline(view.service, view.cutoff_min, view.period)
        return map_picture(data, shown.cell_map, seen, words.texts, form)

    return draw
