"""An edited feed written as a GTFS zip says what the feed said, and is no worse than its base."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import gtfs_kit
import pandas as pd
import pytest
from builders_gtfs import GtfsBuilder
from hypothesis import given, settings
from hypothesis import strategies as st

from gtfs import export
from gtfs.errors import FeedError
from gtfs.export import write_feed
from gtfs.export_check import added_errors, timetable_differences
from gtfs.feed import read_feed
from gtfs.schedule import build_schedule
from gtfs.tables import COLUMN_TYPES, read_table

WEDNESDAY = date(2024, 5, 15)


def a_feed() -> GtfsBuilder:
    """Odd in every way that once broke somebody's export."""
    feed = GtfsBuilder()
    feed.stop("007", -51.2, -30.0, zone_id="z1", stop_desc='Praça "Zé", São João')
    feed.stop("NA", -51.2000001, -30.01, zone_id="z2", stop_desc="two\nlines")
    feed.stop("C,1", -51.2, -30.020000000000003, zone_id="z2")
    feed.stop("station", -51.2, -30.03, location_type=1)
    feed.stop("platform", -51.2, -30.0301, parent_station="station")
    feed.stop("door", -51.2, -30.0302, parent_station="station", location_type=2)
    feed.route("1", route_color="005F73")
    feed.route("2")
    feed.service("w", "1111100")
    feed.trip("t1", [("007", "8:05:00"), ("NA", None), ("C,1", "08:30:00", "8:31:00"),
                     ("platform", "08:40:00")], route="1", service="w", trip_headsign="Café, é")  # fmt: skip
    feed.trip("night", [("007", "23:50:00"), ("NA", "25:10:30"), ("C,1", "26:00:00")], route="1")
    feed.trip("h", [("NA", "00:00:00"), ("C,1", "00:10:00")], route="2")
    feed.trip("dates", [("C,1", "12:00:00"), ("007", "12:30:00")], route="2", service="extra")
    feed.service("daily")
    feed.exception("extra", "20240515")
    feed.exception("w", "20240516", 2)
    feed.frequency("h", "06:00:00", "09:00:00", 700)
    feed.frequency("h", "24:00:00", "25:00:00", 900, exact=1)
    feed.transfer("NA", "C,1", 2, min_transfer_time=90)
    feed.transfer("C,1", "NA", 0)
    feed.row("pathways.txt", pathway_id="p", from_stop_id="door", to_stop_id="platform", pathway_mode=1,
             is_bidirectional=1, length=12.5, traversal_time=20)  # fmt: skip
    feed.row("feed_info.txt", feed_publisher_name="P", feed_publisher_url="https://p.example.org",
             feed_lang="pt", feed_version="2024.10")  # fmt: skip
    return feed


def fares(feed: GtfsBuilder) -> GtfsBuilder:
    """Files that gtfs-kit does not know, and one it knows that names routes."""
    feed.row("areas.txt", area_id="a", area_name="Área")
    feed.row("stop_areas.txt", area_id="a", stop_id="007")
    feed.row("stop_areas.txt", area_id="a", stop_id="NA")
    feed.row("networks.txt", network_id="n")
    feed.row("route_networks.txt", network_id="n", route_id="2")
    feed.row("translations.txt", table_name="stops", field_name="stop_name", language="en",
             translation="Seven", record_id="007")  # fmt: skip
    feed.row("translations.txt", table_name="routes", field_name="route_long_name", language="en",
             translation="Two", record_id="2")  # fmt: skip
    feed.row("fare_attributes.txt", fare_id="f", price="4.70", currency_type="BRL", payment_method=0,
             transfers=0)  # fmt: skip
    feed.row("fare_rules.txt", fare_id="f", route_id="1")
    feed.row("fare_rules.txt", fare_id="f", route_id="2")
    feed.raw("locations.geojson", '{"type": "FeatureCollection", "features": []}')
    return feed


