"""``python -m dashboards`` is ``fairreach``."""

from dashboards.cli import main

main()
