"""Alerts as lines and files, answers of authorities, and the command."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from builders_observatory import Planted, quarters, quiet, small_store
from click.testing import CliRunner, Result

from access.cli import commands
from access.errors import ResultError, StoreError
from access.observatory_store import reading, writing
from access.texts import Texts
from access.warning import Alert, alerts_of
from access.warning_answers import answers_of, file_answer, follow_up
from access.warning_files import ANSWER, as_atom, as_csv, as_json, write_text

DAYS = quarters(8)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a cut that lasts, and two cities; tests that write take a copy."""
    store = tmp_path_factory.mktemp("warnings") / "store.duckdb"
    cut = {"access": dict.fromkeys(range(10, 19), 0.7)}
    small_store(store, [*quiet(4), *(Planted(day, **cut) for day in DAYS[4:6])])
    return small_store(store, [Planted(DAYS[0])], city="portville", name_en="Portville", name_fr="Port-Ville")


@pytest.fixture
def store(filed: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "store.duckdb"
    copy.write_bytes(filed.read_bytes())
    return copy


@pytest.fixture(scope="module")
def alerts(filed: Path) -> list[Alert]:
    with reading(filed) as opened:
        return alerts_of(opened, "smalltown")


def run(*args: object) -> Result:
    return CliRunner().invoke(commands, [str(arg) for arg in args])


def answer(store: Path, alert: str, **more: object) -> object:
    given = {"by": "Transport authority", "on": DAYS[5], "text": "More buses.", "state": "promised"} | more
    return file_answer(store, alert, **given)  # type: ignore[arg-type]


NO_ANSWERS = pd.DataFrame(columns=["alert"])


def test_the_command_prints_alerts_in_both_languages_and_ends_well(filed: Path) -> None:
    english, french = (run("warn", filed, "--lang", lang) for lang in ("en", "fr"))
    assert english.exit_code == french.exit_code == 0
    assert "Warning since Friday 15 January 2021 (2 snapshots): Access falls [" in english.output
    assert "Alerte depuis le vendredi 15 janvier 2021 (2 relevés)" in french.output
    assert "Portville: 1 snapshot, of Wednesday 15 January 2020. Nothing can be compared" in english.output
    assert re.search(r"soit 24\s% de moins", french.output)
    assert "on average up to 5% may be chance. Nothing is adjusted over rules" in english.output
    assert "Rien n’est ajusté d’une règle ou d’un relevé à l’autre" in french.output


def test_files_are_written_of_one_city_and_of_several_refused(filed: Path, tmp_path: Path) -> None:
    json_file, csv_file, atom_file = (tmp_path / f"alerts.{end}" for end in ("json", "csv", "xml"))
    files = ("--json", json_file, "--csv", csv_file, "--atom", atom_file)
    refused = run("warn", filed, *files)
    assert refused.exit_code != 0
    assert run("warn", filed, "--city", "smalltown", *files).exit_code == 0
    assert json.loads(json_file.read_text(encoding="utf-8"))["alerts"][0]["state"] == "warning"
    assert csv_file.read_bytes().startswith(b"\xef\xbb\xbfalert,")
    assert ET.parse(atom_file).getroot().tag == f"{ATOM}feed"  # noqa: S314
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alerts.csv", "alerts.json", "alerts.xml"]


def test_json_holds_history_cells_and_both_texts(alerts: list[Alert]) -> None:
    [told] = [one for one in json.loads(as_json("smalltown", alerts, NO_ANSWERS))["alerts"]
              if one["rule"] == "access_falls"]  # fmt: skip
    assert [point["holds"] for point in told["history"]] == [True, True]
    assert told["since"] == "2021-01-15"
    assert len(told["cells"]) == 9
    assert set(told["text"]) == {"en", "fr"}
    assert told["answers"] == []


def test_csv_has_one_row_an_alert_and_no_formula(alerts: list[Alert], store: Path) -> None:
    answer(store, alerts[0].alert, by="=cmd()")
    with reading(store) as opened:
        answers = answers_of(opened, "smalltown")
    rows = list(csv.DictReader(io.StringIO(as_csv(alerts, answers, Texts("fr")).lstrip("\ufeff"))))
    assert len(rows) == len(alerts)
    by_name = {row["alert"]: row for row in rows}
    assert by_name[alerts[0].alert]["answer_by"] == "'=cmd()"
    assert by_name[alerts[0].alert]["answer_state"] == "promised"


def test_the_feed_has_what_readers_of_news_ask_for_and_is_the_same_again(alerts: list[Alert]) -> None:
    told = as_atom(
        "smalltown", "Smalltown <1>", alerts, NO_ANSWERS, {"access_falls": "Access falls"}, Texts("en")
    )
    feed = ET.fromstring(told)  # noqa: S314
    assert feed.findtext(f"{ATOM}title") == "Early warning: Smalltown <1>"
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == len(alerts)
    for one in (feed, *entries):
        assert (one.findtext(f"{ATOM}id") or "").startswith("urn:uuid:")
        assert (one.findtext(f"{ATOM}updated") or "").endswith("T00:00:00Z")
    assert len({one.findtext(f"{ATOM}id") for one in entries}) == len(entries)
    again = as_atom(
        "smalltown", "Smalltown <1>", alerts, NO_ANSWERS, {"access_falls": "Access falls"}, Texts("en")
    )
    assert told == again


def test_a_feed_has_what_rfc_4287_demands_and_links_to_itself_where_its_address_is_known(
    alerts: list[Alert],
) -> None:
    given = pd.DataFrame([dict.fromkeys(ANSWER) | {
        "alert": alerts[0].alert, "answered_on": "2031-05-01", "by_whom": "Authority", "state": "done",
        "text": "Done\x0b.",
    }])  # fmt: skip
    address = "https://example.org/a.xml"
    for text, links in (
        (as_atom("x", "X", alerts, given, {}, Texts("en"), address), [address]),
        (as_atom("x", "X", alerts, NO_ANSWERS, {}, Texts("fr")), []),
    ):
        feed = ET.fromstring(text)  # noqa: S314
        assert [link.get("href") for link in feed.findall(f"{ATOM}link[@rel='self']")] == links
        entries = feed.findall(f"{ATOM}entry")
        for one in (feed, *entries):
            for tag in ("id", "title", "updated"):  # each exactly once and not empty
                assert [bool(each.text) for each in one.findall(f"{ATOM}{tag}")] == [True]
        assert feed.findtext(f"{ATOM}author/{ATOM}name")
        assert all(one.findtext(f"{ATOM}content") for one in entries)  # else a link to a page were needed
        assert feed.findtext(f"{ATOM}updated") == max(one.findtext(f"{ATOM}updated") or "" for one in entries)
    answered = ET.fromstring(as_atom("x", "X", alerts, given, {}, Texts("en")))  # noqa: S314
    assert answered.findtext(f"{ATOM}updated") == "2031-05-01T00:00:00Z"
    assert "Done\ufffd." in "".join(answered.itertext())
    ids = [{each.text for each in ET.fromstring(as_atom("x", "X", alerts, NO_ANSWERS, {}, Texts(language)))  # noqa: S314
            .iter(f"{ATOM}id")} for language in ("en", "fr")]  # fmt: skip
    assert not ids[0] & ids[1]  # two languages are two feeds


def test_an_address_that_is_none_is_refused(filed: Path, tmp_path: Path) -> None:
    for options, why in (
        (("--atom", tmp_path / "a.xml", "--atom-address", "a.xml"), "is no address"),
        (("--atom-address", "https://example.org/a.xml"), "write one with --atom"),
    ):
        result = run("warn", filed, *options)
        assert why in str(result.exception)


def test_a_feed_without_alerts_is_still_one() -> None:
    feed = ET.fromstring(as_atom("x", "X", [], NO_ANSWERS, {}, Texts("fr")))  # noqa: S314
    assert feed.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="cannot be written"):
        write_text(tmp_path / "none" / "a.json", "{}")


