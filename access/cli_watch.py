"""Commands of the observatory: watch."""

from __future__ import annotations

import click

COMMANDS: tuple[click.Command, ...] = ()
