"""What ``fairreach evidence`` writes: the report as PDF, and the bundle that belongs to it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from access.bundle import Asked, write_bundle
from access.bundle_inputs import bundled_inputs
from access.bundle_sign import fingerprint_of
from access.errors import AccessError
from access.evidence import gather, pdf_of
from access.results import read_manifest
from access.texts import Texts
from access.whole_files import write_whole

BUNDLE = "evidence.zip"


@dataclass(frozen=True)
class EvidenceAsked:
    """Options of the command."""

    language: str = "en"
    zone: str | None = None
    scenarios: Sequence[Path] = ()
    without: Sequence[str] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    key: Path | None = None
    passphrase: str | None = None
    bundle: bool = True
    threads: int | None = None
    show_bar: bool = False


def write_evidence(run: Path, out: Path, asked: EvidenceAsked) -> Iterator[str]:
    """Write ``evidence.<language>.pdf`` and ``evidence.zip`` into a folder.

    Yields
    ------
    str
        Lines for the reader, as soon as they are known.

    Raises
    ------
    AccessError, gtfs.errors.FeedError
        If the run, a scenario, the key or the folder cannot be used; then neither file is changed.
    """
    texts, signer = Texts(asked.language), None
    if asked.bundle:  # what is missing is said before anything is computed
        bundled_inputs(read_manifest(run), asked.without, asked.where)
        signer = "" if asked.key is None else fingerprint_of(asked.key, asked.passphrase)
    _names_differ(asked.scenarios)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AccessError(f"{out}: cannot be used ({error.strerror or error}); name another folder") from None
    with ExitStack() as stack:
        comparison = None
        if asked.scenarios:
            comparison = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=out))) / "comparison"
            yield from _compared(run, comparison, asked)
        made = gather(run, asked.language, asked.zone, comparison, signer)
        pdf = pdf_of(made)
        said = [each for each in made.statements if each.state != "withheld"]
        report = f"evidence.{asked.language}.pdf"
        yield texts("evidence.written_statements", n=len(said), withheld=len(made.statements) - len(said))
        if asked.bundle:
            statements = json.dumps([each.plain() for each in made.statements], indent=2, ensure_ascii=False)
            reports = {
                f"report/{report}": pdf,
                f"report/statements.{asked.language}.json": (statements + "\n").encode("utf-8"),
            }
            bundle = write_bundle(
                run,
                out / BUNDLE,
                Asked(
                    reports, comparison, asked.scenarios, asked.without, asked.where, asked.zone, asked.key,
                    asked.passphrase,
                ),
            )  # fmt: skip
            yield from (check.words(texts) for check in bundle.checks)
        _write(out / report, pdf)
        yield f"{texts('evidence.written_report'):9} {out / report}"
        if asked.bundle:
            yield f"{texts('evidence.written_bundle'):9} {bundle.path}"
            yield texts("reproduce.sums", hash=bundle.sums_sha256)
            yield from (texts("evidence.left_out", file=each.file) for each in bundle.left_out)
            yield from (
                texts("evidence.where_not_told", file=each.file)
                for each in bundle.left_out
                if each.file not in asked.where
            )
            yield texts("evidence.signed" if signer else "evidence.not_signed", signer=signer)
            if bundle.machine_paths:
                named = (f"{file} ({folder})" for file, folder in bundle.machine_paths)
                yield texts("evidence.machine_paths", paths=", ".join(named))


def _compared(run: Path, folder: Path, asked: EvidenceAsked) -> Iterator[str]:
    from access.comparison_run import compare_scenarios

    lines = compare_scenarios(run, asked.scenarios, folder, threads=asked.threads, show_bar=asked.show_bar)
    for line in lines:
        if str(folder) not in line:  # the folder is not kept
            yield line


def _names_differ(scenarios: Sequence[Path]) -> None:
    """Refuse two scenario files of one name: a bundle holds them in one folder."""
    names = [path.name.casefold() for path in scenarios]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise AccessError(f"--compare: {', '.join(twice)} is the name of several files; rename all but one")


def _write(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        raise AccessError(f"{path}: cannot be written ({error.strerror or error})") from None
