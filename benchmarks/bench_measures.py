"""Access measures: CPU seconds beside a plain pandas groupby, beside R, and the memory of a large matrix.

    FAIRREACH_DATA=... python benchmarks/bench_measures.py [tables] [bytes] [large]

Every call is repeated and the least CPU time kept; the first call, which compiles, is not counted. The pandas
twins are those of ``tests/reference/measures.py``, by joining and grouping, run in the same process on the
same tables.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import machine, memory_mib, peak_memory_mib

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from reference import measures as twin

from access.decay import decay_exponential, decay_logistic
from access.measures import cumulative
from access.measures_costs import balancing_cost, cost_to_closest
from access.measures_cumulative import cumulative_cutoff, cumulative_interval
from access.measures_gravity import gravity
from access.measures_nearest import cost_to_nth
from access.weights import ByteCosts

R_CPU_S = {
    "cumulative_cutoff 30": 0.140, "cumulative_cutoff 30, 45, 60": 0.182, "cumulative_interval 30-60": 0.452,
    "gravity exp(0.05)": 0.128, "gravity logistic(45, 5)": 1.215, "2SFCA exp(0.05)": 0.281,
    "BFCA exp(0.05)": 0.330, "spatial availability exp(0.1)": 0.351, "cost_to_closest schools": 0.124,
    "cost_to_closest schools, n = 3": 0.145, "balancing_cost": 0.606,
}  # fmt: skip
"""What R 4.2 with accessibility 1.4 took on one thread of a machine of this kind."""


def cpu_s(call: Callable[[], Any], repeats: int = 5) -> float:
    """Least CPU time of a call that has been made before."""
    call()
    times = []
    for _ in range(repeats):
        before = time.process_time()
        call()
        times.append(time.process_time() - before)
    return min(times)


def tables() -> None:
    """Belo Horizonte: 748,437 pairs of 898 cells, from frames to a frame, ids as text."""
    folder = Path(os.environ["FAIRREACH_DATA"]) / "belo-horizonte"
    categories = pd.read_parquet(folder / "travel_matrix.parquet")
    land = pd.read_csv(folder / "land_use.csv")
    kinds = {
        "text": categories.astype({"from_id": "str", "to_id": "str"}),
        "objects": categories.astype({"from_id": object, "to_id": object}),
        "categories": categories,
    }
    print(
        "| measure | R | pandas | "
        + " | ".join(f"ours, ids as {kind}" for kind in kinds)
        + " | R x | pandas x |"
    )
    print("|---|" + "---|" * (len(kinds) + 4))
    for name, (ours, plain) in {**calls(), **calls_of_competition()}.items():
        times = [cpu_s(partial(ours, matrix, land)) for matrix in kinds.values()]
        beside = cpu_s(partial(plain, kinds["text"], land), 2) if plain else None
        cells = [name, f"{R_CPU_S[name]:.2f}", f"{beside:.2f}" if beside else ""]
        cells += [f"{seconds:.3f}" for seconds in times]
        cells += [f"{R_CPU_S[name] / times[0]:.1f}", f"{beside / times[0]:.1f}" if beside else ""]
        print("| " + " | ".join(cells) + " |")


def calls() -> dict[str, tuple[Any, Any]]:
    """By name: our call and the twin's, both of a matrix and land use."""
    jobs, schools = ("jobs", "travel_time"), ("schools", "travel_time")
    cutoffs = (30, 45, 60)
    return {
        "cumulative_cutoff 30": (
            lambda m, lu: cumulative_cutoff(m, lu, *jobs, 30),
            lambda m, lu: twin.cumulative(m, lu, "jobs", 30),
        ),
        "cumulative_cutoff 30, 45, 60": (
            lambda m, lu: cumulative_cutoff(m, lu, *jobs, cutoffs),
            lambda m, lu: [twin.cumulative(m, lu, "jobs", cutoff) for cutoff in cutoffs],
        ),
        "cumulative_interval 30-60": (
            lambda m, lu: cumulative_interval(m, lu, *jobs, (30, 60)),
            lambda m, lu: [twin.cumulative(m, lu, "jobs", cutoff) for cutoff in range(30, 61)],
        ),
        "gravity exp(0.05)": (
            lambda m, lu: gravity(m, lu, *jobs, decay_exponential(0.05)),
            lambda m, lu: twin.gravity(m, lu, "jobs", lambda cost: np.exp(-0.05 * cost)),
        ),
        "gravity logistic(45, 5)": (lambda m, lu: gravity(m, lu, *jobs, decay_logistic(45, 5)), None),
        "cost_to_closest schools": (lambda m, lu: cost_to_closest(m, lu, *schools), None),
        "cost_to_closest schools, n = 3": (lambda m, lu: cost_to_closest(m, lu, *schools, 3), None),
        "balancing_cost": (lambda m, lu: balancing_cost(m, lu, *jobs, "population"), None),
    }  # fmt: skip


