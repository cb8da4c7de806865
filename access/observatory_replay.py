"""Compute the past of a city again with today's method, from archived inputs, into a series of its own.

Today's method is that of the run filed last, in today's version of the program and of the shipped catalogues
of rights. Files, their columns and service days are those of each snapshot of the past.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from access.config_file import load_config
from access.errors import AccessError, StoreError
from access.observatory import Observed, observe
from access.observatory_archive import CONFIG, Filed, filed, lay_out, mixture
from access.observatory_method import config_hash, method_hash, method_of, snapshot_id
from access.observatory_mix import ROLES, Tree, laid_out
from access.observatory_store import reading
from access.rights_catalogue import load_catalogues
from gtfs.errors import FeedError

Compute = Callable[[Path, Path], object]
"""Runs a configuration into a folder."""


class Replayed(NamedTuple):
    """What became of one snapshot of the past.

    Attributes
    ----------
    observed : Observed or None
        The new snapshot; None where there is none.
    problem : str
        Why there is none; empty where the new one was filed.
    """

    snapshot: str
    observed_on: dt.date
    observed: Observed | None
    problem: str = ""


def replay(
    location: str | Path,
    *,
    city: str | None = None,
    threads: int | None = None,
    compute: Compute | None = None,
) -> Iterator[Replayed]:
    """Compute every snapshot again that today's series lacks, the earliest first, and file it.

    A replay that was interrupted goes on where it was. A snapshot that cannot be computed (an input is not in
    the archive) is told, and the others are computed.

    Parameters
    ----------
    location : str or Path
    city : str, optional
        Only this one.
    threads : int, optional
        Default all cores.
    compute : callable, optional
        Instead of a run.

    Raises
    ------
    StoreError
        If the store cannot be read or has no such city.
    """
    with reading(location) as store:
        known = store.rows("snapshot", ["snapshot", "city", "filed_at"])
    cities = sorted(set(known["city"]))
    if city is not None and city not in cities:
        raise StoreError(f"city {city!r}: no snapshot in this store; it has {', '.join(cities) or 'none'}")
    runner = compute or _runner(threads)
    for name in cities if city is None else [city]:
        mine = known[known["city"] == name].sort_values(["filed_at", "snapshot"])
        yield from _replay_city(location, mine, runner)


def _runner(threads: int | None) -> Compute:
    from access.pipeline import run

    return lambda config, out: run(config, out=out, threads=threads, with_report=False, show_bar=False)


class _Plan(NamedTuple):
    """What computing a snapshot again will give."""

    past: Filed
    tree: Tree
    method: str
    snapshot: str


def _replay_city(location: str | Path, mine: pd.DataFrame, compute: Compute) -> Iterator[Replayed]:
    names: list[str] = mine["snapshot"].tolist()
    newest = filed(location, names[-1])
    today = _planned(location, newest, newest)
    there = {*names}
    for past in sorted((filed(location, name) for name in names), key=lambda each: each.observed_on):
        try:
            plan = _planned(location, newest, past)
            if plan.snapshot in there:
                continue
            there.add(plan.snapshot)
            observed = _computed(location, newest, plan, today.method, compute)
        except (AccessError, FeedError) as error:
            yield Replayed(past.snapshot, past.observed_on, None, str(error))
        else:
            yield Replayed(past.snapshot, past.observed_on, observed)


def _planned(location: str | Path, newest: Filed, past: Filed) -> _Plan:
    """Return what the inputs of a snapshot and the options of the newest give today."""
    others = {} if past.snapshot == newest.snapshot else dict.fromkeys(ROLES, past)
    tree = mixture(newest, others)
    with tempfile.TemporaryDirectory(prefix="fairreach-method-") as temporary:
        folder = Path(temporary)
        config = load_config(lay_out(location, tree, newest, folder, files=False), must_exist=False).config
        catalogues = load_catalogues(config.rights.catalogues, folder) if config.rights else []
    rights = [
        {**right.model_dump(mode="json"), "catalogue": each.name}
        for each in catalogues
        for right in each.rights
    ]
    engine = newest.manifest.get("engine") or {"name": "fairreach"}
    method = method_hash(method_of(config, rights, engine))
    hashes = {name: source.sha256 for name, source in laid_out(tree)[1].items()}
    snapshot = snapshot_id(newest.city, method, config_hash(config), hashes.values())
    return _Plan(past, tree, method, snapshot)


def _computed(location: str | Path, newest: Filed, plan: _Plan, method: str, compute: Compute) -> Observed:
    """Compute one snapshot of the past with the options of the newest, and file it."""
    if plan.method != method:
        raise StoreError(
            "its inputs count other things than those of today (another filter of opportunities, other "
            "groups or units); numbers would not be comparable"
        )
    with tempfile.TemporaryDirectory(prefix="fairreach-replay-") as temporary:
        folder = Path(temporary) / "inputs"
        lay_out(location, plan.tree, newest, folder)
        run = Path(temporary) / "run"
        compute(folder / CONFIG, run)
        return observe(run, location, city=newest.city)


def problems_of(done: Sequence[Replayed]) -> str:
    """Return what could not be computed again, one line each; empty where all could."""
    return "\n".join(f"{each.snapshot} ({each.observed_on}): {each.problem}" for each in done if each.problem)
