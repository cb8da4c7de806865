"""``SHA256SUMS`` of a bundle, as ``sha256sum --check`` reads it, and what is signed of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from access.datasets import sha256_of
from access.errors import AccessError

SUMS, SIGNATURE = "SHA256SUMS", "SHA256SUMS.sig"
_LINE = re.compile(r"^(?P<sha256>[0-9a-f]{64})  (?P<name>[^\r\n]+)$")


def sums_text(files: Mapping[str, Path | bytes]) -> bytes:
    """Return a line a file in the order of names: hash, two spaces, name."""
    hashes = {
        name: hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else sha256_of(content)
        for name, content in files.items()
    }
    return "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes)).encode("utf-8")


def read_sums(folder: Path) -> dict[str, str]:
    """Return the hashes of a bundle by file.

    Raises
    ------
    AccessError
        If there is no such list, or a line of it is none.
    """
    path = folder / SUMS
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise AccessError(
            f"{folder}: is no bundle, {SUMS} is missing or damaged ({error}); a bundle is what "
            "`fairreach evidence` writes"
        ) from None
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        match = _LINE.match(line)
        if match is None or match["name"] in found:
            raise AccessError(f"{path}: line {number} is damaged; ask for the bundle again")
        found[match["name"]] = match["sha256"]
    return found


def problems_of_files(folder: Path) -> list[str]:
    """Compare every file of an unpacked bundle with its hash; return what is changed, missing or unlisted."""
    wanted = read_sums(folder)
    there = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() or path.is_symlink()
    }
    problems = [f"{name}: missing" for name in wanted if name not in there]
    problems += [
        f"{name}: changed since the bundle was made (SHA-256 {found[:12]}..., listed {wanted[name][:12]}...)"
        for name, path in there.items()
        if name in wanted and (found := _hash(path)) != wanted[name]
    ]
    problems += [
        f"{name}: is not listed in {SUMS}"
        for name in there
        if name not in wanted and name not in (SUMS, SIGNATURE)
    ]
    return problems


def _hash(path: Path) -> str:
    return "a link, which is not followed" if path.is_symlink() else sha256_of(path)
