"""Uploads attacked: each limit of scenario files and of GTFS zips."""

from __future__ import annotations

import base64
import io
import stat
import struct
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from dashboards import upload_zip
from dashboards.upload_zip import MOST_ENTRIES, check_zip
from dashboards.uploads import LARGEST_YAML_BYTES, Uploads, scenario_of_upload
from dashboards.what_if_problems import ScenarioProblems
from dashboards.words import words

SCENARIOS = sorted((Path(__file__).parents[1] / "configs" / "scenarios").glob("*.yaml"))
PLAIN = "name: test\nmodifications:\n  - {type: remove-trips, routes: [R]}\n"
TABLES = ("stops.txt", "routes.txt", "trips.txt", "stop_times.txt", "calendar.txt")


def sent(content: str | bytes) -> str:
    """Return what ``dcc.Upload`` makes of a file."""
    raw = content.encode() if isinstance(content, str) else content
    return "data:application/octet-stream;base64," + base64.b64encode(raw).decode()


def refused(contents: Any) -> list[str]:
    with pytest.raises(ScenarioProblems) as caught:
        scenario_of_upload(contents)
    return [problem.key or problem.english for problem in caught.value.problems]


# ---- scenario files


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_every_example_can_be_uploaded(file: Path) -> None:
    assert scenario_of_upload(sent(file.read_bytes()))["modifications"]


def test_a_mark_at_the_beginning_and_windows_lines_do_no_harm() -> None:
    plain = scenario_of_upload(sent(PLAIN))
    assert scenario_of_upload(sent(b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n").encode())) == plain
    assert plain["modifications"] == [{"type": "remove-trips", "routes": ["R"]}]


@pytest.mark.parametrize("contents", [None, "", "data:,", "no comma", "data:x;base64,%%%", sent(""), 7, []])
def test_what_did_not_arrive_whole_is_refused(contents: Any) -> None:
    assert refused(contents) == ["upload_empty"]


def test_a_file_that_is_too_large_is_refused_before_it_is_decoded() -> None:
    assert refused("data:x;base64," + "%" * (2 * LARGEST_YAML_BYTES)) == ["yaml_too_large"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1"])
def test_other_encodings_are_refused_in_words(encoding: str) -> None:
    assert refused(sent(PLAIN.replace("test", "é").encode(encoding))) == ["yaml_not_text"]


def test_a_billion_laughs_are_refused_at_the_first() -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    began = time.perf_counter()
    assert refused(sent("\n".join(lines))) == ["yaml_alias"]
    assert time.perf_counter() - began < 1


def test_a_mapping_within_itself_is_refused() -> None:
    assert refused(sent("&a {name: *a, modifications: []}")) == ["yaml_alias"]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_depths_are_refused(opening: str) -> None:
    assert refused(sent(opening * 5_000)) == ["too_deep"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "upload_empty"),
        ("- a\n- b\n", "holds a list; a mapping of keys is needed"),
        ("just words", "holds a str; a mapping of keys is needed"),
        ("# nothing\n", "holds nothing; a mapping of keys is needed"),
        ("name: [unclosed\n", "is not valid YAML"),
        ("name: a\nname: b\n", "stands twice"),
        ("name: test\nmodification: []\n", "did you mean 'modifications'?"),
        ("name: test\nmodifications: []\n", "no_change"),
        ("name: 2024-13-45\nmodifications: []\n", "holds a value that is none"),
        (f"name: {'9' * 5000}\nmodifications: []\n", "holds a value that is none"),
        ("!!python/object/apply:os.system ['true']", "is not valid YAML"),
        ("name: !!python/name:os.system\nmodifications: []", "is not valid YAML"),
        ("name: a\x00b\n", "is not valid YAML"),
        ("? [a, b]\n: c\n", "is not valid YAML"),
    ],
)
def test_what_is_no_scenario_is_told_in_words(text: str, told: str) -> None:
    assert any(told in problem for problem in refused(sent(text)))


def test_the_largest_file_is_read_in_seconds() -> None:
    line = ", ".join(["[2.123456, 48.123456]"] * 1_900)
    changes = "".join(f"  - {{type: add-streets, line_strings: [[{line}]]}}\n" for _ in range(4))
    text = f"name: long\nmodifications:\n{changes}"
    assert len(text) < LARGEST_YAML_BYTES
    began = time.perf_counter()
    scenario_of_upload(sent(text))
    assert time.perf_counter() - began < 15


# ---- GTFS zips


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], tables: bool = True) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in TABLES if tables else ():
            archive.writestr(name, "stop_id\n1\n")
        for name, content in entries:
            archive.writestr(name, content)
    return packed.getvalue()


def keys(content: bytes) -> list[str]:
    return [problem.key for problem in check_zip(content)]


def test_a_plain_feed_is_kept_by_its_content() -> None:
    uploads = Uploads()
    found = uploads.keep_timetable(sent(zipped()))
    assert uploads.get(found) == zipped()
    assert uploads.keep_timetable(sent(zipped())) == found
    assert uploads.get("../../etc/passwd") is None


