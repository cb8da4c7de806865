"""The zip of a bundle: stored, not compressed, and the same bytes whenever the same files are put into it.

So any program unpacks it, no file can grow beyond what it weighs in the zip, and every single byte can be
checked: its files by their hashes, its own records by writing it again.
"""

from __future__ import annotations

import os
import re
import secrets
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from access.errors import AccessError

MOST_FILES = 100_000
_LONGEST_NAME = 400
_DATE = (1980, 1, 1, 0, 0, 0)
_REGULAR = 0o100644 << 16
_CHUNK = 1 << 20
#: What reading a damaged zip raises, beside OSError.
_DAMAGED = (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error)
#: Beyond this ratio a file is suspected to be a bomb: tables and texts are compressed to a tenth or so.
_MOST_COMPRESSED = 200
_PACKED_ANEW = (
    "If somebody packed a bundle anew, unpack it with a program of your own and give the folder, or ask for "
    "the zip as fairreach wrote it"
)
_HOSTILE = (
    "Do not unpack it with another program either: it may write outside the folder, or fill the disk. Ask "
    "whoever gave it to you for the zip as fairreach wrote it"
)
_DRIVE = re.compile(r"^[A-Za-z]:")


def write_zip(target: Path, files: Mapping[str, Path | bytes]) -> None:
    """Write a zip in the order of its names, to a temporary name first.

    Parameters
    ----------
    files : mapping of str to Path or bytes
        Content by name in the zip.

    Raises
    ------
    AccessError
        If a name is not safe, or the zip cannot be written; nothing is left then.
    """
    problems = [problem for name in files if (problem := name_problem(name))]
    if problems:
        raise AccessError(f"{target}: cannot hold these files: {'; '.join(problems)}")
    partial = target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}.partial")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED, strict_timestamps=True) as packed:
            for name in sorted(files):
                _add(packed, name, files[name])
        partial.replace(target)
    except OSError as error:
        raise AccessError(
            f"{target}: cannot be written ({error.strerror or error}); nothing is left of it. Make room, or "
            "name another folder"
        ) from None
    finally:
        partial.unlink(missing_ok=True)


def _add(packed: zipfile.ZipFile, name: str, content: Path | bytes) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.create_system, entry.external_attr = 3, _REGULAR
    if isinstance(content, bytes):
        packed.writestr(entry, content)
        return
    entry.file_size = content.stat().st_size  # decides on 64 bits before anything is written
    with content.open("rb") as source, packed.open(entry, "w") as place:
        while chunk := source.read(_CHUNK):
            place.write(chunk)


def name_problem(name: str) -> str:
    """Say why a name could leave the folder it is unpacked into, or fit no system; empty if it is safe."""
    if not name or len(name) > _LONGEST_NAME:
        return f"{name[:40]!r}: names have 1 to {_LONGEST_NAME} letters"
    if "\\" in name or _DRIVE.match(name) or name.startswith("/"):
        return f"{name!r}: is no relative path with forward slashes"
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in name):
        return f"{name!r}: has control characters"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return f"{name!r}: leads out of its folder"
    return ""


def unpack(bundle: Path, folder: Path) -> list[str]:
    """Unpack a bundle into a folder and say which files do not fit their checksums.

    Parameters
    ----------
    bundle : Path
        Zip that ``write_zip`` wrote.
    folder : Path
        Empty.

    Returns
    -------
    list of str
        Problems, each naming its file; files with a problem are not unpacked.

    Raises
    ------
    AccessError
        If the file is no zip, or not one of a bundle: compressed or encrypted entries, names that lead out of
        the folder, entries that overlap, links. Nothing is unpacked then.
    """
    try:
        packed = zipfile.ZipFile(bundle)
    except (*_DAMAGED, OSError) as error:
        raise AccessError(
            f"{bundle}: is no zip, or its directory is damaged ({error}); ask for the bundle again"
        ) from None
    with packed:
        _check_entries(bundle, packed)
        return [problem for entry in packed.infolist() if (problem := _unpacked(packed, entry, folder))]


