"""What ``fairreach warn`` does: read a store, judge, say why, print and write files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from access.attribution_zones import ZONE_RESIDENTS, zone_key
from access.errors import AccessError, StoreError
from access.observatory_read import cities_with_snapshots, days_of_other_methods
from access.observatory_store import is_server, reading, shown
from access.texts import Texts
from access.warning import Alert, Judged, judge
from access.warning_answers import answers_of
from access.warning_files import as_atom, as_csv, as_json, write_text
from access.warning_history import History, Key
from access.warning_history_read import history_of
from access.warning_lines import alert_lines
from access.warning_rules import Rules, read_rules, shipped_rules


class Asked(NamedTuple):
    """Options of the command."""

    store: str
    city: str | None
    series: str | None
    rules: Path | None
    language: str
    json_file: Path | None
    csv_file: Path | None
    atom_file: Path | None
    why: bool
    threads: int | None
    atom_address: str = ""


def report(asked: Asked) -> Iterator[str]:
    """Judge every city asked for, write the files asked for, and yield what to print.

    Raises
    ------
    StoreError
        If the store cannot be read, has no such city or series, or files are asked for of several cities.
    """
    rules = rules_of(asked)
    texts = Texts(asked.language)
    _check_address(asked)
    chosen = _cities(asked, one=any((asked.json_file, asked.csv_file, asked.atom_file, asked.series)))
    for number, city in enumerate(chosen):
        with reading(asked.store) as store:
            history = history_of(store, city, rules, asked.series)
            answers = answers_of(store, city)
            unseen = days_of_other_methods(store, city, history.series)
        judged = judge(history, rules)
        causes = causes_of(asked, history, judged.alerts, texts)
        _write(asked, history, judged, answers, rules, texts)
        if number:
            yield ""
        yield from alert_lines(history, rules, judged, answers, causes, texts)
        if unseen:
            first, last = texts.day(unseen[0]), texts.day(unseen[-1])
            yield ""
            yield texts.plural("store.other_methods", len(unseen), first=first, last=last)


def back_test_of(asked: Asked, truth: str) -> Iterator[str]:
    """Replay the history of a city, write the result beside the store, and yield what to print.

    Parameters
    ----------
    truth : str
        File of what is known to have happened; empty = none.
    """
    from access.backtest import back_test
    from access.backtest_file import save_back_test
    from access.backtest_text import back_test_lines
    from access.backtest_truth import read_truth

    known = read_truth(Path(truth)) if truth else None
    wanted = asked._replace(city=asked.city or (known.city if known else None))
    city = _cities(wanted, one=True)[0]
    with reading(asked.store) as store:
        found = back_test(store, city, known, rules=rules_of(asked), series=asked.series)
    yield from back_test_lines(found, Texts(asked.language))
    if not is_server(asked.store):
        yield str(save_back_test(asked.store, city, found))


def rules_of(asked: Asked) -> Rules:
    """Return the rules named, else those that come with the program."""
    return shipped_rules() if asked.rules is None else read_rules(asked.rules)


def causes_of(asked: Asked, history: History, alerts: Sequence[Alert], texts: Texts) -> dict[str, list[str]]:
    """Return lines on why a number moved from its reference to the snapshot at which the alert began.

    What the store knows is told; with ``--why`` what it does not know yet is computed and filed.
    """
    from access.attribution import filed_attributions, why
    from access.attribution_text import attribution_lines, name_of

    found: dict[str, list[str]] = {}
    days = dict(zip(history.snapshots, history.days, strict=True))
    for ends, asked_of in _by_ends(alerts).items():
        areas = {key: alert.cells for alert, key in asked_of if key[0] == ZONE_RESIDENTS}
        try:
            if asked.why:
                keys = [key for _, key in asked_of if key not in areas]
                known = why(asked.store, *ends, keys, areas=areas, threads=asked.threads)
            else:
                with reading(asked.store) as store:
                    known = filed_attributions(store, *ends)
        except AccessError as error:
            found |= {alert.alert: [texts("warning.no_why", reason=error)] for alert, _ in asked_of}
            continue
        causes = {tuple(one.key): one for one in known}
        for alert, key in asked_of:
            if key in causes:
                name = name_of(key, texts.language, history.names)
                between = days[ends[0]], days[ends[1]]
                found[alert.alert] = attribution_lines(causes[key], between, name, texts)
    return found


def _by_ends(alerts: Sequence[Alert]) -> dict[tuple[str, str], list[tuple[Alert, tuple[Any, ...]]]]:
    """Return the open alerts whose number is known, by the two snapshots that it moved between.

    Those of one pair are explained by the same runs.
    """
    found: dict[tuple[str, str], list[tuple[Alert, tuple[Any, ...]]]] = {}
    for alert in alerts:
        key = explained_by(alert)
        if key is None or alert.reference_snapshot is None or alert.state == "cleared":
            continue
        ends = alert.reference_snapshot, alert.since_snapshot
        found.setdefault(ends, []).append((alert, key))
    return found


def explained_by(alert: Alert) -> tuple[Any, ...] | None:
    """Return the number whose causes explain an alert, of a zone its residents; None for timetables."""
    if alert.kind == "spatial" and alert.cells:
        return zone_key(alert.subject["zone_id"])
    key = key_of(alert)
    return None if key is None else tuple(key)


def key_of(alert: Alert) -> Key | None:
    """Return the number that an alert is about; None for zones and timetables."""
    subject = alert.subject
    if "indicator" not in subject:
        return None
    cutoff = subject.get("cutoff_min")
    return Key(
        subject["indicator"],
        subject.get("service"),
        subject.get("period"),
        None if cutoff is None else int(cutoff),
        subject.get("right"),
        subject.get("group"),
    )


def _cities(asked: Asked, *, one: bool) -> list[str]:
    with reading(asked.store) as store:
        known = [str(city) for city in cities_with_snapshots(store)["city"]]
    if asked.city is not None:
        return [asked.city]
    if not known:
        where = shown(asked.store)
        raise StoreError(
            f"{where}: no snapshot in this store; `fairreach observe RUN --store {where}` files one"
        )
    if one and len(known) > 1:
        raise StoreError(f"{shown(asked.store)}: has {', '.join(known)}; name one with --city")
    return known


def _write(
    asked: Asked, history: History, judged: Judged, answers: pd.DataFrame, rules: Rules, texts: Texts
) -> None:
    if asked.json_file is not None:
        write_text(asked.json_file, as_json(history.city, judged.alerts, answers))
    if asked.csv_file is not None:
        write_text(asked.csv_file, as_csv(judged.alerts, answers, texts))
    if asked.atom_file is not None:
        titles = {rule.name: rule.label.in_language(texts.language) for rule in rules.rules}
        name = texts.label(history.city_names)
        feed = as_atom(history.city, name, judged.alerts, answers, titles, texts, asked.atom_address)
        write_text(asked.atom_file, feed)


def _check_address(asked: Asked) -> None:
    """Refuse an address that cannot be one of a published feed, before anything is computed."""
    if not asked.atom_address:
        return
    if asked.atom_file is None:
        raise StoreError("--atom-address: says where a feed will be published; write one with --atom FILE")
    if not re.fullmatch(r"https?://[^\s<>\"]+", asked.atom_address):
        raise StoreError(
            f"--atom-address: {asked.atom_address[:100]!r} is no address; give one that begins with https://"
        )
