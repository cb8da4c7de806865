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

ATTRIBUTE = "fairreach"
FORMAT = 1

NOT_SNAPPED = "not_snapped"
NO_SERVICE = "no_service"
OUT_OF_REACH = "out_of_reach"
REASONS = (NOT_SNAPPED, NO_SERVICE, OUT_OF_REACH)
ENDS = ("origin", "destination")
DETAILED_REASONS = (
    *(f"{end}_{state}" for end in ENDS for state in STATE_NAMES[1:]),
    NO_SERVICE,
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
        ``origin_no_coordinates``, and the same of the destination. Where both ends are, the origin is named.

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
    code = np.full(len(times), len(DETAILED_REASONS) - 1)
    code[_without_service(times, facts)] = len(DETAILED_REASONS) - 2
    for end in (1, 0):
        off = states[end] != SNAPPED
        code[off] = end * n_states + states[end][off] - 1
    code[~missing] = -1
    categories: Sequence[str] = DETAILED_REASONS
    if not detail:
        n_off = 2 * n_states
        code = np.where(code < 0, -1, np.where(code < n_off, 0, code - n_off + 1))
        categories = REASONS
    values = pd.Categorical.from_codes(code, dtype=pd.CategoricalDtype(list(categories)))
    return pd.Series(values, index=times.index, name="unreached_reason")


def facts_of(
    from_ids: pd.Series[Any],
    from_states: npt.NDArray[np.int8],
    to_ids: pd.Series[Any],
    to_states: npt.NDArray[np.int8],
    clock_column: str,
    clocks: Iterable[tuple[Any, bool]],
    options: dict[str, Any],
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
    """
    return {
        "format": FORMAT,
        "options": options,
        "clock": clock_column,
        "asked": [(_clock_text(clock), runs) for clock, runs in clocks],
        "not_snapped": {"from": _off_streets(from_ids, from_states), "to": _off_streets(to_ids, to_states)},
    }


def _clock_text(clock: Any) -> str | None:
    return None if clock is None else clock.isoformat()


def _off_streets(ids: pd.Series[Any], states: npt.NDArray[np.int8]) -> dict[str, list[Any]]:
    return {
        name: [_plain(value) for value in ids[states == state]]
        for state, name in enumerate(STATE_NAMES)
        if state != SNAPPED
    }


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


def _without_service(times: pd.DataFrame, facts: dict[str, Any]) -> npt.NDArray[np.bool_]:
    asked = facts["asked"]
    without = [clock for clock, runs in asked if not runs]
    if len(asked) == 1 or not without:
        return np.full(len(times), bool(without))
    return np.asarray(times[facts["clock"]].isin(pd.to_datetime(without)), np.bool_)
