"""Commands of the observatory: history."""

from __future__ import annotations

import click

COMMANDS: tuple[click.Command, ...] = ()
