"""Commands of the observatory: notes."""

from __future__ import annotations

import click

COMMANDS: tuple[click.Command, ...] = ()