def edited(feed: gtfs_kit.Feed, **tables: pd.DataFrame | None) -> gtfs_kit.Feed:
    """A shallow copy with other tables."""
    copy = gtfs_kit.Feed(dist_units="km", **{
        name: getattr(feed, name) for name in COLUMN_TYPES if name != "pathways"
    })  # fmt: skip
    copy.pathways = feed.pathways
    for name, table in tables.items():
        setattr(copy, name, table)
    return copy


def with_everything_rewritten(feed: gtfs_kit.Feed) -> gtfs_kit.Feed:
    """The same in content, with one more column in every table."""
    tables = {name: getattr(feed, name) for name in COLUMN_TYPES}
    more = {
        name: table.assign(extra=pd.array(["x"] * len(table), "string"))
        for name, table in tables.items()
        if table is not None
    }
    return edited(feed, **more)


def without_route(feed: gtfs_kit.Feed, route: str) -> gtfs_kit.Feed:
    trips = feed.trips[feed.trips["route_id"] != route]
    gone = set(feed.trips["trip_id"]) - set(trips["trip_id"])
    frequencies = feed.frequencies
    if frequencies is not None:
        frequencies = frequencies[~frequencies["trip_id"].isin(gone)]
    return edited(
        feed,
        routes=feed.routes[feed.routes["route_id"] != route],
        trips=trips,
        stop_times=feed.stop_times[~feed.stop_times["trip_id"].isin(gone)],
        frequencies=frequencies,
    )


def test_a_changed_feed_reads_back_as_the_same_timetable(tmp_path: Path) -> None:
    base = a_feed().write(tmp_path / "base.zip")
    feed = with_everything_rewritten(read_feed(base))
    written = write_feed(feed, tmp_path / "out.zip", base)
    assert written.copied == ()
    again = read_feed(tmp_path / "out.zip")
    for day in (WEDNESDAY, date(2024, 5, 16), date(2024, 5, 18)):
        found, wanted = build_schedule(again, day), build_schedule(feed, day)
        assert timetable_differences(found, wanted) == []
        assert found.counts == wanted.counts
    for name in COLUMN_TYPES:
        table = getattr(feed, name)
        if table is not None and name != "feed_info":
            pd.testing.assert_frame_equal(getattr(again, name), table)
    assert added_errors(tmp_path / "out.zip", base, WEDNESDAY) == []


def test_text_stands_as_it_was_read(tmp_path: Path) -> None:
    base = a_feed().write(tmp_path / "base.zip")
    write_feed(with_everything_rewritten(read_feed(base)), tmp_path / "out.zip", base)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        visits = archive.read("stop_times.txt").decode().split("\r\n")
        stops = archive.read("stops.txt").decode()
        pathways = archive.read("pathways.txt").decode().split("\r\n")
    assert visits[1] == "t1,1,007,8:05:00,8:05:00,x"
    assert visits[2] == "t1,2,NA,,,x"
    assert visits[3] == 't1,3,"C,1",08:30:00,8:31:00,x'
    assert visits[6] == "night,2,NA,25:10:30,25:10:30,x"
    assert '"Praça ""Zé"", São João"' in stops
    assert "-30.020000000000003" in stops
    assert "007,007,-30,-51.2," in stops
    assert pathways[1] == "p,door,platform,1,1,12.5,20,x"


def test_an_untouched_table_is_copied_byte_for_byte(tmp_path: Path) -> None:
    base = fares(a_feed()).write(tmp_path / "base.zip")
    feed = read_feed(base)
    shifted = feed.stop_times.copy()
    shifted.loc[0, "departure_time"] = "8:06:00"
    written = write_feed(edited(feed, stop_times=shifted), tmp_path / "out.zip", base)
    assert written.rewritten == ("feed_info.txt", "stop_times.txt")
    assert written.left_out == {}
    with zipfile.ZipFile(base) as old, zipfile.ZipFile(tmp_path / "out.zip") as new:
        assert sorted(old.namelist()) == new.namelist()
        for name in written.copied:
            assert old.read(name) == new.read(name), name
        assert b"4.70" in new.read("fare_attributes.txt")
    assert "changed feed_info.txt, stop_times.txt; 17 files as in the base" in written.summary()["en"]
    assert "modifiés feed_info.txt, stop_times.txt ; 17 fichiers" in written.summary()["fr"]


