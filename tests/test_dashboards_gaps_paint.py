"""The paint of the map by its address: what the callback would give, and nothing for what no run has."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

import pytest
from builders_callbacks import callback_request, server_callbacks
from builders_report import CENTRE, write_run
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboards.app import create_app
from dashboards.gaps_paint import PAINTED

CHOICES = [
    {},
    {"cutoff": "60"},
    {"service": "schools", "cutoff": "30", "lang": "fr"},
    {"shows": "nearest"},
    {"shows": "people", "group": "poorest40"},
    {"shows": "low_income", "group": "decile_1"},
    {"period": "night"},
    {"service": "health"},
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("paint")
    damaged = write_run(folder / "damaged")
    (damaged / "cells.parquet").write_bytes(b"no table")
    app = create_app([write_run(folder / "one"), write_run(folder / "two"), damaged])
    made: FlaskClient = app.server.test_client()
    return made


def asked(client: FlaskClient, run: str = "one", **choice: str) -> TestResponse:
    return client.get(f"/data/{run}/paint.json?{urlencode(choice)}")


def of_callback(client: FlaskClient, choice_key: str = "key", **view: str) -> Any:
    """Return what the callback of the map answers for a view: outputs by id and property."""
    dependencies = client.get("/_dash-dependencies").get_json()
    paints = next(
        each
        for each in server_callbacks(dependencies)
        if each["output"].startswith('..{"map":"gaps","type":')
    )
    sent = {"view": {"page": "gaps", "run": "one", **view}, "gaps-choice": choice_key, "gaps-reach-again": 0}
    body = callback_request(paints, lambda name, _property: sent[name])
    answer = client.post("/_dash-update-component", json=body)
    return json.loads(answer.data)["response"]


PAINT = '{"map":"gaps","type":"map-paint"}'


@pytest.mark.parametrize("choice", CHOICES)
def test_the_address_answers_what_the_callback_would_put_into_the_store(
    client: FlaskClient, choice: dict[str, str]
) -> None:
    answer = asked(client, **choice)
    assert answer.status_code == 200
    assert answer.get_json() == of_callback(client, **choice)[PAINT]["data"]


def test_different_choices_have_different_paints(client: FlaskClient) -> None:
    paints = {asked(client, **choice).data for choice in CHOICES[:6]}
    assert len(paints) == 6


def test_a_paint_is_not_kept_by_browsers_for_it_is_of_a_run_that_may_be_computed_again(
    client: FlaskClient,
) -> None:
    answer = asked(client)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize("run", ["three", "..", "%2e%2e", "one%00", "ONE", "%20", "x" * 5000])
def test_an_unknown_run_is_not_found_and_never_another_one(client: FlaskClient, run: str) -> None:
    assert client.get(f"/data/{run}/paint.json").status_code == 404


def test_a_way_out_of_the_folder_is_an_address_of_no_file(client: FlaskClient) -> None:
    answer = client.get("/data/..%2f..%2fetc/paint.json")
    assert answer.mimetype == "text/html"  # the app's page, as for any address that it does not know


def test_a_run_that_cannot_be_read_has_no_paint_and_its_page_tells(client: FlaskClient) -> None:
    assert (asked(client, "damaged").status_code, asked(client, "damaged").data) == (204, b"")


HOSTILE = [
    "../../etc/passwd",
    "'; drop table",
    "<script>",
    "-1",
    "1e9",
    "٤٥",
    "nan",
    "\x00",
    "[]",
    "9" * 4000,
]


@pytest.mark.parametrize("key", ["service", "cutoff", "period", "group", "shows", "lang"])
def test_values_that_the_run_does_not_have_show_its_own_choice(client: FlaskClient, key: str) -> None:
    own = asked(client).data
    for value in HOSTILE:
        answer = asked(client, **{key: value})
        assert (answer.status_code, answer.data) == (200, own), value


def test_keys_that_no_paint_depends_on_are_not_read(client: FlaskClient) -> None:
    more = {"run": "two", "page": "method", "reach": "1", "cell": CENTRE, "at": "480", "x" * 60: "y"}
    assert asked(client, **more).data == asked(client).data


def test_more_keys_than_any_view_has_are_no_way_past_the_choice(client: FlaskClient) -> None:
    many = {f"k{n}": "v" for n in range(500)}
    assert asked(client, **many, cutoff="60").data == asked(client, cutoff="60").data


def test_another_percentile_is_left_to_the_callback_for_reading_it_takes_long(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboards.gaps_paint.is_own_percentile", lambda data, choice: False)
    assert asked(client).status_code == 204


def test_a_map_that_shows_a_choice_already_gets_its_sentences_only(client: FlaskClient) -> None:
    painted = of_callback(client, f"key{PAINTED}", cutoff="60")
    whole = of_callback(client, "key", cutoff="60")
    assert PAINT not in painted
    assert painted["gaps-lead"] == whole["gaps-lead"]


def test_browser_and_server_mean_the_same_mark() -> None:
    script = files("dashboards").joinpath("assets/gaps.js").read_text(encoding="utf-8")
    assert f'const PAINTED = "{PAINTED}";' in script
