"""What the page Cities shows: tables of what can be compared, and the reasons for what cannot.

Which numbers may stand side by side is decided by ``access.cities``; here is only what a visitor sees.
"""

from __future__ import annotations

from typing import NamedTuple

from access.cities import Comparison, compare_cities
from access.cities_words import city_headings, city_notes, city_tables, refusal_lines
from access.report_tables import Table
from dashboards.charts import Chart
from dashboards.charts_cities import cities_chart, height_px
from dashboards.store_data import StoreData
from dashboards.time_choice import cities_in
from dashboards.words import Words


class Compared(NamedTuple):
    """Cities side by side, in one language.

    Attributes
    ----------
    n_cities : int
        Cities in the store, compared or not.
    sentence : str
        How many there are.
    headings : tuple of str
        Day and size of each city that is compared.
    tables : tuple of Table
        One a family of indicators.
    chart : Chart or None
        The headline; None where it cannot be compared.
    chart_height_px : int
    notes, refused : tuple of str
        What must be known to read the tables; what is not in them, and why.
    """

    n_cities: int
    sentence: str
    headings: tuple[str, ...]
    tables: tuple[Table, ...]
    chart: Chart | None
    chart_height_px: int
    notes: tuple[str, ...]
    refused: tuple[str, ...]


def compared(store: StoreData, words: Words) -> Compared:
    """Compare the newest snapshot of every city of a store.

    Raises
    ------
    StoreReadError
        If the store cannot be read.
    """
    n, texts = len(cities_in(store)), words.texts
    found = comparison(store)
    tables = city_tables(found, texts)
    return Compared(
        n,
        words.plural("cities_page.sentence", n),
        tuple(city_headings(found, texts)) if tables else (),
        tuple(tables),
        cities_chart(found, words),
        height_px(found),
        tuple(city_notes(found, texts)) if n else (),
        tuple(refusal_lines(found, texts)),
    )


def comparison(store: StoreData) -> Comparison:
    """Return the comparison of all cities, made once until the store changes."""
    return store.kept(("comparison",), compare_cities)
