"""What a visitor looks at: page, language, run and choices; every view has a URL that restores it.

The browser keeps a view as a flat table of texts and writes it into the URL. Here it is read and checked: a
choice that the run does not have becomes the run's own (its headline), so that an old or a mistyped link
still shows something true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from dashboards.run_data import RunData, Runs
from dashboards.words import DEFAULT_LANGUAGE, languages

PAGES = ("gaps", "rights", "zones", "segregation", "what-if", "time", "cities", "method")
#: Keys of a view that every page knows; pages add keys of their own.
COMMON_KEYS = ("run", "lang", "service", "cutoff", "percentile", "period", "group", "cell")
LONGEST_VALUE = 6_000
LONGEST_NAME = 80
MOST_KEYS = 40


@dataclass(frozen=True)
class View:
    """A checked view.

    Attributes
    ----------
    page : str
        One of ``PAGES``.
    language : str
        One of ``words.languages()``.
    run : str
        Short name of the run.
    service, cutoff_min, percentile, period, group : str or int
        Choices of the map; always such that the run has them.
    cell : str
        H3 index of the chosen cell, or empty.
    more : mapping of str to str
        Keys of single pages, not checked yet.
    """

    page: str
    language: str
    run: str
    service: str = ""
    cutoff_min: int = 0
    percentile: int = 50
    period: str = ""
    group: str = "all"
    cell: str = ""
    more: Mapping[str, str] = field(default_factory=dict)

    def as_table(self) -> dict[str, str]:
        """Return the view as the browser keeps it."""
        own = {
            "page": self.page,
            "lang": self.language,
            "run": self.run,
            "service": self.service,
            "cutoff": str(self.cutoff_min),
            "percentile": str(self.percentile),
            "period": self.period,
            "group": self.group,
            "cell": self.cell,
        }
        return {**{key: value for key, value in own.items() if value}, **self.more}

    def url(self) -> str:
        """Return path and query that restore the view."""
        table = self.as_table()
        return f"/{table.pop('page')}?{urlencode(table)}"


def view_of_url(path: str, query: str, runs: Runs) -> View:
    """Read a view from path and query of a URL."""
    table = dict(parse_qsl(query.lstrip("?"), max_num_fields=MOST_KEYS)) if len(query) < 40_000 else {}
    return view_of_table({**table, "page": path.strip("/").partition("/")[0]}, runs)


def view_of_table(table: Mapping[str, Any] | None, runs: Runs) -> View:
    """Check what the browser sent; what is missing or unknown becomes the run's own choice.

    Raises
    ------
    RunError
        If the table names a run that is not served here, or one that cannot be read. No other run is shown
        in its place: the link speaks of another city.
    """
    given = {
        str(key)[:40]: str(value)[:LONGEST_VALUE]
        for key, value in list((table or {}).items())[:MOST_KEYS]
        if value is not None and value != ""
    }
    page = given.pop("page", "")
    language = given.pop("lang", "")
    name = given.pop("run", "")
    base = View(
        page if page in PAGES else PAGES[0],
        language if language in languages() else DEFAULT_LANGUAGE,
        name or runs.first,
    )
    return _with_choices(base, given, runs.get(base.run))


def frame_of(table: Mapping[str, Any] | None, runs: Runs) -> tuple[str, str, str]:
    """Return page, language and run of a table, without reading the run.

    Page and run may be unknown, if the table names one; the shell then says so.
    """
    table = table or {}
    page, language, name = (str(table.get(key) or "")[:LONGEST_NAME] for key in ("page", "lang", "run"))
    return (
        page or PAGES[0],
        language if language in languages() else DEFAULT_LANGUAGE,
        name or runs.first,
    )


def _with_choices(base: View, given: dict[str, str], data: RunData) -> View:
    run = data.run
    services = [str(service["name"]) for service in run.services]
    periods = [str(period["name"]) for period in run.periods]
    service, period = given.pop("service", ""), given.pop("period", "")
    cutoff, percentile = given.pop("cutoff", ""), given.pop("percentile", "")
    cell, group = given.pop("cell", "").lower(), given.pop("group", "")
    percentiles = percentiles_of(data)
    used = int(run.manifest.get("percentile") or 50)
    return View(
        base.page,
        base.language,
        base.run,
        service if service in services else run.headline.service,
        int(cutoff) if cutoff.isdigit() and int(cutoff) in run.cutoffs_min else run.headline.cutoff_min,
        int(percentile) if percentile.isdigit() and int(percentile) in percentiles else used,
        period if period in periods else run.headline.period,
        group if group in groups_of(data) else "all",
        cell if cell in data.row_of else "",
        given,
    )


def percentiles_of(data: RunData) -> list[int]:
    """Return the percentiles of travel time that the run has kept."""
    kept = data.run.option("travel", "further_percentiles") or []
    return sorted({int(each) for each in kept} | {int(data.run.manifest.get("percentile") or 50)})


def groups_of(data: RunData) -> list[str]:
    """Return every group of residents that one can look at: all, income tenths, groups of the census."""
    columns = data.run.cells.columns
    counted = [str(group) for group in data.run.option("people", "groups") or () if group in columns]
    tenths = [f"decile_{n}" for n in range(1, 11)] if _has_deciles(data) else []
    return ["all", *(["poorest40", "richest10"] if tenths else []), *tenths, *counted]


def _has_deciles(data: RunData) -> bool:
    cells = data.run.cells
    return "income_decile" in cells.columns and bool(cells["income_decile"].notna().any())
