"""Notes from a CSV file: read as a whole, and taken as a whole or not at all."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from access.errors import InputDataError
from access.notes import Filed, check_all, file_notes
from access.notes_check import FIELDS, brief
from access.notes_places import chosen_city
from access.observatory_store import reading
from access.texts import Texts

MOST_BYTES, MOST_ROWS = 20 * 2**20, 20_000
_MOST_TOLD = 50


def import_notes(location: str | Path, file: Path, city: str | None = None) -> Filed:
    """File the notes of a CSV file, which then wait for moderation.

    Parameters
    ----------
    location : str or Path
        The store.
    file : Path
        UTF-8, comma or semicolon, with the columns ``kind, attached, attached_to, happened_on, language,
        text``; ``happened_on`` may be empty. No other column is taken: what a file says of people is not
        wanted.
    city : str, optional
        Needed where the store has several.

    Raises
    ------
    InputDataError
        With every problem, by line and reason; nothing is stored then.
    """
    rows = _read(file)
    with reading(location) as store:
        chosen = chosen_city(store, city)
        notes, problems = check_all(store, location, chosen, [row for _, row in rows], Texts("en"))
    if problems:
        told = [
            f"line {rows[number][0]}: {reason}" for number in sorted(problems) for reason in problems[number]
        ]
        more = [f"and {len(told) - _MOST_TOLD} more"] if len(told) > _MOST_TOLD else []
        listed = "\n".join(f"  - {line}" for line in [*told[:_MOST_TOLD], *more])
        raise InputDataError(f"{file}: nothing was stored\n{listed}")
    return file_notes(location, chosen, notes)


def _read(file: Path) -> list[tuple[int, dict[str, str]]]:
    """Return number of the line and fields of each row."""
    text = _text(file)
    header = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if header.count(";") > header.count(",") else ",")
    rows: list[tuple[int, dict[str, str]]] = []
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        _check_columns(file, names)
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(names):
                raise InputDataError(
                    f"{file}, line {reader.line_num}: {len(row)} fields, {len(names)} columns; put a text "
                    "with a separator in it in quotation marks"
                )
            if len(rows) == MOST_ROWS:
                raise InputDataError(f"{file}: more than {MOST_ROWS:,} notes; split the file")
            rows.append((reader.line_num, dict(zip(names, row, strict=True))))
    except csv.Error as error:
        raise InputDataError(
            f"{file}, line {reader.line_num}: no CSV ({error}); nothing was stored"
        ) from None
    if not rows:
        raise InputDataError(f"{file}: no notes below the names of the columns; nothing was stored")
    return rows


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise InputDataError(f"{file}: larger than {MOST_BYTES >> 20} MiB; split the file")
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputDataError(f"{file}: no UTF-8 text; save it as CSV in UTF-8") from None
    except OSError as error:
        raise InputDataError(f"{file}: cannot be read ({error.strerror}); name a CSV file") from None


def _check_columns(file: Path, names: list[str]) -> None:
    missing = [name for name in FIELDS if name not in names]
    strange = [brief(name) for name in names if name not in FIELDS]
    twice = sorted({name for name in names if names.count(name) > 1})
    said = [
        f"{words} {', '.join(found)}"
        for words, found in (
            ("column missing:", missing),
            ("not taken, as nothing is stored of who wrote a note: column", strange),
            ("twice: column", twice),
        )
        if found
    ]
    if said:
        raise InputDataError(f"{file}: {'; '.join(said)}. The columns are {','.join(FIELDS)}")
