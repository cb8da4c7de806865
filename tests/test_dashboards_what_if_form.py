"""Forms of "what if": every type of change validates, problems come all at once and in both languages."""

from __future__ import annotations

from typing import Any

import builders_what_if_page as builders
import pytest

from access.scenario import TYPES, Scenario
from dashboards.what_if_form import FORMS, GROUPS, KINDS, changes_of
from dashboards.what_if_form_clicks import Chosen, clicked, moved, toggled, with_place, without
from dashboards.what_if_form_read import City, Place, Reading, place_of_stop, places_of
from dashboards.what_if_form_routes import across, other_way
from dashboards.what_if_form_today import headways_by_hour
from dashboards.what_if_form_values import day_name, filled_of
from dashboards.what_if_form_view import FIELDS, form_block, today_table, today_words
from dashboards.what_if_shown_changes import name_of_changes, sentence_of
from dashboards.words import words

EN, FR = words("en"), words("fr")
ROW = {"start_row_1": "6", "end_row_1": "22:00", "every_min_row_1": 10, "days_row_1": "weekdays"}
POINT = Place("Hospital", -51.195, -30.015)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return builders.city(tmp_path_factory.mktemp("feeds"))


def stop(city: City, name: str) -> Place:
    return place_of_stop(city.today.stops[f"bus|{name}"])


def cases(city: City) -> list[tuple[str, dict[str, Any], list[Place]]]:
    """One filled form of each kind."""
    a, b, d = (stop(city, name) for name in "ABD")
    return [
        ("headway", {"lines": ["bus|R"], **ROW, "retain": True}, []),
        (
            "span",
            {"lines": ["bus|R"], "last": "23:30", "every_min": 30, "days": "sunday", "direction": "0"},
            [],
        ),
        ("speed", {"lines": ["bus|R"], "percent": 25, "from_time": "7", "to_time": "9 h 30"}, []),
        ("dwell", {"lines": ["bus|R"], "dwell_s": 20}, []),
        ("remove_line", {"lines": ["bus|R"], "days": "daily"}, []),
        (
            "new_line",
            {"name": "20", "mode": "bus", "speed_km_h": 18, "both_ways": True, **ROW},
            [a, POINT, d],
        ),
        ("reroute", {"lines": ["bus|R"], "speed_km_h": 18}, [b, POINT, d]),
        ("close_stop", {"stops": ["bus|B"], "saved_s": 20}, []),
        ("move_stop", {"stop": "bus|B"}, [POINT]),
        ("add_service", {"service": "care", "count": 1, "name_of_place": "Clinic"}, [POINT]),
        ("remove_service", {"service": "care", "within_m": 250}, [POINT]),
        ("move_service", {"service": "care", "within_m": 250, "count": 1}, [POINT, a]),
        (
            "add_residents",
            {"residents": 600, "households": 240, "income": 1300, "group_age_0_14": 150},
            [POINT],
        ),
        ("footbridge", {"join_within_m": 60, "linkable": False}, [POINT, a]),
        ("close_street", {"how": "crossing"}, [POINT, a]),
    ]


def made(city: City, kind: str, values: dict[str, Any], places: list[Place]) -> list[dict[str, Any]]:
    found = changes_of(kind, values, places, city, EN)
    assert not found.problems
    assert not found.in_english
    return found.changes


# ---- every form


def test_every_kind_has_a_form_fields_and_words_and_every_type_of_change_a_form(city: City) -> None:
    assert set(KINDS) == set(FORMS) == set(FIELDS) == {kind for kind, _, _ in cases(city)}
    for said in (EN, FR):
        assert all(said.has(f"what_if.kind.{kind}") and said.has(f"what_if.help.{kind}") for kind in KINDS)
        assert all(said.has(f"what_if.group.{group}") for group in GROUPS)
    types = {change["type"] for case in cases(city) for change in made(city, *case)}
    assert types == set(TYPES)


@pytest.mark.parametrize("number", range(len(KINDS)))
def test_what_a_form_makes_is_a_scenario_can_be_edited_and_is_told_in_both_languages(
    city: City, number: int
) -> None:
    kind, values, places = cases(city)[number]
    changes = made(city, kind, values, places)
    assert changes
    Scenario.model_validate({"name": "x", "modifications": changes})
    for change in changes:
        filled = filled_of(change, city)
        assert filled is not None
        assert changes_of(filled.kind, filled.values, filled.places, city, FR).changes == [change]
        told = [sentence_of(change, city, said) for said in (EN, FR)]
        assert all(told)
        assert told[0] != told[1]
        assert "{" not in "".join(told)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("said", [EN, FR], ids=["en", "fr"])
