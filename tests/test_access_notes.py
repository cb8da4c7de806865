"""Notes: refused with every reason and nothing stored, or waiting until a person has read them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from builders_observatory import Planted, cells_of, ids_of, quarters, small_store
from click.testing import CliRunner

from access import notes as notes_module
from access.cli import main
from access.cli_notes import COMMANDS
from access.errors import InputDataError, StoreError
from access.notes import check_all, moderate, shown, submit
from access.notes_check import FIELDS, Note, checked, cleaned
from access.notes_export import export_notes
from access.notes_file import import_notes
from access.notes_list import listed
from access.observatory_store import reading, writing
from access.texts import Texts, flatten, load_tree

TOWN = "smalltown"
CELL = cells_of(TOWN)[3]
SCRIPT = "<script>alert(1)</script> the lift is *broken* & dark"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two snapshots; the newest has a zone, and its timetable lies in the archive."""
    first, second = quarters(2)
    path = small_store(
        tmp_path_factory.mktemp("made") / "store.duckdb",
        [Planted(first, draws=False), Planted(second, zones={"Paul Bert": (1, 2)}, draws=False)],
    )
    with reading(path) as opened:
        feed = opened.rows("feed", snapshot=ids_of(path)[-1]).iloc[0]
    kept = Path(f"{path}.inputs") / feed["sha256"][:2] / feed["sha256"]
    kept.parent.mkdir(parents=True)
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("stops.txt", "stop_id,stop_name,stop_lat,stop_lon\ns1,Anne Frank,45.0,5.0\n")
        archive.writestr("routes.txt", "route_id,route_short_name,route_type\nr9,9,3\n")
        for name in ("trips", "stop_times", "calendar"):
            archive.writestr(f"{name}.txt", "trip_id,service_id\n")
    return path


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "store.duckdb"
    shutil.copyfile(made, copy)
    shutil.copytree(f"{made}.inputs", f"{copy}.inputs")
    return copy


GIVEN = {
    "kind": "broken_lift",
    "attached": "cell",
    "attached_to": CELL,
    "happened_on": "2026-02-01",
    "language": "en",
    "text": "The lift is broken since Monday.",
}


def hand_in(store: Path, **changes: object) -> list[str]:
    return submit(store, TOWN, **(GIVEN | changes))  # type: ignore[arg-type]


def taken(store: Path, **changes: object) -> bool:
    """Whether a note would be taken; nothing is written."""
    with reading(store) as opened:
        notes, _ = check_all(opened, store, TOWN, [GIVEN | changes], Texts("en"))
    return len(notes) == 1


def stored(store: Path) -> pd.DataFrame:
    with reading(store) as opened:
        return opened.rows("note")


def test_a_good_note_waits_and_is_not_shown(store: Path) -> None:
    assert hand_in(store) == []
    assert list(stored(store)["state"]) == ["waiting"]
    with reading(store) as opened:
        assert shown(opened, TOWN).empty


def test_the_same_note_twice_is_one(store: Path) -> None:
    assert hand_in(store) == hand_in(store, text="The lift is\tbroken since\u200b Monday. ") == []
    assert len(stored(store)) == 1


@pytest.mark.parametrize(
    ("attached", "known"), [("cell", CELL), ("cell", CELL.upper()), ("stop", "s1"), ("route", "r9")]
)
def test_what_the_city_has_can_be_named(made: Path, attached: str, known: str) -> None:
    assert taken(made, attached=attached, attached_to=known)


def test_a_zone_can_be_named_and_its_name_is_no_persons(made: Path) -> None:
    with reading(made) as opened:
        zone = opened.rows("zone")["zone_id"].iloc[0]
    assert taken(made, attached="zone", attached_to=zone, text="Paul Bert and Anne Frank are dark")
    assert "the name of a person" in hand_in(made, text="Paul Martin is dark at night")[0]


@pytest.mark.parametrize(
    ("attached", "unknown"), [("cell", "8900000"), ("stop", "bus:s1"), ("route", "9"), ("zone", "x")]
)
def test_what_the_city_has_not_is_refused(store: Path, attached: str, unknown: str) -> None:
    (problem,) = hand_in(store, attached=attached, attached_to=unknown)
    assert problem == f"attached_to: smalltown has no {attached} {unknown!r}"
    assert stored(store).empty


