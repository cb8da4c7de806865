"""Commands of the observatory: evidence, its bundle, its signature, and computing it again."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from access.cli_parts import QUIET, THREADS, log
from access.errors import AccessError

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)
_LANGUAGE = click.option(
    "--lang", "language", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Language."
)
_PASSPHRASE = click.option(
    "--passphrase-file", type=_FILE, help="File whose first line opens (or locks) the private key."
)
EXIT_DIFFERS = 1


@click.command()
@click.argument("run", type=_FOLDER)
@click.option("--zone", metavar="ZONE", help="Begin the report with this zone of the register (id or name).")
@click.option(
    "--compare", "scenarios", type=_FILE, multiple=True, metavar="SCENARIO",
    help="Also compute this scenario and tell what it changes. May be given several times.",
)  # fmt: skip
@_LANGUAGE
@click.option("--out", required=True, type=_FOLDER, help="Folder to write to.")
@click.option(
    "--without-inputs", "without", multiple=True, metavar="FILE",
    help="Leave this input out (licence): the bundle tells its hash and where to get it. `all` = every one.",
)  # fmt: skip
@click.option(
    "--available", "where", multiple=True, nargs=2, metavar="FILE WHERE",
    help="Where to get an input that is left out; default: the credits of the run.",
)  # fmt: skip
@click.option("--sign", "key", type=_FILE, help="Private key (PEM, Ed25519) to sign the bundle with.")
@_PASSPHRASE
@click.option("--report-only", is_flag=True, help="Write the report, no bundle.")
@THREADS
@QUIET
def evidence(
    run: Path,
    zone: str | None,
    scenarios: tuple[Path, ...],
    language: str,
    out: Path,
    without: tuple[str, ...],
    where: tuple[tuple[str, str], ...],
    key: Path | None,
    passphrase_file: Path | None,
    report_only: bool,
    threads: int | None,
    quiet: bool,
) -> None:
    """Write a report on RUN that carries every statement, and a bundle by which others can check it.

    The report is a tagged PDF; the bundle a zip with inputs, configuration, results, methods and hashes. What
    it holds can be computed again with `fairreach reproduce`.
    """
    from access.evidence_files import EvidenceAsked, write_evidence

    log(quiet)
    asked = EvidenceAsked(
        language=language, zone=zone, scenarios=scenarios, without=without, where=dict(where), key=key,
        passphrase=_passphrase(passphrase_file), bundle=not report_only, threads=threads,
        show_bar=not quiet and sys.stderr.isatty(),
    )  # fmt: skip
    for line in write_evidence(run, out, asked):
        click.echo(line)


@click.command("evidence-key")
@click.argument("private", type=_FILE)
@_PASSPHRASE
def evidence_key(private: Path, passphrase_file: Path | None) -> None:
    """Make a pair of Ed25519 keys: PRIVATE (keep it), and beside it the public one, to be given to others."""
    from access.bundle_sign import new_key

    public = private.with_name(f"{private.stem}.pub.pem")
    fingerprint = new_key(private, public, _passphrase(passphrase_file))
    click.echo(f"Private key  {private}  (keep it to yourself)")
    click.echo(f"Public key   {public}")
    click.echo(f"Fingerprint  {fingerprint}")


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option(
    "--inputs",
    type=_FOLDER,
    help="Folder with inputs that the bundle does not hold.",
)
@click.option(
    "--out",
    type=_FOLDER,
    help="New folder to keep what is computed; default: nothing is kept.",
)
@click.option("--signer", type=_FILE, help="Public key (PEM, Ed25519) that must have signed the bundle.")
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0, max=1),
    default=0.0,
    show_default=True,
    help="Relative difference that counts as equal.",
)
@click.option("--verify-only", is_flag=True, help="Check hashes and signature; compute nothing.")
@_LANGUAGE
@THREADS
@QUIET
def reproduce(
    bundle: Path,
    inputs: Path | None,
    out: Path | None,
    signer: Path | None,
    tolerance: float,
    verify_only: bool,
    language: str,
    threads: int | None,
    quiet: bool,
) -> None:
    """Check every byte of BUNDLE, compute it again and compare every number of every table.

    Ends with 0 where all numbers are equal, 1 where some differ, 2 where the bundle cannot be used.
    """
    from access.reproduce import opened, write_differences
    from access.reproduce import reproduce as compute_again
    from access.reproduce_words import reproduced_lines, verified_lines
    from access.texts import Texts

    log(quiet)
    texts = Texts(language)
    with (
        opened(bundle, signer=signer) as verified,
        tempfile.TemporaryDirectory(prefix="fairreach-again-") as made,
    ):
        for line in verified_lines(verified, texts):
            click.echo(line)
        if verify_only:
            return
        folder = out or Path(made) / "out"
        again = compute_again(
            verified, folder, inputs=inputs, tolerance=tolerance, threads=threads,
            show_bar=not quiet and sys.stderr.isatty(),
        )  # fmt: skip
        for line in reproduced_lines(again, texts, tolerance):
            click.echo(line)
        if out is not None and not again.identical:
            write_differences(again, out / "differences.csv")
            click.echo(f"{out / 'differences.csv'}")
    if not again.identical:
        sys.exit(EXIT_DIFFERS)


def _passphrase(file: Path | None) -> str | None:
    """Read the first line of a file; None without one."""
    if file is None:
        return None
    try:
        line = file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise AccessError(f"--passphrase-file {file}: cannot be read ({error})") from None
    if not line:
        raise AccessError(f"--passphrase-file {file}: its first line is empty")
    return line


COMMANDS: tuple[click.Command, ...] = (evidence, evidence_key, reproduce)
