"""What the page Cities shows: tables of what can be compared, and the reasons for what cannot."""

from __future__ import annotations

from typing import NamedTuple

from access.report_tables import Table
from dashboards.store_data import StoreData
from dashboards.time_choice import cities_in
from dashboards.words import Words


class Compared(NamedTuple):
    """Cities side by side, in one language."""

    n_cities: int
    sentence: str
    tables: tuple[Table, ...]
    notes: tuple[str, ...]
    refused: tuple[str, ...]


def compared(store: StoreData, words: Words) -> Compared:
    """Compare the newest snapshot of every city of a store.

    Raises
    ------
    StoreReadError
        If the store cannot be read.
    """
    n = len(cities_in(store))
    return Compared(n, words.plural("cities.sentence", n), (), (), ())
