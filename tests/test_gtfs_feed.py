"""Archives, tables and merging."""

from __future__ import annotations

import copy
import stat
import warnings
import zipfile

import pandas as pd
import pytest
from builders_gtfs import GtfsBuilder

from gtfs.archive import open_archive
from gtfs.errors import FeedError, FeedQualityWarning
from gtfs.feed import merge_feeds, read_feed

EMPTY_ZIP = b"PK\x05\x06" + bytes(18)


def small() -> GtfsBuilder:
    feed = GtfsBuilder()
    feed.trip("t1", [("A", "08:00:00"), ("B", "08:10:00")])
    return feed


def zip_of(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


# --- archives ---


def test_a_zip_and_a_folder_give_the_same_feed(tmp_path):
    a = read_feed(small().write(tmp_path / "feed.zip"))
    b = read_feed(small().write(tmp_path / "feed"))
    assert a == b


def test_a_path_that_does_not_exist(tmp_path):
    with pytest.raises(FeedError, match=r"buses: there is no file or folder .*lost\.zip; check the path"):
        read_feed(tmp_path / "lost.zip", "buses")


def test_a_file_that_is_no_zip(tmp_path):
    (tmp_path / "feed.zip").write_text("stop_id,stop_name\n")
    with pytest.raises(FeedError, match=r"feed\.zip is not a zip archive .*download the GTFS feed again"):
        read_feed(tmp_path / "feed.zip")


def test_a_truncated_zip(tmp_path):
    path = small().write(tmp_path / "feed.zip")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(FeedError, match=r"is not a zip archive|is damaged"):
        read_feed(path)


def test_a_zip_with_damaged_content(tmp_path):
    path = small().write(tmp_path / "feed.zip")
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        offset = archive.getinfo("stops.txt").header_offset
    content[offset + 45] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(FeedError, match=r"stops\.txt in .* is damaged"):
        read_feed(path)


def test_an_empty_zip(tmp_path):
    (tmp_path / "feed.zip").write_bytes(EMPTY_ZIP)
    with pytest.raises(FeedError, match=r"the zip .* is empty; a GTFS feed holds tables such as stops\.txt"):
        read_feed(tmp_path / "feed.zip")


@pytest.mark.parametrize(
    "name", ["../stops.txt", "/etc/stops.txt", "x/../../stops.txt", "C:\\stops.txt", "..\\s.txt"]
)
def test_a_zip_with_a_path_outside_itself(tmp_path, name):
    path = zip_of(tmp_path / "feed.zip", small().files() | {name: b"stop_id\n"})
    with pytest.raises(FeedError, match=r"not safe to read; .*\n  - member .* points outside the archive"):
        read_feed(path)


def test_an_encrypted_zip(tmp_path):
    path = small().write(tmp_path / "feed.zip")
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1  # general purpose flag of the first member in the central directory
    path.write_bytes(content)
    with pytest.raises(FeedError, match=r"member 'agency\.txt' is encrypted"):
        read_feed(path)


def test_a_zip_bomb(tmp_path):
    path = zip_of(tmp_path / "feed.zip", small().files() | {"shapes.txt": bytes(150 * 2**20)})
    with pytest.raises(FeedError, match=r"it unpacks to 150 MiB, .* times its size"):
        open_archive(path)


@pytest.mark.parametrize("kind", ["zip", "folder"])
def test_tables_one_folder_down_are_found_and_named(tmp_path, kind):
    if kind == "zip":
        files = {f"city/{name}": content for name, content in small().files().items()}
        path = zip_of(tmp_path / "feed.zip", files)
    else:
        path = small().write(tmp_path / "feed" / "city").parent
    with pytest.raises(
        FeedError, match=rf"the tables lie in the folder 'city/' inside the {kind}; they must be"
    ):
        read_feed(path)


@pytest.mark.parametrize("file", ["stops.txt", "routes.txt", "trips.txt", "stop_times.txt"])
def test_a_feed_without_a_needed_table(tmp_path, file):
    feed = small()
    feed.drop(file)
    with pytest.raises(FeedError, match=rf"the feed has no {file}; found agency\.txt"):
        read_feed(feed.write(tmp_path / "feed.zip"))


def test_a_feed_without_any_calendar(tmp_path):
    feed = small()
    feed.drop("calendar.txt")
    with pytest.raises(FeedError, match=r"has no calendar\.txt or calendar_dates\.txt"):
        read_feed(feed.write(tmp_path / "feed.zip"))


def test_a_table_in_capitals_is_pointed_out(tmp_path):
    files = small().files()
    files["Stops.txt"] = files.pop("stops.txt")
    with pytest.raises(FeedError, match=r"Stops\.txt must be called stops\.txt"):
        read_feed(zip_of(tmp_path / "feed.zip", files))


@pytest.mark.parametrize("content", ["", "\n", "trip_id,route_id,service_id\n"])
def test_a_needed_table_without_rows(tmp_path, content):
    feed = small()
    feed.raw("trips.txt", content)
    with pytest.raises(FeedError, match=r"no rows in trips\.txt; the feed describes no service"):
        read_feed(feed.write(tmp_path / "feed.zip"))


def test_a_folder_that_cannot_be_read_is_an_ordinary_error(tmp_path):
    path = tmp_path / "feed"
    path.mkdir()
    with pytest.raises(FeedError, match="found nothing"):
        read_feed(path)
    assert path.stat().st_mode & stat.S_IRUSR


# --- tables ---


def test_ids_that_look_like_numbers_or_nothing_stay_as_they_are(tmp_path):
    feed = GtfsBuilder()
    for stop_id in ("007", "7", "NA", "null", "1e5"):
        feed.stop(stop_id, -51.2, -30)
    feed.trip("001", [("007", "08:00:00"), ("NA", "08:10:00")], route="None", service="nan")
    feed.row("transfers.txt", from_stop_id="007", to_stop_id="7", from_trip_id="001", transfer_type=2)
    found = read_feed(feed.write(tmp_path / "feed"))
    assert found.stops["stop_id"].to_list() == ["007", "7", "NA", "null", "1e5"]
    assert found.trips.loc[0, ["trip_id", "route_id", "service_id"]].to_list() == ["001", "None", "nan"]
    assert found.transfers.loc[0, "from_trip_id"] == "001"


def test_blanks_around_names_and_values_are_removed(tmp_path):
    feed = small()
    feed.raw(
        "stops.txt",
        'stop_id , stop_lat, stop_lon,"stop_name "\n007 , -30.0 ,-51.2, "Mercado "\nB,-30.1,-51.2,\n',
    )
    feed.raw("stop_times.txt", (
        " trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "t1, 08:00:00,08:00:00 ,007,1\nt1,08:10:00,08:10:00,B ,2\n"
    ))  # fmt: skip
    found = read_feed(feed.write(tmp_path / "feed"))
    assert found.stops["stop_id"].to_list() == ["007", "B"]
    assert found.stops["stop_name"].to_list() == ["Mercado", pd.NA]
    assert found.stops["stop_lat"].to_list() == [-30.0, -30.1]
    assert found.stop_times["stop_id"].to_list() == ["007", "B"]
    assert found.stop_times["departure_time"].to_list() == ["08:00:00", "08:10:00"]


def test_byte_order_mark_windows_line_ends_and_no_final_line_end(tmp_path):
    feed = small()
    feed.raw("routes.txt", b"\xef\xbb\xbfroute_id,route_type\r\nR,3\r\nS,3")
    assert read_feed(feed.write(tmp_path / "feed")).routes["route_id"].to_list() == ["R", "S"]


def test_columns_without_a_name_and_rows_without_a_value_are_dropped(tmp_path):
    feed = small()
    feed.raw("routes.txt", "route_id,,route_type,\n,,,\nR,x,3,\n\nS,,3,,,\n")
    found = read_feed(feed.write(tmp_path / "feed")).routes
    assert found.columns.to_list() == ["route_id", "route_type"]
    assert found["route_id"].to_list() == ["R", "S"]


@pytest.mark.parametrize("good_row", ["", "B,Estadio,-30.1,-51\n"])
def test_a_comma_in_a_name_without_quotes_is_refused_not_shifted(tmp_path, good_row):
    feed = small()
    feed.raw("stops.txt", f"stop_id,stop_name,stop_lat,stop_lon\n{good_row}A,Rua X, 12,-30,-51\n")
    with pytest.raises(
        FeedError, match=r"line . has 5 cells, the header 4; text that contains a comma must stand"
    ):
        read_feed(feed.write(tmp_path / "feed"))


def test_a_needed_column_is_missing(tmp_path):
    feed = small()
    feed.raw("stops.txt", "stop_id,stop_latitude,stop_lon\nA,-30,-51\n")
    with pytest.raises(
        FeedError, match=r"stops\.txt has no column stop_lat; its columns are stop_id, stop_latit"
    ):
        read_feed(feed.write(tmp_path / "feed"))


def test_a_column_that_appears_twice(tmp_path):
    feed = small()
    feed.raw("routes.txt", "route_id,route_type,route_id\nR,3,R\n")
    with pytest.raises(FeedError, match=r"routes\.txt has two columns called route_id; keep one"):
        read_feed(feed.write(tmp_path / "feed"))


def test_text_in_a_number_that_counts_is_named_by_row(tmp_path):
    feed = GtfsBuilder()
    feed.stop("A", -51.2, -30)
    feed.stop("B", -51.2, "30 S")
    feed.trip("t1", [("A", "08:00:00"), ("B", "08:10:00")])
    with pytest.raises(FeedError, match=r"stop_lat is '30 S' in row 3 \(1 such cells\); it must be a number"):
        read_feed(feed.write(tmp_path / "feed"))


def test_text_in_a_number_that_does_not_count_is_left_blank(tmp_path):
    feed = small()
    feed.raw("routes.txt", "route_id,route_type,route_sort_order\nR,3,first\n")
    feed.raw("fare_attributes.txt", "fare_id,price,payment_method\nx,free,0\ny,4.7,1.5\n")
    found = read_feed(feed.write(tmp_path / "feed"))
    assert found.fare_attributes["price"].isna().to_list() == [True, False]
    assert found.fare_attributes["payment_method"].isna().to_list() == [False, True]


def test_a_broken_table_nobody_needs_is_left_out(tmp_path):
    feed = small()
    feed.raw("fare_attributes.txt", 'fare_id,price\n"x,4\n')
    with pytest.warns(
        FeedQualityWarning, match=r"fare_attributes.txt is not a readable CSV table .*; left out: no"
    ):
        found = read_feed(feed.write(tmp_path / "feed"))
    assert found.fare_attributes is None


def test_a_broken_table_that_is_needed_stops_the_run(tmp_path):
    feed = small()
    feed.raw("stops.txt", 'stop_id,stop_lat,stop_lon\n"A,4,5\n')
    with pytest.raises(FeedError, match=r"stops\.txt is not a readable CSV table"):
        read_feed(feed.write(tmp_path / "feed"))


def test_a_table_that_is_not_utf8_is_read_with_a_warning(tmp_path):
    feed = small()
    feed.raw(
        "stops.txt",
        "stop_id,stop_name,stop_lat,stop_lon\nA,Estação,-30,-51\nB,B,-30.1,-51\n".encode("cp1252"),
    )
    with pytest.warns(FeedQualityWarning, match=r"stops\.txt is not UTF-8 .* travel times are not affected"):
        found = read_feed(feed.write(tmp_path / "feed"))
    assert found.stops["stop_name"].to_list() == ["Estação", "B"]


# --- merging ---


def full(name: str) -> GtfsBuilder:
    feed = GtfsBuilder()
    feed.stop("S", -51.2, -30, location_type=1)
    feed.stop("A", -51.2, -30, parent_station="S")
    feed.stop("B", -51.2, -30.1)
    feed.trip("t1", [("A", "08:00:00"), ("B", "08:10:00")], block_id="b", route=name)
    feed.trip("t2", [("B", "09:00:00"), ("A", "09:10:00")], block_id="b", route=name)
    feed.transfer("A", "B", 4, from_trip_id="t1", to_trip_id="t2", from_route_id=name)
    feed.frequency("t1", "06:00:00", "07:00:00", 600)
    feed.exception("daily", "20240501", 2)
    feed.service("daily")
    return feed


def test_one_feed_is_returned_as_it_is(tmp_path):
    feed = read_feed(small().write(tmp_path / "feed"))
    assert merge_feeds({"buses": feed}) is feed


def test_merged_ids_carry_the_name_of_their_feed_everywhere(tmp_path):
    feeds = {name: read_feed(full(name).write(tmp_path / name)) for name in ("x", "y")}
    before = copy.deepcopy(feeds)
    merged = merge_feeds(feeds)
    assert merged.stops["stop_id"].to_list() == ["x:S", "x:A", "x:B", "y:S", "y:A", "y:B"]
    assert merged.stops["parent_station"].to_list() == [pd.NA, "x:S", pd.NA, pd.NA, "y:S", pd.NA]
    assert merged.trips["route_id"].to_list() == ["x:x", "x:x", "y:y", "y:y"]
    assert merged.trips["block_id"].to_list() == ["x:b", "x:b", "y:b", "y:b"]
    row = merged.transfers.iloc[1]
    columns = ["from_stop_id", "to_stop_id", "from_trip_id", "to_trip_id", "from_route_id"]
    assert row[columns].to_list() == ["y:A", "y:B", "y:t1", "y:t2", "y:y"]
    assert merged.frequencies["trip_id"].to_list() == ["x:t1", "y:t1"]
    assert merged.calendar_dates["service_id"].to_list() == ["x:daily", "y:daily"]
    assert all(feeds[name] == before[name] for name in feeds)


def test_feeds_with_different_tables_and_columns_merge(tmp_path):
    feeds = {"x": read_feed(full("x").write(tmp_path / "x")), "y": read_feed(small().write(tmp_path / "y"))}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        merged = merge_feeds(feeds)
    assert len(merged.transfers) == 1
    assert merged.trips["block_id"].to_list() == ["x:b", "x:b", pd.NA]


def test_no_feed_at_all():
    with pytest.raises(FeedError, match="no GTFS feed was given"):
        merge_feeds({})


def test_a_feed_name_with_a_colon(tmp_path):
    feed = read_feed(small().write(tmp_path / "feed"))
    with pytest.raises(FeedError, match=r"the feed names \['a:b'\] cannot be used as prefixes"):
        merge_feeds({"a:b": feed, "c": feed})
