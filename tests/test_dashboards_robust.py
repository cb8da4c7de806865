"""Run folders that are incomplete, damaged, old, empty or gone: a message, and the others still work."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from traceback import extract_tb

import pandas as pd
import pytest
from builders_callbacks import callback_request, server_callbacks
from builders_report import hex_disc, indicator_rows, write_run
from flask.testing import FlaskClient

from dashboards import ids
from dashboards.app import create_app
from dashboards.view import PAGES
from dashboards.words import languages, words

Damage = Callable[[Path], object]


def cut(file: str) -> Damage:
    """Return what leaves the first half of a file, as a full disk does."""

    def damage(run: Path) -> None:
        whole = (run / file).read_bytes()
        (run / file).write_bytes(whole[: len(whole) // 2])

    return damage


def change_manifest(**changes: object) -> Damage:
    def damage(run: Path) -> None:
        file = run / "manifest.json"
        entries = {**json.loads(file.read_text(encoding="utf-8")), **changes}
        file.write_text(json.dumps({k: v for k, v in entries.items() if v != "absent"}), encoding="utf-8")

    return damage


def without_columns(*names: str) -> Damage:
    def damage(run: Path) -> None:
        cells = hex_disc()
        cells.drop(columns=[c for c in cells if c.startswith(names)]).to_parquet(run / "cells.parquet")

    return damage


def no_indicators(run: Path) -> None:
    indicator_rows(hex_disc()).head(0).to_parquet(run / "indicators.parquet")


def no_cells(run: Path) -> None:
    hex_disc().head(0).to_parquet(run / "cells.parquet")


def other_tables(run: Path) -> None:
    for file in ("cells.parquet", "indicators.parquet"):
        pd.DataFrame({"a": [1]}).to_parquet(run / file)


#: Runs of which nothing can be shown, and what the visitor is told.
BROKEN: dict[str, tuple[Damage, str]] = {
    "deleted": (shutil.rmtree, "gone"),
    "no manifest": (lambda run: (run / "manifest.json").unlink(), "unfinished"),
    "half a manifest": (cut("manifest.json"), "unreadable"),
    "manifest is a list": (lambda run: (run / "manifest.json").write_text("[]"), "unreadable"),
    "no cells file": (lambda run: (run / "cells.parquet").unlink(), "unreadable"),
    "no indicators file": (lambda run: (run / "indicators.parquet").unlink(), "unreadable"),
    "half the cells": (cut("cells.parquet"), "unreadable"),
    "half the headline": (cut("headline.json"), "unreadable"),
    "cells are text": (lambda run: (run / "cells.parquet").write_text("id,jobs\n"), "unreadable"),
    "no cells": (no_cells, "unreadable"),
    "other tables": (other_tables, "unreadable"),
    "no residents": (without_columns("population", "households"), "unreadable"),
}  # fmt: skip
#: Runs that lack something; the rest is shown.
POOR: dict[str, Damage] = {
    "older version": change_manifest(
        fairreach_version="0.0.1", percentile="absent", counts="absent", headline="absent"
    ),
    "newer version": change_manifest(fairreach_version="99.0.0", surprise={"a": [1]}),
    "no incomes": without_columns("income"),
    "no zones, no times to the nearest": without_columns("zone", "nearest_"),
    "no columns of access": without_columns("jobs_in_", "schools_in_", "nearest_", "below_"),
    "empty indicators": no_indicators,
    "no evidence in the manifest": change_manifest(
        sufficiency="absent", services="absent", inputs="absent", warnings="absent", snap="absent"
    ),
}


def page_of(client: FlaskClient, page: str, language: str, run: str) -> str:
    """Return a page as the app sends it."""
    asked = f"http://localhost/{page}?lang={language}&run={run}"
    answer = client.get("/_dash-layout", headers={"Referer": asked})
    assert answer.status_code == 200
    return json.dumps(answer.get_json(), ensure_ascii=False)


def failures(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return where callbacks and pages failed, and with what."""
    found = []
    for record in caplog.records:
        if record.exc_info and record.exc_info[1]:
            ours = [at for at in extract_tb(record.exc_info[2]) if "site-packages" not in at.filename][-1]
            found.append(f"{Path(ours.filename).name}:{ours.lineno} {record.exc_info[1]!r}")
    return sorted(set(found))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("runs") / "good")


@pytest.mark.parametrize("name", BROKEN)
def test_a_run_that_cannot_be_shown_says_why_and_the_others_are_shown(
    tmp_path: Path, good: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    damage, kind = BROKEN[name]
    run = write_run(tmp_path / "bad")
    damage(run)
    client = create_app([run, good]).server.test_client()
    for language in languages():
        said = words(language)
        text = page_of(client, "zones", language, "bad")
        assert said(f"run_problem.{kind}") in text, failures(caplog)
        assert str(tmp_path) not in text
        assert said("run_problem.title") not in page_of(client, "zones", language, "good")
    assert not failures(caplog)


@pytest.mark.parametrize("name", POOR)
def test_a_run_that_lacks_something_is_shown_without_it(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    run = write_run(tmp_path / "bad")
    POOR[name](run)
    client = create_app([run]).server.test_client()
    for page in PAGES:
        assert words("fr")("run_problem.title") not in page_of(client, page, "fr", "bad"), page
        for callback in server_callbacks(client.get("/_dash-dependencies").get_json()):
            if page not in callback["output"]:  # its callbacks are named after it
                continue
            view = {"page": page, "lang": "fr", "run": "bad"}
            body = callback_request(callback, lambda of, _: view if of == ids.VIEW else None)  # noqa: B023
            assert client.post("/_dash-update-component", json=body).status_code in (200, 204)
    assert not failures(caplog)


def test_a_run_deleted_while_it_is_open_is_still_shown_and_nothing_fails(tmp_path: Path) -> None:
    run = write_run(tmp_path / "open")
    client = create_app([run]).server.test_client()

    def page(name: str) -> str:
        answer = client.get("/_dash-layout", headers={"Referer": f"http://localhost/{name}?lang=en"})
        assert answer.status_code == 200
        return answer.text

    before = page("gaps")
    shutil.rmtree(run)
    assert page("gaps") == before
    for name in PAGES:
        assert words("en")("safety.failed_title") not in page(name)
    for callback in server_callbacks(client.get("/_dash-dependencies").get_json()):
        body = callback_request(
            callback, lambda of, _: {"page": "gaps", "lang": "en"} if of == ids.VIEW else 1
        )
        assert client.post("/_dash-update-component", json=body).status_code in (200, 204)


def test_a_run_put_back_is_shown_without_starting_again(tmp_path: Path) -> None:
    run = write_run(tmp_path / "late")
    kept = shutil.move(run, tmp_path / "elsewhere")
    client = create_app([run]).server.test_client()
    gone = words("en")("run_problem.gone")
    assert gone in client.get("/_dash-layout").get_data(as_text=True)
    shutil.move(kept, run)
    assert gone not in client.get("/_dash-layout").get_data(as_text=True)
