"""The folder of a search: table, package, ready scenario files of the first lines, report, manifest.

``suggestions.parquet`` and ``.csv``: one row a candidate, columns as ``suggest_ranking.ranked_table``;
``scenario-<rank>.yaml``: what ``fairreach compare`` takes; ``scenario-package.yaml``: the package. The run
that was searched is only read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from access._version import __version__
from access.errors import ResultError
from access.results import MANIFEST, FolderKind, check_target, new_run_folder, write_json
from access.suggest_candidates import Candidate, scenario_text

SUGGESTIONS = FolderKind(
    "suggestions",
    re.compile(
        r"(manifest\.json|suggestions\.(parquet|csv)|scenario-(\d+|package)\.yaml|report\.[a-z]{2}\.(md|html))"
    ),
)


def check_out(run_folder: Path, out: Path) -> None:
    """Refuse to write into the run, or over what no search wrote.

    Raises
    ------
    ResultError
        Naming the folder and the way out.
    """
    run, target = run_folder.resolve(), out.resolve()
    if target == run or run in target.parents:
        raise ResultError(
            f"{out}: lies in the run {run_folder}, which stays as it is; name another with --out"
        )
    check_target(out, SUGGESTIONS)


def write_folder(
    out: Path,
    table: pd.DataFrame,
    scenarios: Mapping[str, str],
    reports: Mapping[str, str],
    manifest: Mapping[str, Any],
) -> None:
    """Write everything, or nothing.

    Parameters
    ----------
    out : Path
        Checked by ``check_out``.
    table : DataFrame
        ``ranked_table``.
    scenarios : mapping of str to str
        File name to text.
    reports : mapping of str to str
        Language to page (HTML).
    manifest : mapping
        What was searched, and how far.
    """
    with new_run_folder(out, SUGGESTIONS) as partial:
        table.to_parquet(partial / "suggestions.parquet", index=False)
        table.to_csv(partial / "suggestions.csv", index=False)
        for name, text in scenarios.items():
            (partial / name).write_text(text, encoding="utf-8")
        for language, text in reports.items():
            (partial / f"report.{language}.html").write_text(text, encoding="utf-8")
        record = {
            "kind": SUGGESTIONS.name,
            "fairreach_version": __version__,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            **manifest,
        }
        write_json(partial / MANIFEST, record)


def scenario_yaml(candidates: Sequence[Candidate], name: dict[str, str], feeds: Mapping[str, str]) -> str:
    """Return the text of a scenario file.

    Parameters
    ----------
    feeds : mapping of str to str
        Fingerprints of the run's feeds that the candidates change.
    """
    content = scenario_text(candidates, name)
    used = {candidate.feed: feeds[candidate.feed] for candidate in candidates if candidate.feed in feeds}
    ordered = {"name": content["name"], "feeds": used, "modifications": content["modifications"]}
    if not used:
        del ordered["feeds"]
    head = "# Written by fairreach suggest; compare it: fairreach compare RUN THIS_FILE\n"
    return head + yaml.safe_dump(ordered, sort_keys=False, allow_unicode=True, width=110)


def fingerprints(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the SHA-256 of each feed of a run, by name; of those that its manifest knows."""
    hashes = {key: entry["sha256"] for entry in manifest.get("inputs", []) for key in entry["keys"]}
    feeds = manifest.get("config", {}).get("schedule", {}).get("feeds", [])
    found = {feed["name"]: hashes.get(f"schedule.feeds.{number}.file") for number, feed in enumerate(feeds)}
    return {name: digest for name, digest in found.items() if digest}
