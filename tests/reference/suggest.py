"""The greedy search without laziness: every candidate is computed before every pick."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence


def plain_greedy(
    costs: Sequence[float],
    families: Sequence[Hashable],
    improvement: Callable[[tuple[int, ...]], float],
    budget: float,
) -> list[tuple[int, ...]]:
    """Return the package after each pick."""
    package: tuple[int, ...] = ()
    packages = []
    while True:
        offers = []
        for number in range(len(costs)):
            if number in package or not improvement((number,)) > 0:
                continue
            others = [each for each in package if families[each] != families[number]]
            new = tuple(sorted([*others, number]))
            extra = sum(costs[each] for each in new) - sum(costs[each] for each in package)
            gain = improvement(new) - improvement(package)
            if sum(costs[each] for each in new) > budget or not gain > 0:
                continue
            rate = float("inf") if extra <= 0 else gain / extra
            offers.append((-rate, extra, number, new))
        if not offers:
            return packages
        package = min(offers)[-1]
        packages.append(package)
