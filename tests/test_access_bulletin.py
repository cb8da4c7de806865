"""The bulletin: what moved and what did not, on at most two pages that anybody can read."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from builders_observatory import Planted, cells_of, quarters, small_store
from builders_reading import PLAIN, reading_ease, sentences_in
from click.testing import CliRunner

from access.bulletin import bulletin, bulletin_pictures
from access.bulletin_facts import BulletinFacts, Quarter, facts_of, quarter_of
from access.bulletin_figures import access_over_time, months_to_name
from access.bulletin_moved import moved_numbers
from access.bulletin_words import bulletin_words, rounded
from access.cli_notes import COMMANDS
from access.errors import InputDataError, StoreError
from access.notes import submit
from access.observatory_store import reading, writing
from access.texts import LANGUAGES, Texts, french_spaces
from access.warning_history_read import history_of
from access.warning_rules import shipped_rules

EN, FR = Texts("en"), Texts("fr")
TOWN = "smalltown"
PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
HOSTILE = "#set page(width: 1cm) $x^2$ <script>alert(1)</script> *bold* @ref \\ `raw`"
WITHOUT = (0, 1, 2, 3, 4, 5, 6)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five quiet quarters; then access falls and hospitals get out of reach, while food comes into it."""
    path = tmp_path_factory.mktemp("bulletin") / "store.duckdb"
    days = quarters(6)
    bad = Planted(days[5], access=0.7, unmet={"eu_hospital": WITHOUT, "eu_food": ()})
    return small_store(path, [*(Planted(day) for day in days[:5]), bad])


def facts(store: Path, quarter: str = "2021Q2") -> BulletinFacts:
    with reading(store) as opened:
        return facts_of(opened, TOWN, quarter_of(quarter))


def words(store: Path, quarter: str = "2021Q2", texts: Texts = EN) -> dict[str, Any]:
    return bulletin_words(facts(store, quarter), texts)


def test_a_quarter_has_a_first_and_a_last_day() -> None:
    assert (Quarter(2026, 1).first, Quarter(2026, 1).last) == (dt.date(2026, 1, 1), dt.date(2026, 3, 31))
    assert (Quarter(2026, 4).first, Quarter(2026, 4).last) == (dt.date(2026, 10, 1), dt.date(2026, 12, 31))
    assert quarter_of(" 2026q1 ") == quarter_of("2026-Q1") == quarter_of("2026T1") == Quarter(2026, 1)


@pytest.mark.parametrize("text", ["2026Q5", "2026", "Q1", "", "26Q1"])
def test_a_quarter_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(InputDataError, match="such as 2026Q1"):
        quarter_of(text)


def test_what_moved_is_told_and_what_did_not_is_not(store: Path) -> None:
    told = words(store)
    assert (
        told["lead"][0]
        == "We looked at Thursday 15 April 2021. The last look before that was Friday 15 January 2021."
    )
    assert told["lead"][1] == "1 number got better. 3 numbers got worse."
    assert (
        told["worse"][0]
        == "All residents: on average 8,110 jobs can be reached in 45 minutes. Before, it was 11,600."
    )
    assert told["worse"][2] == "Eu hospital: about 4,550 people do not have it. Before, it was about 1,050."
    assert told["better"] == [
        "Eu food: no one we know of goes without it now. Before, it was about 500 people."
    ]


def test_in_a_quiet_quarter_nothing_moved(store: Path) -> None:
    told = words(store, "2021Q1")
    assert (told["better"], told["worse"]) == (["No number got better."], ["No number got worse."])
    assert told["lead"][1] == (
        "As far as we can tell, none of the 4 numbers that we compare here got better or worse."
    )
    assert told["same"] == [
        "4 numbers are about the same, or we cannot tell them apart from their usual ups and downs."
    ]
    assert told["alerts"] == ["No warning holds now."]


def test_where_no_number_moved_a_new_warning_is_not_passed_over(tmp_path: Path) -> None:
    days = quarters(6)
    soon = Planted(days[5], last_day=days[5] + dt.timedelta(days=5))
    path = small_store(tmp_path / "store.duckdb", [*(Planted(day) for day in days[:5]), soon])
    assert words(path)["lead"][1].endswith("got better or worse. But see the warnings: 1 is new.")
    french = words(path, texts=Texts("fr"))["lead"][1]
    assert french.endswith("Mais il y a 1 alerte nouvelle\u00a0: voir plus bas.")


