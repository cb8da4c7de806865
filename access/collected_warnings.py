"""Our own warnings collected for the record of a run, and logged once each."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from access.errors import DataQualityWarning
from gtfs.errors import FeedQualityWarning

logger = logging.getLogger(__name__)


@contextmanager
def collected_warnings(known: Iterable[str] | None = None, *, log: bool = True) -> Iterator[list[str]]:
    """Collect our own warnings for the record and log each; all others pass as usual.

    Parameters
    ----------
    known : iterable of str, optional
        Warnings that the reader has seen already: neither collected nor logged again.
    log : bool
        Whether to log them as well.
    """
    told: list[str] = []
    seen = set(known or ())
    show = warnings.showwarning

    def collect(message: Warning | str, category: type[Warning], *where: object) -> None:
        if not issubclass(category, DataQualityWarning | FeedQualityWarning):
            show(message, category, *where)  # type: ignore[arg-type]
        elif str(message) not in seen:
            seen.add(str(message))
            told.append(str(message))
            if log:
                logger.warning("%s", message)

    with warnings.catch_warnings():
        for category in (DataQualityWarning, FeedQualityWarning):
            warnings.simplefilter("always", category)
        warnings.showwarning = collect  # type: ignore[assignment]
        yield told
