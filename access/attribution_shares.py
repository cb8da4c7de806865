"""How a change is shared out among what changed: the Shapley value (Shapley 1953)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import factorial


def subsets(players: Sequence[str]) -> Iterator[frozenset[str]]:
    """Yield every subset of the players, the empty one first and all of them last."""
    for size in range(len(players) + 1):
        for chosen in combinations(players, size):
            yield frozenset(chosen)


def shapley(values: Mapping[frozenset[str], float], players: Sequence[str]) -> dict[str, float]:
    """Return the part of each player: the mean of what it adds over all orders in which players may join.

    Parts add up to the value of all less the value of none, whatever joint effects there are; equal players
    have equal parts; one that never changes anything has none.

    Parameters
    ----------
    values : mapping of frozenset of str to float
        Value of every subset of the players.
    players : sequence of str
        Each once.

    Raises
    ------
    ValueError
        If a subset has no value.

    Notes
    -----
    Source: Shapley, L. S. (1953), A value for n-person games.
    """
    missing = [chosen for chosen in subsets(players) if chosen not in values]
    if missing:
        names = "; ".join("+".join(sorted(chosen)) or "nobody" for chosen in missing)
        raise ValueError(f"no value of {names}")
    n = len(players)
    parts = {}
    for player in players:
        rest = [other for other in players if other != player]
        parts[player] = sum(
            factorial(len(others)) * factorial(n - len(others) - 1) / factorial(n)
            * (values[others | {player}] - values[others])
            for others in subsets(rest)
        )  # fmt: skip
    return parts
