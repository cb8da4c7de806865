"""Why a number moved between two snapshots: computed again with one input changed at a time.

Every mixture of the inputs that changed is run, 2^k for k of them, and the change is shared out by the
Shapley value: the mean, over all orders, of what the number moves when one input is exchanged. What no input
explains (rounding of small groups, options that differ, a program that computes otherwise than then) is the
residual.
"""

from __future__ import annotations

import json
import math
import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from access.attribution_shares import shapley, subsets
from access.attribution_zones import in_zones_filed, in_zones_of_run
from access.errors import StoreError
from access.observatory_inputs import role_of
from access.observatory_read import KEY
from access.observatory_store import Store, reading, writing

PLAYERS: Mapping[str, tuple[str, ...]] = {
    "timetable": ("timetable",),
    "population": ("population", "income"),
    "opportunities": ("opportunities",),
    "streets": ("streets",),
    "other": ("other",),
}
"""What is exchanged as one, and its roles of inputs; ``other`` are boundary and neighbourhoods."""

Key = tuple[Any, ...]
"""Values of ``access.observatory_read.KEY``; None where one does not apply."""


@dataclass(frozen=True)
class Attribution:
    """Why one number moved.

    Attributes
    ----------
    key : tuple
        Values of ``access.observatory_read.KEY``.
    before, after : float or None
        As filed; None = no data, or hidden.
    parts : mapping of str to float
        By input, in the number's unit; empty where a mixture has no data or few residents (``residual`` is
        None then) and where no input changed.
    residual : float or None
        ``after - before`` less the parts; None where there are none.
    """

    from_snapshot: str
    to_snapshot: str
    key: Key
    before: float | None
    after: float | None
    parts: Mapping[str, float]
    residual: float | None

    @property
    def shares(self) -> dict[str, float]:
        """Each part over the change; empty where nothing changed."""
        if self.before is None or self.after is None or self.after == self.before:
            return {}
        return {name: part / (self.after - self.before) for name, part in self.parts.items()}


def why(
    location: str | Path,
    from_snapshot: str,
    to_snapshot: str,
    keys: Sequence[Key],
    *,
    areas: Mapping[Key, Collection[str]] | None = None,
    threads: int | None = None,
    told: Callable[[int, int], None] | None = None,
) -> list[Attribution]:
    """Say why numbers moved, and file it; what the store knows already is not computed again.

    Parameters
    ----------
    location : str or Path
        Of the store; its archive must hold the inputs of both snapshots.
    from_snapshot, to_snapshot : str
        Of one city.
    keys : sequence of tuple
        Numbers to explain, as values of ``access.observatory_read.KEY``.
    areas : mapping of tuple to cells, optional
        Further ones: the residents of these cells who live in zones of the register, by
        ``access.attribution_zones.zone_key``.
    threads : int, optional
    told : callable, optional
        Called with mixtures done and their number.

    Raises
    ------
    StoreError
        If a snapshot or a number is not in the store, the snapshots are not of one series, or the archive
        lacks an input.
    """
    with reading(location) as store:
        _check_pair(store, from_snapshot, to_snapshot)
        ends = numbers_of(store, from_snapshot), numbers_of(store, to_snapshot)
        for key, cells in (areas or {}).items():
            ends[0][key] = in_zones_filed(store, from_snapshot, cells)
            ends[1][key] = in_zones_filed(store, to_snapshot, cells)
        known = {each.key: each for each in filed_attributions(store, from_snapshot, to_snapshot)}
        players = changed(store, from_snapshot, to_snapshot)
    asked = list(dict.fromkeys([*keys, *(areas or {})]))
    lacking = [key for key in asked if key not in ends[0] and key not in ends[1]]
    if lacking:
        raise StoreError("; ".join(f"{_name(key)}: not in these snapshots" for key in lacking))
    wanted = [key for key in asked if key not in known]
    if wanted:
        near = {key: cells for key, cells in (areas or {}).items() if key in wanted}
        mixtures = _mixtures(location, from_snapshot, to_snapshot, players, wanted, near, threads, told)
        found = [
            attributed((from_snapshot, to_snapshot), key, (ends[0].get(key), ends[1].get(key)),
                       {chosen: numbers.get(key) for chosen, numbers in mixtures.items()}, players)
            for key in wanted
        ]  # fmt: skip
        _file(location, found)
        known |= {each.key: each for each in found}
    return [known[key] for key in asked]


def attributed(
    snapshots: tuple[str, str],
    key: Key,
    ends: tuple[float | None, float | None],
    values: Mapping[frozenset[str], float | None],
    players: Sequence[str],
) -> Attribution:
    """Share out one change.

    Parameters
    ----------
    ends : tuple of float or None
        Before and after, as filed.
    values : mapping of frozenset of str to float or None
        The number with the inputs of a subset taken from the snapshot after; None = no data.
    """
    before, after = ends
    plain = {chosen: value for chosen, value in values.items() if value is not None and math.isfinite(value)}
    if before is None or after is None or len(plain) < len(values):
        return Attribution(*snapshots, key, before, after, {}, None)
    parts = shapley(plain, players)
    residual = after - before - sum(parts.values())
    return Attribution(*snapshots, key, before, after, parts, residual)


