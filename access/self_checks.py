"""What must hold of a scenario whatever the city, checked with every comparison.

- *Monotone times.* A new trip or street can be left unused: no travel time gets longer, of no pair, at no
  percentile, in no period (also where people arrive by a time: the search runs backwards over the same
  trips). Without a trip or street none gets shorter. This holds only while everything else stays: where
  types of both kinds, or types that move times either way (a headway, a speed, a stop), are mixed in, or
  where cells or stops join the streets elsewhere than before, it is "not checked", and the reason is told.
  Land use moves no time at all: with nothing but land use changed, all times must be equal.
- *Nothing lost on the way.* Residents and opportunities in all cells add up to those of the base and what the
  scenario declares to add or remove.

A failed check is no opinion about the scenario but a defect of the program or of its input; it is told with
its worst example.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from access.engine.arrays import UNREACHED_MIN, Minutes

State = Literal["passed", "failed", "not checked"]
Direction = Literal["not longer", "not shorter", "equal"]
ADDS = frozenset({"add-trips", "add-streets"})
REMOVES = frozenset({"remove-trips", "close-streets"})
LAND_USE = frozenset({"add-opportunities", "remove-opportunities", "add-residents"})
ROUNDING = 1e-6
"""Share of a total; sums of fractions over cells are never exact."""

TOTAL = "total of "
"""How the names of checks of totals begin."""

_BLOCK_ROWS = 1024


@dataclass(frozen=True)
class Check:
    """One check and its outcome in words."""

    name: str
    state: State
    text: dict[str, str]  # {"en", "fr"}


class _Worst(NamedTuple):
    """The pair that moved most the wrong way."""

    by_min: int
    period: str
    percentile: int  # its place among the percentiles
    origin: int
    destination: int


_HELD: dict[Direction, dict[str, str]] = {
    "not longer": {"en": "none is longer than in the base", "fr": "aucun n’est plus long que dans la base"},
    "not shorter": {
        "en": "none is shorter than in the base",
        "fr": "aucun n’est plus court que dans la base",
    },
    "equal": {"en": "all are those of the base", "fr": "tous sont ceux de la base"},
}
_BROKEN: dict[Direction, dict[str, str]] = {
    "not longer": {"en": "got longer", "fr": "se sont allongés"},
    "not shorter": {"en": "got shorter", "fr": "ont raccourci"},
    "equal": {"en": "changed", "fr": "ont changé"},
}
_NO_PAIRS = {
    "en": "travel times are too many to be kept in memory, so that pairs are not compared",
    "fr": "les temps de parcours sont trop nombreux pour la mémoire : les paires ne sont pas comparées",
}


def direction_of(types: Collection[str], joints_moved: int = 0) -> tuple[Direction | None, dict[str, str]]:
    """Return which way travel times must not move; where nothing must hold, None and the reason.

    Parameters
    ----------
    types : collection of str
        Types of the scenario's modifications.
    joints_moved : int
        Cells and stops that join the streets elsewhere than in the base.
    """
    moving = set(types) - LAND_USE
    if not moving and not joints_moved:
        return "equal", {}
    if joints_moved:
        return None, {
            "en": "travel times may move either way: cells or stops that join the streets elsewhere than in "
            f"the base, {joints_moved:,} of them",
            "fr": "les temps de parcours peuvent varier dans les deux sens : cellules ou arrêts qui "
            f"rejoignent les rues ailleurs que dans la base, au nombre de {_french(joints_moved)}",
        }
    if moving <= ADDS:
        return "not longer", {}
    if moving <= REMOVES:
        return "not shorter", {}
    named = ", ".join(sorted(moving))
    return None, {
        "en": f"travel times may move either way: {named}",
        "fr": f"les temps de parcours peuvent varier dans les deux sens : {named}",
    }


def check_times(
    base: Mapping[str, Minutes],
    scenario: Mapping[str, Minutes],
    types: Collection[str],
    joints_moved: int = 0,
    cell_ids: Sequence[str] = (),
) -> Check:
    """Check that no travel time moves the wrong way.

    Parameters
    ----------
    base, scenario : mapping of str to array of uint8, shape (n_percentiles, n_cells, n_cells)
        Whole minutes by period, 255 = not reached; the periods of both are looked at.
    types, joints_moved
        As ``direction_of``.
    cell_ids : sequence of str
        Names of the cells, for the example of a failed check.
    """
    name = "travel times"
    direction, why_not = direction_of(types, joints_moved)
    if direction is None:
        return Check(name, "not checked", why_not)
    periods = [period for period in base if period in scenario]
    if not periods:
        return Check(name, "not checked", _NO_PAIRS)
    count, worst = 0, _Worst(0, "", 0, 0, 0)
    for period in periods:
        for percentile, (was, now) in enumerate(zip(base[period], scenario[period], strict=True)):
            for first, moved in _moved_wrongly(was, now, direction):
                count += int(np.count_nonzero(moved > 0))
                by_min = int(moved.max(initial=0))
                if by_min > worst.by_min:
                    row, column = divmod(int(moved.argmax()), moved.shape[1])
                    worst = _Worst(by_min, period, percentile, first + row, column)
    if count:
        return Check(name, "failed", _failed(count, worst, base, scenario, direction, cell_ids))
    n_times = sum(base[period].size for period in periods)
    of = ", ".join(periods)
    return Check(
        name,
        "passed",
        {
            "en": f"{n_times:,} compared ({of}): {_HELD[direction]['en']}",
            "fr": f"{_french(n_times)} comparés ({of}) : {_HELD[direction]['fr']}",
        },
    )


def check_totals(
    base: Mapping[str, float], scenario: Mapping[str, float], added: Mapping[str, float]
) -> Iterator[Check]:
    """Yield a check for residents and each service.

    Parameters
    ----------
    base, scenario : mapping of str to float
        ``population``, and opportunities by service, in all cells; a service absent from one has 0 there.
    added : mapping of str to float
        What the scenario declares to add to each; removed ones below 0.
    """
    for what in dict.fromkeys((*base, *scenario, *added)):
        before, after, more = base.get(what, 0.0), scenario.get(what, 0.0), added.get(what, 0.0)
        missing = after - before - more
        fits = abs(missing) <= ROUNDING * max(1.0, abs(before) + abs(more))
        told = {
            "en": f"{_number(before)} in the base, {_signed(more)} declared, {_number(after)} now",
            "fr": f"{_french(before)} dans la base, {_french(more, signed=True)} déclarés, {_french(after)} "
            "dans le scénario",
        }
        if not fits:
            told["en"] += f"; not accounted for: {_signed(missing)}"
            told["fr"] += f" ; inexpliqués : {_french(missing, signed=True)}"
        yield Check(f"{TOTAL}{what}", "passed" if fits else "failed", told)


def _moved_wrongly(
    was: npt.NDArray[np.uint8], now: npt.NDArray[np.uint8], direction: Direction
) -> Iterator[tuple[int, npt.NDArray[np.int16]]]:
    """Yield blocks of rows, each with its first row: by how many minutes each pair moved the wrong way."""
    for first in range(0, len(was), _BLOCK_ROWS):
        rows = slice(first, first + _BLOCK_ROWS)
        longer = now[rows].astype(np.int16) - was[rows]
        if direction == "equal":
            yield first, np.abs(longer)
        else:
            yield first, longer if direction == "not longer" else -longer


def _failed(
    count: int,
    worst: _Worst,
    base: Mapping[str, Minutes],
    scenario: Mapping[str, Minutes],
    direction: Direction,
    cell_ids: Sequence[str],
) -> dict[str, str]:
    place = (worst.percentile, worst.origin, worst.destination)
    was, now = (int(times[worst.period][place]) for times in (base, scenario))
    here, there = (cell_ids[n] if cell_ids else str(n) for n in place[1:])
    return {
        "en": f"{count:,} {_BROKEN[direction]['en']}, which cannot be; most in {worst.period} from {here} to "
        f"{there}: {_minutes(was, 'not reached')} in the base, {_minutes(now, 'not reached')} in the "
        "scenario. Please report this",
        "fr": f"{_french(count)} {_BROKEN[direction]['fr']}, ce qui est impossible ; surtout "
        f"{worst.period}, de {here} à {there} : {_minutes(was, 'non atteint')} dans la base, "
        f"{_minutes(now, 'non atteint')} dans le scénario. Merci de le signaler",
    }


def _minutes(minutes: int, never: str) -> str:
    return never if minutes == UNREACHED_MIN else f"{minutes} min"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:,.2f}"


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{_number(value)}"


def _french(value: float, *, signed: bool = False) -> str:
    return (_signed if signed else _number)(value).replace(",", "\u202f").replace(".", ",")