def test_an_empty_form_is_told_everything_that_is_missing_and_makes_nothing(
    city: City, kind: str, said: Any
) -> None:
    found = changes_of(kind, {}, [], city, said)
    assert found.problems
    assert not found.changes


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_is_drawn_and_its_defaults_are_possible(city: City, kind: str) -> None:
    drawn = str(form_block(kind, {}, city, EN, editing=False))
    assert all(f"'{name.lstrip('?')}" in drawn for name in FIELDS[kind] if name[0] not in "@")


def test_nonsense_from_a_browser_is_a_problem_and_never_an_error(city: City) -> None:
    odd: list[Any] = [None, "", "x" * 5000, -1, 1e308, float("nan"), ["bus|R"] * 500, [{}], {"a": 1}, True]
    names = {name.lstrip("?@") for fields in FIELDS.values() for name in fields} | set(ROW)
    for kind in (*KINDS, "nothing"):
        for value in odd:
            found = changes_of(kind, dict.fromkeys(names, value), [POINT] * 3, city, EN)
            assert isinstance(found.changes, list)


# ---- single forms


def test_line_r_every_10_minutes_is_told_as_a_planner_says_it(city: City) -> None:
    change = made(city, "headway", {"lines": ["bus|R"], **ROW, "retain": True}, [])[0]
    assert sentence_of(change, city, EN) == (
        "Line R: every 10 minutes on weekdays, 06:00 to 22:00. Other trips stay."
    )
    assert name_of_changes([change, change], city, FR).startswith("Ligne R")
    assert name_of_changes([change], city, EN) == "Line R: every 10 minutes on weekdays, 06:00 to 22:00"


def test_a_second_period_counts_only_if_it_has_a_headway(city: City) -> None:
    more = {"start_row_2": "22:00", "end_row_2": "25:30"}
    one = made(city, "headway", {"lines": ["bus|R"], **ROW, **more}, [])[0]
    two = made(city, "headway", {"lines": ["bus|R"], **ROW, **more, "every_min_row_2": "30"}, [])[0]
    assert [len(each["entries"]) for each in (one, two)] == [1, 2]
    assert two["entries"][1]["end_time"] == "25:30"


def test_a_period_that_ends_before_it_starts_and_an_odd_headway_are_told_together(city: City) -> None:
    wrong = {**ROW, "start_row_1": "22:00", "end_row_1": "6:00", "every_min_row_1": "0,2"}
    problems = changes_of("headway", {"lines": ["bus|none"], **wrong}, [], city, EN).problems
    assert len(problems) == 3  # no such line, hours, headway


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("6", "06:00"),
        ("6:30", "06:30"),
        ("6 h 30", "06:30"),
        ("06h", "06:00"),
        ("25:30", "25:30"),
        ("7.15", "07:15"),
    ],
)
def test_times_of_day_are_read_as_people_write_them(city: City, given: str, read: str) -> None:
    reading = Reading({"first": given}, city, EN)
    assert (reading.clock("first"), reading.problems) == (read, [])


@pytest.mark.parametrize("given", ["noon", "6:99", "99:00", "-1", "6:30:15:00"])
def test_what_is_no_time_of_day_is_a_problem(city: City, given: str) -> None:
    reading = Reading({"first": given}, city, EN)
    assert reading.clock("first") is None
    assert len(reading.problems) == 1


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("3 4.5 2", [180, 270, 120]), ("3, 4,5, 2", [180, 270, 120]), ("3;4,5;2", [180, 270, 120])],
)
def test_minutes_between_stops_are_read_with_either_mark(city: City, given: str, seconds: list[int]) -> None:
    assert Reading({"hop_minutes": given}, city, EN).hops_s(4) == seconds


def test_minutes_that_do_not_fit_the_places_are_a_problem(city: City) -> None:
    reading = Reading({"hop_minutes": "3 4"}, city, EN)
    reading.hops_s(4)
    assert "3 stretches" in reading.problems[0]


def test_a_stop_of_another_feed_becomes_a_new_stop_beside_it(city: City) -> None:
    x = place_of_stop(city.today.stops["tram|X"])
    places = [stop(city, "A"), stop(city, "B"), x]
    change = made(city, "new_line", {"name": "20", "speed_km_h": 18, **ROW}, places)[0]
    assert change["feed"] == "bus"
    assert change["stops"][:2] == ["A", "B"]
    assert change["stops"][2] == {"name": "X", "lat": -30.0, "lon": -51.25}