def restless(path: Path, last: float) -> Path:
    """Store nine quarters of access that goes up and down by 4 % each, whatever is done, then one more."""
    days = quarters(10)
    ups = [Planted(day, access=1.04 if n % 2 else 1.0) for n, day in enumerate(days[:9])]
    return small_store(path, [*ups, Planted(days[9], access=last)])


@pytest.mark.parametrize(
    ("last", "ways"),
    [(1.07, ["same", "same"]), (0.93, ["same", "same"]), (0.7, ["worse", "worse"])],
    ids=["a little more than usual up", "a little more than usual down", "a cut"],
)
def test_what_goes_up_and_down_anyway_is_neither_better_nor_worse(
    tmp_path: Path, last: float, ways: list[str]
) -> None:
    found = facts(restless(tmp_path / "store.duckdb", last), "2022Q2").moved
    access = [each for each in found if each.key.indicator == "mean_access"]
    assert [each.way for each in access] == ways
    assert all((each.low or 0.0) > 0 or (each.high or 0.0) < 0 for each in access)  # beyond the draws it is


def test_a_sure_move_of_less_than_five_percent_is_about_the_same(tmp_path: Path) -> None:
    days = quarters(8)
    rows = [*(Planted(day, noise=0.0) for day in days[:7]), Planted(days[7], access=0.96, noise=0.0)]
    assert {each.way for each in facts(small_store(tmp_path / "s.duckdb", rows), "2021Q4").moved} == {"same"}
    rows[7] = Planted(days[7], access=0.94, noise=0.0)
    found = facts(small_store(tmp_path / "t.duckdb", rows), "2021Q4").moved
    assert [each.way for each in found] == ["worse", "worse", "same", "same"]


def test_one_of_many_numbers_must_move_further_than_one_alone(tmp_path: Path) -> None:
    first, second = quarters(2)
    lower = Planted(second, access={0: 0.91, 1: 0.91})  # the poorest tenth, whose usual change is not known
    with reading(small_store(tmp_path / "store.duckdb", [Planted(first), lower])) as opened:
        history = history_of(opened, TOWN, shipped_rules())
    wanted = [key for key in history.numbers if (key.indicator, key.group) == ("mean_access", "decile_1")]
    others = [key for key in history.numbers if key.indicator == "right_residents"]
    alone, among = (moved_numbers(history, keys, 0, 1, shipped_rules())
                    for keys in (wanted[:1], [*wanted[:1], *others]))  # fmt: skip
    assert (alone[0].way, among[0].way) == ("worse", "same")


def test_a_quarter_that_has_not_begun_is_refused(store: Path) -> None:
    with reading(store) as opened:
        with pytest.raises(InputDataError, match=r"not begun; .* from 2020-01-15 to 2021-04-15"):
            facts_of(opened, TOWN, quarter_of("2021Q4"), today=dt.date(2021, 9, 30))
        assert facts_of(opened, TOWN, quarter_of("2021Q4"), today=dt.date(2021, 10, 1)).now is None


def test_an_alert_of_the_quarter_comes_before_older_ones(store: Path, tmp_path: Path) -> None:
    path = tmp_path / "store.duckdb"
    shutil.copy(store, path)
    day = dt.date(2021, 7, 15)
    small_store(path, [Planted(day, access=0.4, unmet={"eu_hospital": WITHOUT, "eu_food": WITHOUT})])
    since = [alert.since for alert in facts(path, "2021Q3").opened]
    assert since == sorted(since, reverse=True)
    assert since[0] == day > since[-1]


def test_no_month_is_named_twice_in_the_chart() -> None:
    spans = [((2020, 3, 9), (2020, 3, 31)), ((2016, 3, 9), (2016, 6, 30)), ((2016, 3, 9), (2025, 12, 31))]
    named = [months_to_name(dt.date(*first), dt.date(*last)) for first, last in spans]
    assert named[0] == [dt.date(2020, 3, 1)]
    assert named[1] == [dt.date(2016, month, 1) for month in (3, 4, 5, 6)]
    assert named[2] == [dt.date(year, 1, 1) for year in (2018, 2020, 2022, 2024)]