def test_rows_that_name_something_removed_are_left_out(tmp_path: Path) -> None:
    base = fares(a_feed()).write(tmp_path / "base.zip")
    feed = without_route(read_feed(base), "2")
    written = write_feed(feed, tmp_path / "out.zip", base)
    assert written.left_out == {"fare_rules.txt": 1, "route_networks.txt": 1, "translations.txt": 1}
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        names = archive.namelist()
        assert archive.read("fare_rules.txt") == b"fare_id,route_id\r\nf,1\r\n"
        assert b"Seven" in archive.read("translations.txt")
        assert archive.read("stop_areas.txt").count(b"\n") == 3
    assert "route_networks.txt" not in names  # its only row is gone
    assert "frequencies.txt" not in names
    assert "locations.geojson" in names
    assert added_errors(tmp_path / "out.zip", base, WEDNESDAY) == []
    assert "fare_rules.txt 1" in written.summary()["en"]
    assert "lignes omises" in written.summary()["fr"]


def test_zones_of_removed_stops_take_their_fare_rules_with_them(tmp_path: Path) -> None:
    builder = a_feed()
    builder.row("fare_attributes.txt", fare_id="f", price="1", currency_type="BRL", payment_method=0,
                transfers=0)  # fmt: skip
    builder.row("fare_rules.txt", fare_id="f", origin_id="z1", destination_id="z2")
    builder.row("fare_rules.txt", fare_id="f", origin_id="z2", destination_id="z2")
    base = builder.write(tmp_path / "base.zip")
    feed = read_feed(base)
    keep = feed.stop_times["stop_id"] != "007"
    changed = edited(feed, stops=feed.stops[feed.stops["stop_id"] != "007"], stop_times=feed.stop_times[keep])
    assert write_feed(changed, tmp_path / "out.zip", base).left_out == {"fare_rules.txt": 1}


def test_the_version_says_scenario(tmp_path: Path) -> None:
    base = a_feed().write(tmp_path / "base.zip")
    write_feed(read_feed(base), tmp_path / "out.zip", base, scenario="More trams")
    assert read_feed(tmp_path / "out.zip").feed_info["feed_version"].to_list() == [
        "2024.10; scenario: More trams"
    ]
    write_feed(read_feed(base), tmp_path / "same.zip", base, scenario=None)
    assert read_feed(tmp_path / "same.zip").feed_info["feed_version"].to_list() == ["2024.10"]


def test_a_version_that_was_not_given_is_the_scenario_alone(tmp_path: Path) -> None:
    builder = a_feed()
    builder.rows.pop("feed_info.txt")
    builder.row("feed_info.txt", feed_publisher_name="P", feed_publisher_url="https://p.example.org",
                feed_lang="pt")  # fmt: skip
    base = builder.write(tmp_path / "base.zip")
    write_feed(read_feed(base), tmp_path / "out.zip", base)
    assert read_feed(tmp_path / "out.zip").feed_info["feed_version"].to_list() == ["scenario: scenario"]


def test_the_same_feed_gives_the_same_bytes_and_the_base_may_be_a_folder(tmp_path: Path) -> None:
    base, folder = a_feed().write(tmp_path / "base.zip"), a_feed().write(tmp_path / "base")
    feed = with_everything_rewritten(read_feed(base))
    write_feed(feed, tmp_path / "1.zip", base)
    write_feed(feed, tmp_path / "2.zip", folder)
    write_feed(feed, tmp_path / "2.zip", folder)  # again, over itself
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.zip", "2.zip", "base", "base.zip"]


