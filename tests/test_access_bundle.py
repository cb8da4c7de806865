"""The bundle of evidence: whole, the same bytes again, and no byte of it can change unseen."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import zipfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from builders_bundle import INPUTS, bundle_of, unpacked, write_run_with_inputs

from access.bundle import program_sha256
from access.bundle_folders import manifest_in_bundle, paths_of_this_machine
from access.bundle_sign import fingerprint_of, new_key, signature_of, signer_of
from access.bundle_sums import problems_of_files, sums_text
from access.bundle_zip import first_difference, name_problem, unpack, write_zip
from access.config import RunConfig
from access.config_checks import input_files
from access.datasets import sha256_of
from access.errors import AccessError, InputDataError
from access.reproduce import opened

SMALL = {"SHA256SUMS": b"", "b/two.txt": b"two\n", "one.txt": b"1"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run_with_inputs(tmp_path_factory.mktemp("bundle"))


def small_bundle(folder: Path) -> Path:
    """Write a zip of two files and their hashes: few bytes, all of which can be changed one by one."""
    small = {name: content for name, content in SMALL.items() if name != "SHA256SUMS"}
    write_zip(folder / "small.zip", small | {"SHA256SUMS": sums_text(small)})
    return folder / "small.zip"


def found_in(bundle: Path, scratch: Path) -> str:
    """Say what checking finds in a zip; empty where it finds nothing."""
    folder = scratch / "out"
    folder.mkdir()
    try:
        problems = unpack(bundle, folder) or problems_of_files(folder)
        if problems:
            return "; ".join(problems)
        files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        return first_difference(bundle, dict(files), scratch)
    except AccessError as error:
        return str(error)


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    files = {"b": b"2", "a/c": b"3"}
    write_zip(tmp_path / "one.zip", files)
    write_zip(tmp_path / "two.zip", dict(reversed(files.items())))
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.zip", "two.zip"]


def test_a_whole_bundle_has_no_problem(tmp_path: Path) -> None:
    assert found_in(small_bundle(tmp_path), tmp_path) == ""


def test_every_single_changed_byte_is_found(tmp_path: Path) -> None:
    bundle = small_bundle(tmp_path)
    whole = bundle.read_bytes()
    unseen = []
    for place in range(len(whole)):
        scratch = tmp_path / str(place)
        scratch.mkdir()
        changed = scratch / "changed.zip"
        changed.write_bytes(whole[:place] + bytes([whole[place] ^ 0x01]) + whole[place + 1 :])
        if not found_in(changed, scratch):
            unseen.append(place)
    assert unseen == []


def test_the_changed_file_is_named(tmp_path: Path) -> None:
    bundle = small_bundle(tmp_path)
    whole = bundle.read_bytes()
    bundle.write_bytes(whole.replace(b"two\n", b"twO\n"))
    assert found_in(bundle, tmp_path).startswith("b/two.txt: changed since the bundle was made")


def test_a_byte_more_and_a_byte_less_are_found(tmp_path: Path) -> None:
    for name, change in (("more", lambda b: b + b"x"), ("less", lambda b: b[:-1])):
        (tmp_path / name).mkdir()
        bundle = small_bundle(tmp_path / name)
        bundle.write_bytes(change(bundle.read_bytes()))
        assert found_in(bundle, tmp_path / name)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../out.txt", "leads out"),
        ("a/../../b", "leads out"),
        ("/etc/x", "no relative path"),
        ("C:/x", "no relative path"),
        ("a\\b", "no relative path"),
        ("a\nb", "control characters"),
        ("a//b", "leads out"),
        ("", "1 to"),
        ("x" * 500, "1 to"),
    ],
)
def test_names_that_could_leave_the_folder_are_refused(name: str, why: str, tmp_path: Path) -> None:
    assert why in name_problem(name)
    with pytest.raises(AccessError, match="cannot hold these files"):
        write_zip(tmp_path / "x.zip", {name: b""})
    assert list(tmp_path.iterdir()) == []


def test_a_zip_that_fairreach_does_not_write_is_not_unpacked(tmp_path: Path) -> None:
    def refused(add: object, why: str) -> None:
        path = tmp_path / "bad.zip"
        with zipfile.ZipFile(path, "w") as packed:
            add(packed)  # type: ignore[operator]
        with pytest.raises(AccessError, match=why):
            unpack(path, tmp_path / "nowhere")
        assert not (tmp_path / "nowhere").exists()

    def bomb(packed: zipfile.ZipFile) -> None:
        packed.writestr("zeros", b"\0" * 10_000_000, zipfile.ZIP_DEFLATED)

    def link(packed: zipfile.ZipFile) -> None:
        entry = zipfile.ZipInfo("link")
        entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        packed.writestr(entry, "/etc/passwd")

    def twins(packed: zipfile.ZipFile) -> None:
        packed.writestr("a", b"1")
        packed.writestr("A", b"2")

    refused(bomb, "'zeros': is compressed")
    refused(link, "'link': is no plain file")
    refused(twins, "stands there twice")
    refused(lambda packed: packed.writestr("../x", b""), "leads out of its folder")
    (tmp_path / "text.zip").write_text("not a zip")
    with pytest.raises(AccessError, match="is no zip, or its directory is damaged"):
        unpack(tmp_path / "text.zip", tmp_path)


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../b"])
def test_nobody_is_told_to_unpack_a_zip_whose_names_lead_out_of_the_folder(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("fine.txt", "a" * 100)
        packed.writestr(name, "x")
    with pytest.raises(AccessError, match="Do not unpack it") as refused:
        unpack(path, tmp_path / "out")
    assert "give the folder" not in str(refused.value)


def test_a_bundle_that_was_only_packed_anew_may_be_unpacked_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "anew.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.mkdir("report")
        packed.writestr("report/a.txt", "some words, and some words more " * 20)
    with pytest.raises(AccessError, match="unpack it with a program of your own and give the folder"):
        unpack(path, tmp_path / "out")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("zeros", b"\0" * 10_000_000)
    with pytest.raises(AccessError, match="Do not unpack it"):
        unpack(path, tmp_path / "out")


def test_entries_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "overlap.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name in ("a", "b"):
            packed.writestr(name, name.encode() * 1000)
        packed.filelist[1].header_offset = packed.filelist[0].header_offset
        packed.filelist += [packed.filelist[0]] * 3
    with pytest.raises(AccessError, match="would take 5,000 bytes"):
        unpack(path, tmp_path / "out")


def test_a_bundle_holds_everything_and_its_hashes_fit(run: Path, tmp_path: Path) -> None:
    made = bundle_of(run, tmp_path / "evidence.zip", reports={"report/evidence.en.pdf": b"%PDF"})
    folder = unpacked(made.path, tmp_path / "out")
    assert problems_of_files(folder) == []
    for name, content in INPUTS.items():
        assert (folder / "inputs" / name).read_bytes() == content
    assert (folder / "results" / "cells.parquet").read_bytes() == (run / "cells.parquet").read_bytes()
    for name in (
        "README.en.md",
        "README.fr.md",
        "methods.en.md",
        "COMMANDS.txt",
        "checks.json",
        "bundle.json",
    ):
        assert (folder / name).stat().st_size > 100
    told = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    assert told["commands"][0] == "fairreach run inputs/config.yaml --out again"
    assert "numpy==2.2" in (folder / "environment" / "requirements.txt").read_text()
    assert all(check.state == "passed" for check in made.checks if not check.name.startswith("residents"))
    assert "Toutes" not in (folder / "README.en.md").read_text(encoding="utf-8")


def test_the_configuration_finds_its_files_beside_it(run: Path, tmp_path: Path) -> None:
    folder = unpacked(bundle_of(run, tmp_path / "e.zip").path, tmp_path / "out") / "inputs"
    config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    assert config["dataset"] is None
    assert config["results"] == {"folder": "results", "min_residents_shown": 20}
    assert (folder / config["opportunities"][0]["file"]).is_file()


def test_every_key_of_a_file_has_a_place_in_a_bundle() -> None:
    from access.bundle_inputs import _SINGLE

    named = {f"{section}.{key}" for section, key in _SINGLE} | {"services_file"}
    example = Path("configs/demo.yaml")
    keys = input_files(RunConfig.model_validate(yaml.safe_load(example.read_text(encoding="utf-8"))))
    others = {key for key in keys if not key.startswith(("schedule.feeds.", "opportunities."))}
    assert others <= named


def test_an_input_left_out_is_told_with_its_hash_and_where_to_get_it(run: Path, tmp_path: Path) -> None:
    made = bundle_of(
        run, tmp_path / "e.zip", without=["people.csv"], where={"people.csv": "statistics office"}
    )
    folder = unpacked(made.path, tmp_path / "out")
    assert not (folder / "inputs" / "people.csv").exists()
    told = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))["inputs"][1]
    assert (told["included"], told["where"]) == (False, "statistics office")
    assert told["sha256"] in (folder / "README.fr.md").read_text(encoding="utf-8")


def test_inputs_that_changed_or_are_unknown_are_refused_and_named(tmp_path: Path) -> None:
    run = write_run_with_inputs(tmp_path)
    (tmp_path / "data" / "people.csv").write_text("other")
    (tmp_path / "data" / "feed.zip").unlink()
    with pytest.raises(InputDataError, match=r"feed\.zip: gone from .*people\.csv: changed since the run"):
        bundle_of(run, tmp_path / "e.zip")
    with pytest.raises(InputDataError, match=r"jobs\.csv: no input of this run"):
        bundle_of(run, tmp_path / "e.zip", without=["jobs.csv"])
    assert not (tmp_path / "e.zip").exists()
    bundle_of(run, tmp_path / "e.zip", without=["all"])


def test_a_changed_missing_or_added_file_of_an_unpacked_bundle_is_named(run: Path, tmp_path: Path) -> None:
    folder = unpacked(bundle_of(run, tmp_path / "e.zip").path, tmp_path / "out")
    (folder / "inputs" / "people.csv").write_bytes(b"id,population\na,2\n")
    (folder / "checks.json").unlink()
    (folder / "more.txt").write_text("x")
    with pytest.raises(AccessError, match=r"3 places are not as") as refused, opened(folder):
        pass
    for words in ("checks.json: missing", "inputs/people.csv: changed", "more.txt: is not listed"):
        assert words in str(refused.value)


def test_a_signature_fits_only_its_hashes_and_its_key(tmp_path: Path) -> None:
    private, public = tmp_path / "k.pem", tmp_path / "k.pub.pem"
    known = new_key(private, public)
    assert private.stat().st_mode & 0o077 == 0
    signature = signature_of(b"sums", private)
    assert signer_of(b"sums", signature) == signer_of(b"sums", signature, public) == known
    with pytest.raises(AccessError, match="does not fit SHA256SUMS"):
        signer_of(b"other", signature, public)
    new_key(tmp_path / "l.pem", tmp_path / "l.pub.pem")
    with pytest.raises(AccessError, match="signed by another key"):
        signer_of(b"sums", signature, tmp_path / "l.pub.pem")
    with pytest.raises(AccessError, match="is damaged"):
        signer_of(b"sums", b"{}")
    with pytest.raises(AccessError, match="exists already and is not replaced"):
        new_key(private, public)
    with pytest.raises(AccessError, match="holds no private key"):
        signature_of(b"sums", public)


def test_a_locked_key_needs_its_passphrase(tmp_path: Path) -> None:
    new_key(tmp_path / "k.pem", tmp_path / "k.pub.pem", "open")
    assert signature_of(b"x", tmp_path / "k.pem", "open")
    for wrong in (None, "shut"):
        with pytest.raises(AccessError, match="passphrase"):
            signature_of(b"x", tmp_path / "k.pem", wrong)


def test_a_signed_bundle_names_who_signed(run: Path, tmp_path: Path) -> None:
    known = new_key(tmp_path / "k.pem", tmp_path / "k.pub.pem")
    made = bundle_of(run, tmp_path / "e.zip", key=tmp_path / "k.pem")
    with opened(made.path, signer=tmp_path / "k.pub.pem") as verified:
        assert verified.signer == known
        assert verified.sums_sha256 == made.sums_sha256
    plain = bundle_of(run, tmp_path / "plain.zip")
    with pytest.raises(AccessError, match="is not signed"), opened(plain.path, signer=tmp_path / "k.pub.pem"):
        pass


def test_requirements_name_no_package_that_a_stranger_could_have(run: Path, tmp_path: Path) -> None:
    folder = unpacked(bundle_of(run, tmp_path / "e.zip").path, tmp_path / "b")
    lines = (folder / "environment" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["numpy==2.2"]
    for language in ("en", "fr"):
        assert "program_sha256" in (folder / f"README.{language}.md").read_text(encoding="utf-8")


def test_the_hash_of_the_program_is_computed_as_the_page_says() -> None:
    digest = hashlib.sha256()
    for package in ("access", "gtfs"):
        root = Path(str(files(package)))
        for path in sorted(root.rglob("*.py")):
            name = path.relative_to(root.parent).as_posix()
            digest.update(name.encode() + b"\n" + path.read_bytes())
    assert digest.hexdigest() == program_sha256()


HOME = "/".join(("", "home", "ana"))
MANIFEST: dict[str, Any] = {
    "data_folder": f"{HOME}/data",
    "network_cache": f"{HOME}/.cache/fairreach/networks/12fe",
    "config_file": f"{HOME}/city/demo.yaml",
    "inputs": [{"file": "feed.zip"}, {"file": "/srv/own/jobs.csv"}, {"file": "../ben/people.csv"}],
    "streets": {"source": f"{HOME}/data/osm.pbf"},
    "config": {"people": {"file": "../ben/people.csv"}, "jobs": {"file": "/srv/own/jobs.csv"}},
    "warnings": [f"{HOME}/data/feed.zip: 3 stops; see {HOME}/other/notes.txt, not {HOME}/data2"],
    "n": 3,
}


def test_folders_of_a_computer_become_places_in_the_bundle() -> None:
    told = manifest_in_bundle(MANIFEST)
    assert told == {
        "data_folder": "inputs",
        "network_cache": "networks/12fe",
        "config_file": "demo.yaml",
        "inputs": [{"file": "feed.zip"}, {"file": "input-2/jobs.csv"}, {"file": "input-3/people.csv"}],
        "streets": {"source": "inputs/osm.pbf"},
        "config": {"people": {"file": "input-3/people.csv"}, "jobs": {"file": "input-2/jobs.csv"}},
        "warnings": ["inputs/feed.zip: 3 stops; see ~/other/notes.txt, not ~/data2"],
        "n": 3,
    }
    assert manifest_in_bundle(told) == told
    own = "\\".join(("C:", "Users", "ana", "data"))
    windows = {"data_folder": own, "inputs": [{"file": "a/b.csv"}]}
    told = manifest_in_bundle(windows | {"warnings": [f"{own}\\a\\b.csv: empty", "D:\\x\\y"]})
    assert told["warnings"] == ["inputs/a/b.csv: empty", "D:\\x\\y"]


def test_no_file_of_a_bundle_names_a_folder_of_the_computer_that_made_it(run: Path, tmp_path: Path) -> None:
    own = shutil.copytree(run, tmp_path / "own" / "run")
    told = json.loads((own / "manifest.json").read_text(encoding="utf-8"))
    told |= {"config_file": str(own.parent / "c.yaml"), "warnings": [f"{own.parent}/x: old"]}
    (own / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    (own / "report.en.html").write_text(f"<p>{told['data_folder']}/people.csv</p>", encoding="utf-8")
    before = {path: path.read_bytes() for path in own.rglob("*") if path.is_file()}
    compared = compared_with(own, tmp_path / "compared")
    bundle = bundle_of(own, tmp_path / "e.zip", comparison=compared)
    folder = unpacked(bundle.path, tmp_path / "b")
    assert {path: path.read_bytes() for path in own.rglob("*") if path.is_file()} == before
    assert bundle.machine_paths == [("results/manifest.json", f"{own.parent}/x: old")]  # not known: told
    for path in (path for path in folder.rglob("*") if path.is_file()):
        assert str(run.parent).encode() not in path.read_bytes(), path
    assert (folder / "results" / "report.en.html").read_text() == "<p>inputs/people.csv</p>"
    assert problems_of_files(folder) == []
    base = json.loads((folder / "comparison" / "manifest.json").read_text())["base"]
    of_run = hashlib.sha256((folder / "results" / "manifest.json").read_bytes()).hexdigest()
    assert (base["folder"], base["manifest_sha256"]) == ("results", of_run)
    assert (folder / "comparison" / "report.en.html").read_text() == f"<p>{of_run}</p>"
    about = json.loads((folder / "bundle.json").read_text())["run"]
    assert about["manifest_sha256"] == of_run
    assert about["manifest_sha256_before_folders_were_replaced"] == sha256_of(own / "manifest.json")


def compared_with(run: Path, folder: Path) -> Path:
    """Write what stands for a comparison with a run: a manifest, and a page that prints a hash."""
    folder.mkdir()
    sha256 = sha256_of(run / "manifest.json")
    told = {"kind": "comparison", "base": {"folder": str(run), "manifest_sha256": sha256}, "scenarios": []}
    (folder / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    (folder / "report.en.html").write_text(f"<p>{sha256}</p>", encoding="utf-8")
    return folder


def test_an_input_that_names_a_folder_of_this_computer_is_told(run: Path, tmp_path: Path) -> None:
    own = shutil.copytree(run, tmp_path / "run")
    told = json.loads((own / "manifest.json").read_text(encoding="utf-8"))
    data = shutil.copytree(told["data_folder"], tmp_path / "data")
    (data / "people.csv").write_text(f"id,population\n{data}/a,1\n")
    told["data_folder"] = str(data)
    for each in told["inputs"]:
        each["sha256"] = sha256_of(data / each["file"])
    (own / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    assert bundle_of(own, tmp_path / "e.zip").machine_paths == [("inputs/people.csv", str(data))]


def test_a_signature_that_was_taken_away_or_replaced_is_found(run: Path, tmp_path: Path) -> None:
    for name in ("k", "l"):
        new_key(tmp_path / f"{name}.pem", tmp_path / f"{name}.pub.pem")
    made = bundle_of(run, tmp_path / "e.zip", key=tmp_path / "k.pem")
    folder = unpacked(made.path, tmp_path / "b")
    known = fingerprint_of(tmp_path / "k.pem")
    for language in ("en", "fr"):
        assert known in (folder / f"README.{language}.md").read_text(encoding="utf-8")
    other = signature_of((folder / "SHA256SUMS").read_bytes(), tmp_path / "l.pem")
    (folder / "SHA256SUMS.sig").write_bytes(other)
    with (
        pytest.raises(AccessError, match=f"says that it is signed by {known}, and is signed by"),
        opened(folder),
    ):
        pass
    (folder / "SHA256SUMS.sig").unlink()
    with pytest.raises(AccessError, match=f"signed by {known}, and is signed by nobody"), opened(folder):
        pass


def test_absolute_paths_are_known_on_every_system() -> None:
    told = {"a": ["D:\\planning", "/data/planning/x"], "b": {"c": "results/x", "d": "/ h"}, "n": 3}
    assert list(paths_of_this_machine(told)) == ["D:\\planning", "/data/planning/x"]
