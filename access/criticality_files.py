"""The folder about what fails: tables, maps of the worst, pages; whole or not at all. The run is only read.

``ranking``, ``groups`` and ``cells`` as Parquet, the first two as CSV too, ``map-RANK-NAME.png`` and
``.fr.png``, ``report.en.html`` and ``report.fr.html``, and ``manifest.json``.
"""

from __future__ import annotations

import math
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd

from access._version import __version__
from access.criticality import Criticality
from access.criticality_elements import ROUTE
from access.criticality_shown import FEW
from access.criticality_tables import DOES_NOT_RUN, Tables, tables_of
from access.errors import ResultError
from access.manifest import package_versions
from access.results import MANIFEST, FolderKind, check_target, new_run_folder, write_json
from access.suppression import DEFAULT_MINIMUM
from access.warm_run import WarmRun
from gtfs.feed import merge_feeds
from gtfs.vehicles_week import bill_of_week

N_MAPS = 3
N_LINES = 10
LANGUAGES = ("en", "fr")
CRITICALITY = FolderKind(
    "criticality",
    re.compile(
        r"(manifest\.json|(ranking|groups|cells)\.parquet|(ranking|groups)\.csv"
        r"|map-\d+-[a-z0-9_-]+(\.[a-z]{2})?\.png|report\.[a-z]{2}\.html)"
    ),
)


def check_out(out: Path, run_folder: Path) -> None:
    """Refuse early a folder that cannot be written to.

    Raises
    ------
    ResultError
        If it is the run itself, or holds anything but an earlier result of this kind.
    """
    if out.resolve() == run_folder.resolve():
        raise ResultError(f"--out {out} is the run itself, which is never changed; name another folder")
    check_target(out, CRITICALITY)


def write_files(out: Path, warm: WarmRun, found: Criticality) -> list[str]:
    """Write the folder and return the lines to print.

    Raises
    ------
    ResultError
        If the run was not loaded from a folder, or ``out`` cannot be written.
    """
    if warm.folder is None:
        raise ResultError("maps need the folder of the run; load it with load_run")
    minimum = _minimum(warm)
    headline = warm.base.network.inputs.loaded.config.measures.headline
    tables = tables_of(found, _weekly_hours(warm), headline.period, minimum)
    with new_run_folder(out, CRITICALITY) as partial:
        for name, table in tables._asdict().items():
            table.to_parquet(partial / f"{name}.parquet", index=False, compression="zstd")
        for name in ("ranking", "groups"):
            getattr(tables, name).to_csv(partial / f"{name}.csv", index=False, lineterminator="\n")
        _write_pages(partial, warm, warm.folder, found, tables, minimum)
        write_json(partial / MANIFEST, _manifest(warm, warm.folder, found))
    return [
        *lines_of(tables.ranking, found, _headline_words(warm.folder), minimum),
        "",
        f"Report  {out / 'report.en.html'}  (français : report.fr.html)",
    ]


def _headline_words(run_folder: Path) -> dict[str, str]:
    """Words of the headline in English, as reports say them."""
    from access.report_data import read_run
    from access.report_findings import area_name, period_label, service_label
    from access.texts import Texts

    run, texts = read_run(run_folder), Texts("en")
    return {
        "place": area_name(run, texts),
        "service": service_label(run, run.headline.service, texts),
        "cutoff": str(run.headline.cutoff_min),
        "period": period_label(run, run.headline.period, texts),
    }


def _minimum(warm: WarmRun) -> float:
    results = (warm.manifest.get("config") or {}).get("results") or {}
    told = results.get("min_residents_shown", DEFAULT_MINIMUM)
    return float(warm.manifest.get("suppression_minimum", told) or 0)


def _weekly_hours(warm: WarmRun) -> dict[str, float]:
    """Vehicle-hours by route in the week of the headline's service day."""
    inputs = warm.base.network.inputs
    headline = inputs.loaded.config.measures.headline.period
    day = next(plan.service_date for plan in inputs.timetables.plans if plan.config.name == headline)
    week = bill_of_week(merge_feeds(dict(warm.feeds)), day, "all feeds").by_route
    return dict(zip(week["route_id"], week["vehicle_hours"].astype(float), strict=True))