def test_a_feed_without_a_base_is_written_whole(tmp_path: Path) -> None:
    feed = read_feed(a_feed().write(tmp_path / "base.zip"))
    write_feed(feed, tmp_path / "out.zip", None)
    again = read_feed(tmp_path / "out.zip")
    assert timetable_differences(build_schedule(again, WEDNESDAY), build_schedule(feed, WEDNESDAY)) == []


def test_a_table_the_edit_added_is_written(tmp_path: Path) -> None:
    builder = GtfsBuilder()
    builder.trip("t", [("A", "08:00:00"), ("B", "09:00:00")])
    base = builder.write(tmp_path / "base.zip")
    frequencies = pd.DataFrame({
        "trip_id": pd.array(["t"], "string"), "start_time": pd.array(["08:00:00"], "string"),
        "end_time": pd.array(["09:00:00"], "string"), "headway_secs": pd.array([600], "Int32"),
        "exact_times": pd.array([pd.NA], "Int8"),
    })  # fmt: skip
    feed = edited(read_feed(base), frequencies=frequencies)
    assert write_feed(feed, tmp_path / "out.zip", base).rewritten == ("frequencies.txt",)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.read("frequencies.txt").endswith(b"t,08:00:00,09:00:00,600,\r\n")
    assert build_schedule(read_feed(tmp_path / "out.zip"), WEDNESDAY).counts.expanded_trips == 6


def test_a_feed_with_calendar_dates_only_stays_one(tmp_path: Path) -> None:
    builder = GtfsBuilder()
    builder.trip("t", [("A", "08:00:00"), ("B", "09:00:00")], service="s")
    builder.exception("s", "20240515")
    builder.exception("s", "20240516")
    base = builder.write(tmp_path / "base.zip")
    feed = read_feed(base)
    changed = edited(feed, calendar_dates=feed.calendar_dates.iloc[:1])
    write_feed(changed, tmp_path / "out.zip", base)
    again = read_feed(tmp_path / "out.zip")
    assert again.calendar is None
    assert timetable_differences(build_schedule(again, WEDNESDAY), build_schedule(changed, WEDNESDAY)) == []
    assert build_schedule(again, date(2024, 5, 16), allow_no_service=True).counts.trips == 0
    assert added_errors(tmp_path / "out.zip", base, WEDNESDAY) == []


def test_a_feed_of_which_nothing_is_left_is_refused(tmp_path: Path) -> None:
    base = a_feed().write(tmp_path / "base.zip")
    feed = read_feed(base)
    empty = edited(feed, trips=feed.trips.iloc[:0], stop_times=feed.stop_times.iloc[:0], calendar=None,
                   calendar_dates=None)  # fmt: skip
    with pytest.raises(
        FeedError, match=r"nothing is left in trips.txt, stop_times.txt, calendar.txt or .*leave the feed out"
    ):
        write_feed(empty, tmp_path / "out.zip", base)
    assert not (tmp_path / "out.zip").exists()


def test_the_base_is_never_overwritten_nor_a_folder(tmp_path: Path) -> None:
    base = a_feed().write(tmp_path / "base.zip")
    before = base.read_bytes()
    with pytest.raises(FeedError, match="is the base itself, which is never overwritten"):
        write_feed(read_feed(base), base, base)
    with pytest.raises(FeedError, match="is a folder; give the name of a zip"):
        write_feed(read_feed(base), tmp_path, base)
    assert base.read_bytes() == before


def test_nothing_is_left_behind_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = a_feed().write(tmp_path / "base.zip")
    (tmp_path / "out.zip").write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", fail)
    with pytest.raises(OSError, match="disk full"):
        write_feed(read_feed(base), tmp_path / "out.zip", base)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base.zip", "out.zip"]
    assert (tmp_path / "out.zip").read_bytes() == b"old"