def test_the_first_look_has_nothing_before_it(store: Path) -> None:
    told = words(store, "2020Q1")
    assert told["lead"] == [
        "This is the first look, at Wednesday 15 January 2020. There is nothing to hold it against yet."
    ]
    assert told["same"] == ["No two looks can be held against each other."]
    assert not told["compared"]
    assert told["chart_caption"] == told["chart_alt"] == ""


def test_a_quarter_without_a_look_says_so(store: Path) -> None:
    assert words(store, "2022Q1")["lead"][0].startswith("No new timetable was looked at")
    with pytest.raises(
        InputDataError, match="nothing was known of smalltown then, its first snapshot is of 2020-01-15"
    ):
        facts(store, "2019Q4")
    with pytest.raises(StoreError, match="gone"), reading(store) as opened:
        facts_of(opened, "gone", quarter_of("2021Q2"))


def test_what_is_missing_or_hidden_is_not_known(tmp_path: Path) -> None:
    days = quarters(2)
    path = small_store(
        tmp_path / "store.duckdb", [Planted(days[0]), Planted(days[1], access=0.5, draws=False)]
    )
    told = words(path, "2020Q2")
    assert told["same"][0].startswith("For 4 numbers we do not know")
    assert told["lead"][1] == "No two looks can be held against each other."
    assert told["worse"] == ["No number got worse."]


def test_answers_promises_and_notes_are_told(store: Path, tmp_path: Path) -> None:
    path = Path(tmp_path / "store.duckdb")
    path.write_bytes(store.read_bytes())
    opened_alerts = facts(path).opened
    assert opened_alerts
    first = opened_alerts[0].alert
    assert submit(path, TOWN, "other", "alert", first, None, "en", "Nothing has been done yet.") == []
    assert "no alert" in submit(path, TOWN, "other", "alert", "gone", None, "en", "Nothing has been done.")[0]
    promised = {"state": "promised", "action_due": dt.date(2021, 6, 1), "answered_on": dt.date(2021, 5, 1)}
    answers = [
        {"alert": first, "by_whom": "City Hall", "text": "We know.", "action": "A new bus"},
        {"alert": "other", "by_whom": "Agency", "text": HOSTILE, "action_due": dt.date(2021, 8, 1)},
        {"alert": "done", "by_whom": "Agency", "action": "Done already", "state": "done"},
        {"alert": "later", "by_whom": "Agency", "action": "Later", "answered_on": dt.date(2021, 9, 2)},
    ]
    of_april = {"kind": "broken_lift", "happened_on": dt.date(2021, 4, 1), "language": "en", "state": "shown"}
    notes = [
        {"text": HOSTILE},
        {"text": "L’ascenseur est en panne.", "happened_on": None, "language": "fr"},
        {"text": "Still waiting to be read.", "state": "waiting"},
        {"text": "Of another quarter.", "happened_on": dt.date(2020, 4, 1)},
    ]
    place = {"attached": "cell", "attached_to": cells_of(TOWN)[0], "submitted_at": dt.date(2021, 4, 2)}
    answers = [promised | row | {"answer": f"a{n}", "city": TOWN} for n, row in enumerate(answers)]
    notes = [of_april | place | row | {"note": f"n{n}", "city": TOWN} for n, row in enumerate(notes)]
    with writing(path) as opened:
        opened.add("answer", pd.DataFrame(answers))
        opened.add("note", pd.DataFrame(notes))
    told = words(path)
    assert any(alert.endswith("City Hall has answered.") for alert in told["alerts"])
    assert told["promises"][0].startswith(
        "City Hall said: “A new bus” This was due on Tuesday 1 June 2021. We have not"
    )
    assert told["promises"][1].endswith("This is due on Sunday 1 August 2021.")
    assert len(told["promises"]) == 2
    assert told["notes_lead"].startswith("2 notes came in: broken lift (2).")
    assert [note["text"] for note in told["notes"]] == [HOSTILE, "L’ascenseur est en panne."]
    pdf = bulletin(path, None, "2021Q2", "en")
    assert re.search(rb"/MediaBox ?\[0 0 595\.\d+ 841\.\d+\]", pdf)
    assert len(PAGE.findall(pdf)) <= 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bulletin_is_tagged_with_language_title_and_alternative_text(store: Path, language: str) -> None:
    pdf = bulletin(store, TOWN, "2021Q2", language)
    assert len(PAGE.findall(pdf)) in (1, 2)
    for mark in (b"pdfuaid:part", b"/MarkInfo<</Marked true", b"/DisplayDocTitle true", b"/Alt"):
        assert mark in pdf
    assert f"/Lang({language})".encode() in pdf


