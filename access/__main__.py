"""``python -m access`` is the command ``fairreach``."""

from access.cli import main

main()