def test_an_error_that_the_export_adds_is_named(tmp_path: Path) -> None:
    builder = a_feed()
    builder.rows["routes.txt"][0]["route_color"] = "zzz"
    base = builder.write(tmp_path / "base.zip")
    feed = read_feed(base)
    assert write_feed(feed, tmp_path / "same.zip", base).copied
    assert added_errors(tmp_path / "same.zip", base, WEDNESDAY) == []
    changed = edited(feed, routes=feed.routes.assign(route_color="zzz"))
    write_feed(changed, tmp_path / "out.zip", base)
    (added,) = added_errors(tmp_path / "out.zip", base, WEDNESDAY)
    assert (added.code, added.file, added.base_count, added.count) == ("invalid_color", "routes.txt", 1, 2)
    assert "invalid_color (routes.txt): 2, in the base 1: " in added.summary()["en"]
    assert "invalid_color (routes.txt) : 2, dans la base 1" in added.summary()["fr"]


def test_a_difference_between_two_timetables_is_named(tmp_path: Path) -> None:
    feed = read_feed(a_feed().write(tmp_path / "base.zip"))
    one = build_schedule(feed, WEDNESDAY)
    later = feed.stop_times.copy()
    later.loc[3, ["arrival_time", "departure_time"]] = "08:40:01"
    assert timetable_differences(build_schedule(edited(feed, stop_times=later), WEDNESDAY), one) == [
        "arrival_s",
        "departure_s",
    ]
    other_rule = edited(feed, transfers=feed.transfers.iloc[:1], pathways=None)
    assert timetable_differences(build_schedule(other_rule, WEDNESDAY), one) == [
        "transfers.from_stop", "transfers.to_stop", "transfers.from_route", "transfers.to_route",
        "transfers.from_trip", "transfers.to_trip", "transfers.transfer_type",
        "transfers.min_transfer_time_s", "pathways", "all_pathways",
    ]  # fmt: skip
    assert "service_date" in timetable_differences(build_schedule(feed, date(2024, 5, 14)), one)


@given(st.lists(st.floats(-180, 180), min_size=1, max_size=20))
@settings(derandomize=True, max_examples=60, deadline=None)
def test_every_number_reads_back_as_itself(numbers: list[float]) -> None:
    shapes = pd.DataFrame({"shape_id": pd.array(["s"] * len(numbers), "string"), "shape_pt_lat": numbers})
    content = export._csv(shapes)
    assert b"e" not in content.split(b"\r\n", 1)[1]
    again = read_table(content, "shapes", "feed")
    assert again is not None
    assert again["shape_pt_lat"].to_list() == numbers


characters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters='\n\r,"')
texts = st.text(characters, min_size=1)


@given(st.lists(texts.filter(lambda text: text == text.strip()), min_size=1, max_size=8))
@settings(derandomize=True, max_examples=80, deadline=None)
def test_every_text_reads_back_as_itself(names: list[str]) -> None:
    ids, stop_names = pd.array(["s"] * len(names), "string"), pd.array(names, "string")
    stops = pd.DataFrame({"stop_id": ids, "stop_name": stop_names, "stop_lat": 1.5, "stop_lon": 2.0})
    again = read_table(export._csv(stops), "stops", "feed")
    assert again is not None
    assert again["stop_name"].to_list() == names


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "route"), [("eptc", "T12"), ("trensurb", None)])
def test_porto_alegre_reads_back_as_the_same_timetable(
    porto_alegre: Path, tmp_path: Path, name: str, route: str | None
) -> None:
    base, day = porto_alegre / f"gtfs_{name}.zip", date(2019, 5, 15)
    feed = with_everything_rewritten(read_feed(base))
    if route is not None:
        feed = without_route(feed, route)
    write_feed(feed, tmp_path / "out.zip", base)
    again = read_feed(tmp_path / "out.zip")
    assert timetable_differences(build_schedule(again, day), build_schedule(feed, day)) == []
    assert added_errors(tmp_path / "out.zip", base, day) == []