# ---- another way


def test_a_new_way_between_two_stops_in_both_directions_uses_the_stops_across_the_road(city: City) -> None:
    values = {"lines": ["bus|R"], "hop_minutes": "3 4", "both_ways": True}
    there, back = made(city, "reroute", values, [stop(city, "B"), POINT, stop(city, "D")])
    assert (there["from_stop"], there["to_stop"], there["hop_times"]) == ("B", "D", [180, 240])
    assert (back["from_stop"], back["to_stop"], back["hop_times"]) == ("d", "b", [240, 180])
    assert there["stops"] == back["stops"]


def test_an_extension_begins_at_the_last_stop_and_the_way_back_ends_there(city: City) -> None:
    values = {"lines": ["bus|R"], "speed_km_h": 18, "both_ways": True}
    there, back = made(city, "reroute", values, [stop(city, "D"), POINT])
    assert (there.get("from_stop"), there.get("to_stop")) == ("D", None)
    assert (back.get("from_stop"), back.get("to_stop")) == (None, "d")


def test_a_line_cut_short_ends_at_the_only_stop_given(city: City) -> None:
    change = made(city, "reroute", {"lines": ["bus|R"]}, [stop(city, "C")])[0]
    assert change == {"type": "reroute", "feed": "bus", "routes": ["R"], "from_stop": "C", "stops": []}


def test_a_way_that_meets_the_line_nowhere_is_a_problem(city: City) -> None:
    found = changes_of("reroute", {"lines": ["bus|R"], "speed_km_h": 18}, [POINT, POINT], city, EN)
    assert "line R" in found.problems[0]


def test_the_other_way_of_a_line_with_one_direction_is_none(city: City) -> None:
    assert other_way(city.today.lines["tram|S"], "X", "Y") is None
    line = city.today.lines["bus|R"]
    assert other_way(line, "A", "C").direction == "1"  # type: ignore[union-attr]
    assert other_way(line, "c", "a").direction == "0"  # type: ignore[union-attr]
    assert across(line, line.ways[1], "B", city.today) == "b"


def test_closing_both_sides_of_a_street_closes_the_stop_across(city: City) -> None:
    change = made(city, "close_stop", {"stops": ["bus|B"], "both_sides": True}, [])[0]
    assert change["stops"] == ["B", "b"]


def test_a_line_that_does_not_serve_the_stop_is_told(city: City) -> None:
    found = changes_of("close_stop", {"stops": ["bus|B"], "lines": ["tram|S"]}, [], city, EN)
    assert "Line S" in found.problems[0]


# ---- clicks and places


def test_clicks_mean_what_the_form_needs(city: City) -> None:
    empty = Chosen([], [], "", [])
    on_line = {"lat": -30, "lon": -51.2, "feature": {"kind": "route", "id": "bus|R"}}
    on_stop = {"lat": -30, "lon": -51.2, "feature": {"kind": "stop", "id": "bus|B"}}
    beside = {"lat": -30.015, "lon": -51.195, "feature": None}
    assert clicked("headway", on_line, empty, city, EN).lines == ["bus|R"]
    assert clicked("headway", on_line, Chosen(["bus|R"], [], "", []), city, EN).lines == []
    assert clicked("headway", beside, empty, city, EN) == empty
    assert clicked("close_stop", on_stop, empty, city, EN).stops == ["bus|B"]
    assert clicked("move_stop", on_stop, empty, city, EN).stop == "bus|B"
    assert clicked("move_stop", beside, Chosen([], [], "bus|B", []), city, EN).places[0].lat == -30.015
    assert clicked("new_line", on_stop, empty, city, EN).places[0].stop == "bus|B"
    assert clicked("reroute", on_line, empty, city, EN).lines == ["bus|R"]
    assert len(clicked("reroute", on_line, Chosen(["bus|R"], [], "", []), city, EN).places) == 1


@pytest.mark.parametrize(
    "click", [None, {}, {"lat": "x", "lon": 1}, {"lat": 1e9, "lon": 0}, {"lat": float("nan"), "lon": 0}]
)
def test_a_click_that_is_none_changes_nothing(city: City, click: Any) -> None:
    before = Chosen([], [], "", [POINT])
    assert clicked("new_line", click, before, city, EN) == before


