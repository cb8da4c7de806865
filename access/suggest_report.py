"""The report of a search, short, in Markdown, English and French."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from access.suggest_candidates import Candidate
from access.suggest_certainty import NOT_QUANTIFIED
from access.suggest_trial import Trial, per_vehicle_hour
from access.suggest_words import COLUMNS, GENERAL_UNTRIED, HEADINGS, METHOD, NO_GAP, OBJECTIVE

SHOWN_LINES = 10
WITH_A_VARIANT = 3
"""Lines that the command line shows with their second variant."""
UNKNOWN = {"en": "not defined", "fr": "non défini"}
NO_INTERVAL = {"en": NOT_QUANTIFIED, "fr": "non quantifié"}


def report_of(trial: Trial, table: pd.DataFrame, place: dict[str, str], language: str) -> str:
    """Return the text of the report.

    Parameters
    ----------
    table : DataFrame
        ``ranked_table``, with intervals where there are any.
    place : dict of str to str
        Name of the run by language.
    """
    lines = [f"# {HEADINGS['title'][language]}: {place[language]}".replace(": ", _colon(language), 1), ""]
    lines += [OBJECTIVE[trial.quick.objective.name][language], "", _base_line(trial, language), ""]
    if not trial.gap > 0:
        lines += [NO_GAP[language], ""]
    lines += [f"## {HEADINGS['list'][language]}", "", *_table(table, language), ""]
    lines += [f"## {HEADINGS['package'][language]}", "", *_package(trial, language), ""]
    lines += [f"## {HEADINGS['untried'][language]}", "", *_untried(trial, language), ""]
    lines += [f"## {HEADINGS['method'][language]}", "", *(f"- {text}" for text in METHOD[language]), ""]
    return "\n".join(lines)


def summary_lines(trial: Trial, table: pd.DataFrame) -> list[str]:
    """Return what the command line prints: the first lines and the package."""
    lines = [_base_line(trial, "en"), ""]
    first = table[(table["rank"] <= SHOWN_LINES).fillna(False)]
    for row in first.to_dict("records"):
        if row["variant"] > (2 if row["rank"] <= WITH_A_VARIANT else 1):
            continue
        star = "*" if row["small"] else " "
        lines.append(
            f"{row['rank']:>2}{star} {'or ' if row['variant'] > 1 else ''}{row['title_en']}: "
            f"{number(row['extra_vehicle_hours'], 'en')} vehicle-hours a week, closes "
            f"{percent(row['share_closed'], 'en')}"
        )
    if not len(first):
        lines.append("No candidate within the budget improves the objective.")
    lines += ["", *_package(trial, "en"), "", *(f"Note: {text}" for text in _untried(trial, "en")[:-1])]
    return lines


def number(value: float, language: str, decimals: int | None = None) -> str:
    """Return a number as people read it; ``not defined`` for NaN."""
    if math.isnan(value):
        return UNKNOWN[language]
    digits = (0 if abs(value) >= 10 else 1) if decimals is None else decimals
    text = f"{value:,.{digits}f}"
    return text if language == "en" else text.replace(",", "\u202f").replace(".", ",")


def percent(share: float, language: str, decimals: int = 1) -> str:
    """Return a share in percent."""
    if math.isnan(share):
        return UNKNOWN[language]
    return f"{number(100 * share, language, decimals)}{' %' if language == 'en' else chr(0xA0) + '%'}"


def _colon(language: str) -> str:
    return ": " if language == "en" else "\u00a0: "


def _base_line(trial: Trial, language: str) -> str:
    decimals = 3 if trial.quick.objective.name == "palma" else 0
    value, gap, budget = (
        number(each, language, digits)
        for each, digits in ((trial.base_value, decimals), (trial.gap, decimals), (trial.budget, 0))
    )
    computed = sum(found.state == "computed" for found in trial.tried)
    if language == "en":
        return (
            f"Base: {value}, gap {gap}. Budget: {budget} vehicle-hours a week more. "
            f"{computed} candidates computed, {trial.found.evaluations} computations in all."
        )
    return (
        f"Référence : {value}, écart {gap}. Budget : {budget} heures-véhicule de plus par semaine. "
        f"{computed} candidats calculés, {trial.found.evaluations} calculs en tout."
    )


def _table(table: pd.DataFrame, language: str) -> Iterator[str]:
    yield "| " + " | ".join(COLUMNS[language]) + " |"
    yield "|---|---|---:|---:|---:|---|"
    shown = table[(table["rank"] <= SHOWN_LINES).fillna(False)]
    for row in shown.to_dict("records"):
        leads = row["variant"] == 1
        rank = f"{row['rank']}{'*' if row['small'] else ''}" if leads else ""
        title = row[f"title_{language}"] if leads else f"↳ {row[f'title_{language}']}"
        rate = row["share_closed_per_vehicle_hour"]
        cells = (
            rank,
            title,
            number(row["extra_vehicle_hours"], language),
            percent(row["share_closed"], language),
            "∞" if rate == float("inf") else percent(100 * rate, language),
            _interval(row, language) if leads else "",
        )
        yield "| " + " | ".join(cells) + " |"


def _interval(row: Mapping[Any, Any], language: str) -> str:
    if math.isnan(row["low"]):
        return NO_INTERVAL[language]
    joint = " to " if language == "en" else " à "
    scale = row["share_closed"] / row["improvement"] if row["improvement"] else float("nan")
    return joint.join(percent(end * scale, language) for end in (row["low"], row["high"]))


def _package(trial: Trial, language: str) -> list[str]:
    found, package = trial.found, trial.package
    if not found.package:
        return [
            {
                "en": "No candidate within the budget improves the objective.",
                "fr": "Aucun candidat dans le budget n’améliore l’objectif.",
            }[language]
        ]
    members: list[Candidate] = [trial.candidates[number] for number in found.package]
    share = trial.share_closed(package.improvement)
    rate = per_vehicle_hour(share, package.extra_vehicle_hours)
    hours = number(package.extra_vehicle_hours, language)
    text = {
        "en": f"Together {hours} vehicle-hours a week, {percent(share, 'en')} of the gap closed "
        f"({percent(100 * rate, 'en')} per 100 vehicle-hours):",
        "fr": f"Ensemble {hours} heures-véhicule par semaine, {percent(share, 'fr')} de l’écart comblé "
        f"({percent(100 * rate, 'fr')} pour 100 heures-véhicule) :",
    }[language]
    return [text, "", *(f"- {member.title[language]}" for member in members)]


def _untried(trial: Trial, language: str) -> list[str]:
    states = [found.state for found in trial.tried]
    counts = {
        "over budget": {
            "en": "{} candidates cost more than the budget and were not computed.",
            "fr": "{} candidats dépassent le budget et n’ont pas été calculés.",
        },
        "not possible": {
            "en": "{} candidates could not be applied; the table says why.",
            "fr": "{} candidats n’ont pas pu être appliqués ; le tableau en donne la raison.",
        },
        "not computed": {
            "en": "{} candidates were not reached before the search stopped.",
            "fr": "{} candidats n’ont pas été atteints avant l’arrêt de la recherche.",
        },
    }
    lines = [text[language].format(n) for state, text in counts.items() if (n := states.count(state))]  # type: ignore[arg-type]
    if trial.n_left_out:
        left = {
            "en": f"{trial.n_left_out} less promising candidates were left out (--max-candidates).",
            "fr": f"{trial.n_left_out} candidats moins prometteurs ont été écartés (--max-candidates).",
        }
        lines.append(left[language])
    if not trial.found.complete:
        stopped = {
            "en": f"The search is INCOMPLETE ({trial.found.stopped}): the best so far is shown.",
            "fr": "La recherche est INCOMPLÈTE "
            f"({'durée atteinte' if trial.found.stopped == 'time limit' else 'interrompue'}) : "
            "voici le meilleur résultat obtenu jusque-là.",
        }
        lines.insert(0, stopped[language])
    return [*lines, GENERAL_UNTRIED[language]]