def test_without_the_timetable_stops_cannot_be_checked_and_cells_can(tmp_path: Path) -> None:
    path = small_store(tmp_path / "bare.duckdb", [Planted(dt.date(2026, 1, 5))])
    assert "was not archived" in hand_in(path, attached="stop", attached_to="s1")[0]
    assert hand_in(path) == []


def test_every_problem_is_told_at_once_in_the_language_asked_for(store: Path) -> None:
    wrong = {
        "kind": "graffiti",
        "attached": "cell",
        "attached_to": "zzz",
        "happened_on": "2999-01-01",
        "language": "de",
        "text": "call 0612345678 or a@b.org",
    }
    english = hand_in(store, **wrong)
    french = hand_in(store, **wrong, told_in="fr")
    assert len(english) == len(french) == 7
    assert "'graffiti' is not one of missed_connection" in english[0]
    assert "un numéro de téléphone" in " ".join(french)
    assert stored(store).empty


@pytest.mark.parametrize("day", ["2026-02-30", "1999-12-31", "yesterday", "20260201"])
def test_a_day_that_is_none_is_refused(store: Path, day: str) -> None:
    assert "is no day" in hand_in(store, happened_on=day)[0]


@pytest.mark.parametrize("day", [None, "", dt.date(2026, 2, 1), dt.datetime(2026, 2, 1, 9, tzinfo=dt.UTC)])
def test_a_day_may_be_left_out_or_be_a_date(made: Path, day: object) -> None:
    assert taken(made, happened_on=day)


@pytest.mark.parametrize(
    ("text", "word"), [("short", "at least"), ("x" * 1001, "at most"), ("y" * 10**6, "most")]
)
def test_a_text_has_a_length(store: Path, text: str, word: str) -> None:
    assert word in hand_in(store, text=text)[0]


def test_markup_stays_text_and_hidden_letters_go(store: Path) -> None:
    assert hand_in(store, text=f"{SCRIPT}\u202e\x00\ue000") == []
    assert list(stored(store)["text"]) == [SCRIPT]
    assert cleaned(" a\u2028b\tc\u200d ") == "a b c"


def test_of_an_unknown_city_nothing_is_taken(store: Path) -> None:
    with pytest.raises(StoreError, match="city 'gone': not in this store; it has smalltown"):
        submit(store, "gone", "other", "cell", CELL, None, "en", "nothing of note here")


def test_too_many_that_wait_close_the_form(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes_module, "MOST_WAITING", 1)
    assert hand_in(store) == []
    assert "wait for a moderator" in hand_in(store, text="Another lift is broken.")[0]


def test_a_moderator_shows_refuses_and_erases(store: Path) -> None:
    hand_in(store)
    hand_in(store, text="Another lift is broken.", happened_on=None)
    first, second = stored(store)["note"]
    moderate(store, [first, second], "shown")
    with reading(store) as opened:
        assert len(shown(opened, TOWN, "cell", CELL)) == 2
        assert shown(opened, TOWN, "cell", "other").empty
        assert shown(opened, TOWN, "stop").empty
        assert pd.isna(shown(opened, TOWN)["happened_on"].iloc[-1])
    moderate(store, [first], "refused", "tells who lives there", erase=True)
    row = stored(store).set_index("note").loc[first]
    assert (row["state"], row["reason"], pd.isna(row["text"])) == ("refused", "tells who lives there", True)
    with pytest.raises(InputDataError, match="its text was erased"):
        moderate(store, [first], "shown")


def test_what_is_erased_is_gone_from_the_file(store: Path) -> None:
    hand_in(store, text="unmistakable words of somebody")
    moderate(store, list(stored(store)["note"]), "refused", "personal", erase=True)
    assert b"unmistakable" not in store.read_bytes()


