"""Commands of the observatory: store."""

from __future__ import annotations

import click

COMMANDS: tuple[click.Command, ...] = ()
