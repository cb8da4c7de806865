"""Cities side by side: what is computed the same way is compared, all else is refused with its reason."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from builders_observatory import Planted, small_store
from click.testing import CliRunner

from access.cities import Comparison, compare_cities
from access.cities_method import OF_EVERY_NUMBER
from access.cities_words import city_headings, city_notes, city_tables, refusal_lines
from access.cli_watch import cities
from access.errors import StoreError
from access.observatory_store import reading
from access.texts import Texts

DAY = dt.date(2026, 3, 11)
TRAVEL = {"percentile": 50, "walk_speed_km_h": 3.6, "max_duration_min": 90}
RIGHT = {"catalogue": "eu", "service": "hospital", "at_least": 1.0, "within_min": 45}
BOTH = ("smalltown", "portville")


def method(travel: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    rights = [{"name": "eu_hospital", **RIGHT}, {"name": "eu_food", **RIGHT, "service": "food_shop"}]
    return {"travel": {**TRAVEL, **(travel or {})}, "rights": {"defined": rights}, **more}


class Rows:
    """What a comparison asks of a store, from frames that a test may change."""

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        self.tables = dict(tables)

    def rows(self, table: str, columns: Sequence[str] | None = None, /, **equals: Any) -> pd.DataFrame:
        found = self.tables[table]
        found = found[self.matches(found, equals)].reset_index(drop=True)
        return found if columns is None else found[list(columns)]

    def matches(self, found: pd.DataFrame, equals: Mapping[str, Any]) -> pd.Series:
        match = pd.Series(True, index=found.index)
        for name, value in equals.items():
            match &= found[name].isin(value if isinstance(value, list) else [value])
        return match

    def replace(self, table: str, where: Mapping[str, Any], **values: Any) -> None:
        found = self.tables[table].astype(object)
        found.loc[self.matches(found, where), list(values)] = list(values.values())
        self.tables[table] = found

    def add(self, table: str, rows: pd.DataFrame) -> None:
        self.tables[table] = pd.concat([self.tables[table].astype(object), rows.astype(object)])

    def snapshot(self, city: str) -> str:
        return str(self.rows("snapshot", city=city)["snapshot"].iloc[-1])


def two_in_a_file(path: Path) -> Path:
    small_store(path, [Planted(DAY, access=2.0)], method=method())
    names = {"city": "portville", "name_en": "Portville", "name_fr": "Villeport"}
    return small_store(path, [Planted(DAY)], method=method(), **names)


@cache
def base() -> Mapping[str, pd.DataFrame]:
    with TemporaryDirectory() as folder, reading(two_in_a_file(Path(folder) / "s.db")) as store:
        return {table: store.rows(table) for table in ("city", "series", "snapshot", "period", "indicator")}


def two_cities(other: Mapping[str, Any] | None = None, day: dt.date = DAY) -> Rows:
    store = Rows(base())
    if other is not None:
        told = json.dumps({"version": 1, "resolution": 9, **other})
        store.replace("series", {"city": "portville"}, method_json=told)
    if day != DAY:
        store.replace("snapshot", {"city": "portville"}, observed_on=day)
    return store


def compared(store: Rows, **options: Any) -> Comparison:
    return compare_cities(store, **options)  # type: ignore[arg-type]


def test_the_same_row_of_two_cities_stands_together() -> None:
    found = compared(two_cities())
    assert [city.city for city in found.cities] == sorted(BOTH)
    assert found.refused == ()
    rows = found.rows[found.rows["indicator"].eq("mean_access") & found.rows["group"].eq("all")]
    by_city = rows.set_index("city")
    assert by_city.loc["smalltown", "value"] == pytest.approx(2 * by_city.loc["portville", "value"])
    assert by_city["low"].notna().all()
    assert rows[["kind", "cutoff_min", "service"]].drop_duplicates().to_numpy().tolist() == [
        ["weekday_peak", "45", "jobs"]
    ]


def test_the_newest_snapshot_counts() -> None:
    store = two_cities()
    newer = store.rows("snapshot", city="smalltown").assign(snapshot="n", observed_on=dt.date(2026, 6, 11))
    store.add("snapshot", newer)
    assert {city.city: city.observed_on.month for city in compared(store).cities} == {
        "portville": 3, "smalltown": 6,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (method({"percentile": 25}), "percentile"),
        (method({"walk_speed_km_h": 4.8}), "walk_speed_km_h"),
        (method(version=2), "version"),
        (method(engine={"name": "r5"}), "engine"),
    ],
)
def test_cities_that_differ_in_everything_are_not_compared(other: dict[str, Any], reason: str) -> None:
    found = compared(two_cities(other))
    assert len(found.cities) == 1
    assert found.rows.empty
    assert [refused.reason for refused in found.refused if not refused.rows] == [reason]


def test_other_cells_are_refused() -> None:
    store = two_cities()
    store.replace("series", {"city": "smalltown"}, resolution=8)
    (refused, *_) = compared(store).refused
    assert (refused.reason, refused.cities, refused.had, refused.others) == (
        "resolution", ("smalltown",), ("8",), ("9",),
    )  # fmt: skip


def test_most_cities_decide_unless_a_reference_is_named() -> None:
    store = two_cities(method({"percentile": 25}))
    for table in ("city", "series", "snapshot"):  # a third city, as portville
        rows = store.rows(table, city="portville").assign(city="third")
        renamed = rows.replace("portville-method-1", "third-method-1")
        store.add(table, renamed.assign(snapshot="third") if table == "snapshot" else renamed)
    for table in ("indicator", "period"):
        rows = store.rows(table, snapshot=store.snapshot("portville"))
        store.add(table, rows.assign(snapshot="third"))
    assert [city.city for city in compared(store).cities] == ["portville", "third"]
    assert [city.city for city in compared(store, reference="smalltown").cities] == ["smalltown"]
    with pytest.raises(StoreError, match=r"'nowhere'.*portville, smalltown, third"):
        compared(store, reference="nowhere")


def test_a_right_that_is_defined_in_two_ways_is_refused_and_the_rest_is_not() -> None:
    other = method()
    other["rights"]["defined"][0] = {**other["rights"]["defined"][0], "within_min": 30}
    found = compared(two_cities(other))
    (refused,) = found.refused
    assert (refused.reason, refused.had, refused.others) == ("definition", ("eu_hospital",), ("within_min",))
    assert refused.rows == 8  # two indicators, two groups, two cities
    assert set(found.rows["standard"]) == {"", "eu_food"}


def test_a_basket_of_other_rights_is_another_number() -> None:
    """Of the same catalogue one city can judge two rights, the other one."""
    store = two_cities()
    one = store.rows("indicator", indicator="mean_access", group="all")
    basket = {"indicator": "basket_mean", "standard": "eu", "service": None, "period": None,
              "cutoff_min": pd.NA, "unit": "rights"}  # fmt: skip
    store.add("indicator", one.assign(**basket))
    lost = {"snapshot": store.snapshot("smalltown"), "standard": "eu_food"}
    store.replace("indicator", lost, indicator="right_depth")
    (refused,) = [refused for refused in compared(store).refused if refused.reason == "definition"]
    assert (refused.had, refused.others, refused.rows) == (("eu",), ("eu_food",), 2)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("cutoff_min", 60, "cutoff_min"),
        ("service", "schools", "service"),
        ("group", "age_65_plus", "group"),
        ("indicator", "share_of_total", "indicator"),
    ],
)
def test_what_one_city_alone_has_is_refused_with_its_reason(column: str, value: Any, reason: str) -> None:
    store = two_cities()
    snapshot = store.snapshot("smalltown")
    where = {"snapshot": snapshot, "indicator": "mean_access", "group": "decile_1"}
    had = store.rows("indicator", **where)[column].iloc[0]
    store.replace("indicator", where, **{column: value})
    found = compared(store)
    mine = next(refused for refused in found.refused if refused.cities == ("smalltown",))
    assert (mine.reason, mine.had, mine.rows) == (reason, (str(value),), 1)
    if reason != "indicator":
        assert str(had) in mine.others
    assert not found.rows["indicator"].eq("mean_access")[found.rows["group"].eq("decile_1")].any()


def test_kinds_of_period_count_and_not_their_names() -> None:
    store = two_cities()
    snapshot = store.snapshot("smalltown")
    for table in ("period", "indicator"):
        store.replace(table, {"snapshot": snapshot, "period": "peak"}, period="rush")
    assert compared(store).refused == ()
    store.replace("period", {"snapshot": snapshot, "period": "rush"}, kind="weekday_evening")
    reasons = {refused.reason for refused in compared(store).refused}
    assert reasons == {"kind"}


def test_periods_whose_kind_does_not_tell_them_apart_are_refused() -> None:
    store = two_cities()
    snapshot = store.snapshot("smalltown")
    store.replace("period", {"snapshot": snapshot, "period": "saturday"}, kind=None)
    assert [r.had for r in compared(store).refused if r.reason == "no_kind"] == [("saturday",)]
    store.replace("period", {"snapshot": snapshot, "period": "midday"}, kind="weekday_peak")
    assert [r.had for r in compared(store).refused if r.reason == "two_periods"] == [("midday", "peak")]


def test_arrivals_are_not_departures() -> None:
    periods = [{"name": "peak", "arrival_start": "08:00"}]
    found = compared(two_cities(method(periods=periods)))
    assert "weekday_peak:arrival" in {value for refused in found.refused for value in refused.had}


def test_a_city_that_is_only_watched_has_no_snapshot() -> None:
    store = two_cities()
    store.add("city", pd.DataFrame([{"city": "watched", "name_en": "W", "name_fr": "W"}]))
    assert [(r.reason, r.cities) for r in compared(store).refused] == [("no_snapshot", ("watched",))]


def test_an_empty_store_compares_nothing() -> None:
    found = compared(Rows({"city": base()["city"].iloc[:0]}))
    assert (found.cities, found.rows.empty, found.refused) == ((), True, ())
    assert "at least two" in city_notes(found, Texts("en"))[0]


def test_only_the_indicators_asked_for() -> None:
    found = compared(two_cities(), indicators=["gini"])
    assert set(found.rows["indicator"]) == {"gini"}


def test_incomes_are_never_converted_and_the_note_says_how_they_would_be() -> None:
    store = two_cities()
    assert not any("purchasing power" in note for note in city_notes(compared(store), Texts("en")))
    store.replace("series", {"city": "smalltown"}, income_unit_en="euros", income_unit_fr="euros")
    found = compared(store)
    assert any("purchasing power" in note and "euros" in note for note in city_notes(found, Texts("en")))
    assert any("pouvoir d’achat" in note for note in city_notes(found, Texts("fr")))
    assert not [name for name in found.rows.columns if "income" in name]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_tables_show_values_with_their_ranges(language: str) -> None:
    words = Texts(language)
    found = compared(two_cities(day=dt.date(2020, 3, 11)))
    tables = city_tables(found, words)
    assert tables[0].columns[1:] == (
        ("Portville", "Smalltown") if language == "en" else ("Villeport", "Petiteville")
    )
    cell = tables[0].rows[0][1]
    assert (" to " if language == "en" else " à ") in cell
    segregation = next(table for table in tables if table.caption in ("Segregation", "Ségrégation"))
    assert "(" not in segregation.rows[0][1]  # no range was computed
    assert len(city_headings(found, words)) == 2
    assert any("2020" in note for note in city_notes(found, words))


def test_every_refusal_has_words() -> None:
    reasons = [*OF_EVERY_NUMBER, "no_snapshot", "definition", "two_periods", "no_kind", "indicator",
               "service", "standard", "kind", "cutoff_min", "group", "together"]  # fmt: skip
    assert all(
        Texts(language).has(f"cities.refusal.{reason}") for reason in reasons for language in ("en", "fr")
    )


def test_refusals_in_words() -> None:
    store = two_cities()
    store.replace("indicator", {"snapshot": store.snapshot("portville"), "indicator": "gini"}, cutoff_min=30)
    lines = refusal_lines(compared(store), Texts("en"))
    assert any("Smalltown alone: limits of 45 min; the others have 30 min" in line for line in lines)


def test_the_command_writes_what_is_compared(tmp_path: Path) -> None:
    csv = tmp_path / "rows.csv"
    path = two_in_a_file(tmp_path / "s.db")
    told = CliRunner().invoke(cities, ["--store", str(path), "--csv", str(csv), "--lang", "fr"])
    assert told.exit_code == 0, told.output
    assert "Villeport : jour de service" in told.output.replace("\u00a0", " ")
    assert set(pd.read_csv(csv)["city"]) == set(BOTH)