def test_a_wrong_moderation_changes_nothing(store: Path) -> None:
    hand_in(store)
    (name,) = stored(store)["note"]
    with pytest.raises(InputDataError, match=r"(?s)'gone': not in the store.*give one"):
        moderate(store, [name, "gone"], "refused")
    with pytest.raises(InputDataError, match="personal data: phone"):
        moderate(store, [name], "refused", "call 0612345678")
    assert list(stored(store)["state"]) == ["waiting"]


def write_csv(path: Path, rows: list[list[str]], *, header: str = ",".join(FIELDS), mark: str = ",") -> Path:
    file = io.StringIO()
    csv.writer(file, delimiter=mark).writerows([header.split(","), *rows])
    path.write_text("\ufeff" + file.getvalue(), encoding="utf-8")
    return path


GOOD = ["broken_lift", "cell", CELL, "2026-02-01", "en", "The lift, as ever; is broken."]


@pytest.mark.parametrize("mark", [",", ";"])
def test_a_file_is_taken_whole_and_once(store: Path, tmp_path: Path, mark: str) -> None:
    file = write_csv(
        tmp_path / "notes.csv", [GOOD, [], [*GOOD[:3], "", "fr", "Il fait noir le soir."]], mark=mark
    )
    assert import_notes(store, file) == (2, 0)
    assert import_notes(store, file) == (0, 2)


def test_one_bad_line_keeps_all_out_and_is_named(store: Path, tmp_path: Path) -> None:
    bad = [*GOOD[:5], "ring 0612345678"], [*GOOD[:2], "zzz", *GOOD[3:]]
    file = write_csv(tmp_path / "notes.csv", [GOOD, *bad])
    with pytest.raises(InputDataError, match=r"(?s)line 3: text.*telephone number.*line 4: .*no cell 'zzz'"):
        import_notes(store, file)
    assert stored(store).empty


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("kind,attached", "column missing: attached_to"),
        (",".join([*FIELDS, "email"]), "not taken.*'email'"),
        (",".join([*FIELDS, "kind"]), "twice: column kind"),
        ("", "column missing: kind"),
    ],
)
def test_columns_are_those_and_no_others(store: Path, tmp_path: Path, header: str, said: str) -> None:
    with pytest.raises(InputDataError, match=said):
        import_notes(store, write_csv(tmp_path / "notes.csv", [], header=header))


def test_a_file_that_cannot_be_read_is_named(store: Path, tmp_path: Path) -> None:
    latin = tmp_path / "latin.csv"
    latin.write_bytes((",".join(FIELDS) + "\nother,cell,x,,fr,été").encode("latin-1"))
    ragged = tmp_path / "ragged.csv"
    ragged.write_text(",".join(FIELDS) + "\nother,cell\n")
    for file, said in (
        (latin, "no UTF-8"),
        (ragged, "line 2: 2 fields"),
        (tmp_path / "gone.csv", "cannot be read"),
        (write_csv(tmp_path / "empty.csv", []), "no notes below"),
    ):
        with pytest.raises(InputDataError, match=said):
            import_notes(store, file)


def test_several_cities_need_one_named(store: Path, tmp_path: Path) -> None:
    small_store(store, [Planted(dt.date(2026, 1, 5))], city="portville")
    with pytest.raises(StoreError, match="--city: name one of portville, smalltown"):
        import_notes(store, write_csv(tmp_path / "notes.csv", [GOOD]))


def test_exports_hold_what_is_shown_and_no_formula(store: Path, tmp_path: Path) -> None:
    hand_in(store, text="=SUM(A1:A9) is no formula")
    hand_in(store, attached="stop", attached_to="s1", text=SCRIPT)
    hand_in(store, attached="route", attached_to="r9")
    with reading(store) as opened:
        assert export_notes(opened, store, TOWN, tmp_path / "none.csv") == 0
    moderate(store, list(stored(store)["note"]), "shown")
    with reading(store) as opened:
        for ending in ("csv", "json", "geojson"):
            assert export_notes(opened, store, TOWN, tmp_path / f"notes.{ending}") == 3
        with pytest.raises(InputDataError, match=r"end its name with \.csv, \.json, \.geojson"):
            export_notes(opened, store, TOWN, tmp_path / "notes.xlsx")
    table = pd.read_csv(tmp_path / "notes.csv", dtype=str)
    assert {"'=SUM(A1:A9) is no formula", SCRIPT} <= {*table["text"]}
    assert {row["text"] for row in json.loads((tmp_path / "notes.json").read_text())} >= {SCRIPT}
    features = json.loads((tmp_path / "notes.geojson").read_text())["features"]
    kinds = {f["properties"]["attached"]: f["geometry"] and f["geometry"]["type"] for f in features}
    assert kinds == {"cell": "Polygon", "stop": "Point", "route": None}
    assert [*tmp_path.glob(".*partial*")] == []


