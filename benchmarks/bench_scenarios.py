"""What-if questions: seconds from a scenario to all measures and the difference, beside everything read anew.

    FAIRREACH_DATA=... python benchmarks/bench_scenarios.py [RUN_FOLDER]

Without a folder Porto Alegre is computed first. Warm means: the run is loaded and kernels are compiled. Each
scenario is evaluated and compared five times after a first one; the peer is the same computation by reading
and joining everything anew (``warm_from_config``), as a program without a warm base must.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

from measuring import machine

from access import pipeline
from access.comparison import compare
from access.scenario import Scenario
from access.warm_run import load_run, warm_from_config

CONFIG = Path(__file__).parents[1] / "configs" / "porto-alegre.yaml"
HEADWAY = {"start_time": "11:30", "end_time": "16:00", "headway_min": 10, "days": "weekdays"}
SCENARIOS: dict[str, list[dict[str, Any]]] = {
    "adjust-frequency, one route": [{"type": "adjust-frequency", "route": "394", "entries": [HEADWAY]}],
    "adjust-frequency, four routes": [
        {"type": "adjust-frequency", "route": route, "entries": [HEADWAY]}
        for route in ("260", "289", "394", "395")
    ],
    "remove-trips, one route": [{"type": "remove-trips", "routes": ["T9"]}],
    "adjust-speed, one route": [{"type": "adjust-speed", "routes": ["T9"], "scale": 1.2}],
    "adjust-dwell-time, one route": [{"type": "adjust-dwell-time", "routes": ["T9"], "dwell_secs": 20}],
    "adjust-span, one route": [
        {"type": "adjust-span", "route": "394", "last_departure": "20:00", "headway_min": 20}
    ],
    "move-stop": [{"type": "move-stop", "stop": "5233", "lat": -30.0290, "lon": -51.2270}],
    "add-trips, two new stops": [
        {
            "type": "add-trips",
            "name": "new",
            "stops": [
                {"name": "one", "lat": -30.0290, "lon": -51.2270},
                {"name": "two", "lat": -30.0500, "lon": -51.2000},
            ],
            "speed_km_h": 18,
            "frequencies": [HEADWAY],
        }
    ],
}


def scenario(modifications: list[dict[str, Any]]) -> Scenario:
    """The changes, all of the bus feed."""
    named = [{**change, "feed": "eptc"} for change in modifications]
    return Scenario.model_validate({"name": "benchmark", "modifications": named})


def seconds_of(run: Any, asked: Scenario) -> tuple[list[float], dict[str, float]]:
    """Wall-clock seconds of five evaluations with their comparison, after a first one."""
    compare(run.base, run.evaluate(asked))
    taken, steps = [], {}
    for _ in range(5):
        began = time.perf_counter()
        evaluated = run.evaluate(asked)
        compare(run.base, evaluated)
        taken.append(time.perf_counter() - began)
        steps = dict(evaluated.seconds)
    return taken, steps


def main() -> None:
    warnings.simplefilter("ignore")
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp()) / "run"
    if len(sys.argv) == 1:
        pipeline.run(CONFIG, out=folder, show_bar=False)
    print(machine())
    began = time.perf_counter()
    run = load_run(folder)
    print(f"loading the run: {time.perf_counter() - began:.1f} s")
    began = time.perf_counter()
    warm_from_config(CONFIG)
    anew = time.perf_counter() - began
    print(f"everything read and computed anew: {anew:.1f} s\n")
    print("| scenario | median, s | least, s | anew / warm | steps of the last, s |")
    print("|---|---|---|---|---|")
    for name, modifications in SCENARIOS.items():
        taken, steps = seconds_of(run, scenario(modifications))
        told = ", ".join(f"{step} {value:.2f}" for step, value in steps.items() if value >= 0.005)
        median = statistics.median(taken)
        print(f"| {name} | {median:.2f} | {min(taken):.2f} | {anew / median:.1f} | {told} |", flush=True)


if __name__ == "__main__":
    main()
