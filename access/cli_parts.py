"""What the commands share: options, and what is logged."""

from __future__ import annotations

import logging

import click

QUIET = click.option("--quiet", "-q", is_flag=True, help="No progress bar and no INFO lines.")
THREADS = click.option(
    "--threads", type=click.IntRange(min=1), help="Threads to compute with (default: all cores)."
)


def log(quiet: bool) -> None:
    """Show warnings, and the one line that each stage ends with unless ``quiet``."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s", force=True)
    for name in ("access.progress", "access.run_estimate", "access.matrix_stream"):
        logging.getLogger(name).setLevel(logging.WARNING if quiet else logging.INFO)
