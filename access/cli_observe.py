"""Commands of the observatory: observe."""

from __future__ import annotations

import click

COMMANDS: tuple[click.Command, ...] = ()