def _check_entries(bundle: Path, packed: zipfile.ZipFile) -> None:
    entries = packed.infolist()
    problems = [problem for entry in entries if (problem := _entry_problem(entry))]
    names = [entry.filename.casefold() for entry in entries]
    problems += (
        [f"{name!r}: stands there twice" for name in sorted({n for n in names if names.count(n) > 1})[:5]]
        if len(set(names)) < len(names)
        else []
    )
    weight, size = sum(entry.file_size for entry in entries), bundle.stat().st_size
    if weight > size:
        problems.append(f"its files would take {weight:,} bytes, the zip itself has {size:,}")
    if len(entries) > MOST_FILES:
        problems.append(f"it has {len(entries):,} files; a bundle has at most {MOST_FILES:,}")
    if problems:
        raise AccessError(
            f"{bundle}: is not unpacked, since fairreach writes no such zip: {'; '.join(problems[:5])}. "
            + (_PACKED_ANEW if _is_harmless(packed, size) else _HOSTILE)
        )


def _is_harmless(packed: zipfile.ZipFile, size: int) -> bool:
    """Whether a zip is only packed in another way: compressed, or with folders as entries of their own."""
    entries = packed.infolist()
    names = [entry.filename.casefold() for entry in entries]
    return (
        len(set(names)) == len(names) <= MOST_FILES
        and sum(entry.compress_size for entry in entries) <= size
        and not any(_is_suspicious(entry) for entry in entries)
    )


def _is_suspicious(entry: zipfile.ZipInfo) -> bool:
    name = entry.orig_filename.removesuffix("/")
    plain = entry.external_attr >> 28 in (0, 0o4, 0o10)  # not told, a folder, a file
    bomb = entry.file_size > _MOST_COMPRESSED * max(entry.compress_size, 1)
    return bool(name_problem(name)) or not plain or bomb


def _entry_problem(entry: zipfile.ZipInfo) -> str:
    if problem := name_problem(entry.orig_filename):
        return problem
    if entry.flag_bits & 0x1:
        return f"{entry.filename!r}: is encrypted"
    if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
        return f"{entry.filename!r}: is compressed"
    kind = entry.external_attr >> 28
    return f"{entry.filename!r}: is no plain file" if kind not in (0, 0o10) else ""


def _unpacked(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> str:
    """Unpack one file; return what is wrong with it, empty if nothing is."""
    place = folder.joinpath(*PurePosixPath(entry.filename).parts)
    try:
        source = packed.open(entry)
    except (*_DAMAGED, OSError) as error:
        return f"{entry.filename}: its record in the zip changed since the bundle was made ({error})"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with source, place.open("xb") as written:
            while chunk := source.read(_CHUNK):
                written.write(chunk)
    except _DAMAGED as error:
        place.unlink(missing_ok=True)
        return f"{entry.filename}: changed since the bundle was made ({error})"
    except FileExistsError:
        return f"{entry.filename}: is a file and a folder at once"
    return ""


def first_difference(bundle: Path, files: Mapping[str, Path | bytes], scratch: Path) -> str:
    """Say where a zip differs from one that ``write_zip`` makes of its files; empty where nowhere.

    Finds what hashes of files cannot: changed dates, names, comments, bytes between the files.
    """
    again = scratch / "again.zip"
    write_zip(again, files)
    try:
        with bundle.open("rb") as given, again.open("rb") as made:
            place = 0
            while True:
                here, there = given.read(_CHUNK), made.read(_CHUNK)
                if here != there:
                    place += next(
                        (n for n, (a, b) in enumerate(zip(here, there, strict=False)) if a != b),
                        min(len(here), len(there)),
                    )
                    return f"byte {place:,}, {_record_at(again, place)}"
                if not here:
                    return ""
                place += len(here)
    finally:
        again.unlink(missing_ok=True)


def _record_at(packed: Path, place: int) -> str:
    """Name the entry of a zip whose record a byte belongs to."""
    with zipfile.ZipFile(packed) as made:
        if place >= made.start_dir:
            return "in the directory at the end of the zip"
        before = [entry for entry in made.infolist() if entry.header_offset <= place]
    return f"in the record of {before[-1].filename}" if before else "at its beginning"
