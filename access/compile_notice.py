"""Tell the user why the first computation on a machine takes longer."""

from __future__ import annotations

import logging
from functools import cache

from access.engine.compiled import is_compiled

logger = logging.getLogger(__name__)


@cache
def tell_if_compiling() -> None:
    """Log once a process, as a warning, that the engine has to be compiled first, where it has to.

    The machine code is kept on disk, so this comes once for each machine and version of the program.
    """
    if not is_compiled():
        logger.warning(
            "compiling the engine for this machine, once: the first result takes up to a minute more"
        )