def _write_pages(
    partial: Path, warm: WarmRun, run_folder: Path, found: Criticality, tables: Tables, minimum: float
) -> None:
    from access.criticality_page import failure_map, page
    from access.report_data import read_run
    from access.texts import Texts

    run = read_run(run_folder)
    inputs = warm.base.network.inputs
    plan = next(plan for plan in inputs.timetables.plans if plan.config.name == run.headline.period)
    schedule = inputs.timetables.schedules[plan.service_date]
    by_id = {(failure.element.kind, failure.element.id): failure for failure in found.failures}
    worst = tables.ranking[tables.ranking["loss"] > 0].head(N_MAPS)
    for place, language in enumerate(LANGUAGES):
        texts = Texts(language)
        figures = []
        for number, (kind, name) in enumerate(zip(worst["kind"], worst["id"], strict=True), start=1):
            figures.append(failure_map(run, found, by_id[kind, name], schedule, texts))
            suffix = "" if place == 0 else f".{language}"
            (partial / f"map-{number}-{_file_name(name)}{suffix}.png").write_bytes(figures[-1].png)
        asked = len(found.failures), found.n_asked
        text = page(run, tables.ranking, figures, asked, minimum, texts)
        (partial / f"report.{language}.html").write_text(text, encoding="utf-8")


def _file_name(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "element"


def _manifest(warm: WarmRun, run_folder: Path, found: Criticality) -> dict[str, object]:
    config = warm.base.network.inputs.loaded.config
    return {
        "kind": CRITICALITY.name,
        "fairreach_version": __version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "packages": package_versions(),
        "run": str(run_folder),
        "run_created": warm.manifest.get("created"),
        "name": config.name.model_dump(),
        "headline": config.measures.headline.model_dump(),
        "inputs": warm.manifest.get("inputs"),
        "elements_asked": found.n_asked,
        "elements_computed": len(found.failures),
        "interrupted": found.interrupted,
    }


def lines_of(
    ranking: pd.DataFrame, found: Criticality, words: Mapping[str, str], minimum: float
) -> list[str]:
    """Return the first of the ranking in lines, as tables on paper.

    Parameters
    ----------
    words : mapping of str to str
        ``place``, ``service``, ``cutoff`` and ``period`` of the headline.
    minimum : float
        Counts below it are not shown.
    """
    done = f"{len(found.failures)} of {found.n_asked}"
    counted = ranking[ranking["state"] != DOES_NOT_RUN]
    rows = [_HEADER, *(_cells(row, minimum) for row in counted.head(N_LINES).to_dict("records"))]
    lines = [
        *([f"INTERRUPTED: {done} were computed; the rest is not known."] if found.interrupted else []),
        "What is lost without each line or street: {service} within {cutoff} minutes, {period}; "
        "{place}".format(**words),
        "Losses are means per resident, in {service}.".format(**words),
        "",
        *_on_paper(rows),
    ]
    n_more, n_idle = len(counted) - N_LINES, len(ranking) - len(counted)
    if n_more > 0:
        lines.append(f"and {n_more} more in ranking.csv")
    if n_idle:
        what = "1 line is" if n_idle == 1 else f"{n_idle} lines are"
        lines.append(f"{what} not on the road in the headline's period: nothing can be said of them")
    return lines


def _on_paper(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Put rows below each other, cells of several lines too; words to the left, numbers to the right."""
    columns = zip(*rows, strict=True)
    widths = [max(len(line) for cell in column for line in cell.split("\n")) for column in columns]
    for row in rows:
        for texts in zip_longest(*(cell.split("\n") for cell in row), fillvalue=""):
            cells = (
                text.ljust(width) if place == _WORDS else text.rjust(width)
                for place, (text, width) in enumerate(zip(texts, widths, strict=True))
            )
            yield "  ".join(cells).rstrip()


_HEADER = (
    "rank", "without", "residents\nwho lose", "mean loss,\nall", "share of\naccess",
    "mean loss,\npoorest 40 %", "their share\nof the loss", "residents who\nlose a right",
)  # fmt: skip
_WORDS = 1
_LONGEST = 40


def _cells(row: dict[Any, Any], minimum: float) -> tuple[str, ...]:
    what = f"line {row['name']}" if row["kind"] == ROUTE else f"{row['name']} (streets closed)"
    return (
        "-" if pd.isna(row["rank"]) else str(int(row["rank"])),
        what if len(what) <= _LONGEST else f"{what[: _LONGEST - 1]}…",
        _count(row["residents_losing"], row, minimum),
        _number(row["mean_loss"]),
        _share(row["mean_loss_share"], 2),
        _number(row["mean_loss_poorest40"]),
        _share(row["poorest40_share_of_loss"], 0),
        _count(row["residents_losing_right"], row, minimum),
    )


def _count(value: float, row: dict[Any, Any], minimum: float) -> str:
    if math.isnan(value):
        return f"under {minimum:.0f}" if row["note"] == FEW else "-"
    return f"{value:,.0f}"


def _number(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:,.1f}"


def _share(value: float, decimals: int) -> str:
    return "-" if pd.isna(value) else f"{100 * value:.{decimals}f} %"
