"""Check a bundle of evidence and compute it again: ``fairreach reproduce``.

First every hash, without running anything; then the run (and the comparison, if any) from the bundle's own
inputs and configuration; then every number of every table.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from access.bundle import BUNDLE_JSON, COMPARED, KIND, VERSION, program_sha256
from access.bundle_folders import RESULTS
from access.bundle_inputs import CONFIG, FOLDER
from access.bundle_sign import signer_of
from access.bundle_sums import SIGNATURE, SUMS, problems_of_files
from access.bundle_zip import first_difference, unpack
from access.datasets import sha256_of
from access.errors import AccessError
from access.reproduce_compare import TableCompared, compare_folders
from access.whole_files import write_whole


@dataclass(frozen=True)
class Verified:
    """A bundle whose every file is as its list of hashes says."""

    folder: Path
    told: Mapping[str, Any]  # bundle.json
    sums_sha256: str
    n_files: int
    signer: str  # fingerprint of the key that signed; empty without a signature
    missing: list[Mapping[str, Any]]  # inputs that are not inside
    named: str = ""  # file of the public key that was asked for, and that signed


@dataclass
class Reproduced:
    """What came out of computing a bundle again."""

    verified: Verified
    tables: list[TableCompared] = field(default_factory=list)
    environment: list[str] = field(default_factory=list)  # what differs of program, Python and packages

    @property
    def identical(self) -> bool:
        """Whether every number of every table is equal."""
        return all(table.same for table in self.tables)


@contextmanager
def opened(bundle: Path, *, signer: Path | None = None, scratch: Path | None = None) -> Iterator[Verified]:
    """Unpack a bundle (a zip, or a folder in which one was unpacked), check every byte, and give it.

    Parameters
    ----------
    signer : Path, optional
        Public key that must have signed the bundle.
    scratch : Path, optional
        Where to unpack to; default the system's folder for temporary files.

    Raises
    ------
    AccessError
        If it is no bundle, a file is changed, missing or added (all are named), the signature does not fit,
        or the disk is full.
    """
    if not bundle.exists():
        raise AccessError(f"{bundle}: no such bundle; give the zip that `fairreach evidence` wrote")
    with tempfile.TemporaryDirectory(prefix="fairreach-bundle-", dir=scratch) as made:
        folder = bundle
        if not bundle.is_dir():
            folder = Path(made) / "bundle"
            folder.mkdir()
            _unpack(bundle, folder, Path(made))
        problems = problems_of_files(folder)
        if problems:
            raise _changed(bundle, problems)
        yield _verified(bundle, folder, signer)


def _unpack(bundle: Path, folder: Path, scratch: Path) -> None:
    """Unpack a zip; every byte of it must be one that fairreach writes."""
    try:
        problems = unpack(bundle, folder)
    except OSError as error:
        raise AccessError(
            f"{bundle}: cannot be unpacked ({error.strerror or error}); make room for "
            f"{bundle.stat().st_size:,} bytes, or set TMPDIR to another folder"
        ) from None
    if problems:
        raise _changed(bundle, problems)
    if problems := problems_of_files(folder):
        raise _changed(bundle, problems)
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    if where := first_difference(bundle, dict(files), scratch):
        raise _changed(bundle, [f"the zip's own records: {where}"])


def _changed(bundle: Path, problems: list[str]) -> AccessError:
    noun = "place is" if len(problems) == 1 else "places are"
    listed = "\n".join(f"  - {problem}" for problem in problems[:50])
    more = f"\n  - and {len(problems) - 50} more" if len(problems) > 50 else ""
    return AccessError(
        f"{bundle}: {len(problems)} {noun} not as the bundle was made; nothing is computed from it. Ask for "
        f"it again\n{listed}{more}"
    )


def _verified(bundle: Path, folder: Path, signer: Path | None) -> Verified:
    sums = (folder / SUMS).read_bytes()
    told = _told(bundle, folder)
    signature = folder / SIGNATURE
    by = ""
    if signature.is_file():
        by = signer_of(sums, signature.read_bytes(), signer)
    elif signer is not None:
        raise AccessError(f"{bundle}: is not signed, so {signer} cannot have signed it; ask for a signed one")
    if (told_signer := str(told.get("signed_by") or "")) != by:
        raise AccessError(
            f"{bundle}: says that it is signed by {told_signer or 'nobody'}, and is signed by "
            f"{by or 'nobody'}: its signature was taken away or replaced. Ask for the bundle again"
        )
    missing = [each for each in told["inputs"] if not each["included"]]
    return Verified(
        folder, told, hashlib.sha256(sums).hexdigest(), sums.count(b"\n"), by, missing, str(signer or "")
    )


def _told(bundle: Path, folder: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((folder / BUNDLE_JSON).read_text(encoding="utf-8"))
        version = told["bundle_version"]
        known = told["kind"] == KIND
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AccessError(
            f"{bundle}: has no readable {BUNDLE_JSON} ({error}); it is no bundle of evidence"
        ) from None
    if not known:
        raise AccessError(f"{bundle}: is a {told['kind']!r}, not a {KIND}")
    if version > VERSION:
        raise AccessError(
            f"{bundle}: is of version {version}; this program knows up to {VERSION}. Take a newer fairreach "
            f"(the bundle was made by {told.get('fairreach_version')})"
        )
    return told


def reproduce(
    verified: Verified,
    out: Path,
    *,
    inputs: Path | None = None,
    tolerance: float = 0.0,
    threads: int | None = None,
    show_bar: bool = False,
) -> Reproduced:
    """Compute a bundle again into ``out`` and compare every number.

    Parameters
    ----------
    out : Path
        New or empty folder: ``again`` (the run), ``again-compared`` and the inputs go there.
    inputs : Path, optional
        Folder with the inputs that are not in the bundle, under the names that it gives.
    tolerance : float
        Relative; 0 = equal to the last bit.

    Raises
    ------
    AccessError
        If inputs are missing or others than those of the run (each is named, with where to get it), ``out``
        is not empty, or the run cannot be made.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise AccessError(f"{out}: is not empty; name a new folder with --out")
    found = _found_inputs(verified, inputs)
    work = out / FOLDER
    shutil.copytree(verified.folder / FOLDER, work)
    for place, path in found.items():
        target = work / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, target)
        else:
            shutil.copyfile(path, target)
    return _computed(verified, out, tolerance, threads, show_bar)


