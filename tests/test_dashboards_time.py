"""The page Over time: what is chosen, a number with its gaps, the map of change, alerts, the whole page."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import flask
import numpy as np
import pandas as pd
import pytest
from builders_observatory import Planted, ids_of, quarters, quiet, small_store
from builders_report import write_run

from access.attribution import Attribution, _file
from access.observatory_store import reading
from access.report_numbers import number_of
from access.warning_report import explained_by
from dashboards import cities_page, time_page
from dashboards.charts_time import series_chart, starts_at_zero
from dashboards.maps_change import change_map, change_of
from dashboards.maps_change import sentence_of as change_words
from dashboards.run_data import RunData, Runs
from dashboards.store_data import STORE, StoreData
from dashboards.time_alert_details import alert_details
from dashboards.time_alert_words import people_of
from dashboards.time_alerts import (
    CLEARED,
    MORE,
    MOST_ROWS,
    MOST_SHOWN,
    alert_list,
    alerts_panel,
    picked_details,
    summary_of,
    without_card,
)
from dashboards.time_alerts_read import Cause, Told, alerts_in, judged_in, not_judged_in
from dashboards.time_choice import Choice, choice_of, city_key, city_of_run
from dashboards.time_numbers import Point, name_of, options_of, points_of, run_of_snapshot
from dashboards.time_words import short_day
from dashboards.view import View
from dashboards.words import Words, words

EN, FR = words("en"), words("fr")
DAYS = quarters(6)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return Runs([write_run(tmp_path_factory.mktemp("time") / "disc")])


@pytest.fixture(scope="module")
def data(runs: Runs) -> RunData:
    return runs.get(runs.first)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> StoreData:
    """Six snapshots: from the fourth on half of the access is gone and many lack a right."""
    file = tmp_path_factory.mktemp("stores") / "store.duckdb"
    cut = {"eu_hospital": tuple(range(12)), "eu_food": (0,)}
    small_store(file, [*quiet(3), *(Planted(day, access=0.5, unmet=cut) for day in DAYS[3:])])
    small_store(file, quiet(1), city="portville", name_en="Portville", name_fr="Le Port")
    return StoreData(file)


def view_of(data: RunData, language: str = "en", **more: str) -> View:
    return View("time", language, data.name, more=more)


def chosen_of(store: StoreData, data: RunData, **more: str) -> Choice:
    more = {"city": city_key(view_of(data), "smalltown"), **more}
    chosen = choice_of(store, data, view_of(data, **more))
    assert chosen is not None
    return chosen


def text_of(component: Any) -> str:
    return json.dumps(component.to_plotly_json(), cls=_Plain, ensure_ascii=False)


class _Plain(json.JSONEncoder):
    def default(self, o: Any) -> Any:
        return o.to_plotly_json() if hasattr(o, "to_plotly_json") else str(o)


# What is chosen


def test_without_a_choice_the_mean_of_the_headline_is_followed_from_the_first_snapshot_to_the_last(
    store: StoreData, data: RunData
) -> None:
    chosen = chosen_of(store, data)
    assert chosen.number == "mean_access|jobs|peak|45||all"
    assert (chosen.before, chosen.after) == (chosen.snapshots[0], chosen.snapshots[-1])
    assert list(chosen.days) == DAYS


@pytest.mark.parametrize("key", ["series", "number", "before", "after"])
def test_what_the_store_does_not_have_becomes_its_own_choice(
    store: StoreData, data: RunData, key: str
) -> None:
    assert chosen_of(store, data, **{key: "../../etc/passwd"}) == chosen_of(store, data)


def test_the_later_snapshot_is_never_before_the_earlier(store: StoreData, data: RunData) -> None:
    names = ids_of(Path(store.location))
    chosen = chosen_of(store, data, before=names[4], after=names[2])
    assert (chosen.before, chosen.after) == (names[0], names[2])
    chosen = chosen_of(store, data, before=names[0], after=names[0])
    assert (chosen.before, chosen.after) == (names[0], names[1])


def test_a_city_chosen_under_one_run_does_not_stay_when_another_run_is_chosen(
    store: StoreData, data: RunData
) -> None:
    elsewhere = choice_of(store, data, view_of(data, city="another-run~smalltown"))
    assert elsewhere is not None
    assert elsewhere.city == "portville"  # the first: the disc is not in the store


def test_a_run_is_of_the_city_with_its_english_name_or_short_name() -> None:
    frame = pd.DataFrame({"city": ["old-town", "b"], "name_en": ["Another", "New Town"], "name_fr": ["", ""]})

    def run_named(name: object) -> Any:
        return SimpleNamespace(manifest={"name": name})

    assert city_of_run(frame, run_named({"en": "New Town", "fr": "Villeneuve"})) == "b"
    assert city_of_run(frame, run_named({"en": "Old Tówn"})) == "old-town"
    assert city_of_run(frame, run_named({"en": "Elsewhere"})) == ""
    assert city_of_run(frame, run_named(None)) == ""


def test_an_empty_store_has_nothing_to_choose(tmp_path: Path, data: RunData) -> None:
    assert choice_of(StoreData(small_store(tmp_path / "s.duckdb", [])), data, view_of(data)) is None


# The number


def test_numbers_of_all_residents_and_of_the_poorest_tenth_can_be_followed(store: StoreData) -> None:
    newest = ids_of(Path(store.location))[-1]
    keys = [option.key for option in options_of(store, newest)]
    assert keys[0] == "mean_access|jobs|peak|45||all"
    assert "mean_access|jobs|peak|45||decile_1" in keys
    assert "right_headcount|hospital|midday|45|eu_hospital|all" in keys
    assert "right_headcount|hospital|midday|45|eu_hospital|decile_1" not in keys
    assert len(keys) == len(set(keys))


def test_a_number_is_named_by_all_that_tells_it_from_others(store: StoreData) -> None:
    newest = ids_of(Path(store.location))[-1]
    run = run_of_snapshot(store, newest)
    names = [name_of(option.number, run, EN) for option in options_of(store, newest)]
    assert names[0] == "Mean access · jobs in less than 45 min"
    assert len(names) == len(set(names))


def test_every_snapshot_has_a_point(store: StoreData, data: RunData) -> None:
    chosen = chosen_of(store, data)
    option = options_of(store, chosen.snapshots[-1])[0]
    points = points_of(store, chosen.city, chosen.series, option.number)
    assert [point.day for point in points] == DAYS
    values = [point.number.value for point in points if point.number]
    assert values[0] == pytest.approx(2 * values[-1])


def point(day: dt.date, value: float | None, **more: Any) -> Point:
    row = {"indicator": "mean_access", "value": value, "unit": "jobs", "covered_population": 500.0, **more}
    return Point(str(day), day, number_of(row))


def test_a_snapshot_without_the_number_leaves_a_gap_and_the_table_says_why() -> None:
    points = [
        point(DAYS[0], 100.0, low=90.0, high=110.0),
        point(DAYS[1], None, note="suppressed: few residents"),
        Point("c", DAYS[2], None),
        point(DAYS[3], 80.0),
    ]
    chart = series_chart(points, "Mean", EN)
    assert chart is not None
    trace = chart.figure.data[0]
    assert list(trace.y) == [100.0, None, None, 80.0]
    assert trace.connectgaps is False
    assert list(trace.error_y.array) == [10.0, 0.0, 0.0, 0.0]
    assert chart.table is not None
    assert [row[1] for row in chart.table.rows] == ["100", EN.texts("range.suppressed"), "no data", "80"]
    assert chart.sentence == "Mean: from 100 on 15 January 2020 to 80 on 15 October 2020, over 2 snapshots."


def test_a_number_that_no_snapshot_has_makes_no_chart() -> None:
    assert series_chart([point(DAYS[0], None)], "Mean", EN) is None


def test_the_scale_begins_at_0_unless_all_lies_in_the_upper_half() -> None:
    assert starts_at_zero([point(DAYS[0], 40.0), point(DAYS[1], 100.0)])
    assert not starts_at_zero([point(DAYS[0], 60.0), point(DAYS[1], 100.0)])
    assert starts_at_zero([point(DAYS[0], 60.0, low=40.0, high=80.0), point(DAYS[1], 100.0)])


def test_days_are_written_without_their_day_of_the_week() -> None:
    assert short_day(dt.date(2026, 3, 1), EN) == "1 March 2026"
    assert short_day("2026-03-01", FR).endswith("mars 2026")
    assert "dimanche" not in short_day("2026-03-01", FR)
    assert short_day(None, EN) == "no data"


# The map of change


def frame_of(values: list[float | None], people: list[float | None], cells: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "headline": values,
            "population": people,
            "snap": "snapped",
            "suppressed": pd.array([False] * len(cells), dtype="boolean"),
        },
        index=pd.Index(cells, name="cell"),
    )


def test_places_gain_lose_stay_hardly_move_or_cannot_be_told(data: RunData) -> None:
    cells = data.cell_ids[:7]
    before = frame_of([100, 100, 100, 100, None, 0, 100], [500.0] * 7, cells)
    after = frame_of([120, 80, 100, 96, 50, 3, 0], [500.0] * 7, cells)
    found = change_of(before, after, data)
    states = found.run.cells["headline_state"].tolist()
    assert states[:7] == ["gain", "loss", "unchanged", "within noise", "no data", "gain", "loss"]
    assert set(states[7:]) == {"no data"}
    assert found.change[:4].tolist() == [20.0, -20.0, 0.0, -4.0]
    assert change_words(found, EN).startswith(
        "29% of residents live where more"
    )  # of all seven, as the table


def test_a_hidden_place_stays_hidden_and_its_change_is_not_sent(data: RunData) -> None:
    cells = data.cell_ids[:3]
    before, after = (frame_of([100, n, 100], [500.0] * 3, cells) for n in (100, 50))
    after.loc[cells[1], "suppressed"] = True
    found = change_of(before, after, data)
    assert math.isnan(found.change[1])
    assert found.hidden.tolist()[:3] == [False, True, False]
    chosen = Choice("c", "s", ("a", "b"), (DAYS[0], DAYS[1]), "", "a", "b")
    made = change_map(found, chosen, EN)
    assert made.legend[made.entry_of_cell[1]].key == "hidden"


def test_a_place_that_the_run_does_not_have_is_counted(data: RunData) -> None:
    cells = [*data.cell_ids[:2], "8a0000000000fff"]
    frame = frame_of([1, 2, 3], [500.0] * 3, cells)
    assert change_of(frame, frame, data).outside == 1
    nothing = change_of(frame.iloc[:0], frame.iloc[:0], data)
    assert np.isnan(nothing.change).all()
    assert change_words(nothing, EN) == EN("time.map.nothing")


# Alerts


@pytest.mark.parametrize("said", [EN, FR], ids=["en", "fr"])
def test_alerts_are_told_with_who_is_concerned_since_when_and_the_history(
    store: StoreData, data: RunData, said: Any
) -> None:
    told = alerts_in(store, chosen_of(store, data))
    assert told
    assert [each.alert.state for each in told] == sorted(
        (each.alert.state for each in told), key=["entrenched", "warning", "notice", "cleared"].index
    )
    shown = "".join(text_of(part) for part in alerts_panel(told, said, on_map=True))
    assert said.label(dict(told[0].alert.text)) in shown
    assert said("time.alerts.no_answer") in shown
    assert said("time.alerts.on_map") in shown
    assert said("time.alerts.on_map") not in "".join(
        text_of(part) for part in alerts_panel(told, said, on_map=False)
    )


def test_an_answer_stands_beside_its_alert_as_plain_text(store: StoreData, data: RunData) -> None:
    first = alerts_in(store, chosen_of(store, data))[0]
    answer = {
        "by_whom": "<b>City</b>",
        "answered_on": dt.date(2026, 2, 3),
        "text": "We looked at it",
        "action": None,
        "action_due": dt.date(2026, 9, 1),
        "state": "promised",
    }
    parts = alerts_panel([Told(first.alert, (answer,), ())], EN, on_map=False)
    shown = "".join(text_of(part) for part in parts)
    assert "<b>City</b>, 3 February 2026: We looked at it. Until 1 September 2026. Promised." in shown


def details_of(told: Told, said: Words = EN) -> str:
    return "".join(text_of(part) for part in alert_details(told, said))


def test_causes_are_told_with_the_days_and_the_numbers_that_they_explain(
    store: StoreData, data: RunData
) -> None:
    alert = dataclasses.replace(alerts_in(store, chosen_of(store, data))[0].alert, since=DAYS[1])
    key = ("mean_access", "jobs", "peak", 45, None, "all")
    found = Attribution("s1", "s2", key, 200.0, 110.0, {"timetable": -95.0, "streets": 6.0}, -1.0)
    shown = details_of(Told(alert, (), (Cause(found, DAYS[0]),)))
    days = f"From {short_day(DAYS[0], EN)} to {short_day(DAYS[1], EN)}, when the alert began"
    assert f"{days}, the number went from 200 to 110." in shown
    assert "Timetable: \u221295 (+106% of the change)" in shown
    assert "order of small groups): \u22121" in shown


def test_causes_of_another_number_between_the_same_snapshots_are_not_those_of_an_alert(
    tmp_path: Path,
) -> None:
    file = tmp_path / "store.duckdb"
    small_store(file, [*quiet(3), *(Planted(day, access=0.5) for day in DAYS[3:])])
    with reading(file) as opened:
        city = str(opened.rows("city")["city"].iloc[0])
        told = judged_in(StoreData(file), city, str(opened.rows("snapshot")["series"].iloc[0])).alerts
    alert = next(each for each in told if each.subject.get("indicator") == "mean_access")
    ends, key = (str(alert.reference_snapshot), alert.since_snapshot), explained_by(alert)
    assert key is not None
    others = [(*key[:3], 30, *key[4:]), (*key[:4], "a_right", key[5])]
    _file(str(file), [Attribution(*ends, other, 9.0, 8.0, {"timetable": -1.0}, 0.0) for other in others])
    chosen = chosen_in_file(file)
    assert [each.causes for each in alerts_in(StoreData(file), chosen)] == [()] * len(told)
    _file(str(file), [Attribution(*ends, key, 9.0, 8.0, {"timetable": -1.0}, 0.0)])
    explained = [each for each in alerts_in(StoreData(file), chosen) if each.causes]
    assert [each.alert.alert for each in explained] == [alert.alert]
    assert explained[0].causes[0].from_day == chosen.day_of(ends[0])


def chosen_in_file(file: Path) -> Choice:
    with reading(file) as opened:
        rows = opened.rows("snapshot").sort_values("observed_on")
    names, days = tuple(rows["snapshot"]), tuple(rows["observed_on"])
    return Choice(
        str(rows["city"].iloc[0]), str(rows["series"].iloc[0]), names, days, "", names[0], names[-1]
    )


@pytest.mark.parametrize("said", [EN, FR], ids=["en", "fr"])
def test_an_alert_that_is_over_tells_its_number_when_it_last_held_and_when_it_was_cleared(
    store: StoreData, data: RunData, said: Words
) -> None:
    first = alerts_in(store, chosen_of(store, data))[0].alert
    point = first.history[0]
    alert = dataclasses.replace(
        first,
        kind="change",
        subject={"indicator": "mean_access"},
        state="cleared",
        held=DAYS[1],
        last=DAYS[3],
        before=16.04,
        now=14.41,
        low=-2.68,
        high=-0.67,
        history=(
            point._replace(observed_on=DAYS[1], holds=True, now=14.41),
            point._replace(observed_on=DAYS[3], holds=False, now=15.93),
        ),
    )
    terms = [part.children for part in alert_details(Told(alert, (), ()), said)[0].children]
    held, then, _, change, cleared, later, *_ = terms
    assert held == said("time.fact.held", day=short_day(DAYS[1], said))
    assert then == said("time.moved_then", before=said.number(16.04, 1), now=said.number(14.41, 1))
    assert change == said.texts("range.from_to", low=said.number(-2.68, 1), high=said.number(-0.67, 1))
    assert cleared == said("time.fact.cleared", day=short_day(DAYS[3], said))
    assert later == said.number(15.93, 1)


@pytest.mark.parametrize(
    ("state", "reference", "key"),
    [("warning", "s1", "none"), ("cleared", "s1", "none_over"), ("warning", None, None)],
)
def test_no_command_is_named_that_would_not_compute_the_causes(
    store: StoreData, data: RunData, state: Any, reference: str | None, key: str | None
) -> None:
    first = alerts_in(store, chosen_of(store, data))[0].alert
    alert = dataclasses.replace(first, kind="level", state=state, reference_snapshot=reference)
    shown = details_of(Told(alert, (), ()))
    assert [each for each in ("none", "none_over") if EN(f"time.why.{each}") in shown] == (
        [key] if key else []
    )


def test_an_index_of_segregation_concerns_no_number_of_residents(store: StoreData, data: RunData) -> None:
    first = alerts_in(store, chosen_of(store, data))[0].alert
    shown = people_of(dataclasses.replace(first, kind="segregation", residents=76_823.0), EN)
    assert shown == ""
    assert people_of(dataclasses.replace(first, kind="change", residents=76_823.0), EN) == "76,823 residents"


def many_alerts(first: Told, n_open: int, n_over: int, n_snapshots: int) -> list[Told]:
    """Return alerts as a history of many years has them, made of one."""
    points = tuple(
        first.alert.history[0]._replace(observed_on=day) for day in quarters(n_snapshots, dt.date(2016, 6, 8))
    )
    states = ["entrenched"] * n_open + ["cleared"] * n_over
    return [
        Told(
            dataclasses.replace(
                first.alert,
                alert=f"{place:012x}",
                state=state,
                since=points[place % 20].observed_on,
                last=points[place % 20 + 15].observed_on,
                text={"en": f"Sentence {place}.", "fr": f"Phrase {place}."},
                history=points,
            ),
            (),
            (),
        )
        for place, state in enumerate(states)
    ]


def count_of(component: Any) -> int:
    """Return how many components there are, all in all."""
    return 1 + sum(1 for _ in component._traverse() if hasattr(_, "to_plotly_json"))


@pytest.mark.parametrize("said", [EN, FR], ids=["en", "fr"])
def test_ten_years_of_alerts_stay_few_enough_for_a_browser(
    store: StoreData, data: RunData, said: Words
) -> None:
    told = many_alerts(alerts_in(store, chosen_of(store, data))[0], 15, 45, 40)
    panel = alerts_panel(told, said, on_map=True)
    assert sum(map(count_of, panel)) < 200
    shown = "".join(map(text_of, panel))
    assert said.label(dict(told[MOST_SHOWN - 1].alert.text)) in shown
    for later in told[MOST_SHOWN:]:
        assert said.label(dict(later.alert.text)) not in shown
    for which, n in ((MORE, 5), (CLEARED, 45)):
        assert said.plural(f"time.alerts.{which}", n) in shown
        assert sum(map(count_of, alert_list(told, which, said))) < 400
    assert count_of(picked_details(told[-1], said, on_map=True)) < 300


def test_alerts_that_are_over_are_rows_the_latest_first_and_the_rest_is_told(
    store: StoreData, data: RunData
) -> None:
    told = many_alerts(alerts_in(store, chosen_of(store, data))[0], 1, MOST_ROWS + 3, 40)
    over = without_card(told, CLEARED)
    assert [each.alert.last for each in over] == sorted((each.alert.last for each in over), reverse=True)
    listed = "".join(map(text_of, alert_list(told, CLEARED, EN)))
    assert EN.plural("time.alerts.left", 3) in listed
    assert all(each.alert.alert in listed for each in over)  # also those without a row can be picked
    assert EN.plural("time.alerts.left", 3) not in "".join(map(text_of, alert_list(told[:-3], CLEARED, EN)))
    assert alert_list(told, MORE, EN) == []
    assert alert_list(told, "other", EN) == []


@pytest.mark.parametrize(
    ("said", "line"), [(EN, "Access falls: not quantified"), (FR, "\u00a0: non quantifié")]
)
def test_what_no_rule_could_judge_stands_under_the_alerts(
    tmp_path: Path, data: RunData, said: Words, line: str
) -> None:
    old = Planted(DAYS[3], access=0.2, draws=False)  # a run of before there were draws
    store = StoreData(small_store(tmp_path / "s.duckdb", [*quiet(3), old]))
    chosen = chosen_of(store, data)
    untested = not_judged_in(store, chosen, said)
    assert short_day(DAYS[3], said) in untested[0]
    panel = alerts_panel(alerts_in(store, chosen), said, on_map=False, not_judged=untested)
    assert line in text_of(panel[-1])


def test_without_alerts_it_says_so(tmp_path: Path, data: RunData) -> None:
    calm = StoreData(small_store(tmp_path / "s.duckdb", quiet(3)))
    told = alerts_in(calm, chosen_of(calm, data))
    assert summary_of(told, EN) == EN("time.alerts.none")


# The page


@pytest.fixture
def served(store: StoreData, runs: Runs) -> Iterator[flask.Flask]:
    server = flask.Flask(__name__)
    server.config.update({STORE: store, "RUNS": runs})
    with server.app_context():
        yield server


@pytest.mark.parametrize("language", ["en", "fr"])
def test_without_a_store_the_pages_say_how_to_make_one(data: RunData, language: str) -> None:
    for page in (time_page, cities_page):
        shown = text_of(page.layout(data, view_of(data, language), words(language)))
        assert "fairreach observe disc --store" in shown
        assert str(data.folder) not in shown


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.usefixtures("served")
def test_the_page_shows_number_alerts_timetables_and_the_form(
    store: StoreData, data: RunData, language: str
) -> None:
    said = words(language)
    view = view_of(data, language, city=city_key(view_of(data), "smalltown"))
    shown = text_of(time_page.layout(data, view, said))
    for key in ("time.part.alerts", "time.part.map", "time.part.feeds", "notes_page.form", "time.map.no_run"):
        assert said(key) in shown
    assert str(Path(store.location).parent) not in shown
    tables = time_page.shown(data, view, said).tables
    assert tables[0].caption
    assert len(tables) == 3


@pytest.mark.parametrize("language", ["en", "fr"])
def test_one_city_is_compared_with_nothing_and_that_is_said_once(
    tmp_path: Path, runs: Runs, data: RunData, language: str
) -> None:
    said = words(language)
    server = flask.Flask(__name__)
    alone = StoreData(small_store(tmp_path / "s.duckdb", quiet(1)))
    server.config.update({STORE: alone, "RUNS": runs})
    with server.app_context():
        shown = text_of(cities_page.layout(data, view_of(data, language), said))
    assert said.plural("cities_page.sentence", 1) in shown
    assert said("cities_page.refused") not in shown


@pytest.mark.usefixtures("served")
def test_one_snapshot_has_no_change_to_show(data: RunData) -> None:
    view = view_of(data, city=city_key(view_of(data), "portville"))
    assert EN("time.map.one_snapshot") in text_of(time_page.layout(data, view, EN))


def test_a_store_that_is_damaged_is_told_and_the_page_stays(tmp_path: Path, runs: Runs) -> None:
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(b"not a database" * 1000)
    server = flask.Flask(__name__)
    server.config.update({STORE: StoreData(broken), "RUNS": runs})
    data = runs.get(runs.first)
    with server.app_context():
        for page in (time_page, cities_page):
            shown = text_of(page.layout(data, view_of(data), EN))
            assert EN("time.problem.title") in shown
            assert str(tmp_path) not in shown
            assert page.shown(data, view_of(data), EN).tables == []