def test_only_so_much_is_kept() -> None:
    uploads = Uploads(most_bytes=1000)
    first, second = (uploads.keep_timetable(sent(zipped(("a.txt", name)))) for name in (b"1", b"2"))
    assert uploads.get(first) is None
    assert uploads.get(second) is not None


@pytest.mark.parametrize("content", [b"x", b"PK", b"\x00" * 1000, b"PK\x05\x06", b"GIF89a"])
def test_what_is_no_zip_is_refused(content: bytes) -> None:
    assert keys(content) == ["zip_not"]


def test_an_empty_zip_lacks_its_tables() -> None:
    assert keys(zipped(tables=False)) == ["zip_tables"]


def test_a_zip_that_is_too_large_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboards.uploads.LARGEST_ZIP_BYTES", 100)
    with pytest.raises(ScenarioProblems, match="upload_too_large"):
        Uploads().keep_timetable("data:x;base64," + "%" * 1000)


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/etc/evil.txt", "a/../../evil.txt", "..\\evil.txt", "C:\\evil.txt"]
)
def test_paths_out_of_the_archive_are_refused(name: str) -> None:
    assert "zip_path" in keys(zipped((name, b"x")))


def test_a_link_is_refused() -> None:
    link = zipfile.ZipInfo("shapes.txt")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert keys(zipped((link, b"/etc/passwd"))) == ["zip_link"]


def test_an_encrypted_member_is_refused() -> None:
    content = bytearray(zipped(("secret.txt", b"x")))
    at = content.rfind(b"PK\x01\x02")
    flags = struct.unpack_from("<H", content, at + 8)[0]
    struct.pack_into("<H", content, at + 8, flags | 1)
    assert keys(bytes(content)) == ["zip_encrypted"]


@pytest.mark.parametrize("name", ["inner.zip", "inner.GZ", "shapes.txt"])
def test_an_archive_within_is_refused_whatever_its_name(name: str) -> None:
    assert keys(zipped((name, zipped()))) == ["zip_nested"]


def test_a_bomb_is_refused_without_unpacking_it() -> None:
    began = time.perf_counter()
    assert keys(zipped(("shapes.txt", b"0" * 60 * 2**20))) == ["zip_bomb"]
    assert time.perf_counter() - began < 5


def test_a_plain_table_that_packs_well_is_no_bomb() -> None:
    assert keys(zipped(("shapes.txt", b"0" * 5 * 2**20))) == []


def test_a_directory_that_understates_a_member_is_never_believed() -> None:
    """What zipfile reads is bounded by the directory; more than that is damage."""
    content = bytearray(zipped(("shapes.txt", b"0" * 20 * 2**20)))
    at = content.rfind(b"PK\x01\x02")
    struct.pack_into("<I", content, at + 24, 10)
    assert keys(bytes(content)) == ["zip_damaged"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive, pytest.raises(zipfile.BadZipFile):
        archive.read("shapes.txt")


def test_too_many_members_are_refused_before_the_directory_is_read() -> None:
    content = zipped(*[(f"{n}.txt", b"") for n in range(MOST_ENTRIES)])
    assert keys(content) == ["zip_entries"]


def test_a_directory_that_is_too_large_is_refused_however_few_it_names() -> None:
    content = zipped(*[(f"{n}-{'x' * 60_000}.txt", b"") for n in range(20)])
    assert keys(content) == ["zip_entries"]


def test_a_count_that_lies_does_not_help() -> None:
    content = bytearray(zipped(*[(f"{n}.txt", b"") for n in range(MOST_ENTRIES)]))
    at = content.rfind(b"PK\x05\x06")
    struct.pack_into("<HH", content, at + 8, 5, 5)
    assert keys(bytes(content)) == ["zip_entries"]


def test_a_zip64_directory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(zipped())
    at = content.rfind(b"PK\x05\x06")
    content[at:at] = b"PK\x06\x07" + b"\x00" * 16
    assert keys(bytes(content)) == ["zip_entries"]


def test_two_members_of_one_name_are_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zipped(("stops.txt", b"stop_id\n2\n"))
    assert keys(content) == ["zip_twice"]


def test_a_damaged_zip_is_refused() -> None:
    content = bytearray(zipped())
    content[:200] = b"\xff" * 200
    assert keys(bytes(content)) == ["zip_damaged"]
    assert keys(zipped()[:-30]) == ["zip_not"]


def test_tables_in_a_folder_are_told_as_missing() -> None:
    content = zipped(*[(f"feed/{name}", b"") for name in TABLES], tables=False)
    (problem,) = check_zip(content)
    assert "stops.txt, routes.txt, trips.txt, stop_times.txt" in problem.said(words("fr"))


def test_names_that_are_shown_are_plain_and_short() -> None:
    (problem,) = check_zip(zipped(("../\x1b[31m" + "x" * 300, b"")))
    name = str(problem.values["name"])
    assert name.startswith("../?[31m")
    assert len(name) == upload_zip._LONGEST_NAME