def _found_inputs(verified: Verified, folder: Path | None) -> dict[str, Path]:
    """Return the inputs that are not inside, by their place; each must be the one that the run read."""
    found, problems = {}, []
    for each in verified.missing:
        place = str(each["place"])
        given = [] if folder is None else [folder / place, folder / Path(place).name]
        path = next((path for path in given if path.exists()), None)
        where = each["where"] or "not told"
        told = f"{place} ({each['bytes']:,} bytes, SHA-256 {each['sha256']}; get it from: {where})"
        if path is None:
            problems.append(f"missing: {told}")
        elif sha256_of(path) != each["sha256"]:
            problems.append(f"{path} is another file than the run read: {told}")
        else:
            found[place] = path
    if problems:
        listed = "\n".join(f"  - {problem}" for problem in problems)
        raise AccessError(
            f"the bundle does not hold {len(problems)} of its inputs; put them in a folder and give it with "
            f"--inputs FOLDER\n{listed}"
        )
    return found


def _computed(
    verified: Verified, out: Path, tolerance: float, threads: int | None, show_bar: bool
) -> Reproduced:
    from access.pipeline import run

    again = out / "again"
    run(out / FOLDER / CONFIG, out=again, threads=threads, show_bar=show_bar)
    made = Reproduced(verified, environment=environment_differences(verified, again))
    made.tables += compare_folders(verified.folder / RESULTS, again, tolerance)
    scenarios = [verified.folder / str(name) for name in verified.told["scenarios"]]
    if scenarios:
        from access.comparison_run import compare_scenarios

        compared = out / "again-compared"
        for _ in compare_scenarios(again, scenarios, compared, threads=threads, show_bar=show_bar):
            pass
        for table in compare_folders(verified.folder / COMPARED, compared, tolerance):
            table.file = f"{COMPARED}/{table.file}"
            made.tables.append(table)
    return made


def environment_differences(verified: Verified, again: Path) -> list[str]:
    """Say in which program, Python, system and packages the two computations differ."""
    old = json.loads((verified.folder / RESULTS / "manifest.json").read_text(encoding="utf-8"))
    new = json.loads((again / "manifest.json").read_text(encoding="utf-8"))
    pairs = [(key, old.get(key), new.get(key)) for key in ("fairreach_version", "python", "system")]
    names = {*(old.get("packages") or {}), *(new.get("packages") or {})}
    pairs += [
        (n, (old.get("packages") or {}).get(n), (new.get("packages") or {}).get(n)) for n in sorted(names)
    ]
    told = [
        f"{name}: {before or 'none'} in the bundle, {now or 'none'} here"
        for name, before, now in pairs
        if before != now
    ]
    if verified.told.get("program_sha256") != program_sha256():
        told.append("fairreach: its source differs from that of the program that made the bundle")
    return told


def write_differences(made: Reproduced, path: Path) -> None:
    """Write the differences that were kept as CSV: file, where, before, again, by.

    Raises
    ------
    AccessError
        If the file cannot be written.
    """
    import csv
    import io

    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["file", "where", "before", "again", "by"])
    for table in made.tables:
        writer.writerows([each.file, each.where, each.before, each.again, each.by] for each in table.shown)
    try:
        write_whole(path, text.getvalue().encode())
    except OSError as error:
        raise AccessError(f"{path}: cannot be written ({error.strerror or error})") from None