def calls_of_competition() -> dict[str, tuple[Any, Any]]:
    """Measures of competition, by name."""
    from access.competition_tables import floating_catchment_area, spatial_availability

    arguments, near, far = (
        ("jobs", "travel_time", "population"),
        decay_exponential(0.1),
        decay_exponential(0.05),
    )
    return {
        "2SFCA exp(0.05)": (
            lambda m, lu: floating_catchment_area(m, lu, *arguments, "2sfca", far),
            lambda m, lu: twin.two_step(m, lu, "jobs", "population", lambda cost: np.exp(-0.05 * cost)),
        ),
        "BFCA exp(0.05)": (lambda m, lu: floating_catchment_area(m, lu, *arguments, "bfca", far), None),
        "spatial availability exp(0.1)": (
            lambda m, lu: spatial_availability(m, lu, *arguments, near),
            lambda m, lu: twin.availability(m, lu, "jobs", "population", lambda cost: np.exp(-0.1 * cost)),
        ),
    }  # fmt: skip


def bytes_of_a_run() -> None:
    """Matrices of whole minutes as a run keeps them, beside pandas on the same pairs (ids as integers)."""
    print("| matrix | measure | pandas | ours | x |\n|---|---|---|---|---|")
    for n in (1227, 3000):
        for name, (mine, beside) in times_of_bytes(n).items():
            print(f"| {n:,} x {n:,} | {name} | {beside:.2f} | {mine:.4f} | **{beside / mine:.0f}** |")


def times_of_bytes(n: int) -> dict[str, tuple[float, float]]:
    """By measure: our seconds of CPU and those of pandas."""
    costs, amounts = large(n)
    origin, destination = np.nonzero(costs.minutes != 255)
    minutes = costs.minutes[origin, destination].astype(np.float64)
    matrix = pd.DataFrame({"from_id": origin, "to_id": destination, "travel_time": minutes})
    land = pd.DataFrame({"id": np.arange(n), "jobs": amounts})
    decay = decay_exponential(0.05)

    def weight(cost: pd.Series) -> pd.Series:
        return np.exp(-0.05 * cost)

    def plain_passive() -> pd.Series:
        return twin.gravity(matrix, land, "jobs", weight, active=False)

    return {
        "cumulative, 30": (
            cpu_s(lambda: cumulative(costs, amounts, [30])),
            cpu_s(lambda: twin.cumulative(matrix, land, "jobs", 30), 1),
        ),
        "gravity": (
            cpu_s(lambda: costs.weigh(decay).to_origins(amounts)),
            cpu_s(lambda: twin.gravity(matrix, land, "jobs", weight), 1),
        ),
        "passive gravity": (
            cpu_s(lambda: costs.weigh(decay).to_destinations(amounts)),
            cpu_s(plain_passive, 1),
        ),
    }


def memory_of_a_large_matrix() -> None:
    """Each measure of 10,000 x 10,000 bytes in a process of its own: CPU seconds and memory beside it."""
    print("| measure of 10,000 x 10,000 | CPU s | MiB beside the matrix |\n|---|---|---|")
    for name in LARGE:
        command = [sys.executable, __file__, "large", name]
        out = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
        print(out.stdout.strip())


def large(n: int) -> tuple[ByteCosts, np.ndarray]:
    """Random minutes up to 180, about a tenth not reached, and amounts."""
    random = np.random.default_rng(1)
    minutes = np.minimum(random.integers(0, 200, (n, n), dtype=np.uint8), 181)
    minutes[minutes > 180] = 255
    return ByteCosts(minutes), random.integers(0, 1000, n).astype(np.float64)


LARGE: dict[str, Callable[[ByteCosts, np.ndarray], object]] = {
    "cumulative, 3 cutoffs": lambda c, a: cumulative(c, a, [30, 45, 60]),
    "cumulative, passive": lambda c, a: cumulative(c, a, [30, 45, 60], active=False),
    "gravity": lambda c, a: c.weigh(decay_exponential(0.05)).to_origins(a),
    "gravity, passive": lambda c, a: c.weigh(decay_exponential(0.05)).to_destinations(a),
    "third closest": lambda c, a: cost_to_nth(c, a, [1, 3]),
}


def one_large(name: str) -> None:
    small, few = large(10)
    LARGE[name](small, few)  # compiles
    costs, amounts = large(10_000)
    with Path("/proc/self/clear_refs").open("w") as file:  # the peak begins anew
        file.write("5")
    before, started = memory_mib(), time.process_time()
    LARGE[name](costs, amounts)
    seconds = time.process_time() - started
    print(f"| {name} | {seconds:.2f} | {peak_memory_mib() - before:.0f} |")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    if sys.argv[1:2] == ["large"] and len(sys.argv) == 3:
        one_large(sys.argv[2])
    else:
        print(machine())
        for part, work in {
            "tables": tables,
            "bytes": bytes_of_a_run,
            "large": memory_of_a_large_matrix,
        }.items():
            if not sys.argv[1:] or part in sys.argv[1:]:
                print(f"\n{work.__doc__}\n")
                work()