def test_equal_input_gives_equal_bytes(store: Path) -> None:
    assert bulletin(store, TOWN, "2021Q2", "fr") == bulletin(store, TOWN, "2021Q2", "fr")


def test_the_longest_bulletin_takes_two_pages(store: Path, tmp_path: Path) -> None:
    path = Path(tmp_path / "store.duckdb")
    path.write_bytes(store.read_bytes())
    long = "a very long sentence about a lift that is broken " * 20
    note = {"kind": "other", "attached": "cell", "attached_to": "x" * 200, "happened_on": dt.date(2021, 4, 1),
            "language": "en", "text": long, "state": "shown", "city": TOWN}  # fmt: skip
    rows = [note | {"note": f"n{n}"} for n in range(40)]
    answer = {"answered_on": dt.date(2021, 5, 1), "by_whom": long, "text": long, "action": long, "city": TOWN,
              "action_due": dt.date(2021, 6, 1), "state": "promised"}  # fmt: skip
    answers = [answer | {"answer": f"a{n}", "alert": f"b{n}"} for n in range(40)]
    with writing(path) as opened:
        opened.add("note", pd.DataFrame(rows))
        opened.add("answer", pd.DataFrame(answers))
    for language in LANGUAGES:
        assert len(bulletin_pictures(path, TOWN, "2021Q2", language, ppi=20)) <= 2
    assert words(path)["promises"][-1] == "And 35 more. The list is in the store."


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("quarter", ["2020Q1", "2021Q1", "2021Q2", "2022Q1"])
def test_the_bulletin_is_in_plain_words(store: Path, quarter: str, language: str) -> None:
    """All of it but names, numbers of snapshots and what others wrote; the alerts may be a little harder."""
    told = words(store, quarter, Texts(language))
    own = (
        "lead",
        "better",
        "worse",
        "same",
        "ended",
        "promises",
        "notes_lead",
        "limits",
        "chart_caption",
        "headings",
    )
    parts = {name: [*sentences_in(told[name])] for name in own}
    assert reading_ease([text for texts in parts.values() for text in texts], language) >= PLAIN
    assert reading_ease(told["alerts"], language) >= PLAIN - 15


def test_french_is_french_and_never_says_accessibilite(store: Path) -> None:
    told = words(store, texts=FR)
    assert told["title"] == french_spaces("Petiteville : qui peut aller où")
    assert told["better"][0].startswith("Eu food")
    assert "ccessibilité" not in " ".join(sentences_in(told))


def test_numbers_are_rounded_to_three_digits() -> None:
    assert [rounded(x, EN) for x in (0, 12.3, 999, 12_345, 1_999_600)] == [
        "0",
        "12",
        "999",
        "12,300",
        "2,000,000",
    ]


def test_the_figure_holds_no_text_and_needs_two_looks(store: Path) -> None:
    drawn = access_over_time(facts(store), EN)
    assert "<text" not in drawn
    assert drawn == access_over_time(facts(store), EN)
    assert access_over_time(facts(store, "2020Q1"), EN) == ""


def test_the_command_writes_a_file_or_says_why_not(store: Path, tmp_path: Path) -> None:
    command = COMMANDS[2]
    out = tmp_path / "new" / "bulletin.pdf"
    found = CliRunner().invoke(
        command, [str(store), "--quarter", "2021Q2", "--lang", "fr", "--out", str(out)]
    )
    assert found.exit_code == 0
    assert out.read_bytes().startswith(b"%PDF")
    (tmp_path / "file").write_text("")
    bad = [str(store), "--quarter", "2021Q2", "--out", str(tmp_path / "file" / "b.pdf")]
    with pytest.raises(InputDataError, match="cannot be written"):
        CliRunner().invoke(command, bad, catch_exceptions=False)