def changed(store: Store, from_snapshot: str, to_snapshot: str) -> list[str]:
    """Return which of ``PLAYERS`` differ between two snapshots, by their files and service days."""
    told = []
    for snapshot in (from_snapshot, to_snapshot):
        row = store.rows("snapshot", ["manifest_json"], snapshot=snapshot)
        manifest = json.loads(row["manifest_json"].iloc[0])
        keys: dict[str, set[tuple[str, str]]] = {name: set() for name in PLAYERS}
        for entry in manifest["inputs"]:
            for key in entry["keys"]:
                role = role_of([key])
                keys[next(name for name, roles in PLAYERS.items() if role in roles)].add(
                    (key, entry["sha256"])
                )
        days = {(f"day of {name}", str(day)) for name, day in (manifest.get("service_dates") or {}).items()}
        keys["timetable"] |= days
        told.append(keys)
    return [name for name in PLAYERS if told[0][name] != told[1][name]]


def numbers_of(store: Store, snapshot: str) -> dict[Key, float]:
    """Return the filed numbers of a snapshot by key; those without a value are left out."""
    return _by_key(store.rows("indicator", [*KEY, "value"], snapshot=snapshot))


def filed_attributions(store: Store, from_snapshot: str, to_snapshot: str) -> list[Attribution]:
    """Return what the store knows already."""
    rows = store.rows("attribution", from_snapshot=from_snapshot, to_snapshot=to_snapshot)
    return [
        Attribution(
            from_snapshot, to_snapshot, key_of(row), _number(row["before"]), _number(row["after"]),
            json.loads(row["parts_json"]), _number(row["residual"]),
        )
        for row in rows.to_dict("records")
    ]  # fmt: skip


def _check_pair(store: Store, from_snapshot: str, to_snapshot: str) -> None:
    rows = store.rows("snapshot", ["snapshot", "series"], snapshot=[from_snapshot, to_snapshot])
    missing = sorted({from_snapshot, to_snapshot} - set(rows["snapshot"]))
    if missing:
        raise StoreError(
            f"snapshot {', '.join(missing)}: not in this store; `fairreach store check` lists them"
        )
    if len(set(rows["series"])) > 1:
        raise StoreError(
            f"snapshots {from_snapshot} and {to_snapshot} are of different series, so their numbers differ "
            "by method or city; name two of one series (`fairreach observe --replay` makes one)"
        )


def _mixtures(
    location: str | Path,
    from_snapshot: str,
    to_snapshot: str,
    players: Sequence[str],
    wanted: Sequence[Key],
    areas: Mapping[Key, Collection[str]],
    threads: int | None,
    told: Callable[[int, int], None] | None,
) -> dict[frozenset[str], dict[Key, float]]:
    """Run every mixture and return its numbers."""
    from access.observatory_archive import restore

    found: dict[frozenset[str], dict[Key, float]] = {}
    chosen_first = list(subsets(players))
    with tempfile.TemporaryDirectory(prefix="fairreach-why-") as temporary:
        for number, chosen in enumerate(chosen_first):
            folder = Path(temporary) / str(number)
            taken_from = {role: to_snapshot for name in chosen for role in PLAYERS[name]}
            config = restore(location, from_snapshot, folder, taken_from=taken_from)
            run_folder = _run(config, threads, with_ranges=bool(areas))
            numbers = _by_key(pd.read_parquet(run_folder / "indicators.parquet", columns=[*KEY, "value"]))
            numbers |= {key: in_zones_of_run(run_folder, cells) for key, cells in areas.items()}
            shutil.rmtree(run_folder)
            found[chosen] = {key: numbers[key] for key in wanted if key in numbers}
            if told is not None:
                told(number + 1, len(chosen_first))
    return found


def _run(config: Path, threads: int | None, *, with_ranges: bool) -> Path:
    """Run a configuration and return the run folder.

    Ranges move no number and take time, so they are left out; but a zone is one only where it is stable over
    the draws, so zones need them.
    """
    from access.pipeline import run

    content = yaml.safe_load(config.read_text(encoding="utf-8"))
    if not with_ranges:
        content["uncertainty"] = None
    content["sensitivity"] = {"cutoff_min": 0}
    config.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    folder = config.parent / "run"
    return run(config, out=folder, threads=threads, with_report=False, show_bar=False).folder


def _by_key(rows: pd.DataFrame) -> dict[Key, float]:
    return {
        key_of(row): float(row["value"])
        for row in rows.to_dict("records")
        if _number(row["value"]) is not None
    }


def key_of(row: Mapping[Any, Any]) -> Key:
    """Return the key of a row of indicators."""
    values = (None if pd.isna(row[name]) else row[name] for name in KEY)
    return tuple(int(value) if name == "cutoff_min" and value is not None else value
                 for name, value in zip(KEY, values, strict=True))  # fmt: skip


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _name(key: Key) -> str:
    return " ".join(str(part) for part in key if part is not None)


def _file(location: str | Path, found: Sequence[Attribution]) -> None:
    """File attributions."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    rows = [
        {
            "from_snapshot": each.from_snapshot,
            "to_snapshot": each.to_snapshot,
            **dict(zip(KEY, each.key, strict=True)),
            "before": each.before,
            "after": each.after,
            "parts_json": json.dumps(dict(each.parts)),
            "residual": each.residual,
            "computed_at": now,
        }
        for each in found
    ]
    with writing(location) as store:
        for row in rows:  # another process may have computed the same meanwhile
            store.remove(
                "attribution", from_snapshot=row["from_snapshot"], to_snapshot=row["to_snapshot"],
                **{name: row[name] for name in KEY},
            )  # fmt: skip
        store.add("attribution", pd.DataFrame(rows))
