"""Accessibility: travel times, measures and gaps, from streets, timetables and census data."""

from access._version import __version__

__all__ = ["__version__"]
