"""Commands of the observatory: evidence."""

from __future__ import annotations

import click

COMMANDS: tuple[click.Command, ...] = ()
