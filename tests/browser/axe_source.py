"""The source of axe-core, which judges a page by the rules of WCAG; it comes with a test dependency."""

from __future__ import annotations

import functools
import os
from importlib.resources import files
from pathlib import Path


@functools.cache
def axe_source() -> str:
    """Return ``axe.min.js`` of the package, or the file that ``FAIRREACH_AXE`` names (a newer axe-core)."""
    named = os.environ.get("FAIRREACH_AXE")
    file = Path(named) if named else files("axe_playwright_python").joinpath("axe.min.js")
    return file.read_text(encoding="utf-8")