def test_the_commands_work_together(store: Path, tmp_path: Path) -> None:
    def call(*arguments: str) -> str:
        found = CliRunner().invoke(COMMANDS[0], list(arguments))
        assert found.exit_code == 0, found.output
        return found.output

    file = write_csv(tmp_path / "notes.csv", [GOOD])
    assert call("import", str(store), str(file)) == "1 note for a moderator to read\n"
    waiting = call("list", str(store), "--lang", "fr")
    assert "en attente" in waiting
    assert "Ascenseur en panne\u00a0: The lift, as ever" in waiting
    name = waiting.split()[0]
    assert call("moderate", str(store), name, "--refuse", "not ours") == "1 refused\n"
    assert "Refused: not ours" in call("list", str(store), "--state", "all")
    assert call("export", str(store), "--out", str(tmp_path / "all.json"), "--state", "all").startswith(
        "1 note in"
    )
    assert "No notes for smalltown" in call("list", str(store))
    assert CliRunner().invoke(COMMANDS[0], ["moderate", str(store), name]).exit_code == 2


def test_bad_notes_end_the_command_with_2(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_csv(tmp_path / "notes.csv", [[*GOOD[:5], "write to a@b.org"]])
    with pytest.raises(SystemExit) as ended:
        main(["notes", "import", str(store), str(file)])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith("Error: ")
    assert "line 2: text: “a@b…” looks like an e-mail address" in told


def test_below_notes_that_wait_stands_what_a_moderator_looks_for(store: Path) -> None:
    hand_in(store)
    assert "a first name alone" in list(listed(store, None, "waiting", "en"))[-1]
    assert "un prénom seul" in list(listed(store, None, "all", "fr"))[-1]
    moderate(store, list(stored(store)["note"]), "shown")
    assert "first name" not in "".join(listed(store, None, "shown", "en"))


@pytest.mark.parametrize("document", ["observatory.md", "observatory.fr.md"])
def test_the_example_of_the_documents_is_a_note_that_is_taken(document: str) -> None:
    text = (Path(__file__).parents[1] / "docs" / document).read_text(encoding="utf-8")
    lines = text[text.index(",".join(FIELDS)) :].split("```")[0].splitlines()
    (row,) = csv.DictReader(lines)
    assert isinstance(checked(row, dt.date(2026, 11, 1), Texts("en"), []), Note)


def test_a_note_removed_meanwhile_stops_a_moderation(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in(store)
    (name,) = stored(store)["note"]
    with reading(store) as before, monkeypatch.context() as patched:
        patched.setattr(notes_module, "reading", lambda _: _Kept(before))
        with writing(store) as opened:
            opened.remove("note", note=name)
        with pytest.raises(StoreError, match="removed meanwhile"):
            moderate(store, [name], "shown")


class _Kept:
    """An open store that a block does not close."""

    def __init__(self, store: object) -> None:
        self.store = store

    def __enter__(self) -> object:
        return self.store

    def __exit__(self, *error: object) -> None:
        pass


def test_every_kind_of_personal_data_and_note_has_its_words() -> None:
    from access.notes_check import KINDS
    from access.notes_personal import KINDS as PERSONAL
    from access.notes_places import ATTACHED

    keys = {key for key, _ in flatten(load_tree("en"))}
    for part, names in (("kind", KINDS), ("attached", ATTACHED), ("personal", PERSONAL)):
        assert {key for key in keys if key.startswith(f"notes.{part}.")} == {
            f"notes.{part}.{n}" for n in names
        }
    assert Texts("fr")("notes.kind.broken_lift") == "ascenseur en panne"
