"""What browsers upload: scenario files and planned timetables, looked at before anything reads them."""

from __future__ import annotations


class Uploads:
    """Planned timetables by their SHA-256."""

    def get(self, upload: str) -> bytes | None:
        """Return an upload."""
        return None