def test_an_answer_is_filed_once_and_shown_with_its_alert(store: Path, alerts: list[Alert]) -> None:
    args = ("warn", "answer", store, alerts[0].alert, "--by", "Transport authority", "--on", "2021-05-01",
            "--text", "Ten buses are ordered.", "--due", "2021-06-01", "--state", "promised")  # fmt: skip
    assert "filed" in run(*args).output
    assert "was filed before, nothing changed" in run(*args).output
    shown = run("warn", store, "--city", "smalltown").output
    assert "Answer of Saturday 1 May 2021, Transport authority (promised): Ten buses are ordered." in shown
    assert "As measured: not back yet." in shown


def test_a_city_of_which_only_timetables_are_known_hides_no_other(store: Path, alerts: list[Alert]) -> None:
    with writing(store) as opened:
        opened.add("city", pd.DataFrame([{"city": "a-town", "name_en": "A", "name_fr": "A"}]))
    shown = run("warn", store)
    assert shown.exit_code == 0
    assert alerts[0].alert in shown.output
    answer = ("--by", "Council", "--on", "2021-05-01", "--text", "Seen.", "--state", "refused")
    assert run("warn", "answer", store, alerts[0].alert, *answer).exit_code == 0
    refused = run("warn", store, "--city", "a-town")
    assert isinstance(refused.exception, StoreError)
    assert "has timetables in this store, but no snapshot" in str(refused.exception)


