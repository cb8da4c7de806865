"""``fairreach publish``: a static site of one run, which opens from a file or from any web server.

Each page is one file with its data, style and script inside: nothing is fetched, and no script of anybody
else runs. Words, tables and drawings are those of the report; the map can be moved, asked and changed.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader
from markupsafe import Markup

from access._version import __version__
from access.datasets import sha256_of
from access.report import draw_map, report_words
from access.report import environment as report_environment
from access.report_data import Run, read_run
from access.report_ground import ground
from access.results import MANIFEST, FolderKind, new_run_folder, write_json
from access.texts import LANGUAGES, Texts
from dashboards.publish_data import map_data, map_words
from dashboards.words import words

PAGES = ("gaps", "rights", "zones", "method")
SITE = FolderKind(
    "site", re.compile(r"(manifest\.json|index\.html|(gaps|rights|zones|method)\.[a-z]{2}\.html)")
)
#: Drawn maps of the pages; that of access is drawn by the site's own script.
_DRAWN = ("map_low_income", "zones")
_SCRIPTS = ("assets/cells.js", "site/site.js")


def publish(run_folder: Path, out: Path, languages: Sequence[str] = LANGUAGES) -> list[Path]:
    """Write the site of a finished run.

    Parameters
    ----------
    run_folder : Path
        Only read.
    out : Path
        Folder to write; an earlier site there is replaced when the new one is complete.
    languages : sequence of str
        The first is the one of ``index.html``.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    ResultError
        If the folder holds no finished run, or ``out`` anything but an earlier site.
    """
    run = read_run(Path(run_folder))
    fingerprint = sha256_of(Path(run_folder) / MANIFEST)
    with new_run_folder(Path(out), SITE) as folder:
        for name, page in _pages(run, languages):
            (folder / name).write_text(page, encoding="utf-8")
        manifest = {"fairreach_version": __version__, "kind": SITE.name, "run_manifest_sha256": fingerprint}
        write_json(folder / MANIFEST, manifest)
        written = sorted(path.name for path in folder.iterdir())
    return [Path(out) / name for name in written]


def _pages(run: Run, languages: Sequence[str]) -> list[tuple[str, str]]:
    base = ground(run.cells)
    data = map_data(run, base)
    made = []
    for language in languages:
        texts = Texts(language)
        drawn = [draw_map(run, base, name, texts, with_png=False)[0] for name in _DRAWN]
        told = report_words(run, drawn, texts) | {
            "said": words(language),
            "languages": [(each, words(each)("language")) for each in languages],
            "pages": PAGES,
            "script": _script(),
            "script_hash": _script_hash(),
            "data": data,
            "map_words": _json(map_words(run, texts, words(language))),
        }
        made += [
            (f"{page}.{language}.html", _environment().get_template(f"{page}.html").render(told, page=page))
            for page in PAGES
        ]
    start = (
        _environment()
        .get_template("index.html")
        .render(first=languages[0], languages=[(each, words(each)("language")) for each in languages])
    )
    return [*made, ("index.html", start)]


@functools.cache
def _environment() -> Environment:
    """Return the templates of the site, those of the report behind them; every text is escaped."""
    made = report_environment().overlay(
        loader=ChoiceLoader([PackageLoader("dashboards", "site"), PackageLoader("access", "templates")])
    )
    made.filters["capital"] = Texts.capital
    return made


@functools.cache
def _script() -> Markup:
    """Return the site's own script, whole."""
    parts = [files("dashboards").joinpath(name).read_text(encoding="utf-8") for name in _SCRIPTS]
    return Markup("\n".join(parts))  # noqa: S704  our own files


def _script_hash() -> str:
    """Return what the page's Content-Security-Policy knows the script by."""
    return base64.b64encode(hashlib.sha256(_script().encode()).digest()).decode()


def _json(value: Any) -> Markup:
    """Return JSON that can stand in a script element, whatever texts it holds."""
    text = json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace("\u2028", "\\u2028")
    return Markup(text)  # noqa: S704  no < is left, so no element can end in it
