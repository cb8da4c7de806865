"""Why a travel time is missing: the point is off the streets, nothing runs, or it is too far.

What is needed to say so travels with the frame in ``frame.attrs["fairreach"]``, as text, numbers and lists,
so that it survives copies, filters, sorting and Parquet files. pandas drops it where frames with different
attributes are joined; ``unreached_reason`` then says that it is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.errors import AccessError
from access.snapping import SNAPPED, STATE_NAMES
from access.stops_near import WithoutStop

ATTRIBUTE = "fairreach"
FORMAT = 1

NOT_SNAPPED = "not_snapped"
NO_SERVICE = "no_service"
OUT_OF_REACH = "out_of_reach"
REASONS = (NOT_SNAPPED, NO_SERVICE, OUT_OF_REACH)
ENDS = ("origin", "destination")
NO_STOP_NEAR = tuple(f"{end}_no_stop_near" for end in ENDS)
DETAILED_REASONS = (
    *(f"{end}_{state}" for end in ENDS for state in STATE_NAMES[1:]),
    NO_SERVICE,
    *NO_STOP_NEAR,
    OUT_OF_REACH,
)

_LOST = (
    "the frame does not say which points are off the streets (attrs['fairreach'] is missing): it is not from "
    "travel_time_matrix, or pandas dropped its attributes, as when joining frames. Ask for the reasons of "
    "each frame before joining, or give it back: joined.attrs = times.attrs"
)


def unreached_reason(
    times: pd.DataFrame, *, column: str | None = None, detail: bool = False
) -> pd.Series[Any]:
    """Say why travel times are missing.

    Parameters
    ----------
    times : DataFrame
        From ``travel_time_matrix``; rows may have been filtered, sorted or copied. Left unchanged.
    column : str, optional
        Column of travel times to explain, such as ``"travel_time_p95"``; without it every row in which any
        travel time is missing gets a reason.
    detail : bool
        Say also which end is off the streets and how: ``origin_too_far``, ``origin_off_main_component``,
        ``origin_no_coordinates``, and the same of the destination. And tell from what is too far otherwise
        ``origin_no_stop_near`` (no stop within the walking limit at which the modes asked for ever take
        anybody on) and ``destination_no_stop_near`` (let anybody off). Where both ends are, the origin is
        named.

    Returns
    -------
    Series of categories
        With the index of ``times``: missing where the destination is reached, else the first that applies of
        ``not_snapped`` (an end has no street near it, only cut-off streets, or no coordinates),
        ``no_service`` (nothing could be boarded at the time asked for), ``out_of_reach`` (farther than the
        limits allow, in enough of the departure minutes to make this percentile missing).

    Raises
    ------
    AccessError
        The frame has lost what is needed, or has no such column.
    """
    facts = times.attrs.get(ATTRIBUTE)
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise AccessError(_LOST)
    columns = _time_columns(times, facts, column)
    missing = times[columns].isna().any(axis=1).to_numpy()
    states = [_states(times[f"{side}_id"], facts["not_snapped"][side]) for side in ("from", "to")]
    n_states = len(STATE_NAMES) - 1
    code = np.full(len(times), DETAILED_REASONS.index(OUT_OF_REACH))
    if detail:
        for side, reason in (("to", NO_STOP_NEAR[1]), ("from", NO_STOP_NEAR[0])):
            code[_among(times[f"{side}_id"], facts.get("no_stop_near", {}).get(side, []))] = (
                DETAILED_REASONS.index(reason)
            )
    code[_without_service(times, facts)] = DETAILED_REASONS.index(NO_SERVICE)
    for end in (1, 0):
        off = states[end] != SNAPPED
        code[off] = end * n_states + states[end][off] - 1
    code[~missing] = -1
    categories: Sequence[str] = DETAILED_REASONS
    if not detail:
        of_detailed = [REASONS.index(_plain_reason(name)) for name in DETAILED_REASONS]
        code = np.where(code < 0, -1, np.array(of_detailed)[code])
        categories = REASONS
    values = pd.Categorical.from_codes(code, dtype=pd.CategoricalDtype(list(categories)))
    return pd.Series(values, index=times.index, name="unreached_reason")


def _plain_reason(reason: str) -> str:
    """Return what a detailed reason is without detail."""
    if reason in NO_STOP_NEAR:
        return OUT_OF_REACH
    return reason if reason in REASONS else NOT_SNAPPED


def facts_of(
    from_ids: pd.Series[Any],
    from_states: npt.NDArray[np.int8],
    to_ids: pd.Series[Any],
    to_states: npt.NDArray[np.int8],
    clock_column: str,
    clocks: Iterable[tuple[Any, bool]],
    options: dict[str, Any],
    without_stop: Sequence[WithoutStop] = (),
) -> dict[str, Any]:
    """Return what ``unreached_reason`` needs, and the options, as plain values.

    Parameters
    ----------
    from_ids, from_states, to_ids, to_states
        Ids of origins and destinations with their states of ``access.snapping``.
    clock_column : str
        ``"departure"`` or ``"arrival"``.
    clocks : iterable of (datetime or None, bool)
        Each date and time asked for, and whether anything could be boarded.
    options : dict
        What was asked for, as plain values.
    without_stop : sequence of WithoutStop
        Of each date and time at which vehicles were looked for. A point without a stop at some of them only
        is not told.
    """
    lacks: dict[str, list[Any]] = {"from": [], "to": []}
    if without_stop:
        origins = np.logical_and.reduce([one.origins for one in without_stop]) & (from_states == SNAPPED)
        ends = np.logical_and.reduce([one.destinations for one in without_stop]) & (to_states == SNAPPED)
        lacks = {"from": _plain_ids(from_ids[origins]), "to": _plain_ids(to_ids[ends])}
    return {
        "format": FORMAT,
        "options": options,
        "clock": clock_column,
        "asked": [(_clock_text(clock), runs) for clock, runs in clocks],
        "no_stop_near": lacks,
        "not_snapped": {"from": _off_streets(from_ids, from_states), "to": _off_streets(to_ids, to_states)},
    }


def _clock_text(clock: Any) -> str | None:
    return None if clock is None else clock.isoformat()


def _off_streets(ids: pd.Series[Any], states: npt.NDArray[np.int8]) -> dict[str, list[Any]]:
    return {
        name: _plain_ids(ids[states == state]) for state, name in enumerate(STATE_NAMES) if state != SNAPPED
    }


def _plain_ids(ids: pd.Series[Any]) -> list[Any]:
    return [_plain(value) for value in ids]


def _plain(value: Any) -> Any:
    """Return an id that JSON can write and that stays apart from others: text or a whole number."""
    return int(value) if isinstance(value, int | np.integer) else str(value)


def _time_columns(times: pd.DataFrame, facts: dict[str, Any], column: str | None) -> list[str]:
    several = len(facts["asked"]) > 1
    needed = ["from_id", "to_id"] + ([column] if column else []) + ([facts["clock"]] if several else [])
    lacks = [name for name in needed if name not in times.columns]
    columns = [column] if column else [c for c in times.columns if str(c).startswith("travel_time")]
    if lacks or not columns:
        raise AccessError(
            f"the frame has no column {', '.join(lacks) or 'travel_time'}; its columns are "
            f"{', '.join(map(str, times.columns))}: give it as travel_time_matrix returned it"
        )
    return columns


def _states(ids: pd.Series[Any], off_streets: dict[str, list[Any]]) -> npt.NDArray[np.int8]:
    """Return the state of each row's point."""
    codes, values = pd.factorize(ids)
    state_of = {value: STATE_NAMES.index(name) for name, group in off_streets.items() for value in group}
    states = np.array([state_of.get(_plain(value), SNAPPED) for value in values], np.int8)
    return states[codes] if len(states) else np.zeros(len(ids), np.int8)


def _among(ids: pd.Series[Any], chosen: Iterable[Any]) -> npt.NDArray[np.bool_]:
    """Say of each row whether its point is among some."""
    wanted = frozenset(chosen)
    codes, values = pd.factorize(ids)
    found = np.array([_plain(value) in wanted for value in values], np.bool_)
    return found[codes] if len(found) else np.zeros(len(ids), np.bool_)


def _without_service(times: pd.DataFrame, facts: dict[str, Any]) -> npt.NDArray[np.bool_]:
    asked = facts["asked"]
    without = [clock for clock, runs in asked if not runs]
    if len(asked) == 1 or not without:
        return np.full(len(times), bool(without))
    return np.asarray(times[facts["clock"]].isin(pd.to_datetime(without)), np.bool_)
