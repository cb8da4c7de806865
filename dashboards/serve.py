"""Serve the app on this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

THREADS = 8


def serve(run_folders: Sequence[Path], host: str, port: int, tell: Callable[[str], object]) -> None:
    """Serve until the process is told to end."""
    import waitress

    from dashboards.app import create_app

    app = create_app(run_folders)
    tell(f"http://{host}:{port}/  (Ctrl+C to end)")
    waitress.serve(app.server, host=host, port=port, threads=THREADS, ident="fairreach")
