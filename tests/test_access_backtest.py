"""A back-test judges what was said: by hand, alert by alert."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from builders_observatory import Planted, quarters, small_store

from access.backtest import back_test, judged
from access.backtest_file import as_record, load_back_test, save_back_test
from access.backtest_said import half_cleared
from access.backtest_text import back_test_lines
from access.backtest_truth import Truth, read_truth
from access.errors import ConfigError
from access.observatory_store import reading
from access.texts import Texts
from access.warning import Alert, alerts_of

DAYS = quarters(10)
RULES = ["right_newly_unmet", "access_falls"]


def alert(name: str, kind: str = "change", state: str = "notice", **subject: str) -> Alert:
    rule = RULES[0] if kind == "level" else RULES[1]
    day, text = DAYS[0], {"en": f"{name} in English", "fr": f"{name} en français"}
    nothing = dict.fromkeys(("residents", "before", "now", "low", "high", "p_value", "unit"))
    return Alert(
        alert=name, rule=rule, kind=kind, city="town", series="s", state=state, since=day, since_snapshot="x",
        held=day, held_snapshot="x", last=day, last_snapshot="x", n_snapshots=1, subject=subject,
        cells=(), history=(), text=text, **nothing,
    )  # fmt: skip


def truth(*planted: dict, noise: tuple = ()) -> Truth:
    content = [{"what": {"en": "What", "fr": "Quoi"}, **each} for each in planted]
    return Truth.model_validate({"planted": content, "noise": noise})


CUT = {"id": "cut", "effect": "harm", "begins": DAYS[4], "found_by": [{"kind": "change"}]}


def seen(said: dict[int, list[Alert]]) -> list[list[Alert]]:
    return [said.get(number, []) for number in range(len(DAYS))]


def test_a_harm_said_in_its_first_snapshot_has_delay_one():
    found = judged(DAYS, seen({4: [alert("a")], 5: [alert("a", state="warning")]}), RULES, truth(CUT))
    row = found.planted.iloc[0]
    assert (row["delay"], row["warned_delay"], row["found"], row["said_on"]) == (1, 2, True, DAYS[4])
    assert found.misses == []


@pytest.mark.parametrize(("at", "in_time"), [(5, True), (6, False)])
def test_a_harm_must_be_said_within_two_snapshots(at, in_time):
    found = judged(DAYS, seen({at: [alert("a")]}), RULES, truth(CUT))
    assert bool(found.planted["found"].iloc[0]) is in_time
    assert found.misses == ([] if in_time else ["cut"])


def test_what_was_said_before_does_not_find_a_harm():
    early = {number: [alert("a")] for number in range(3, 10)}
    found = judged(DAYS, seen(early), RULES, truth(CUT))
    assert found.misses == ["cut"]
    assert list(found.beside["day"]) == [DAYS[3]]


def test_another_kind_or_subject_does_not_find_a_harm():
    care = {**CUT, "found_by": [{"kind": "level", "right": "care"}]}
    said = {4: [alert("a"), alert("b", "level", right="school")]}
    assert judged(DAYS, seen(said), RULES, truth(care)).misses == ["cut"]
    said[4].append(alert("c", "level", right="care"))
    assert judged(DAYS, seen(said), RULES, truth(care)).misses == []


def test_false_alarms_are_counted_where_nothing_happened_and_once_each():
    stretch = ((DAYS[0], DAYS[3]),)
    said = {2: [alert("a")], 3: [alert("a", state="warning"), alert("b")], 4: [alert("c")]}
    found = judged(DAYS, seen(said), RULES, truth(CUT, noise=stretch))
    assert list(found.false_alarms["day"]) == [DAYS[2], DAYS[3]]
    assert list(found.false_alarms["state"]) == ["warning", "notice"]
    assert (found.noise_snapshots, found.snapshot_rules) == (4, 8)
    assert found.false_per_50 == 50 * 2 / 8


def test_in_a_stretch_of_noise_every_alert_is_false_also_one_that_fits_what_was_planted():
    stretch = ((DAYS[6], DAYS[9]),)
    said = {4: [alert("a")], 6: [alert("b")], 9: [alert("c")]}
    found = judged(DAYS, seen(said), RULES, truth(CUT, noise=stretch))
    assert list(found.false_alarms["text_en"]) == ["b in English", "c in English"]


def test_outside_of_noise_a_consequence_may_settle_late_but_a_much_later_one_is_told():
    said = {4: [alert("a")], 7: [alert("b")], 8: [alert("c")]}
    found = judged(DAYS, seen(said), RULES, truth(CUT))
    assert list(found.beside["text_en"]) == ["c in English"]
    assert found.false_alarms.empty


def test_a_slow_harm_counts_from_its_first_day_and_has_a_limit_of_its_own():
    slow = {**CUT, "found_by": [{"kind": "trend"}], "within_snapshots": 4, "lasts_until": DAYS[9]}
    for at, in_time in ((7, True), (8, False)):
        found = judged(DAYS, seen({at: [alert("a", "trend")]}), RULES, truth(slow, CUT | {"id": "fast"}))
        assert found.planted[["delay", "within"]].iloc[0].tolist() == [at - 3, 4]
        assert bool(found.planted["found"].iloc[0]) is in_time
        assert found.planted["within"].iloc[1] == 2
        told = "in snapshot 4 of those that show it; asked for: 4 at most"
        assert any(told in line for line in back_test_lines(found, Texts("en"))) is in_time


def test_a_consequence_is_no_false_alarm_and_no_find_but_must_be_cleared():
    broad = {"found_by": [{"kind": "level"}], "consequences": [{"kind": "change"}]}
    good = {"id": "back", "effect": "good", "begins": DAYS[6], "clears": ["cut"]}
    said = {n: [alert("a", state="cleared" if n > 6 else "notice")] for n in range(4, 8)}
    found = judged(DAYS, seen(said), RULES, truth(CUT | broad, good))
    assert (found.misses, list(found.beside["day"])) == (["cut"], [])
    assert found.planted[["alerts", "delay"]].iloc[1].tolist() == [1, 2]


def test_something_good_must_clear_while_it_settles():
    good = {"id": "back", "effect": "good", "begins": DAYS[5], "clears": ["cut"]}
    for cleared_at, in_time in ((8, True), (9, False)):
        said = {n: [alert("a", state="cleared" if n >= cleared_at else "notice")] for n in range(4, 10)}
        row = judged(DAYS, seen(said), RULES, truth(CUT, good)).planted.iloc[1]
        assert (row["delay"], bool(row["found"]), row["within"]) == (cleared_at - 4, in_time, 4)


def test_nothing_may_be_planted_in_noise_nor_end_before_it_begins(tmp_path: Path):
    cut = f"{{id: a, effect: harm, begins: {DAYS[4]}, lasts_until: {DAYS[2]}, found_by: [{{kind: data}}],"
    file = tmp_path / "truth.yaml"
    file.write_text(
        f"planted:\n  - {cut} what: {{en: A, fr: A}}}}\nnoise:\n  - [{DAYS[3]}, {DAYS[5]}]\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as error:
        read_truth(file)
    assert f"a: begins {DAYS[4]}, in the noise from {DAYS[3]} to {DAYS[5]}" in str(error.value)
    assert f"a: lasts until {DAYS[2]}, before it begins" in str(error.value)


def test_something_good_must_clear_what_it_ends():
    good = {"id": "back", "effect": "good", "begins": DAYS[6], "clears": ["cut"]}
    standing = {n: [alert("a")] for n in range(4, 8)}
    cleared = {**standing, 8: [alert("a", state="cleared")], 9: [alert("a", state="cleared")]}
    found = judged(DAYS, seen(cleared), RULES, truth(CUT, good)).planted.set_index("id")
    assert (found.loc["back", "delay"], found.loc["back", "found"]) == (3, True)
    for_ever = {**standing, 8: [alert("a")], 9: [alert("a")]}
    found = judged(DAYS, seen(for_ever), RULES, truth(CUT, good)).planted.set_index("id")
    assert not found.loc["back", "found"]


def test_half_of_what_something_good_ends_must_be_cleared():
    assert half_cleared([2, 5, None]) == 5
    assert half_cleared([2, 5, None, None]) == 5
    assert half_cleared([2, None, None]) is None
    assert half_cleared([3]) == 3
    assert half_cleared([]) is None


def test_an_alert_first_seen_cleared_was_never_said():
    found = judged(DAYS, seen({4: [alert("a", state="cleared")]}), RULES, truth(CUT))
    assert found.said == []


def test_without_a_truth_it_tells_what_was_said_when():
    found = judged(DAYS, seen({2: [alert("a")], 3: [alert("a", state="entrenched")]}), RULES, None)
    assert list(found.said_table["state"]) == ["entrenched"]
    assert found.planted.empty
    assert found.false_per_50 is None
    lines = back_test_lines(found, Texts("en"))
    assert any("a in English" in line for line in lines)


def test_what_happens_after_the_history_is_left_out():
    later = {**CUT, "id": "later", "begins": date(2030, 1, 1)}
    found = judged(DAYS, seen({4: [alert("a")]}), RULES, truth(CUT, later))
    assert list(found.planted["id"]) == ["cut"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_verdict_is_written_in_both_languages(language):
    good = {"id": "back", "effect": "good", "begins": DAYS[6], "clears": ["cut"]}
    data = {**CUT, "id": "data", "found_by": [{"kind": "data"}]}
    said = {1: [alert("f")], 4: [alert("a")], 8: [alert("g", "trend")]}
    found = judged(DAYS, seen(said), RULES, truth(CUT, good, data, noise=((DAYS[0], DAYS[2]),)))
    text = "\n".join(back_test_lines(found, Texts(language)))
    assert ("Missed" if language == "en" else "Manqué") in text
    assert ("in English" if language == "en" else "en français") in text
    assert ("8.3 in fifty" if language == "en" else "8,3 sur cinquante") in text


def test_results_lie_beside_the_store_and_are_read_again(tmp_path: Path):
    found = judged(DAYS, seen({4: [alert("a")]}), RULES, truth(CUT))
    save_back_test(tmp_path / "s.duckdb", "town", found)
    record = load_back_test(tmp_path / "s.duckdb", "town")
    assert record == json.loads(json.dumps(as_record(found, "town")))
    assert record["planted"][0]["what_fr"] == "Quoi"
    assert record["planted"][0]["begins"] == str(DAYS[4])
    assert load_back_test(tmp_path / "s.duckdb", "elsewhere") is None


def test_a_result_of_an_older_form_is_no_result(tmp_path: Path):
    older = {"city": "town", "planted": [{"after": 1}]}
    (tmp_path / "s.duckdb.backtest-town.json").write_text(json.dumps(older), encoding="utf-8")
    assert load_back_test(tmp_path / "s.duckdb", "town") is None


def test_a_damaged_result_is_no_result(tmp_path: Path):
    (tmp_path / "s.duckdb.backtest-town.json").write_text("{", encoding="utf-8")
    assert load_back_test(tmp_path / "s.duckdb", "town") is None


def test_all_problems_of_a_truth_are_said_at_once(tmp_path: Path):
    file = tmp_path / "truth.yaml"
    file.write_text(
        "planted:\n"
        "  - {id: a, effect: harm, begins: 2020-01-01, what: {en: A, fr: A}}\n"
        "  - {id: b, effect: bad, begins: 2020-01-01, what: {en: B, fr: B}}\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as error:
        read_truth(file)
    assert "a harm needs found_by" in str(error.value)
    assert "effect" in str(error.value)


def test_a_planted_cut_is_found_in_a_store_and_quiet_snapshots_stay_quiet(tmp_path: Path):
    days = quarters(9)
    snapshots = [Planted(day, access=0.6 if number >= 6 else 1.0) for number, day in enumerate(days)]
    path = small_store(tmp_path / "s.duckdb", snapshots)
    known = truth({**CUT, "begins": days[6]}, noise=((days[0], days[5]),))
    with reading(path) as store:
        found = back_test(store, "smalltown", known)
    assert found.misses == []
    assert found.planted["delay"].iloc[0] == 1
    assert found.planted["warned_delay"].iloc[0] == 2
    assert len(found.false_alarms) == 0
    assert found.snapshot_rules == 6 * len(found.rules)


def test_the_replay_says_what_would_have_been_said_with_what_was_filed_by_then(tmp_path: Path):
    snapshots = [Planted(day, access=0.6 if 4 <= number < 7 else 1.0, last_day=day)
                 for number, day in enumerate(quarters(8))]  # fmt: skip
    path = small_store(tmp_path / "all.duckdb", snapshots)
    with reading(path) as store:
        replayed = back_test(store, "smalltown")
    number = 5
    early = small_store(tmp_path / "early.duckdb", snapshots[: number + 1])
    with reading(early) as store:
        then = {alert.alert: alert.state for alert in alerts_of(store, "smalltown")}
    assert then == {one.alert.alert: one.states[number] for one in replayed.said if number in one.states}
    assert then