def test_a_point_is_called_after_the_stop_near_it_else_by_its_coordinates(city: City) -> None:
    near = clicked("footbridge", {"lat": -30.001, "lon": -51.2}, Chosen([], [], "", []), city, EN)
    far = clicked("footbridge", {"lat": -31.0, "lon": -52.0}, Chosen([], [], "", []), city, FR)
    assert near.places[0].name == "near Street A"
    assert "31,0000" in far.places[0].name


def test_forms_of_one_or_two_places_keep_the_last_ones() -> None:
    places = [Place(str(k), k, k) for k in range(3)]
    assert [each.name for each in with_place("add_service", places, POINT)] == ["Hospital"]
    assert [each.name for each in with_place("move_service", places, POINT)] == ["2", "Hospital"]
    assert len(with_place("new_line", places, POINT)) == 4
    assert [each.name for each in moved(places, 1, -1)] == ["1", "0", "2"]
    assert moved(places, 0, -1) == places
    assert [each.name for each in without(places, 1)] == ["0", "2"]
    assert toggled(["a"], "a") == []


def test_places_of_a_browser_are_looked_up_and_cut(city: City) -> None:
    good = {"name": "x" * 900, "lon": 1, "lat": 2}
    listed = places_of(
        [good, {"stop": "bus|A", "lon": 99, "lat": 99}, {"lon": 1}, 5, {"lon": "nan", "lat": 0}], city
    )
    assert len(listed) == 2
    assert len(listed[0].name) == 160
    assert (listed[1].stop, listed[1].lon) == ("bus|A", -51.2)  # where the feed has it, not where it was said
    assert places_of("nothing", city) == []
    assert len(places_of([good] * 5000, city)) == 80


# ---- today


def test_today_tells_headways_by_hour_and_direction(city: City) -> None:
    line = city.today.lines["bus|R"]
    assert [way.stops for way in line.ways] == [("A", "B", "C", "D"), ("d", "c", "b", "a")]
    by_hour = headways_by_hour(line.ways[0].departures_s)
    assert [(each.hour, each.departures, each.every_min) for each in by_hour] == [
        (6, 2, 40),
        (7, 1, 40),
        (8, 1, 40),
    ]
    table = today_table(line, city, EN)
    assert table is not None
    assert table.rows[0][1] == "40 min (2)"
    assert today_words(line, EN) == "line R: every 40 minutes, 06:00 to 08:00"


def test_no_departures_have_no_hours_and_one_has_no_gap() -> None:
    assert headways_by_hour([]) == []
    assert str(headways_by_hour([25 * 3600])[0].every_min) == "nan"
    assert headways_by_hour([25 * 3600])[0].hour == 25


def test_a_line_that_makes_no_trip_that_day_is_told(city: City) -> None:
    line = city.today.lines["bus|R"]
    none = line._replace(ways=tuple(way._replace(departures_s=()) for way in line.ways))
    assert today_table(none, city, EN) is None


# ---- files written by hand


@pytest.mark.parametrize(
    ("days", "name"),
    [
        ("weekdays", "weekdays"),
        ([0, 1, 2, 3, 4], "weekdays"),
        (["sat", "sunday"], "weekend"),
        (["monday", "friday"], None),
    ],
)
def test_days_have_the_name_of_the_form_where_it_has_one(days: Any, name: str | None) -> None:
    assert day_name(days) == name


@pytest.mark.parametrize(
    "change",
    [
        {"type": "adjust-speed", "routes": ["R"], "scale": 1.2, "hops": [["A", "B"]]},
        {"type": "remove-trips", "patterns": ["p"]},
        {"type": "close-streets", "ways": [1, 2]},
        {"type": "reroute", "routes": ["R"], "to_stop": "C"},
        {"type": "adjust-frequency", "route": "unknown", "entries": []},
        {"type": "nothing"},
    ],
)
def test_what_no_form_can_say_is_told_but_not_edited(city: City, change: dict[str, Any]) -> None:
    assert filled_of(change, city) is None
    assert all(sentence_of(change, city, said) for said in (EN, FR))


def test_times_in_seconds_as_the_checks_of_a_file_give_them_can_be_edited(city: City) -> None:
    entry = {"start_time": 21600, "end_time": 79200, "headway_min": 10.0, "days": [0, 1, 2, 3, 4]}
    filled = filled_of({"type": "adjust-frequency", "feed": "bus", "route": "R", "entries": [entry]}, city)
    assert filled is not None
    assert filled.values["start_row_1"] == "06:00"
