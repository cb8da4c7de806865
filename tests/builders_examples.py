"""How many random examples a test runs."""

from __future__ import annotations

import os


def examples(number: int) -> int:
    """This many, or as few as ``FAIRREACH_EXAMPLES`` says: without compilation each takes a second or so."""
    return min(number, int(os.environ.get("FAIRREACH_EXAMPLES", number)))
