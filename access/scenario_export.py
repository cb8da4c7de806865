"""The timetables of a scenario as GTFS zips, with what they change: for any other program, and for our own.

What is written is read again and unfolded: it must give the timetable of the scenario to the second, and the
canonical validator must find no error in it that the base does not have.
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from access._version import __version__
from access.collected_warnings import collected_warnings
from access.datasets import sha256_of
from access.errors import AccessError
from access.results import EXPORT, MANIFEST, check_target, new_run_folder, write_json
from access.scenario import Scenario
from access.scenario_file import hash_warnings, load_scenario
from access.scenario_network import ChangedNetwork, changed_network
from access.stage_timetable import schedules_of
from access.warm_run import WarmRun, load_run
from access.watch import Watch
from gtfs.difference import FeedDifference, Window, difference
from gtfs.difference_text import lines_of
from gtfs.errors import FeedError, FeedQualityWarning
from gtfs.export import write_feed
from gtfs.export_check import added_errors, timetable_differences
from gtfs.feed import merge_feeds, read_feed
from gtfs.schedule import DEFAULT_HORIZON_S

if TYPE_CHECKING:
    import gtfs_kit

    from gtfs.match import MatchReport


def check_lines(run: Path, file: Path) -> Iterator[str]:
    """Say what each modification of a scenario meets in a run; nothing is computed or written.

    Raises
    ------
    AccessError, gtfs.errors.FeedError
        If the run or the scenario cannot be used, with every problem found.
    """
    warm, scenario = load_run(run), load_scenario(file)
    with collected_warnings(warm.told) as told:
        changed = changed_network(warm.base.network, warm.sources, scenario, Watch())
    yield from match_lines(scenario, changed.reports, [*hash_warnings(scenario, warm.manifest), *told])
    yield f"{file}: can be compared with {run}"


def match_lines(scenario: Scenario, reports: Sequence[MatchReport], told: Sequence[str]) -> Iterator[str]:
    """Say what each modification met, in lines."""
    yield scenario.name.en
    for report in reports:
        yield f"  {report.number}. {report.type}: {report.matched}"
        yield from (f"     Warning: {warning}" for warning in report.warnings)
    yield from (f"  Warning: {warning}" for warning in told)


def export_scenario(run: Path, file: Path, out: Path) -> Iterator[str]:
    """Write the timetables of a scenario, one zip a feed, and what differs from the base.

    Parameters
    ----------
    run : Path
        Folder of a finished run; only read.
    file : Path
        Scenario.
    out : Path
        Folder to write; an earlier export there is replaced, anything else refused.

    Yields
    ------
    str
        Lines for the reader.

    Raises
    ------
    AccessError, gtfs.errors.FeedError
        If the run, the scenario or the folder cannot be used, if the scenario changes no timetable, or if the
        export would be worse than its base; nothing is written then.
    """
    check_target(out, EXPORT)
    scenario = load_scenario(file)
    _check_timetable(scenario)
    yield from write_export(load_run(run), scenario, out, sha256_of(file))


def write_export(warm: WarmRun, scenario: Scenario, out: Path, sha256: str = "") -> Iterator[str]:
    """Write the timetables of a scenario from a run in memory; as ``export_scenario`` otherwise.

    Parameters
    ----------
    sha256 : str
        Fingerprint of the scenario, for the record; empty where it was not read from a file.
    """
    _check_timetable(scenario)
    with collected_warnings(warm.told) as told:
        changed = changed_network(warm.base.network, warm.sources, scenario, Watch())
    yield from match_lines(scenario, changed.reports, [*hash_warnings(scenario, warm.manifest), *told])
    if scenario.streets or scenario.land_use:
        yield "  Note: streets and land use are no part of GTFS; the export holds the timetables only"
    found = feed_difference(warm, changed)
    with new_run_folder(out, EXPORT) as partial:
        yield from _write_feeds(warm, changed, scenario, partial)
        _check_written(warm, changed, partial)
        found.things.to_csv(partial / "differences.csv", index=False)
        found.bill.to_csv(partial / "bill.csv", index=False)
        for language, lines in found.lines.items():
            (partial / f"differences.{language}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        write_json(partial / MANIFEST, _record(warm, scenario, sha256))
    yield "Read again, the export gives the timetables of the scenario to the second."
    yield from found.lines["en"]
    yield f"Written to {out}"


def _check_timetable(scenario: Scenario) -> None:
    if not scenario.timetable:
        raise AccessError(
            f"{scenario.title}: changes no timetable, so there is no GTFS to write; streets and land use are "
            "compared with `fairreach compare`"
        )


def feed_difference(warm: WarmRun, changed: ChangedNetwork) -> FeedDifference:
    """Return what a scenario changes in all feeds together, with the bill of every period and of the week."""
    inputs = warm.base.network.inputs
    timetables, after = inputs.timetables, changed.network.inputs.timetables
    plans = [plan for plan in timetables.plans if plan.has_data]
    headline = inputs.loaded.config.measures.headline.period
    week_of = next((plan for plan in plans if plan.config.name == headline), plans[0]).service_date
    windows = [
        Window(
            plan.config.name,
            timetables.schedules[plan.service_date],
            after.schedules[plan.service_date],
            plan.config.start_s,
            plan.config.end_s,
        )
        for plan in plans
        if plan.config.start_s >= 0 and plan.config.end_s <= DEFAULT_HORIZON_S
    ]
    before, edited = merge_feeds(dict(warm.feeds)), merge_feeds(dict(changed.feeds))
    found = difference(before, edited, week_of=week_of, windows=windows, name="all feeds")
    labels = {plan.config.name: plan.config.label.model_dump() for plan in plans}
    return replace(found, lines=lines_of(found.things, found.bill, week_of, labels))


def _write_feeds(warm: WarmRun, changed: ChangedNetwork, scenario: Scenario, folder: Path) -> Iterator[str]:
    """Write every feed; those that nothing changed are copied as they are."""
    loaded = warm.base.network.inputs.loaded
    for given in loaded.config.schedule.feeds:
        base, feed = loaded.path(given.file), changed.feeds[given.name]
        target = folder / f"{given.name}.zip"
        if feed is warm.feeds[given.name] and base.is_file():
            shutil.copyfile(base, target)
            yield f"  {target.name}: as in the base"
            continue
        yield f"  {write_feed(feed, target, base, scenario=scenario.name.en).summary()['en']}"
        day = next(iter(warm.base.network.inputs.timetables.schedules))
        worse = added_errors(target, base, day)
        if worse:
            problems = [each.summary()["en"] for each in worse]
            raise FeedError(f"{given.name}: the export would have errors that the base has not", problems)


def _check_written(warm: WarmRun, changed: ChangedNetwork, folder: Path) -> None:
    """Read the export again and compare timetables to the second."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FeedQualityWarning)  # told when the base was read
        feeds: Mapping[str, gtfs_kit.Feed] = {
            name: read_feed(folder / f"{name}.zip", name) for name in changed.feeds
        }
        config = warm.base.network.inputs.loaded.config
        wanted = changed.network.inputs.timetables.schedules
        again = schedules_of(config, merge_feeds(feeds), list(wanted))
    different = {day: names for day in wanted if (names := timetable_differences(wanted[day], again[day]))}
    if different:
        raise RuntimeError(
            f"the export reads differently from the scenario ({different}); please report this"
        )


def _record(warm: WarmRun, scenario: Scenario, sha256: str) -> dict[str, object]:
    return {
        "kind": EXPORT.name,
        "fairreach_version": __version__,
        "base_run": str(warm.folder),
        "base_inputs": warm.manifest.get("inputs", []),
        "scenario": scenario.model_dump(mode="json"),
        "scenario_sha256": sha256,
    }
