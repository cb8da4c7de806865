"""The form for notes and the notes on pages: nothing but checked, moderated plain text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import flask
import pytest
from builders_observatory import Planted, cells_of, quarters, small_store

from access.errors import StoreError
from access.notes import moderate
from access.observatory_store import reading
from dashboards import notes_callbacks
from dashboards.notes_callbacks import answer, hand_in
from dashboards.notes_limit import NotesLimit
from dashboards.notes_panels import notes_list, notes_on, notes_section, targets_of, which
from dashboards.store_data import STORE, StoreData
from dashboards.view import View
from dashboards.words import words

EN, FR = words("en"), words("fr")
TEXT = "The lift <script>alert(1)</script> is out of order"


@pytest.fixture
def store(tmp_path: Path) -> StoreData:
    planted = Planted(quarters(1)[0], zones={"Northfield": (0, 1, 2)})
    return StoreData(small_store(tmp_path / "store.duckdb", [planted]))


def note(**changes: Any) -> dict[str, Any]:
    given = {
        "kind": "broken_lift",
        "attached": "cell",
        "attached_to": cells_of("smalltown")[0],
        "happened_on": "2020-01-10",
        "text": TEXT,
    }
    return {**given, **changes}


def filed(store: StoreData) -> list[str]:
    with reading(store.location) as opened:
        return [str(name) for name in opened.rows("note")["note"]]


def text_of(components: Any) -> str:
    return json.dumps([each.to_plotly_json() for each in components], default=_plain, ensure_ascii=False)


def _plain(thing: Any) -> Any:
    return thing.to_plotly_json() if hasattr(thing, "to_plotly_json") else str(thing)


def test_a_note_waits_and_is_shown_as_plain_text_once_it_was_read(store: StoreData) -> None:
    assert hand_in(store, "smalltown", note(), NotesLimit(), EN) == []
    assert EN("notes_page.none") in text_of(notes_list(store, "smalltown", EN))
    moderate(store.location, filed(store), "shown")
    shown = notes_list(store, "smalltown", EN)
    quote = shown[0].children[0].children[1]
    assert (type(quote).__name__, quote.children, quote.lang) == ("Blockquote", TEXT, "en")
    assert "Broken lift" in text_of(shown)
    assert "10 January 2020" in text_of(shown)
    assert f"South ({cells_of('smalltown')[0]})" in text_of(shown)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "praise"},
        {"attached": "person"},
        {"attached": ["cell"]},
        {"attached_to": "x" * 121},
        {"attached_to": {"$ne": None}},
        {"happened_on": "2" * 21},
        {"text": "a" * 2001},
        {"text": None},
        {"attached_to": "../../etc/passwd"},
        {"happened_on": "2999-01-01"},
        {"happened_on": "yesterday"},
        {"text": "Call me at 06 12 34 56 78 about the lift"},
    ],
    ids=str,
)
def test_what_the_form_does_not_offer_is_refused_and_nothing_is_stored(
    store: StoreData, changes: dict[str, Any]
) -> None:
    problems = hand_in(store, "smalltown", note(**changes), NotesLimit(), EN)
    assert problems
    assert filed(store) == []
    assert str(Path(store.location).parent) not in " ".join(problems)


@pytest.mark.parametrize("city", ["atlantis", "../smalltown", None, ["smalltown"], {"a": 1}])
def test_a_city_that_the_store_does_not_have_is_refused(store: StoreData, city: object) -> None:
    assert hand_in(store, city, note(), NotesLimit(), EN) == [EN("notes_page.refused")]


def test_the_problems_are_told_in_the_language_of_the_page(store: StoreData) -> None:
    french = hand_in(store, "smalltown", note(text="court"), NotesLimit(), FR)
    english = hand_in(store, "smalltown", note(text="short"), NotesLimit(), EN)
    assert len(french) == len(english) == 1
    assert french != english
    told = text_of([answer(french, FR)])
    assert FR("notes_page.problems") in told
    assert '"role": "alert"' in told


def test_after_many_notes_at_once_no_more_are_taken_for_a_while(store: StoreData) -> None:
    clock = {"s": 0.0}
    limit = NotesLimit(at_once=2, an_hour=60, now_s=lambda: clock["s"])
    assert limit.takes_one()
    assert limit.takes_one()
    assert hand_in(store, "smalltown", note(), limit, EN) == [EN("notes_page.too_many")]
    assert filed(store) == []
    clock["s"] = 59.0
    assert not limit.takes_one()
    clock["s"] = 61.0
    assert limit.takes_one()
    assert not limit.takes_one()
    clock["s"] = 1e6
    assert [limit.takes_one() for _ in range(3)] == [True, True, False]


def test_when_the_store_cannot_be_written_the_author_is_asked_to_try_again(
    store: StoreData, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> list[str]:
        raise StoreError("/a/place/store.duckdb: the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(notes_callbacks, "submit", full)
        for _ in range(2):
            assert hand_in(store, "smalltown", note(), NotesLimit(), EN) == [EN("notes_page.not_now")]
    assert hand_in(store, "smalltown", note(), NotesLimit(), EN) == []


def test_only_one_note_at_a_time_waits_for_whoever_writes(
    store: StoreData, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nested(*_: object) -> list[str]:
        told.extend(hand_in(store, "smalltown", note(), NotesLimit(), EN))
        return []

    told: list[str] = []
    monkeypatch.setattr(notes_callbacks, "submit", nested)
    monkeypatch.setattr(notes_callbacks, "_TURN_S", 0.0)
    assert hand_in(store, "smalltown", note(), NotesLimit(), EN) == []
    assert told == [EN("notes_page.not_now")]


def test_the_form_offers_zones_by_name_and_stops_only_where_they_are_known(store: StoreData) -> None:
    assert [each.name for each in targets_of(store, "smalltown", "zone")] == ["Northfield"]
    assert targets_of(store, "smalltown", "stop") == []
    shown = text_of([notes_section(store, "smalltown", View("time", "en", "disc"), EN)])
    assert EN("notes_page.of.zone") in shown
    assert EN("notes_page.of.stop") not in shown
    assert EN("notes_page.cell") in text_of(which(store, "smalltown", "cell", "", EN))
    assert EN("notes_page.which.alert") in text_of(which(store, "smalltown", "alert", "", EN))


def test_a_note_on_a_zone_stands_beside_that_zone_only(store: StoreData) -> None:
    zone = targets_of(store, "smalltown", "zone")[0]
    assert hand_in(store, "smalltown", note(attached="zone", attached_to=zone.id), NotesLimit(), EN) == []
    moderate(store.location, filed(store), "shown")
    data: Any = SimpleNamespace(manifest={"name": {"en": "Smalltown", "fr": "Petiteville"}})
    elsewhere: Any = SimpleNamespace(manifest={"name": "Atlantis"})
    with served(store):
        assert TEXT in list(_texts(notes_on(data, "zone", zone.id, EN)))
        assert notes_on(data, "zone", "another", EN) == []
        assert notes_on(elsewhere, "zone", zone.id, EN) == []
    assert notes_on(data, "zone", zone.id, EN) == []  # no app, no store


def served(store: StoreData) -> Any:
    server = flask.Flask(__name__)
    server.config[STORE] = store
    return server.app_context()


def _texts(components: Any) -> Iterator[str]:
    for each in components if isinstance(components, list) else [components]:
        if isinstance(each, str):
            yield each
        elif getattr(each, "children", None) is not None:
            yield from _texts(each.children)


def test_what_is_wrong_is_told_with_the_names_of_the_form(store: StoreData) -> None:
    wrong = note(attached_to="", happened_on="14/03/2026", text="short")
    assert hand_in(store, "smalltown", wrong, NotesLimit(), EN)[0] == EN("notes_page.which_missing")
    french = hand_in(store, "smalltown", wrong, NotesLimit(), FR)
    assert french[1].startswith("Le jour\u00a0: '14/03/2026'")
    assert french[2].startswith("Ce que vous avez observé\u00a0: écrivez au moins 10 lettres")
    strange = hand_in(store, "smalltown", note(attached_to="8900000"), NotesLimit(), EN)
    assert strange == ["What it is about: smalltown has no cell '8900000'"]


def test_who_corrects_a_note_does_not_keep_the_others_out(store: StoreData) -> None:
    limit = NotesLimit(at_once=2, an_hour=0, now_s=lambda: 0.0)
    for _ in range(4):
        assert hand_in(store, "smalltown", note(text="short"), limit, EN) != [EN("notes_page.too_many")]
    assert hand_in(store, "smalltown", note(), limit, EN) == []
    assert hand_in(store, "smalltown", note(), limit, EN) == [EN("notes_page.too_many")]


def test_no_zone_is_chosen_for_whoever_writes(store: StoreData) -> None:
    (field,) = which(store, "smalltown", "zone", "", EN)
    assert field.value is None