def test_every_problem_of_an_answer_is_told_and_nothing_stored(store: Path, alerts: list[Alert]) -> None:
    with pytest.raises(StoreError) as caught:
        answer(
            store, alerts[0].alert, by=" ", text="Write to a@b.org", on=DAYS[3], due=DAYS[2], state="maybe"
        )
    told = str(caught.value)
    for part in ("by is empty", "email", "began on 2021-01-15", "before the answer", "'maybe'"):
        assert part in told
    with pytest.raises(StoreError, match="'ffff': not in this store"):
        answer(store, "ffff")
    with reading(store) as opened:
        assert answers_of(opened, "smalltown").empty


def test_what_was_promised_is_followed_up(alerts: list[Alert]) -> None:
    alert = next(one for one in alerts if one.state == "warning")
    cleared = Alert(**(vars(alert) | {"state": "cleared", "last": DAYS[7]}))
    promised = pd.Series({"state": "promised", "answered_on": DAYS[4], "action_due": DAYS[6]})
    done = promised.replace("promised", "done")
    refused = promised.replace("promised", "refused")
    assert follow_up(promised, alert, DAYS[5]) == "pending"
    assert follow_up(promised, alert, DAYS[6]) == "overdue"
    assert follow_up(promised, cleared, DAYS[7]) == "kept"
    assert follow_up(done, alert, DAYS[5]) == "not_seen"
    assert follow_up(done, cleared, DAYS[7]) == "kept"
    assert follow_up(refused, alert, DAYS[5]) == "refused"
    assert follow_up(done, None, DAYS[5]) == "alert_not_found"
    no_day = pd.Series({"state": "promised", "answered_on": DAYS[4], "action_due": None})
    assert follow_up(no_day, alert, DAYS[7]) == "pending"
    before = pd.Series({"state": "done", "answered_on": DAYS[7] + dt.timedelta(days=1), "action_due": None})
    assert follow_up(before, cleared, DAYS[7]) == "not_seen"


def test_the_back_test_is_reached_from_the_command(filed: Path) -> None:
    done = run("warn", filed, "--city", "portville", "--backtest")
    assert done.exit_code == 0, done.output
    assert list(filed.parent.glob("*.backtest-portville.json"))
